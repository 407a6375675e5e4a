"""T4: a card for each cause, rows for what is only worth knowing, and what is in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from fumimori.assess.evidence import evidence_of, question_of
from fumimori.model import Action, Basis, Finding, Outcome, Repair, Severity
from fumimori.report.blocks import Again, Block, Columns, Gap, Hairline, Prose, Stack
from fumimori.report.canvas import Run
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell, Grid
from fumimori.report.numbering import Card, card_key, facts_of
from fumimori.report.page_style import MM
from fumimori.report.pages.copying import HERE, caption, proofs, repair_of, request_of, running, to_copy
from fumimori.report.shapes import ChipSign
from fumimori.report.steps import Steps
from fumimori.wording.words import place_of

SUBJECTS = 12
"""Hosts that a card names for each kind of finding."""
GOOD = 24
"""Hosts named for each good point."""
SAID = 6
"""Different facts of one kind that a card states; the attached findings.csv states them all."""
WASTE = 24
"""Millimetres of empty page above which a card is rather parted."""
LABEL = 13
"""Millimetres of a card's left column."""


@dataclass
class Printed:
    """What cards before say already, by all that is to be done: the number of the action, and its place."""

    alike: dict[tuple[object, ...], int] = field(default_factory=dict)
    """Word for word."""
    renamed: dict[tuple[object, ...], tuple[int, str]] = field(default_factory=dict)
    """With another name of the place."""


def cards(m: ReportContext) -> list[Block]:
    """What was seen and where, why it matters, how to repair the cause, what to copy, how to prove it."""
    if not m.cards:
        return [m.heading("t4.heading"), m.prose(m.say("none"), m.paper.table), Gap(4)]
    blocks: list[Block] = [m.heading("t4.heading"), m.note(m.say("t4.intro"), keep_next=True), Gap(1)]
    printed = Printed()
    for card in m.cards:
        blocks += [_card(m, card, printed), Gap(1.5)]
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
    intro = [m.note(m.say("t4.facts_intro"), keep_next=True), Gap(1)]
    return [m.heading("t4.facts", 3), *intro, table, Gap(4)]


def good_points(m: ReportContext) -> list[Block]:
    """What was measured and found in order, a row for all that is about the same places."""
    kinds: dict[str, list[Outcome]] = {}
    for outcome in m.result.good:
        kinds.setdefault(m.wording.title(outcome), []).append(outcome)
    found: dict[str, list[str]] = {}
    for title, outcomes in kinds.items():
        found.setdefault(m.wording.subjects(outcomes, GOOD) or "－", []).append(title)
    sign = m.say("t4.good_sign")
    rows: list[list[Cell]] = [
        [where, m.cell("　".join(f"{sign} {title}" for title in titles), small=True)] for where, titles in found.items()
    ]
    return [m.heading("t4.good", 3), m.list_or_none([74, 91], "t4.good_heads", rows), Gap(6)]


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
        Hairline(m.paper.accent, width=0.9, millimetres=2),
        Columns(signs, gap=3 * MM),
        *below,
        Gap(0.8),
    ]
    for block in heading:
        block.keep_next = True
    repair = repair_of(m, card.findings)
    seen: Cell = Stack([_seen(m, findings) for findings in card.kinds], together=False, gap=1)
    risks = _each(w.risk(findings[0]) for findings in card.kinds)
    earlier, there = _told_by(m, card, repair, printed)
    rows: list[tuple[str, Cell]] = [(m.say("t4.saw"), seen)]
    if there:
        numbers, here = w.numbers(card.findings, most=len(card.findings)), _place(card)
        rows += _row(m, "fix", [running(m, m.say("t4.renamed", number=earlier, there=there, here=here))])
        rows += _row(
            m, "confirm", [running(m, m.say("t4.renamed_copy", numbers=numbers, here=here))] if not repair.empty else []
        )
    elif earlier:
        where = w.subjects(card.findings, SUBJECTS)
        rows += _row(m, "fix", [running(m, m.say("t4.as_in", number=earlier, subjects=where))])
        rows += _row(m, "confirm", proofs(m, repair.proof))
    else:
        rows += _row(m, "why", [running(m, risk) for risk in risks])
        rows += _row(m, "fix", [*_steps(m, card), *to_copy(m, card.findings, repair)])
        rows += _row(m, "confirm", [*_confirmed(m, card), *proofs(m, repair.proof)])
    return Stack(
        [
            *heading,
            Grid([LABEL, 165 - LABEL], rows, m.paper, row_heads=True, padding=0.4, small=True, part_rows=True),
        ],
        cut_from=WASTE,
        again=Again(m.say("t4.again", title=title), m.paper.note.bold(), m.faces),
    )


