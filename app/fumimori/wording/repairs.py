"""The words around what is to be copied: what comes first, what may break, the way back, the letter to a provider."""

from collections.abc import Iterable, Sequence
from datetime import date

from fumimori.model import Assessment, Finding, Note, Proof, Repair, Snippet
from fumimori.texts import Texts, sanitize
from fumimori.wording.words import Words

POINTS = 12
"""Findings that one letter names."""


def note_words(t: Texts, note: Note) -> str:
    """A sentence of a repair."""
    values = dict(note.values)
    if "day" in values:
        values["day"] = t.day(date.fromisoformat(str(values["day"])))
    return t(f"repairs.note.{note.key}", **values)


def part_words(t: Texts, repair: Repair, part: str) -> tuple[str, ...]:
    """The sentences of `before`, `after`, `risks` or `back`."""
    notes: Sequence[Note] = getattr(repair, part)
    return tuple(note_words(t, note) for note in notes)


def snippet_title(t: Texts, snippet: Snippet) -> str:
    """What a piece is and where it belongs."""
    kind, place = t(f"repairs.kind.{snippet.kind}"), sanitize(snippet.place, 200)
    return t("repairs.place", kind=kind, place=place) if place else kind


def proof_words(t: Texts, proof: Proof) -> tuple[str, ...]:
    """What a command prints when the repair worked, and when it did not."""
    said = []
    if proof.repaired:
        said.append(t("repairs.when_repaired", text=proof.repaired))
    if proof.broken and proof.broken not in proof.repaired:
        said.append(t("repairs.when_broken", text=proof.broken))
    return tuple(said)


def letter(words: Words, findings: Iterable[Finding], asks: Iterable[Note], assessment: Assessment) -> str:
    """The letter to whoever has to change it, with exactly the failing points; empty where nothing is asked."""
    wanted = "\n".join(note_words(words.texts, ask) for ask in asks)
    if not wanted:
        return ""
    t = words.texts
    points = [
        t("repairs.letter_point", subject=sanitize(one.subject), title=words.title(one), saw=words.saw(one))
        for one in findings
    ]
    more = [t("repairs.letter_more", count=len(points) - POINTS)] if len(points) > POINTS else []
    said = "\n".join([*points[:POINTS], *more])
    return t("repairs.letter", points=said, ask=wanted, day=t.day(_measured(assessment)))


def _measured(assessment: Assessment) -> date:
    """The day of the newest measurement."""
    return max((run.ended for run in assessment.runs), default=assessment.created).date()
