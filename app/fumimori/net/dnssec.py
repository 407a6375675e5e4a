"""DNSSEC validated here, from a trust anchor down (RFC 4033-4035, 4509, 6840).

The resolver is only transport: it is asked with the CD bit, and nothing that it claims about security is relied on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import dns.dnssec
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

from fumimori.net.dnssec_denial import BogusError, Denial, is_cut
from fumimori.net.dnssec_keys import SETS_MOST, Anchors, KeyRing, rrset_of, usable_ds
from fumimori.net.dnssec_signature import Signed, holds, out_of_time
from fumimori.network.dns import Security

Query = Callable[[dns.name.Name, dns.rdatatype.RdataType], Awaitable[dns.message.Message]]
"""Asks with DO and CD set; raises NotObserved when nothing usable came back. Asking twice costs nothing."""

FAILURES_MOST = 16
"""Failing signatures of one zone's keys, or of one answer, before it counts as bogus (CVE-2023-50387)."""

PROVING = frozenset({dns.rdatatype.NSEC, dns.rdatatype.NSEC3})
PROOFS_MOST = 8
"""Records of one answer that may prove an absence; a legitimate proof needs at most four (RFC 5155 section 7.2)."""

CHAIN_MOST = 12
"""Aliases in a row that are followed."""

FETCHED_AHEAD = 4
"""Labels, with the root's, whose DNSKEY is asked for before it is known that they are zones."""

LINKS_AHEAD = 10
"""Links of a chain that are asked for side by side; names with more labels cost a question at a time."""

PROVABLE = frozenset({dns.rcode.NOERROR, dns.rcode.NXDOMAIN, dns.rcode.YXDOMAIN})
"""Codes of answers that records can prove."""


