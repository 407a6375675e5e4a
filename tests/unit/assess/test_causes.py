"""One broken thing is one line of the plan, at its place, and what people decided about it is never lost."""

import pytest

from fumimori import resources
from fumimori.__main__ import bank, rules, sample, texts
from fumimori.assess.causes import causes, decision
from fumimori.assess.plan import plan
from fumimori.model import Basis, Control, Cost, Effort, Finding, Owner, PlanEntry, Severity, Work
from fumimori.texts import languages
from fumimori.wording.words import Words
from unit.assess.small import NOW

RULES = rules()
NOTHING = Work()
LANGUAGES = list(languages(resources.root()))
OUTCOMES = sorted(code for code, rule in RULES.outcomes.items() if rule.severity >= Severity.LOW)
OPTIONS = sorted(
    f"{question.id}.{option.id}" for question in bank() for option in question.options if question.control is not None
)


def finding(code, subject="", severity=Severity.MEDIUM, work=NOTHING, **values):
    rule = RULES.outcomes.get(code)
    return Finding(
        code=code,
        subject=subject,
        control=rule.control if rule else Control(code.partition(".")[0]),
        severity=severity,
        basis=Basis.MEASURED if rule else Basis.ANSWERED,
        values=tuple(values.items()),
        work=work,
    )


def ids(*findings):
    return {cause.id: cause.codes for cause in causes(findings, RULES)}


def matching(code):
    return [rule.id for rule in RULES.causes if code in rule.codes or code.startswith(rule.prefixes)]


@pytest.mark.parametrize("code", [*OUTCOMES, *OPTIONS])
def test_no_code_stands_in_two_causes(code):
    assert len(matching(code)) <= 1


@pytest.mark.parametrize("rule", RULES.causes, ids=lambda rule: rule.id)
def test_every_code_of_a_cause_exists_and_every_language_says_its_repair(rule):
    known = [*RULES.outcomes, *OPTIONS]
    assert [code for code in rule.codes if code not in known] == []
    assert [begin for begin in rule.prefixes if not any(code.startswith(begin) for code in known)] == []
    for language in LANGUAGES:
        said = texts(language)(f"causes.{rule.id}", place="a.example", names="SPF")
        assert ("a.example" in said) == (rule.place.value != "everywhere")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_a_cause_is_left_over(language):
    told = {key.removeprefix("causes.") for key in texts(language).keys() if key.startswith("causes.")}  # noqa: SIM118
    assert told == {rule.id for rule in RULES.causes}


def test_the_certificate_of_a_host_is_one_cause_wherever_it_shows():
    host = "mx2.a.example"
    found = ids(
        finding("mail_ports.certificate_urgent", f"{host}:465"),
        finding("mail_ports.certificate_incomplete", f"{host}:993"),
        finding("mta_sts.mx_certificate", "a.example", hosts=host),
        finding("dane.second_mismatch", host, host=host),
        finding("webmail.certificate_soon", host, host=host),
        finding("mail_ports.certificate_soon", "mx1.a.example:993"),
    )
    codes = found.pop(f"certificate:{host}")
    assert len(codes) == 5
    assert found == {"certificate:mx1.a.example": ("mail_ports.certificate_soon",)}


def test_a_promise_about_several_hosts_stands_at_its_domain():
    found = ids(finding("mta_sts.mx_certificate", "a.example", hosts="mx1.a.example, mx2.a.example"))
    assert list(found) == ["certificate:a.example"]


def test_settings_of_one_program_join_and_those_of_another_stay_apart():
    found = ids(
        finding("mail_ports.tls_old", "a.example:465"),
        finding("mail_ports.order_weak", "a.example:587"),
        finding("mail_ports.order_weak", "a.example:993"),
        finding("mail_ports.suite_weak", "b.example:993"),
        finding("mail_ports.suite_weak", "b.example:8143"),
        finding("webmail.tls_old", "a.example"),
    )
    assert found == {
        "tls:a.example (SMTP)": ("mail_ports.tls_old", "mail_ports.order_weak"),
        "tls:a.example (IMAP/POP)": ("mail_ports.order_weak",),
        "tls:b.example (IMAP/POP)": ("mail_ports.suite_weak",),
        "tls:b.example": ("mail_ports.suite_weak",),
        "webmail:a.example": ("webmail.tls_old",),
    }


def test_one_visit_to_a_zone_is_one_cause_and_starting_dmarc_is_another():
    found = ids(
        finding("spf.too_many_lookups", "a.example"),
        finding("tls_rpt.malformed", "a.example"),
        finding("dmarc.subdomains_open", "a.example"),
        finding("dmarc.monitoring", "a.example"),
        finding("spf.none", "b.example"),
    )
    assert found == {
        "zone:a.example": ("spf.too_many_lookups", "tls_rpt.malformed", "dmarc.subdomains_open"),
        "dmarc_rollout:a.example": ("dmarc.monitoring",),
        "zone:b.example": ("spf.none",),
    }


