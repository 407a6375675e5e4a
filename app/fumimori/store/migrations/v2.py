"""The second version: attempts and contacts belong to runs, where they were kept apart from the vantage points.

A vantage point was found out when a run began, so that an attempt belongs to the last one before it.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

Row = tuple[str, str, int, bytes]

EARLY = timedelta(seconds=5)
"""Questions to the DNS were asked while the vantage point was still being found out."""
LOOSE = ("attempts", "contacts", "vantages")
OWN_ROWS = (*LOOSE, "evidence")


def rows(old: Iterable[Row]) -> Sequence[Row]:
    """The rows with one run for each vantage point, or one for everything where there is none.

    Consent and scope as they were then were not kept: those of the file stand for them.
    """
    everything = list(old)
    kept = [row for row in everything if row[0] not in OWN_ROWS]
    loose = {kind: sorted((row for row in everything if row[0] == kind), key=lambda row: row[2]) for kind in LOOSE}
    if not any(loose.values()):
        return kept
    vantages = sorted((_read(row) for row in loose["vantages"]), key=lambda vantage: _moment(vantage["at"]))
    begins = [_moment(vantage["at"]) - EARLY for vantage in vantages]
    identities = [_identity(loose, number) for number in range(max(len(vantages), 1))]
    evidence = {row[1]: row for row in everything if row[0] == "evidence"}
    spans: dict[int, list[datetime]] = {}
    new: list[Row] = []
    counts = dict.fromkeys(identities, 0)
    for place, row in enumerate(loose["attempts"]):
        attempt = _read(row)
        number = _run_of(_moment(attempt["started"]), begins)
        spans.setdefault(number, []).extend((_moment(attempt["started"]), _moment(attempt["ended"])))
        identity = f"{identities[number]}/{row[1]}"
        new.append(("attempts", identity, place, row[3]))
        if row[1] in evidence:
            new.append(("evidence", identity, place, evidence[row[1]][3]))
    for place, row in enumerate(loose["contacts"]):
        at = _moment(_read(row)["at"])
        number = _run_of(at, begins)
        spans.setdefault(number, []).append(at)
        run = identities[number]
        new.append(("contacts", f"{run}/{counts[run]:06d}", place, row[3]))
        counts[run] += 1
    then = {row[0]: msgspec.Raw(row[3]) for row in kept if row[0] in ("consent", "scope")}
    for number, run in enumerate(identities):
        vantage = vantages[number] if vantages else None
        moments = spans.get(number, []) + ([_moment(vantage["at"])] if vantage else [])
        imported = bool(vantage and vantage.pop("imported", False))
        content: dict[str, Any] = {
            "id": run,
            "started": min(moments),
            "ended": max(moments),
            "vantage": vantage,
            "imported": imported,
            **then,
        }
        new.append(("runs", run, number, msgspec.json.encode(content)))
    return (*kept, *new)


def _read(row: Row) -> dict[str, Any]:
    return msgspec.json.decode(row[3], type=dict[str, Any])


def _moment(text: str) -> datetime:
    return msgspec.convert(text, datetime)


def _run_of(moment: datetime, begins: Sequence[datetime]) -> int:
    return max(bisect_right(begins, moment) - 1, 0)


def _identity(loose: dict[str, list[Row]], number: int) -> str:
    """The same for the same rows, and another one for others, so that no two runs are taken for one."""
    digest = hashlib.sha256(b"%d" % number)
    for kind in ("vantages", "attempts"):
        for row in loose[kind]:
            digest.update(row[3])
    return digest.hexdigest()[:32]
