"""S/MIME signatures (RFC 8551): whether they hold, whose they are, and whether others can trust them."""

import hashlib
import warnings
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from fumimori.checks.contract import ReadContext
from fumimori.checks.mail_message.facts import Smime
from fumimori.grammar.certificate import parse_certificate
from fumimori.grammar.cms import SignedData, Signer, content_type, parse_signed
from fumimori.grammar.mime import Entity, parts, pieces
from fumimori.texts import sanitize

if TYPE_CHECKING:
    from cryptography import x509

SIGNATURE_TYPES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
ENVELOPE_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")


def read_smime(message: Entity, context: ReadContext, sent_at: datetime | None) -> tuple[Smime | None, bool]:
    """The signature of the message, None without one; and whether it is encrypted, so that nothing else is seen."""
    for part in parts(message):
        if part.media_type == "multipart/signed":
            halves = pieces(part)
            inner = list(parts(part))
            signature = next((one for one in inner if one.media_type in SIGNATURE_TYPES), None)
            if signature is not None and len(halves) >= 2:
                return _judged(parse_signed(signature.content), halves[0], context, sent_at), False
        elif part.media_type in ENVELOPE_TYPES:
            kind = content_type(part.content)
            if kind == "encrypted":
                return None, True
            if kind == "signed":
                return _judged(parse_signed(part.content), None, context, sent_at), False
    return None, False


def _judged(data: SignedData | None, content: bytes | None, context: ReadContext, sent_at: datetime | None) -> Smime:
    signed = content if content is not None else data.content if data is not None else None
    if data is None or signed is None or not data.signers:
        return Smime(state="damaged")
    signer = data.signers[0]
    found = _certificate(signer, data.certificates)
    if found is None:
        return Smime(state="no_certificate", signed_at=signer.signed_at)
    der, certificate = found
    at = signer.signed_at or sent_at or context.at
    others = [other for other in data.certificates if other != der]
    chain = context.chain([der, *others], at)
    return Smime(
        state=_state(signer, signed, certificate),
        signer=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        addresses=_addresses(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        signed_at=signer.signed_at,
        trusted=chain.trusted,
        trust_error=chain.trust_error,
    )


def _certificate(signer: Signer, ders: Sequence[bytes]) -> "tuple[bytes, x509.Certificate] | None":
    from cryptography import x509

    for der in ders:
        one = parse_certificate(der)
        if one is None:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if signer.issuer:
                    same = one.issuer.public_bytes() == signer.issuer and one.serial_number == signer.serial
                else:
                    named = one.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
                    same = named == signer.key_identifier
        except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
            continue
        if same:
            return der, one
    return None


def _state(signer: Signer, content: bytes, certificate: "x509.Certificate") -> str:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    if not signer.digest:
        return "unknown_algorithm"
    if signer.attributes:
        if hashlib.new(signer.digest, content).digest() != signer.message_digest:
            return "changed"
        covered = signer.attributes
    else:
        covered = content
    kinds: dict[str, Callable[[], hashes.HashAlgorithm]] = {
        "sha1": hashes.SHA1,
        "sha256": hashes.SHA256,
        "sha384": hashes.SHA384,
        "sha512": hashes.SHA512,
    }
    algorithm = kinds[signer.digest]()
    try:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            pad = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO) if signer.pss else padding.PKCS1v15()
            key.verify(signer.signature, covered, pad, algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer.signature, covered, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signer.signature, covered)
        else:
            return "unknown_algorithm"
    except InvalidSignature:
        return "wrong" if signer.attributes else "changed"
    except (ValueError, UnsupportedAlgorithm):
        return "unknown_algorithm"
    return "good"


def _name(name: "x509.Name") -> str:
    return sanitize(name.rfc4514_string(), 200)


def _addresses(certificate: "x509.Certificate") -> tuple[str, ...]:
    """The mail addresses of the alternative names, else of the subject (RFC 8550 section 3)."""
    from cryptography import x509

    found: list[str] = []
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = list(names.get_values_for_type(x509.RFC822Name))
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        found = []
    if not found:
        old = certificate.subject.get_attributes_for_oid(x509.NameOID.EMAIL_ADDRESS)
        found = [str(one.value) for one in old]
    return tuple(sanitize(one.lower(), 320) for one in found[:20])
