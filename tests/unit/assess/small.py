"""A small bank with one question of every kind, its rules, and short ways to make assessments."""

from datetime import UTC, datetime

import msgspec

from fumimori import resources
from fumimori.assess.judging import assess
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import (
    Answer,
    Assessment,
    Condition,
    Control,
    Credit,
    DomainScope,
    Effect,
    Hosting,
    HostingSeverity,
    Measured,
    Option,
    Outcome,
    OutcomeRule,
    Question,
    QuestionKind,
    Result,
    Rules,
    Scope,
    Severity,
)

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
OWN, RENTAL = Hosting.ON_PREMISES, Hosting.RENTAL
EVERYBODY = tuple(Hosting)


def three(no, partly=None):
    """The options yes, partly and no."""
    return (
        Option(id="yes", credit=Credit.MET),
        Option(id="partly", credit=Credit.PARTLY, severity=partly or no.one_step_lower()),
        Option(id="no", credit=Credit.NOT_MET, severity=no),
    )


def question(identity, number, options, **fields):
    """A question for everybody unless said otherwise."""
    return Question(id=identity, number=number, options=options, **{"hosting": EVERYBODY, **fields})


FULL, PART = Measured.FULL, Measured.PART

BANK = (
    question("defaults.admin_passwords", 1, three(Severity.CRITICAL), core=True),
    question("defaults.banner", 2, three(Severity.LOW), measured=FULL),
    question("mta_sts.published", 1, three(Severity.MEDIUM), core=True, measured=FULL),
    question("mta_sts.policy_matches", 2, three(Severity.HIGH), measured=FULL, parent="mta_sts.published"),
    question("mta_sts.policy_certificate", 3, three(Severity.MEDIUM), measured=PART, parent="mta_sts.published"),
    question("protocols.inventory", 1, (), kind=QuestionKind.INVENTORY, core=True, scored=False),
    question(
        "protocols.login_before_tls",
        2,
        three(Severity.HIGH),
        core=True,
        measured=FULL,
        hosting_severities=(HostingSeverity(hosting=(RENTAL,), option="no", severity=Severity.MEDIUM),),
    ),
    question("sender_auth.spf", 1, three(Severity.HIGH), core=True, measured=FULL, may_be_not_applicable=False),
    question("sender_auth.dkim", 2, three(Severity.HIGH), core=True),
    question("updates.service_end", 1, three(Severity.HIGH), core=True),
    question("firewall.open_relay", 1, three(Severity.CRITICAL), core=True, hosting=(OWN,)),
    question("firewall.alerts", 2, three(Severity.MEDIUM)),
    question("access.admin_mfa", 1, three(Severity.HIGH), core=True),
    question(
        "ssh.used",
        0,
        (Option(id="yes", credit=Credit.MET), Option(id="no", credit=Credit.MET)),
        core=True,
        scored=False,
        hosting=(OWN,),
        may_be_not_applicable=False,
    ),
    question(
        "ssh.password_login",
        1,
        three(Severity.HIGH),
        core=True,
        measured=FULL,
        hosting=(OWN,),
        ask_if=(Condition(question="ssh.used", values=("yes",)),),
    ),
    question("people.training", 1, three(Severity.MEDIUM), core=True),
    question("signing.signed", 1, three(Severity.LOW), core=True),
    question(
        "signing.certificate_list",
        2,
        three(Severity.HIGH),
        ask_if=(Condition(question="signing.signed", values=("yes", "partly")),),
    ),
    question("surroundings.mail_at_rest", 1, three(Severity.INFO), scored=False),
)


def rule(code, severity, control, question_id=None, *effects, **fields):
    """An outcome's rule; `effects` are its effect and the credit that it gives."""
    effect, credit = (
        effects if len(effects) == 2 else (*effects, Credit.NOT_MET) if effects else (Effect.NONE, Credit.NOT_MET)
    )
    return OutcomeRule(
        code=code,
        severity=severity,
        control=control,
        source="test",
        date="2026-11-24",
        question=question_id,
        effect=effect,
        credit=credit,
        **fields,
    )


