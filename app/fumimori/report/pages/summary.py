"""Page 1: the one page that must stand alone: grade on its scale, verdict, controls, first actions, decisions."""

from datetime import date
from functools import partial, reduce
from itertools import zip_longest

from fumimori.assess.plan import FIRST, first, steps
from fumimori.model import Action, Basis, Cost, Finding, Owner, Severity, Status
from fumimori.report.blocks import Block, Box, Columns, Gap, Hairline, Prose, Stack
from fumimori.report.context import ReportContext
from fumimori.report.figures import LETTERS, GradeScale
from fumimori.report.glossary import Glossary
from fumimori.report.grid import Cell, Grid
from fumimori.report.page_style import MM
from fumimori.report.pages.limits import what, who
from fumimori.report.paging import Part
from fumimori.report.plan_lines import Line, first_lines, number_width, plan_lines
from fumimori.report.shapes import ChipSign, TickBoxes
from fumimori.wording.work import COUNTED, count_words
from fumimori.wording.work import OUTSIDE as CONTRACTORS

BLIND = ("offline", "registers_only", "nothing_known", "not_measured")
"""What kept the measurement from seeing anything at all."""
OUTSIDE = CONTRACTORS | {Owner.MANAGEMENT}


def summary(m: ReportContext, glossary: Glossary) -> list[Part]:
    """The executive summary; the less important words leave first when the page is full."""
    versions = [
        partial(_page, m, glossary, reasons=FIRST, harm=True, decisions=3),
        partial(_page, m, glossary, reasons=FIRST, harm=False, decisions=3),
        partial(_page, m, glossary, reasons=FIRST, harm=False, decisions=2),
        partial(_page, m, glossary, reasons=4, harm=False, decisions=2),
        partial(_page, m, glossary, reasons=4, harm=False, decisions=1),
        partial(_page, m, glossary, reasons=3, harm=False, decisions=1),
        partial(_page, m, glossary, reasons=2, harm=False, decisions=1),
        partial(_page, m, glossary, reasons=0, harm=False, decisions=1),
        partial(_page, m, glossary, reasons=0, harm=False, decisions=1, air=0.4),
        partial(_page, m, glossary, reasons=0, harm=False, decisions=1, most=4),
        partial(_page, m, glossary, reasons=0, harm=False, decisions=1, most=3),
        partial(_page, m, glossary, reasons=0, harm=False, decisions=0, most=3),
    ]
    return [Part(name=m.say("part.management"), blocks=tuple(m.first_that_fits(versions)))]


def _page(
    m: ReportContext,
    glossary: Glossary,
    *,
    reasons: int,
    harm: bool,
    decisions: int,
    most: int = FIRST,
    air: float = 1,
) -> list[Block]:
    """The page with that many reasons, decisions and actions, and that share of the usual spacing."""
    paper = m.paper
    blocks: list[Block] = [
        m.heading("summary.heading", 1),
        _scale(m),
        Gap(1.5 * air),
        m.cell(_standing(m), small=True),
        Gap(2 * air),
        Box(Stack([*_urgent(m, whole=harm), *_measured(m)]), fill=paper.wash, padding=2.5),
        Gap(2.5 * air),
        _counts(m),
        Gap(1.5 * air),
        _strip(m),
        Gap(2.5 * air),
        *_first(m, reasons=reasons, most=most),
        Gap(2.5 * air),
    ]
    if decisions:
        blocks += [m.heading("summary.decisions", small=True), _decisions(m, decisions), Gap(1.5 * air)]
    blocks.append(Prose(m.say("summary.law"), paper.note.inked(paper.ink), m.faces))
    return [*blocks, *glossary.foot(blocks), Hairline(paper.line, millimetres=2), Prose(_foot(m), paper.note, m.faces)]


def _scale(m: ReportContext) -> Block:
    """Where the company stands between A and E, and after which actions it stands higher."""
    grade = m.result.grade
    words = {letter: m.wording.word("grade", letter) for letter in LETTERS}
    remarks = {
        step.letter: m.say("scale.after" if step.action > 1 else "scale.after_one", last=step.action)
        for step in steps(m.result.actions, grade)
    }
    if grade.letter:
        remarks[grade.letter] = m.say("scale.today")
        alt = m.say("scale.alt", letter=grade.letter, word=words[grade.letter])
    else:
        remarks[grade.lower_bound] = m.say("scale.lower")
        alt = m.say("scale.alt_withheld", lower=grade.lower_bound)
    return GradeScale(grade.letter, words, remarks, m.paper, alt=alt)


def _standing(m: ReportContext) -> str:
    """Points, what is not known yet, and why the grade is no better, as sentences."""
    grade = m.result.grade
    sure = grade.score_low == grade.score_high
    said = [
        m.say("summary.score" if sure else "summary.scores", score=m.wording.range(grade.score_low, grade.score_high))
    ]
    if grade.lower_bound != grade.letter:
        said.append(m.say("summary.lower", lower=grade.lower_bound))
    if grade.quick and grade.letter in (None, "B") and grade.reason != "quick":
        said.append(m.say("summary.quick"))
    said.append(m.say("summary.reason", reason=m.wording.word("grade_reason", grade.reason)))
    return reduce(lambda before, after: m.say("summary.both", before=before, after=after), said)


