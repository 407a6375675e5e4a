"""The texts around what is to be copied: what comes first, what may break, the way back, the letter to a provider."""

from collections.abc import Iterable, Sequence
from datetime import date

from fumimori.model import Assessment, Finding, Note, Proof, Repair, Snippet
from fumimori.texts import Texts, sanitize
from fumimori.wording.words import Words

POINTS = 12
"""Findings that one letter names."""
_POINTS_MARK, _ASK_MARK = "{points}", "{ask}"
LINE_MOST = 4000
"""Characters of one line to copy."""


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
    """The letter to the person who has to change it, with exactly the failing points; empty where nothing is asked."""
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
    # A filled-in value is one bounded line; these two are many lines, each made harmless already.
    text = t("repairs.letter", points=_POINTS_MARK, ask=_ASK_MARK, day=t.day(_measured(assessment)))
    before, _, rest = text.partition(_POINTS_MARK)
    between, _, after = rest.partition(_ASK_MARK)
    return f"{before}{said}{between}{wanted}{after}"


def _measured(assessment: Assessment) -> date:
    """The day of the newest measurement."""
    return max((run.ended for run in assessment.runs), default=assessment.created).date()


def repair_lines(t: Texts, repair: Repair) -> list[str]:
    """A repair as plain text: what comes first, what to copy below the old, risks, the way back, proof."""
    blocks = [_part_lines(t, repair, "before")]
    if repair.snippets:
        blocks.append([t("repairs.heading")])
        blocks[-1] += [line for snippet in repair.snippets for line in _piece(t, snippet)]
    blocks += [_part_lines(t, repair, part) for part in ("after", "risks", "back")]
    if repair.proof:
        blocks.append([t("repairs.proof")])
    for proof in repair.proof:
        blocks[-1] += [*_code_lines(proof.command), *(f"  {words}" for words in proof_words(t, proof))]
    lines = [line for block in blocks if block for line in ("", *block)]
    return lines[1:]


def _part_lines(t: Texts, repair: Repair, part: str) -> list[str]:
    said = part_words(t, repair, part)
    return [t(f"repairs.{part}"), *(f"  {words}" for words in said)] if said else []


def _piece(t: Texts, snippet: Snippet) -> list[str]:
    lines = [f"  [{snippet_title(t, snippet)}]"]
    if snippet.note is not None:
        lines.append(f"  {note_words(t, snippet.note)}")
    if snippet.current:
        lines += [f"  {t('repairs.current')}", *_code_lines(snippet.current), f"  {t('repairs.wanted')}"]
    return [*lines, *(_code_lines(snippet.content) or [f"  {t('repairs.delete')}"])]


def _code_lines(text: str) -> list[str]:
    return [f"    {sanitize(line, LINE_MOST)}" for line in text.splitlines()]
