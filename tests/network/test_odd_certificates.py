"""Odd certificates that mail programs take: names are read alone, and a path holds where OpenSSL says so."""

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from fumimori.grammar.certificate import parse_certificate
from fumimori.net.certificate_parts import dns_names, parts_of
from fumimori.net.certificates import chain_of
from loopback.toy_ca import weak_rsa

NAME = "mail.example.jp"
NOW = datetime.now(UTC).replace(microsecond=0)
KEY_USAGE = x509.KeyUsage(
    **dict.fromkeys(
        ("content_commitment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    ),
    **dict.fromkeys(("digital_signature", "key_encipherment", "key_cert_sign", "crl_sign"), True),
)


def name_of(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else [])


def raw(oid: str, der: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(ObjectIdentifier(oid), der)


def names(*hosts: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])


@dataclass(kw_only=True)
class Issued:
    """A root, an intermediate and a leaf; what is left out or added is chosen."""

    ca_key: object = None
    root_usage: bool = True
    middle_usage: bool = True
    subject: str = NAME
    alternative: x509.ExtensionType | None = field(default_factory=lambda: names(NAME))
    more: tuple[x509.ExtensionType, ...] = ()
    leaf_key: object = None
    purposes: tuple = (ExtendedKeyUsageOID.SERVER_AUTH,)
    critical: frozenset[int] = frozenset()

    def made(self) -> tuple[list[bytes], x509.Certificate]:
        root_key = self.ca_key or ec.generate_private_key(ec.SECP256R1())
        middle_key = self.ca_key or ec.generate_private_key(ec.SECP256R1())
        leaf_key = self.leaf_key or ec.generate_private_key(ec.SECP256R1())
        root = self._authority("Odd Root", root_key, "Odd Root", root_key, usage=self.root_usage)
        middle = self._authority("Odd Issuing", middle_key, "Odd Root", root_key, usage=self.middle_usage)
        leaf = _built(self.subject, leaf_key, "Odd Issuing").add_extension(
            x509.ExtendedKeyUsage(self.purposes), critical=False
        )
        if self.alternative is not None:
            leaf = leaf.add_extension(self.alternative, critical=not self.subject)
        for number, extension in enumerate(self.more):
            leaf = leaf.add_extension(extension, critical=number in self.critical)
        signed = leaf.sign(middle_key, _hash(middle_key))
        return [each.public_bytes(Encoding.DER) for each in (signed, middle)], root

    @staticmethod
    def _authority(subject, key, issuer, issuer_key, *, usage):
        builder = _built(subject, key, issuer).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        if usage:
            builder = builder.add_extension(KEY_USAGE, critical=True)
        return builder.sign(issuer_key, _hash(issuer_key))


def _hash(key):
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()


def _built(subject, key, issuer):
    return (
        x509.CertificateBuilder()
        .subject_name(name_of(subject))
        .issuer_name(name_of(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=10))
        .not_valid_after(NOW + timedelta(days=80))
    )


def judged(ders, root, name=NAME):
    return chain_of(ders, name=name, at=NOW, roots=[root])


def openssl_agrees(folder, ders, root) -> bool:
    """What the openssl program says to the chain."""
    paths = []
    for number, der in enumerate((*ders, root.public_bytes(Encoding.DER))):
        path = folder / f"{number}.pem"
        subprocess.run(["openssl", "x509", "-inform", "DER", "-out", str(path)], input=der, check=True)
        paths.append(str(path))
    line = ["openssl", "verify", "-purpose", "sslserver", "-CAfile", paths[-1], "-untrusted", paths[1], paths[0]]
    return subprocess.run(line, capture_output=True, check=False).returncode == 0


IP_ONLY = x509.SubjectAlternativeName([x509.IPAddress(__import__("ipaddress").ip_address("192.0.2.1"))])
MALFORMED_FIRST = raw("2.5.29.17", b"\x30\x16\x82\x03\xff\xfe\xfd\x82\x0fmail.example.jp")
ACCEPTED = [
    ("without AKI", Issued(), True),
    ("CN only", Issued(alternative=None), False),
    ("IP address only", Issued(alternative=IP_ONLY), False),
    ("underscore first", Issued(alternative=names("my_host.example.jp", NAME)), True),
    ("underscore behind", Issued(alternative=names(NAME, "my_host.example.jp")), True),
    ("first name malformed", Issued(alternative=MALFORMED_FIRST), True),
    ("empty subject", Issued(subject=""), True),
    ("intermediate without keyUsage", Issued(middle_usage=False), True),
    ("root without keyUsage", Issued(root_usage=False), True),
    ("Ed25519 authority", Issued(ca_key=ed25519.Ed25519PrivateKey.generate()), True),
]


@pytest.mark.parametrize(("issued", "named"), [row[1:] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_a_chain_that_openssl_takes_is_trusted(tmp_path, issued, named):
    ders, root = issued.made()
    chain = judged(ders, root)
    assert openssl_agrees(tmp_path, ders, root)
    assert (chain.trusted, chain.trust_error, chain.name_matches) == (True, "", named)


REFUSED = [
    ("for clients only", Issued(purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,))),
    ("an unknown critical extension", Issued(more=(raw("1.2.3.4", b"\x05\x00"),), critical=frozenset({0}))),
]


@pytest.mark.parametrize("issued", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_chain_that_openssl_refuses_is_not_trusted(tmp_path, issued):
    ders, root = issued.made()
    assert not openssl_agrees(tmp_path, ders, root)
    assert (judged(ders, root).trusted, judged(ders, root).trust_error) == (False, "other")


def test_short_keys_below_the_leaf_are_weak_as_mail_programs_have_it():
    ders, root = Issued(leaf_key=weak_rsa(1024)).made()
    assert judged(ders, root).trust_error == "weak"
    ders, root = Issued(ca_key=weak_rsa(1024)).made()
    assert judged(ders, root).trust_error == "weak"


ODD_EXTENSIONS = [
    raw("2.5.29.19", b"\x30\x03\x01\x01\x00"),  # CA:FALSE spelled out
    raw("2.5.29.35", b"\x30\x02\xa1\x00"),  # AKI with an issuer only
    raw("2.5.29.32", b"\x30\x04\x30\x02\x06\x00"),  # a policy that is none
    raw("1.3.6.1.4.1.11129.2.4.2", b"\x04\x03\x00\x10\x01"),  # a torn list of timestamps
]


@pytest.mark.parametrize("extension", ODD_EXTENSIONS)
def test_one_odd_extension_hides_no_names(extension):
    ders, root = Issued(more=(extension,)).made()
    chain = judged(ders, root)
    assert (chain.certificates[0].names, chain.name_matches) == ((NAME,), True)


def wrapped(tag: int, content: bytes) -> bytes:
    length = len(content)
    size = bytes((length,)) if length < 128 else b"\x82" + length.to_bytes(2, "big")
    return bytes((tag,)) + size + content


def resigned(change) -> tuple[list[bytes], x509.Certificate]:
    """A leaf whose signed part went through `change`, signed anew by its authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    ders, root = Issued(ca_key=key).made()
    leaf = x509.load_der_x509_certificate(ders[0])
    to_be_signed = change(leaf.tbs_certificate_bytes)
    algorithm = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"
    signature = key.sign(to_be_signed, ec.ECDSA(hashes.SHA256()))
    return [wrapped(0x30, to_be_signed + algorithm + wrapped(0x03, b"\x00" + signature)), *ders[1:]], root


def content_of(der: bytes) -> bytes:
    from fumimori.grammar.der import first

    return first(der)[1]


def said_not_critical(tbs: bytes) -> bytes:
    """The alternative name with its default `critical FALSE` written out."""
    old = b"\x06\x03\x55\x1d\x11"
    at = tbs.index(old)
    value = tbs[at + len(old) : at + len(old) + 2 + tbs[at + len(old) + 1]]
    extension = wrapped(0x30, old + b"\x01\x01\x00" + value)
    return wrapped(0x30, content_of(tbs)[: -len(_extensions(tbs))] + wrapped(0xA3, wrapped(0x30, extension)))


def _extensions(tbs: bytes) -> bytes:
    from fumimori.net.certificate_parts import _whole

    return _whole(content_of(tbs))[-1][2]


def version_one_said(tbs: bytes) -> bytes:
    """Version 1, which is the default and must not be written, with extensions that it cannot have."""
    return wrapped(0x30, content_of(tbs).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x00", 1))


@pytest.mark.parametrize("change", [said_not_critical, version_one_said])
def test_what_only_openssl_reads_is_read_by_openssl(tmp_path, change):
    ders, root = resigned(change)
    chain = judged(ders, root)
    leaf = chain.certificates[0]
    assert (leaf.names, leaf.key, leaf.key_bits, leaf.signature_hash) == ((NAME,), "ec", 256, "sha256")
    assert (leaf.subject, leaf.issuer, leaf.not_after) == (f"CN={NAME}", "CN=Odd Issuing", NOW + timedelta(days=80))
    assert chain.name_matches
    assert chain.trusted is openssl_agrees(tmp_path, ders, root)
    assert chain.trusted


def test_our_own_library_really_cannot_read_one_of_them():
    assert any(parse_certificate(resigned(change)[0][0]) is None for change in (said_not_critical, version_one_said))


def test_a_name_twice_is_no_name():
    ders, _ = Issued().made()
    parts = parts_of(ders[0])
    assert dns_names(parts) == (NAME,)
    from dataclasses import replace

    twice = {oid: values * 2 for oid, values in parts.extensions.items()}
    assert dns_names(replace(parts, extensions=twice)) == ()


@given(st.binary(max_size=300))
def test_no_octets_confuse_the_reader_of_parts(octets):
    assert isinstance(dns_names(parts_of(octets)), tuple)


@given(st.data())
def test_no_broken_certificate_confuses_anybody(data):
    ders, root = CHAIN
    der = bytearray(ders[0])
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    chain = judged([bytes(der), *ders[1:]], root)
    assert chain.trusted is (bytes(der) == ders[0]) or chain.trusted is False


CHAIN = Issued().made()
