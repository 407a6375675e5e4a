"""A name server on loopback that answers from the zones of the paper network, wildcards and failures included."""

from collections.abc import Mapping, Sequence

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.TXT import TXT

from loopback.dns_faults import Answering
from loopback.fake_network import SERVFAIL, Zone

CHAIN_MOST = 8


def from_table(zone: Zone) -> Answering:
    """Answers by `name → type → records`; `*.` at the front of a name covers all that do not exist below it."""
    names = {name.lower(): types for name, types in zone.items()}

    def answering(query: dns.message.Message, transport: str) -> bytes:
        question = query.question[0]
        rdtype = dns.rdatatype.to_text(question.rdtype)
        reply = dns.message.make_response(query, recursion_available=True)
        owner = question.name
        for _ in range(CHAIN_MOST):
            here = owner.to_text(omit_final_dot=True).lower()
            types = _types(here, names)
            if types is None:
                if not any(known.endswith("." + here) for known in names):
                    reply.set_rcode(dns.rcode.NXDOMAIN)
                break
            if SERVFAIL in types:
                reply.set_rcode(dns.rcode.SERVFAIL)
                break
            wanted = rdtype if rdtype in types else "CNAME"
            if not types.get(wanted):
                break
            reply.answer.append(_rrset(owner, wanted, types[wanted]))
            if wanted == rdtype:
                break
            owner = dns.name.from_text(types["CNAME"][0])
        wire = reply.to_wire(max_size=65535)
        if transport == "udp" and len(wire) > 1200:
            short = dns.message.make_response(query, recursion_available=True)
            short.flags |= dns.flags.TC
            return short.to_wire()
        return wire

    return answering


def _types(name: str, names: Mapping[str, Mapping[str, Sequence[str]]]) -> Mapping[str, Sequence[str]] | None:
    if name in names:
        return names[name]
    above = name
    while "." in above:
        above = above.partition(".")[2]
        if f"*.{above}" in names:
            return names[f"*.{above}"]
        if above in names:
            break
    return None


def _rrset(owner: dns.name.Name, rdtype: str, records: Sequence[str]) -> dns.rrset.RRset:
    rrset = dns.rrset.RRset(owner, dns.rdataclass.IN, dns.rdatatype.from_text(rdtype))
    for record in records:
        rrset.add(_rdata(rdtype, record), 300)
    return rrset


def _rdata(rdtype: str, record: str) -> dns.rdata.Rdata:
    if rdtype == "TXT":
        octets = record.encode("utf-8")
        strings = [octets[start : start + 255] for start in range(0, len(octets), 255)] or [b""]
        return TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings)
    return dns.rdata.from_text("IN", rdtype, record, origin=dns.name.root, relativize=False)
