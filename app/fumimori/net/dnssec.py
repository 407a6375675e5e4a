"""DNSSEC validated here, from a trust anchor down, denial of existence included (RFC 4033-4035, 5155, 6840, 9276).

The resolver is only a carrier: it is asked with the CD bit, and nothing that it claims about security is believed.
"""

import base64
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import dns.dnssec
import dns.dnssectypes
import dns.exception
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.DS
import dns.rdtypes.ANY.NSEC
import dns.rdtypes.ANY.NSEC3
import dns.rdtypes.ANY.RRSIG
import dns.rrset

from fumimori.core.network.dns import Security

Query = Callable[[dns.name.Name, dns.rdatatype.RdataType], Awaitable[dns.message.Message]]
"""Asks with DO and CD set; raises NotSeen when nothing usable came back."""

ALGORITHMS = frozenset({5, 7, 8, 10, 13, 14, 15, 16})
"""Signing algorithms that are verified; a zone that uses only others is insecure (RFC 4035 section 5.2)."""

DIGESTS = frozenset({1, 2, 4})
ZONE_KEY = 0x0100
"""The flag of a key that may sign a zone (RFC 4034 section 2.1.1)."""

SIGNATURES_TRIED = 16
"""Signature checks per RRset: a zone that needs more is bogus rather than expensive (CVE-2023-50387)."""

NSEC3_ITERATIONS = 100
"""More are treated as insecure (RFC 9276 section 3.2)."""


class BogusError(Exception):
    """A proof that does not hold; the message is a code such as `no_signature`, `expired`, `no_denial`."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A zone whose keys are proved; `keys` is empty once the chain ended in an insecure delegation."""

    name: dns.name.Name
    keys: dns.rrset.RRset
    digests: frozenset[int] = frozenset()

    @property
    def secure(self) -> bool:
        """Whether answers from here can be proved."""
        return len(self.keys) > 0


