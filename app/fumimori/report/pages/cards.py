"""T4: a card for each cause, rows for what is only worth knowing, and what is in order."""

from collections.abc import Iterable, Sequence

import msgspec

from fumimori.assess.evidence import evidence_of, question_of
from fumimori.model import Action, Basis, Finding, Outcome, Proof, Repair, Snippet
from fumimori.report.blocks import Again, Block, Columns, Gap, Hairline, Prose, Stack
from fumimori.report.canvas import Run
from fumimori.report.code_block import Verbatim
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell, Grid
from fumimori.report.numbering import Card, card_key, facts_of
from fumimori.report.page_style import MM
from fumimori.report.shapes import ChipSign
from fumimori.report.steps import Steps
from fumimori.texts import sanitize
from fumimori.wording.repairs import letter, note_words, part_words, proof_words, snippet_title

SUBJECTS = 12
"""Hosts that a card names for each kind of finding."""
GOOD = 24
"""Hosts named for each good point."""
SAID = 6
"""Different facts of one kind that a card states; the attached findings.csv states them all."""
SNIPPETS = 60
"""Pieces to copy that a card holds; the attached findings.csv holds all."""
WASTE = 24
"""Millimetres of empty page above which a card is rather parted."""
CONTENT = 4000
"""Characters of one line to copy."""
LABEL = 13
"""Millimetres of a card's left column."""

Printed = dict[tuple[object, ...], int]
"""By all that is to be done: the number of the action whose card says it already."""


def cards(m: ReportContext) -> list[Block]:
    """What was seen and where, why it matters, how to repair the cause, what to copy, how to prove it."""
    blocks: list[Block] = [m.heading("t4.heading"), m.note(m.say("t4.intro"), keep_next=True), Gap(1)]
    if not m.cards:
        blocks.append(m.prose(m.say("none"), m.paper.table))
    printed: Printed = {}
    for card in m.cards:
        blocks += [_card(m, card, printed), Gap(2.5)]
    return [*blocks, Gap(1)]


def facts(m: ReportContext) -> list[Block]:
    """What is worth knowing without being a fault, a row for each kind."""
    found = facts_of(m.result)
    if not found:
        return []
    table = Grid(
        [19, 146],
        [_fact(m, findings) for findings in found],
        m.paper,
        head=m.wording.texts.lines("report.t4.fact_heads"),
        padding=0.55,
        small=True,
        keys=[card_key(findings) for findings in found],
        part_rows=True,
    )
    more = any(not m.repair(finding).empty for findings in found for finding in findings)
    intro: list[Block] = [m.note(m.say("t4.facts_intro"), keep_next=True), Gap(1)] if more else []
    return [m.heading("t4.facts", 3), *intro, table, Gap(4)]


def good_points(m: ReportContext) -> list[Block]:
    """What was measured and found in order, a row for each kind."""
    found: dict[str, list[Outcome]] = {}
    for outcome in m.result.good:
        found.setdefault(m.wording.title(outcome), []).append(outcome)
    rows: list[list[Cell]] = [[title, m.wording.subjects(outcomes, GOOD)] for title, outcomes in found.items()]
    return [m.heading("t4.good", 3), m.list_or_none([82, 83], "t4.good_heads", rows), Gap(6)]


# --- a card ---


def _card(m: ReportContext, card: Card, printed: Printed) -> Block:
    """One card; `printed` are the repairs of the cards before, and this one's from now on."""
    w, first = m.wording, card.findings[0]
    chip = m.severity(first.severity)
    signs: list[tuple[float, Block]] = [(chip.natural_width(), chip)]
    if first.dispute is not None:
        state = ChipSign("not_applicable", w.word("dispute", first.dispute.kind), m.paper)
        signs.append((state.natural_width(), state))
    room = m.paper.width - sum(width + 3 * MM for width, _ in signs)
    title = w.title(first)
    if card.action is not None:
        title = m.say("t4.title", number=card.number, action=w.action(card.action))
    signs.append((room, m.heading("", 3, text=title, outline=f"{title} {w.bracketed(w.numbers(card.findings))}")))
    below = [m.cell(_work(m, card.action), small=True)] if card.action is not None else []
    heading: list[Block] = [
        Hairline(m.paper.accent, width=0.9, millimetres=2.5),
        Columns(signs, gap=3 * MM),
        *below,
        Gap(0.8),
    ]
    for block in heading:
        block.keep_next = True
    repair = _repair(m, card.findings)
    seen: Cell = Stack([_seen(m, findings) for findings in card.kinds], together=False, gap=1)
    risks = _each(w.risk(findings[0]) for findings in card.kinds)
    earlier = _told_by(m, card, repair, printed)
    rows: list[tuple[str, Cell]] = [(m.say("t4.saw"), seen)]
    if earlier:
        where = w.subjects(card.findings, SUBJECTS)
        rows += _row(m, "fix", [_text(m, m.say("t4.as_in", number=earlier, subjects=where))])
        rows += _row(m, "confirm", _proofs(m, repair.proof))
    else:
        rows += _row(m, "why", [_text(m, risk) for risk in risks])
        rows += _row(m, "fix", [*_steps(m, card), *_to_copy(m, card.findings, repair)])
        rows += _row(m, "confirm", [*_confirmed(m, card), *_proofs(m, repair.proof)])
    return Stack(
        [
            *heading,
            Grid([LABEL, 165 - LABEL], rows, m.paper, row_heads=True, padding=0.5, small=True, part_rows=True),
        ],
        cut_from=WASTE,
        again=Again(m.say("t4.again", title=title), m.paper.note.bold(), m.faces),
    )


