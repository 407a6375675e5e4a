"""An SPF record with its references to the domain's own names written out, so that it needs fewer look-ups."""

from collections.abc import Mapping
from ipaddress import ip_network

from fumimori.checks.spf import terms as written
from fumimori.grammar.spf_walk import Key, SpfNode, SpfTree
from fumimori.network.dns import DnsAnswer

DEEPEST = 10
"""Records on the way to one that is written out."""


def flattened(tree: SpfTree, known: Mapping[Key, DnsAnswer]) -> dict[str, str]:
    """The domain's own record without look-ups of its own; nothing where that would change nothing."""
    root = tree.root
    void = {lookup.term for lookup in tree.voids if lookup.node == root.name}
    own = {node.name: node for node in tree.nodes if node.own and node.state == "found"}
    terms = [
        new
        for term in written.terms(root.text)
        if not (term in void and written.refers(term)) and written.mechanism(term) != "ptr"
        for new in _inlined(term, root.name, own, known, depth=0)
    ]
    text = written.joined(written.collapsed(written.once(terms)))
    return {root.name: text} if text != root.text else {}


def _inlined(term: str, at: str, own: Mapping[str, SpfNode], known: Mapping[Key, DnsAnswer], depth: int) -> list[str]:
    """A term of one's own as the terms behind it, where all that it says is who passes; else the term itself."""
    root = next(iter(own))
    name = written.target(term)
    if term[0] in "-~?" or depth > DEEPEST:
        return [term]
    if written.mechanism(term) in ("a", "mx"):
        return _addresses(term, at, root, known)
    if written.mechanism(term) != "include" or name not in own or name == root:
        return [term]
    inner = written.terms(own[name].text)
    ends = [one for one in inner if written.mechanism(one) == "all"]
    passing = [new for one in inner if one not in ends for new in _inlined(one, name, own, known, depth + 1)]
    plain = all(written.mechanism(one) in ("ip4", "ip6", "include") and one[0] not in "-~?" for one in passing)
    return passing if plain and not any(one[0] in "aA+" for one in ends) else [term]


def _addresses(term: str, at: str, root: str, known: Mapping[Key, DnsAnswer]) -> list[str]:
    """The addresses behind `a` and `mx` where all the hosts are in the domain and are known; else the term itself."""
    kind, _, name = term.lstrip("+").partition(":")
    if kind.lower() not in ("a", "mx") or "/" in name or "%" in name:
        return [term]
    host = (name or at).lower().rstrip(".")
    answer = known.get((host, "MX"))
    exchangers = [text.split()[-1].lower().rstrip(".") for text in answer.records] if answer is not None else []
    hosts = [host] if kind.lower() == "a" else exchangers
    found = [known.get((one, rdtype)) for one in hosts for rdtype in ("A", "AAAA")]
    addresses = [text for one in found if one is not None for text in one.records]
    inside = all(one == root or one.endswith("." + root) for one in hosts)
    if not addresses or None in found or not inside:
        return [term]
    return [f"ip{ip_network(address).version}:{address}" for address in addresses]
