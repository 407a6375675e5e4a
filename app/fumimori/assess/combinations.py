"""Facts that are worse together than apart: what they mean at one place, as findings of their own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from fumimori.assess.question_state import Precondition, QuestionEvaluation
from fumimori.checks.dane.facts import DANE
from fumimori.checks.dane.tlsa import END_ENTITY, records
from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.mx.facts import MX
from fumimori.checks.observations import Observations, host_of
from fumimori.grammar.domain_names import split_host
from fumimori.model import (
    Basis,
    CombinationRule,
    Credit,
    Effect,
    Finding,
    Hosting,
    Outcome,
    Place,
    QuestionState,
    Record,
    Rules,
    Values,
)

SHORT_LIVED = "facts.short_lived_certificate"
"""The certificate of a mail port is too short-lived to be renewed by hand; its subject is the host."""
PINNED = "facts.pinned_certificate"
"""The only TLSA record of a mail server names the certificate itself, so that every renewal makes it wrong."""
WEBMAIL = "facts.webmail"
"""Mail is read in a browser, at any address."""

CLOUD = (Hosting.GOOGLE, Hosting.MICROSOFT, Hosting.WORKMAIL)
"""Services whose mail is read in a browser at the provider's own address."""

WHOLE_CERTIFICATE = 0
"""The selector of a TLSA record that names the certificate and not its key (RFC 6698 section 2.1.2)."""

_SMTP = ":25"


class Held(Record):
    """Something that is so: an outcome, an answer `<question>.<option>`, *I do not know*, or a fact named above."""

    code: str
    subject: str = ""
    """Empty for what was said of the whole organisation."""
    values: Values = ()

    @property
    def host(self) -> str:
        """The host that it is about, if it is about one."""
        return str(dict(self.values).get("host", "")) or host_of(self.subject)


def combinations(
    table: Sequence[QuestionEvaluation],
    rules: Rules,
    outcomes: Sequence[Outcome],
    observations: Observations,
    *,
    worst_case: bool = False,
) -> tuple[Finding, ...]:
    """Every combination whose conditions all hold at one place. What is not known holds nothing.

    With `worst_case`, those that there would be if every unanswered question had its worst answers.
    """
    if not rules.combinations:
        return ()
    held = [*_measured(table, rules, outcomes), *_said(table), *(_worst_answers(table) if worst_case else ())]
    held += _facts(held, rules, observations)
    return tuple(chain.from_iterable(_found(code, held, rules, observations) for code in rules.combinations))


# --- what holds ---------------------------------------------------------------------------------------------------


def _measured(table: Iterable[QuestionEvaluation], rules: Rules, outcomes: Iterable[Outcome]) -> Iterator[Held]:
    by_question = {evaluation.question.id: evaluation.compared for evaluation in table}
    for outcome in outcomes:
        rule = rules.outcomes[outcome.code]
        compared = by_question.get(rule.question or "")
        overruled = compared is not None and compared.settled == "answer"
        if not (overruled and compared and (outcome in compared.clash or rule.effect is Effect.ANSWERS)):
            yield Held(code=outcome.code, subject=outcome.subject, values=outcome.values)


def _said(table: Iterable[QuestionEvaluation]) -> Iterator[Held]:
    for evaluation in table:
        option, question = evaluation.compared.option, evaluation.question.id
        if evaluation.silent:
            continue
        if option is not None and evaluation.compared.settled != "measurement":
            yield Held(code=f"{question}.{option.id}")
        elif evaluation.result.state is QuestionState.UNKNOWN:
            yield Held(code=f"{question}.unknown")


def _worst_answers(table: Iterable[QuestionEvaluation]) -> Iterator[Held]:
    """Every bad answer to an unanswered question."""
    for evaluation in table:
        if evaluation.compared.option is None and evaluation.premise not in (
            Precondition.NOT_APPLICABLE,
            Precondition.CLOSED,
        ):
            bad = (option for option in evaluation.question.options if option.credit is not Credit.MET)
            yield from (Held(code=f"{evaluation.question.id}.{option.id}") for option in bad)


def _facts(held: Iterable[Held], rules: Rules, observations: Observations) -> Iterator[Held]:
    """Facts that no outcome names, read from the records; only those that something else calls for."""
    codes = {one.code.partition(".")[0] for one in held}
    if "webmail" in codes or any(domain.hosting in CLOUD for domain in observations.scope.domains):
        yield Held(code=WEBMAIL)
    if "dane" in codes:
        most = rules.number("combinations.short_lived_days")
        for attempt, facts in observations.all(MAIL_PORTS):
            leaf = next(iter(facts.chain.certificates), None) if facts.chain else None
            if leaf and attempt.subject.endswith(_SMTP) and (leaf.not_after - leaf.not_before).days <= most:
                yield Held(code=SHORT_LIVED, subject=attempt.subject)
        for _, dane in observations.all(DANE):
            for host in dane.hosts:
                pins = [(one.usage, one.selector) for one in records(host.tlsa)] if host.tlsa else []
                if pins == [(END_ENTITY, WHOLE_CERTIFICATE)]:
                    yield Held(code=PINNED, subject=host.host)


# --- what follows from it -----------------------------------------------------------------------------------------


def _found(code: str, held: Sequence[Held], rules: Rules, observations: Observations) -> Iterator[Finding]:
    combination, rule = rules.combinations[code], rules.outcomes[code]
    needed = frozenset(chain.from_iterable(combination.needs))
    ours = [one for one in held if one.code in needed]
    there = {one.code for one in ours}
    if any(there.isdisjoint(group) for group in combination.needs):
        return  # before places are looked for, which means reading what was seen of every domain
    for place, hosts in _places(combination, ours, observations).items():
        here = [one for one in ours if combination.place is Place.EVERYWHERE or _is_at(one, place, hosts)]
        joined = [[one for one in here if one.code in group] for group in combination.needs]
        if not all(joined):
            continue
        facts = list(chain.from_iterable(joined))
        yield Finding(
            code=code,
            subject=place,
            control=rule.control,
            severity=rule.severity,
            basis=Basis.MEASURED if all(one.subject for one in facts) else Basis.ANSWERED,
            values=tuple({name: value for one in reversed(facts) for name, value in one.values}.items()),
            work=rule.work,
            joins=tuple((one.code, one.subject) for one in facts if one.code not in (SHORT_LIVED, PINNED, WEBMAIL)),
        )


def _places(
    combination: CombinationRule, held: Iterable[Held], observations: Observations
) -> Mapping[str, frozenset[str]]:
    """Where it may hold, each place with the hosts that belong to it."""
    if combination.place is Place.EVERYWHERE:
        return {"": frozenset()}
    if combination.place is Place.HOST:
        return {one.host: frozenset({one.host}) for one in held if one.subject}
    named = [split_host(host, 0)[0] for host in observations.scope.named_hosts]
    return {
        domain.name: frozenset((*named, *_servers(domain.name, observations))) for domain in observations.scope.domains
    }


def _servers(domain: str, observations: Observations) -> tuple[str, ...]:
    facts = observations.facts(MX, domain)
    return facts.mail_hosts if facts else ()


def _is_at(held: Held, place: str, hosts: frozenset[str]) -> bool:
    return not held.subject or held.subject == place or held.host in hosts
