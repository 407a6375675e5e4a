"""The records of an assessment: what was seen, what was said, and what follows from both."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import IntEnum, StrEnum
from functools import cache, cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, dataclass_transform

import msgspec

from fumimori.core.days import iso_day


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen, keyword-only piece of what the program knows; codes and values, never sentences."""


T = TypeVar("T")


def only(found: Iterable[T]) -> T:
    """The first of `found`; KeyError when there is none, because a name that nobody has is a mistake of ours."""
    for one in found:
        return one
    raise KeyError


class Severity(IntEnum):
    """How much harm a finding means, from none to *act today*."""

    OK = 0
    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5

    @property
    def word(self) -> str:
        """The severity's word in code, files and JSON: `ok info low medium high critical`."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Severity":
        """The severity that `word` names; ValueError for any other word."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"no severity is called {word!r}") from None

    def one_step_lower(self) -> "Severity":
        """The next milder severity; LOW and milder stay as they are, so that lowering never makes a fault vanish."""
        return Severity(self - 1) if self > Severity.LOW else self


class Control(StrEnum):
    """One of the ten controls; its value is its identity in code, files and JSON, its number is only printed."""

    DEFAULTS = "defaults"
    MTA_STS = "mta_sts"
    PROTOCOLS = "protocols"
    SENDER_AUTH = "sender_auth"
    UPDATES = "updates"
    FIREWALL = "firewall"
    ACCESS = "access"
    SSH = "ssh"
    PEOPLE = "people"
    SIGNING = "signing"

    @property
    def number(self) -> int:
        """1 to 10, the order that never changes."""
        return list(Control).index(self) + 1

    @property
    def printed(self) -> str:
        """The code on paper and screen: C1 to C10."""
        return f"C{self.number}"


class Verdict(StrEnum):
    """What a control comes to."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Status(StrEnum):
    """How an attempt to look ended; only COMPLETED says anything about the server."""

    COMPLETED = "completed"
    NOT_TESTABLE_HERE = "not_testable_here"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    OUR_BUG = "our_bug"


class Hosting(StrEnum):
    """Who runs the mail server of a domain."""

    ON_PREMISES = "on_premises"
    VPS = "vps"
    RENTAL = "rental"
    GOOGLE = "google"
    MICROSOFT = "microsoft"
    WORKMAIL = "workmail"
    OTHER_HOSTED = "other_hosted"

    @property
    def own_server(self) -> bool:
        """Whether the organisation runs the server itself, so that consent levels 2 and 3 may be given."""
        return self in (Hosting.ON_PREMISES, Hosting.VPS)


class ConsentLevel(IntEnum):
    """How far a measurement may go."""

    PUBLIC = 0
    CONNECTIONS = 1
    AUTHORISED = 2
    RELAY = 3


class Confidence(StrEnum):
    """How sure an answer is."""

    CONFIRMED = "confirmed"
    STATED = "stated"
    GUESS = "guess"


class Credit(StrEnum):
    """What an answer or a measurement earns of its question's weight."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"

    @property
    def share(self) -> float:
        """1, 0.5 or 0."""
        return {Credit.MET: 1.0, Credit.PARTLY: 0.5, Credit.NOT_MET: 0.0}[self]


# --- who, where, how far ------------------------------------------------------------------------------------------


class Addressee(StrEnum):
    """How the cover addresses its reader: 御中 or 様, never both."""

    ORGANISATION = "organisation"
    PERSON = "person"


class Organisation(Record):
    """The organisation that is assessed; only the name is required."""

    name: str = ""
    addressee: Addressee = Addressee.ORGANISATION
    addressee_title: str = ""
    addressee_name: str = ""
    size: str = ""
    sector: str = ""
    responsible: str = ""


class DomainScope(Record):
    """A domain to assess; `name` is the ASCII (A-label) form in lower case without a trailing dot."""

    name: str
    hosting: Hosting | None = None
    hosting_confirmed: bool = False
    selectors: tuple[str, ...] = ()
    """DKIM selectors that somebody named."""
    mail_selectors: tuple[str, ...] = ()
    """DKIM selectors that a message of this domain was signed with."""
    sends_mail: bool | None = None
    """False for a parked domain: it neither sends nor receives."""


