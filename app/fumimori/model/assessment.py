"""Everything that a file holds."""

from datetime import datetime

import msgspec

from fumimori.model.answers import Answer, Dispute, PlanEntry
from fumimori.model.base import Record
from fumimori.model.brand import Brand, ReportVersion
from fumimori.model.evidence import Evidence
from fumimori.model.registers import RegisterRow
from fumimori.model.run import Attempt, Contact, Run, Vantage
from fumimori.model.scope import Consent, Mode, Organisation, Scope


class Assessment(Record):
    """Everything that a file holds: what was seen and said. What follows from it is computed, never stored."""

    id: str
    created: datetime
    organisation: Organisation = Organisation()
    scope: Scope = Scope()
    consent: Consent = Consent()
    brand: Brand = Brand()
    mode: Mode = Mode.SELF
    quick: bool = True
    report_language: str = "ja"
    document_number: str = ""
    document_version: str = "1.0"
    versions: tuple[ReportVersion, ...] = ()
    """The versions of the report that were handed out, oldest first."""
    runs: tuple[Run, ...] = ()
    """Every measurement, oldest first; none is ever changed or merged into another."""
    answers: tuple[Answer, ...] = ()
    plan: tuple[PlanEntry, ...] = ()
    disputes: tuple[Dispute, ...] = msgspec.field(default=(), name="accepted")
    """What people settled about findings; files keep it under the name of what was there first."""
    withdrawn: tuple[Answer, ...] = ()
    """Answers that were taken back, with their notes and history: their questions count as not answered."""
    registers: tuple[RegisterRow, ...] = ()
    """The rows of all registers, those of one register in their order."""
    evidence: tuple[Evidence, ...] = ()
    """What was handed in, by number; the octets themselves are in the file."""
    evidence_numbers: int = 0
    """How many numbers of evidence were given so far."""

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts of all runs; which of them count is decided by `Observations` and by the scope."""
        return tuple(attempt for run in self.runs for attempt in run.attempts)

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The contact log of all runs."""
        return tuple(contact for run in self.runs for contact in run.contacts)

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """The vantage points of the runs, as far as known."""
        return tuple(run.vantage for run in self.runs if run.vantage is not None)

    def answer(self, question: str) -> Answer | None:
        """The answer to the question with this id."""
        return next((answer for answer in self.answers if answer.question == question), None)

    def register(self, register: str) -> tuple[RegisterRow, ...]:
        """The rows of the register with this id, in their order."""
        return tuple(row for row in self.registers if row.register == register)
