"""What the report numbers and where its numbers lead: cards of one cause each, measurements, questions, evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fumimori.assess.causes import causes
from fumimori.model import Action, Assessment, Attempt, Finding, Result, Rules, Severity, Status
from fumimori.wording.words import kinds


@dataclass(frozen=True, kw_only=True)
class Card:
    """The findings of one cause, with the action that repairs them."""

    number: int
    """The printed number of the action in the plan; 0 where everything is set aside and nothing is to be done."""
    action: Action | None
    findings: tuple[Finding, ...]
    """Above the severity *info*, the one that decides first."""

    @property
    def kinds(self) -> tuple[tuple[Finding, ...], ...]:
        """The findings by their code."""
        return tuple(tuple(group) for group in kinds(self.findings).values())


def cards_of(result: Result, rules: Rules) -> tuple[Card, ...]:
    """A card for each action that repairs something, in the plan's order; then what is set aside, by cause."""
    found = [
        Card(number=number, action=action, findings=action.findings)
        for number, action in enumerate(result.actions, start=1)
        if action.findings
    ]
    known = {(one.code, one.subject) for card in found for one in card.findings}
    rest = [one for one in result.findings if one.severity > Severity.INFO and (one.code, one.subject) not in known]
    return (*found, *(Card(number=0, action=None, findings=cause.findings) for cause in causes(rest, rules)))


def facts_of(result: Result) -> tuple[tuple[Finding, ...], ...]:
    """What is only worth knowing, by its code."""
    return tuple(tuple(group) for group in kinds(f for f in result.findings if f.severity <= Severity.INFO).values())


def measured(assessment: Assessment) -> tuple[tuple[str, Attempt], ...]:
    """Every completed attempt with its number: M-001."""
    done = [attempt for attempt in assessment.attempts if attempt.status is Status.COMPLETED]
    return tuple((f"M-{number:03d}", attempt) for number, attempt in enumerate(done, start=1))


def rested_on(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    """Probe and subject of what findings were concluded from; a combination rests on all that meets in it."""
    named = [one for finding in findings for one in ((finding.code, finding.subject), *finding.joins)]
    named += [(also.code, also.subject) for finding in findings for also in finding.also]
    return {(code.partition(".")[0], subject) for code, subject in named}


def card_key(findings: Sequence[Finding]) -> str:
    """The target of links to what stands about findings of one kind in one card."""
    return f"finding.{findings[0].code} {findings[0].subject!a}"  # one line, whatever a server is called