class Scope(Record):
    """What is to be looked at; host names are ASCII, lower case, without a trailing dot."""

    domains: tuple[DomainScope, ...] = ()
    mail_hosts: tuple[str, ...] = ()
    ssh_hosts: tuple[str, ...] = ()
    webmail_hosts: tuple[str, ...] = ()
    own_hosts: tuple[str, ...] = ()
    """Further hosts that somebody named as the organisation's own, such as the server that takes its mail."""
    addresses: tuple[str, ...] = ()
    """Mail addresses whose published keys are looked for."""
    sending_addresses: tuple[str, ...] = ()
    """IP addresses that mail is sent from, beside those that show."""
    blocklists: tuple[str, ...] = ()
    """Zones of public blocklists that are to be asked about the sending addresses; none unless somebody says so."""

    @property
    def hosting(self) -> Hosting | None:
        """The first domain's hosting, which decides the questions; None while it is unknown."""
        return self.domains[0].hosting if self.domains else None

    @property
    def named_hosts(self) -> tuple[str, ...]:
        """Every host that a person named, each once, with its port where one was named."""
        return tuple(dict.fromkeys((*self.mail_hosts, *self.ssh_hosts, *self.webmail_hosts, *self.own_hosts)))


class Consent(Record):
    """Who allowed the measurement, how far, when, and of what; levels 2 and 3 need a name and a role.

    A level above 0 counts only once it was confirmed, and only for what was shown then.
    """

    level: ConsentLevel = ConsentLevel.PUBLIC
    name: str = ""
    role: str = ""
    at: datetime | None = None
    """The moment of confirmation; None while nobody confirmed."""
    own_server: bool = False
    domains: tuple[str, ...] = ()
    """The domains that were shown when it was confirmed."""
    hosts: tuple[str, ...] = ()
    """The hosts that were shown then, without ports: those of the scope, and those that the domains' DNS names."""

    @property
    def confirmed_level(self) -> ConsentLevel:
        """The level that counts for what the consent covers: 0 until it was confirmed with all that it needs."""
        if self.at is None:
            return ConsentLevel.PUBLIC
        level = self.level
        if level >= ConsentLevel.AUTHORISED and not (self.name.strip() and self.role.strip()):
            return ConsentLevel.CONNECTIONS
        if level >= ConsentLevel.RELAY and not self.own_server:
            return ConsentLevel.AUTHORISED
        return level


class Vantage(Record):
    """Where the measurement stood: what this network lets through, found out before anything is judged."""

    at: datetime
    online: bool
    resolver: str
    """Whose answers are reported."""
    port25: str = "unknown"
    """`open`, `blocked` (the control hosts did not answer on 25 while other ports did) or `unknown`."""
    control_hosts: tuple[str, ...] = ()
    ipv4: bool = True
    ipv6: bool = False
    captive_portal: bool = False
    intercepted: bool = False
    """TLS connections are opened by a proxy on the way."""
    inside: bool = False
    """Addresses of a target lie in this machine's own network: what is open here need not be open outside."""
    inside_hosts: tuple[str, ...] = ()
    """Which hosts and addresses these are; while `inside` is true and none is named, all of them."""
    resolver_inside: bool = True
    """The resolver belongs to this network, so that its answers may be meant for this network alone."""
    note: str = ""
    second_resolver: str = ""
    """Who was asked the same for comparison; empty when nobody was."""

    def holds(self, host: str) -> bool:
        """Whether `host` (a name or an address) lies in the network that this was measured from."""
        return self.inside and (not self.inside_hosts or host in self.inside_hosts)


class Contact(Record):
    """One line of the contact log: what was sent to whom."""

    at: datetime
    target: str
    """Host name or address."""
    port: int
    transport: str
    """`udp`, `tcp`, `tls`, `https`."""
    what: str
    """A code: `dns`, `smtp`, `imap`, `pop3`, `tls_hello`, `tls_handshake`, `https_get`, `ssh_kexinit`, `ssh_none`,
    `smtp_envelope`, `connect`, `control_host`."""
    detail: str = ""
    sent_bytes: int = 0
    received_bytes: int = 0


# --- what was seen ------------------------------------------------------------------------------------------------


class Exchange(Record):
    """A piece of verbatim evidence: what was sent and what came back, bounded, still untrusted."""

    at: datetime
    target: str
    sent: str
    untrusted_received: str


