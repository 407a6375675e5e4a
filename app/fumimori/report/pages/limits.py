"""The mail path, what could not be confirmed, what is around the ten controls, what the report is not."""

from functools import partial

from fumimori.model import NOT_APPLICABLE, OpenPoint, RunKind, Status
from fumimori.report.blocks import Block, Gap
from fumimori.report.context import ReportContext
from fumimori.report.glossary import Glossary
from fumimori.report.pages import mail_path
from fumimori.report.paging import Part

DOMAINS = 5
"""Domains that the page names; further ones are counted."""
JUDGED_BY_HAND = 0.2
"""Above this share of questions marked not applicable by hand the page says so."""


def limits(m: ReportContext, glossary: Glossary) -> list[Part]:
    """The page, with as many points as it holds."""
    versions = [partial(_page, m, glossary, points=points) for points in range(9, 0, -1)]
    return [Part(name=m.say("part.management"), blocks=tuple(m.first_that_fits(versions)))]


def _page(m: ReportContext, glossary: Glossary, *, points: int) -> list[Block]:
    paper = m.paper
    blocks: list[Block] = [
        m.heading("limits.heading", 1),
        *mail_path.drawing(m),
        m.heading("limits.points", small=True),
        *_points(m, points),
        Gap(3),
        *_surroundings(m),
        m.heading("limits.scope", small=True),
        m.prose(_scope(m), paper.table),
        m.prose(m.say("limits.not_covered"), paper.table),
        *([m.prose(m.say("limits.by_hand"), paper.table)] if _by_hand(m) else []),
        *_logo(m),
        Gap(3),
        m.heading("limits.disclaimer_heading", small=True),
        m.prose(m.say("limits.disclaimer"), paper.note),
        m.prose(m.say("limits.dispute"), paper.note),
        *([] if m.annexed else [m.prose(m.say("limits.apart"), paper.note)]),
    ]
    return [*blocks, *glossary.foot(blocks)]


def _logo(m: ReportContext) -> list[Block]:
    """That the logo was left out, and why."""
    if not m.unprinted_logo:
        return []
    why = m.wording.texts(f"words.logo.{m.unprinted_logo}")
    return [m.prose(m.say("limits.logo", why=why), m.paper.table)]


def _points(m: ReportContext, most: int) -> list[Block]:
    points = sorted(m.result.open_points, key=lambda point: -point.severity)
    rows = [[m.wording.word("open_point", p.kind), what(m, p), who(m, p)] for p in points[:most]]
    blocks = [m.table_or_none([24, 86, 55], "limits.point_heads", rows, padding=0.5)]
    if len(points) > most:
        blocks.append(m.note(m.say("limits.more_points", count=len(points) - most)))
    return blocks


def what(m: ReportContext, point: OpenPoint) -> str:
    """What an open point is about: its question's label, else what could not be measured, and where."""
    if point.question and point.question in m.wording.questions:
        question = m.wording.questions[point.question]
        label = f"{question.printed} {m.wording.texts(f'controls.{question.id}.label')}"
        return label + (m.wording.bracketed(point.subject) if point.subject else "")
    named = [m.wording.probe(point.probe)] if point.probe else []
    return "　".join([*named, m.wording.free(point.subject, 120)])


def who(m: ReportContext, point: OpenPoint) -> str:
    """Who can answer and by when, else what hindered the measurement."""
    if point.who:
        return m.wording.free(point.who, 80) + (m.wording.bracketed(point.due) if point.due else "")
    if point.question and point.question in m.wording.questions and point.kind != "not_measured":
        return m.wording.word("owner", m.wording.questions[point.question].work.owner)
    return m.wording.first_sentence(m.wording.word("reason", point.reason)) if point.reason else "－"


def _surroundings(m: ReportContext) -> list[Block]:
    rows = []
    for question in m.result.bank:
        answer = m.assessment.answer(question.id)
        if question.control is None and answer is not None and answer.value != NOT_APPLICABLE:
            label = m.wording.texts(f"controls.{question.id}.label")
            rows.append([f"{question.printed} {label}", m.wording.answer(question, answer)])
    if not rows:
        return []
    table = m.grid([78, 87], "limits.surroundings_heads", rows, padding=0.5)
    return [m.heading("limits.surroundings", small=True), table, Gap(3)]


def _scope(m: ReportContext) -> str:
    names = [domain.name for domain in m.assessment.scope.domains]
    shown = m.wording.some(names, DOMAINS)
    # What was authorised when it was measured: a consent may have been changed or withdrawn since.
    then = [run.consent.confirmed_level for run in m.assessment.runs if run.attempts and run.kind is RunKind.MEASURED]
    level = m.wording.word("consent", f"{int(max(then, default=m.assessment.consent.confirmed_level))}.name")
    if not names:
        return m.say("limits.scope_empty")
    if not any(attempt.status is Status.COMPLETED for attempt in m.assessment.attempts):
        return m.say("limits.scope_unmeasured", domains=shown)
    return m.say("limits.scope_text", domains=shown, level=level)


def _by_hand(m: ReportContext) -> bool:
    return m.result.grade.not_applicable_share > JUDGED_BY_HAND
