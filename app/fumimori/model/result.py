"""What follows from an assessment: findings, scores, plan."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from fumimori.model.answers import Confidence, Dispute, DisputeKind, PlanEntry
from fumimori.model.bank import Credit, Question, Work
from fumimori.model.base import Control, Record, Severity, Values, only
from fumimori.model.rules import Event
from fumimori.model.run import Attempt, Outcome, Run, Tool


class Verdict(StrEnum):
    """The result of a control."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Basis(StrEnum):
    """What a finding or a result rests on."""

    MEASURED = "measured"
    READ = "read"
    """In a document that somebody handed over."""
    IMPORTED = "imported"
    """Another tool's result, where this program did not look itself."""
    ANSWERED = "answered"
    RECORDED = "recorded"
    """A register of the organisation."""
    UNKNOWN = "unknown"
    CONTRADICTION = "contradiction"


class Finding(Record):
    """Something to report; its identity is (code, subject), the printed number is order only."""

    code: str
    """An outcome code `<probe>.<outcome>` or `<question>.<option>`."""
    subject: str
    control: Control
    severity: Severity
    basis: Basis
    question: str | None = None
    values: Values = ()
    confidence: Confidence | None = None
    dispute: Dispute | None = None
    """What a person settled about it, while that holds; its severity says so already."""
    work: Work = Work()
    tool: Tool | None = None
    """The other program on whose result it rests, alone or among others."""
    stale: bool = False
    """That program ran longer ago than the rules trust."""
    joins: tuple[tuple[str, str], ...] = ()
    """Of a combination: code and subject of the outcomes and answers (`<question>.<option>`) that meet in it."""
    also: tuple[Outcome, ...] = ()
    """What says the same of the same host in another way, and is no finding of its own."""

    @property
    def measured(self) -> bool:
        """Whether it was concluded from outcomes, and not said in one answer."""
        return self.code.count(".") == 1

    @property
    def set_aside(self) -> bool:
        """Whether people decided to leave it as it is: accepted, or compensated by something else."""
        return self.dispute is not None and self.dispute.kind in (DisputeKind.ACCEPTED, DisputeKind.COMPENSATED)


class QuestionState(StrEnum):
    """The state of a question."""

    MEASURED = "measured"
    RECORDED = "recorded"
    """A register of the organisation answers it."""
    ANSWERED = "answered"
    UNKNOWN = "unknown"
    """*I do not know* was said."""
    UNANSWERED = "unanswered"
    PARENT_UNMET = "parent_unmet"
    NOT_APPLICABLE = "not_applicable"
    """Somebody said so, with a reason."""
    OUT_OF_SCOPE = "out_of_scope"
    """The hosting type or a gate decides so (対象外)."""


class QuestionResult(Record):
    """What a question earned, and why."""

    question: str
    state: QuestionState
    asked: bool
    """Whether a person is (still) to answer it: false when measured in full or out of scope."""
    weight: int = 0
    low: float = 0.0
    """Points earned with every unknown as *no*."""
    high: float = 0.0
    """Points earned with every unknown as *yes*."""
    credit: Credit | None = None
    severity: Severity = Severity.OK
    verified: bool = False
    """Measured, read from a file, or shown by evidence."""
    contradicted: bool = False
    in_score: bool = True
    """False outside the denominator (quick mode leaves out what is neither core nor measured)."""


class Contradiction(Record):
    """An answer and a measurement that differ; until it is settled the worse of the two counts."""

    question: str
    answer: str
    outcome: Outcome
    severity: Severity


class ControlResult(Record):
    """The result of a control; scores are whole numbers 0-100, None when nothing of it applies."""

    control: Control
    verdict: Verdict
    score_low: int | None
    score_high: int | None
    coverage: float
    """Definite weight / applicable weight, 0-1."""
    verified: float
    """Verified weight / definite weight, 0-1."""
    worst: Severity
    questions: int = 0
    answered: int = 0
    open_points: int = 0


