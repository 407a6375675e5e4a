"""The mail path, section by section: protected, open, or not measured."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from fumimori.model import Control, Finding, Outcome, QuestionState, Record, Result, Severity

_T = TypeVar("_T", Finding, Outcome)


class Segment(StrEnum):
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
    """What is known of a segment."""

    PROTECTED = "protected"
    OPEN = "open"
    UNSEEN = "unseen"


class Link(Record):
    """A segment with its protection; `finding` is the worst that makes it open."""

    segment: Segment
    protection: Protection
    finding: Finding | None = None


ROWS: tuple[tuple[tuple[str, Segment | None], ...], ...] = (
    (("sender", Segment.ARRIVES), ("mx", Segment.ACCESS), ("mailbox", Segment.READ), ("reader", None)),
    (("staff", Segment.SENT), ("sending", Segment.NAMED), ("receiver", None)),
)
"""The stations of both ways, each with the segment that leads on from it."""
CONTROLS = {
    Segment.ARRIVES: Control.MTA_STS,
    Segment.ACCESS: Control.ACCESS,
    Segment.READ: Control.PROTOCOLS,
    Segment.SENT: Control.PROTOCOLS,
    Segment.NAMED: Control.SENDER_AUTH,
}
"""The control whose questions and measurements say most about a segment."""

_PROBES = {
    "mta_sts": Segment.ARRIVES,
    "dane": Segment.ARRIVES,
    "open_relay": Segment.ARRIVES,
    "spf": Segment.NAMED,
    "dkim": Segment.NAMED,
    "dmarc": Segment.NAMED,
    "sender_auth": Segment.NAMED,
    "webmail": Segment.READ,
    "access": Segment.ACCESS,
    "accounts": Segment.ACCESS,
}
"""Which segment the outcomes of a probe and the questions of a control are about."""
_QUESTIONS = {
    "protocols.client_settings": (Segment.READ, Segment.SENT),
    "protocols.incoming_starttls": (Segment.ARRIVES,),
}
"""The segments of questions that are about others than the rest of their control."""
_PORTS = {
    "25": Segment.ARRIVES,
    "465": Segment.SENT,
    "587": Segment.SENT,
    **dict.fromkeys(("110", "143", "993", "995"), Segment.READ),
}
"""Which segment the outcomes of `mail_ports` are about, by port."""


def mail_path(result: Result) -> tuple[Link, ...]:
    """Every segment in the order of the way.

    Open: an open finding of Medium or worse is about it. Protected: nothing worse than Low, and something that was
    measured or answered well. All else was not looked at.
    """
    faults = _by_segment(one for one in result.findings if one.severity >= Severity.MEDIUM and not one.set_aside)
    sound = set(_by_segment(result.good)) | _answered(result)
    links = []
    for segment in Segment:
        worst = max(faults.get(segment, ()), key=lambda one: one.severity, default=None)
        protection = Protection.PROTECTED if segment in sound else Protection.UNSEEN
        links.append(Link(segment=segment, protection=Protection.OPEN if worst else protection, finding=worst))
    return tuple(links)


def _answered(result: Result) -> set[Segment]:
    """The segments about which scored questions were answered well."""
    good = (
        one.question
        for one in result.questions
        if one.state in (QuestionState.ANSWERED, QuestionState.MEASURED) and one.weight and one.credit == "met"
    )
    return {segment for question in good for segment in _asked_about(question)}


def _asked_about(question: str) -> tuple[Segment, ...]:
    area = _PROBES.get(question.partition(".")[0])
    return _QUESTIONS.get(question, (area,) if area is not None else ())


def _by_segment(outcomes: Iterable[_T]) -> dict[Segment, list[_T]]:
    found: dict[Segment, list[_T]] = {}
    for outcome in outcomes:
        area, port = outcome.code.partition(".")[0], outcome.subject.rpartition(":")[2]
        segment = _PORTS.get(port) if area == "mail_ports" else _PROBES.get(area)
        if segment is not None:
            found.setdefault(segment, []).append(outcome)
    return found
