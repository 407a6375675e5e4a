"""The MTA-STS probe judges the announcement, the policy, and whether the mail servers live up to it."""

from datetime import timedelta

import msgspec
import pytest

from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.model import Attempt
from fumimori.network import NotObserved, TimedOut, Unreachable
from fumimori.network.mail import MailService
from fumimori.network.tls import CertificateChain
from fumimori.network.web import WebAnswer
from loopback.certificates import certificate
from loopback.fake_network import NOW, FakeNetwork, attempt, looked, outcomes, rules, scope_of

URL = mta_sts.policy_url("example.jp")
RECORD = "v=STSv1; id=20261124"


def chain(*, days: int = 60, lifetime: int = 90, trusted: bool = True, name_matches: bool = True) -> CertificateChain:
    ends = NOW + timedelta(days=days)
    leaf = certificate(not_before=ends - timedelta(days=lifetime), not_after=ends)
    return CertificateChain(certificates=(leaf,), trusted=trusted, name_matches=name_matches, asked_name="x")


def policy(mode: str = "enforce", max_age: str = "604800", mx_lines: str = "mx: mail.example.jp\r\n") -> str:
    return f"version: STSv1\r\nmode: {mode}\r\n{mx_lines}max_age: {max_age}\r\n"


def page(body: str | None = None, *, status: int = 200, kind: str = "text/plain", **more: object) -> WebAnswer:
    text = policy() if body is None else body
    fields = {"chain": chain(), "headers": (("content-type", kind),)} | more
    return WebAnswer(url=URL, status=status, untrusted_body=text, **fields)


ZONE = {
    "example.jp": {"MX": ["10 mail.example.jp."]},
    "mail.example.jp": {"A": ["192.0.2.25"]},
    "_mta-sts.example.jp": {"TXT": [RECORD]},
}
GOOD = {"published", "mode_enforce", "mx_covered", "certificate_fine"}


def said(page_or_error, zone=None, extra: tuple[Attempt, ...] = ()) -> set[str]:
    network = FakeNetwork(zone or ZONE, {URL: page_or_error} if page_or_error is not None else {})
    return set(outcomes(mta_sts.PROBE, network, scope_of("example.jp"), before=[mx.PROBE], extra=extra))


def record(*texts: str) -> dict[str, dict[str, list[str]]]:
    return ZONE | {"_mta-sts.example.jp": {"TXT": list(texts)}}


RECORDS = [
    ("good", record(RECORD), GOOD),
    ("through an alias", ZONE | {"_mta-sts.example.jp": {"CNAME": ["x.test"]}, "x.test": {"TXT": [RECORD]}}, GOOD),
    ("beside unrelated text", record("hello", RECORD), GOOD),
    ("absent", record("hello"), {"absent"}),
    ("two", record(RECORD, "v=STSv1; id=2"), {"several"}),
    ("no id", record("v=STSv1;"), {"malformed"}),
    ("an id with a hyphen", record("v=STSv1; id=2026-11-24"), {"malformed"}),
    ("an id of 33", record("v=STSv1; id=" + "1" * 33), {"malformed"}),
    ("lower-case version", record("v=stsv1; id=1"), {"malformed"}),
]


@pytest.mark.parametrize(("zone", "expected"), [row[1:] for row in RECORDS], ids=[row[0] for row in RECORDS])
def test_records(zone, expected):
    assert said(page(), zone) == expected


