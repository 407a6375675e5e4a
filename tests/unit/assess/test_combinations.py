"""A combination is there when all of its conditions hold at one place, and never when one of them does not."""

from datetime import timedelta

import msgspec
import pytest

from fumimori import checks
from fumimori.__main__ import bank, rules
from fumimori.assess.judging import assess
from fumimori.checks.dane import facts as dane
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mx import facts as mx
from fumimori.model import (
    Answer,
    Assessment,
    Attempt,
    Basis,
    Credit,
    Dispute,
    DomainScope,
    Hosting,
    Outcome,
    Place,
    Scope,
    Severity,
    Status,
)
from fumimori.network.dns import DnsAnswer, DnsStatus, Security
from fumimori.network.mail import MailService
from fumimori.network.tls import CertificateChain
from loopback.certificates import certificate
from loopback.recorded_runs import run_of
from loopback.witnesses import outcome_names
from unit.assess.small import NOW

BANK, RULES = bank(), rules()
QUESTIONS = {question.id: question for question in BANK}
OUTCOMES = {f"{probe.id}.{word}" for probe in checks.walk() for word in outcome_names(probe)}
SEEN = OUTCOMES | {"facts.pinned_certificate", "facts.short_lived_certificate", "facts.webmail"}
DOMAIN, HOST = "a.example", "mx1.a.example"
SCOPE = Scope(domains=(DomainScope(name=DOMAIN, hosting=Hosting.ON_PREMISES),), mail_hosts=(f"{HOST}:993",))

CASES = [
    pytest.param(code, group, part, id=f"{code} {part}")
    for code, rule in RULES.combinations.items()
    for group, parts in enumerate(rule.needs)
    for part in parts
]
VALUES = [case.values for case in CASES]


def ending_in(days):
    return certificate(names=(), not_before=NOW, not_after=NOW + timedelta(days=days))


def looked(probe, subject, facts):
    return Attempt(
        probe=probe, subject=subject, status=Status.COMPLETED, started=NOW, ended=NOW, facts=msgspec.json.encode(facts)
    )


class Case:
    """What was seen and said, grown by what a condition asks for."""

    def __init__(self, scope=SCOPE):
        self.scope, self.outcomes, self.answers, self.attempts = scope, [], {}, []

    def hold(self, part, subject=None):
        """Make `part` hold, with the gates and parents that its question needs."""
        if part in OUTCOMES:
            at_a_host = part.partition(".")[0] in ("mail_ports", "ssh", "admin_pages", "products", "open_relay")
            self.outcomes.append(
                Outcome(code=part, subject=subject or (f"{HOST}:25" if at_a_host else DOMAIN), values=())
            )
        elif part == "facts.webmail":
            self.outcomes.append(Outcome(code="webmail.https_good", subject="web.a.example", values=()))
        elif part == "facts.pinned_certificate":
            self.with_tlsa("3 0 1")
        elif part == "facts.short_lived_certificate":
            self.with_certificate(90)
        else:
            self.say(*part.rsplit(".", 1))

    def with_tlsa(self, *kinds):
        pins = tuple(f"{kind} {'0' * 64}" for kind in kinds)
        said = DnsAnswer(name=f"_25._tcp.{HOST}", rdtype="TLSA", status=DnsStatus.ANSWER, records=pins)
        exchanger = DnsAnswer(name=DOMAIN, rdtype="MX", status=DnsStatus.ANSWER)
        host = dane.DaneHost(host=HOST, addresses=Security.SECURE, tlsa=said)
        self.attempts.append(looked("dane", DOMAIN, dane.Facts(mx=exchanger, hosts=(host,))))

    def with_certificate(self, days):
        service = MailService(
            host=HOST, address="192.0.2.1", port=25, protocol="smtp", open=True,
            chain=CertificateChain(certificates=(ending_in(days),), trusted=True),
        )  # fmt: skip
        self.attempts.append(looked("mail_ports", f"{HOST}:25", mail_ports.Facts(service=service)))

    def say(self, name, option):
        question = QUESTIONS[name]
        for condition in question.ask_if:
            self.say(condition.question, condition.values[0])
        if question.parent:
            self.say(question.parent, "yes")
        self.answers[name] = Answer(question=name, value=None if option == "unknown" else option, at=NOW)

    def found(self, **fields):
        about = Assessment(
            id="t", created=NOW, scope=self.scope, answers=tuple(self.answers.values()), quick=False,
            runs=(run_of(*self.attempts),) if self.attempts else (), **fields,
        )  # fmt: skip
        return assess(about, BANK, RULES, tuple(self.outcomes), NOW)

    def codes(self):
        return {finding.code for finding in self.found().findings}


