"""The tree of includes and redirects behind an SPF record, with every lookup counted (RFC 7208 section 4.6.4)."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import TYPE_CHECKING

from fumimori.grammar.spf import Directive, Qualifier, SpfRecord, has_macro, is_spf, parse_spf
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer, DnsStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

Key = tuple[str, str]

NODES_MOST = 60
LOOKUPS_MOST = 120
"""Where the counting ends: a receiver has given up long before."""
MX_MOST = 10
"""Names of one `mx` that a receiver looks up (RFC 7208 section 4.6.4)."""


class SpfNode(Record):
    """One name whose SPF record takes part."""

    name: str
    via: str
    """`record` for the domain itself, else `include` or `redirect`."""
    term: str
    state: str
    """`found`, `none` (a name without SPF), `nxdomain`, `several`, `loop`, `macro`, `unanswered`."""
    text: str = ""
    record: SpfRecord = SpfRecord()
    passing: bool = True
    """Whether a match in here makes the whole record pass."""
    own: bool = False
    """Whether the name is in the domain itself, so that its owner wrote it."""


class SpfLookup(Record):
    """One term that costs a lookup."""

    node: str
    term: str
    void: bool = False
    """The answer was empty or the name does not exist."""
    countable: bool = True
    """False for a name with macros: what it costs depends on the single mail."""


class SpfTree(Record):
    """Everything that a receiver may reach, in the order of evaluation."""

    nodes: tuple[SpfNode, ...]
    lookups: tuple[SpfLookup, ...]
    networks: tuple[str, ...]
    """Networks that pass, collapsed."""
    own_networks: tuple[str, ...]
    """Those of them that the domain's own records name."""
    everyone: tuple[str, ...]
    """Terms that pass everybody: `+all`, or an `exists` without macros that is always true."""
    missing: tuple[Key, ...]
    """Questions whose answers are still to be fetched."""
    unanswered: bool
    """Part of the tree could not be read."""
    mx_many: tuple[str, ...] = ()
    """`mx` terms with more names than a receiver looks up."""

    @property
    def root(self) -> SpfNode:
        """The domain's own record."""
        return self.nodes[0]

    @property
    def voids(self) -> tuple[SpfLookup, ...]:
        """Lookups that found nothing."""
        return tuple(lookup for lookup in self.lookups if lookup.void)

    @property
    def addresses(self) -> int:
        """How many IPv4 addresses may send."""
        return ipv4_count(self.networks)


def ipv4_count(networks: "Iterable[str]") -> int:
    """The IPv4 addresses in `networks` together."""
    return sum(network.num_addresses for text in networks if isinstance(network := ip_network(text), IPv4Network))


def widest(networks: "Iterable[str]", version: int) -> int:
    """The shortest prefix among the networks of an IP version; 128 when there is none."""
    return min(
        (network.prefixlen for text in networks if (network := ip_network(text)).version == version), default=128
    )


def spf_texts(answer: DnsAnswer) -> tuple[str, ...]:
    """The SPF records among the TXT records of a name."""
    return tuple(txt for txt in answer.records if is_spf(txt))


def walk(domain: str, known: Mapping[Key, DnsAnswer], failed: AbstractSet[Key] = frozenset()) -> SpfTree:
    """The tree of `domain` as far as `known` reaches; `missing` names what to ask next, `failed` is not asked again."""
    walker = _Walker(domain, known, failed)
    walker.visit(domain, "record", "", passing=True, ancestors=())
    return SpfTree(
        nodes=tuple(walker.nodes),
        lookups=tuple(walker.lookups),
        networks=collapsed(walker.networks),
        own_networks=collapsed(walker.own_networks),
        everyone=tuple(dict.fromkeys(walker.everyone)),
        missing=tuple(dict.fromkeys(walker.missing)),
        unanswered=walker.unanswered,
        mx_many=tuple(walker.mx_many),
    )


def collapsed(networks: "Iterable[IPv4Network | IPv6Network]") -> tuple[str, ...]:
    """The networks with adjacent ones joined, IPv4 first."""
    four = [network for network in networks if isinstance(network, IPv4Network)]
    six = [network for network in networks if isinstance(network, IPv6Network)]
    return tuple(str(network) for network in (*collapse_addresses(four), *collapse_addresses(six)))