FINE = {"certificate_fine"}
PAGES = [
    ("no host", None, {"policy_no_host"}),
    ("closed", Unreachable("connection_refused"), {"policy_closed"}),
    ("timeout says nothing", TimedOut("connect_timeout"), {"policy_not_seen"}),
    ("expired", page("", status=0, tls_error="expired"), {"policy_expired"}),
    ("wrong name", page("", status=0, tls_error="wrong_name"), {"policy_wrong_name"}),
    ("untrusted", page("", status=0, tls_error="untrusted"), {"policy_untrusted"}),
    ("no TLS", page("", status=0, tls_error="handshake", chain=None), {"policy_no_tls"}),
    ("redirect", page("", status=301), FINE | {"policy_redirect"}),
    ("not found", page("no", status=404), FINE | {"policy_status"}),
    ("closed without an answer", page("", status=0), FINE | {"policy_status"}),
    ("cut short", page(truncated=True), FINE | {"policy_too_long"}),
    ("html", page(kind="text/html; charset=utf-8"), GOOD | {"policy_type"}),
    ("charset", page(kind="text/plain; charset=utf-8"), GOOD),
    ("LF only", page(policy().replace("\r", "")), GOOD),
    ("no end of line at the end", page(policy().rstrip()), GOOD),
    ("unknown key", page(policy() + "foo: bar\r\n"), GOOD),
    ("second mode is passed over", page(policy() + "mode: none\r\n"), GOOD),
    ("upper-case mx", page(policy(mx_lines="mx: MAIL.Example.JP\r\n")), GOOD),
    ("wildcard", page(policy(mx_lines="mx: *.example.jp\r\n")), GOOD),
    ("html body", page("<html></html>"), FINE | {"policy_malformed"}),
    ("empty", page(""), FINE | {"policy_malformed"}),
    ("unknown mode", page(policy(mode="enforced")), FINE | {"policy_malformed"}),
    ("no mx", page(policy(mx_lines="")), FINE | {"policy_malformed"}),
    ("max_age too long", page(policy(max_age="31557601")), FINE | {"policy_malformed"}),
    ("max_age with a unit", page(policy(max_age="7d")), FINE | {"policy_malformed"}),
    ("max_age at the end of its range", page(policy(max_age="31557600")), GOOD),
    ("a day", page(policy(max_age="86400")), FINE | {"published", "mode_enforce", "max_age_short"}),
    ("an hour", page(policy(max_age="3600")), FINE | {"published", "mode_enforce", "max_age_very_short"}),
    ("testing", page(policy(mode="testing")), FINE | {"published", "mode_testing", "mx_covered"}),
    ("none without mx", page(policy(mode="none", mx_lines="")), FINE | {"published", "mode_none"}),
    (
        "another name, enforced",
        page(policy(mx_lines="mx: other.example.jp\r\n")),
        FINE | {"published", "mode_enforce", "mx_uncovered_all"},
    ),
    (
        "another name, testing",
        page(policy(mode="testing", mx_lines="mx: other.example.jp\r\n")),
        FINE | {"published", "mode_testing", "mx_uncovered_testing"},
    ),
    (
        "a wildcard stands for one label only",
        page(policy(mx_lines="mx: *.jp\r\n")),
        FINE | {"published", "mode_enforce", "mx_uncovered_all"},
    ),
    (
        "a stale name",
        page(policy(mx_lines="mx: mail.example.jp\r\nmx: old.example.jp\r\n")),
        GOOD | {"stale_mx"},
    ),
]


@pytest.mark.parametrize(("answer", "expected"), [row[1:] for row in PAGES], ids=[row[0] for row in PAGES])
def test_policies(answer, expected):
    assert said(answer) == expected


@pytest.mark.parametrize(
    ("days", "lifetime", "word"),
    [
        (60, 90, "certificate_fine"),
        (23, 90, "certificate_fine"),
        (22, 90, "certificate_soon"),
        (7, 90, "certificate_urgent"),
        (15, 47, "certificate_fine"),
        (3, 6, "certificate_fine"),
        (1, 6, "certificate_soon"),
        (22, 198, "certificate_fine"),
        (20, 198, "certificate_soon"),
        (6, 198, "certificate_urgent"),
    ],
)
def test_the_end_of_the_certificate_is_judged_by_its_lifetime(days, lifetime, word):
    assert said(page(chain=chain(days=days, lifetime=lifetime))) == (GOOD - FINE) | {word}


TWO = ZONE | {
    "example.jp": {"MX": ["10 mail.example.jp.", "20 mail2.example.jp."]},
    "mail2.example.jp": {"A": ["192.0.2.26"]},
}


def port(host: str, *, starttls: bool = True, certificates: CertificateChain | None) -> Attempt:
    service = MailService(
        host=host,
        address="192.0.2.25",
        port=25,
        protocol="smtp",
        open=True,
        starttls=starttls,
        tls_works=starttls,
        chain=certificates,
    )
    facts = msgspec.Raw(msgspec.json.encode(mail_ports.Facts(service=service)))
    return attempt("mail_ports", f"{host}:25", facts=facts)