def whole(code, changed=None, part=None):
    """All conditions of `code`, each by its first way, the group `changed` by `part` instead (None: not at all)."""
    case = Case()
    for number, group in enumerate(RULES.combinations[code].needs):
        if number != changed:
            case.hold(group[0])
        elif part is not None:
            case.hold(part)
    return case


@pytest.mark.parametrize(("code", "group", "part"), CASES)
def test_it_is_there_whichever_way_each_condition_holds(code, group, part):
    result = whole(code, group, part).found()
    (finding,) = (one for one in result.findings if one.code == code)
    rule = RULES.outcomes[code]
    assert (finding.severity, finding.control, finding.work) == (rule.severity, rule.control, rule.work)
    assert (part in dict(finding.joins)) == (not part.startswith("facts."))
    place = {Place.EVERYWHERE: "", Place.DOMAIN: DOMAIN, Place.HOST: HOST}[RULES.combinations[code].place]
    assert finding.subject == place
    measured = all(any(one in SEEN for one in needs) for needs in RULES.combinations[code].needs)
    assert measured or finding.basis is Basis.ANSWERED


@pytest.mark.parametrize(("code", "group"), sorted({(case.values[0], case.values[1]) for case in CASES}))
def test_it_is_not_there_while_one_condition_is_not_known(code, group):
    assert code not in whole(code, group).codes()


@pytest.mark.parametrize(
    ("code", "group", "name"),
    sorted({(c.values[0], c.values[1], c.values[2].rpartition(".")[0]) for c in CASES if c.values[2] not in SEEN}),
)
def test_it_is_not_there_while_an_answer_says_otherwise(code, group, name):
    needs = RULES.combinations[code].needs[group]
    question = QUESTIONS[name]
    others = [option.id for option in question.options if f"{name}.{option.id}" not in needs]
    for option in others:
        assert code not in whole(code, group, f"{name}.{option}").codes()
    if f"{name}.unknown" not in needs:
        assert code not in whole(code, group, f"{name}.unknown").codes()


@pytest.mark.parametrize(
    ("code", "group"),
    sorted({(c.values[0], c.values[1]) for c in CASES if c.values[2] in OUTCOMES} - {("combinations.ransom", 0)}),
)
def test_it_is_not_there_while_something_else_was_measured(code, group):
    rule = RULES.combinations[code]
    if rule.place is Place.EVERYWHERE:
        case = whole(code, group)
        case.outcomes.append(Outcome(code="caa.present", subject=DOMAIN, values=()))
        assert code not in case.codes()
        return
    part = next(one for one in rule.needs[group] if one in OUTCOMES)
    case = whole(code, group)
    case.hold(part, subject="other.example" if rule.place is Place.DOMAIN else "other.example:25")
    assert code not in {one.code for one in case.found().findings if one.subject in (DOMAIN, HOST)}


def test_the_servers_that_mail_is_delivered_to_belong_to_their_domain():
    def result(exchanger):
        case = Case(msgspec.structs.replace(SCOPE, mail_hosts=()))
        for part in ("mta_sts.mode_enforce", "tls_rpt.absent"):
            case.hold(part)
        case.hold("mail_ports.certificate_soon_mx")
        answer = DnsAnswer(name=DOMAIN, rdtype="MX", status=DnsStatus.ANSWER)
        hosts = (mx.MxHost(host=exchanger, preference=10),)
        case.attempts.append(looked("mx", DOMAIN, mx.Facts(answer=answer, hosts=hosts)))
        return case.codes()

    assert "combinations.stops_silently" in result(HOST)
    assert "combinations.stops_silently" not in result("mx9.a.example")


def test_only_a_short_life_means_that_a_program_renews():
    for days, there in ((90, True), (100, True), (101, False), (365, False)):
        case = Case()
        case.hold("dane.single")
        case.hold("dane.valid")
        case.hold("facts.pinned_certificate")
        case.with_certificate(days)
        assert ("combinations.renewal_breaks_dane" in case.codes()) is there


