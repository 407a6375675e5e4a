"""Certificates as files: PEM, DER, P7B; private keys are recognised and refused.

Objective: which certificates there are, for whom, from whom, and until when.
Inputs:    certificates of servers, of mail addresses (S/MIME) and of logos (VMC), with or without their authorities'.
Outcomes:  valid, mail_valid (ok); weak (medium); expired, ends_soon, mail_expired, mail_ends_soon (low);
           private_issuer, mail_private_issuer (info).
Steps:     1. Refuse whatever holds a private key, or can hold nothing else.
           2. Take the certificates out; those of authorities only help to find a path.
           3. Look for a path to an authority that this system trusts.
A file does not say whether its certificate is in use: what is in use on servers is measured.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from fumimori.checks.certificates.facts import CERTIFICATES, Facts, Use
from fumimori.checks.contract import (
    Damaged,
    Document,
    NotReadable,
    ReadContext,
    Reader,
    Reading,
    Secret,
)
from fumimori.checks.expiry import Urgency, days_left, urgency
from fumimori.checks.joining import joined
from fumimori.checks.observations import Observations
from fumimori.grammar.certificate import DER_MOST, parse_certificate
from fumimori.grammar.cms import content_type, first, parse_signed
from fumimori.grammar.domain_names import BadDomainError, ascii_domain
from fumimori.model import Control, Outcome, Rules
from fumimori.network.tls import CertificateChain
from fumimori.texts import sanitize

if TYPE_CHECKING:
    from cryptography import x509

CERTIFICATES_MOST = 100
HEAD = 1 << 20
"""Bytes that are looked through for what is written as text."""
BRANDS = "1.3.6.1.5.5.7.3.31"
"""The extended key usage of brand indicators."""
_KEYS = (b"PRIVATE KEY-----", b"PRIVATE KEY BLOCK-----", b"PuTTY-User-Key-File-")
_STORES = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
"""How Java's key stores begin."""
_NAMES_MOST = 50


def accepts(document: Document) -> float:
    """Confidence, 0 to 1, that this is a certificate, or a private key that must be refused."""
    content = document.content
    if _is_secret(content):
        return 1.0
    head = content[:HEAD]
    if b"-----BEGIN CERTIFICATE-----" in head or b"-----BEGIN PKCS7-----" in head:
        return 0.9
    if content_type(content) == "signed":
        return 0.8
    return 0.9 if content[:1] == b"\x30" and parse_certificate(content) is not None else 0.0


def _is_secret(content: bytes) -> bool:
    """Whether it is a private key, or a container for one."""
    if content.startswith(_STORES) or any(word in content[:HEAD] for word in _KEYS):
        return True
    outer = first(content[: DER_MOST * 4])
    if outer is None or outer.tag != 0x30:
        return False
    number = first(outer.inner)
    if number is None or number.tag != 0x02 or len(number.inner) != 1:
        return False
    following = first(outer.inner[len(number.whole) :])
    if following is None:
        return False
    # P12 (version 3), a key of RFC 5208 or RFC 5958 (version 0 or 1), an RSA or EC key of its own
    return following.tag == 0x30 or number.inner in (b"\0", b"\1")


def read(document: Document, context: ReadContext) -> Sequence[Reading[Facts]]:
    """Every certificate that is no authority's; Secret for private keys, NotReadable where only authorities' are in."""
    if _is_secret(document.content):
        raise Secret
    ders = list(dict.fromkeys(_ders(document.content)))[:CERTIFICATES_MOST]
    loaded = [(der, one) for der in ders if (one := parse_certificate(der)) is not None]
    if not loaded:
        raise Damaged
    authorities = [der for der, one in loaded if _is_authority(one)]
    found = [_reading(der, one, authorities, context) for der, one in loaded if not _is_authority(one)]
    if not found:
        raise NotReadable(reason="only_authorities")
    return found


def _ders(content: bytes) -> Iterator[bytes]:
    if content_type(content) == "signed":
        yield from _packed(content)
    elif content[:1] == b"\x30":
        yield content
    for begin, end in ((b"-----BEGIN CERTIFICATE-----", b"-----END "), (b"-----BEGIN PKCS7-----", b"-----END ")):
        for piece in content.split(begin, CERTIFICATES_MOST + 1)[1:]:
            der = _unpacked(piece.partition(end)[0])
            if b"PKCS7" in begin:
                yield from _packed(der)
            else:
                yield der


def _packed(octets: bytes) -> Sequence[bytes]:
    data = parse_signed(octets)
    return data.certificates if data is not None else ()


