"""The letter about a rented server's certificate: where DANE holds, a renewal as it asks for leaves mail coming in."""

import pytest

from fumimori import resources
from fumimori.checks.dane import facts as dane
from fumimori.checks.dane.tlsa import matches, parse_tlsa
from fumimori.model import Hosting, Note
from fumimori.network.dns import DnsAnswer, DnsStatus, Security
from fumimori.network.tls import CertificateChain
from fumimori.texts import Texts
from fumimori.wording.repairs import note_words
from loopback.certificates import certificate
from unit.checks.test_dane import DER, SPKI, chain, digest, digests
from unit.checks.test_remediation import DOMAIN, assessment, attempt, repair

HOST = "mx1.example.jp"
KEY, CERTIFICATE, AUTHORITY = f"3 1 1 {digest(SPKI)}", f"3 0 1 {digest(DER)}", f"2 1 1 {digest(b'ca')}"


def letter(*texts: str, security: Security = Security.SECURE, subject: str = f"{HOST}:25") -> Note:
    status = DnsStatus.ANSWER if texts else DnsStatus.NODATA
    said = DnsAnswer(name=f"_25._tcp.{HOST}", rdtype="TLSA", status=status, records=texts, security=security)
    mx = DnsAnswer(name=DOMAIN, rdtype="MX", status=DnsStatus.ANSWER, records=(f"10 {HOST}.",))
    look = dane.DaneHost(host=HOST, addresses=Security.SECURE, tlsa=said)
    of = assessment(attempt("dane", dane.Facts(mx=mx, hosts=(look,))), hosting=Hosting.RENTAL)
    made = repair("mail_ports.certificate_expired", subject, of)
    assert made.ask is not None
    assert made.snippets == (), "nobody can copy anything to a server that they rent"
    return made.ask


@pytest.mark.parametrize(
    ("texts", "key"),
    [
        ((), "ask_certificate"),
        ((KEY,), "ask_certificate_key"),
        ((CERTIFICATE,), "ask_certificate_tlsa"),
        ((KEY, CERTIFICATE), "ask_certificate_tlsa"),
        ((AUTHORITY,), "ask_certificate_tlsa"),
        # what no sender takes into account binds nobody
        (("1 1 1 " + digest(SPKI),), "ask_certificate"),
    ],
)
def test_the_letter_says_what_the_published_records_ask_for(texts: tuple[str, ...], key: str) -> None:
    assert letter(*texts).key == key


def test_records_that_senders_ignore_and_ports_without_dane_ask_for_nothing() -> None:
    assert letter(CERTIFICATE, security=Security.INSECURE).key == "ask_certificate"
    assert letter(CERTIFICATE, subject=f"{HOST}:993").key == "ask_certificate"
    assert letter(CERTIFICATE, subject="mail.example.jp:25").key == "ask_certificate"


def renewed(der: bytes, spki: bytes) -> CertificateChain:
    return CertificateChain(certificates=(certificate(names=(HOST,), **digests(der, spki)),), trusted=True, above=())


def test_a_renewal_as_the_letter_asks_for_it_fits() -> None:
    """RFC 7671 sections 5.1 and 8.1: the kept key, or the record of the new certificate beside the old one."""
    same_key, new_key = renewed(b"new", SPKI), renewed(b"new", b"other")
    of_key, of_certificate = parse_tlsa(KEY), parse_tlsa(CERTIFICATE)
    assert of_key is not None
    assert of_certificate is not None
    assert matches(of_key, same_key, (HOST,)) is True
    assert matches(of_key, new_key, (HOST,)) is False
    assert matches(of_certificate, chain((HOST,)), (HOST,)) is True
    assert matches(of_certificate, same_key, (HOST,)) is False, "keeping the key is not enough for this record"
    beside = parse_tlsa(f"3 0 1 {digest(b'new')}")
    assert beside is not None
    assert matches(beside, new_key, (HOST,)) is True


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("texts", [(KEY,), (CERTIFICATE,)])
def test_the_letter_names_tlsa_and_dane(texts: tuple[str, ...], language: str) -> None:
    words = note_words(Texts(resources.root(), language), letter(*texts))
    assert "TLSA" in words
    assert "DANE" in words
    assert HOST in words