class _Walker:
    """One walk through a tree, depth first, bounded."""

    def __init__(self, domain: str, known: Mapping[Key, DnsAnswer], failed: AbstractSet[Key]) -> None:
        self.domain = domain
        self.known = known
        self.failed = failed
        self.nodes: list[SpfNode] = []
        self.lookups: list[SpfLookup] = []
        self.networks: list[IPv4Network | IPv6Network] = []
        self.own_networks: list[IPv4Network | IPv6Network] = []
        self.everyone: list[str] = []
        self.missing: list[Key] = []
        self.mx_many: list[str] = []
        self.unanswered = False

    def visit(self, name: str, via: str, term: str, *, passing: bool, ancestors: tuple[str, ...]) -> bool:
        """Add the node for `name` and all below; whether its TXT lookup was void."""
        own = name == self.domain or name.endswith("." + self.domain)
        node = SpfNode(name=name, via=via, term=term, state="found", passing=passing, own=own)
        if len(self.nodes) >= NODES_MOST or len(self.lookups) >= LOOKUPS_MOST:
            return False
        if has_macro(name):
            self.nodes.append(_with(node, "macro"))
            return False
        if name in ancestors:
            self.nodes.append(_with(node, "loop"))
            return False
        answer = self.answer(name, "TXT")
        if answer is None:
            self.nodes.append(_with(node, "unanswered"))
            return False
        texts = spf_texts(answer)
        if len(texts) != 1:
            state = "several" if texts else ("nxdomain" if answer.status is DnsStatus.NXDOMAIN else "none")
            self.nodes.append(_with(node, state))
            return answer.status is not DnsStatus.ANSWER
        record = parse_spf(texts[0])
        node = SpfNode(
            name=name, via=via, term=term, state="found", passing=passing, own=own, text=texts[0], record=record
        )
        self.nodes.append(node)
        below = (*ancestors, name)
        for directive in record.effective:
            self.directive(node, directive, below)
        if record.redirect and record.ending is None:
            self.below(node, f"redirect={record.redirect}", record.redirect, "redirect", below, passing=passing)
        return False

    def directive(self, node: SpfNode, directive: Directive, ancestors: tuple[str, ...]) -> None:
        passing = node.passing and directive.qualifier is Qualifier.PASS
        target = (directive.target or node.name).lower().rstrip(".")
        match directive.mechanism:
            case "all":
                if passing:
                    self.everyone.append(directive.text)
            case "include":
                self.below(node, directive.text, target, "include", ancestors, passing=passing)
            case "ip4" | "ip6":
                if passing:
                    prefix = directive.ip4_prefix if directive.mechanism == "ip4" else directive.ip6_prefix
                    self.allow(node, directive.target, prefix)
            case _:
                self.asking(node, directive, target, passing=passing)

    def asking(self, node: SpfNode, directive: Directive, target: str, *, passing: bool) -> None:
        """`a`, `mx`, `ptr` and `exists`: one lookup each, whose answers may be void."""
        if len(self.lookups) >= LOOKUPS_MOST:
            return
        if has_macro(target) or directive.mechanism == "ptr":
            countable = directive.mechanism == "ptr" or not has_macro(target)
            self.lookups.append(SpfLookup(node=node.name, term=directive.text, countable=countable))
            return
        if directive.mechanism == "mx":
            answer = self.answer(target, "MX")
            void = answer is not None and answer.status is not DnsStatus.ANSWER
            hosts = [record.split()[-1].rstrip(".").lower() for record in answer.records] if answer else []
            hosts = [host for host in hosts if host]
            if len(hosts) > MX_MOST:
                self.mx_many.append(directive.text)
        else:
            answer = self.answer(target, "A")
            other = None if directive.mechanism == "exists" else self.answer(target, "AAAA")
            answers = [found for found in (answer, other) if found is not None]
            void = bool(answers) and all(found.status is not DnsStatus.ANSWER for found in answers)
            if directive.mechanism == "exists":
                if passing and answer is not None and not void:
                    self.everyone.append(directive.text)
                hosts = []
            else:
                hosts = [target]
        self.lookups.append(SpfLookup(node=node.name, term=directive.text, void=void))
        if passing:
            for host in hosts[:MX_MOST]:
                self.allow_host(node, host, directive)

    def below(
        self, node: SpfNode, term: str, target: str, via: str, ancestors: tuple[str, ...], *, passing: bool
    ) -> None:
        position = len(self.lookups)
        lookup = SpfLookup(node=node.name, term=term, countable=not has_macro(target))
        self.lookups.append(lookup)
        if self.visit(target.lower().rstrip("."), via, term, passing=passing, ancestors=ancestors):
            self.lookups[position] = SpfLookup(node=node.name, term=term, void=True)

    def allow_host(self, node: SpfNode, host: str, directive: Directive) -> None:
        for rdtype, prefix in (("A", directive.ip4_prefix), ("AAAA", directive.ip6_prefix)):
            answer = self.answer(host, rdtype)
            for record in answer.records if answer else ():
                self.allow(node, record, prefix)

    def allow(self, node: SpfNode, address: str, prefix: int) -> None:
        try:
            network = ip_network(f"{address}/{prefix}", strict=False)
        except ValueError:
            return
        self.networks.append(network)
        if node.own:
            self.own_networks.append(network)

    def answer(self, name: str, rdtype: str) -> DnsAnswer | None:
        """The known answer; None when it is missing or failed, which is noted."""
        key = (name, rdtype)
        found = self.known.get(key)
        if found is None:
            if key in self.failed:
                self.unanswered = True
            else:
                self.missing.append(key)
        return found


def _with(node: SpfNode, state: str) -> SpfNode:
    return SpfNode(name=node.name, via=node.via, term=node.term, state=state, passing=node.passing, own=node.own)
