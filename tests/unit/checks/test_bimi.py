"""The BIMI probe judges logo and mark certificate against their rules, and is never worse than low."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from fumimori.checks.bimi import facts as bimi_facts
from fumimori.checks.bimi import probe as bimi
from fumimori.checks.dmarc import probe as dmarc
from fumimori.checks.observations import Observations
from fumimori.model import DomainScope, Scope
from fumimori.network import TimedOut, Unreachable
from fumimori.network.web import WebAnswer
from loopback.fake_network import NOW, FakeNetwork, looked, outcomes, rules, scope_of
from loopback.sample_vmc import LOGO, ToyMarks
from loopback.toy_ca import ToyCa
from loopback.witnesses import outcome_names

CA = ToyCa(NOW)
MARKS = ToyMarks(CA)
L, A = "https://www.example.jp/logo.svg", "https://www.example.jp/vmc.pem"
RECORD = f"v=BIMI1; l={L}; a={A}"
PEM = MARKS.pem("example.jp")
STRICT = "v=DMARC1; p=reject; rua=mailto:d@example.jp"
OK = {"published", "logo_good", "certificate_good"}


def said(record=RECORD, *, logo=LOGO, pem=PEM, policy=STRICT, **more) -> dict:
    """What is said of `record`, with these files behind it; an answer or an error may stand in a file's place."""
    zone = {"default._bimi.example.jp": {"TXT": [record]}, "_dmarc.example.jp": {"TXT": [policy]}} | more
    pages = {url: page(url, file) for url, file in ((L, logo), (A, pem)) if file is not None}
    return outcomes(bimi.PROBE, FakeNetwork(zone, pages), scope_of("example.jp"), before=[dmarc.PROBE])


def page(url, file):
    return WebAnswer(url=url, status=200, untrusted_body=file) if isinstance(file, str) else file


RECORDS = [
    ("all right", RECORD, OK),
    ("without a certificate", f"v=BIMI1; l={L}; a=;", {"published", "logo_good", "certificate_none"}),
    ("without the tag a", f"v=BIMI1; l={L}", {"published", "logo_good", "certificate_none"}),
    ("declined", "v=BIMI1; l=; a=;", {"declined"}),
    ("a wish", f"{RECORD}; avp=personal; lps=news,shop-a", OK),
    ("a wish that does not exist", f"{RECORD}; avp=robot", OK | {"wish_unread"}),
    ("beginnings of addresses that are none", f"{RECORD}; lps=a_b", OK | {"wish_unread"}),
    ("lower-case version", "v=bimi1; l=", {"malformed"}),
    ("http", "v=BIMI1; l=http://www.example.jp/logo.svg", {"malformed"}),
    ("an address instead of a name", "v=BIMI1; l=https://192.0.2.1/logo.svg", {"malformed"}),
    ("another port", "v=BIMI1; l=https://www.example.jp:8443/logo.svg", {"malformed"}),
    ("a user in the address", "v=BIMI1; l=https://a@www.example.jp/logo.svg", {"malformed"}),
    ("a certificate without a logo", f"v=BIMI1; l=; a={A}", {"malformed"}),
    ("something else", "hello", {"absent"}),
]


@pytest.mark.parametrize(("record", "expected"), [row[1:] for row in RECORDS], ids=[row[0] for row in RECORDS])
def test_records(record, expected):
    assert set(said(record)) == expected


def test_two_records():
    assert set(said(**{"default._bimi.example.jp": {"TXT": [RECORD, RECORD + ";"]}})) == {"several"}


def without(tag: str) -> str:
    return LOGO.replace(tag, "")


def inside(part: str) -> str:
    return LOGO.replace("</svg>", part + "</svg>")


LOGOS = [
    ("not there", Unreachable("no_address"), {"logo_unavailable"}),
    ("refused", Unreachable("connection_refused"), {"logo_unavailable"}),
    ("no answer", TimedOut("reply_timeout"), {"logo_not_seen"}),
    ("404", WebAnswer(url=L, status=404), {"logo_unavailable"}),
    ("a redirect", WebAnswer(url=L, status=301), {"logo_unavailable"}),
    ("a certificate that is over", WebAnswer(url=L, tls_error="expired"), {"logo_unavailable"}),
    ("too large", inside("<!--" + "x" * 33000 + "-->"), {"logo_too_large"}),
    ("too long", WebAnswer(url=L, status=200, untrusted_body=LOGO, truncated=True), {"logo_too_large"}),
    ("cut off", WebAnswer(url=L, status=200, untrusted_body=LOGO[:150], incomplete=True), {"logo_not_seen"}),
    ("compressed", "\x1f\ufffd\x08\x00", {"logo_compressed"}),
    ("a web page", "<html><body>404</body></html>", {"logo_not_svg"}),
    ("broken", LOGO[:-8], {"logo_not_svg"}),
    ("a document type", "<!DOCTYPE svg>" + LOGO, {"logo_not_svg"}),
    ("a script", inside("<script>alert(1)</script>"), {"logo_profile"}),
    ("no title", without("<title>Example</title>"), {"logo_profile"}),
    ("oblong", LOGO.replace("0 0 96 96", "0 0 96 48"), {"logo_good", "logo_not_square"}),
    ("in per cent", LOGO.replace('width="96"', 'width="100%"', 1), {"logo_good", "logo_size_relative"}),
]


