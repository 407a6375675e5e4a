"""The records of an assessment, one file a subject; no I/O, no clock, no sentence."""

from fumimori.model.answers import Answer, Confidence, Dispute, DisputeKind, PlanEntry
from fumimori.model.assessment import Assessment
from fumimori.model.bank import (
    NOT_APPLICABLE,
    Condition,
    Cost,
    Credit,
    Effort,
    HostingSeverity,
    Measured,
    Option,
    Owner,
    Question,
    QuestionKind,
    Work,
)
from fumimori.model.base import Control, Record, Severity, T, Values, only
from fumimori.model.brand import Brand, BrandProfile, ReportVersion
from fumimori.model.evidence import About, Evidence, EvidenceKind
from fumimori.model.registers import Column, ColumnKind, Register, RegisterRow
from fumimori.model.result import (
    Action,
    Basis,
    Contradiction,
    ControlResult,
    Finding,
    Grade,
    Note,
    OpenPoint,
    Outlook,
    PortRow,
    ProfileVerdict,
    Proof,
    QuestionResult,
    QuestionState,
    Repair,
    Result,
    Snippet,
    SnippetKind,
    Verdict,
)
from fumimori.model.rules import (
    ByHand,
    CauseRule,
    CombinationRule,
    Effect,
    Event,
    OutcomeRule,
    Place,
    Rules,
    Table,
    Threshold,
)
from fumimori.model.run import Attempt, Contact, Exchange, Outcome, Run, RunKind, Source, Status, Tool, Vantage
from fumimori.model.scope import Addressee, Consent, ConsentLevel, DomainScope, Hosting, Mode, Organisation, Scope
