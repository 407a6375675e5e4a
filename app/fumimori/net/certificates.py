"""Certificates: from DER bytes to facts, the system's trusted roots, path validation (RFC 5280), names (RFC 9525)."""

import hashlib
import ssl
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fumimori.grammar.certificate import DER_MOST, parse_certificate
from fumimori.grammar.domain_names import name_matches
from fumimori.net.certificate_parts import Parts, dns_names, parts_of, says_where_its_issuer_is
from fumimori.net.dane_path import above_leaf
from fumimori.network.tls import Certificate, CertificateChain

if TYPE_CHECKING:
    from cryptography import x509
    from OpenSSL import crypto

CHAIN_MOST = 10
"""Certificates of a chain that are read; a server that sends more has sent enough."""
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
    roots = tuple(root for der in ders if (root := parse_certificate(der)) is not None)
    paths = ssl.get_default_verify_paths()
    for place in (paths.cafile, paths.openssl_cafile, *BUNDLES):
        if roots:
            break
        if place and Path(place).is_file():
            roots = _from_pem(Path(place).read_bytes())
    return roots


@dataclass(frozen=True, kw_only=True)
class _Read:
    """One certificate that was sent, as far as anybody could read it."""

    der: bytes
    facts: Certificate
    parts: Parts
    known: "x509.Certificate | None"
    """None where only OpenSSL can read it."""
    openssl: "crypto.X509 | None"


def chain_of(
    ders: Sequence[bytes], *, name: str, at: datetime, roots: Sequence["x509.Certificate"], any_use: bool = False
) -> CertificateChain:
    """What the chain `ders` (leaf first, as sent) is worth at the moment `at` for somebody who asked for `name`.

    `trusted` disregards the name, `name_matches` disregards the trust. The path is judged by OpenSSL, as mail programs
    and mail servers judge it, not by the rules for public web sites; with `any_use` for others than servers too. Absurd
    certificates never raise: a leaf that cannot be read makes an empty chain with the error `other`.
    """
    leaf = _read(ders[0]) if ders else None
    sent = [each for der in ders[1:CHAIN_MOST] if (each := _read(der)) is not None]
    if leaf is None:
        return CertificateChain(certificates=(), trusted=False, trust_error="other", asked_name=name)
    sent.insert(0, leaf)
    trust_error = _trust_error(sent, at, tuple(roots), any_use=any_use)
    return CertificateChain(
        certificates=tuple(each.facts for each in sent),
        trusted=not trust_error,
        trust_error=trust_error,
        name_matches=name_matches(name, leaf.facts.names),
        asked_name=name,
        above=_above(sent, at),
    )


def _above(sent: Sequence[_Read], at: datetime) -> tuple[int, ...]:
    """The positions that a path leads up to from the leaf; every one where a certificate is read by OpenSSL alone."""
    known = [each.known for each in sent if each.known is not None]
    return above_leaf(known, at, _issued) if len(known) == len(sent) else tuple(range(1, len(sent)))


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
        root = parse_certificate(der)
        if root is not None:
            roots.append(root)
    return tuple(roots)


def _read(der: bytes) -> _Read | None:
    """The certificate in `der`, by our own library or else by OpenSSL, which reads more; None when neither can."""
    from OpenSSL import crypto

    known = parse_certificate(der)
    openssl: crypto.X509 | None = None
    if len(der) <= DER_MOST:
        try:
            openssl = crypto.load_certificate(crypto.FILETYPE_ASN1, der)
        except (crypto.Error, ValueError):
            openssl = None
    parts = parts_of(der)
    facts = None
    # A parsed certificate may still hold dates or numbers that no calendar knows; those raise only when they are read.
    with suppress(ValueError, OverflowError, TypeError):
        facts = _facts(der, known, parts) if known is not None else None
    if facts is None and openssl is not None:
        with suppress(crypto.Error, ValueError, OverflowError, TypeError), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyOpenSSL would ask `cryptography`, which could not read it
            facts = _facts_by_openssl(der, openssl, parts)
    return None if facts is None else _Read(der=der, facts=facts, parts=parts, known=known, openssl=openssl)


def _facts(der: bytes, certificate: "x509.Certificate", parts: Parts) -> Certificate:
    """The facts of `certificate`; parts that cannot be read are empty. ValueError and its like for absurd dates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kind, bits = _key(certificate)
        return Certificate(
            subject=_name(certificate, "subject"),
            issuer=_name(certificate, "issuer"),
            names=_names(parts),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            key=kind,
            key_bits=bits,
            signature_hash=_signature_hash(certificate),
            serial=f"{certificate.serial_number:x}",
            self_signed=_issued(certificate, certificate),
            **_fingerprints(der, parts),
        )


def _facts_by_openssl(der: bytes, certificate: "crypto.X509", parts: Parts) -> Certificate:
    """The same, where only OpenSSL can read it."""
    from OpenSSL import crypto

    kind, bits = "other", 0
    with suppress(crypto.Error, ValueError, TypeError):
        key = certificate.get_pubkey()
        kind, bits = _OPENSSL_KEYS.get(key.type(), "other"), key.bits()
    algorithm = certificate.get_signature_algorithm().decode("ascii", "replace").lower()
    return Certificate(
        subject=_printed(certificate.get_subject()),
        issuer=_printed(certificate.get_issuer()),
        names=_names(parts),
        not_before=_moment(certificate.get_notBefore()),
        not_after=_moment(certificate.get_notAfter()),
        key=kind,
        key_bits=bits if kind != "other" else 0,
        signature_hash=next((name for name in _HASHES if name in algorithm), ""),
        serial=f"{certificate.get_serial_number():x}",
        self_signed=bool(parts.subject) and parts.subject == parts.issuer,
        **_fingerprints(der, parts),
    )


_OPENSSL_KEYS = {6: "rsa", 408: "ec", 1087: "ed25519", 1088: "ed448"}
"""OpenSSL's numbers for kinds of keys."""
_HASHES = ("md2", "md4", "md5", "sha1", "sha224", "sha256", "sha384", "sha512")


