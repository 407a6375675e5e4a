"""Certificates: from DER bytes to facts, the system's trusted roots, path validation (RFC 5280), names (RFC 9525)."""

import hashlib
import ssl
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fumimori.core.network.tls import Certificate, CertificateChain
from fumimori.net.dane_path import above_leaf

if TYPE_CHECKING:
    from cryptography import x509

CHAIN_MOST = 10
"""Certificates of a chain that are read; a server that sends more has sent enough."""
DER_MOST = 65536
"""Bytes of one certificate that are read."""
NAMES_MOST = 200
NAME_LENGTH = 300
RSA_LEAST = 2048
WEAK_HASHES = frozenset({"md2", "md4", "md5", "sha1"})

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep their roots when the TLS library was built for another place, as in a frozen program."""


def load_roots(ca_file: Path | None) -> tuple["x509.Certificate", ...]:
    """The trusted roots: those in the PEM file, else the system's.

    Roots that cannot be read are left out; the tuple is empty when the system has none. OSError when `ca_file` is
    not readable, ValueError when it holds no certificate.
    """
    if ca_file is not None:
        roots = _from_pem(ca_file.read_bytes())
        if not roots:
            raise ValueError(f"no certificate in {ca_file}")
        return roots
    ders = ssl.create_default_context().get_ca_certs(binary_form=True)
    roots = tuple(root for der in ders if (root := parsed(der)) is not None)
    paths = ssl.get_default_verify_paths()
    for place in (paths.cafile, paths.openssl_cafile, *BUNDLES):
        if roots:
            break
        if place and Path(place).is_file():
            roots = _from_pem(Path(place).read_bytes())
    return roots


def parsed(der: bytes) -> "x509.Certificate | None":
    """The certificate in `der`; None when it is none, or too long to be one."""
    from cryptography import x509

    if len(der) > DER_MOST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion):
        return None


def facts_of(certificate: "x509.Certificate") -> Certificate:
    """The facts of `certificate`; parts that cannot be read are empty, nothing is raised."""
    from cryptography.hazmat.primitives.serialization import Encoding

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kind, bits = _key(certificate)
        der, spki = certificate.public_bytes(Encoding.DER), _public_key(certificate)
        return Certificate(
            subject=_name(certificate, "subject"),
            issuer=_name(certificate, "issuer"),
            names=_dns_names(certificate),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            key=kind,
            key_bits=bits,
            signature_hash=_signature_hash(certificate),
            serial=f"{certificate.serial_number:x}",
            sha256=hashlib.sha256(der).hexdigest(),
            self_signed=_issued(certificate, certificate),
            sha512=hashlib.sha512(der).hexdigest(),
            spki_sha256=hashlib.sha256(spki).hexdigest() if spki else "",
            spki_sha512=hashlib.sha512(spki).hexdigest() if spki else "",
        )


def chain_of(
    ders: Sequence[bytes], *, name: str, at: datetime, roots: Sequence["x509.Certificate"]
) -> CertificateChain:
    """What the chain `ders` (leaf first, as sent) is worth at the moment `at` for somebody who asked for `name`.

    `trusted` disregards the name, `name_matches` disregards the trust. Absurd certificates never raise: a leaf that
    cannot be read makes an empty chain with the error `other`.
    """
    sent = [certificate for der in ders[:CHAIN_MOST] if (certificate := parsed(der)) is not None]
    if not sent or not ders or parsed(ders[0]) is None:
        return CertificateChain(certificates=(), trusted=False, trust_error="other", asked_name=name)
    facts = tuple(_facts_or_nothing(certificate) for certificate in sent)
    readable = tuple(fact for fact in facts if fact is not None)
    if facts[0] is None:
        return CertificateChain(certificates=readable, trusted=False, trust_error="other", asked_name=name)
    trusted = _path_holds(sent, at, roots) and not _is_weak(facts[0])
    return CertificateChain(
        certificates=readable,
        trusted=trusted,
        trust_error="" if trusted else _why_not(sent, facts[0], at, roots),
        name_matches=name_matches(name, facts[0].names),
        asked_name=name,
        above=tuple(
            sum(fact is not None for fact in facts[:position])
            for position in above_leaf(sent, at, _issued)
            if facts[position] is not None
        ),
    )


def name_matches(name: str, names: Sequence[str]) -> bool:
    """Whether one of the dNSNames stands for `name`: equal, or a wildcard that is the whole left-most label
    and stands for exactly one label (RFC 9525 section 6.3).
    """  # noqa: D205 - one sentence
    wanted = name.rstrip(".").lower()
    if not wanted:
        return False
    head, _, rest = wanted.partition(".")
    for entry in names:
        offered = entry.rstrip(".").lower()
        if offered == wanted:
            return True
        if offered.startswith("*.") and head and "." in rest and offered[2:] == rest:
            return True
    return False


def _from_pem(pem: bytes) -> tuple["x509.Certificate", ...]:
    roots = []
    for part in pem.split(b"-----BEGIN CERTIFICATE-----")[1:]:
        text = "-----BEGIN CERTIFICATE-----" + part.partition(b"-----END CERTIFICATE-----")[0].decode(
            "ascii", "replace"
        )
        try:
            der = ssl.PEM_cert_to_DER_cert(text.rstrip() + "\n-----END CERTIFICATE-----\n")
        except ValueError:
            continue
        root = parsed(der)
        if root is not None:
            roots.append(root)
    return tuple(roots)


def _facts_or_nothing(certificate: "x509.Certificate") -> Certificate | None:
    # A parsed certificate may still hold dates or numbers that no calendar knows; those raise only when they are read.
    try:
        return facts_of(certificate)
    except (ValueError, OverflowError, TypeError):
        return None


def _name(certificate: "x509.Certificate", which: str) -> str:
    try:
        name: x509.Name = getattr(certificate, which)
        return name.rfc4514_string()[:NAME_LENGTH]
    except (ValueError, TypeError):
        return ""


def _dns_names(certificate: "x509.Certificate") -> tuple[str, ...]:
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = extension.value.get_values_for_type(x509.DNSName)
    except (ValueError, TypeError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return ()
    return tuple(name[:NAME_LENGTH].lower() for name in names[:NAMES_MOST])


def _key(certificate: "x509.Certificate") -> tuple[str, int]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, rsa

    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "other", 0
    kind, bits = "other", 0
    if isinstance(key, rsa.RSAPublicKey):
        kind, bits = "rsa", key.key_size
    elif isinstance(key, ec.EllipticCurvePublicKey):
        kind, bits = "ec", key.curve.key_size
    elif isinstance(key, ed25519.Ed25519PublicKey):
        kind, bits = "ed25519", 256
    elif isinstance(key, ed448.Ed448PublicKey):
        kind, bits = "ed448", 456
    elif isinstance(key, mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey):
        kind = "ml_dsa"
    return kind, bits


def _public_key(certificate: "x509.Certificate") -> bytes:
    """The key as DER; empty for a kind of key that the library does not know."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm):
        return b""


