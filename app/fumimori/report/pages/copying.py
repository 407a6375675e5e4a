"""What a card holds to be copied: pieces under what they are and where they belong, commands, the letter."""

from collections.abc import Iterable, Sequence

import msgspec

from fumimori.model import Finding, Proof, Repair, Snippet
from fumimori.report.blocks import Block, Prose
from fumimori.report.code_block import CodeBlock
from fumimori.report.context import ReportContext
from fumimori.texts import sanitize
from fumimori.wording.repairs import letter, note_words, part_words, proof_words, snippet_title

SNIPPETS = 60
"""Pieces to copy that a card holds; the attached findings.csv holds all."""
CONTENT = 4000
"""Characters of one line to copy."""
PLACES = 12
"""Places that one piece names for all that get the same."""
HERE = "\0"
"""Stands for the name of a place, wherever what belongs to two places is compared."""


def running(m: ReportContext, text: str) -> Block:
    """Running text of a card."""
    return Prose(text, m.paper.card, m.faces)


def repair_of(m: ReportContext, findings: Iterable[Finding]) -> Repair:
    """What the findings of one card need, each piece once."""
    whole = Repair.joined(m.repair(finding) for finding in findings)
    return msgspec.structs.replace(whole, snippets=whole.snippets[:SNIPPETS], proof=whole.proof[:SNIPPETS])


def to_copy(m: ReportContext, findings: Sequence[Finding], repair: Repair) -> list[Block]:
    """What comes first, each piece under what it is and where it belongs, what may break, the way back, the letter."""
    blocks = _part(m, repair, "before")
    before = ""
    for snippet, others in _alike(m, repair.snippets):
        title = snippet_title(m.wording.texts, snippet)
        blocks += _snippet(m, snippet, "" if title == before else title)
        before = title
        if others:
            named = _places(snippet, others)
            blocks += _lines(m, [m.say("t4.same_piece", places=m.wording.some(named, PLACES))])
    if len(repair.snippets) == SNIPPETS:
        blocks += _lines(m, [m.say("t4.more_to_copy", count=SNIPPETS)])
    for part in ("after", "risks", "back"):
        blocks += _part(m, repair, part)
    request = request_of(m, findings)
    if request:
        blocks += [caption(m, m.wording.texts("repairs.letter_heading")), *_lines(m, request.split("\n"))]
    return blocks


def request_of(m: ReportContext, findings: Sequence[Finding]) -> str:
    """The letter with all that only a provider or owner can change; empty where they can do it themselves."""
    asks = {finding: ask for finding in findings if (ask := m.repair(finding).ask) is not None}
    return letter(m.wording, list(asks), tuple(dict.fromkeys(asks.values())), m.assessment).strip() if asks else ""


def _alike(m: ReportContext, snippets: Iterable[Snippet]) -> list[tuple[Snippet, list[Snippet]]]:
    """Each piece with the later ones that are the same but for the place where they belong."""
    found: dict[tuple[object, ...], tuple[Snippet, list[Snippet]]] = {}
    for snippet in snippets:
        note = "" if snippet.note is None else note_words(m.wording.texts, snippet.note)
        for part in snippet.place.split():
            note = note.replace(part.strip("[]()"), HERE)
        same = found.setdefault((snippet.kind, snippet.content, snippet.current, note), (snippet, []))
        if same[0] is not snippet:
            same[1].append(snippet)
    return list(found.values())


def _places(snippet: Snippet, others: Iterable[Snippet]) -> list[str]:
    """Where the others belong; only what their brackets say where all before those is as at the first."""
    common = snippet.place.rpartition("(")[0]
    cut = len(common) + 1 if common else 0
    return [sanitize(one.place[cut:-1] if cut and one.place.startswith(common) else one.place, 200) for one in others]


def _part(m: ReportContext, repair: Repair, part: str) -> list[Block]:
    t = m.wording.texts
    said = part_words(t, repair, part)
    return _lines(m, [t("repairs.place", kind=t(f"repairs.{part}"), place=said[0]), *said[1:]]) if said else []


def _lines(m: ReportContext, lines: Iterable[str]) -> list[Block]:
    return [m.cell(line, small=True) for line in lines if line]


def _snippet(m: ReportContext, snippet: Snippet, title: str) -> list[Block]:
    """The old text above the new one, below what it is."""
    t = m.wording.texts
    blocks: list[Block] = [caption(m, title)] if title else []
    if snippet.note is not None:
        note = m.cell(note_words(t, snippet.note), small=True)
        note.keep_next = True
        blocks.append(note)
    shown = [("current", snippet.current), ("wanted", snippet.content)] if snippet.current else [("", snippet.content)]
    for word, content in shown:
        if not content:
            continue
        if word:
            blocks.append(caption(m, t(f"repairs.{word}" if snippet.content else "repairs.delete")))
        blocks.append(CodeBlock(_code_lines(content), m.paper, ground=m.paper.wash))
    return blocks


def _code_lines(content: str) -> str:
    return "\n".join(sanitize(line, CONTENT) for line in content.rstrip("\n").split("\n"))


def proofs(m: ReportContext, proofs: Iterable[Proof]) -> list[Block]:
    """The commands with what they print; those that print the same stand together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for proof in proofs:
        alike.setdefault(proof_words(m.wording.texts, proof), []).append(_code_lines(proof.command))
    blocks: list[Block] = []
    for words, commands in alike.items():
        if not blocks:
            blocks.append(caption(m, m.wording.texts("repairs.proof")))
        blocks.append(CodeBlock("\n".join(commands), m.paper, ground=m.paper.wash))
        blocks += _lines(m, ["　".join(words)])
    return blocks


def caption(m: ReportContext, title: str) -> Prose:
    """What stands above a piece and stays with it."""
    said = m.cell(title, small=True, quiet=True)
    said.keep_next = True
    return said
