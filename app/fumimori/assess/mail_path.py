"""The mail path, section by section: protected, open, or not measured."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from fumimori.model import Control, Finding, Outcome, QuestionState, Record, Result, Severity

_T = TypeVar("_T", Finding, Outcome)


class Stretch(StrEnum):
    """A part of the way that mail takes."""

    ARRIVES = "arrives"
    """From a sender to the servers that receive for the company."""
    ACCESS = "access"
    """From the receiving server into the mailbox: who may log in there."""
    READ = "read"
    """From the mailbox to the reader."""
    SENT = "sent"
    """From the staff to the server that sends."""
    NAMED = "named"
    """From that server to others: whether they can tell real mail from forged."""


class Protection(StrEnum):
    """What is known of a stretch."""

    PROTECTED = "protected"
    OPEN = "open"
    UNSEEN = "unseen"


class Link(Record):
    """A stretch with its protection; `finding` is the worst that makes it open."""

    stretch: Stretch
    protection: Protection
    finding: Finding | None = None


ROWS: tuple[tuple[tuple[str, Stretch | None], ...], ...] = (
    (("sender", Stretch.ARRIVES), ("mx", Stretch.ACCESS), ("mailbox", Stretch.READ), ("reader", None)),
    (("staff", Stretch.SENT), ("sending", Stretch.NAMED), ("receiver", None)),
)
"""The stations of both ways, each with the stretch that leads on from it."""
CONTROLS = {
    Stretch.ARRIVES: Control.MTA_STS,
    Stretch.ACCESS: Control.ACCESS,
    Stretch.READ: Control.PROTOCOLS,
    Stretch.SENT: Control.PROTOCOLS,
    Stretch.NAMED: Control.SENDER_AUTH,
}
"""The control whose questions and measurements say most about a stretch."""

_PROBES = {
    "mta_sts": Stretch.ARRIVES,
    "dane": Stretch.ARRIVES,
    "open_relay": Stretch.ARRIVES,
    "spf": Stretch.NAMED,
    "dkim": Stretch.NAMED,
    "dmarc": Stretch.NAMED,
    "sender_auth": Stretch.NAMED,
    "webmail": Stretch.READ,
    "access": Stretch.ACCESS,
    "accounts": Stretch.ACCESS,
}
"""Which stretch the outcomes of a probe and the questions of a control are about."""
_PORTS = {
    "25": Stretch.ARRIVES,
    "465": Stretch.SENT,
    "587": Stretch.SENT,
    **dict.fromkeys(("110", "143", "993", "995"), Stretch.READ),
}
"""Which stretch the outcomes of `mail_ports` are about, by port."""


def mail_path(result: Result) -> tuple[Link, ...]:
    """Every stretch in the order of the way.

    Open: an open finding of Medium or worse is about it. Protected: nothing worse than Low, and something that was
    measured or answered well. All else was not looked at.
    """
    faults = _by_stretch(one for one in result.findings if one.severity >= Severity.MEDIUM and not one.set_aside)
    sound = set(_by_stretch(result.good)) | _answered(result)
    links = []
    for stretch in Stretch:
        worst = max(faults.get(stretch, ()), key=lambda one: one.severity, default=None)
        protection = Protection.PROTECTED if stretch in sound else Protection.UNSEEN
        links.append(Link(stretch=stretch, protection=Protection.OPEN if worst else protection, finding=worst))
    return tuple(links)


def _answered(result: Result) -> set[Stretch]:
    """The stretches about which scored questions were answered well."""
    return {
        _PROBES[area]
        for one in result.questions
        if (area := one.question.partition(".")[0]) in _PROBES
        and one.state in (QuestionState.ANSWERED, QuestionState.MEASURED)
        and one.weight
        and one.credit == "met"
    }


def _by_stretch(outcomes: Iterable[_T]) -> dict[Stretch, list[_T]]:
    found: dict[Stretch, list[_T]] = {}
    for outcome in outcomes:
        area, port = outcome.code.partition(".")[0], outcome.subject.rpartition(":")[2]
        stretch = _PORTS.get(port) if area == "mail_ports" else _PROBES.get(area)
        if stretch is not None:
            found.setdefault(stretch, []).append(outcome)
    return found
