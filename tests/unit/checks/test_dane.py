"""The DANE probe holds proved TLSA records against certificates, and stands in for MTA-STS only where all is valid."""

import hashlib

import msgspec
import pytest

from fumimori.checks.dane import probe as dane
from fumimori.checks.dane import tlsa as core
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.checks.tables.mail_servers import CertificateState, PolicyState, mx_table
from fumimori.checks.tls.facts import TlsSupport
from fumimori.checks.tls_rpt import probe as tls_rpt
from fumimori.model import Attempt, Status
from fumimori.network.dns import DnsAnswer, DnsStatus, Security
from fumimori.network.mail import MailService
from fumimori.network.tls import CertificateChain
from fumimori.network.web import WebAnswer
from loopback.certificates import certificate
from loopback.fake_network import FakeNetwork, attempt, looked, outcomes, scope_of


def _der(content: bytes, *, whole: bool) -> bytes:
    """Octets with the shape of a certificate, or of a public key."""
    inner = b"\x30\x02\x05\x00" * (2 if whole else 1) + b"\x03" + bytes([len(content)]) + content
    return b"\x30" + bytes([len(inner)]) + inner


DER, SPKI, CA_DER, CA_SPKI = (
    _der(content, whole=whole) for content, whole in ((b"leaf", True), (b"leaf", False), (b"ca", True), (b"ca", False))
)
HOST = "mx.example.jp"
ALL_SIGNED = {"example.jp": Security.SECURE}
MX = {"example.jp": {"MX": [f"10 {HOST}."]}, HOST: {"A": ["192.0.2.25"]}}


def digests(der: bytes, spki: bytes) -> dict[str, str]:
    return {
        "sha256": hashlib.sha256(der).hexdigest(),
        "sha512": hashlib.sha512(der).hexdigest(),
        "spki_sha256": hashlib.sha256(spki).hexdigest(),
        "spki_sha512": hashlib.sha512(spki).hexdigest(),
    }


def chain(names: tuple[str, ...] = (HOST,), **more: object) -> CertificateChain:
    return CertificateChain(
        certificates=(
            certificate(names=names, **digests(DER, SPKI)),
            certificate(names=(), **digests(CA_DER, CA_SPKI)),
        ),
        **({"trusted": False, "above": (1,)} | more),
    )


def port(host: str = HOST, support: TlsSupport | None = None, **more: object) -> Attempt:
    fields = {"open": True, "kind": "starttls", "starttls": True, "tls_works": True, "chain": chain()} | more
    service = MailService(host=host, address="192.0.2.25", port=25, protocol="smtp", **fields)
    return attempt(
        "mail_ports",
        f"{host}:25",
        facts=msgspec.Raw(msgspec.json.encode(mail_ports.Facts(service=service, support=support or TlsSupport()))),
    )


def tlsa(*records: str, host: str = HOST) -> dict[str, dict[str, list[str]]]:
    return {f"_25._tcp.{host}": {"TLSA": list(records)}}


def digest(content: bytes, kind: str = "sha256") -> str:
    return hashlib.new(kind, content).hexdigest()


GOOD = f"3 1 1 {digest(SPKI)}"
WRONG = f"3 1 1 {'ab' * 32}"
INSTEAD = {"instead_published", "instead_enforced", "instead_matches"}


def said(zone, verdicts=ALL_SIGNED, *ports: Attempt) -> set[str]:
    network = FakeNetwork(zone, verdicts=verdicts)
    return set(outcomes(dane.PROBE, network, scope_of("example.jp"), before=[mx.PROBE], extra=ports))


@pytest.mark.parametrize(
    "record",
    [
        GOOD,
        GOOD.upper(),
        f"3 0 1 {digest(DER)}",
        f"3 1 2 {digest(SPKI, 'sha512')}",
        f"3 0 2 {digest(DER, 'sha512')}",
        f"3 0 0 {DER.hex()}",
        f"3 1 0 {SPKI.hex()}",
        f"2 0 1 {digest(CA_DER)}",
        f"2 1 1 {digest(CA_SPKI)}",
    ],
)
def test_every_kind_of_record_can_match(record: str) -> None:
    assert said(MX | tlsa(record), ALL_SIGNED, port()) == {"valid", "single", *INSTEAD}


