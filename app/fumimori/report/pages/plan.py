"""Page 2 and on: the plan by due date with room for names and days, then who is asked for how much and when."""

from fumimori.assess.plan import totals
from fumimori.grammar.brand_profile import SEAL_MOST
from fumimori.model import Action
from fumimori.model.brand import SEALS_MOST
from fumimori.report.blocks import Block, Columns, Gap, Prose, Stack
from fumimori.report.context import ReportContext
from fumimori.report.figures import CountBar
from fumimori.report.glossary import Glossary
from fumimori.report.grid import Cell, Grid
from fumimori.report.page_style import MM
from fumimori.report.pages.controls import good
from fumimori.report.pages.limits import what, who
from fumimori.report.paging import Part
from fumimori.report.plan_lines import Line, number_width, outlook, plan_lines
from fumimori.report.shapes import SealBoxes, TickBoxes
from fumimori.wording.work import outlook_words, points_words, total_time

ROWS = 14
"""Lines on the first page at most."""
ASKED = 14
"""Open points that the page names while there is no action."""
KEPT = 16
"""Good points that the page names while there is no action."""
BLOCKS = ((7, "days_7"), (30, "days_30"), (90, "days_90"), (None, "renewal_heading"))


def plan(m: ReportContext, glossary: Glossary) -> list[Part]:
    """The plan with boxes for seals on one page, and what it does not hold on the pages after it."""
    lines = plan_lines(m)
    rows = [_row(m, line) for line in lines]
    kept = _that_fit(m, glossary, lines, rows)
    name = m.say("part.management")
    page = _page(m, glossary, lines, rows, kept)
    more = [*_rest(m, rows[kept:]), *_demand(m)]
    whole = [*page, Gap(6), *more]
    if sum(block.height(m.paper.width) for block in whole) <= m.paper.height:
        return [Part(name=name, blocks=tuple(whole))]
    glossary.learn(page)
    rest = [*more, *glossary.foot(more)]
    if sum(block.height(m.paper.width) for block in rest) > m.paper.height:
        # Of several pages the terms are explained where the first begins.
        rest = [*glossary.explained(more), Gap(2), *more]
    return [Part(name=name, blocks=tuple(page)), Part(name=name, blocks=tuple(rest))]


def _that_fit(m: ReportContext, glossary: Glossary, lines: list[Line], rows: list[list[Cell]]) -> int:
    """How many lines the first page holds."""
    low, high = 0, min(ROWS, len(lines))
    while low < high:
        middle = (low + high + 1) // 2
        blocks = _page(m, glossary, lines, rows, middle)
        if sum(block.height(m.paper.width) for block in blocks) <= m.paper.height:
            low = middle
        else:
            high = middle - 1
    return low


def _page(m: ReportContext, glossary: Glossary, lines: list[Line], rows: list[list[Cell]], kept: int) -> list[Block]:
    """The page with the first `kept` lines."""
    left_out = sum(len(line.actions) for line in lines[kept:])
    intro = "intro" if m.result.actions else "nothing" if m.result.grade.letter else "unknown"
    blocks: list[Block] = [m.heading("plan.heading", 1), m.prose(m.say(f"plan.{intro}"), m.paper.table), Gap(3)]
    for days, word in BLOCKS:
        mine = [row for line, row in zip(lines[:kept], rows, strict=False) if _block(m, line.actions[0]) == days]
        if not mine:
            continue
        blocks += [m.heading(f"plan.{word}", small=True), m.grid(_widths(m), "plan.heads", mine, padding=0.5), Gap(3)]
    if not m.result.actions:
        blocks += [*_to_find_out(m), *_to_keep(m)]
    if left_out:
        blocks += [m.note(m.say("plan.left_out", count=left_out)), Gap(2)]
    blocks.append(_foot(m))
    return [*blocks, *glossary.foot(blocks)]


def _to_find_out(m: ReportContext) -> list[Block]:
    """While there is no action: what to ask whom, so that the page is of use anyway."""
    points = sorted(m.result.open_points, key=lambda point: -point.severity)[:ASKED]
    rows: list[list[Cell]] = [[what(m, p), who(m, p), TickBoxes([""], m.paper, small=True)] for p in points]
    if not rows:
        return []
    return [m.heading("summary.ask", small=True), m.grid([98, 54, 13], "plan.ask_heads", rows, padding=0.8), Gap(3)]


def _to_keep(m: ReportContext) -> list[Block]:
    """While nothing is to be done: what is good and has to stay so, and when to look again before the next time."""
    rows: list[list[Cell]] = [[title, TickBoxes([""], m.paper, small=True)] for title in good(m)[:KEPT]]
    if not rows or m.result.grade.letter is None:
        return []
    table = m.grid([131, 34], "plan.keep_heads", rows, padding=0.8)
    return [m.heading("plan.keep", small=True), table, Gap(3), m.prose(m.say("plan.sooner"), m.paper.table), Gap(3)]


