"""The CAA probe climbs as authorities do, and reads records as they do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fumimori.checks.caa import probe as caa
from fumimori.checks.observations import Observations
from fumimori.grammar.caa import parse_caa
from fumimori.model import DomainScope, Scope
from loopback.fake_network import FakeNetwork, looked, outcomes, rules, scope_of


def at(*records: str, name: str = "example.jp") -> dict[str, dict[str, list[str]]]:
    return {name: {"CAA": list(records)}}


ROWS = [
    ("absent", {"example.jp": {}}, {"absent", "mail_open"}),
    ("one authority", at('0 issue "ca.example"'), {"present", "mail_open"}),
    ("nobody at all", at('0 issue ";"'), {"present", "mail_open"}),
    ("account", at('0 issue "ca.example; accounturi=https://ca.example/1"'), {"present", "mail_open"}),
    ("for mail", at('0 issue "ca.example"', '0 issuemail ";"'), {"present", "mail_restricted"}),
    ("for logos", at('0 issue "ca.example"', '0 issuevmc "ca.example"'), {"present", "mail_open", "logo_restricted"}),
    ("only a contact", at('0 iodef "mailto:a@example.jp"'), {"issue_missing", "mail_open"}),
    ("a phrase", at('0 issue "any authority"'), {"malformed", "mail_open"}),
    ("a URL", at('0 issue "https://ca.example"'), {"malformed", "mail_open"}),
    ("no value", at("0 issue"), {"malformed", "mail_open"}),
    ("bad beside good", at('0 issue "ca.example"', '0 issue "two words"'), {"present", "malformed", "mail_open"}),
    ("critical and unknown", at('0 issue "ca.example"', '128 tbs "x"'), {"present", "critical_unknown", "mail_open"}),
    ("critical and known", at('128 issue "ca.example"'), {"present", "mail_open"}),
    ("unknown, not critical", at('0 issue "ca.example"', '0 future "x"'), {"present", "mail_open"}),
    ("from the top level", at('0 issue "ca.example"', name="jp"), {"present", "mail_open"}),
    ("name server fails", {"example.jp": {"!servfail": []}}, set()),
]


@pytest.mark.parametrize(("zone", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_outcomes(zone, expected: set[str]) -> None:
    assert set(outcomes(caa.PROBE, FakeNetwork(zone), scope_of("example.jp"))) == expected


def test_the_climb_goes_from_however_deep_a_name_to_the_top() -> None:
    deep = "a.b.c.d.e.f.g.h.i.example.jp"
    assert set(outcomes(caa.PROBE, FakeNetwork({deep: {}} | at('0 issue "ca.example"')), scope_of(deep))) == {
        "present",
        "mail_open",
    }


def test_a_host_counts_where_it_has_records_of_its_own() -> None:
    zone = at('0 issue "ca.example"') | at('0 issue "other.example"', name="web.example.jp")
    scope = Scope(
        domains=(DomainScope(name="example.jp"),),
        mail_hosts=("mail.example.jp", "imap.provider.test"),
        webmail_hosts=("web.example.jp:8443",),
    )
    attempts = looked([caa.PROBE], FakeNetwork(zone), scope)
    said = {(outcome.code, outcome.subject) for outcome in caa.PROBE.judge(Observations(scope, attempts), rules())}
    assert {attempt.subject for attempt in attempts} == {"example.jp", "mail.example.jp", "web.example.jp"}
    assert said == {
        ("caa.present", "example.jp"),
        ("caa.mail_open", "example.jp"),
        ("caa.present", "web.example.jp"),
    }


@given(st.text(max_size=200))
def test_any_text_is_read_without_raising(text: str) -> None:
    record = parse_caa(text)
    assert record.fault or record.tag


@given(st.text(alphabet='0128 issuewldmailvmc".;=a-', max_size=120))
def test_text_that_is_nearly_a_record_is_read_in_no_time(text: str) -> None:
    assert parse_caa(text).text == text
