"""T4: a card for each kind of finding, rows for what is only worth knowing, and what is in order."""

from collections.abc import Iterable

import msgspec

from fumimori.model import Action, Basis, Finding, Outcome, Proof, Repair, Severity, Snippet
from fumimori.report.blocks import Again, Block, Columns, Gap, Hairline, Prose, Stack, Steps
from fumimori.report.code_block import Verbatim
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell, Grid
from fumimori.report.page_style import MM
from fumimori.report.pages.findings import by_finding, card_key
from fumimori.report.pages.measurements import evidence_numbers
from fumimori.report.shapes import ChipSign
from fumimori.texts import sanitize
from fumimori.wording.repairs import letter, note_words, part_words, proof_words, snippet_title
from fumimori.wording.words import kinds

SUBJECTS = 12
"""Hosts that a card names."""
GOOD = 24
"""Hosts named for each good point."""
SAID = 4
"""Facts of one kind that a card states, a row half as many; the attached findings.csv states them all."""
SNIPPETS = 60
"""Pieces to copy that a card holds; the attached findings.csv holds all."""
WASTE = 42
"""Millimetres of empty page above which a card is rather parted."""
CONTENT = 4000
"""Characters of one line to copy."""


def cards(m: ReportContext) -> list[Block]:
    """What was seen, why it matters, how to put it right, what to copy, how to prove it."""
    actions = by_finding(m)
    found = kinds(f for f in m.result.findings if f.severity > Severity.INFO)
    blocks: list[Block] = [m.heading("t4.heading"), m.note(m.say("t4.intro"), keep_next=True), Gap(1)]
    if not found:
        blocks.append(m.prose(m.say("none"), m.paper.table))
    for code, findings in found.items():
        blocks += [_card(m, code, findings, actions.get((code, findings[0].subject))), Gap(2.5)]
    return [*blocks, Gap(1)]


def facts(m: ReportContext) -> list[Block]:
    """What is worth knowing without being a fault, a row for each kind."""
    found = kinds(f for f in m.result.findings if f.severity <= Severity.INFO)
    if not found:
        return []
    rows = [_fact(m, code, findings) for code, findings in found.items()]
    widths = [15, 76, 74]
    heads = m.wording.texts.lines("report.t4.fact_heads")
    keys = [card_key(code) for code in found]
    table = Grid(widths, rows, m.paper, head=heads, padding=0.55, small=True, keys=keys)
    return [m.heading("t4.facts", 3), table, Gap(4)]


def good_points(m: ReportContext) -> list[Block]:
    """What was measured and found in order, a row for each kind."""
    found: dict[str, list[Outcome]] = {}
    for outcome in m.result.good:
        found.setdefault(m.wording.title(outcome), []).append(outcome)
    rows: list[list[Cell]] = [[title, m.wording.subjects(outcomes, GOOD)] for title, outcomes in found.items()]
    return [m.heading("t4.good", 3), m.list_or_none([82, 83], "t4.good_heads", rows), Gap(6)]


def _card(m: ReportContext, code: str, findings: list[Finding], action: Action | None) -> Block:
    first, w = findings[0], m.wording
    numbers = w.numbers(findings)
    chip = m.severity(first.severity)
    signs: list[tuple[float, Block]] = [(chip.natural_width(), chip)]
    if first.dispute is not None:
        state = ChipSign("not_applicable", m.wording.word("dispute", first.dispute.kind), m.paper)
        signs.append((state.natural_width(), state))
    room = m.paper.width - sum(width + 3 * MM for width, _ in signs)
    signs.append((room, m.heading(card_key(code), 3, text=w.title(first), outline=f"{numbers} {w.title(first)}")))
    repair = _repair(m, findings)
    rows: list[tuple[str, Cell]] = [(m.say("t4.saw"), Stack(_saw(m, findings, SAID)))]
    if w.risk(first):
        rows.append((m.say("t4.why"), _text(m, w.risk(first))))
    steps: list[Block] = [Steps(w.fix(first), m.paper.card, m.paper)] if w.fix(first) else []
    steps += _to_copy(m, findings, repair)
    if steps:
        rows.append((m.say("t4.fix"), Stack(steps, together=False, gap=0.6)))
    proof: list[Block] = [_text(m, w.confirm(first))] if w.confirm(first) else []
    proof += _proofs(m, repair.proof)
    if proof:
        rows.append((m.say("t4.confirm"), Stack(proof, together=False, gap=0.6)))
    below = [m.cell(_placed(m, findings), quiet=True, small=True)]
    if action is not None:
        below.append(m.cell(_work(m, action), small=True))
    return Stack(
        [
            Hairline(m.paper.accent, width=0.9, millimetres=2.5),
            Columns(signs, gap=3 * MM),
            *below,
            Gap(0.8),
            Grid([23, 142], rows, m.paper, row_heads=True, padding=0.5, small=True, part_rows=True),
        ],
        cut_from=WASTE,
        again=Again(m.say("t4.again", numbers=numbers, title=w.title(first)), m.paper.note.bold(), m.faces),
    )


