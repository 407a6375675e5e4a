"""Answers with a DNSSEC verdict: asked for with their signatures, the chain of trust validated here."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from fumimori.grammar.domain_names import BadDomainError
from fumimori.net import dns_wire
from fumimori.net.dns import DnsQueries
from fumimori.net.dns_names import question_name
from fumimori.network import Notes, NotObserved, Refused
from fumimori.network.dns import DnsAnswer, DnsStatus, Security, ZoneKey, ZoneSecurity

if TYPE_CHECKING:
    import dns.message
    import dns.name
    import dns.rdatatype
    import dns.rdtypes.ANY.DNSKEY
    import dns.rrset

    from fumimori.net.dnssec import Validator, Verdict, Zone


class ValidatedQueries:
    """The questions of one run whose answers are proved; proved zones are shared by all who ask."""

    def __init__(self, *, queries: DnsQueries, anchors: str, now: Callable[[], datetime]) -> None:
        self._queries = queries
        self._anchors = anchors
        self._now = now
        self._zones: dict[dns.name.Name, Zone] = {}

    async def ask(self, name: str, rdtype: str, notes: Notes) -> DnsAnswer:
        """The answer with its verdict, as `DnsClient.secured` promises."""
        import dns.rdatatype

        asked = _wire_name(name)
        message = await self._queries.carry(asked, dns.rdatatype.from_text(rdtype), notes)
        verdict = await self._verdict(message, notes)
        message, rrset, last, ttl = await self._followed(message, asked, rdtype.upper(), notes)
        return DnsAnswer(
            name=dns_wire.text_of(asked),
            rdtype=rdtype.upper(),
            status=DnsStatus.ANSWER if rrset else dns_wire.absence(message),
            records=tuple(dns_wire.presentation(rdata, rdtype.upper()) for rdata in rrset or ()),
            canonical_name="" if last == dns_wire.text_of(asked) else last,
            ttl=ttl if rrset else 0,
            security=verdict.security,
            security_reason=verdict.reason,
        )

    async def _followed(
        self, message: "dns.message.Message", asked: "dns.name.Name", rdtype: str, notes: Notes
    ) -> "tuple[dns.message.Message, dns.rrset.RRset | None, str, int]":
        """The last message of a chain of aliases, and its end as `dns_wire.followed` finds it.

        A resolver may leave a chain open; what is asked then, the validator asked as well.
        """
        import dns.name
        import dns.rdatatype

        here, lowest = dns_wire.text_of(asked), 0x7FFFFFFF
        for _ in range(dns_wire.CHAIN_MOST):
            rrset, last, ttl = dns_wire.followed(message, here, rdtype)
            lowest = min(lowest, ttl)
            if rrset is not None or last == here or message.authority or dns_wire.is_nxdomain(message):
                return message, rrset, last, lowest
            here = last
            message = await self._queries.carry(dns.name.from_text(last), dns.rdatatype.from_text(rdtype), notes)
        raise Refused("dns_malformed", "CNAME loop")

    async def zone(self, name: str, notes: Notes) -> ZoneSecurity:
        """How the zone of `name` is signed, as `DnsClient.zone_security` promises."""
        import dns.rdatatype

        asked = _wire_name(name)
        message = await self._queries.carry(asked, dns.rdatatype.SOA, notes)
        verdict = await self._verdict(message, notes)
        apex = next(
            (rrset.name for rrset in (*message.answer, *message.authority) if rrset.rdtype == dns.rdatatype.SOA), None
        )
        seen = ZoneSecurity(name=dns_wire.text_of(asked), security=verdict.security, reason=verdict.reason)
        if apex is None or not asked.is_subdomain(apex):
            return seen
        keys = await self._set(apex, dns.rdatatype.DNSKEY, notes)
        digests = await self._set(apex, dns.rdatatype.DS, notes) if len(apex) > 1 else []
        above = self._insecure_from(apex) if verdict.security is Security.INSECURE else None
        return msgspec.structs.replace(
            seen,
            zone=dns_wire.text_of(apex),
            insecure_from="" if above is None else dns_wire.text_of(above),
            keys=tuple(_key(key) for key in keys[:16]),
            digests=tuple(sorted({int(ds.digest_type) for ds in digests[:16]})),
        )

    async def _set(self, name: "dns.name.Name", rdtype: "dns.rdatatype.RdataType", notes: Notes) -> list[Any]:
        """The records of this type, whatever they are worth; empty when the resolver returns none."""
        try:
            message = await self._queries.carry(name, rdtype, notes)
        except NotObserved:
            return []
        return [rdata for rrset in message.answer if rrset.rdtype == rdtype and rrset.name == name for rdata in rrset]

    def _insecure_from(self, apex: "dns.name.Name") -> "dns.name.Name | None":
        lineage = (zone for zone in self._zones.values() if zone.insecure and apex.is_subdomain(zone.name))
        return min((zone.name for zone in lineage), key=len, default=None)

    async def _verdict(self, message: "dns.message.Message", notes: Notes) -> "Verdict":
        from fumimori.net.dnssec import Verdict

        if not self._anchors:
            return Verdict(security=Security.UNCHECKED, reason="dnssec_no_anchor")
        try:
            verdict = await self._validator(notes).judge(message)
            if verdict.security is Security.BOGUS and await self._vouched(message, notes):
                # Two validators disagree: more likely a fault on the path than of the domain.
                return Verdict(security=Security.UNCHECKED, reason="dnssec_disagreement")
        except NotObserved as not_observed:
            return Verdict(security=Security.UNCHECKED, reason=not_observed.reason)
        return verdict

    async def _vouched(self, message: "dns.message.Message", notes: Notes) -> bool:
        import dns.rdatatype

        question = message.question[0]
        try:
            name = dns_wire.text_of(question.name)
            return await self._queries.vouched(name, dns.rdatatype.to_text(question.rdtype), notes)
        except NotObserved:
            return False

    def _validator(self, notes: Notes) -> "Validator":
        from fumimori.net.dnssec import Validator
        from fumimori.net.dnssec_keys import read_anchors

        async def query(name: "dns.name.Name", rdtype: "dns.rdatatype.RdataType") -> "dns.message.Message":
            return await self._queries.carry(name, rdtype, notes)

        return Validator(query=query, anchors=read_anchors(self._anchors), now=self._now, zones=self._zones)


def _wire_name(name: str) -> "dns.name.Name":
    import dns.name

    try:
        labels = question_name(name).split(".")
    except BadDomainError:
        raise NotObserved("dns_bad_name", name[:100]) from None
    return dns.name.Name([*(label.encode("ascii") for label in labels), b""])


def _key(key: "dns.rdtypes.ANY.DNSKEY.DNSKEY") -> ZoneKey:
    import dns.dnssec

    from fumimori.net.dnssec_signature import RSA, rsa_numbers

    algorithm = int(key.algorithm)
    bits = rsa_numbers(key.key)[1].bit_length() if algorithm in RSA else 0
    return ZoneKey(algorithm=algorithm, bits=bits, tag=dns.dnssec.key_id(key), entry=bool(int(key.flags) & 1))
