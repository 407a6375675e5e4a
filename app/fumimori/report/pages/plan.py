"""Page 2: the plan in four blocks by due date, with boxes to tick and boxes for seals."""

from fumimori.assess.plan import totals
from fumimori.grammar.brand_profile import SEAL_MOST
from fumimori.model import Action
from fumimori.model.brand import SEALS_MOST
from fumimori.report.blocks import Block, Columns, Gap, Prose, Stack
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell, Grid
from fumimori.report.page_style import MM
from fumimori.report.pages.limits import what, who
from fumimori.report.paging import Part
from fumimori.report.shapes import SealBoxes, TickBoxes
from fumimori.wording.work import outlook_words, points_words, totals_words

WIDTHS = (7, 56, 18, 26, 26, 19, 13)
ASKED = 14
"""Open points that the page names while there is no action."""
BLOCKS = ((7, "days_7"), (30, "days_30"), (90, "days_90"), (None, "renewal_heading"))


def plan(m: ReportContext) -> Part:
    """The plan on one page; the annex holds the whole when it does not fit, and the page says so."""
    kept = shown(m)
    blocks = _page(m, kept, left_out=len(m.result.actions) - len(kept))
    return Part(name=m.say("part.management"), blocks=tuple(blocks))


def shown(m: ReportContext) -> list[Action]:
    """The first actions, as many as the page holds."""
    actions = list(m.result.actions)
    low, high = 0, len(actions)
    while low < high:
        middle = (low + high + 1) // 2
        blocks = _page(m, actions[:middle], left_out=len(actions) - middle)
        if sum(block.height(m.paper.width) for block in blocks) <= m.paper.height:
            low = middle
        else:
            high = middle - 1
    return actions[:low]


def _page(m: ReportContext, actions: list[Action], left_out: int) -> list[Block]:
    rows = {id(action): _row(m, number, action) for number, action in enumerate(actions, start=1)}
    intro = "intro" if m.result.actions else "nothing" if m.result.grade.letter else "unknown"
    blocks: list[Block] = [m.heading("plan.heading", 1), m.prose(m.say(f"plan.{intro}"), m.paper.table), Gap(3)]
    for days, word in BLOCKS:
        mine = [action for action in actions if _block(m, action) == days]
        if not mine:
            continue
        blocks += [
            m.heading(f"plan.{word}", small=True),
            Grid(
                WIDTHS,
                [rows[id(action)] for action in mine],
                m.paper,
                head=m.wording.texts.lines("report.plan.heads"),
                padding=0.8,
            ),
            Gap(3.5),
        ]
    if not m.result.actions:
        blocks += _to_find_out(m)
    summed = totals_words(m.wording.texts, totals(m.result.actions, m.rules), m.rules)
    if summed:
        blocks += [m.note(summed), Gap(2)]
    if left_out:
        blocks += [m.note(m.say("plan.left_out", count=left_out)), Gap(2)]
    return [*blocks, _foot(m)]


def _to_find_out(m: ReportContext) -> list[Block]:
    """While there is no action: what to ask whom, so that the page is of use all the same."""
    points = sorted(m.result.open_points, key=lambda point: -point.severity)[:ASKED]
    rows: list[list[Cell]] = [[what(m, p), who(m, p), TickBoxes([""], m.paper, small=True)] for p in points]
    if not rows:
        return []
    return [m.heading("summary.ask", small=True), m.grid([98, 54, 13], "plan.ask_heads", rows, padding=0.8), Gap(3)]


def _block(m: ReportContext, action: Action) -> int | None:
    days = None if action.due is None else (action.due - m.issued.date()).days
    return next((limit for limit, _ in BLOCKS if limit is not None and days is not None and days <= limit), None)


def _row(m: ReportContext, number: int, action: Action) -> list[Cell]:
    done = bool(action.entry and action.entry.done)
    tick: Block = m.cell(m.say("plan.done"), small=True) if done else TickBoxes([""], m.paper, small=True)
    what: list[Block] = [m.cell(m.wording.action(action), small=True)]
    if m.wording.late(action):
        what.append(m.cell(m.wording.late(action), bold=True, small=True))
    if action.entry and action.entry.note:
        what.append(m.cell(m.wording.free(action.entry.note, 160), quiet=True, small=True))
    return [
        m.cell(f"{number}", small=True),
        Stack(what),
        Stack([m.cell(text, small=True) for text in _shown_by(m, action)]),
        m.cell(m.wording.owner(action, short=True), small=True),
        m.cell(m.wording.effort_and_cost(action), small=True),
        m.cell(m.wording.due(action), small=True),
        tick,
    ]


def _shown_by(m: ReportContext, action: Action) -> list[str]:
    """The numbers of its findings, and what the action brings."""
    gain = points_words(m.wording.texts, action, m.result.grade)
    return [m.wording.numbers(action.findings, 2) or "－", *([gain] if gain else [])]


def rest_of_plan(m: ReportContext) -> list[Block]:
    """The actions that the management part cannot hold, for the annex."""
    first = len(shown(m))
    rows = [_row(m, number, action) for number, action in enumerate(m.result.actions, start=1)][first:]
    if not rows:
        return []
    return [m.heading("plan.rest", 3), m.grid(WIDTHS, "plan.heads", rows, padding=0.6), Gap(5)]


def _foot(m: ReportContext) -> Block:
    expected = m.result.expected
    letter = expected.letter or m.wording.word("grade", "withheld")
    score = m.wording.range(expected.score_low, expected.score_high)
    lines: list[Block] = [Prose(m.say("plan.next"), m.paper.table, m.faces)]
    if m.result.actions:
        way = outlook_words(m.wording.texts, m.result.actions, m.result.grade)
        told = [m.say("plan.expected", letter=letter, score=score), *([way] if way else [])]
        lines[:0] = [*(m.prose(text, m.paper.table) for text in told), Gap(2)]
    chosen = m.assessment.brand.seals
    usual = m.wording.texts.lines("report.plan.seals")
    titles = usual if chosen is None else [m.wording.free(title, SEAL_MOST) for title in chosen[:SEALS_MOST]]
    if not titles:
        return Stack(lines)
    beside = 22 * max(len(titles), 3) + 3
    return Columns([((161 - beside) * MM, Stack(lines)), (beside * MM, SealBoxes(titles, m.paper))])
