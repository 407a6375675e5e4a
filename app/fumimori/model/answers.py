"""What people said and decided."""

from datetime import date, datetime
from enum import StrEnum

from fumimori.model.base import Record
from fumimori.model.days import iso_day, typed_day


class Confidence(StrEnum):
    """How sure an answer is, by the word of whoever gave it; it proves nothing."""

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


class AcceptedRisk(Record):
    """A finding that somebody decided to live with until a day; it stays in score and grade."""

    code: str
    subject: str
    reason: str
    approver: str
    until: str
    """An ISO day. Earlier versions let anything be typed: what is no day is kept, and accepts nothing."""

    @property
    def last_day(self) -> date | None:
        """The last day on which the risk is accepted; None when `until` names no day."""
        return iso_day(self.until)
