"""DNSSEC validated here, from a trust anchor down (RFC 4033-4035, 4509, 6840).

The resolver is only a carrier: it is asked with the CD bit, and nothing that it claims about security is believed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import dns.dnssec
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from fumimori.core.network.dns import Security
from fumimori.net.dnssec_denial import BogusError, Denial, is_cut
from fumimori.net.dnssec_keys import Anchors, anchored, keys_only, matches, pairs, rrset_of, usable_ds

Query = Callable[[dns.name.Name, dns.rdatatype.RdataType], Awaitable[dns.message.Message]]
"""Asks with DO and CD set; raises NotSeen when nothing usable came back. Asking twice costs nothing."""

SIGNATURES_TRIED = 16
"""Signature checks per RRset: a zone that needs more is bogus rather than expensive (CVE-2023-50387)."""

CHAIN_MOST = 12
"""Aliases in a row that are followed."""

FETCHED_AHEAD = 4
"""Labels, with the root's, whose DNSKEY is asked for before it is known that they are zones."""


class NoAnchorError(Exception):
    """Nothing can be validated here; the message is a code: `dnssec_stripped` or `dnssec_other_root`."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A zone whose keys are proved; `keys` is empty once the chain ended in an insecure delegation."""

    name: dns.name.Name
    keys: dns.rrset.RRset

    @property
    def secure(self) -> bool:
        """Whether answers from here can be proved."""
        return len(self.keys) > 0


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

    async def judge(self, answer: dns.message.Message) -> Verdict:
        """Whether `answer` to its question is SECURE, INSECURE or BOGUS; UNCHECKED when the root cannot be proved.

        Raises NotSeen when the resolver does not say what the proof needs.
        """
        question = answer.question[0]
        try:
            secure = await self._answer(answer, question.name, question.rdtype)
        except NoAnchorError as error:
            return Verdict(security=Security.UNCHECKED, reason=str(error))
        except BogusError as error:
            return Verdict(security=Security.BOGUS, reason=str(error))
        except (dns.exception.DNSException, ValueError):
            # Names too long to be joined, hashes of an impossible kind: no honest zone is signed so.
            return Verdict(security=Security.BOGUS, reason="malformed")
        return Verdict(security=Security.SECURE if secure else Security.INSECURE)

    async def zone_of(self, name: dns.name.Name, *, parent_side: bool = False) -> Zone:
        """The deepest proved zone that `name` lies in; BogusError on a broken link, NoAnchorError without a root."""
        last = max(1, len(name) - (1 if parent_side else 0))
        lineage = [dns.name.Name(name[len(name) - depth :]) for depth in range(2, last + 1)]
        ahead = self._ask_ahead([link for link in lineage if link not in self.zones])
        try:
            zone = await self._root()
            for child in lineage:
                if not zone.secure:
                    return zone
                known = self.zones.get(child)
                if known is None:
                    known = self.zones[child] = await self._below(zone, child)
                zone = known
            return zone
        finally:
            for task in ahead:
                task.cancel()
            await asyncio.gather(*ahead, return_exceptions=True)

    def _ask_ahead(self, links: Sequence[dns.name.Name]) -> list[asyncio.Task[dns.message.Message]]:
        """The questions of a whole chain, side by side instead of one after the other."""
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
            keys = rrset_of(answer.answer, dns.name.root, dns.rdatatype.DNSKEY)
            if keys is None or rrset_of(answer.answer, keys.name, dns.rdatatype.RRSIG, keys.rdtype) is None:
                raise NoAnchorError("dnssec_stripped")
            trusted = [key for key in keys if any(anchored(key, anchor) for anchor in self.anchors)]
            try:
                self._proved(answer.answer, keys, dns.name.root, keys_only(dns.name.root, trusted))
            except BogusError:
                raise NoAnchorError("dnssec_other_root") from None
            known = self.zones[dns.name.root] = Zone(name=dns.name.root, keys=keys)
        return known

    async def _below(self, parent: Zone, child: dns.name.Name) -> Zone:
        """What `child` is, seen from its parent zone: a secure zone, an insecure one, or a name inside the parent."""
        answer = await self.query(child, dns.rdatatype.DS)
        delegation = rrset_of(answer.answer, child, dns.rdatatype.DS)
        if delegation is None:
            link = self._link(answer.answer, child)
            if link is not None:
                self._proved(answer.answer, link, parent.name, parent.keys)
                return parent
            return self._without_ds(answer, parent, child)
        self._proved(answer.answer, delegation, parent.name, parent.keys)
        usable = usable_ds(delegation)
        if not usable:
            return _insecure(child)
        signed = await self.query(child, dns.rdatatype.DNSKEY)
        keys = rrset_of(signed.answer, child, dns.rdatatype.DNSKEY)
        if keys is None:
            raise BogusError("no_dnskey")
        trusted = [key for key in keys if any(matches(child, key, ds) for ds in usable)]
        if not trusted:
            raise BogusError("ds_mismatch")
        self._proved(signed.answer, keys, child, keys_only(child, trusted))
        return Zone(name=child, keys=keys)

    def _without_ds(self, answer: dns.message.Message, parent: Zone, child: dns.name.Name) -> Zone:
        """A name without DS: proved to be an insecure delegation, or proved to be no zone cut at all."""
        denial = self._denial(answer, parent)
        if denial.too_costly:
            return _insecure(child)
        types = denial.types_at(child)
        if types is not None:
            if dns.rdatatype.DS in types:
                raise BogusError("ds_hidden")
            return _insecure(child) if is_cut(types) else parent
        if denial.covered(child) or denial.empty_non_terminal(child):
            return _insecure(child) if denial.opted_out(child) else parent
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
            name = _target(link, name)
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
        wildcard = self._proved(answer.answer, found, zone.name, zone.keys)
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
            for rrset in section[:64]
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
        if not _exists(denial, name, rdtype):
            if not denial.covered(name):
                raise BogusError("no_denial")
            if denial.opted_out(name):
                return False
            wildcard = denial.wildcard(name)
            if not _exists(denial, wildcard, rdtype):
                if not denial.covered(wildcard):
                    raise BogusError("no_denial")
                if not missing:
                    raise BogusError("rcode_contradicts")
                return True
        if missing:
            raise BogusError("rcode_contradicts")
        return True

    def _denial(self, answer: dns.message.Message, zone: Zone) -> Denial:
        """The NSEC and NSEC3 records of the authority section whose signatures hold."""
        nsec, nsec3 = [], []
        for rrset in answer.authority[:64]:
            if rrset.rdtype == dns.rdatatype.NSEC and rrset.name.is_subdomain(zone.name):
                self._proved(answer.authority, rrset, zone.name, zone.keys)
                nsec.append((rrset.name, rrset[0]))
            elif rrset.rdtype == dns.rdatatype.NSEC3 and len(rrset.name) > 1 and rrset.name.parent() == zone.name:
                self._proved(answer.authority, rrset, zone.name, zone.keys)
                nsec3.append((rrset.name, rrset[0]))
        return Denial(zone=zone.name, nsec=tuple(nsec), nsec3=tuple(nsec3))

    def _proved(
        self, section: Sequence[dns.rrset.RRset], rrset: dns.rrset.RRset, signer: dns.name.Name, keys: dns.rrset.RRset
    ) -> dns.name.Name | None:
        """Check that a signature by `signer` holds; returns the closest encloser when the answer is from a wildcard."""
        signatures = rrset_of(section, rrset.name, dns.rdatatype.RRSIG, rrset.rdtype)
        if signatures is None:
            raise BogusError("no_signature")
        at = self.now().timestamp()
        worst = "bad_signature"
        labels = len(rrset.name) - 1 - rrset.name.is_wild()
        for tried, (signature, key) in enumerate(pairs(signatures, signer, keys)):
            if tried >= SIGNATURES_TRIED:
                raise BogusError("too_many_signatures")
            if not signature.inception <= at <= signature.expiration:
                worst = "expired" if signature.expiration < at else "not_yet_valid"
                continue
            try:
                dns.dnssec.validate_rrsig(
                    rrset,
                    signature,
                    {signer: keys_only(signer, [key])},
                    now=at,
                    policy=dns.dnssec.allow_all_policy,
                )
            except (dns.exception.DNSException, ValueError, TypeError):
                continue
            if signature.labels < labels:
                return dns.name.Name(rrset.name[len(rrset.name) - signature.labels - 1 :])
            return None
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


def _insecure(name: dns.name.Name) -> Zone:
    return Zone(name=name, keys=keys_only(name, ()))
