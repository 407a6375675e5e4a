"""What the dated rules say about outcomes, thresholds and tables."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from fumimori.model.bank import Credit, HostingSeverity, Work
from fumimori.model.base import Control, Record, Severity, T


class Effect(StrEnum):
    """What an outcome does to the question it names."""

    ANSWERS = "answers"
    LOWERS = "lowers"
    CONTRADICTS = "contradicts"
    SHOWS = "shows"
    """It shows one case of what the answer says: an answer of the same credit counts as verified, and one of
    `contradicts` is contradicted. What it alone proves of the whole question is in `at_least`."""
    NONE = "none"


class Event(StrEnum):
    """What ends on the day that an outcome names; the rules say how long before it the work is to be done."""

    CERTIFICATE = "certificate"
    POLICY_SITE = "policy_site"
    """The certificate of the site that serves the MTA-STS policy."""
    MARK = "mark"
    """The certificate of a logo."""
    REGISTRATION = "registration"
    SERVICE = "service"
    SUPPORT = "support"


class ByHand(StrEnum):
    """Why a repair has nothing to copy: what the work is, or who does it; its sentence is a note of the repairs."""

    CERTIFICATE = "certificate"
    """A file of a certificate that somebody ordered: its issuer renews it."""
    DECISION = "decision"
    """People decide one by one which account, key or exception goes."""
    DNSSEC = "dnssec"
    """Keys and DS records are made in the DNS company's own panel."""
    LOGO = "logo"
    """A designer makes the file."""
    MARK = "mark"
    """The issuer of the logo's certificate makes the file."""
    OTHER_TOOL = "other_tool"
    """Another tool found it; this program's own findings say what to change."""
    PERSONAL = "personal"
    """A certificate or mail program on one person's computer."""
    REGISTRAR = "registrar"
    """In the registrar's panel, by whoever holds the contract."""
    REPLACEMENT = "replacement"
    """A project, and no command."""
    REPORT = "report"
    """Senders reported it; other findings say what to change at the server and in its records."""
    REPORT_ORIGIN = "report_origin"
    """It stands in reports that anybody may have written: where they come from is found out first."""
    SECOND_FACTOR = "second_factor"
    """Everybody registers a device of their own."""
    SENDER = "sender"
    """The system that sent the message has to be found first."""
    SERVER = "server"
    """In files that differ from server to server."""
    WINDOWS = "windows"
    """In the pages of Windows Update."""


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
    at_least: Credit | None = None
    """What an outcome that SHOWS proves of the whole question: while nobody has answered, this much counts, and
    the question is still asked. None where one case proves nothing about the others."""
    hosting_severities: tuple[HostingSeverity, ...] = ()
    work: Work = Work()
    same_as: tuple[str, ...] = ()
    """Codes of other checks that say the same of the same host; a finding tells it once."""
    event: Event | None = None
    """What ends on the value `day` of the outcome, an ISO day; None when it names no day to keep."""
    by_hand: ByHand | None = None
    """Why there is nothing to copy; None where the check has a repair, and for what needs none."""


class Place(StrEnum):
    """What kind of place a cause or a combination has."""

    HOST = "host"
    SERVICE = "service"
    """The programs of one host that share their settings: SMTP, IMAP and POP, the web."""
    DOMAIN = "domain"
    EVERYWHERE = "everywhere"
    """The whole organisation."""


class CauseRule(Record):
    """Which findings at one place are one broken thing with one repair."""

    id: str
    place: Place
    codes: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    """Beginnings of codes."""


class CombinationRule(Record):
    """When facts that are milder apart are worse together; severity and source are its outcome's."""

    place: Place
    needs: tuple[tuple[str, ...], ...]
    """Of each group one must hold at the place: an outcome's code, or a question's option (`<question>.<option>`)."""
    absorbs: frozenset[str] = frozenset()
    """The codes of findings that are repaired with it and need no action of their own."""


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

    def once(self, work: "Callable[[Table], T]") -> T:
        """What `work`, a function of a module, makes of the table: worked out at the first call, shared by all."""
        if work not in self._made:
            self._made[work] = work(self)
        made: T = self._made[work]
        return made

    @cached_property
    def _made(self) -> dict[object, Any]:
        return {}


class Rules(Record):
    """All dated rules, read once from `resources/rules/` and handed in."""

    version: str
    outcomes: Mapping[str, OutcomeRule]
    thresholds: Mapping[str, Threshold]
    """By `<file>.<name>`, such as `spf.lookups_max` or `scoring.band_a`."""
    tables: Mapping[str, Table]
    """By file name without suffix, such as `providers`."""
    causes: tuple[CauseRule, ...] = ()
    combinations: Mapping[str, CombinationRule] = MappingProxyType({})
    """By the code of the outcome that each leads to."""

    def number(self, name: str) -> float:
        """The threshold called `name`; KeyError when the rules have none, because that is a bug of our own."""
        return self.thresholds[name].value