def test_what_was_said_joins_the_only_place_that_was_measured():
    said, one, two = (
        finding("ssh.root_login.no"),
        finding("ssh.password", "a.example"),
        finding("ssh.terrapin", "b.example"),
    )
    assert set(ids(said, one)) == {"sshd:a.example"}
    assert set(ids(said, one, two)) == {"sshd", "sshd:a.example", "sshd:b.example"}
    assert set(ids(said)) == {"sshd"}


def test_what_no_rule_names_is_joined_by_its_code():
    found = ids(finding("blocklists.listed", "192.0.2.1 z"), finding("blocklists.listed", "192.0.2.2 z"))
    assert found == {"blocklists.listed": ("blocklists.listed",)}


def test_the_worst_decides_the_owner_and_the_longest_work_the_effort():
    few = Work(owner=Owner.DNS, effort=Effort.MINUTES)
    much = Work(owner=Owner.IT, effort=Effort.DAYS, cost=Cost.UNDER_50K, exposed=True)
    (cause,) = causes(
        [finding("caa.malformed", "a.example", work=much), finding("spf.none", "a.example", Severity.HIGH, work=few)],
        RULES,
    )
    assert [one.code for one in cause.findings] == ["spf.none", "caa.malformed"]
    assert cause.work == Work(owner=Owner.DNS, effort=Effort.DAYS, cost=Cost.UNDER_50K, exposed=True)


def test_every_finding_of_the_sample_is_in_exactly_one_cause():
    result = _result(sample())
    told = [finding for cause in causes(result.findings, RULES) for finding in cause.findings]
    assert sorted(told, key=repr) == sorted(result.findings, key=repr)


def _result(about):
    from fumimori.__main__ import toolkit

    return toolkit().assess(about, NOW)


# --- what people decided ------------------------------------------------------------------------------------------

SPF, TLS_RPT = finding("spf.too_many_lookups", "a.example", Severity.HIGH), finding("tls_rpt.malformed", "a.example")


def entry_of(*entries, findings=(SPF, TLS_RPT)):
    (cause,) = causes(findings, RULES)
    return decision(cause, {entry.action: entry for entry in entries})


def test_an_entry_of_an_old_file_is_found_by_the_code_that_it_names():
    old = PlanEntry(action="tls_rpt.malformed", owner_name="Sato", due="2026-12-01", note="n", done=True)
    assert entry_of(old) == PlanEntry(action="zone:a.example", owner_name="Sato", due="2026-12-01", note="n")


def test_a_cause_is_done_only_when_all_its_codes_were():
    done = [PlanEntry(action=code, done=True) for code in ("tls_rpt.malformed", "spf.too_many_lookups")]
    assert entry_of(*done).done is True
    assert entry_of(done[0]).done is False
    assert entry_of(done[0], PlanEntry(action="spf.too_many_lookups", owner_name="Ito")).owner_name == "Ito"


def test_what_was_decided_about_the_cause_itself_wins():
    old, new = PlanEntry(action="spf.too_many_lookups", due="2026-12-01"), PlanEntry(action="zone:a.example", done=True)
    assert entry_of(old, new) == new
    assert entry_of() is None


def test_what_was_decided_about_an_answer_stays_when_a_host_is_measured():
    said, seen = finding("ssh.root_login.no"), finding("ssh.password", "a.example")
    assert entry_of(PlanEntry(action="sshd", owner_name="Ito"), findings=(said, seen)).owner_name == "Ito"


def test_the_plan_tells_the_decision_and_its_day():
    old = PlanEntry(action="spf.too_many_lookups", due="2026-12-01", owner_name="Sato")
    (action,) = plan([SPF, TLS_RPT], (), (old,), RULES, NOW.date()).actions
    assert (action.id, action.cause, action.place) == ("zone:a.example", "zone", "a.example")
    assert (action.entry.owner_name, action.due.isoformat()) == ("Sato", "2026-12-01")


# --- what the plan calls it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cause_of_several_kinds_is_called_by_its_repair_and_one_of_one_kind_by_its_own(language):
    words = Words(texts(language), bank())
    (both,) = plan([SPF, TLS_RPT], (), (), RULES, NOW.date()).actions
    (one,) = plan([SPF], (), (), RULES, NOW.date()).actions
    assert words.action(both) == words.texts("causes.zone", place="a.example", names=words.listed(["SPF", "TLS-RPT"]))
    assert words.action(one) == words.advice(SPF)
    assert words.why(both) == words.first_sentence(words.risk(SPF))