def _unpacked(text: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(text[: DER_MOST * 2].split()))
    except (binascii.Error, ValueError):
        return b""


def _is_authority(certificate: "x509.Certificate") -> bool:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False


def _reading(
    der: bytes, certificate: "x509.Certificate", authorities: Sequence[bytes], context: ReadContext
) -> Reading[Facts]:
    chain = context.chain([der, *authorities], context.at)
    if not chain.certificates:
        raise Damaged
    names = _names(certificate)
    subject = _subject(names, context)
    return Reading(subject=subject, facts=_facts(certificate, names, chain), part=chain.certificates[0].sha256[:16])


def _facts(certificate: "x509.Certificate", names: tuple[str, ...], chain: CertificateChain) -> Facts:
    leaf = chain.certificates[0]
    return Facts(
        use=_use(certificate, names),
        names=names,
        subject=sanitize(leaf.subject, 200),
        issuer=sanitize(leaf.issuer, 200),
        not_before=leaf.not_before,
        not_after=leaf.not_after,
        key=leaf.key,
        key_bits=leaf.key_bits,
        signature_hash=leaf.signature_hash,
        sha256=leaf.sha256,
        trusted=chain.trusted,
        trust_error=chain.trust_error,
    )


def _names(certificate: "x509.Certificate") -> tuple[str, ...]:
    """Host names and mail addresses of the alternative names, else of the subject."""
    from cryptography import x509

    found: list[str] = []
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = [*names.get_values_for_type(x509.DNSName), *names.get_values_for_type(x509.RFC822Name)]
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        found = []
    if not found:
        for kind in (x509.NameOID.COMMON_NAME, x509.NameOID.EMAIL_ADDRESS):
            found += [str(one.value) for one in certificate.subject.get_attributes_for_oid(kind)]
    return tuple(sanitize(one.lower(), 320) for one in found[:_NAMES_MOST])


def _use(certificate: "x509.Certificate", names: Sequence[str]) -> Use:
    from cryptography import x509

    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        known = {one.dotted_string for one in usage}
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        known = set()
    if BRANDS in known:
        return Use.MARK
    mail, server = x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string, x509.oid.ExtendedKeyUsageOID.SERVER_AUTH
    if mail in known and server.dotted_string not in known:
        return Use.MAIL
    return Use.MAIL if not known and names and all("@" in name for name in names) else Use.SERVER


def _subject(names: Sequence[str], context: ReadContext) -> str:
    """The name in the assessment's domains that the certificate is for, else the first domain that it names."""
    ours = [one.name for one in context.scope.domains]
    first_domain = ""
    for name in names:
        try:
            domain = ascii_domain(name.rpartition("@")[2].removeprefix("*."))
        except BadDomainError:
            continue
        if any(domain == one or domain.endswith(f".{one}") for one in ours):
            return name if "@" in name else domain
        first_domain = first_domain or domain
    return first_domain


def judge(observations: Observations, rules: Rules) -> Iterable[Outcome]:
    """What each certificate is worth at the moment when it was read."""
    found: list[Outcome] = []
    for attempt, facts in observations.all(CERTIFICATES):
        name = facts.names[0] if facts.names else facts.subject
        mail = "mail_" if facts.use is Use.MAIL else ""
        day = facts.not_after.date().isoformat()
        how_soon = urgency(facts.not_before, facts.not_after, attempt.ended, rules)
        values: dict[str, str | int]
        if how_soon is Urgency.EXPIRED:
            word, values = "expired", {"name": name, "day": day}
        elif _is_weak(facts, rules):
            mail, word = "", "weak"
            values = {"name": name, "key": f"{facts.key} {facts.key_bits}", "hash": facts.signature_hash or "-"}
        elif how_soon is not Urgency.FINE:
            word = "ends_soon"
            values = {"name": name, "day": day, "days": max(0, days_left(facts.not_after, attempt.ended))}
        elif not facts.trusted:
            word, values = "private_issuer", {"name": name, "issuer": facts.issuer}
        else:
            word, values = "valid", {"name": name, "issuer": facts.issuer, "until": day}
        found.append(CERTIFICATES.outcome(f"{mail}{word}", attempt.subject, tuple(values.items())))
    return joined(found)


def _is_weak(facts: Facts, rules: Rules) -> bool:
    short = facts.key == "rsa" and facts.key_bits < rules.number("certificates.rsa_bits_least")
    return short or facts.signature_hash in ("md5", "sha1")


READER = Reader(
    facts=CERTIFICATES,
    control=Control.PROTOCOLS,
    judge=judge,
    accepts=accepts,
    read=read,
)
