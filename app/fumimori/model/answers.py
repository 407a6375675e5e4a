"""What people said and decided."""

from datetime import date, datetime
from enum import StrEnum

from fumimori.model.base import Record
from fumimori.model.days import iso_day, typed_day


class Confidence(StrEnum):
    """How certain an answer is by its respondent's own statement; it proves nothing."""

    CONFIRMED = "confirmed"
    STATED = "stated"
    GUESS = "guess"


class Answer(Record):
    """What somebody said; a question without an Answer was not answered yet."""

    question: str
    value: str | None
    """An option's id, `not_applicable`, or None for *I do not know*."""
    at: datetime
    items: tuple[str, ...] = ()
    confidence: Confidence = Confidence.STATED
    respondent: str = ""
    note: str = ""
    reason: str = ""
    """Why not applicable: `no_incoming_mail`, `provider`, `no_device`, `other`."""
    who_knows: str = ""
    due: str = ""
    history: tuple["Answer", ...] = ()
    settled: str = ""
    """How a contradiction was settled: `measurement` or `answer`; empty while it is open."""


class PlanEntry(Record):
    """What people decided about an action of the plan."""

    action: str
    owner_name: str = ""
    due: str = ""
    done: bool = False
    note: str = ""

    @property
    def due_day(self) -> date | None:
        """The agreed day; None when `due` is empty or says it in words."""
        return typed_day(self.due)


class DisputeKind(StrEnum):
    """How a finding was settled by a person."""

    ACCEPTED = "accepted"
    """The risk is accepted until a day; it stays in score and grade."""
    COMPENSATED = "compensated"
    """A compensating control protects until a day; it counts one severity lower."""
    WRONG = "wrong"
    """The measurement is wrong, and evidence shows it; it stays on record without effect."""


class Dispute(Record):
    """What a person settled about one finding; earlier files know accepted ones only."""

    code: str
    subject: str
    reason: str
    """Why; of a compensated one what protects instead."""
    approver: str
    until: str = ""
    """An ISO day. Earlier versions let anything be typed: what is no day is kept, and settles nothing."""
    kind: DisputeKind = DisputeKind.ACCEPTED
    evidence: str = ""
    """What shows that the measurement errs."""

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds; None when `until` names no day."""
        return iso_day(self.until)

    def holds(self, today: date) -> bool:
        """Whether it has all that its kind requires and its day has not passed."""
        if not self.approver.strip():
            return False
        if self.kind is DisputeKind.WRONG:
            return bool(self.reason.strip() and self.evidence.strip())
        if self.kind is DisputeKind.COMPENSATED and not self.reason.strip():
            return False
        return self.last_day is not None and self.last_day >= today