@pytest.mark.parametrize(("logo", "expected"), [row[1:] for row in LOGOS], ids=[row[0] for row in LOGOS])
def test_logos(logo, expected):
    pem = MARKS.pem("example.jp", svg=logo) if isinstance(logo, str) else PEM
    words = set(said(logo=logo, pem=pem)) - {"certificate_logo_differs"}
    assert words - {"certificate_good"} == expected | {"published"}


def test_the_logo_in_the_certificate_must_be_the_published_one():
    assert set(said(logo=LOGO.replace("#1f4e79", "#1f4e7a"))) == {"published", "logo_good", "certificate_logo_differs"}


UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")


def authority(path_length: int | None) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=True, path_length=path_length)


CERTIFICATES = [
    ("not there", WebAnswer(url=A, status=404), {"certificate_unavailable"}),
    ("no answer", TimedOut("connect_timeout"), {"certificate_not_seen"}),
    ("no PEM", "hello", {"certificate_unreadable"}),
    ("broken PEM", PEM[:200] + PEM[260:], {"certificate_unreadable"}),
    ("for a web server", CA.leaf("example.jp").chain_pem.decode(), {"certificate_not_mark"}),
    ("another usage", MARKS.pem("example.jp", usage="1.3.6.1.5.5.7.3.1"), {"certificate_not_mark"}),
    ("no logo inside", MARKS.pem("example.jp", with_logo=False), {"certificate_not_mark"}),
    ("no mark type", MARKS.pem("example.jp", mark=""), {"certificate_not_mark"}),
    ("a mark type that does not exist", MARKS.pem("example.jp", mark="Nice Mark"), {"certificate_not_mark"}),
    ("limited names", MARKS.pem("example.jp", constraints=True), {"certificate_not_mark"}),
    ("a logo elsewhere", MARKS.pem("example.jp", uri="https://x.example/l.svg"), {"certificate_logo_differs"}),
    ("another domain", MARKS.pem("example.com"), {"certificate_wrong_name"}),
    ("no domain", MARKS.pem(), {"certificate_wrong_name"}),
    ("the selector's name", MARKS.pem("default._bimi.example.jp"), {"certificate_good"}),
    ("over", MARKS.pem("example.jp", days_left=-1), {"certificate_expired"}),
    ("nearly over", MARKS.pem("example.jp", days_left=10), {"certificate_soon"}),
    ("not yet valid", MARKS.pem("example.jp", days_left=400), {"certificate_chain"}),
    ("alone", MARKS.pem("example.jp", issuers=()), {"certificate_chain"}),
    ("the wrong issuer behind it", MARKS.pem("example.jp", issuers=(CA.root,)), {"certificate_chain"}),
    ("without a registration", MARKS.pem("example.jp", trademark=False), {"certificate_good", "certificate_fields"}),
    ("an unknown extension", MARKS.pem("example.jp", extensions=((UNKNOWN, False),)), {"certificate_good"}),
    ("that must be known", MARKS.pem("example.jp", extensions=((UNKNOWN, True),)), {"certificate_chain"}),
    ("a precertificate", MARKS.pem("example.jp", extensions=((x509.PrecertPoison(), True),)), {"certificate_chain"}),
    ("an authority itself", MARKS.pem("example.jp", extensions=((authority(None), True),)), {"certificate_chain"}),
    ("a short key", MARKS.pem("example.jp", rsa_bits=1024), {"certificate_chain"}),
    ("a long key", MARKS.pem("example.jp", rsa_bits=2048), {"certificate_good"}),
    ("another hash", MARKS.pem("example.jp", hashed_data=b"other"), {"certificate_logo_differs"}),
    ("another media type", MARKS.pem("example.jp", media_type="image/png"), {"certificate_logo_differs"}),
    ("by use alone", MARKS.pem("example.jp", mark="Prior Use Mark", trademark=False), {"certificate_good"}),
]