@pytest.mark.parametrize(
    ("kinds", "there"),
    [(("3 0 1",), True), (("3 1 1",), False), (("2 0 1",), False), (("3 0 1", "3 1 1"), False), ((), False)],
)
def test_only_a_record_of_the_certificate_itself_is_sure_to_fail(kinds, there):
    case = Case()
    for part in ("dane.single", "dane.valid", "facts.short_lived_certificate"):
        case.hold(part)
    case.with_tlsa(*kinds)
    assert ("combinations.renewal_breaks_dane" in case.codes()) is there


@pytest.mark.parametrize(("hosting", "there"), [(Hosting.GOOGLE, True), (Hosting.WORKMAIL, True), (Hosting.VPS, False)])
def test_mail_in_a_cloud_is_read_in_a_browser(hosting, there):
    case = Case(Scope(domains=(DomainScope(name=DOMAIN, hosting=hosting),)))
    for part in ("access.leavers.no", "people.user_mfa.no"):
        case.hold(part)
    assert ("combinations.former_colleague" in case.codes()) is there


def test_an_answer_that_was_confirmed_against_the_measurement_wins():
    case = whole("combinations.genuine_mail_refused")
    assert "combinations.genuine_mail_refused" in case.codes()
    case.answers["sender_auth.spf"] = Answer(question="sender_auth.spf", value="yes", at=NOW, settled="answer")
    assert "combinations.genuine_mail_refused" not in case.codes()


# --- what it does to the plan -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(RULES.combinations))
def test_what_it_absorbs_is_no_action_of_its_own_and_stays_a_finding(code):
    result = whole(code).found()
    absorbed = {one.code for one in result.findings} & RULES.combinations[code].absorbs
    (action,) = (one for one in result.actions if any(finding.code == code for finding in one.findings))
    assert absorbed <= {one.code for one in action.findings}
    assert action.findings[0].code == code or action.findings[0].severity > RULES.outcomes[code].severity
    others = [one for one in result.actions if one is not action]
    assert not absorbed & {finding.code for one in others for finding in one.findings}


@pytest.mark.parametrize("code", sorted(RULES.combinations))
def test_what_it_absorbs_exists_and_is_never_worse(code):
    for absorbed in RULES.combinations[code].absorbs:
        name, _, option = absorbed.rpartition(".")
        severity = (
            RULES.outcomes[absorbed].severity if absorbed in OUTCOMES else QUESTIONS[name].option(option).severity
        )
        assert severity <= RULES.outcomes[code].severity


@pytest.mark.parametrize(("code", "group", "part"), CASES)
def test_a_worse_answer_takes_no_combination_away(code, group, part):
    name, _, option = part.rpartition(".")
    if part in SEEN or option == "unknown" or QUESTIONS[name].option(option).credit is Credit.MET:
        return
    milder = QUESTIONS[name].option(option)
    for worse in QUESTIONS[name].options:
        if worse.severity > milder.severity or worse.credit.share < milder.credit.share:
            found = whole(code, group, f"{name}.{worse.id}").found().findings
            severities = [one.severity for one in found]
            assert max(severities) >= RULES.outcomes[code].severity


def test_not_knowing_never_looks_better_than_the_bad_answer():
    bad, unknown = whole("combinations.guessing_works"), whole("combinations.guessing_works", 1)
    assert bad.found().grade.lower_bound == "E"
    assert unknown.found().grade.lower_bound == "E"


def test_it_is_disputed_like_any_finding():
    case = whole("combinations.guessing_works")
    code = "combinations.guessing_works"
    accepted = Dispute(code=code, subject=HOST, reason="r", approver="a", until="2027-01-01")
    result = case.found(disputes=(accepted,))
    (finding,) = (one for one in result.findings if one.code == code)
    assert finding.set_aside
    assert not any(code in [one.code for one in action.findings] for action in result.actions)
    assert any("ssh.password" in [one.code for one in action.findings] for action in result.actions)


def test_two_domains_are_told_apart():
    scope = Scope(domains=(DomainScope(name=DOMAIN), DomainScope(name="b.example")))
    case = Case(scope)
    for part in ("dmarc.reject", "spf.syntax"):
        case.hold(part)
        case.hold(part, subject="b.example")
    case.hold("dkim.mail_without_key")
    found = [one.subject for one in case.found().findings if one.code == "combinations.genuine_mail_refused"]
    assert found == [DOMAIN]
    assert {one.severity for one in case.found().findings if one.subject == "b.example"} <= {Severity.HIGH}