class Grade(Record):
    """The grade with everything that explains it."""

    letter: str | None
    """A-E; None when withheld."""
    lower_bound: str
    """The letter with every unknown as *no*."""
    reason: str
    """What limits it: `band`, `cap_critical`, `cap_high_many`, `cap_high`, `cap_medium`,
    `cap_unknown` (questions nobody could answer), `coverage`, `coverage_cap`, `verified`, `quick`."""
    score_low: int
    score_high: int
    band: str
    coverage: float
    verified: float
    counts: tuple[int, int, int, int]
    """Kinds of open findings: critical, high, medium, low; those with the same code are counted once."""
    places: tuple[int, int, int, int] = (0, 0, 0, 0)
    """The same findings, every subject counted."""
    quick: bool = False
    not_applicable_share: float = 0.0


class Outlook(Record):
    """What the grade becomes when something is repaired, by the same function; None for a withheld letter."""

    letter: str | None
    score_low: int
    score_high: int


class Action(Record):
    """One line of the plan: findings with one root cause, repaired together."""

    id: str
    """`<cause>:<place>`, the code of findings that no rule joins, or `<question>.unknown`."""
    control: Control
    severity: Severity
    findings: tuple[Finding, ...]
    work: Work
    due: date | None = None
    """The day that was agreed, else the one that severity and calendar set; None for *at the next renewal*."""
    entry: PlanEntry | None = None
    event: Event | None = None
    """What ends on `day`."""
    day: date | None = None
    """The first day in the calendar that its findings name: the day of the thing itself."""
    asks: bool = False
    """The action is to find out, not to change."""
    cause: str = ""
    """The rule that joins its findings; empty when they are of one kind."""
    place: str = ""
    """A host, `host (service)` or a domain; empty for what concerns the whole organisation."""
    alone: Outlook | None = None
    """What repairing this alone leads to; None where nothing is repaired."""
    together: Outlook | None = None
    """What repairing this and all actions before it leads to."""

    @property
    def late(self) -> bool:
        """The day that people agreed lies after the day of the thing itself."""
        agreed = self.entry.due_day if self.entry else None
        return agreed is not None and self.day is not None and agreed > self.day


class SnippetKind(StrEnum):
    """What a piece of text to copy is for."""

    DNS_RECORD = "dns_record"
    FILE = "file"
    SETTING = "setting"
    COMMAND = "command"


class Note(Record):
    """A sentence of the texts (`repairs.note.<key>`) with its values."""

    key: str
    values: Values = ()


class Snippet(Record):
    """A piece of text to copy, made for this organisation; `place` is a DNS name and type, a path or a program."""

    kind: SnippetKind
    place: str
    content: str
    """Empty where `current` is to be deleted."""
    current: str = ""
    """The present content, as far as it was seen."""
    note: Note | None = None
    """When or where this piece is the right one."""


class Proof(Record):
    """A command, and what it prints."""

    command: str
    repaired: str = ""
    """The part of its output that says that the repair worked."""
    broken: str = ""
    """The same while the repair has not worked; empty where that has no fixed form."""


class Repair(Record):
    """The repair of a finding and its proof; empty where there is nothing to copy."""

    before: tuple[Note, ...] = ()
    """What to do first, in this order."""
    snippets: tuple[Snippet, ...] = ()
    """In the order in which they are applied."""
    after: tuple[Note, ...] = ()
    """What follows later, with its dates."""
    risks: tuple[Note, ...] = ()
    """What may break, and who else is affected."""
    back: tuple[Note, ...] = ()
    """The way back."""
    proof: tuple[Proof, ...] = ()
    ask: Note | None = None
    """What to ask of the provider or owner, where only they can change it."""

    @property
    def empty(self) -> bool:
        """Whether the steps in words are all there is."""
        return self == Repair()

    @classmethod
    def joined(cls, repairs: Iterable["Repair"]) -> "Repair":
        """Several repairs of one cause as one, each piece once."""
        every = tuple(repairs)
        return cls(
            before=tuple(dict.fromkeys(note for one in every for note in one.before)),
            snippets=tuple(dict.fromkeys(snippet for one in every for snippet in one.snippets)),
            after=tuple(dict.fromkeys(note for one in every for note in one.after)),
            risks=tuple(dict.fromkeys(note for one in every for note in one.risks)),
            back=tuple(dict.fromkeys(note for one in every for note in one.back)),
            proof=tuple(dict.fromkeys(proof for one in every for proof in one.proof)),
            ask=next((one.ask for one in every if one.ask is not None), None),
        )