@dataclass
class Validator:
    """Walks the chain of trust for one run; proved zones are kept and shared."""

    query: Query
    anchors: Sequence[dns.rdtypes.ANY.DS.DS | dns.rdtypes.ANY.DNSKEY.DNSKEY]
    now: Callable[[], datetime]
    _zones: dict[dns.name.Name, Zone] = field(default_factory=dict)

    async def judge(self, answer: dns.message.Message) -> tuple[Security, str]:
        """Whether `answer` to its question is SECURE, INSECURE or BOGUS, with a code for the reason when bogus."""
        question = answer.question[0]
        try:
            secure = await self._answer(answer, question.name, question.rdtype)
        except BogusError as error:
            return Security.BOGUS, str(error)
        return (Security.SECURE if secure else Security.INSECURE), ""

    async def zone_of(self, name: dns.name.Name, *, parent_side: bool = False) -> Zone:
        """The deepest proved zone that `name` lies in; BogusError on a broken link."""
        zone = await self._root()
        last = len(name) - (1 if parent_side else 0)
        for depth in range(2, last + 1):
            if not zone.secure:
                return zone
            child = dns.name.Name(name[len(name) - depth :])
            known = self._zones.get(child)
            if known is None:
                known = await self._below(zone, child)
                self._zones[child] = known
            zone = known
        return zone

    async def _root(self) -> Zone:
        known = self._zones.get(dns.name.root)
        if known is None:
            answer = await self.query(dns.name.root, dns.rdatatype.DNSKEY)
            keys = _rrset(answer.answer, dns.name.root, dns.rdatatype.DNSKEY)
            if keys is None:
                raise BogusError("no_root_keys")
            trusted = [key for key in keys if any(_anchored(key, anchor) for anchor in self.anchors)]
            self._proved(answer.answer, keys, dns.name.root, _keys_only(dns.name.root, trusted))
            known = self._zones[dns.name.root] = Zone(name=dns.name.root, keys=keys)
        return known

    async def _below(self, parent: Zone, child: dns.name.Name) -> Zone:
        """What `child` is, seen from its parent zone: a secure zone, an insecure one, or a name inside the parent."""
        answer = await self.query(child, dns.rdatatype.DS)
        delegation = _rrset(answer.answer, child, dns.rdatatype.DS)
        if delegation is None:
            alias = _rrset(answer.answer, child, dns.rdatatype.CNAME)
            if alias is not None:
                self._proved(answer.answer, alias, parent.name, parent.keys)
                return parent
            return self._without_ds(answer, parent, child)
        self._proved(answer.answer, delegation, parent.name, parent.keys)
        usable = [ds for ds in delegation if ds.algorithm in ALGORITHMS and ds.digest_type in DIGESTS]
        if not usable:
            return _insecure(child)
        signed = await self.query(child, dns.rdatatype.DNSKEY)
        keys = _rrset(signed.answer, child, dns.rdatatype.DNSKEY)
        if keys is None:
            raise BogusError("no_dnskey")
        trusted = [key for key in keys if any(_matches(child, key, ds) for ds in usable)]
        if not trusted:
            raise BogusError("ds_mismatch")
        self._proved(signed.answer, keys, child, _keys_only(child, trusted))
        return Zone(name=child, keys=keys, digests=frozenset(int(ds.digest_type) for ds in usable))

    def _without_ds(self, answer: dns.message.Message, parent: Zone, child: dns.name.Name) -> Zone:
        """A name without DS: proved to be an insecure delegation, or proved to be no zone cut at all."""
        denial = self._denial(answer, parent)
        if denial.too_costly:
            return _insecure(child)
        types = denial.types_at(child)
        if types is not None:
            if dns.rdatatype.DS in types:
                raise BogusError("ds_hidden")
            if dns.rdatatype.NS in types and dns.rdatatype.SOA not in types:
                return _insecure(child)
            return parent
        if denial.covered(child) or denial.empty_non_terminal(child):
            return _insecure(child) if denial.opted_out(child) else parent
        raise BogusError("no_denial")

    async def _answer(self, answer: dns.message.Message, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> bool:
        """True when everything on the way from `name` to the answer is proved; False when a part is insecure."""
        for _ in range(12):
            alias = _rrset(answer.answer, name, dns.rdatatype.CNAME)
            wanted = _rrset(answer.answer, name, rdtype)
            found = wanted or alias
            zone = await self.zone_of(name, parent_side=rdtype == dns.rdatatype.DS)
            if not zone.secure:
                return False
            if found is None:
                return self._absent(answer, zone, name, rdtype)
            wildcard = self._proved(answer.answer, found, zone.name, zone.keys)
            if wildcard is not None and not self._denial(answer, zone).covered_below(name, wildcard):
                raise BogusError("wildcard_unproved")
            if wanted is not None:
                return True
            name = found[0].target
        raise BogusError("cname_loop")

    def _absent(
        self, answer: dns.message.Message, zone: Zone, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
    ) -> bool:
        """True when the absence of `rdtype` at `name` is proved, False when the zone's proof does not bind."""
        denial = self._denial(answer, zone)
        if denial.too_costly:
            return False
        for candidate in (name, *denial.wildcard(name)):
            types = denial.types_at(candidate)
            if types is not None:
                if rdtype in types or dns.rdatatype.CNAME in types:
                    raise BogusError("denial_contradicts")
                return True
            if denial.empty_non_terminal(candidate):
                return True
            if not denial.covered(candidate):
                raise BogusError("no_denial")
            if denial.opted_out(candidate):
                return False
        return True

    def _denial(self, answer: dns.message.Message, zone: Zone) -> "Denial":
        """The NSEC and NSEC3 records of the authority section whose signatures hold."""
        nsec: list[tuple[dns.name.Name, dns.rdtypes.ANY.NSEC.NSEC]] = []
        nsec3: list[tuple[dns.name.Name, dns.rdtypes.ANY.NSEC3.NSEC3]] = []
        for rrset in answer.authority[:64]:
            if rrset.rdtype == dns.rdatatype.NSEC and rrset.name.is_subdomain(zone.name):
                self._proved(answer.authority, rrset, zone.name, zone.keys)
                nsec.append((rrset.name, rrset[0]))
            elif rrset.rdtype == dns.rdatatype.NSEC3 and rrset.name.parent() == zone.name:
                self._proved(answer.authority, rrset, zone.name, zone.keys)
                nsec3.append((rrset.name, rrset[0]))
        return Denial(zone=zone.name, nsec=tuple(nsec), nsec3=tuple(nsec3))

    def _proved(
        self, section: Sequence[dns.rrset.RRset], rrset: dns.rrset.RRset, signer: dns.name.Name, keys: dns.rrset.RRset
    ) -> dns.name.Name | None:
        """Check that a signature by `signer` holds; returns the closest encloser when the answer is from a wildcard."""
        signatures = _rrset(section, rrset.name, dns.rdatatype.RRSIG, rrset.rdtype)
        if signatures is None:
            raise BogusError("no_signature")
        at = self.now().timestamp()
        worst = "bad_signature"
        for tried, (signature, key) in enumerate(_pairs(signatures, signer, keys)):
            if tried >= SIGNATURES_TRIED:
                raise BogusError("too_many_signatures")
            try:
                dns.dnssec.validate_rrsig(rrset, signature, {signer: _keys_only(signer, [key])}, now=at)
            except (dns.exception.DNSException, ValueError, TypeError):
                worst = "expired" if signature.expiration < at else worst
                continue
            labels = len(rrset.name) - 1 - rrset.name.is_wild()
            if signature.labels < labels:
                return dns.name.Name(rrset.name[len(rrset.name) - signature.labels - 1 :])
            if signature.labels == labels:
                return None
        raise BogusError(worst)


@dataclass(frozen=True, kw_only=True)
class Denial:
    """Proved NSEC and NSEC3 records of one zone, and what they say about names."""

    zone: dns.name.Name
    nsec: tuple[tuple[dns.name.Name, dns.rdtypes.ANY.NSEC.NSEC], ...]
    nsec3: tuple[tuple[dns.name.Name, dns.rdtypes.ANY.NSEC3.NSEC3], ...]

    @property
    def too_costly(self) -> bool:
        """NSEC3 with so many iterations, or of such a kind, that the zone counts as insecure (RFC 9276 section 3.2)."""
        return any(record.iterations > NSEC3_ITERATIONS or record.algorithm != 1 for _, record in self.nsec3)

    def types_at(self, name: dns.name.Name) -> frozenset[int] | None:
        """The types that exist at `name`, when a record stands exactly there; None otherwise."""
        for owner, record in self.nsec:
            if owner == name:
                return _types(record.windows)
        for owner, record3 in self.nsec3:
            if owner == self._hashed(name, record3):
                return _types(record3.windows)
        return None

    def covered(self, name: dns.name.Name) -> bool:
        """Whether a record proves that `name` itself does not exist (for NSEC3: that the next closer name does not)."""
        if any(not record.next.is_subdomain(name) for _, record in self._spans(name)):
            return True
        encloser = self.closest_encloser(name) if self.nsec3 else None
        return encloser is not None and self._covers3(_next_closer(name, encloser)) is not None

    def covered_below(self, name: dns.name.Name, encloser: dns.name.Name) -> bool:
        """Whether the next closer name of `name` under `encloser` is proved absent, as a wildcard answer needs."""
        closer = _next_closer(name, encloser)
        return any(True for _ in self._spans(name)) or self._covers3(closer) is not None

    def empty_non_terminal(self, name: dns.name.Name) -> bool:
        """Whether `name` exists only because something lies below it (RFC 4592 section 2.2.2)."""
        return any(record.next.is_subdomain(name) for _, record in self._spans(name))

    def opted_out(self, name: dns.name.Name) -> bool:
        """Whether the proof that `name` is absent is an opt-out span, so that it may be an insecure delegation."""
        encloser = self.closest_encloser(name) if self.nsec3 else None
        if encloser is None:
            return False
        record = self._covers3(_next_closer(name, encloser))
        return record is not None and bool(record.flags & 1)

    def closest_encloser(self, name: dns.name.Name) -> dns.name.Name | None:
        """The longest existing ancestor of `name` that the records prove (RFC 5155 section 8.3)."""
        if self.nsec:
            shared = [
                ancestor
                for owner, record in self._spans(name)
                for ancestor in (_common(owner, name), _common(record.next, name))
            ]
            return max(shared, key=len, default=None)
        candidate = name
        while candidate != self.zone and candidate.is_subdomain(self.zone):
            candidate = candidate.parent()
            if any(owner == self._hashed(candidate, record) for owner, record in self.nsec3):
                return candidate
        return None

    def wildcard(self, name: dns.name.Name) -> tuple[dns.name.Name, ...]:
        """The wildcard that could have answered for `name`; empty when no closest encloser is proved."""
        encloser = self.closest_encloser(name)
        return () if encloser is None else (dns.name.from_text("*", encloser),)

    def _spans(self, name: dns.name.Name) -> Iterator[tuple[dns.name.Name, dns.rdtypes.ANY.NSEC.NSEC]]:
        """The NSEC records around `name`, without those of a delegation or DNAME above it (RFC 6840 section 4.1)."""
        for owner, record in self.nsec:
            types = _types(record.windows)
            cut = dns.rdatatype.NS in types and dns.rdatatype.SOA not in types
            if name.is_subdomain(owner) and (cut or dns.rdatatype.DNAME in types):
                continue
            if _between(owner, name, record.next):
                yield owner, record

    def _covers3(self, name: dns.name.Name) -> dns.rdtypes.ANY.NSEC3.NSEC3 | None:
        for owner, record in self.nsec3:
            hashed = self._hashed(name, record)[0].lower()
            first = owner[0].lower()
            following = base64.b32hexencode(record.next).rstrip(b"=").lower()
            inside = first < hashed < following if first < following else (hashed > first or hashed < following)
            if inside:
                return record
        return None

    def _hashed(self, name: dns.name.Name, record: dns.rdtypes.ANY.NSEC3.NSEC3) -> dns.name.Name:
        digest = dns.dnssec.nsec3_hash(name, record.salt, record.iterations, record.algorithm).lower()
        return dns.name.from_text(digest, self.zone)


def read_anchors(text: str) -> tuple[dns.rdtypes.ANY.DS.DS | dns.rdtypes.ANY.DNSKEY.DNSKEY, ...]:
    """The DS and DNSKEY records for the root in zone-file text; ValueError when there is none."""
    anchors: list[dns.rdtypes.ANY.DS.DS | dns.rdtypes.ANY.DNSKEY.DNSKEY] = []
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


def _insecure(name: dns.name.Name) -> Zone:
    return Zone(name=name, keys=_keys_only(name, ()))


def _pairs(
    signatures: Iterable[dns.rdtypes.ANY.RRSIG.RRSIG],
    signer: dns.name.Name,
    keys: Iterable[dns.rdtypes.ANY.DNSKEY.DNSKEY],
) -> Iterator[tuple[dns.rdtypes.ANY.RRSIG.RRSIG, dns.rdtypes.ANY.DNSKEY.DNSKEY]]:
    """Each signature by `signer` with each key that may have made it."""
    zone_keys = [key for key in keys if key.flags & ZONE_KEY]
    for signature in signatures:
        if signature.signer != signer or signature.algorithm not in ALGORITHMS:
            continue
        for key in zone_keys:
            if (key.algorithm, dns.dnssec.key_id(key)) == (signature.algorithm, signature.key_tag):
                yield signature, key


def _anchored(
    key: dns.rdtypes.ANY.DNSKEY.DNSKEY, anchor: dns.rdtypes.ANY.DS.DS | dns.rdtypes.ANY.DNSKEY.DNSKEY
) -> bool:
    if isinstance(anchor, dns.rdtypes.ANY.DNSKEY.DNSKEY):
        return bool((key.algorithm, key.key) == (anchor.algorithm, anchor.key))
    return _matches(dns.name.root, key, anchor)


def _matches(owner: dns.name.Name, key: dns.rdtypes.ANY.DNSKEY.DNSKEY, ds: dns.rdtypes.ANY.DS.DS) -> bool:
    if key.algorithm != ds.algorithm or not int(key.flags) & ZONE_KEY:
        return False
    if dns.dnssec.key_id(key) != ds.key_tag:
        return False
    try:
        return bool(dns.dnssec.make_ds(owner, key, ds.digest_type, validating=True) == ds)
    except dns.exception.DNSException:
        return False


def _keys_only(owner: dns.name.Name, keys: Iterable[dns.rdtypes.ANY.DNSKEY.DNSKEY]) -> dns.rrset.RRset:
    rrset = dns.rrset.RRset(owner, dns.rdataclass.IN, dns.rdatatype.DNSKEY)
    for key in keys:
        rrset.add(key)
    return rrset


def _rrset(
    section: Iterable[dns.rrset.RRset],
    name: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    covers: dns.rdatatype.RdataType = dns.rdatatype.NONE,
) -> dns.rrset.RRset | None:
    return next(
        (found for found in section if (found.name, found.rdtype, found.covers) == (name, rdtype, covers)), None
    )


def _types(windows: Sequence[tuple[int, bytes]]) -> frozenset[int]:
    return frozenset(
        window * 256 + index * 8 + bit
        for window, bitmap in windows
        for index, byte in enumerate(bitmap)
        for bit in range(8)
        if byte & (0x80 >> bit)
    )


def _between(owner: dns.name.Name, name: dns.name.Name, following: dns.name.Name) -> bool:
    """Whether `name` lies strictly between two names in canonical order, round the end of the zone included."""
    if owner < following:
        return bool(owner < name < following)
    return bool(name > owner or name < following)


def _common(one: dns.name.Name, other: dns.name.Name) -> dns.name.Name:
    _, _, shared = one.fullcompare(other)
    return dns.name.Name(other[len(other) - shared :])


def _next_closer(name: dns.name.Name, encloser: dns.name.Name) -> dns.name.Name:
    return dns.name.Name(name[len(name) - len(encloser) - 1 :])