def _urgent(m: ReportContext, *, whole: bool) -> list[Block]:
    """The verdict, what happens otherwise, and the first action: by whom, until when, for how much."""
    paper = m.paper
    blocks: list[Block] = [Prose(verdict(m), paper.heading2, m.faces)]
    stops = _harm(m, whole=whole)
    if stops:
        blocks += [Gap(1), Prose(stops, paper.table, m.faces)]
    _, action = _most_urgent(m)
    if action is not None and action.severity >= Severity.MEDIUM:
        told = m.say(
            "summary.first",
            action=m.wording.action(action),
            owner=m.wording.owner(action, short=True),
            due=_soon(m, action),
            cost=m.wording.cost(action, short=True),
        )
        blocks += [Gap(1), Prose(told, paper.table.bold(), m.faces)]
    return blocks


def _soon(m: ReportContext, action: Action) -> str:
    """By when; what may be exploited today is begun today, however long it takes."""
    due = m.wording.due_sentence(action)
    later = action.due is not None and action.due > m.issued.date()
    return m.say("summary.at_once", due=due) if later and action.severity is Severity.CRITICAL else due


def _measured(m: ReportContext) -> list[Block]:
    """What kept the measurement from seeing anything, or that there was none."""
    hindrance = _hindrance(m)
    return [Gap(1), Prose(m.say(f"summary.{hindrance}"), m.paper.table, m.faces)] if hindrance else []


def verdict(m: ReportContext) -> str:
    """The sentence that a manager reads first: the sharpest harm with its day, else the fact that comes first."""
    grade = m.result.grade
    worst, action = _most_urgent(m)
    title = m.wording.title(worst) if worst else ""
    if action and action.day:
        return _on_its_day(m, action, "event" if grade.letter else "withheld_event")
    if grade.letter is None:
        kind = "withheld_finding" if worst and worst.severity >= Severity.MEDIUM else "withheld"
    else:
        kind = worst.severity.word if worst else "none"
    said = m.say(f"verdict.{kind}", lower=grade.lower_bound, title=title)
    dated = _first_dated(m, least=Severity.MEDIUM)
    return _on_its_day(m, dated, "also", said) if dated else said


def _on_its_day(m: ReportContext, action: Action, kind: str, said: str = "") -> str:
    """What ends when, and by when to act: about an action that has a day in the calendar, after what was `said`."""
    day, grade = action.day or m.issued.date(), m.result.grade
    past = "_past" if day < m.issued.date() else ""
    return m.say(
        f"verdict.{kind}",
        lower=grade.lower_bound,
        said=said,
        event=m.say(f"event.{action.event}{past}", day=m.wording.day_near(day)),
        due=m.wording.due_sentence(action),
        owner=m.wording.owner(action, short=True),
    )


def _first_dated(m: ReportContext, least: Severity) -> Action | None:
    """Of the open actions to take first that are so severe: the one whose own day comes first."""
    dated = (one for one in first(m.result.actions) if one.day and one.severity >= least)
    open_ones = [one for one in dated if not (one.entry and one.entry.done)]
    return min(open_ones, key=lambda one: one.day or date.max, default=None)


def _hindrance(m: ReportContext) -> str:
    """What kept every measurement from seeing the server, so that nobody takes silence for health."""
    vantages = m.assessment.vantages
    seen = m.result.good or any(
        f.basis in (Basis.MEASURED, Basis.READ, Basis.IMPORTED, Basis.CONTRADICTION) for f in m.result.findings
    )
    if vantages and not vantages[-1].online and not seen:
        return "offline"
    if not any(attempt.status is Status.COMPLETED for attempt in m.assessment.attempts):
        known = "registers_only" if m.result.findings or m.result.good else "nothing_known"
        return "not_measured" if m.assessment.answers else known
    return "port25" if any(attempt.reason == "port25_blocked" for attempt in m.assessment.attempts) else ""


def _most_urgent(m: ReportContext) -> tuple[Finding | None, Action | None]:
    """The finding that the sharpest action puts right, so that sentence and list name the same; else the worst one.

    The sharpest is the first, or what has a day in the calendar among the first ones that are as severe.
    """
    action = next((action for action in m.result.actions if action.findings), None)
    if action is not None and action.severity >= Severity.MEDIUM:
        action = _first_dated(m, least=action.severity) or action
    if action is not None:
        return max(action.findings, key=lambda finding: finding.severity), action
    return next((f for f in m.result.findings if f.severity >= Severity.LOW and not f.set_aside), None), None


def _harm(m: ReportContext, *, whole: bool) -> str:
    """What can happen, or only the first sentence of it."""
    worst, _ = _most_urgent(m)
    if worst is None or worst.severity < Severity.MEDIUM:
        return ""
    risk = m.wording.risk(worst)
    return risk if whole else m.wording.first_sentence(risk)