def _fingerprints(der: bytes, parts: Parts) -> dict[str, str]:
    key = parts.public_key
    return {
        "sha256": hashlib.sha256(der).hexdigest(),
        "sha512": hashlib.sha512(der).hexdigest(),
        "spki_sha256": hashlib.sha256(key).hexdigest() if key else "",
        "spki_sha512": hashlib.sha512(key).hexdigest() if key else "",
    }


def _names(parts: Parts) -> tuple[str, ...]:
    return tuple(name[:NAME_LENGTH] for name in dns_names(parts)[:NAMES_MOST])


def _printed(name: "crypto.X509Name") -> str:
    """The name as `CN=…,O=…`, the most special part first."""
    fields = (
        f"{key.decode('ascii', 'replace')}={value.decode('utf-8', 'replace')}" for key, value in name.get_components()
    )
    return ",".join(reversed(list(fields)))[:NAME_LENGTH]


def _moment(written: bytes | None) -> datetime:
    """The moment of a GeneralizedTime; ValueError for anything else."""
    return datetime.strptime((written or b"").decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _name(certificate: "x509.Certificate", which: str) -> str:
    try:
        name: x509.Name = getattr(certificate, which)
        return name.rfc4514_string()[:NAME_LENGTH]
    except (ValueError, TypeError):
        return ""


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


@lru_cache(maxsize=4)
def _store(roots: "tuple[x509.Certificate, ...]", *, any_use: bool = False) -> "crypto.X509Store":
    """The roots as OpenSSL's store, for servers' certificates or for any; those that it cannot read are left out."""
    from OpenSSL import crypto

    store = crypto.X509Store()
    for root in roots:
        with suppress(crypto.Error, ValueError):
            store.add_cert(crypto.X509.from_cryptography(root))
    library = getattr(crypto, "_lib")  # noqa: B009 - pyOpenSSL has no name of its own for the purpose
    purpose = library.X509_PURPOSE_ANY if any_use else library.X509_PURPOSE_SSL_SERVER
    library.X509_STORE_set_purpose(store._store, purpose)  # noqa: SLF001
    return store


def _trust_error(
    sent: Sequence[_Read], at: datetime, roots: "tuple[x509.Certificate, ...]", *, any_use: bool = False
) -> str:
    """Why no path leads to a trusted root, as the code whose text explains how to correct it."""
    from OpenSSL import crypto

    leaf = sent[0]
    if leaf.facts.self_signed:
        return "self_signed"
    out_of_time = _out_of_time(leaf.facts, at)
    if out_of_time:
        return out_of_time
    if leaf.openssl is None:
        return "other"
    store = _store(roots, any_use=any_use)
    store.set_time(at.astimezone(UTC).replace(tzinfo=None))
    above = [each.openssl for each in sent[1:] if each.openssl is not None]
    try:
        path = crypto.X509StoreContext(store, leaf.openssl, above).get_verified_chain()
    except crypto.X509StoreContextError as error:
        return _explained(error, sent, at, roots)
    except (crypto.Error, ValueError, OverflowError):
        return "other"
    shown = [_read(crypto.dump_certificate(crypto.FILETYPE_ASN1, each)) for each in path[1:-1]]
    weak = any(_is_weak(each.facts) for each in (leaf, *shown) if each is not None)
    return "weak" if weak else ""


def _explained(
    error: "crypto.X509StoreContextError", sent: Sequence[_Read], at: datetime, roots: "tuple[x509.Certificate, ...]"
) -> str:
    """The reason behind OpenSSL's number; where it lacks an issuer, whether the server or the authority is to blame."""
    path = [sent[0]]
    while len(path) <= CHAIN_MOST:
        above = next((other for other in sent[1:] if other not in path and _follows(other, path[-1])), None)
        if above is None:
            break
        path.append(above)
    top = path[-1]
    if not any(_is_issued_by(root, top) for root in roots):
        missing = top.parts.subject != top.parts.issuer and says_where_its_issuer_is(top.parts)
        return "incomplete" if missing else "unknown_issuer"
    late = next((fault for each in path if (fault := _out_of_time(each.facts, at))), "")
    if late:
        return late
    return {9: "not_yet_valid", 10: "expired"}.get(error.errors[0], "other")


def _follows(issuer: _Read, subject: _Read) -> bool:
    """Whether `issuer` signed `subject`, by names alone where our own library cannot read both."""
    if issuer.known is not None and subject.known is not None:
        return _issued(issuer.known, subject.known)
    return bool(issuer.parts.subject) and issuer.parts.subject == subject.parts.issuer


def _is_issued_by(root: "x509.Certificate", top: _Read) -> bool:
    from cryptography.hazmat.primitives.serialization import Encoding

    if top.known is not None:
        return root == top.known or _issued(root, top.known)
    return parts_of(root.public_bytes(Encoding.DER)).subject == top.parts.issuer


def _out_of_time(facts: Certificate, at: datetime) -> str:
    if at > facts.not_after:
        return "expired"
    return "not_yet_valid" if at < facts.not_before else ""


def _is_weak(facts: Certificate) -> bool:
    return facts.signature_hash in WEAK_HASHES or (facts.key == "rsa" and facts.key_bits < RSA_LEAST)