class OpenPoint(Record):
    """Something that is not settled yet."""

    kind: str
    """`contradiction`, `unknown`, `unanswered`, `not_measured`."""
    question: str | None
    subject: str
    severity: Severity
    reason: str = ""
    who: str = ""
    due: str = ""
    probe: str = ""
    """The probe that could not look, for `not_measured`."""


class ProfileVerdict(Record):
    """The verdict of one set of advice on the TLS of one port."""

    profile: str
    """`ncsc_nl`, `mozilla` or `rfc9325`."""
    level: str
    """`good`, `sufficient`, `phase_out` or `insufficient`: that of the worst item."""
    reasons: tuple[str, ...] = ()
    """`kind:item` of the items that are so bad; empty for good and sufficient."""
    complete: bool = False
    """Every suite is known; else the level is *as far as seen*."""


class PortRow(Record):
    """One port of one host in the table of ports; None and empty stand for *not known*."""

    host: str
    port: int
    open: bool | None
    reason: str = ""
    """Why it is closed, or why it could not be looked at."""
    kind: str = ""
    """`implicit`, `starttls` or `plain`."""
    versions: tuple[str, ...] = ()
    worst_suite: str = ""
    """The class of the worst suite that was agreed to."""
    certificate: str = ""
    """Untrusted: whom the certificate names."""
    certificate_trusted: bool | None = None
    certificate_name_matches: bool | None = None
    days_left: int | None = None
    login_before_tls: bool | None = None
    post_quantum: bool | None = None
    profiles: tuple[ProfileVerdict, ...] = ()
    holes: tuple[tuple[str, str], ...] = ()
    """Named TLS holes, each `open`, `closed`, `unknown` or `not_tested`."""


class Result(Record):
    """All that follows from an assessment under given rules."""

    rules_version: str
    bank: tuple[Question, ...]
    """Every question in printed order, as they were in the judgement."""
    bank_version: str
    questions: tuple[QuestionResult, ...]
    controls: tuple[ControlResult, ...]
    findings: tuple[Finding, ...]
    """Faults and facts, worst first; severity OK is in `good`."""
    good: tuple[Outcome, ...]
    contradictions: tuple[Contradiction, ...]
    open_points: tuple[OpenPoint, ...]
    actions: tuple[Action, ...]
    """The whole plan in order; the first five are *the five actions to take first*."""
    grade: Grade
    expected: Grade
    """The grade after the first five actions, by the same function."""
    ports: tuple[PortRow, ...] = ()
    """Every port that was looked at."""
    runs: tuple[Run, ...] = ()
    """The runs that this rests on, with only those attempts that count under today's scope."""

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts that count, run by run."""
        return tuple(attempt for run in self.runs for attempt in run.attempts)

    def of_bank(self, question: str) -> Question:
        """The bank's question with this id; KeyError when there is none."""
        return only(entry for entry in self.bank if entry.id == question)

    def question(self, question: str) -> QuestionResult:
        """The result of the question with this id; KeyError when there is none."""
        return only(result for result in self.questions if result.question == question)

    def control(self, control: Control) -> ControlResult:
        """The result of this control; KeyError when there is none."""
        return only(result for result in self.controls if result.control is control)