def _row(m: ReportContext, name: str, blocks: list[Block]) -> list[tuple[str, Cell]]:
    return [(m.say(f"t4.{name}"), Stack(blocks, together=False, gap=0.6))] if blocks else []


def _each(texts: Iterable[str]) -> list[str]:
    """Every text once."""
    return [text for text in dict.fromkeys(texts) if text]


def _seen(m: ReportContext, findings: Sequence[Finding]) -> Block:
    """Numbers and title of one kind of finding, where it is and how it is known, and what was seen."""
    head = m.paper.card.bold()
    runs: list[Run] = [
        (f"{m.wording.numbers(findings, most=len(findings))}　{m.wording.title(findings[0])}　", head),
        (_placed(m, findings), m.paper.note),
    ]
    title = Prose(runs, m.paper.card, m.faces, keep_next=True)
    return Stack([title, *[_text(m, text) for text in _said(m, findings)]], key=card_key(findings))


def _placed(m: ReportContext, findings: Sequence[Finding]) -> str:
    """Severity, control, how sure it is, the subjects, and the numbers of what it rests on."""
    w, first = m.wording, findings[0]
    parts = [w.word("severity", first.severity.word), first.control.printed]
    parts.append(m.say("t4.confidence", word=_confidence(m, first)))
    subjects = w.subjects(findings, SUBJECTS)
    if subjects:
        parts.append(m.say("t4.subject", subjects=subjects))
    rests = [m.measurements(findings)] if first.basis is not Basis.ANSWERED or first.joins else []
    question = w.questions.get(question_of(first.code, m.rules))
    if question is not None:
        rests.append(question.printed)
    shown = [question.id] if question is not None else []
    shown += [f"{one.code} {one.subject}".rstrip() for one in findings]
    rests += [one.printed for subject in shown for one in evidence_of(m.assessment, subject)]
    rests = _each(rests)
    if rests:
        parts.append(m.say("t4.evidence", numbers=w.listed(rests)))
    return "　".join(parts)


def _said(m: ReportContext, findings: Sequence[Finding]) -> list[str]:
    """What was seen; the same fact of other places in one line with their names."""
    alike: dict[str, dict[str, list[Finding]]] = {}
    for finding in findings:
        text = _saw(m, finding)
        alike.setdefault(_shape(text, finding), {}).setdefault(text, []).append(finding)
    lines: list[str] = []
    for texts in alike.values():
        first, *others = [text for text in texts if text] or [""]
        rest = [finding for text in others for finding in texts[text]]
        if rest:
            first = m.say("t4.same", saw=first, subjects=m.wording.subjects(rest, SUBJECTS))
        if first:
            lines.append(first)
    return [*lines[:SAID], *([m.say("t4.more_saw", count=len(lines) - SAID)] if len(lines) > SAID else [])]


def _saw(m: ReportContext, finding: Finding) -> str:
    """What was measured; of an answer the question's label, as T5 holds the question itself."""
    name, _, option = finding.code.rpartition(".")
    question = m.wording.questions.get(name)
    if question is None or finding.joins:
        return m.wording.saw(finding)
    label = m.wording.texts(f"controls.{question.id}.label")
    return m.say("t4.answered", label=label, answer=m.wording.option(question, option).rstrip("。."))


def _shape(text: str, finding: Finding) -> str:
    """`text` without the place that it names, so that the same fact of two places is the same."""
    host, _, port = finding.subject.rpartition(":")
    named = [str(value) for key, value in finding.values if key in ("host", "port")]
    for name in (finding.subject, host, port, *named):
        if name:
            text = text.replace(name, "\0")
    return text


def _told_by(m: ReportContext, card: Card, repair: Repair, printed: Printed) -> int:
    """The number of an earlier action whose card says all that this one would of another place, word for word; or 0.

    The commands that prove it name their place and are no part of it.
    """
    w, firsts = m.wording, [findings[0] for findings in card.kinds]
    words = tuple((one.code, w.risk(one), w.fix(one), w.confirm(one)) for one in firsts)
    earlier = printed.setdefault((words, msgspec.structs.replace(repair, proof=())), card.number)
    return earlier if earlier != card.number and repair.ask is None and card.findings[0].subject else 0


def _steps(m: ReportContext, card: Card) -> list[Block]:
    """The numbered steps, those of each kind below its numbers; a step that stands already is not said again."""
    blocks: list[Block] = []
    for numbers, steps in m.wording.steps(card.findings):
        if len(card.kinds) > 1:
            blocks.append(_caption(m, numbers))
        blocks.append(Steps(steps, m.paper.card, m.paper))
    return blocks


