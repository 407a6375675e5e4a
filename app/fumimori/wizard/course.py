"""The way through the wizard as `flow` decides it, in the window's routes."""

from fumimori.assess.question_state import quick_questions
from fumimori.model import Assessment, Question, QuestionResult, QuestionState, Result
from fumimori.wizard import flow
from fumimori.wizard.routes import HUB, SURROUNDINGS, Route, block_of, control_of

__all__ = [
    "after",
    "after_question",
    "after_summary",
    "asked",
    "before",
    "before_question",
    "counted",
    "entry",
    "minutes_left",
    "next_useful",
    "open_questions",
    "position",
    "results",
    "resumption",
    "status",
    "unsettled",
]


def counted(assessment: Assessment, result: Result, block: str) -> tuple[Question, ...]:
    """The questions of a block that this kind of assessment has."""
    quick = quick_questions(result.bank) if assessment.quick and block != SURROUNDINGS else None
    return tuple(one for one in flow.questions_of(result.bank, control_of(block)) if quick is None or one.id in quick)


def asked(result: Result, block: str) -> tuple[Question, ...]:
    """The questions of a block that a person answers, in order."""
    return flow.asked(result.bank, result, control_of(block))


def position(assessment: Assessment, result: Result, identity: str) -> tuple[int, int]:
    """The number of a question within its control and how many there are."""
    place = flow.place(result.bank, assessment, identity)
    return place.number, place.total


def results(assessment: Assessment, result: Result, block: str) -> tuple[QuestionResult, ...]:
    """How the counted questions of a block stand."""
    return tuple(result.question(one.id) for one in counted(assessment, result, block))


def status(assessment: Assessment, result: Result, block: str) -> str:
    """`not_started`, `in_progress`, `open_points`, `done` or `out_of_scope`."""
    return flow.status(result.bank, assessment, result, control_of(block)).value


def entry(result: Result, block: str) -> Route:
    """Where to enter a block: its first question without an answer, else its summary."""
    return _route(flow.entry(result.bank, result, control_of(block)))


def resumption(assessment: Assessment) -> Route:
    """Where to go on with an opened file."""
    return _route(flow.resumption(assessment))


def next_useful(assessment: Assessment, result: Result) -> Route:
    """What to do next from the hub: the first open question, else the open points, else the plan."""
    target = _route(flow.Walk(result.bank, flow.HUB).next(assessment, result))
    return target if target.page != "open_points" or result.open_points else Route("plan")


def after_question(assessment: Assessment, result: Result, route: Route) -> Route:
    """The next question that is asked, else the summary; from a summary back to it, by way of what is newly needed."""
    control = control_of(block_of(route.item))
    if route.origin == "summary":
        walk = flow.Walk(result.bank, flow.Page(kind=flow.PageKind.CONTROL_SUMMARY, control=control))
        walk.change(route.item, control)
    else:
        walk = flow.Walk(result.bank, flow.Page(kind=flow.PageKind.QUESTION, control=control, question=route.item))
    return _route(walk.next(assessment, result))


def after_summary(assessment: Assessment, result: Result, route: Route) -> Route:
    """From a control's summary to the next control's first open question, after the last one to the open points."""
    page = flow.Page(kind=flow.PageKind.CONTROL_SUMMARY, control=control_of(route.item))
    return _route(flow.Walk(result.bank, page).next(assessment, result))


def before_question(result: Result, route: Route) -> Route:
    """The summary that one came from, the question before, or the hub."""
    if route.origin == "summary":
        return Route("summary", block_of(route.item))
    control = control_of(block_of(route.item))
    walk = flow.Walk(result.bank, flow.Page(kind=flow.PageKind.QUESTION, control=control, question=route.item))
    return _route(walk.back(result))


def open_questions(result: Result, block: str) -> int:
    """How many questions of a block wait for an answer."""
    return sum(result.question(one.id).state is QuestionState.UNANSWERED for one in asked(result, block))


def unsettled(assessment: Assessment, result: Result, block: str) -> int:
    """How many questions of a block are neither answered nor measured, whether somebody is asked or not."""
    waiting = (QuestionState.UNANSWERED, QuestionState.UNKNOWN)
    return sum(one.state in waiting for one in results(assessment, result, block))


def minutes_left(assessment: Assessment, result: Result) -> tuple[int, int] | None:
    """About how many minutes the open questions take; None until that can be said."""
    return flow.minutes_left(assessment, result)


def after(route: Route) -> Route:
    """The page after a page that is not a question or a summary."""
    return _beside(route, 1)


def before(route: Route) -> Route:
    """The page before a page that is not a question or a summary."""
    return _beside(route, -1)


def _beside(route: Route, step: int) -> Route:
    line = [kind.value for kind in flow.LINE]
    if route.page not in line:
        return HUB
    at = min(max(line.index(route.page) + step, 0), len(line) - 1)
    return Route(line[at])


def _route(page: flow.Page) -> Route:
    if page.kind is flow.PageKind.QUESTION:
        return Route("question", page.question)
    if page.kind is flow.PageKind.CONTROL_SUMMARY:
        return Route("summary", page.control.value if page.control else SURROUNDINGS)
    return Route(page.kind.value)