class NoAnchorError(Exception):
    """Nothing can be validated here; the message is a code: `dnssec_stripped` or `dnssec_other_root`."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A zone whose keys are validated, or one that the chain of trust does not reach."""

    name: dns.name.Name
    keys: KeyRing | None = None
    """None once the chain ended in an insecure delegation, or broke."""
    fault: str = ""
    """Where the chain broke; remembered, because finding it out again costs as much as the first time."""

    @property
    def secure(self) -> bool:
        """Whether answers from here can be proved."""
        return self.keys is not None

    @property
    def insecure(self) -> bool:
        """Whether the parent proves that nothing from here can be proved."""
        return self.keys is None and not self.fault


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the chain of trust says about one answer."""

    security: Security
    reason: str = ""
    """A code, when bogus or unchecked."""


@dataclass(kw_only=True)
class Validator:
    """Walks the chain of trust; proved zones are kept in `zones`, which validators of one run may share."""

    query: Query
    anchors: Anchors
    now: Callable[[], datetime]
    zones: dict[dns.name.Name, Zone] = field(default_factory=dict)
    _failures: int = 0

    async def judge(self, answer: dns.message.Message) -> Verdict:
        """Whether `answer` to its question is SECURE, INSECURE or BOGUS; UNCHECKED when the root cannot be proved.

        Raises NotObserved when the resolver does not say what the proof needs.
        """
        question = answer.question[0]
        self._failures = 0
        if answer.rcode() not in PROVABLE:
            # The upper bits of the code are in the OPT record, which nothing signs (RFC 6891 section 6.1.3).
            return Verdict(security=Security.BOGUS, reason="rcode_contradicts")
        try:
            secure = await self._answer(answer, question.name, question.rdtype)
        except NoAnchorError as error:
            return Verdict(security=Security.UNCHECKED, reason=str(error))
        except BogusError as error:
            return Verdict(security=Security.BOGUS, reason=str(error))
        except (dns.exception.DNSException, ValueError):
            # Names too long to be joined, hashes of an impossible kind: no legitimate zone is signed that way.
            return Verdict(security=Security.BOGUS, reason="malformed")
        return Verdict(security=Security.SECURE if secure else Security.INSECURE)

    async def zone_of(self, name: dns.name.Name, *, parent_side: bool = False) -> Zone:
        """The deepest proved zone that `name` is in; BogusError on a broken link, NoAnchorError without a root."""
        last = max(1, len(name) - (1 if parent_side else 0))
        lineage = [dns.name.Name(name[len(name) - depth :]) for depth in range(2, last + 1)]
        ahead = self._ask_ahead([link for link in lineage[:LINKS_AHEAD] if link not in self.zones])
        try:
            zone = await self._root()
            for child in lineage:
                if not zone.secure:
                    return zone
                zone = self.zones.get(child) or await self._known_below(zone, child)
                if zone.fault:
                    raise BogusError(zone.fault)
            return zone
        finally:
            for task in ahead:
                task.cancel()
            await asyncio.gather(*ahead, return_exceptions=True)

    def _ask_ahead(self, links: Sequence[dns.name.Name]) -> list[asyncio.Task[dns.message.Message]]:
        """The questions of a whole chain, concurrently instead of in sequence."""
        ahead = [] if dns.name.root in self.zones else [(dns.name.root, dns.rdatatype.DNSKEY)]
        for link in links:
            ahead.append((link, dns.rdatatype.DS))
            if len(link) <= FETCHED_AHEAD:
                ahead.append((link, dns.rdatatype.DNSKEY))
        return [asyncio.ensure_future(self.query(*question)) for question in ahead]

    async def _root(self) -> Zone:
        known = self.zones.get(dns.name.root)
        if known is None:
            answer = await self.query(dns.name.root, dns.rdatatype.DNSKEY)
            known = self.zones[dns.name.root] = self._proved_root(answer)
        if known.fault:
            raise NoAnchorError(known.fault)
        return known

    def _proved_root(self, answer: dns.message.Message) -> Zone:
        keys = rrset_of(answer.answer, dns.name.root, dns.rdatatype.DNSKEY)
        if keys is None or rrset_of(answer.answer, keys.name, dns.rdatatype.RRSIG, keys.rdtype) is None:
            return Zone(name=dns.name.root, fault="dnssec_stripped")
        ring = KeyRing(keys)
        try:
            self._proved(answer.answer, keys, dns.name.root, ring.anchored(self.anchors))
        except BogusError:
            return Zone(name=dns.name.root, fault="dnssec_other_root")
        return Zone(name=dns.name.root, keys=ring)

    async def _known_below(self, parent: Zone, child: dns.name.Name) -> Zone:
        """`_below`, its failure remembered too; yields to the event loop between two zones."""
        failures, self._failures = self._failures, 0
        try:
            zone = await self._below(parent, child)
        except BogusError as error:
            zone = Zone(name=child, fault=str(error))
        except (dns.exception.DNSException, ValueError):
            zone = Zone(name=child, fault="malformed")
        finally:
            self._failures = failures
        self.zones[child] = zone
        await asyncio.sleep(0)
        return zone

    async def _below(self, parent: Zone, child: dns.name.Name) -> Zone:
        """What `child` is, seen from its parent zone: a secure zone, an insecure one, or a name inside the parent."""
        answer = await self.query(child, dns.rdatatype.DS)
        delegation = rrset_of(answer.answer, child, dns.rdatatype.DS)
        if delegation is None:
            link = self._link(answer.answer, child)
            if link is not None:
                self._proved(answer.answer, link, parent.name, _keys(parent))
                return parent
            return self._without_ds(answer, parent, child)
        self._proved(answer.answer, delegation, parent.name, _keys(parent))
        usable = usable_ds(delegation)
        if not usable:
            return Zone(name=child)
        signed = await self.query(child, dns.rdatatype.DNSKEY)
        keys = rrset_of(signed.answer, child, dns.rdatatype.DNSKEY)
        if keys is None:
            raise BogusError("no_dnskey")
        ring = KeyRing(keys)
        trusted = ring.named_by(child, usable)
        if not any(True for _ in trusted):
            raise BogusError("ds_mismatch")
        self._proved(signed.answer, keys, child, trusted)
        return Zone(name=child, keys=ring)

    def _without_ds(self, answer: dns.message.Message, parent: Zone, child: dns.name.Name) -> Zone:
        """A name without DS: proved to be an insecure delegation, or proved to be no zone cut at all."""
        denial = self._denial(answer, parent)
        if denial.too_costly:
            return Zone(name=child)
        types = denial.types_at(child)
        if types is not None:
            if dns.rdatatype.DS in types:
                raise BogusError("ds_hidden")
            return Zone(name=child) if is_cut(types) else parent
        if denial.covered(child) or denial.empty_non_terminal(child):
            return Zone(name=child) if denial.opted_out(child) else parent
        raise BogusError("no_denial")

    async def _answer(self, answer: dns.message.Message, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> bool:
        """True when everything on the way from `name` to the answer is proved; False when a part is insecure."""
        for _ in range(CHAIN_MOST):
            zone = await self._zone_for(answer.answer, name, rdtype)
            if not zone.secure:
                return False
            wanted = rrset_of(answer.answer, name, rdtype)
            if wanted is not None:
                return self._positive(answer, wanted, zone)
            link = self._link(answer.answer, name)
            if link is None:
                return self._absent(answer, zone, name, rdtype)
            if not self._positive(answer, link, zone):
                return False
            try:
                name = _target(link, name)
            except dns.name.NameTooLong:
                # The zone's own verdict on a name that its DNAME would make too long (RFC 6672 section 2.2).
                return True
            if not _mentions(answer, name):
                answer = await self.query(name, rdtype)
        raise BogusError("cname_loop")

    async def _zone_for(
        self, section: Sequence[dns.rrset.RRset], name: dns.name.Name, rdtype: dns.rdatatype.RdataType
    ) -> Zone:
        """The zone that answers for `name`: the one that signed the answer, where there is one (RFC 4035 5.3.1)."""
        parent_side = rdtype == dns.rdatatype.DS
        found = rrset_of(section, name, rdtype) or self._link(section, name)
        signatures = found and rrset_of(section, found.name, dns.rdatatype.RRSIG, found.rdtype)
        signer = signatures[0].signer if signatures else None
        if signer is not None and name.is_subdomain(signer) and not (parent_side and signer == name):
            zone = await self.zone_of(signer)
            if zone.name == signer and zone.secure:
                return zone
        return await self.zone_of(name, parent_side=parent_side)

    def _positive(self, answer: dns.message.Message, found: dns.rrset.RRset, zone: Zone) -> bool:
        """Prove `found`, and that nothing closer exists if a wildcard answered; False when that does not bind."""
        wildcard = self._proved(answer.answer, found, zone.name, _keys(zone))
        if wildcard is None:
            return True
        denial = self._denial(answer, zone)
        if denial.too_costly:
            return False
        if not denial.covered_below(found.name, wildcard):
            raise BogusError("wildcard_unproved")
        return not denial.opted_out_below(found.name, wildcard)

    def _link(self, section: Sequence[dns.rrset.RRset], name: dns.name.Name) -> dns.rrset.RRset | None:
        """The DNAME above `name` (RFC 6672 section 5.3), else the CNAME at it; None without either."""
        above = (
            rrset
            for rrset in islice(section, SETS_MOST)
            if rrset.rdtype == dns.rdatatype.DNAME and name.is_subdomain(rrset.name) and name != rrset.name
        )
        return next(above, None) or rrset_of(section, name, dns.rdatatype.CNAME)

    def _absent(
        self, answer: dns.message.Message, zone: Zone, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
    ) -> bool:
        """True when the absence of `rdtype` at `name` is proved, False when the zone's proof does not bind."""
        denial = self._denial(answer, zone)
        if denial.too_costly:
            return False
        missing = answer.rcode() == dns.rcode.NXDOMAIN
        if _exists(denial, name, rdtype):
            # Servers that know nothing of names between names call them missing; nothing is at them either way.
            if missing and not denial.empty_non_terminal(name):
                raise BogusError("rcode_contradicts")
            return True
        if not denial.covered(name):
            raise BogusError("no_denial")
        weak = denial.opted_out(name)
        if weak and not missing:
            return False
        wildcard = denial.wildcard(name)
        # A name error speaks of the wildcard too, opted out or not (RFC 5155 section 8.4).
        if _exists(denial, wildcard, rdtype):
            if missing:
                raise BogusError("rcode_contradicts")
        elif not denial.covered(wildcard):
            raise BogusError("no_denial")
        elif not missing:
            raise BogusError("rcode_contradicts")
        return not weak

    def _denial(self, answer: dns.message.Message, zone: Zone) -> Denial:
        """The NSEC and NSEC3 records of the authority section whose signatures hold.

        One that a wildcard's signature vouches for is at another name than the zone put it, and one that leads
        out of the zone speaks of names that are not the zone's: neither says anything (RFC 4034 4.1.1, 4035 5.3.2).
        """
        nsec: list[tuple[dns.name.Name, NSEC]] = []
        nsec3: list[tuple[dns.name.Name, NSEC3]] = []
        for rrset in islice(self._own_proofs(answer.authority, zone.name), PROOFS_MOST):
            if self._proved(answer.authority, rrset, zone.name, _keys(zone)) is not None:
                continue
            if rrset.rdtype == dns.rdatatype.NSEC3:
                nsec3.append((rrset.name, rrset[0]))
            elif rrset[0].next.is_subdomain(zone.name):
                nsec.append((rrset.name, rrset[0]))
        return Denial(zone=zone.name, nsec=tuple(nsec), nsec3=tuple(nsec3))

    @staticmethod
    def _own_proofs(section: Sequence[dns.rrset.RRset], zone: dns.name.Name) -> Iterator[dns.rrset.RRset]:
        """The NSEC and NSEC3 sets that `zone` speaks through; where aliases lead on, there are other zones' too."""
        for rrset in islice(section, SETS_MOST):
            above = rrset.name.parent() if rrset.rdtype == dns.rdatatype.NSEC3 and len(rrset.name) > 1 else rrset.name
            inside = above == zone if rrset.rdtype == dns.rdatatype.NSEC3 else above.is_subdomain(zone)
            if rrset.rdtype not in PROVING or not inside:
                continue
            signatures = rrset_of(section, rrset.name, dns.rdatatype.RRSIG, rrset.rdtype)
            if signatures is None or any(signature.signer == zone for signature in signatures):
                yield rrset

    def _proved(
        self, section: Sequence[dns.rrset.RRset], rrset: dns.rrset.RRset, signer: dns.name.Name, keys: KeyRing
    ) -> dns.name.Name | None:
        """Check that a signature by `signer` holds; returns the closest encloser when the answer is from a wildcard."""
        signatures = rrset_of(section, rrset.name, dns.rdatatype.RRSIG, rrset.rdtype)
        if signatures is None:
            raise BogusError("no_signature")
        at = self.now().timestamp()
        worst = "bad_signature"
        signed = Signed(rrset)
        for signature in signatures:
            candidates = keys.at(signature.algorithm, signature.key_tag)
            if not candidates or not signed.speaks_of(signature, signer):
                continue
            late = out_of_time(signature, at)
            if late:
                worst = late
                continue
            for key in candidates:
                if self._failures >= FAILURES_MOST:
                    raise BogusError("too_many_signatures")
                if holds(signed, signature, key):
                    if signature.labels < signed.labels:
                        return dns.name.Name(rrset.name[len(rrset.name) - signature.labels - 1 :])
                    return None
                self._failures += 1
        raise BogusError(worst)


