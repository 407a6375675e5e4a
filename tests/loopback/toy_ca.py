"""A toy certification authority: a root, an intermediate, and leaves with chosen faults (RFC 5280)."""

import subprocess
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A server's certificate, its key, and the chain as the server is to send it."""

    certificate: x509.Certificate
    key: Key
    issuers: tuple[x509.Certificate, ...]

    @property
    def chain_pem(self) -> bytes:
        """Leaf first, then what the server sends of its issuers."""
        return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in (self.certificate, *self.issuers))

    @property
    def key_pem(self) -> bytes:
        """The key, unencrypted, as servers read it."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """The paths of `<name>.pem` and `<name>.key` in `folder`, the key readable by its owner alone."""
        chain, key = folder / f"{name}.pem", folder / f"{name}.key"
        chain.write_bytes(self.chain_pem)
        key.write_bytes(self.key_pem)
        key.chmod(0o600)
        return chain, key

    def tlsa(self) -> str:
        """The association data of a TLSA record `3 1 1` for this leaf (RFC 6698 section 2.1)."""
        from hashlib import sha256

        spki = self.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return sha256(spki).hexdigest()


_SHA1_AUTHORITY = """
[ca]
default_ca = authority
[authority]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha1
policy = anybody
preserve = yes
copy_extensions = copyall
x509_extensions = extensions
[anybody]
organizationName = optional
commonName = optional
[extensions]
authorityKeyIdentifier = keyid
"""


class ToyCa:
    """A root that tests trust and an intermediate that signs the leaves; `now` is the middle of every test."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC).replace(microsecond=0)
        self._root_key = ec.generate_private_key(ec.SECP384R1())
        self._issuing_key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._authority("Toy Root", self._root_key, None)
        self.intermediate = self._authority("Toy Issuing", self._issuing_key, self.root)

    @property
    def root_pem(self) -> bytes:
        """What `--ca-file` reads."""
        return self.root.public_bytes(Encoding.PEM)

    def leaf(
        self,
        *names: str,
        days_left: float = 60,
        lifetime: float = 90,
        key: Key | None = None,
        self_signed: bool = False,
        with_intermediate: bool = True,
        common_name: str = "",
    ) -> Leaf:
        """A leaf for the host `names` that ends in `days_left` days (negative: expired) after `lifetime` days.

        `with_intermediate=False` makes the server send an incomplete chain.
        """
        key = key or ec.generate_private_key(ec.SECP256R1())
        end = self.now + timedelta(days=days_left)
        subject = _name(common_name or (names[0] if names else "nobody.example"))
        public = key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if self_signed else self.intermediate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - timedelta(days=lifetime))
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        )
        if names:
            alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
            builder = builder.add_extension(alternative, critical=False)
        signer: Key = key
        if not self_signed:
            signer = self._issuing_key
            authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
            place = x509.UniformResourceIdentifier("http://ca.example/issuing.der")
            access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
            builder = builder.add_extension(authority, critical=False)
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        issuers = (self.intermediate,) if with_intermediate and not self_signed else ()
        return Leaf(certificate=builder.sign(signer, SHA256()), key=key, issuers=issuers)

    def signed_with_sha1(self, leaf: Leaf) -> Leaf:
        """The same leaf with a signature that nobody should accept; by the system's openssl, the library refuses."""
        request = x509.CertificateSigningRequestBuilder().subject_name(leaf.certificate.subject)
        for extension in leaf.certificate.extensions:
            if not isinstance(extension.value, x509.AuthorityKeyIdentifier):
                request = request.add_extension(extension.value, critical=extension.critical)
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder)
            (here / "request.pem").write_bytes(request.sign(leaf.key, SHA256()).public_bytes(Encoding.PEM))
            (here / "ca.pem").write_bytes(self.intermediate.public_bytes(Encoding.PEM))
            (here / "ca.key").write_bytes(
                self._issuing_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )
            (here / "index.txt").touch()
            (here / "ca.cnf").write_text(_SHA1_AUTHORITY)
            line = "openssl ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -in request.pem"
            dates = ["-startdate", _moment(leaf.certificate.not_valid_before_utc)]
            dates += ["-enddate", _moment(leaf.certificate.not_valid_after_utc)]
            run = subprocess.run([*line.split(), *dates], cwd=here, check=True, capture_output=True)
            return replace(leaf, certificate=x509.load_pem_x509_certificate(run.stdout))

    def _authority(
        self, name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate | None
    ) -> x509.Certificate:
        public = key.public_key()
        signer = self._root_key
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(issuer.subject if issuer else _name(name))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=1000))
            .not_valid_after(self.now + timedelta(days=3000))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0 if issuer else None), critical=True)
            .add_extension(_usage(sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        )
        if issuer:
            authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
            builder = builder.add_extension(authority, critical=False)
        return builder.sign(signer, SHA384())


def weak_rsa(bits: int = 1024) -> rsa.RSAPrivateKey:
    """An RSA key shorter than anybody should use; 1024 is the shortest that the library makes."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _moment(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%SZ}"


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Toy Trust"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not sign,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign,
        crl_sign=sign,
        encipher_only=False,
        decipher_only=False,
    )
