"""What certificates as files say, in every shape; private keys are refused in plain words and never kept."""

import subprocess
import warnings
from datetime import timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)

from fumimori.checks.certificates.facts import Facts, Use
from loopback.readings import NOW, about, handed_over, words_of
from loopback.signed_mail import Authority

DAY = timedelta(days=1)
KEY = rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def certificate(authority, *names: str, start=-100 * DAY, end=200 * DAY, key=KEY, usage=None) -> x509.Certificate:
    mail = [x509.RFC822Name(name) for name in names if "@" in name]
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0] if names else "Nobody")])
    builder = authority._builder(subject, key.public_key(), NOW + start, NOW + end)
    alternative = [*(x509.DNSName(name) for name in names if "@" not in name), *mail]
    if alternative:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternative), critical=False)
    chosen = usage or (x509.ExtendedKeyUsageOID.EMAIL_PROTECTION if mail else x509.ExtendedKeyUsageOID.SERVER_AUTH)
    builder = builder.add_extension(x509.ExtendedKeyUsage([chosen]), critical=False)
    return builder.sign(authority.key, hashes.SHA256())


def pem(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.PEM)


def judged(content: bytes, roots=None) -> list[str]:
    return words_of(handed_over(content, into=about("example.jp"), roots=roots)[2], "certificates")


def test_every_shape_is_read(authority):
    one = certificate(authority, "mail.example.jp", "www.example.jp")
    root = x509.load_pem_x509_certificate(authority.roots.read_bytes())
    shapes = [
        pem(one),
        b"Subject: mail.example.jp\n" + pem(one) + pem(root),
        one.public_bytes(Encoding.DER),
        pkcs7.serialize_certificates([one, root], Encoding.DER),
        pkcs7.serialize_certificates([root, one], Encoding.PEM),
    ]
    assert [judged(shape, authority.roots) for shape in shapes] == [["valid"]] * 5


def test_a_certificate_says_names_key_issuer_and_use(authority):
    _, after, _ = handed_over(pem(certificate(authority, "mail.example.jp")), into=about("example.jp"))
    facts = msgspec.json.decode(after.attempts[0].facts or b"", type=Facts)
    assert (facts.use, facts.names, facts.key, facts.key_bits) == (Use.SERVER, ("mail.example.jp",), "rsa", 2048)
    assert ("Test S/MIME CA" in facts.issuer, facts.trusted, facts.trust_error) == (True, False, "unknown_issuer")
    assert after.attempts[0].part == facts.sha256[:16]


def test_the_end_is_judged_for_servers_and_for_people(authority):
    def word(name: str, end: timedelta) -> list[str]:
        return judged(pem(certificate(authority, name, start=-360 * DAY, end=end)), authority.roots)

    assert word("mail.example.jp", -2 * DAY) == ["expired"]
    assert word("mail.example.jp", 5 * DAY) == ["ends_soon"]
    assert word("sato@example.jp", -2 * DAY) == ["mail_expired"]
    assert word("sato@example.jp", 5 * DAY) == ["mail_ends_soon"]
    assert word("sato@example.jp", 300 * DAY) == ["mail_valid"]


def test_an_issuer_that_nobody_knows(authority):
    assert judged(pem(certificate(authority, "mail.example.jp"))) == ["private_issuer"]
    assert judged(pem(certificate(authority, "sato@example.jp"))) == ["mail_private_issuer"]


def test_a_short_key_is_weak(authority):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        short = rsa.generate_private_key(65537, 1024)
    assert judged(pem(certificate(authority, "mail.example.jp", key=short)), authority.roots) == ["weak"]
    elliptic = ec.generate_private_key(ec.SECP256R1())
    assert judged(pem(certificate(authority, "mail.example.jp", key=elliptic)), authority.roots) == ["valid"]


def test_a_mark_certificate_is_known_by_its_use(authority):
    mark = certificate(authority, "example.jp", usage=x509.ObjectIdentifier("1.3.6.1.5.5.7.3.31"))
    _, after, _ = handed_over(pem(mark), into=about("example.jp"))
    assert msgspec.json.decode(after.attempts[0].facts or b"", type=Facts).use is Use.MARK


def test_a_certificate_of_another_domain_asks(authority):
    result, _, outcomes = handed_over(pem(certificate(authority, "*.other.example")), into=about("example.jp"))
    assert ([one.subject for one in result.others], outcomes) == (["other.example"], [])


def test_private_keys_are_refused_and_nothing_of_them_is_kept(authority, tmp_path):
    one = certificate(authority, "mail.example.jp")
    place = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place], check=True)
    packed = pkcs12.serialize_key_and_certificates(b"a", KEY, one, None, BestAvailableEncryption(b"secret"))
    secrets = [
        KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
        KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        KEY.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        ),
        pem(one) + KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        place.read_bytes(),
        packed,
        b"PuTTY-User-Key-File-3: ssh-ed25519\n",
        b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n",
        b"\xfe\xed\xfe\xed\0\0\0\2",
    ]
    before = about("example.jp")
    for secret in secrets:
        result, after, _ = handed_over(secret, into=before)
        assert [one.problem for one in result.documents] == ["secret"]
        assert after is before
        assert result.run.sources == ()


def test_only_authorities_and_nothing_that_can_be_read(authority):
    def problem(content: bytes) -> str:
        return handed_over(content, into=about("example.jp"))[0].documents[0].problem

    assert problem(authority.roots.read_bytes()) == "only_authorities"
    assert problem(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") == "damaged"
    assert problem(b"-----BEGIN CERTIFICATE-----\n" + b"A" * 400_000) == "damaged"
    assert problem(pkcs7.serialize_certificates([certificate(authority, "a.example.jp")], Encoding.DER)[:300]) in (
        "damaged",
        "not_recognised",
    )
