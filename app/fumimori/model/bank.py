"""A question of the bank, its answers, and what it takes to repair what it finds."""

from enum import StrEnum
from functools import cache

from fumimori.model.base import Control, Record, Severity
from fumimori.model.scope import Hosting


class Credit(StrEnum):
    """What an answer or a measurement earns of its question's weight."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"

    @property
    def share(self) -> float:
        """1, 0.5 or 0."""
        return {Credit.MET: 1.0, Credit.PARTLY: 0.5, Credit.NOT_MET: 0.0}[self]


class QuestionKind(StrEnum):
    """How a question is drawn and answered."""

    CHOICE = "choice"
    """Exactly one option, or *I do not know*, or *not applicable*."""
    INVENTORY = "inventory"
    """A list that people tick and add to; not scored."""


class Measured(StrEnum):
    """How far a probe answers a question."""

    NO = "no"
    PART = "part"
    """The probe can only lower the answer."""
    FULL = "full"
    """The probe answers; people are asked only when it could not look."""


class Condition(Record):
    """True when `question` was answered with one of `values`."""

    question: str
    values: tuple[str, ...]


class HostingSeverity(Record):
    """A worst severity of its own for some kinds of hosting; the weight never changes with it."""

    hosting: tuple[Hosting, ...]
    option: str
    severity: Severity


class Owner(StrEnum):
    """Who usually carries an action out."""

    MANAGEMENT = "management"
    IT = "it"
    MAINTENANCE = "maintenance"
    PROVIDER = "provider"
    DNS = "dns"
    GENERAL_AFFAIRS = "general_affairs"
    STAFF = "staff"


class Effort(StrEnum):
    """How long an action takes."""

    MINUTES = "minutes"
    HOURS = "hours"
    HALF_DAY = "half_day"
    DAYS = "days"


class Cost(StrEnum):
    """What an action costs in money."""

    NOTHING = "nothing"
    UNDER_50K = "under_50k"
    UNDER_300K = "under_300k"
    OVER_300K = "over_300k"


class Work(Record):
    """What it takes to carry an action out."""

    owner: Owner = Owner.IT
    effort: Effort = Effort.HOURS
    cost: Cost = Cost.NOTHING
    exposed: bool = False
    """The weakness is reachable from the Internet."""


class Option(Record):
    """One answer to choose: what it earns, and how bad it is."""

    id: str
    credit: Credit
    severity: Severity = Severity.OK
    work: Work | None = None
    """What its repair takes, where that differs from the question's."""


@cache
def _control(name: str) -> Control | None:
    """The control of that name, cached because it is looked up thousands of times; None when there is none."""
    return next((control for control in Control if control.value == name), None)


class Question(Record):
    """A question of the bank; its texts stand under `controls.<control>.<word>`."""

    id: str
    """`<control>.<word>`."""
    number: int
    """Printed behind the control's code: C2-1."""
    options: tuple[Option, ...]
    hosting: tuple[Hosting, ...]
    kind: QuestionKind = QuestionKind.CHOICE
    core: bool = False
    measured: Measured = Measured.NO
    register: str = ""
    """The id of the register that answers it once it is filled; empty for none."""
    scored: bool = True
    ask_if: tuple[Condition, ...] = ()
    """A gate: when a condition is false the question does not exist for this organisation (not applicable)."""
    parent: str | None = None
    """A question that must be met first; while it is not, this one stays in the denominator, earns 0, finds nothing."""
    hosting_severities: tuple[HostingSeverity, ...] = ()
    may_be_not_applicable: bool = True
    dated: bool = False
    """Its findings have a day in the calendar: a service, a registration or a certificate ends."""
    work: Work = Work()

    @property
    def control(self) -> Control | None:
        """The control it belongs to; None for the unscored block about the surroundings."""
        return _control(self.id.partition(".")[0])

    @property
    def printed(self) -> str:
        """C2-1, or S-1 for the surroundings."""
        return f"{self.control.printed if self.control else 'S'}-{self.number}"

    def option(self, value: str) -> Option | None:
        """The option with the id `value`."""
        return next((option for option in self.options if option.id == value), None)

    def work_for(self, option: Option) -> Work:
        """What it takes to repair what the answer `option` finds."""
        return option.work or self.work


NOT_APPLICABLE = "not_applicable"
