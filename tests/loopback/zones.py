"""The toy DNS: a signed root, its top-level domains, and the zones of the domains that tests look at (RFC 4035)."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.rdata
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from dns.rdtypes.ANY.DNSKEY import DNSKEY

SERVER = "ns.servers.example."
"""The one authoritative name server of everything."""


@dataclass(kw_only=True)
class Zone:
    """One zone: its records in master-file form without SOA and NS, and how it hangs below its parent."""

    origin: str
    records: tuple[str, ...] = ()
    signed: bool = False
    server: str = SERVER
    """The name server that the parent names; a zone with another one is not served at all."""
    wrong_ds: bool = False
    """The parent's DS matches no key: validators answer SERVFAIL."""
    serial: int = 1
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def name(self) -> dns.name.Name:
        """The origin as a name."""
        return dns.name.from_text(self.origin)

    @property
    def dnskey(self) -> DNSKEY:
        """The one key of the zone, with the SEP flag."""
        return dns.dnssec.make_dnskey(self.key.public_key(), dns.dnssectypes.Algorithm.ECDSAP256SHA256, flags=257)

    @property
    def ds(self) -> str:
        """The DS record's text for the parent; of another key when `wrong_ds`."""
        key = self.dnskey
        if self.wrong_ds:
            other = ec.generate_private_key(ec.SECP256R1()).public_key()
            key = dns.dnssec.make_dnskey(other, dns.dnssectypes.Algorithm.ECDSAP256SHA256, flags=257)
        return dns.dnssec.make_ds(self.name, key, "SHA256").to_text()


def master_files(zones: Iterable[Zone], server_address: str, now: datetime) -> dict[str, str]:
    """Origin → master file of every zone served here, signed where asked, with the cuts to the zones below."""
    everything = {zone.origin: zone for zone in zones}
    return {
        zone.origin: _master_file(zone, everything, server_address, now)
        for zone in everything.values()
        if zone.server == SERVER
    }


def trust_anchor(root: Zone) -> str:
    """The root's DNSKEY as a resolver reads it."""
    return f". 3600 IN DNSKEY {root.dnskey.to_text()}\n"


def dkim_record(key: rsa.RSAPrivateKey, tags: str = "v=DKIM1; k=rsa") -> str:
    """The TXT strings, quoted and cut at 255 bytes, that publish `key` (RFC 6376 section 3.6.1)."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return text(f"{tags}; p={b64encode(public).decode()}")


def text(content: str) -> str:
    """`content` as the quoted strings of one TXT record."""
    return " ".join(f'"{content[start : start + 255]}"' for start in range(0, len(content), 255))


def _master_file(zone: Zone, zones: Mapping[str, Zone], server_address: str, now: datetime) -> str:
    lines = [
        "$TTL 300",
        f"{zone.origin} SOA {SERVER} hostmaster.servers.example. {zone.serial} 3600 600 86400 60",
        f"{zone.origin} NS {SERVER}",
        *zone.records,
    ]
    for child in zones.values():
        if child.origin != zone.origin and _parent(child.origin, zones) == zone.origin:
            lines.append(f"{child.origin} NS {child.server}")
            lines += [f"{child.origin} DS {child.ds}"] if child.signed else []
    if zone.origin in (".", "example."):
        lines.append(f"{SERVER} A {server_address}")
    parsed = dns.zone.from_text("\n".join(lines) + "\n", origin=zone.name, relativize=False, check_origin=False)
    if zone.signed:
        start, end = now - timedelta(days=2), now + timedelta(days=20)
        with parsed.writer() as transaction:
            dns.dnssec.sign_zone(
                parsed, txn=transaction, keys=[(zone.key, zone.dnskey)], inception=start, expiration=end
            )
    return parsed.to_text(relativize=False)


def _parent(origin: str, zones: Mapping[str, Zone]) -> str:
    while origin != ".":
        origin = origin.partition(".")[2] or "."
        if origin in zones:
            return origin
    return ""