@pytest.mark.parametrize(("pem", "expected"), [row[1:] for row in CERTIFICATES], ids=[row[0] for row in CERTIFICATES])
def test_certificates(pem, expected):
    assert set(said(pem=pem)) == expected | {"published", "logo_good"}


@pytest.mark.parametrize(("path_length", "holds"), [(0, False), (1, True), (None, True)])
def test_no_issuer_stands_below_the_depth_that_one_above_it_allows(path_length, holds):
    top = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Top")])
    named = x509.CertificateBuilder().issuer_name(subject).serial_number(7)
    dated = named.not_valid_before(CA.now - timedelta(days=9)).not_valid_after(CA.now + timedelta(days=900))
    root = dated.subject_name(subject).public_key(top.public_key())
    root = root.add_extension(authority(path_length), critical=True).sign(top, SHA256())
    middle = dated.subject_name(CA.intermediate.subject).public_key(CA.intermediate.public_key())
    middle = middle.add_extension(authority(None), critical=True).sign(top, SHA256())
    found = set(said(pem=MARKS.pem("example.jp", issuers=(middle, root))))
    assert ("certificate_good" in found, "certificate_chain" in found) == (holds, not holds)


def test_the_kinds_are_told():
    assert dict(said()["certificate_good"].values)["kind"] == "VMC"
    common = MARKS.pem("example.jp", mark="Prior Use Mark", trademark=False)
    assert dict(said(pem=common)["certificate_good"].values)["kind"] == "CMC"


@pytest.mark.parametrize(
    ("policy", "weak"),
    [
        ("v=DMARC1; p=quarantine", False),
        ("v=DMARC1; p=none", True),
        ("v=DMARC1; p=reject; sp=none", True),
        ("v=DMARC1; p=quarantine; t=y", True),
        ("v=DMARC1; p=reject; pct=50", True),
        ("hello", True),
    ],
)
def test_dmarc_must_protect_first(policy, weak):
    assert ("dmarc_weak" in said(policy=policy)) is weak


def test_a_sub_domain_has_the_logo_of_its_organisation():
    zone = {
        "default._bimi.example.jp": {"TXT": [RECORD]},
        "_dmarc.example.jp": {"TXT": [STRICT]},
        "shop.example.jp": {"A": ["192.0.2.1"]},
    }
    network = FakeNetwork(zone, {L: page(L, LOGO), A: page(A, PEM)})
    words = outcomes(bimi.PROBE, network, scope_of("shop.example.jp"), before=[dmarc.PROBE])
    assert set(words) == OK
    assert dict(words["published"].values) == {"place": "default._bimi.example.jp"}


def test_a_parked_domain_needs_no_logo():
    scope = Scope(domains=(DomainScope(name="example.jp", sends_mail=False),))
    assert looked([bimi.PROBE], FakeNetwork({}), scope) == ()


def test_nothing_is_worse_than_low():
    severities = {word: rules().outcomes[f"bimi.{word}"].severity.word for word in outcome_names(bimi.PROBE)}
    assert set(severities.values()) <= {"ok", "info", "low"}


def test_the_facts_keep_no_certificate_body():
    zone = {"default._bimi.example.jp": {"TXT": [RECORD]}}
    network = FakeNetwork(zone, {L: page(L, LOGO), A: page(A, PEM)})
    scope = scope_of("example.jp")
    facts = Observations(scope, looked([bimi.PROBE], network, scope)).facts(bimi_facts.BIMI, "example.jp")
    assert facts is not None
    assert facts.mark is not None
    assert facts.mark.not_after - NOW == timedelta(days=200)
    assert (facts.mark.organisation, facts.mark.issuer) == ("Example", "Toy Trust")


def test_files_outside_the_domain_are_not_fetched_without_leave():
    record = "v=BIMI1; l=https://logo.third.example/l.svg; a=https://www.example.jp/v.pem"
    zone = {"default._bimi.example.jp": {"TXT": [record]}}
    network = FakeNetwork(zone, {"https://www.example.jp/v.pem": page("https://www.example.jp/v.pem", PEM)})
    scope = scope_of("example.jp")
    attempts = looked([bimi.PROBE], network, scope)
    assert bimi.file_hosts(Observations(scope, attempts)) == ("logo.third.example", "www.example.jp")
    words = outcomes(bimi.PROBE, network, scope)
    assert dict(words["logo_elsewhere"].values) == {"host": "logo.third.example"}