def _exists(denial: Denial, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> bool:
    """Whether `name` is proved to exist without `rdtype`; BogusError when the proof says the opposite."""
    types = denial.types_at(name)
    if types is None:
        return denial.empty_non_terminal(name)
    if rdtype in types or dns.rdatatype.CNAME in types:
        raise BogusError("denial_contradicts")
    # The parent speaks of a cut only about its DS, the child never about its own (RFC 6840 section 4.1, 4.4).
    wrong_side = dns.rdatatype.SOA in types and len(name) > 1 if rdtype == dns.rdatatype.DS else is_cut(types)
    if wrong_side:
        raise BogusError("wrong_side_of_cut")
    return True


def _target(link: dns.rrset.RRset, name: dns.name.Name) -> dns.name.Name:
    """Where a CNAME or DNAME leads from `name`."""
    target: dns.name.Name = link[0].target
    if link.rdtype == dns.rdatatype.DNAME:
        return name.relativize(link.name).concatenate(target)
    return target


def _mentions(answer: dns.message.Message, name: dns.name.Name) -> bool:
    """Whether the message goes on with `name`, or ends the chain there with a denial."""
    return bool(answer.authority) or any(rrset.name == name for rrset in answer.answer)


def _keys(zone: Zone) -> KeyRing:
    return zone.keys or KeyRing()