def _common_name(shown: CertificateChain, name: str) -> CertificateChain:
    leaf = msgspec.structs.replace(shown.certificates[0], subject=f"CN={name},O=x")
    return msgspec.structs.replace(shown, certificates=(leaf, *shown.certificates[1:]))


def _no_tls() -> Attempt:
    return port(starttls=False, tls_works=None, chain=None)


ROWS = [
    ("two records, one of them for the next key", MX | tlsa(GOOD, WRONG), ALL_SIGNED, (port(),), {"valid", *INSTEAD}),
    ("none matches", MX | tlsa(WRONG), ALL_SIGNED, (port(),), {"mismatch"}),
    ("an authority that was not sent", MX | tlsa(f"2 1 1 {'cd' * 32}"), ALL_SIGNED, (port(),), {"mismatch"}),
    (
        "an authority, but another name",
        MX | tlsa(f"2 1 1 {digest(CA_SPKI)}"),
        ALL_SIGNED,
        (port(chain=chain(("other.example",))),),
        {"mismatch"},
    ),
    (
        "an authority, but expired",
        MX | tlsa(f"2 1 1 {digest(CA_SPKI)}"),
        ALL_SIGNED,
        (port(chain=chain(above=())),),
        {"mismatch"},
    ),
    (
        "an authority that is sent, but did not sign the leaf",
        MX | tlsa(f"2 0 1 {digest(CA_DER)}"),
        ALL_SIGNED,
        (port(chain=chain(above=())),),
        {"mismatch"},
    ),
    (
        "an authority, and nobody looked whether it signed the leaf",
        MX | tlsa(f"2 0 1 {digest(CA_DER)}"),
        ALL_SIGNED,
        (port(chain=chain(above=None)),),
        set(),
    ),
    (
        "an authority that is whole in the DNS and need not be sent",
        MX | tlsa(f"2 1 0 {_der(b'elsewhere', whole=False).hex()}"),
        ALL_SIGNED,
        (port(),),
        set(),
    ),
    (
        "an authority that is whole in the DNS and sent, but did not sign the leaf",
        MX | tlsa(f"2 0 0 {CA_DER.hex()}"),
        ALL_SIGNED,
        (port(chain=chain(above=())),),
        {"mismatch"},
    ),
    (
        "an authority, and the leaf's only name is its common name",
        MX | tlsa(f"2 1 1 {digest(CA_SPKI)}"),
        ALL_SIGNED,
        (port(chain=_common_name(chain(()), HOST)),),
        {"valid", "single", *INSTEAD},
    ),
    ("no STARTTLS beside records that cannot be used", MX | tlsa("3 1 1 abcd"), ALL_SIGNED, (_no_tls(),), {"no_tls"}),
    (
        "the leaf alone counts for usage 3: neither name nor date matter",
        MX | tlsa(GOOD),
        ALL_SIGNED,
        (port(chain=chain(("other.example",), trust_error="expired")),),
        {"valid", "single", *INSTEAD},
    ),
    ("no STARTTLS", MX | tlsa(GOOD), ALL_SIGNED, (port(starttls=False, tls_works=None, chain=None),), {"no_tls"}),
    ("not looked at", MX | tlsa(GOOD), ALL_SIGNED, (), {"published"}),
    ("closed", MX | tlsa(GOOD), ALL_SIGNED, (port(open=False, chain=None),), {"published"}),
    (
        "usages of the web",
        MX | tlsa(f"1 1 1 {digest(SPKI)}", f"0 0 1 {digest(DER)}"),
        ALL_SIGNED,
        (port(),),
        {"unusable"},
    ),
    ("a digest that is cut short", MX | tlsa("3 1 1 abcd"), ALL_SIGNED, (port(),), {"unusable"}),
    ("nothing signed", MX | tlsa(GOOD), {}, (port(),), {"insecure"}),
    ("the host is not signed", MX | tlsa(GOOD), ALL_SIGNED | {HOST: Security.INSECURE}, (port(),), {"insecure"}),
    ("a broken proof", MX | tlsa(GOOD), ALL_SIGNED | {f"_25._tcp.{HOST}": Security.BOGUS}, (port(),), {"bogus"}),
    ("a bogus domain is told elsewhere", MX | tlsa(GOOD), {"example.jp": Security.BOGUS}, (port(),), set()),
    ("absent, all signed", MX, ALL_SIGNED, (port(),), {"possible"}),
    ("absent, unsigned", MX, {}, (port(),), {"absent"}),
    ("unchecked", MX | tlsa(GOOD), {"example.jp": Security.UNCHECKED}, (port(),), set()),
    ("the host unchecked", MX | tlsa(GOOD), ALL_SIGNED | {HOST: Security.UNCHECKED}, (port(),), set()),
]
USABLE = [
    # usage, selector, matching type, data: whether senders of mail take it into account (RFC 7672 section 3.1)
    *((usage, selector, 1, "ab" * 32, usage > 1) for usage in range(4) for selector in (0, 1)),
    *((usage, selector, 2, "ab" * 64, True) for usage in (2, 3) for selector in (0, 1)),
    *((usage, 0, 0, DER.hex(), True) for usage in (2, 3)),
    *((usage, 1, 0, SPKI.hex(), True) for usage in (2, 3)),
    *((usage, 0, 0, SPKI.hex(), False) for usage in (2, 3)),
    *((usage, 1, 0, DER.hex(), False) for usage in (2, 3)),
    *((usage, 0, 0, data, False) for usage in (2, 3) for data in ("0102", "3000", DER.hex() + "00", DER.hex()[:-2])),
    *((3, selector, matching, "ab" * 32, False) for selector, matching in ((2, 1), (255, 1), (0, 3), (1, 255))),
    *((usage, 1, 1, "ab" * 32, False) for usage in (4, 255)),
    *((3, 1, matching, "ab" * length, False) for matching, length in ((1, 31), (1, 33), (1, 64), (2, 32), (2, 65))),
]