def _signature_hash(certificate: "x509.Certificate") -> str:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        algorithm = certificate.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return ""
    return "" if algorithm is None else algorithm.name.lower()


def _issued(issuer: "x509.Certificate", subject: "x509.Certificate") -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        if issuer.subject != subject.issuer:
            return False
    except (ValueError, TypeError):
        return False
    try:
        subject.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return True  # signatures that this library will not compute (MD5 and the like) are taken by their names
    return True


def _path_holds(sent: Sequence["x509.Certificate"], at: datetime, roots: Sequence["x509.Certificate"]) -> bool:
    from cryptography import x509
    from cryptography.x509 import verification

    if not roots:
        return False
    leaf = sent[0]
    names = _dns_names(leaf)
    subject: verification.Subject | None = None
    for name in names:
        try:
            subject = x509.DNSName(name.replace("*", "any"))
            break
        except ValueError:
            continue
    if subject is None:
        return False
    try:
        verifier = (
            verification.PolicyBuilder()
            .store(verification.Store(list(roots)))
            .time(at.astimezone(UTC))
            .max_chain_depth(CHAIN_MOST)
            .build_server_verifier(subject)
        )
        verifier.verify(leaf, list(sent[1:]))
    except (verification.VerificationError, ValueError, TypeError):
        return False
    return True


def _why_not(
    sent: Sequence["x509.Certificate"], leaf: Certificate, at: datetime, roots: Sequence["x509.Certificate"]
) -> str:
    """The first of the reasons that explains it to somebody who has to put it right."""
    if leaf.self_signed:
        return "self_signed"
    out_of_time = _out_of_time(leaf, at)
    if out_of_time:
        return out_of_time
    path = [sent[0]]
    while len(path) <= CHAIN_MOST:
        above = next((other for other in sent[1:] if other not in path and _issued(other, path[-1])), None)
        if above is None:
            break
        path.append(above)
    top = path[-1]
    if not any(_issued(root, top) or root == top for root in roots):
        missing = not _issued(top, top) and _says_where_its_issuer_is(top)
        return "incomplete" if missing else "unknown_issuer"
    return next((fault for certificate in path if (fault := _fault_of(certificate, at))), "other")


def _out_of_time(facts: Certificate, at: datetime) -> str:
    if at > facts.not_after:
        return "expired"
    return "not_yet_valid" if at < facts.not_before else ""


def _fault_of(certificate: "x509.Certificate", at: datetime) -> str:
    facts = _facts_or_nothing(certificate)
    if facts is None:
        return "other"
    weak = not facts.self_signed and _is_weak(facts)
    return _out_of_time(facts, at) or ("weak" if weak else "")


def _is_weak(facts: Certificate) -> bool:
    return facts.signature_hash in WEAK_HASHES or (facts.key == "rsa" and facts.key_bits < RSA_LEAST)


def _says_where_its_issuer_is(certificate: "x509.Certificate") -> bool:
    """Whether it names the place of its issuer, as certificates of public authorities do and private ones do not."""
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID

    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (ValueError, TypeError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False
    return any(entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS for entry in access)