class Attempt(Record):
    """One look by one probe at one subject; facts are that probe's facts record as JSON, None unless COMPLETED."""

    probe: str
    subject: str
    status: Status
    started: datetime
    ended: datetime
    if TYPE_CHECKING:
        facts: msgspec.Raw | None = None
    else:
        # msgspec decodes no union with Raw: a null comes as Raw, and is made None below.
        facts: msgspec.Raw = None
    reason: str = ""
    """A code that says why an attempt is not COMPLETED, such as `port25_blocked`."""
    evidence: tuple[Exchange, ...] = ()

    def __post_init__(self) -> None:
        if self.facts is not None and bytes(self.facts) == b"null":
            msgspec.structs.force_setattr(self, "facts", None)


class Run(Record):
    """One measurement: from where, under which consent and for which scope it looked, and all that it brought home."""

    id: str
    """Unique, of letters, digits and hyphens: a run that is imported twice is there once."""
    started: datetime
    ended: datetime
    vantage: Vantage | None = None
    """None when the run ended before its surroundings were known."""
    consent: Consent = Consent()
    """As it was then."""
    scope: Scope = Scope()
    """As it was then; what counts today is decided by the assessment's own scope."""
    program: str = ""
    """The program's version; empty when it is not known any more."""
    rules: str = ""
    """The rules' version; empty when it is not known any more."""
    attempts: tuple[Attempt, ...] = ()
    contacts: tuple[Contact, ...] = ()
    imported: bool = False
    """It was made elsewhere and read from a file."""
    cancelled: bool = False
    """Somebody stopped it before its end."""


Values = tuple[tuple[str, str | int], ...]


class Outcome(Record):
    """What a judge says about a subject; `code` is `<probe>.<outcome>` and its severity lies in the rules."""

    code: str
    subject: str
    values: Values = ()


# --- what is asked and said ---------------------------------------------------------------------------------------


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


class Option(Record):
    """One answer to choose: what it earns, and how bad it is."""

    id: str
    credit: Credit
    severity: Severity = Severity.OK


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
    """Somebody on the Internet can reach the weakness."""


@cache
def _control(name: str) -> Control | None:
    """The control of that name, for which is asked thousands of times; None when there is none."""
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


NOT_APPLICABLE = "not_applicable"


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
    evidence: tuple[str, ...] = ()
    history: tuple["Answer", ...] = ()
    settled: str = ""
    """How a contradiction was settled: `measurement` or `answer`; empty while it is open."""


class Brand(Record):
    """Whose report it is."""

    logo: bytes = b""
    logo_type: str = ""
    """`png` or `svg`; empty without a logo."""
    colour: str = ""
    """#RRGGBB; empty for the program's own."""
    sender: str = ""
    contact: str = ""
    confidentiality: str = ""
    """`internal` (社外秘), `named` (関係者外秘) or empty for the default of the mode."""


class Mode(StrEnum):
    """Who assesses."""

    SELF = "self"
    CONSULTANT = "consultant"


class PlanEntry(Record):
    """What people decided about an action of the plan."""

    action: str
    owner_name: str = ""
    due: str = ""
    done: bool = False
    note: str = ""


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
    runs: tuple[Run, ...] = ()
    """Every measurement, the oldest first; none is ever changed or merged into another."""
    answers: tuple[Answer, ...] = ()
    plan: tuple[PlanEntry, ...] = ()
    accepted: tuple[AcceptedRisk, ...] = ()
    withdrawn: tuple[Answer, ...] = ()
    """Answers that were taken back, with their notes and history: their questions count as not answered."""

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts of all runs; which of them count is decided by `Seen` and by the scope."""
        return tuple(attempt for run in self.runs for attempt in run.attempts)

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The contact log of all runs."""
        return tuple(contact for run in self.runs for contact in run.contacts)

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """Where the runs stood, as far as it was found out."""
        return tuple(run.vantage for run in self.runs if run.vantage is not None)

    def answer(self, question: str) -> Answer | None:
        """The answer to the question with this id."""
        return next((answer for answer in self.answers if answer.question == question), None)


# --- rules handed in ----------------------------------------------------------------------------------------------