def _block(m: ReportContext, action: Action) -> int | None:
    days = None if action.due is None else (action.due - m.issued.date()).days
    return next((limit for limit, _ in BLOCKS if limit is not None and days is not None and days <= limit), None)


def _row(m: ReportContext, line: Line) -> list[Cell]:
    action = line.actions[0]
    done = bool(action.entry and action.entry.done)
    tick: Block = m.cell(m.say("plan.done"), small=True) if done else TickBoxes([""], m.paper, small=True)
    what: list[Block] = [m.cell(line.said, small=True)]
    if m.wording.late(action):
        what.append(m.cell(m.wording.late(action), bold=True, small=True))
    if action.entry and action.entry.note:
        what.append(m.cell(m.wording.free(action.entry.note, 160), quiet=True, small=True))
    return [
        m.cell(line.printed, small=True),
        Stack(what),
        m.cell(_shown_by(m, line), small=True),
        m.cell(m.wording.role(action), small=True),
        m.cell(m.wording.named_owner(action), small=True),
        m.cell(m.wording.effort_and_cost(action), small=True),
        m.cell(m.wording.due(action), small=True),
        tick,
    ]


def _widths(m: ReportContext) -> tuple[float, ...]:
    """The columns: numbers of several actions and of more than a hundred findings need more room."""
    number = number_width(plan_lines(m))
    shown = 18 if len(m.result.findings) > 99 else 15
    return number, 71 - number - shown, shown, 22, 15, 25, 18, 14


def _shown_by(m: ReportContext, line: Line) -> str:
    """The numbers of its findings, and what a single action brings."""
    gain = points_words(m.wording.texts, line.actions[0], m.result.grade) if len(line.actions) == 1 else ""
    return " ".join([m.wording.numbers(line.findings, 2) or "－", *([gain] if gain else [])])


def _rest(m: ReportContext, rows: list[list[Cell]]) -> list[Block]:
    """The actions that the first page cannot hold, in the same table."""
    if not rows:
        return []
    return [m.heading("plan.rest"), m.grid(_widths(m), "plan.heads", rows, padding=0.25), Gap(3)]


def _demand(m: ReportContext) -> list[Block]:
    """Owners by deadline: how many open actions, and how much time they ask for."""
    summed = totals(m.result.actions, m.rules)
    if not summed:
        return []
    open_ones = [action for action in m.result.actions if not (action.entry and action.entry.done)]
    most = max(sum(one.work.owner == total.owner for one in open_ones) for total in summed)
    rows: list[list[Cell]] = []
    for total in summed:
        mine = [action for action in open_ones if action.work.owner == total.owner]
        counts = [sum(_block(m, action) == days for action in mine) for days, _ in BLOCKS]
        owner = m.wording.word("owner", total.owner).partition("（")[0]
        bars = [CountBar(f"{count}" if count else "－", count / most, m.paper) for count in counts]
        time = total_time(m.wording.texts, total, m.rules)
        rows.append(
            [m.cell(owner, small=True), *bars, m.cell(f"{total.actions}", small=True), m.cell(time, small=True)]
        )
    heads = ["plan.owner", "plan.days_7", "plan.days_30", "plan.days_90", "plan.renewal_short", "plan.sum", "plan.time"]
    titles = [m.say(head) for head in heads]
    table = Grid([36, 32, 23, 23, 22, 8, 21], rows, m.paper, head=titles, row_heads=True, padding=0.5, right=(5, 6))
    return [Stack([m.heading("plan.demand", small=True), table])]


def _foot(m: ReportContext) -> Block:
    expected = outlook(m)
    kind = "expected" if expected.letter else "expected_withheld"
    score = m.wording.range(expected.score_low, expected.score_high)
    lines: list[Block] = [Prose(m.say("plan.next"), m.paper.table, m.faces)]
    if m.result.actions:
        way = outlook_words(m.wording.texts, m.result.actions, m.result.grade)
        told = [m.say(f"plan.{kind}", letter=expected.letter or "", score=score), *([way] if way else [])]
        lines[:0] = [*(m.prose(text, m.paper.table) for text in told), Gap(2)]
    chosen = m.assessment.brand.seals
    usual = m.wording.texts.lines("report.plan.seals")
    titles = usual if chosen is None else [m.wording.free(title, SEAL_MOST) for title in chosen[:SEALS_MOST]]
    if not titles:
        return Stack(lines)
    beside = 22 * max(len(titles), 3) + 3
    return Columns([((161 - beside) * MM, Stack(lines)), (beside * MM, SealBoxes(titles, m.paper))])
