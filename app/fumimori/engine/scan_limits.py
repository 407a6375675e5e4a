"""What a scan that was made elsewhere may hold: names, moments, numbers and lengths that a measurement can have."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from fumimori.engine import foreign_scope
from fumimori.model import Run, Scope

YEARS = range(2000, 2101)  # in which a measurement can have been made
CLOCKS_DIFFER = timedelta(days=1)
"""How far the clock of the other machine may be ahead."""
TEXT_MOST = 4096
"""Characters of a name, a code or a note."""
RECORDS_MOST = 200_000
"""Records of one kind."""
_RUN_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


class NotAScanError(ValueError):
    """A file that is not a scan of this program; the message says where it goes wrong."""


def check_runs(runs: Sequence[Run], scope: Scope, now: datetime | None) -> None:
    """NotAScanError for values that no measurement can have.

    With `now` for moments that are still to come, too: the newest look counts, so that one of the future would stand
    above all that is ever measured here.
    """
    if len({run.id for run in runs}) < len(runs):
        raise NotAScanError("two runs of one name")
    _check_scope(scope)
    for run in runs:
        _check_run(run)
        later = next((each for each in _moments(run) if now is not None and each > now + CLOCKS_DIFFER), None)
        if later is not None:
            raise NotAScanError(f"a moment that is still to come: {later.isoformat()}")


def _check_run(run: Run) -> None:
    if not _RUN_ID.fullmatch(run.id):
        raise NotAScanError("a run without a proper name")
    if max(len(run.attempts), len(run.contacts), len(run.sources)) > RECORDS_MOST:
        raise NotAScanError("too many records")
    for moment in _moments(run):
        if moment.tzinfo is None or moment.year not in YEARS:
            raise NotAScanError(f"a moment that cannot be: {moment.isoformat()}")
    for contact in run.contacts:
        if not 0 <= contact.port < 65536 or min(contact.sent_bytes, contact.received_bytes) < 0:
            raise NotAScanError(f"a port or a count that cannot be: {contact.port}")
    for text in _texts(run):
        if len(text) > TEXT_MOST:
            raise NotAScanError(f"a text of more than {TEXT_MOST} characters")
    _check_scope(run.scope)


def _moments(run: Run) -> Iterator[datetime]:
    yield from (run.started, run.ended)
    yield from () if run.vantage is None else (run.vantage.at,)
    yield from () if run.consent.at is None else (run.consent.at,)
    for attempt in run.attempts:
        yield from (attempt.started, attempt.ended, *(exchange.at for exchange in attempt.evidence))
    yield from (contact.at for contact in run.contacts)
    yield from (source.at for source in run.sources)
    yield from () if run.tool is None or run.tool.at is None else (run.tool.at,)


def _texts(run: Run) -> Iterator[str]:
    yield from (run.program, run.rules, run.consent.name, run.consent.role, *run.consent.domains, *run.consent.hosts)
    yield from () if run.tool is None else (run.tool.name, run.tool.version)
    if run.vantage is not None:
        vantage = run.vantage
        yield from (vantage.resolver, vantage.second_resolver, vantage.port25, vantage.note)
        yield from (*vantage.control_hosts, *vantage.inside_hosts)
    for attempt in run.attempts:
        yield from (attempt.probe, attempt.subject, attempt.reason, attempt.part, attempt.source)
    yield from (text for source in run.sources for text in (source.name, source.sha256, source.from_whom))
    for contact in run.contacts:
        yield from (contact.target, contact.transport, contact.what, contact.detail)


def _check_scope(scope: Scope) -> None:
    wrong = foreign_scope.fault(scope)
    if wrong:
        raise NotAScanError(wrong)