_ANSWERS = Effect.ANSWERS
_RULES = (
    rule("spf.valid", Severity.OK, Control.SENDER_AUTH, "sender_auth.spf", _ANSWERS, Credit.MET),
    rule("spf.neutral", Severity.MEDIUM, Control.SENDER_AUTH, "sender_auth.spf", _ANSWERS, Credit.PARTLY),
    rule("spf.none", Severity.HIGH, Control.SENDER_AUTH, "sender_auth.spf", _ANSWERS),
    rule("spf.note", Severity.INFO, Control.SENDER_AUTH),
    rule(
        "dkim.revoked",
        Severity.MEDIUM,
        Control.SENDER_AUTH,
        "sender_auth.dkim",
        Effect.CONTRADICTS,
        contradicts=("yes",),
    ),
    rule("mta_sts.valid", Severity.OK, Control.MTA_STS, "mta_sts.published", _ANSWERS, Credit.MET),
    rule("mta_sts.absent", Severity.MEDIUM, Control.MTA_STS, "mta_sts.published", _ANSWERS),
    rule("mta_sts.mismatch", Severity.HIGH, Control.MTA_STS, "mta_sts.policy_matches", _ANSWERS),
    rule("mta_sts.matches", Severity.OK, Control.MTA_STS, "mta_sts.policy_matches", _ANSWERS, Credit.MET),
    rule(
        "mta_sts.expiring", Severity.MEDIUM, Control.MTA_STS, "mta_sts.policy_certificate", Effect.LOWERS, Credit.PARTLY
    ),
    rule(
        "mail_ports.login_in_clear",
        Severity.HIGH,
        Control.PROTOCOLS,
        "protocols.login_before_tls",
        _ANSWERS,
        hosting_severities=(HostingSeverity(hosting=(RENTAL,), option="", severity=Severity.MEDIUM),),
    ),
    rule("ssh.password", Severity.HIGH, Control.SSH, "ssh.password_login", _ANSWERS),
    rule("ssh.reachable", Severity.INFO, Control.SSH, "ssh.used", Effect.CONTRADICTS, contradicts=("no",)),
    rule("relay.open", Severity.CRITICAL, Control.FIREWALL),
    rule(
        "dkim.one_signed",
        Severity.OK,
        Control.SENDER_AUTH,
        "sender_auth.dkim",
        Effect.SHOWS,
        Credit.MET,
        contradicts=("no",),
        at_least=Credit.PARTLY,
    ),
    rule(
        "dkim.all_signed",
        Severity.OK,
        Control.SENDER_AUTH,
        "sender_auth.dkim",
        Effect.SHOWS,
        Credit.MET,
        at_least=Credit.MET,
    ),
    rule("dkim.one_unsigned", Severity.MEDIUM, Control.SENDER_AUTH, "sender_auth.dkim", Effect.LOWERS, Credit.PARTLY),
    rule("dkim.no_signature", Severity.HIGH, Control.SENDER_AUTH, "sender_auth.dkim", Effect.LOWERS),
    rule("banner.plain", Severity.OK, Control.DEFAULTS, "defaults.banner", _ANSWERS, Credit.MET),
    rule("banner.chatty", Severity.LOW, Control.DEFAULTS, "defaults.banner", _ANSWERS),
)
RULES: Rules = msgspec.structs.replace(
    parse_rules("test", {name: resources.rule_files()[name] for name in ("scoring", "calendar", "effort")}, {}),
    outcomes={entry.code: entry for entry in _RULES},
)


def said(**answers):
    """Answers by question with `__` for the dot: an option's id, None for *I do not know*, or an Answer's fields."""
    made = []
    for name, value in answers.items():
        fields = value if isinstance(value, dict) else {"value": value}
        made.append(Answer(question=name.replace("__", "."), at=NOW, **fields))
    return tuple(made)


def assessment(answers=(), *, hosting=OWN, quick=False, **fields):
    """An assessment of example.jp."""
    scope = Scope(domains=(DomainScope(name="example.jp", hosting=hosting), DomainScope(name="example.com")))
    return Assessment(id="test", created=NOW, scope=scope, answers=answers, quick=quick, **fields)


def outcome(code, subject="example.jp", **values):
    """An outcome with its values."""
    return Outcome(code=code, subject=subject, values=tuple(values.items()))


def judged(answers=(), outcomes=(), *, bank=BANK, **fields) -> Result:
    """The result of answers and outcomes under the small bank."""
    return assess(assessment(answers, **fields), bank, RULES, tuple(outcomes), NOW)
