"""Mark certificates (VMC, CMC): whose mark, for which domains, with which logo, issued by whom (RFC 5280, RFC 3709)."""

import base64
import binascii
import re
import warnings
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from fumimori.grammar.logotype import EmbeddedLogo, subject_logos
from fumimori.model import Record

if TYPE_CHECKING:
    from cryptography import x509

CHAIN_MOST = 6
NAMES_MOST = 100
LONGEST = 200
USAGE = "1.3.6.1.5.5.7.3.31"
"""The extended key usage of brand indicators."""
LOGOTYPE = "1.3.6.1.5.5.7.1.12"
MARK_TYPE = "1.3.6.1.4.1.53087.1.13"
FIELDS = {
    "2.5.4.10": "organizationName",
    "2.5.4.6": "countryName",
    "1.3.6.1.4.1.53087.1.2": "trademarkOfficeName",
    "1.3.6.1.4.1.53087.1.3": "trademarkCountryOrRegionName",
    "1.3.6.1.4.1.53087.1.4": "trademarkIdentifier",
    "1.3.6.1.4.1.53087.3.2": "statuteCountryName",
    "1.3.6.1.4.1.53087.3.5": "statuteCitation",
    MARK_TYPE: "markType",
}
"""Fields of the subject that say whose mark it is, and by what right."""
RSA_LEAST = 2048
"""Bits of an RSA key (mark certificate requirements of the issuers, section 6.1.5)."""
POISON = "1.3.6.1.4.1.11129.2.4.3"
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(?P<body>[A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


class MarkCertificate(Record):
    """The facts of a mark certificate; all texts are untrusted."""

    mark: str
    """The mark type, such as `Registered Mark`; empty without one."""
    organisation: str
    issuer: str
    """The organisation that issued it, else the issuer's whole name."""
    names: tuple[str, ...]
    """dNSName entries of subjectAltName, lower case."""
    not_before: datetime
    not_after: datetime
    sha256: str
    fields: tuple[str, ...]
    """The words of FIELDS that the subject has."""
    for_brands: bool
    """The extended key usage of brand indicators is there."""
    limits_names: bool
    """It has name constraints, which a mark certificate must not have."""
    logos: tuple[EmbeddedLogo, ...]
    chain_fault: str = ""
    """`alone` (no issuer's certificate with it), `order` (the next one did not issue it), `not_ca`,
    `out_of_time` (an issuer's certificate is over), `too_deep` (more issuers than one of them allows below it, RFC 5280
    section 4.2.1.9), `short_key` (RSA below 2048 bits), `not_leaf` (the first one is an authority itself),
    `precertificate` (RFC 6962 section 3.1), `critical` (an extension that must be understood and is not known, RFC 5280
    section 4.2); empty for a chain that holds up to its last certificate."""


def read_mark(untrusted_pem: str, at: datetime) -> MarkCertificate | None:
    """The mark certificate that comes first in `untrusted_pem`, its chain judged at `at`; None for anything else."""
    from cryptography import x509

    chain = _certificates(untrusted_pem)
    if not chain:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _facts(chain, at)
        except (ValueError, TypeError, OverflowError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
            return None


def _certificates(untrusted_pem: str) -> list["x509.Certificate"]:
    from cryptography import x509

    found = []
    for match in list(_BLOCK.finditer(untrusted_pem))[:CHAIN_MOST]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.append(x509.load_der_x509_certificate(base64.b64decode("".join(match["body"].split()))))
        except (ValueError, binascii.Error, x509.InvalidVersion):
            return found
    return found


def _facts(chain: list["x509.Certificate"], at: datetime) -> MarkCertificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    leaf = chain[0]
    subject = {attribute.oid.dotted_string: _text(attribute.value) for attribute in leaf.subject}
    issuer = {attribute.oid.dotted_string: _text(attribute.value) for attribute in leaf.issuer}
    names: list[str] = []
    usages: list[str] = []
    logos: tuple[EmbeddedLogo, ...] = ()
    limits = False
    for extension in leaf.extensions:
        value = extension.value
        if isinstance(value, x509.SubjectAlternativeName):
            names = value.get_values_for_type(x509.DNSName)
        elif isinstance(value, x509.ExtendedKeyUsage):
            usages = [usage.dotted_string for usage in value]
        elif isinstance(value, x509.NameConstraints):
            limits = True
        elif isinstance(value, x509.UnrecognizedExtension) and extension.oid.dotted_string == LOGOTYPE:
            logos = subject_logos(value.value)
    return MarkCertificate(
        mark=subject.get(MARK_TYPE, ""),
        organisation=subject.get("2.5.4.10", ""),
        issuer=issuer.get("2.5.4.10", "") or leaf.issuer.rfc4514_string()[:LONGEST],
        names=tuple(name.lower()[:LONGEST] for name in names[:NAMES_MOST]),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        sha256=leaf.fingerprint(SHA256()).hex(),
        fields=tuple(word for oid, word in FIELDS.items() if subject.get(oid)),
        for_brands=USAGE in usages,
        limits_names=limits,
        logos=logos,
        chain_fault=_leaf_fault(leaf) or _chain_fault(chain, at),
    )


def _leaf_fault(leaf: "x509.Certificate") -> str:
    """Why a reader must not accept the first certificate as the mark's, independent of its issuer."""
    from cryptography import x509

    for extension in leaf.extensions:
        if extension.oid.dotted_string == POISON:
            return "precertificate"
        if isinstance(extension.value, x509.BasicConstraints) and extension.value.ca:
            return "not_leaf"
        unknown = isinstance(extension.value, x509.UnrecognizedExtension)
        if extension.critical and unknown and extension.oid.dotted_string != LOGOTYPE:
            return "critical"
    return "short_key" if _short_key(leaf) else ""


def _short_key(certificate: "x509.Certificate") -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return False
    return isinstance(key, RSAPublicKey) and key.key_size < RSA_LEAST


def _text(value: str | bytes) -> str:
    return (value if isinstance(value, str) else value.decode("utf-8", "replace"))[:LONGEST]


def _chain_fault(chain: list["x509.Certificate"], at: datetime) -> str:  # noqa: PLR0911 - by fault
    """What is wrong with the certificates behind the first; whether anybody trusts the last one is not asked here."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if len(chain) < 2:
        return "alone"
    for below, (lower, upper) in enumerate(pairwise(chain)):
        try:
            lower.verify_directly_issued_by(upper)
            constraints = upper.extensions.get_extension_for_class(x509.BasicConstraints).value
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
            return "order"
        except x509.ExtensionNotFound:
            return "not_ca"
        if not constraints.ca:
            return "not_ca"
        if not upper.not_valid_before_utc <= at <= upper.not_valid_after_utc:
            return "out_of_time"
        if constraints.path_length is not None and below > constraints.path_length:
            return "too_deep"
        if _short_key(upper):
            return "short_key"
    return ""