@pytest.mark.parametrize(("usage", "selector", "matching", "data", "usable"), USABLE)
def test_what_senders_of_mail_can_use(usage: int, selector: int, matching: int, data: str, *, usable: bool) -> None:
    record = core.parse_tlsa(f"{usage} {selector} {matching} {data}")
    assert record is not None
    assert record.usable is usable
    alone = {"mismatch"} if usable and usage == 3 else set() if usable and matching == 0 else {"mismatch"}
    if usage == 2 and data == DER.hex():
        alone = set()
    text = f"{usage} {selector} {matching} {data}"
    if data not in (DER.hex(), SPKI.hex()):
        assert said(MX | tlsa(text), ALL_SIGNED, port()) == (alone if usable else {"unusable"})
    beside = said(MX | tlsa(text, GOOD), ALL_SIGNED, port())
    assert {"valid", *INSTEAD} <= beside <= {"valid", "single", *INSTEAD}


ALIAS = {
    "example.jp": {"MX": [f"10 {HOST}."]},
    HOST: {"CNAME": ["real.example.net"]},
    "real.example.net": {"A": ["192.0.2.25"]},
}
BOTH_SIGNED = ALL_SIGNED | {"example.net": Security.SECURE}
TA = f"2 1 1 {digest(CA_SPKI)}"


@pytest.mark.parametrize(
    ("zone", "verdicts", "names", "expected"),
    [
        (tlsa(GOOD, host="real.example.net"), BOTH_SIGNED, (HOST,), {"valid", "single", *INSTEAD}),
        (tlsa(GOOD), BOTH_SIGNED, (HOST,), {"valid", "single", *INSTEAD}),
        (tlsa(WRONG) | tlsa(GOOD, host="real.example.net"), BOTH_SIGNED, (HOST,), {"valid", "single", *INSTEAD}),
        (tlsa(GOOD) | tlsa(WRONG, host="real.example.net"), BOTH_SIGNED, (HOST,), {"mismatch"}),
        (tlsa(TA, host="real.example.net"), BOTH_SIGNED, ("real.example.net",), {"valid", "single", *INSTEAD}),
        (tlsa(TA), BOTH_SIGNED, ("real.example.net",), {"mismatch"}),
        ({}, BOTH_SIGNED, (HOST,), {"possible"}),
    ],
)
def test_an_alias_has_its_records_at_its_end_or_else_at_itself(zone, verdicts, names, expected: set[str]) -> None:
    assert said(ALIAS | zone, verdicts, port(chain=chain(names))) == expected