BOTH = page(policy(mx_lines="mx: *.example.jp\n"))
SERVERS = [
    ("both hold", BOTH, chain(), chain(), {"mx_certificates_hold", "mx_covered"}),
    ("one untrusted", BOTH, chain(), chain(trusted=False), {"mx_certificate"}),
    ("one with another name", BOTH, chain(name_matches=False), chain(), {"mx_certificate"}),
    ("none holds", BOTH, chain(trusted=False), chain(name_matches=False), {"mx_certificate_all"}),
    (
        "testing",
        page(policy(mode="testing", mx_lines="mx: *.example.jp\n")),
        chain(trusted=False),
        chain(trusted=False),
        {"mx_certificate_testing"},
    ),
]


@pytest.mark.parametrize(
    ("answer", "first", "second", "expected"), [row[1:] for row in SERVERS], ids=[r[0] for r in SERVERS]
)
def test_servers(answer, first, second, expected):
    ports = (port("mail.example.jp", certificates=first), port("mail2.example.jp", certificates=second))
    mode = "mode_testing" if "testing" in answer.untrusted_body else "mode_enforce"
    assert said(answer, TWO, ports) == FINE | {"published", mode} | expected


def test_a_server_without_starttls_does_not_deliver():
    ports = (port("mail.example.jp", starttls=False, certificates=None),)
    assert "mx_certificate_all" in said(page(), ZONE, ports)


def test_one_server_that_was_not_looked_at_leaves_the_rest_open():
    ports = (port("mail.example.jp", certificates=chain()),)
    assert said(BOTH, TWO, ports) == GOOD


def test_one_uncovered_of_two_is_milder_than_all():
    assert "mx_uncovered" in said(page(), TWO)


def test_a_domain_that_takes_no_mail_is_not_looked_at():
    assert said(page(), {"example.jp": {"MX": ["0 ."]}}) == set()


def looks(*states: tuple[int, str, str | NotObserved]) -> set[str]:
    """What is said after looks at `(days ago, id, policy body)`, oldest first."""
    attempts: tuple[Attempt, ...] = ()
    scope = scope_of("example.jp")
    for days, number, body in states:
        zone = ZONE | {"_mta-sts.example.jp": {"TXT": [f"v=STSv1; id={number}"]}}
        network = Then(zone, {URL: page(body) if isinstance(body, str) else body}, NOW - timedelta(days=days))
        attempts = looked([mx.PROBE, mta_sts.PROBE], network, scope, attempts)
    observations = Observations(scope, attempts)
    return {outcome.code.partition(".")[2] for outcome in mta_sts.PROBE.judge(observations, rules())}


class Then(FakeNetwork):
    """The paper network on another day."""

    def __init__(self, zone, pages, day):
        super().__init__(zone, pages)
        self.day = day

    def now(self):
        return self.day


def test_a_changed_policy_behind_an_old_id_is_seen_at_the_second_look():
    longer = policy(max_age="1209600")
    assert "id_unchanged" not in looks((30, "1", policy()), (0, "1", policy()))
    assert "id_unchanged" in looks((30, "1", policy()), (0, "1", longer))
    assert "id_unchanged" not in looks((30, "1", policy()), (0, "2", longer))
    assert "id_unchanged" not in looks((60, "1", policy()), (30, "1", longer), (0, "2", longer))


def test_a_test_that_goes_on_for_months_is_seen():
    testing = policy("testing")
    assert "testing_long" not in looks((90, "1", testing), (0, "1", testing))
    assert "testing_long" in looks((91, "1", testing), (0, "1", testing))
    assert "testing_long" in looks((91, "1", testing), (40, "1", TimedOut("reply_timeout")), (0, "1", testing))
    assert "testing_long" in looks((91, "1", testing), (40, "2", policy("testing", "86400")), (0, "2", testing))
    assert "testing_long" not in looks((91, "1", testing), (40, "2", policy()), (0, "3", testing))


def test_an_expired_policy_site_says_since_when_unless_another_certificate_expired():
    for days, day in ((-3, (NOW - timedelta(days=3)).date().isoformat()), (30, None)):
        expired = page("", status=0, tls_error="expired", chain=chain(days=days))
        found = outcomes(mta_sts.PROBE, FakeNetwork(ZONE, {URL: expired}), scope_of("example.jp"), before=[mx.PROBE])
        assert dict(found["policy_expired"].values).get("day") == day
