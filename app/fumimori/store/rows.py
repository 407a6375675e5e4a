"""An assessment as rows and back: one row per thing that changes by itself, each a record in JSON."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from fumimori.model import (
    Answer,
    Assessment,
    Attempt,
    Brand,
    Consent,
    Contact,
    Dispute,
    Evidence,
    Exchange,
    Organisation,
    PlanEntry,
    Record,
    RegisterRow,
    Run,
    Scope,
)

HEAD = "assessment"
EXCHANGES = "evidence"
"""Verbatim exchanges are in rows of their own, so that a snapshot can leave them out."""
SHOWN = "shown"
"""The rows of the field `evidence`: what people handed in. Its octets are no rows."""

_SINGLE: Mapping[str, type[Record]] = {
    "organisation": Organisation,
    "scope": Scope,
    "consent": Consent,
    "brand": Brand,
}
_MANY: Mapping[str, type[Record]] = {
    "runs": Run,
    "answers": Answer,
    "plan": PlanEntry,
    "disputes": Dispute,
    "registers": RegisterRow,
    "evidence": Evidence,
}
_ROWS: Mapping[str, str] = {"disputes": "accepted", "evidence": SHOWN}
"""The kinds of rows that are called otherwise in files than here."""
_FIELDS: Mapping[str, str] = {kind: field for field, kind in _ROWS.items()}


_OF_RUNS: Mapping[str, type[Record]] = {"attempts": Attempt, "contacts": Contact}
"""What a run holds is in rows whose identity begins with that of the run, so that a run's own row is small."""


Key = tuple[str, str]
"""Kind and identity of a row."""

Part = tuple[int, object]
"""The place of a row among those of its kind, and its record."""


def parts(assessment: Assessment) -> dict[Key, Part]:
    """The assessment split into rows; unchanged ones need not be written again."""
    taken: dict[Key, Part] = {}
    for field in _SINGLE:
        taken[field, ""] = (0, getattr(assessment, field))
    for field in _MANY.keys() - {"runs"}:
        for place, record in enumerate(getattr(assessment, field)):
            key = _free(taken, _ROWS.get(field, field), _identity(field, place, record))
            taken[key] = (place, record)
    _take_runs(taken, assessment.runs)
    emptied: dict[str, Any] = {field: kind() for field, kind in _SINGLE.items()}
    emptied.update(dict.fromkeys(_MANY, ()))
    taken[HEAD, ""] = (0, msgspec.structs.replace(assessment, **emptied))
    return taken


def _take_runs(taken: dict[Key, Part], runs: Iterable[Run]) -> None:
    """Every run as a row without its attempts and contacts, and these as rows of their own, in order of all runs."""
    places = {kind: itertools.count() for kind in _OF_RUNS}
    for place, run in enumerate(runs):
        identity = _free(taken, "runs", run.id)[1]
        taken["runs", identity] = (place, msgspec.structs.replace(run, attempts=(), contacts=()))
        for attempt in run.attempts:
            subject = f"{attempt.subject} {attempt.part}".rstrip()
            key = _free(taken, "attempts", f"{identity}/{attempt.probe} {subject} {attempt.started.isoformat()}")
            number = next(places["attempts"])
            if attempt.evidence:
                taken[EXCHANGES, key[1]] = (number, attempt.evidence)
                taken[key] = (number, msgspec.structs.replace(attempt, evidence=()))
            else:
                taken[key] = (number, attempt)
        for number, contact in enumerate(run.contacts):
            taken["contacts", f"{identity}/{number:06d}"] = (next(places["contacts"]), contact)


def body(part: Part) -> bytes:
    """The JSON of a part's record."""
    return msgspec.json.encode(part[1])


def assembled(rows: Iterable[tuple[str, str, bytes]]) -> Assessment:
    """The assessment that `rows` (kind, identity, body), ordered by place, make up; unknown kinds are left aside.

    Raises msgspec.DecodeError, or LookupError when the head is missing.
    """
    head: Assessment | None = None
    fields: dict[str, Any] = {}
    many: dict[str, list[Any]] = {field: [] for field in _MANY}
    runs: dict[str, Run] = {}
    parts_of: dict[str, dict[str, list[Any]]] = {kind: {} for kind in _OF_RUNS}
    evidence: dict[str, tuple[Exchange, ...]] = {}
    for kind, identity, content in rows:
        if kind == HEAD:
            head = msgspec.json.decode(content, type=Assessment)
        elif kind == EXCHANGES:
            evidence[identity] = msgspec.json.decode(content, type=tuple[Exchange, ...])
        elif kind in _SINGLE:
            fields[kind] = msgspec.json.decode(content, type=_SINGLE[kind])
        elif kind == "runs":
            runs[identity] = msgspec.json.decode(content, type=Run)
        elif (field := _FIELDS.get(kind, kind)) in _MANY:
            many[field].append(msgspec.json.decode(content, type=_MANY[field]))
        elif kind in _OF_RUNS:
            record = msgspec.json.decode(content, type=_OF_RUNS[kind])
            parts_of[kind].setdefault(identity.partition("/")[0], []).append((identity, record))
    if head is None:
        raise LookupError("the file holds no assessment")
    fields.update({field: tuple(records) for field, records in many.items()})
    fields["runs"] = tuple(
        msgspec.structs.replace(
            run,
            attempts=tuple(_with_evidence(parts_of["attempts"].get(identity, ()), evidence)),
            contacts=tuple(record for _, record in parts_of["contacts"].get(identity, ())),
        )
        for identity, run in runs.items()
    )
    return msgspec.structs.replace(head, **fields)


def _with_evidence(
    records: Iterable[tuple[str, Any]], evidence: Mapping[str, tuple[Exchange, ...]]
) -> Iterator[Record]:
    for identity, record in records:
        if isinstance(record, Attempt) and identity in evidence:
            yield msgspec.structs.replace(record, evidence=evidence[identity])
        else:
            yield record


def _identity(field: str, place: int, record: Any) -> str:
    if field == "answers":
        return str(record.question)
    if field == "registers":
        return str(record.id)
    if field == "evidence":
        return f"{record.number:06d}"
    if field == "plan":
        return str(record.action)
    if field == "disputes":
        return f"{record.code} {record.subject}"
    return f"{place:06d}"


def _free(taken: Mapping[Key, Part], field: str, identity: str) -> Key:
    key, number = (field, identity), 1
    while key in taken:
        number += 1
        key = (field, f"{identity} #{number}")
    return key
