"""Messages that other programs really signed: DKIM and ARC by dkimpy, S/MIME by OpenSSL's command."""

import base64
import struct
import subprocess
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from fumimori.checks.dkim import facts as dkim_facts
from fumimori.checks.mail_message import facts as mail_facts
from fumimori.grammar.dkim_signature import MailSignature
from fumimori.model import Attempt, Scope
from fumimori.network.dns import DnsAnswer, DnsStatus
from loopback.readings import NOW, looked

DOMAIN = "example.jp"
USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)
HOPS = (
    b"Received: from mail.example.jp (mail.example.jp [192.175.48.1]) by mx.receiver.example with ESMTPS\r\n"
    b"\t(version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384) id 1 for <b@receiver.example>;\r\n"
    b"\tTue, 24 Nov 2026 19:00:01 +0900\r\n"
)
MESSAGE = (
    b"From: =?utf-8?B?5L2Q6Jek?= <sato@example.jp>\r\nTo: b@receiver.example\r\nSubject: Invoice 11\r\n"
    b"Date: Tue, 24 Nov 2026 19:00:00 +0900\r\nMessage-ID: <1@mail.example.jp>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nDear customer,\r\n  the invoice  \r\n\r\nSato\r\n\r\n"
)


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def record(key: rsa.RSAPrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def keys_seen(*selectors: str, domain: str = DOMAIN, key: rsa.RSAPrivateKey | None = None) -> Attempt:
    """What the probe `dkim` recorded when these selectors held the key."""
    found = tuple(
        dkim_facts.SelectorSeen(selector=one, canonical_name="", records=(record(key or rsa_key()),))
        for one in selectors
    )
    control = DnsAnswer(name=f"x._domainkey.{domain}", rdtype="TXT", status=DnsStatus.NODATA)
    return looked("dkim", domain, dkim_facts.Facts(tried=selectors, control=control, found=found))


def dkim_signed(
    message: bytes = MESSAGE, *, selector: str = "s1", domain: str = DOMAIN, key: rsa.RSAPrivateKey | None = None, **how
) -> bytes:
    """The message with dkimpy's signature on top of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import dkim
    return dkim.sign(message, selector.encode(), domain.encode(), pem(key or rsa_key()), **how) + message


def signed_messages(scope: Scope, at: datetime, *, vouched: bool = True) -> tuple[Attempt, ...]:
    """A message of this moment for each selector that the scope has from mail; somebody `vouched` for each or not."""
    return tuple(
        msgspec.structs.replace(
            looked("mail_message", domain.name, _signed_with(domain.name, selector, at, vouched=vouched)), part=selector
        )
        for domain in scope.domains
        for selector in domain.mail_selectors
    )


def _signed_with(domain: str, selector: str, at: datetime, *, vouched: bool) -> mail_facts.Facts:
    signature = MailSignature(kind="dkim", domain=domain, selector=selector, algorithm="rsa-sha256")
    return mail_facts.Facts(
        direction=mail_facts.Direction.SENT, sender=f"a@{domain}", at=at, signatures=(signature,), vouched=vouched
    )


def arc_sealed(message: bytes) -> bytes:
    """The message as our own forwarding server seals it, with dkimpy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import dkim
    found = b"Authentication-Results: mail.example.jp; arc=none; spf=pass smtp.mailfrom=c@other.example\r\n"
    sealed = dkim.arc_sign(found + message, b"s1", DOMAIN.encode(), pem(rsa_key()), b"mail.example.jp")
    return b"".join(sealed) + found + message


def received(message: bytes, results: bytes = b"", hops: bytes = HOPS) -> bytes:
    """The message as it is at the receiver."""
    line = b"Authentication-Results: mx.receiver.example; " + results + b"\r\n" if results else b""
    return b"Return-Path: <sato@example.jp>\r\nDelivered-To: b@receiver.example\r\n" + line + hops + message


def outlook(header: str, name: str = "__substg1.0_007D001F", charset: str = "utf-16-le") -> bytes:
    """A compound file of version 3 (MS-CFB) that holds one property of a message."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    stream = header.encode(charset)
    stream += b"\0" * (max(4096, -(-len(stream) // 512) * 512) - len(stream))  # not small, so that one table is enough
    sectors = len(stream) // 512
    chain = [fat, end, *range(3, sectors + 2), end]
    table = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        coded = title.encode("utf-16-le") + b"\0\0"
        fields = struct.pack("<HBBIII", len(coded), kind, 1, free, free, child)
        return coded.ljust(64, b"\0") + fields + bytes(36) + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, 2, len(stream)) + bytes(256)
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    return head + table + directory + stream


@dataclass(frozen=True)
class Authority:
    """A certification authority for addresses, of the test alone."""

    folder: Path
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def name(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test S/MIME CA")])

    @property
    def roots(self) -> Path:
        """Its certificate as PEM."""
        place = self.folder / "root.pem"
        if not place.exists():
            builder = self._builder(
                self.name, self.key.public_key(), NOW - timedelta(days=900), NOW + timedelta(days=900)
            )
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            usage = dict.fromkeys(USAGES, False) | {"key_cert_sign": True, "crl_sign": True}
            builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
            place.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        return place

    def _builder(self, subject, public_key, start: datetime, end: datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start.astimezone(UTC))
            .not_valid_after(end.astimezone(UTC))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )

    def signer(self, address: str, *, start: datetime | None = None, end: datetime | None = None) -> tuple[Path, Path]:
        """Certificate and key of an address, as PEM files."""
        key = rsa.generate_private_key(65537, 2048)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, address)])
        builder = self._builder(
            subject, key.public_key(), start or NOW - timedelta(days=100), end or NOW + timedelta(days=200)
        )
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
        usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(usage, critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        paths = self.folder / f"{address}.pem", self.folder / f"{address}.key"
        paths[0].write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return paths


def smime_signed(folder: Path, signer: tuple[Path, Path], *options: str, sender: str = "sato@example.jp") -> bytes:
    """A message that OpenSSL's command signed, with the usual fields before it."""
    body = folder / "body.txt"
    body.write_bytes(b"Content-Type: text/plain; charset=utf-8\r\n\r\nPlease pay to account 123.\r\n")
    made = subprocess.run(
        ["openssl", "cms", "-sign", "-in", body, "-signer", signer[0], "-inkey", signer[1], *options],
        check=True,
        capture_output=True,
    ).stdout
    return (
        f"From: <{sender}>\r\nTo: b@receiver.example\r\nSubject: Invoice\r\n".encode()
        + b"Date: Tue, 24 Nov 2026 19:00:00 +0900\r\nMessage-ID: <2@mail.example.jp>\r\n"
        + made
    )
