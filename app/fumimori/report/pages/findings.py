"""T3 the list of findings, T4 a card for each kind of finding, T9 accepted risks, T10 where the rules come from."""

from fumimori.core.model import Action, Basis, Finding
from fumimori.report.blocks import Beside, Block, Gap, Hairline, Prose, Stack, Steps
from fumimori.report.grid import Cell, Grid
from fumimori.report.manuscript import Manuscript
from fumimori.report.pages.measurements import evidence_numbers
from fumimori.report.shapes import ChipSign
from fumimori.report.stationery import MM

OUR_JUDGEMENT = "our judgement"
"""How the rules write that a severity rests on no paper."""
SUBJECTS = 12
"""A card names this many subjects in full; T3 names them all."""


def finding_list(m: Manuscript) -> list[Block]:
    """T3: every finding in one line, with a link to its card."""
    actions = _by_finding(m)
    rows: list[list[Cell]] = []
    for finding in m.result.findings:
        action = actions.get((finding.code, finding.subject))
        title: list[Block] = [
            Prose(m.wording.title(finding), m.paper.table, m.faces, link=_key(finding.code)),
        ]
        if finding.subject:
            title.append(m.cell(m.wording.free(finding.subject, 100), small=True, quiet=True))
        rows.append(
            [
                m.cell(m.wording.number(finding), small=True),
                m.severity(finding.severity),
                Stack(title),
                m.cell(m.wording.word("basis", finding.basis), small=True),
                m.cell(m.wording.owner(action) if action else "－", small=True),
                m.cell(m.wording.due(action) if action else "－", small=True),
            ]
        )
    return [m.heading("t3.heading"), m.table_or_none([13, 29, 61, 20, 23, 19], "t3.heads", rows), Gap(6)]


def cards(m: Manuscript) -> list[Block]:
    """T4: what was seen, why it matters, how to put it right, how to prove it."""
    actions = _by_finding(m)
    kinds: dict[str, list[Finding]] = {}
    for finding in m.result.findings:
        kinds.setdefault(finding.code, []).append(finding)
    blocks: list[Block] = [m.heading("t4.heading"), m.note(m.say("t4.intro"), keep_next=True), Gap(2)]
    if not kinds:
        blocks.append(m.prose(m.say("none"), m.paper.table))
    for code, findings in kinds.items():
        action = actions.get((findings[0].code, findings[0].subject))
        blocks += [_card(m, code, findings, action), Gap(5)]
    return [*blocks, Gap(2)]


def _card(m: Manuscript, code: str, findings: list[Finding], action: Action | None) -> Block:
    first, w = findings[0], m.wording
    chip = m.severity(first.severity)
    state = ChipSign("not_met", m.say("t4.open"), m.paper)
    if first.accepted is not None:
        state = ChipSign("not_applicable", m.say("t4.accepted"), m.paper)
    head = Beside(
        [
            (chip.natural_width(), chip),
            *([(state.natural_width(), state)] if first.accepted is not None else []),
            (135 * MM, m.cell(_placed(m, findings), quiet=True)),
        ],
        gap=3 * MM,
    )
    rows: list[tuple[str, Cell]] = []
    subjects = [w.free(finding.subject, 100) for finding in findings if finding.subject]
    if subjects:
        more = m.say("t4.more", count=len(subjects) - SUBJECTS) if len(subjects) > SUBJECTS else ""
        rows.append((m.say("t4.subject"), w.listed(subjects[:SUBJECTS]) + more))
    rows.append((m.say("t4.saw"), _saw(m, findings)))
    if w.risk(first):
        rows.append((m.say("t4.why"), w.risk(first)))
    if w.fix(first):
        rows.append((m.say("t4.fix"), Steps(w.fix(first), m.paper.table, m.paper)))
    if action is not None:
        rows.append((m.say("t4.work"), _work(m, action)))
    if w.confirm(first):
        rows.append((m.say("t4.confirm"), w.confirm(first)))
    return Stack(
        [
            Hairline(m.paper.accent, width=0.9, millimetres=2.5),
            m.heading(_key(code), 3, text=w.title(first)),
            head,
            Gap(1.5),
            Grid([27, 138], rows, m.paper, row_heads=True, padding=0.9),
        ]
    )


def _placed(m: Manuscript, findings: list[Finding]) -> str:
    """The card's second line: numbers, control, how sure it is."""
    sure = m.say("t4.confidence", word=_confidence(m, findings[0]))
    return f"{m.wording.numbers(findings)}　{m.control(findings[0].control)}　{sure}"


def _saw(m: Manuscript, findings: list[Finding]) -> Block:
    said = list(dict.fromkeys(m.wording.saw(finding) for finding in findings))
    lines: list[Block] = [m.cell(text) for text in said[:SUBJECTS] if text]
    numbers = evidence_numbers(m, findings)
    if numbers:
        lines.append(m.cell(m.say("t4.evidence", numbers=m.wording.listed(numbers[:6])), small=True, quiet=True))
    return Stack(lines, gap=0.6)


def _work(m: Manuscript, action: Action) -> str:
    w = m.wording
    return m.say(
        "t4.work_line",
        owner=w.owner(action),
        effort=w.word("effort", action.work.effort),
        cost=w.word("cost", action.work.cost),
        due=w.due(action),
    )


def _confidence(m: Manuscript, finding: Finding) -> str:
    if finding.basis is Basis.ANSWERED and finding.confidence is not None:
        return m.wording.word("confidence", finding.confidence)
    return m.wording.word("basis", finding.basis)


def accepted(m: Manuscript) -> list[Block]:
    """T9: findings that somebody decided to live with."""
    rows: list[list[Cell]] = []
    for finding in m.result.findings:
        risk = finding.accepted
        if risk is not None:
            rows.append(
                [
                    m.wording.number(finding),
                    m.wording.title(finding),
                    m.wording.free(risk.reason, 300),
                    m.wording.free(risk.approver, 60),
                    m.wording.free(risk.until, 20),
                ]
            )
    return [m.heading("t9.heading"), m.table_or_none([14, 50, 52, 27, 22], "t9.heads", rows), Gap(6)]


def sources(m: Manuscript) -> list[Block]:
    """T10: the source and the date of every rule that made a finding."""
    rows: list[list[Cell]] = []
    for code in dict.fromkeys(finding.code for finding in m.result.findings):
        mine = [finding for finding in m.result.findings if finding.code == code]
        rule = m.rules.outcomes.get(code)
        source, date = (rule.source, rule.date) if rule else (m.say("t10.bank"), m.result.bank_version)
        source = m.say("t10.judgement") if source == OUR_JUDGEMENT else source
        rows.append([m.wording.numbers(mine), m.cell(code, small=True), source, date])
    return [
        m.heading("t10.heading"),
        m.note(m.say("t10.law"), keep_next=True),
        Gap(1),
        m.table_or_none([24, 55, 61, 25], "t10.heads", rows),
        Gap(6),
    ]


def _by_finding(m: Manuscript) -> dict[tuple[str, str], Action]:
    return {(f.code, f.subject): action for action in m.result.actions for f in action.findings}


def _key(code: str) -> str:
    return f"card.{code}"
