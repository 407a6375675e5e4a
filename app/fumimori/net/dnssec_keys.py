"""Keys, digests and signatures of DNSSEC: which of them count, and which belong together (RFC 4034, 4509, 5011)."""

from collections.abc import Iterable, Iterator, Sequence

import dns.dnssec
import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.DS
import dns.rdtypes.ANY.RRSIG
import dns.rrset

Anchor = dns.rdtypes.ANY.DS.DS | dns.rdtypes.ANY.DNSKEY.DNSKEY
Anchors = Sequence[Anchor]

ALGORITHMS = frozenset({5, 7, 8, 10, 13, 14, 15, 16})
"""Signing algorithms that are verified; a zone that uses only others is insecure (RFC 4035 section 5.2)."""

SHA1_DIGEST = 1
DIGESTS = frozenset({SHA1_DIGEST, 2, 4})
ZONE_KEY = 0x0100
"""The flag of a key that may sign a zone (RFC 4034 section 2.1.1)."""
REVOKED = 0x0080
"""The flag of a key that must not be trusted any more (RFC 5011 section 2.1)."""


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


def pairs(
    signatures: Iterable[dns.rdtypes.ANY.RRSIG.RRSIG],
    signer: dns.name.Name,
    keys: Iterable[dns.rdtypes.ANY.DNSKEY.DNSKEY],
) -> Iterator[tuple[dns.rdtypes.ANY.RRSIG.RRSIG, dns.rdtypes.ANY.DNSKEY.DNSKEY]]:
    """Each signature by `signer` with each key that may have made it."""
    zone_keys = [key for key in keys if key.flags & ZONE_KEY and not key.flags & REVOKED]
    for signature in signatures:
        if signature.signer != signer or signature.algorithm not in ALGORITHMS:
            continue
        for key in zone_keys:
            if (key.algorithm, dns.dnssec.key_id(key)) == (signature.algorithm, signature.key_tag):
                yield signature, key


def anchored(key: dns.rdtypes.ANY.DNSKEY.DNSKEY, anchor: Anchor) -> bool:
    """Whether `anchor` speaks of this key of the root."""
    if isinstance(anchor, dns.rdtypes.ANY.DNSKEY.DNSKEY):
        return bool((key.algorithm, key.key) == (anchor.algorithm, anchor.key))
    return matches(dns.name.root, key, anchor)


def matches(owner: dns.name.Name, key: dns.rdtypes.ANY.DNSKEY.DNSKEY, ds: dns.rdtypes.ANY.DS.DS) -> bool:
    """Whether `ds` is a digest of this key of `owner`, and the key may sign a zone."""
    if key.algorithm != ds.algorithm or not int(key.flags) & ZONE_KEY:
        return False
    if dns.dnssec.key_id(key) != ds.key_tag:
        return False
    try:
        made = dns.dnssec.make_ds(owner, key, ds.digest_type, policy=dns.dnssec.allow_all_policy, validating=True)
    except (dns.exception.DNSException, ValueError):
        return False
    return bool(made == ds)


def keys_only(owner: dns.name.Name, keys: Iterable[dns.rdtypes.ANY.DNSKEY.DNSKEY]) -> dns.rrset.RRset:
    """A DNSKEY set of nothing but `keys`."""
    rrset = dns.rrset.RRset(owner, dns.rdataclass.IN, dns.rdatatype.DNSKEY)
    for key in keys:
        rrset.add(key)
    return rrset


def rrset_of(
    section: Iterable[dns.rrset.RRset],
    name: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    covers: dns.rdatatype.RdataType = dns.rdatatype.NONE,
) -> dns.rrset.RRset | None:
    """The records of this name and type (for signatures: that cover that type) in a section; None without any."""
    return next(
        (
            found
            for found in section
            if (found.name, found.rdclass, found.rdtype, found.covers) == (name, dns.rdataclass.IN, rdtype, covers)
        ),
        None,
    )