def _fact(m: ReportContext, code: str, findings: list[Finding]) -> list[Cell]:
    """Number, title with what was seen, and all that a card would say about what to do."""
    first, w = findings[0], m.wording
    numbers = Prose(w.numbers(findings), m.paper.note.inked(m.paper.ink), m.faces)
    told: list[Block] = [m.cell(w.title(first), bold=True, small=True), *_saw(m, findings, SAID // 2, small=True)]
    told.append(m.cell(_placed(m, findings, numbered=False), quiet=True, small=True))
    repair = _repair(m, findings)
    said = [w.risk(first), *w.fix(first), w.confirm(first)]
    advice: list[Block] = [m.cell(line, small=True) for line in dict.fromkeys(said) if line]
    advice += [*_to_copy(m, findings, repair), *_proofs(m, repair.proof)]
    return [numbers, Stack(told), Stack(advice or [m.cell(code, small=True, quiet=True)])]


def _placed(m: ReportContext, findings: list[Finding], *, numbered: bool = True) -> str:
    """The card's second line: numbers, control, how sure it is, the subjects, the measurements."""
    w, first = m.wording, findings[0]
    parts = [w.numbers(findings)] if numbered else []
    parts += [m.control(first.control), m.say("t4.confidence", word=_confidence(m, first))]
    subjects = w.subjects(findings, SUBJECTS)
    if subjects:
        parts.append(m.say("t4.subject", subjects=subjects))
    numbers = evidence_numbers(m, findings)
    if numbers:
        parts.append(m.say("t4.evidence", numbers=w.listed(numbers[:6])))
    return "　".join(parts)


def _saw(m: ReportContext, findings: list[Finding], most: int, *, small: bool = False) -> list[Block]:
    said = [text for text in dict.fromkeys(m.wording.saw(finding) for finding in findings) if text]
    if len(said) > most:
        said[most:] = [m.say("t4.more_saw", count=len(said) - most)]
    return [m.cell(text, small=True) if small else _text(m, text) for text in said]


def _text(m: ReportContext, text: str) -> Block:
    """Running text of a card."""
    return Prose(text, m.paper.card, m.faces)


def _repair(m: ReportContext, findings: list[Finding]) -> Repair:
    """What the findings of one card need, each piece once."""
    whole = Repair.joined(m.repair(finding) for finding in findings)
    return msgspec.structs.replace(whole, snippets=whole.snippets[:SNIPPETS], proof=whole.proof[:SNIPPETS])


def _to_copy(m: ReportContext, findings: list[Finding], repair: Repair) -> list[Block]:
    """What comes first, each piece under what it is and where it belongs, what may break, the way back, the letter."""
    blocks = _part(m, repair, "before")
    for snippet in repair.snippets:
        blocks += _snippet(m, snippet)
    if len(repair.snippets) == SNIPPETS:
        blocks += _lines(m, [m.say("t4.more_to_copy", count=SNIPPETS)])
    for part in ("after", "risks", "back"):
        blocks += _part(m, repair, part)
    request = letter(m.wording, findings, repair, m.assessment)
    if request:
        blocks += [_caption(m, m.wording.texts("repairs.letter_heading")), *_lines(m, request.strip().split("\n"))]
    return blocks


def _part(m: ReportContext, repair: Repair, part: str) -> list[Block]:
    t = m.wording.texts
    said = part_words(t, repair, part)
    return _lines(m, [t("repairs.place", kind=t(f"repairs.{part}"), place=said[0]), *said[1:]]) if said else []


def _lines(m: ReportContext, lines: Iterable[str]) -> list[Block]:
    return [m.cell(line, small=True) for line in lines if line]


def _snippet(m: ReportContext, snippet: Snippet) -> list[Block]:
    """The old text above the new one."""
    t = m.wording.texts
    blocks: list[Block] = [_caption(m, snippet_title(t, snippet))]
    if snippet.note is not None:
        blocks += _lines(m, [note_words(t, snippet.note)])
    shown = [("current", snippet.current), ("wanted", snippet.content)] if snippet.current else [("", snippet.content)]
    for word, content in shown:
        if not content:
            continue
        if word:
            blocks.append(_caption(m, t(f"repairs.{word}" if snippet.content else "repairs.delete")))
        blocks.append(Verbatim(_verbatim(content), m.paper, ground=m.paper.wash))
    return blocks


def _verbatim(content: str) -> str:
    return "\n".join(sanitize(line, CONTENT) for line in content.rstrip("\n").split("\n"))


def _proofs(m: ReportContext, proofs: Iterable[Proof]) -> list[Block]:
    """Each command with what it prints."""
    blocks: list[Block] = []
    for proof in proofs:
        if not blocks:
            blocks.append(_caption(m, m.wording.texts("repairs.proof")))
        blocks.append(Verbatim(_verbatim(proof.command), m.paper, ground=m.paper.wash))
        blocks += _lines(m, ["　".join(proof_words(m.wording.texts, proof))])
    return blocks


def _caption(m: ReportContext, title: str) -> Prose:
    caption = m.cell(title, small=True, quiet=True)
    caption.keep_next = True
    return caption


def _work(m: ReportContext, action: Action) -> str:
    w = m.wording
    return m.say(
        "t4.work_line",
        owner=w.owner(action),
        effort=w.word("effort", action.work.effort),
        cost=w.cost(action),
        due=w.due(action),
    )


def _confidence(m: ReportContext, finding: Finding) -> str:
    if finding.basis is Basis.ANSWERED and finding.confidence is not None:
        return m.wording.word("confidence", finding.confidence)
    return m.wording.word("basis", finding.basis)
