"""An assessment as rows and back: one row per thing that changes by itself, each a record in JSON."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from fumimori.core.model import (
    AcceptedRisk,
    Answer,
    Assessment,
    Attempt,
    Brand,
    Consent,
    Contact,
    Exchange,
    Organisation,
    PlanEntry,
    Record,
    Scope,
    Vantage,
)

HEAD = "assessment"
EVIDENCE = "evidence"
"""Verbatim exchanges stand in rows of their own, so that a snapshot can leave them out."""

_SINGLE: Mapping[str, type[Record]] = {
    "organisation": Organisation,
    "scope": Scope,
    "consent": Consent,
    "brand": Brand,
}
_MANY: Mapping[str, type[Record]] = {
    "attempts": Attempt,
    "contacts": Contact,
    "vantages": Vantage,
    "answers": Answer,
    "plan": PlanEntry,
    "accepted": AcceptedRisk,
}


Key = tuple[str, str]
"""Kind and identity of a row."""

Part = tuple[int, object]
"""The place of a row among those of its kind, and its record."""


def parts(assessment: Assessment) -> dict[Key, Part]:
    """The assessment taken apart; equal parts need not be written again."""
    taken: dict[Key, Part] = {}
    for field in _SINGLE:
        taken[field, ""] = (0, getattr(assessment, field))
    for field in _MANY:
        for place, record in enumerate(getattr(assessment, field)):
            key = _free(taken, field, _identity(field, place, record))
            if isinstance(record, Attempt) and record.evidence:
                taken[EVIDENCE, key[1]] = (place, record.evidence)
                record = msgspec.structs.replace(record, evidence=())  # noqa: PLW2901 - evidence has its own row
            taken[key] = (place, record)
    emptied: dict[str, Any] = {field: kind() for field, kind in _SINGLE.items()}
    emptied.update(dict.fromkeys(_MANY, ()))
    taken[HEAD, ""] = (0, msgspec.structs.replace(assessment, **emptied))
    return taken


def body(part: Part) -> bytes:
    """The JSON of a part's record."""
    return msgspec.json.encode(part[1])


def assembled(rows: Iterable[tuple[str, str, bytes]]) -> Assessment:
    """The assessment that `rows` (kind, identity, body), ordered by place, make up; unknown kinds are left aside.

    Raises msgspec.DecodeError, or LookupError when the head is missing.
    """
    head: Assessment | None = None
    fields: dict[str, Any] = {}
    many: dict[str, list[tuple[str, Any]]] = {field: [] for field in _MANY}
    evidence: dict[str, tuple[Exchange, ...]] = {}
    for kind, identity, content in rows:
        if kind == HEAD:
            head = msgspec.json.decode(content, type=Assessment)
        elif kind == EVIDENCE:
            evidence[identity] = msgspec.json.decode(content, type=tuple[Exchange, ...])
        elif kind in _SINGLE:
            fields[kind] = msgspec.json.decode(content, type=_SINGLE[kind])
        elif kind in _MANY:
            many[kind].append((identity, msgspec.json.decode(content, type=_MANY[kind])))
    if head is None:
        raise LookupError("the file holds no assessment")
    fields.update({field: tuple(_with_evidence(records, evidence)) for field, records in many.items()})
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
    if field == "attempts":
        return f"{record.probe} {record.subject} {record.started.isoformat()}"
    if field == "answers":
        return str(record.question)
    if field == "plan":
        return str(record.action)
    if field == "accepted":
        return f"{record.code} {record.subject}"
    return f"{place:06d}"


def _free(taken: Mapping[Key, Part], field: str, identity: str) -> Key:
    key, number = (field, identity), 1
    while key in taken:
        number += 1
        key = (field, f"{identity} #{number}")
    return key