class Effect(StrEnum):
    """What an outcome does to the question it names."""

    ANSWERS = "answers"
    LOWERS = "lowers"
    CONTRADICTS = "contradicts"
    NONE = "none"


class OutcomeRule(Record):
    """What an outcome code means: its severity, with source and date, and what it does to a question."""

    code: str
    severity: Severity
    control: Control
    source: str
    date: str
    question: str | None = None
    effect: Effect = Effect.NONE
    credit: Credit = Credit.NOT_MET
    contradicts: tuple[str, ...] = ()
    """The option ids that this outcome contradicts."""
    hosting_severities: tuple[HostingSeverity, ...] = ()
    work: Work = Work()


class Threshold(Record):
    """A number of the rules with its source and date."""

    value: int | float
    source: str
    date: str


class Table(Record, dict=True):  # with room for what is worked out once
    """A dated table of the rules; each row has the columns' order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    date: str

    def dicts(self) -> Sequence[Mapping[str, str]]:
        """The rows by column name."""
        return self._by_name

    @cached_property
    def _by_name(self) -> tuple[Mapping[str, str], ...]:
        return tuple(MappingProxyType(dict(zip(self.columns, row, strict=True))) for row in self.rows)


class Rules(Record):
    """All dated rules, read once from `resources/rules/` and handed in."""

    version: str
    outcomes: Mapping[str, OutcomeRule]
    thresholds: Mapping[str, Threshold]
    """By `<file>.<name>`, such as `spf.lookups_max` or `scoring.band_a`."""
    tables: Mapping[str, Table]
    """By file name without suffix, such as `providers`."""

    def number(self, name: str) -> float:
        """The threshold called `name`; KeyError when the rules have none, because that is a mistake of ours."""
        return self.thresholds[name].value


# --- what follows -------------------------------------------------------------------------------------------------


class Basis(StrEnum):
    """What a finding or a result rests on."""

    MEASURED = "measured"
    ANSWERED = "answered"
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
    accepted: AcceptedRisk | None = None
    work: Work = Work()


class QuestionState(StrEnum):
    """Where a question stands."""

    MEASURED = "measured"
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
    """Measured, or confirmed by evidence."""
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
    """What a control came to; scores are whole numbers 0-100, None when nothing of it applies."""

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
    """Why it is no better: `band`, `cap_critical`, `cap_high_many`, `cap_high`, `cap_medium`,
    `cap_unknown` (questions nobody could answer), `coverage`, `coverage_cap`, `verified`, `quick`."""
    score_low: int
    score_high: int
    band: str
    coverage: float
    verified: float
    counts: tuple[int, int, int, int]
    """Open findings: critical, high, medium, low; those with the same code (one root cause) are counted once."""
    quick: bool = False
    not_applicable_share: float = 0.0


class Action(Record):
    """One line of the plan: findings with one root cause, put right together."""

    id: str
    """The code of its findings."""
    control: Control
    severity: Severity
    findings: tuple[Finding, ...]
    work: Work
    due_days: int | None
    """7, 30, 90; None for *at the next renewal*."""
    entry: PlanEntry | None = None
    asks: bool = False
    """The action is to find out, not to change."""


class SnippetKind(StrEnum):
    """What a piece of text to copy is for."""

    DNS_RECORD = "dns_record"
    FILE = "file"
    SETTING = "setting"
    COMMAND = "command"


class Snippet(Record):
    """A piece of text to copy, made for this organisation; `place` is a DNS name and type, a path or a program."""

    kind: SnippetKind
    place: str
    content: str


class Repair(Record):
    """What puts a finding right, and what proves it; both may be empty where there is nothing to copy."""

    snippets: tuple[Snippet, ...] = ()
    proof: tuple[Snippet, ...] = ()


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
    """What one set of advice says to the TLS of one port."""

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
    bank_version: str
    questions: tuple[QuestionResult, ...]
    controls: tuple[ControlResult, ...]
    findings: tuple[Finding, ...]
    """Faults and facts, the worst first; severity OK is in `good`."""
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

    def question(self, question: str) -> QuestionResult:
        """The result of the question with this id; KeyError when there is none."""
        return only(result for result in self.questions if result.question == question)

    def control(self, control: Control) -> ControlResult:
        """The result of this control; KeyError when there is none."""
        return only(result for result in self.controls if result.control is control)
