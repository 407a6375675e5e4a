"""Page 2: the plan in four blocks by due date, with boxes to tick and boxes for seals."""

from fumimori.core.model import Action
from fumimori.report.blocks import Beside, Block, Gap, Prose, Stack
from fumimori.report.grid import Cell, Grid
from fumimori.report.manuscript import Manuscript
from fumimori.report.paging import Part
from fumimori.report.shapes import SealBoxes, TickBoxes
from fumimori.report.stationery import MM

BLOCKS = ((7, "days_7"), (30, "days_30"), (90, "days_90"), (None, "renewal_heading"))


def plan(m: Manuscript) -> Part:
    """The plan on one page; what does not fit stands in the annex, and the page says so."""
    actions = list(m.result.actions)
    rows = {id(action): _row(m, number, action) for number, action in enumerate(actions, start=1)}
    blocks: list[Block] = []
    for kept in range(len(actions), -1, -1):
        blocks = _page(m, actions[:kept], rows, left_out=len(actions) - kept)
        if sum(block.height(m.paper.width) for block in blocks) <= m.paper.height:
            break
    return Part(name=m.say("part.management"), blocks=tuple(blocks))


def _page(m: Manuscript, actions: list[Action], rows: dict[int, list[Cell]], left_out: int) -> list[Block]:
    blocks: list[Block] = [m.heading("plan.heading", 1), m.prose(m.say("plan.intro"), m.paper.table), Gap(3)]
    for days, word in BLOCKS:
        mine = [action for action in actions if _block(action.due_days) == days]
        if not mine:
            continue
        blocks += [
            m.heading(f"plan.{word}", small=True),
            Grid(
                [8, 63, 17, 29, 28, 20],
                [rows[id(action)] for action in mine],
                m.paper,
                head=m.wording.texts.lines("report.plan.heads"),
                padding=0.8,
            ),
            Gap(3.5),
        ]
    if not actions:
        blocks += [m.prose(m.say("none"), m.paper.table), Gap(3)]
    if left_out:
        blocks += [m.note(m.say("plan.left_out", count=left_out)), Gap(2)]
    return [*blocks, _foot(m)]


def _block(days: int | None) -> int | None:
    return next((limit for limit, _ in BLOCKS if limit is not None and days is not None and days <= limit), None)


def _row(m: Manuscript, number: int, action: Action) -> list[Cell]:
    done = bool(action.entry and action.entry.done)
    tick: Block = m.cell(m.say("plan.done")) if done else TickBoxes([m.say("plan.on")], m.paper, small=True)
    what: list[Block] = [m.cell(m.wording.action(action))]
    if action.entry and action.entry.note:
        what.append(m.cell(m.wording.free(action.entry.note, 160), quiet=True, small=True))
    work = f"{m.wording.word('effort', action.work.effort)}\n{m.wording.word('cost', action.work.cost)}"
    numbers = m.wording.numbers(action.findings) or "－"
    return [
        f"{number}",
        Stack(what),
        m.cell(numbers, small=True),
        m.cell(m.wording.owner(action), small=True),
        m.cell(work, small=True),
        Stack([m.cell(m.wording.due(action), small=True), tick]),
    ]


def _foot(m: Manuscript) -> Block:
    expected = m.result.expected
    letter = expected.letter or m.wording.word("grade", "withheld")
    lines: list[Block] = [
        m.prose(
            m.say(
                "plan.expected",
                letter=letter,
                score=m.wording.range(expected.score_low, expected.score_high),
            ),
            m.paper.table,
        ),
        Gap(2),
        Prose(m.say("plan.next"), m.paper.table, m.faces),
    ]
    titles = m.wording.texts.lines("report.plan.seals")
    return Beside([(92 * MM, Stack(lines)), (69 * MM, SealBoxes(titles, m.paper))])
