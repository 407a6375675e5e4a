"""What another tool looked at as our own probes do, as their facts: TLS of the ports of mail, and SSH before the login.

Only what the tool says it saw is taken over; everything else stays *not known*, so that the probes' judges say nothing
about it. A refusal is believed where the same result shows that the service agreed to something else, and a certificate
where this program comes to the tool's own verdict about its path: tools leave certificates out that the server sent.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from fumimori.checks.contract import ReadContext
from fumimori.checks.mail_ports.facts import Facts as PortFacts
from fumimori.checks.ssh.facts import Facts as SshFacts
from fumimori.checks.tls.facts import TlsSupport, suite_classes
from fumimori.grammar.domain_names import name_matches
from fumimori.grammar.json_values import field as part_of
from fumimori.grammar.json_values import items, text
from fumimori.model import Record
from fumimori.network.mail import IMPLICIT_TLS_PORTS, PROTOCOLS, MailService
from fumimori.network.ssh import SshService
from fumimori.network.tls import VERSIONS, CertificateChain

MAIL_PORTS, SSH = "mail_ports", "ssh"
STRICT_KEX = "kex-strict-s-v00@openssh.com"
_MARKERS = (STRICT_KEX, "ext-info-s")
"""Markers among the key exchanges that are not algorithms."""
SHORT_PRIME = 2048
"""Bits from which on a prime says nothing bad by its length alone."""
_ORDER = ("ssl2", *VERSIONS)
NAMES_MOST = 100
NAME_MOST = 100
_CERTIFICATES_MOST = 10
_PEM_MOST = 30_000


@dataclass(frozen=True, kw_only=True)
class ScannedService:
    """One service as a tool saw it."""

    host: str
    port: int
    service: SshService | None = None
    """For SSH; None for TLS."""
    accepted: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    suites: tuple[str, ...] = ()
    """IANA names, or codes such as `0xC030`."""
    dh_bits: int = 0
    """The shortest prime of a finite field; 0 where none was seen."""
    ders: tuple[bytes, ...] = field(default=(), repr=False)
    trusted: bool | None = None
    """What the tool says of the path to an authority; None where it does not."""
    compression: bool | None = None
    secure_renegotiation: bool | None = None
    extended_master_secret: bool | None = None
    fallback_protected: bool | None = None

    @property
    def subject(self) -> str:
        """As the probe names it that tests the same."""
        return f"{self.host}:{self.port}"


def as_probe_facts(scanned: ScannedService, context: ReadContext, at: datetime) -> tuple[str, str, Record] | None:
    """The probe, its subject and its facts; None for what no probe tests, or where nothing was seen."""
    if scanned.service is not None:
        return SSH, _ssh_subject(scanned, context), SshFacts(host=scanned.host, service=scanned.service)
    protocol = PROTOCOLS.get(scanned.port)
    if protocol is None or not scanned.accepted:
        return None
    implicit = scanned.port in IMPLICIT_TLS_PORTS
    service = MailService(
        host=scanned.host,
        address="",
        port=scanned.port,
        protocol=protocol,
        open=True,
        kind="implicit" if implicit else "starttls",
        starttls=None if implicit else True,
        tls_works=True,
        chain=_chain(scanned, context, at),
    )
    known = {name: code for code, (_, name) in suite_classes(context.rules).items()}
    codes = (known.get(name) or _code(name) for name in scanned.suites)
    support = TlsSupport(
        accepted=tuple(version for version in _ORDER if version in scanned.accepted),
        refused=tuple(version for version in _ORDER if version in scanned.refused - scanned.accepted),
        suites=tuple(dict.fromkeys(code for code in codes if code)),
        dh_bits=scanned.dh_bits if scanned.dh_bits < SHORT_PRIME else 0,
        compression=scanned.compression,
        secure_renegotiation=scanned.secure_renegotiation,
        extended_master_secret=scanned.extended_master_secret,
        fallback_protected=scanned.fallback_protected,
    )
    return MAIL_PORTS, scanned.subject, PortFacts(service=service, support=support)


def _ssh_subject(scanned: ScannedService, context: ReadContext) -> str:
    """As the scope names it; a server that the scope does not name for SSH keeps the name that the tool gives."""
    return scanned.host if scanned.port == 22 and scanned.host in context.scope.ssh_hosts else scanned.subject


def _code(name: str) -> int:
    try:
        code = int(name, 16) if name.startswith("0x") else 0
    except ValueError:
        return 0
    return code if 0 < code <= 0xFFFF else 0


def _chain(scanned: ScannedService, context: ReadContext, at: datetime) -> CertificateChain | None:
    if not scanned.ders:
        return None
    chain = context.chain(scanned.ders, at)
    if not chain.certificates:
        return None
    surely = chain.trusted or chain.certificates[0].self_signed or chain.trust_error == "expired"
    if chain.trusted is not scanned.trusted and not (scanned.trusted is None and surely):
        return None
    matches = name_matches(scanned.host, chain.certificates[0].names)
    return msgspec.structs.replace(chain, asked_name=scanned.host, name_matches=matches)


def der_of(pem: str) -> bytes:
    """The certificate in `pem`, whose line breaks may be spaces; empty where there is none."""
    if len(pem) > _PEM_MOST:
        return b""
    body = pem.partition("-----BEGIN CERTIFICATE-----")[2].partition("-----END")[0]
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


# --- testssl.sh ---------------------------------------------------------------------------------------------------

_TESTSSL_VERSIONS = {
    "SSLv2": "ssl2",
    "SSLv3": "ssl3",
    "TLS1": "tls1.0",
    "TLS1_1": "tls1.1",
    "TLS1_2": "tls1.2",
    "TLS1_3": "tls1.3",
}


def testssl_services(entries: Iterable[object], host: str, port: str) -> Iterator[ScannedService]:
    """The TLS of one address, by the entries of its result."""
    said = {text(one, "id"): (text(one, "finding"), text(one, "severity")) for one in entries}
    accepted, refused = set(), set()
    for name, version in _TESTSSL_VERSIONS.items():
        finding, severity = said.get(name, ("", ""))
        if finding.startswith("offered"):
            accepted.add(version)
        elif finding.startswith("not offered") and severity not in ("WARN", "FATAL"):
            refused.add(version)
    ciphers = ((name, finding) for name, (finding, _) in said.items() if name.startswith("cipher"))
    codes = (f"0x{name.rpartition('_x')[2]}" for name, finding in ciphers if "_x" in name and "not a" not in finding)
    path = said.get("cert_chain_of_trust", ("", ""))[0]
    pems = [said["cert"][0]] if "cert" in said else []
    pems += [finding for name, (finding, _) in said.items() if name.startswith("intermediate_cert <")]
    if port.isdecimal() and len(port) < 6 and accepted:
        yield ScannedService(
            host=host,
            port=int(port),
            accepted=frozenset(accepted),
            refused=frozenset(refused),
            suites=tuple(codes)[:500],
            ders=tuple(der for pem in pems[:_CERTIFICATES_MOST] if (der := der_of(pem))),
            trusted=True if path.startswith("passed") else False if path.startswith("failed") else None,
        )


# --- sslyze -------------------------------------------------------------------------------------------------------

_SSLYZE_VERSIONS = {
    "ssl_2_0_cipher_suites": "ssl2",
    "ssl_3_0_cipher_suites": "ssl3",
    "tls_1_0_cipher_suites": "tls1.0",
    "tls_1_1_cipher_suites": "tls1.1",
    "tls_1_2_cipher_suites": "tls1.2",
    "tls_1_3_cipher_suites": "tls1.3",
}


def sslyze_services(server: object, host: str) -> Iterator[ScannedService]:
    """The TLS of one server, as far as its scans completed."""
    port = part_of(server, "server_location", "port")
    if not isinstance(port, int):
        return
    accepted, refused, suites, primes = set(), set(), dict[str, None](), list[int]()
    for name, version in _SSLYZE_VERSIONS.items():
        result = part_of(server, "scan_result", name, "result")
        found = list(items(result, "accepted_cipher_suites"))
        if found:
            accepted.add(version)
        elif isinstance(result, dict) and text(server, "scan_result", name, "status") == "COMPLETED":
            refused.add(version)
        for one in found if version != "ssl2" else ():
            suites[text(one, "cipher_suite", "name")] = None
            bits = part_of(one, "ephemeral_key", "size")
            if text(one, "ephemeral_key", "type_name") == "DH" and isinstance(bits, int) and bits > 0:
                primes.append(bits)
    deployment = next(items(server, "scan_result", "certificate_info", "result", "certificate_deployments"), None)
    pems = [text(one, "as_pem") for one in items(deployment, "received_certificate_chain")]
    paths = [part_of(one, "was_validation_successful") for one in items(deployment, "path_validation_results")]
    told = [one for one in paths if isinstance(one, bool)]
    yield ScannedService(
        host=host,
        port=port,
        accepted=frozenset(accepted),
        refused=frozenset(refused),
        suites=tuple(suites)[:500],
        dh_bits=min(primes, default=0),
        ders=tuple(der for pem in pems[:_CERTIFICATES_MOST] if (der := der_of(pem))),
        trusted=any(told) if told else None,
        compression=_said(server, "tls_compression", "supports_compression"),
        secure_renegotiation=_said(server, "session_renegotiation", "supports_secure_renegotiation"),
        extended_master_secret=_said(server, "tls_extended_master_secret", "supports_ems_extension"),
        fallback_protected=_said(server, "tls_fallback_scsv", "supports_fallback_scsv"),
    )


def _said(server: object, scan: str, key: str) -> bool | None:
    value = part_of(server, "scan_result", scan, "result", key)
    return value if isinstance(value, bool) else None


# --- ssh-audit ----------------------------------------------------------------------------------------------------


def ssh_audit_services(value: object, host: str, port: int) -> Iterator[ScannedService]:
    """One SSH server: what it offers before anybody logs in. How it lets people in is not looked at by that tool."""
    offered = {kind: [text(one, "algorithm") for one in items(value, kind)] for kind in ("kex", "key", "enc", "mac")}
    offered["compression"] = [str(one) for one in items(value, "compression")]
    version = text(value, "banner", "raw")[:255]
    service = ssh_service(port, version, offered) if version else None
    if service is None:
        return
    sizes = [part_of(one, "keysize") for one in items(value, "key") if "rsa" in text(one, "algorithm")]
    bits = next((one for one in sizes if isinstance(one, int) and 0 < one < 1_000_000), 0)
    prints = (one for one in items(value, "fingerprints") if text(one, "hostkey") == "ssh-rsa")
    sha256 = next((text(one, "hash")[:64] for one in prints if text(one, "hash_alg") == "SHA256"), "")
    if bits:
        key = {"host_key": "ssh-rsa", "host_key_bits": bits, "host_key_sha256": sha256}
        service = msgspec.structs.replace(service, **key)
    yield ScannedService(host=host, port=port, service=service)


def ssh_service(port: int, version: str, offered: Mapping[str, Sequence[str]]) -> SshService | None:
    """The server by its names, as `kex`, `key`, `enc`, `mac` and `compression`; None without exchanges."""
    names = {
        kind: tuple(dict.fromkeys(name[:NAME_MOST] for name in found if name))[:NAMES_MOST]
        for kind, found in offered.items()
    }
    exchanges = names.get("kex", ())
    if not exchanges:
        return None
    return SshService(
        address="",
        port=port,
        open=True,
        untrusted_version=version,
        key_exchanges=tuple(name for name in exchanges if name not in _MARKERS),
        host_keys=names.get("key", ()),
        ciphers=names.get("enc", ()),
        macs=names.get("mac", ()),
        compressions=names.get("compression", ()),
        strict_kex=STRICT_KEX in exchanges,
    )
