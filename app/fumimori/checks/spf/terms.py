"""The terms of a written SPF record, as they are moved, corrected and joined (RFC 7208 sections 4.6 and 12)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from fumimori.grammar.spf import TERMS_MOST
from fumimori.grammar.spf_walk import collapsed as joined_networks

STRICTNESS = ("+", "?", "~", "-")
"""What an `all` says of unlisted senders, from mild to strict."""
_MISSPELT = {
    "ip": "ip4",
    "ipv4": "ip4",
    "ipv6": "ip6",
    "includes": "include",
    "inculde": "include",
    "inlcude": "include",
}
_VERSION = re.compile(r"[\s\"']{0,20}(?:v\s{0,5}[=:]\s{0,5})?spf(?:1|2\.0/\w{1,20})?(?:[;:,]|(?=\s)|$)", re.IGNORECASE)


def terms(text: str) -> list[str]:
    """The terms behind the version, in order."""
    return text.split()[1 : TERMS_MOST + 1]


def behind_version(text: str) -> list[str]:
    """The terms of a record whose version is misspelt; none where it is unclear where they begin."""
    match = _VERSION.match(text)
    return re.sub(r"[;,\"']", " ", text[match.end() :]).split()[:TERMS_MOST] if match else []


def joined(written: Iterable[str]) -> str:
    """The record with these terms."""
    return " ".join(["v=spf1", *written])


def mechanism(term: str) -> str:
    """The name of a mechanism or modifier, lower case, without its qualifier."""
    bare = term.lstrip("+-~?").lower()
    return re.split(r"[:/=]", bare, maxsplit=1)[0]


def target(term: str) -> str:
    """The name that an include or a redirect leads to, as the tree of the record writes it; empty for other terms."""
    return re.split(r"[:=]", term, maxsplit=1)[1].lower().rstrip(".") if refers(term) else ""


def refers(term: str) -> bool:
    """Whether a term leads to another record."""
    return mechanism(term) in ("include", "redirect") and re.search(r"[:=]", term) is not None


def ends(written: Sequence[str]) -> bool:
    """Whether an `all` or a redirect says what holds for everybody else."""
    return any(mechanism(term) in ("all", "redirect") for term in written)


def strictest(alls: Iterable[str]) -> str:
    """The strictest of these `all`; `~all` where none is definite."""
    found = max((STRICTNESS.index(term[0]) if term[0] in STRICTNESS else 0 for term in alls), default=0)
    return f"{STRICTNESS[max(found, STRICTNESS.index('~'))]}all"


def once(written: Sequence[str]) -> list[str]:
    """Each term once, whatever its case."""
    return list({term.lower(): term for term in reversed(written)}.values())[::-1]


def collapsed(written: Sequence[str]) -> list[str]:
    """The same terms with neighbouring networks joined, at the place of the first of them."""
    networks, others, place = [], [], None
    for term in written:
        network = _network(term)
        if network is None:
            others.append(term)
            continue
        place = len(others) if place is None else place
        networks.append(network)
    if place is None:
        return list(written)
    short = [_shortest(text) for text in joined_networks(networks)]
    return [*others[:place], *short, *others[place:]]


def _network(term: str) -> IPv4Network | IPv6Network | None:
    if not re.match(r"\+?ip[46]:", term, re.IGNORECASE):
        return None
    try:
        return ip_network(term.partition(":")[2], strict=False)
    except ValueError:
        return None


def _shortest(text: str) -> str:
    network = ip_network(text)
    whole = network.prefixlen == network.max_prefixlen
    return f"ip{network.version}:{network.network_address if whole else text}"


def is_network(term: str, text: str) -> bool:
    """Whether a term names a network that is in the network `text`, or around it."""
    network = _network(term)
    try:
        wanted = ip_network(text)
    except ValueError:
        return False
    if network is None or network.version != wanted.version:
        return False
    return bool(network.overlaps(wanted))


def mended(written: Iterable[str]) -> list[str]:
    """The terms with the usual mistakes corrected; what is ambiguous stays as it is."""
    return [one for term in written if (one := _mended(term))]


def _mended(term: str) -> str:
    bare = unicodedata.normalize("NFKC", term).strip(";,\"'")
    match = re.fullmatch(r"([+\-~?]?)([A-Za-z0-9]{1,20})([:=/]?)(.{0,1000})", bare)
    if match is None:
        return bare
    qualifier, name, sign, rest = match.groups()
    name = _MISSPELT.get(name.lower(), name)
    lower = name.lower()
    if lower == "all":
        return f"{qualifier}{name}"
    if lower in ("include", "ip4", "ip6", "a", "mx") and sign == "=":
        sign = ":"
    if lower in ("ip4", "ip6") and sign == ":":
        return f"{qualifier}{_by_kind(lower, rest)}"
    return f"{qualifier}{name}{sign}{rest}"


def _by_kind(name: str, rest: str) -> str:
    """An address under the mechanism of its version, a host name under `a`."""
    address, slash, prefix = rest.partition("/")
    try:
        kind = f"ip{ip_address(address).version}"
    except ValueError:
        known = re.fullmatch(r"(?:[A-Za-z0-9_-]{1,63}\.){1,20}[A-Za-z]{2,63}", address)
        return f"a:{rest}" if known else f"{name}:{rest}"
    return f"{kind}:{address}{slash}{prefix}"