def _confirmed(m: ReportContext, card: Card) -> list[Block]:
    """What shows that it is done, a paragraph for each kind."""
    told = m.wording.confirmations(card.findings)
    if len(told) == 1:
        return [_text(m, text) for _, text in told]
    return [
        Prose([(f"{numbers}　", m.paper.note), (text, m.paper.card)], m.paper.card, m.faces) for numbers, text in told
    ]


def _work(m: ReportContext, action: Action) -> str:
    w = m.wording
    return m.say(
        "t4.work_line",
        owner=w.owner(action),
        effort=w.word("effort", action.work.effort),
        cost=w.cost(action),
        due=w.due(action),
    )


# --- what is worth knowing ---


def _fact(m: ReportContext, findings: Sequence[Finding]) -> list[Cell]:
    """Numbers; title, what was seen, and all that a card would say about what it means and what can be done."""
    w, first = m.wording, findings[0]
    small = m.paper.note.inked(m.paper.ink)
    told: list[Run] = [(f"{w.title(first)}　", small.bold()), (_placed(m, findings), m.paper.note)]
    repair = _repair(m, findings)
    said = " ".join(_each([*_said(m, findings), w.risk(first), *w.fix(first), w.confirm(first)]))
    blocks: list[Block] = [Prose(told, small, m.faces, keep_next=True), *([m.cell(said, small=True)] if said else [])]
    if not repair.empty:
        place = m.say("t4.to_copy", numbers=w.numbers(findings, most=len(findings)))
        blocks.append(m.cell(place, small=True, quiet=True))
    numbers = Prose(w.numbers(findings, most=len(findings)), small, m.faces)
    return [numbers, Stack(blocks, together=False)]


# --- what is to be copied ---


def _text(m: ReportContext, text: str) -> Block:
    """Running text of a card."""
    return Prose(text, m.paper.card, m.faces)


def _repair(m: ReportContext, findings: Iterable[Finding]) -> Repair:
    """What the findings of one card need, each piece once."""
    whole = Repair.joined(m.repair(finding) for finding in findings)
    return msgspec.structs.replace(whole, snippets=whole.snippets[:SNIPPETS], proof=whole.proof[:SNIPPETS])


def _to_copy(m: ReportContext, findings: Sequence[Finding], repair: Repair) -> list[Block]:
    """What comes first, each piece under what it is and where it belongs, what may break, the way back, the letter."""
    blocks = _part(m, repair, "before")
    caption = ""
    for snippet in repair.snippets:
        title = snippet_title(m.wording.texts, snippet)
        blocks += _snippet(m, snippet, "" if title == caption else title)
        caption = title
    if len(repair.snippets) == SNIPPETS:
        blocks += _lines(m, [m.say("t4.more_to_copy", count=SNIPPETS)])
    for part in ("after", "risks", "back"):
        blocks += _part(m, repair, part)
    return [*blocks, *_letter(m, findings)]


def _letter(m: ReportContext, findings: Sequence[Finding]) -> list[Block]:
    """The letter with all that only a provider or owner can change."""
    asks = {finding: ask for finding in findings if (ask := m.repair(finding).ask) is not None}
    if not asks:
        return []
    request = letter(m.wording, list(asks), tuple(dict.fromkeys(asks.values())), m.assessment)
    return [_caption(m, m.wording.texts("repairs.letter_heading")), *_lines(m, request.strip().split("\n"))]


def _part(m: ReportContext, repair: Repair, part: str) -> list[Block]:
    t = m.wording.texts
    said = part_words(t, repair, part)
    return _lines(m, [t("repairs.place", kind=t(f"repairs.{part}"), place=said[0]), *said[1:]]) if said else []


def _lines(m: ReportContext, lines: Iterable[str]) -> list[Block]:
    return [m.cell(line, small=True) for line in lines if line]


def _snippet(m: ReportContext, snippet: Snippet, title: str) -> list[Block]:
    """The old text above the new one, below what it is."""
    t = m.wording.texts
    blocks: list[Block] = [_caption(m, title)] if title else []
    if snippet.note is not None:
        note = m.cell(note_words(t, snippet.note), small=True)
        note.keep_next = True
        blocks.append(note)
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
    """The commands with what they print; those that print the same stand together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for proof in proofs:
        alike.setdefault(proof_words(m.wording.texts, proof), []).append(_verbatim(proof.command))
    blocks: list[Block] = []
    for words, commands in alike.items():
        if not blocks:
            blocks.append(_caption(m, m.wording.texts("repairs.proof")))
        blocks.append(Verbatim("\n".join(commands), m.paper, ground=m.paper.wash))
        blocks += _lines(m, ["　".join(words)])
    return blocks


def _caption(m: ReportContext, title: str) -> Prose:
    caption = m.cell(title, small=True, quiet=True)
    caption.keep_next = True
    return caption


def _confidence(m: ReportContext, finding: Finding) -> str:
    if finding.basis is Basis.ANSWERED and finding.confidence is not None:
        return m.wording.word("confidence", finding.confidence)
    return m.wording.word("basis", finding.basis)