def _strip(m: ReportContext) -> Block:
    """The ten controls with their results, five beside five."""
    named = [
        (
            m.cell(f"{control.control.printed} {m.wording.control(control.control)}", small=True),
            ChipSign(control.verdict, m.wording.word("verdict", control.verdict), m.paper),
        )
        for control in m.result.controls
    ]
    half = (len(named) + 1) // 2
    nothing: tuple[Cell, Cell] = ("", "")
    pairs: list[list[Cell]] = [
        [*left, *right] for left, right in zip_longest(named[:half], named[half:], fillvalue=nothing)
    ]
    chip = max((sign.natural_width() / MM for _, sign in named), default=0) + 2.5
    names = 165 - 2 * chip
    return Grid([names * 0.55, chip, names * 0.45, chip], pairs, m.paper, row_heads=True, padding=0.35)


def _counts(m: ReportContext) -> Block:
    grade, t = m.result.grade, m.wording.texts
    counts = [count_words(t, kinds, places) for kinds, places in zip(grade.counts, grade.places, strict=True)]
    chips = [m.severity(severity, count) for severity, count in zip(COUNTED, counts, strict=True)]
    name = m.say("summary.counts" if grade.letter else "summary.counts_known")
    label = Prose(name, m.paper.table, m.faces)
    parts: list[tuple[float, Block]] = [(m.faces.width(name, m.paper.table.face, 9) + 2, label)]
    parts += [(chip.natural_width(), chip) for chip in chips]
    return Columns(parts, gap=3 * MM)


def _first(m: ReportContext, *, reasons: int, most: int) -> list[Block]:
    """The actions to take first; when nothing is known yet, whom to ask first."""
    points = sorted(m.result.open_points, key=lambda point: -point.severity)[:most]
    if m.result.actions or not points:
        every = len(first_lines(m))
        some = m.say("summary.actions_of", most=most, count=every) if most < every else ""
        return [m.heading("summary.actions", small=True, text=some), _actions(m, reasons=reasons, most=most)]
    rows: list[list[Cell]] = [[m.wording.word("open_point", p.kind), what(m, p), who(m, p)] for p in points]
    return [m.heading("summary.ask", small=True), m.grid([24, 96, 45], "limits.point_heads", rows)]


def _actions(m: ReportContext, *, reasons: int, most: int) -> Block:
    rows: list[list[Cell]] = []
    for number, line in enumerate(first_lines(m)[:most], start=1):
        action = line.actions[0]
        what: list[Block] = [m.cell(line.said, bold=True)]
        why = m.wording.why(action)
        if 1 < number <= reasons and why:
            what.append(m.cell(m.say("summary.otherwise", harm=why), small=True))
        if m.wording.late(action):
            what.append(m.cell(m.wording.late(action), bold=True, small=True))
        side = (m.wording.owner(action), m.wording.due(action), m.wording.effort_and_cost(action))
        rows.append([line.printed, Stack(what), *[m.cell(text, small=True) for text in side]])
    number = number_width(first_lines(m)[:most])
    return m.table_or_none([number, 95 - number, 26, 18, 26], "summary.action_heads", rows, padding=0.5)


def _decisions(m: ReportContext, most: int) -> Block:
    rows: list[list[Cell]] = [
        [m.cell(text), TickBoxes([m.say("summary.yes"), m.say("summary.hold")], m.paper)]
        for text in decisions(m)[:most]
    ]
    return Grid([123, 42], rows, m.paper, row_heads=True, padding=0.6)


def decisions(m: ReportContext) -> list[str]:
    """At most three things that only management can decide: who does it, what it costs, when to look again.

    That the server is looked at comes first where nobody did.
    """
    works = [(line, line.actions[0].work) for line in plan_lines(m) if not line.actions[0].asks]
    asked = [line for line, work in works if work.cost is not Cost.NOTHING or work.owner in OUTSIDE]
    found = [_decision(m, line) for line in asked[:2]]
    blind = [m.say("decide.measure")] if _hindrance(m) in BLIND else []
    if m.result.actions:
        return [*blind, m.say("decide.assign"), *found, m.say("decide.again")][:3]
    asking = [m.say("decide.ask")] if m.result.open_points else []
    return [*blind, *asking, m.say("decide.next")]


def _decision(m: ReportContext, line: Line) -> str:
    action = line.actions[0]
    free = "contract" if action.work.owner in CONTRACTORS else "free"
    kind = free if action.work.cost is Cost.NOTHING else "paid"
    return m.say(
        f"decide.{kind}",
        title=line.said,
        owner=m.wording.owner(action),
        cost=m.wording.word("cost", action.work.cost),
    )


def _foot(m: ReportContext) -> str:
    grade = m.result.grade
    return m.say(
        "summary.foot",
        coverage=m.wording.percent(grade.coverage),
        verified=m.wording.percent(grade.verified),
        day=m.wording.texts.day(m.issued),
    )