TWO = {
    "example.jp": {"MX": [f"10 {HOST}.", "20 mx2.example.jp."]},
    HOST: {"A": ["192.0.2.25"]},
    "mx2.example.jp": {"A": ["192.0.2.26"]},
}


@pytest.mark.parametrize(
    ("zone", "verdicts", "ports", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_outcomes(zone, verdicts, ports: tuple[Attempt, ...], expected: set[str]) -> None:
    assert said(zone, verdicts, *ports) == expected


def test_protection_of_one_server_out_of_two_is_half_a_protection() -> None:
    ports = port(), port("mx2.example.jp")
    assert said(TWO | tlsa(GOOD), ALL_SIGNED, *ports) == {"partial", "single"}
    both = TWO | tlsa(GOOD) | tlsa(GOOD, host="mx2.example.jp")
    assert said(both, ALL_SIGNED, port(), port("mx2.example.jp", chain=chain(("mx2.example.jp",)))) == {
        "valid",
        "single",
        *INSTEAD,
    }


def test_a_name_server_that_is_silent_about_tlsa_is_no_absence() -> None:
    zone = MX | {f"_25._tcp.{HOST}": {"!servfail": []}}
    assert said(zone, ALL_SIGNED, port()) == set()


def test_nothing_is_said_where_nothing_can_be_validated() -> None:
    network = FakeNetwork(MX | tlsa(GOOD), verdicts={"example.jp": Security.UNCHECKED})
    (last,) = looked([dane.PROBE], network, scope_of("example.jp"))
    assert (last.status, last.reason) == (Status.NOT_TESTABLE_HERE, "dnssec_stripped")


def _after(zone, verdicts=ALL_SIGNED, *extra: Attempt) -> set[str]:
    network = FakeNetwork(zone, verdicts=verdicts)
    return set(outcomes(mta_sts.PROBE, network, scope_of("example.jp"), before=[mx.PROBE, dane.PROBE], extra=extra))


def test_valid_dane_takes_the_place_of_mta_sts_and_nothing_less_does() -> None:
    assert _after(MX | tlsa(GOOD), ALL_SIGNED, port()) == {"absent_beside_dane"}
    assert _after(MX | tlsa(GOOD), ALL_SIGNED) == {"absent"}
    assert _after(MX | tlsa(WRONG), ALL_SIGNED, port()) == {"absent"}
    assert _after(MX | tlsa(GOOD), {}, port()) == {"absent"}
    assert _after(TWO | tlsa(GOOD), ALL_SIGNED, port()) == {"absent"}


def test_a_second_certificate_wants_a_record_of_its_own() -> None:
    other = CertificateChain(certificates=(certificate(names=(HOST,), **digests(b"rsa", b"rsa key")),), trusted=False)
    observations = port(support=TlsSupport(other_chain=other))
    assert said(MX | tlsa(GOOD), ALL_SIGNED, observations) == {"valid", "single", "second_mismatch", *INSTEAD}
    assert said(MX | tlsa(GOOD, f"3 1 1 {digest(b'rsa key')}"), ALL_SIGNED, observations) == {"valid", *INSTEAD}
    assert said(MX | tlsa(WRONG), ALL_SIGNED, observations) == {"mismatch"}


@pytest.mark.parametrize("text", ["", "3 1 1", "3 1 1 xyz", "3 1 a ab", "-1 1 1 ab", "3 1 1 " + "x" * 70000])
def test_what_is_no_record_is_none(text: str) -> None:
    assert core.parse_tlsa(text) is None


def test_a_record_in_several_pieces_is_one() -> None:
    record = core.parse_tlsa(f"3 1 1 {'ab' * 28} {'AB' * 4}")
    assert record is not None
    assert (record.usable, record.association) == (True, "ab" * 32)


# --- the table of mail servers --------------------------------------------------------------------------------------

POLICY = "version: STSv1\nmode: enforce\nmx: mx.example.jp\nmax_age: 604800\n"


def table(zone, *ports: Attempt, verdicts=ALL_SIGNED, policy: str = ""):
    page = WebAnswer(url="", status=200, untrusted_body=policy)
    pages = {mta_sts.policy_url("example.jp"): page} if policy else {}
    if policy:
        zone = zone | {"_mta-sts.example.jp": {"TXT": ["v=STSv1; id=1"]}}
    network = FakeNetwork(zone, pages, verdicts=verdicts)
    scope = scope_of("example.jp")
    attempts = looked([mx.PROBE, mta_sts.PROBE, tls_rpt.PROBE, dane.PROBE], network, scope, ports)
    return mx_table(Observations(scope, attempts))


@pytest.mark.parametrize(
    ("more", "policy", "expected"),
    [
        ({}, POLICY, (CertificateState.UNTRUSTED, PolicyState.COVERED, core.State.POSSIBLE, False)),
        (
            {"chain": chain(trusted=True, name_matches=True)},
            POLICY,
            (CertificateState.GOOD, PolicyState.COVERED, core.State.POSSIBLE, True),
        ),
        (
            {"chain": chain(trusted=True, name_matches=False)},
            "",
            (CertificateState.WRONG_NAME, PolicyState.NO_POLICY, core.State.POSSIBLE, True),
        ),
        (
            {"chain": chain(trusted=True, name_matches=True)},
            POLICY.replace("mx.", "other."),
            (CertificateState.GOOD, PolicyState.UNCOVERED, core.State.POSSIBLE, False),
        ),
        (
            {"chain": chain(trust_error="expired")},
            "",
            (CertificateState.EXPIRED, PolicyState.NO_POLICY, core.State.POSSIBLE, True),
        ),
        (
            {"starttls": False, "chain": None, "tls_works": None},
            POLICY,
            (CertificateState.NO_TLS, PolicyState.COVERED, core.State.POSSIBLE, False),
        ),
        (
            {"open": False, "chain": None},
            "",
            (CertificateState.CLOSED, PolicyState.NO_POLICY, core.State.POSSIBLE, False),
        ),
    ],
)
def test_each_server_has_a_line(more: dict[str, object], policy: str, expected: tuple[object, ...]) -> None:
    (row,) = table(MX, port(**more), policy=policy)
    assert (row.certificate, row.policy, row.tlsa, row.delivers) == expected
    assert (row.host, row.preference, row.reports) == (HOST, 10, False)


def test_dane_goes_before_mta_sts() -> None:
    (valid,) = table(MX | tlsa(GOOD), port(), policy=POLICY)
    (wrong,) = table(MX | tlsa(WRONG), port(chain=chain(trusted=True, name_matches=True)), policy=POLICY)
    assert (valid.delivers, wrong.delivers) == (True, False)


def test_what_was_not_looked_at_is_unseen_in_the_table() -> None:
    scope = scope_of("example.jp")
    (row,) = mx_table(Observations(scope, looked([mx.PROBE], FakeNetwork(MX), scope)))
    assert (row.certificate, row.policy, row.tlsa, row.reports, row.delivers) == (
        CertificateState.UNSEEN,
        PolicyState.UNSEEN,
        core.State.UNCHECKED,
        None,
        None,
    )
    assert mx_table(Observations(scope, ())) == ()


def test_a_domain_without_mx_is_served_by_its_own_address() -> None:
    (row,) = table(
        {"example.jp": {"A": ["192.0.2.1"]}, "_smtp._tls.example.jp": {"TXT": ["v=TLSRPTv1; rua=mailto:a@example.jp"]}}
    )
    assert (row.host, row.preference, row.reports) == ("example.jp", None, True)


def test_an_answer_without_verdict_is_unchecked() -> None:
    assert DnsAnswer(name="x", rdtype="A", status=DnsStatus.NODATA).security is Security.UNCHECKED
