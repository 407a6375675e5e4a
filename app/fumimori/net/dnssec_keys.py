"""Keys, digests and signatures of DNSSEC: which of them count, and which belong together (RFC 4034, 4509, 5011)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import dns.dnssec
import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DS
import dns.rrset
from dns.rdtypes.ANY.DNSKEY import DNSKEY

Anchor = dns.rdtypes.ANY.DS.DS | DNSKEY
Anchors = Sequence[Anchor]

ALGORITHMS = frozenset({5, 7, 8, 10, 13, 14, 15, 16})
"""Signing algorithms that are verified; a zone that uses only others is insecure (RFC 4035 section 5.2)."""

SHA1_DIGEST = 1
DIGESTS = frozenset({SHA1_DIGEST, 2, 4})
ZONE_KEY = 0x0100
"""The flag of a key that may sign a zone (RFC 4034 section 2.1.1)."""
REVOKED = 0x0080
"""The flag of a key that must not be trusted any more (RFC 5011 section 2.1)."""
PROTOCOL = 3
"""What every key of a zone says (RFC 4034 section 2.1.2)."""
DIGESTS_TRIED = 64
"""Digests of keys per delegation; no legitimate zone has that many keys of one tag."""
SETS_MOST = 128
"""Sets of records in one section that are looked at."""


def read_anchors(text: str) -> tuple[Anchor, ...]:
    """The DS and DNSKEY records for the root in zone-file text; ValueError when there is none."""
    anchors: list[Anchor] = []
    for line in text.splitlines():
        words = line.partition(";")[0].split()
        for rdtype in ("DS", "DNSKEY"):
            if rdtype in words:
                rest = " ".join(words[words.index(rdtype) + 1 :])
                try:
                    anchors.append(dns.rdata.from_text(dns.rdataclass.IN, rdtype, rest))  # type: ignore[arg-type]
                except dns.exception.DNSException as error:
                    raise ValueError(f"not a {rdtype} record: {error}") from error
    if not anchors:
        raise ValueError("no DS or DNSKEY record")
    return tuple(anchors)


def usable_ds(delegation: Iterable[dns.rdtypes.ANY.DS.DS]) -> list[dns.rdtypes.ANY.DS.DS]:
    """The DS records that count here: known algorithms; SHA-1 digests only where there is no other (RFC 4509 3)."""
    known = [ds for ds in delegation if ds.algorithm in ALGORITHMS and ds.digest_type in DIGESTS]
    better = [ds for ds in known if ds.digest_type != SHA1_DIGEST]
    return better or known


class KeyRing:
    """The keys of one zone that may sign for it, found by algorithm and tag; each tag is computed once."""

    def __init__(self, keys: Iterable[DNSKEY] = ()) -> None:
        self._found: dict[tuple[int, int], list[DNSKEY]] = {}
        for key in keys:
            flags = int(key.flags)
            if flags & ZONE_KEY and not flags & REVOKED and key.protocol == PROTOCOL and key.algorithm in ALGORITHMS:
                self._found.setdefault((int(key.algorithm), dns.dnssec.key_id(key)), []).append(key)

    def __iter__(self) -> Iterator[DNSKEY]:
        return (key for keys in self._found.values() for key in keys)

    def at(self, algorithm: int, tag: int) -> Sequence[DNSKEY]:
        """The keys with this tag, of which there may be several (RFC 4034 appendix B)."""
        return self._found.get((int(algorithm), tag), ())

    def named_by(self, owner: dns.name.Name, digests: Iterable[dns.rdtypes.ANY.DS.DS]) -> "KeyRing":
        """The keys of `owner` that one of `digests` names; no more than DIGESTS_TRIED digests are computed."""
        pairs = ((key, ds) for ds in digests for key in self.at(ds.algorithm, ds.key_tag))
        return KeyRing(key for key, ds in islice(pairs, DIGESTS_TRIED) if _named(owner, key, ds))

    def anchored(self, anchors: Anchors) -> "KeyRing":
        """The keys of the root that `anchors` name."""
        whole = {(anchor.algorithm, anchor.key) for anchor in anchors if isinstance(anchor, DNSKEY)}
        known = [key for key in self if (key.algorithm, key.key) in whole]
        digests = [anchor for anchor in anchors if isinstance(anchor, dns.rdtypes.ANY.DS.DS)]
        return KeyRing({*known, *self.named_by(dns.name.root, digests)})


def _named(owner: dns.name.Name, key: DNSKEY, ds: dns.rdtypes.ANY.DS.DS) -> bool:
    """Whether `ds` is a digest of this key of `owner`."""
    try:
        made = dns.dnssec.make_ds(owner, key, ds.digest_type, policy=dns.dnssec.allow_all_policy, validating=True)
    except (dns.exception.DNSException, ValueError):
        return False
    return bool(made == ds)


def rrset_of(
    section: Iterable[dns.rrset.RRset],
    name: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    covers: dns.rdatatype.RdataType = dns.rdatatype.NONE,
) -> dns.rrset.RRset | None:
    """The records of this name and type (for signatures: that cover that type) in a section; None without any."""
    wanted = (rdtype, covers, dns.rdataclass.IN)
    return next(
        (
            found
            for found in islice(section, SETS_MOST)
            if (found.rdtype, found.covers, found.rdclass) == wanted and found.name == name
        ),
        None,
    )