def _row(m: ReportContext, name: str, blocks: list[Block]) -> list[tuple[str, Cell]]:
    return [(m.say(f"t4.{name}"), Stack(blocks, together=False, gap=0.35))] if blocks else []


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
    return Stack([title, *[running(m, text) for text in _said(m, findings)]], key=card_key(findings))


def _placed(m: ReportContext, findings: Sequence[Finding]) -> str:
    """Severity (of what is a fault), control, how sure it is, the subjects, the numbers of what it rests on."""
    w, first = m.wording, findings[0]
    parts = [w.word("severity", first.severity.word)] if first.severity > Severity.INFO else []
    parts.append(first.control.printed)
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


def _place(card: Card) -> str:
    """The one host or domain that all findings of a card are about; empty where they are about several or none."""
    places = {place_of(finding) for finding in card.findings}
    return places.pop() if len(places) == 1 else ""


def _told_by(m: ReportContext, card: Card, repair: Repair, printed: Printed) -> tuple[int, str]:
    """The number of an earlier action whose card tells all that this one would of another place, or 0.

    Word for word, save that the commands that prove it name their place; or with that place, then named as well, in
    place of this card's own.
    """
    w, firsts, here = m.wording, [findings[0] for findings in card.kinds], _place(card)
    words = tuple((one.code, w.risk(one), w.fix(one), w.confirm(one)) for one in firsts)
    if not card.findings[0].subject:
        return 0, ""
    earlier = printed.alike.setdefault((words, msgspec.structs.replace(repair, proof=())), card.number)
    if earlier != card.number and repair.ask is None:
        return earlier, ""
    if not here:
        return 0, ""
    whole = msgspec.json.encode((words, repair, request_of(m, card.findings))).decode().replace(here, HERE)
    earlier, there = printed.renamed.setdefault((whole,), (card.number, here))
    return (earlier, there) if earlier != card.number and there != here else (0, "")


def _steps(m: ReportContext, card: Card) -> list[Block]:
    """The numbered steps, those of each kind below its numbers; a step that stands already is not said again."""
    blocks: list[Block] = []
    for numbers, steps in m.wording.steps(card.findings):
        if len(card.kinds) > 1:
            blocks.append(caption(m, numbers))
        blocks.append(Steps(steps, m.paper.card, m.paper))
    return blocks


def _confirmed(m: ReportContext, card: Card) -> list[Block]:
    """What shows that it is done, a paragraph for each kind."""
    told = m.wording.confirmations(card.findings)
    if len(told) == 1:
        return [running(m, text) for _, text in told]
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
    """Numbers; title, what was seen, what it means and what can be done."""
    w, first = m.wording, findings[0]
    small = m.paper.note.inked(m.paper.ink)
    told: list[Run] = [(f"{w.title(first)}　", small.bold()), (_placed(m, findings), m.paper.note)]
    said = " ".join(_each([*_said(m, findings), w.risk(first), *w.fix(first)]))
    blocks: list[Block] = [Prose(told, small, m.faces, keep_next=True), *([m.cell(said, small=True)] if said else [])]
    numbers = Prose(w.numbers(findings, most=len(findings)), small, m.faces)
    return [numbers, Stack(blocks, together=False)]


def _confidence(m: ReportContext, finding: Finding) -> str:
    if finding.basis is Basis.ANSWERED and finding.confidence is not None:
        return m.wording.word("confidence", finding.confidence)
    return m.wording.word("basis", finding.basis)
