"""Navigation in the assistant: the current step, the next one, and the way back. Independent of the window."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from fumimori.model import Assessment, Question, QuestionState, Result
from fumimori.wizard.progress import ControlStatus, asked, next_block, questions_of, status
from fumimori.wizard.steps import BLOCK, HUB, ROW, START, Needs, Route, block_of, blocks, step

REMEMBERED = 200
"""Places that are kept to go back to."""


class Work(Protocol):
    """What the way depends on."""

    @property
    def assessment(self) -> Assessment | None:
        """What is worked on; None before a file is open."""

    @property
    def judged(self) -> bool:
        """Whether there is a result; what needs one waits until there is."""

    @property
    def result(self) -> Result:
        """What follows from the assessment; asked for only when it is judged."""

    @property
    def measuring_now(self) -> bool:
        """Whether a measurement is under way."""


@dataclass(frozen=True)
class Left:
    """A history entry, and whether Next finally returns to it."""

    route: Route
    awaited: bool = False


class Navigator:
    """The current place in the assistant; calls `moved` whenever that place is to be shown."""

    def __init__(self, work: Work, moved: Callable[[], None] = lambda: None) -> None:
        self._work = work
        self._moved = moved
        self._history: list[Left] = []
        self.route = START

    def go(self, route: Route) -> None:
        """Jump anywhere, or show the same place once more; a jump forgets the place to return to."""
        target = self._resolved(route)
        if target != self.route:
            self._history = [replace(left, awaited=False) for left in self._history]
        self._enter(target)

    def visit(self, route: Route) -> None:
        """Go somewhere for one thing: Next then leads back here, by way of the questions that it newly calls for."""
        self._enter(self._resolved(route), awaited=True)

    def next(self) -> None:
        """Go to the next step."""
        target, origin = self._ahead()
        if origin is None:
            self._enter(target)
        else:
            del self._history[origin:]
            self._show(target)

    @property
    def ahead(self) -> Route:
        """The route that `next` would go to now."""
        return self._ahead()[0]

    def later(self) -> None:
        """Skip this step: past a question, past the measurement to the questions."""
        if self.route.page == "measuring":
            self.go(HUB)
        else:
            self.next()

    def back(self) -> None:
        """Return to where one came from (past what no longer exists); without history to the preceding step."""
        while self._history:
            left = self._history.pop().route
            if left != self.route and self._exists(left):
                self._show(left)
                return
        self._show(self._before())

    def resume(self) -> None:
        """Go on with the assessment where something is missing; what was shown before it was opened is left behind."""
        self._history.clear()
        self._show(self._missing())

    def file_ready(self) -> None:
        """The file that was wanted is there: begin or continue with it; after a copy, be back where one was."""
        if self.route == Route("new", "copy"):
            self.back()
        else:
            self.resume()

    def judged(self) -> None:
        """There is a result: what waited for it can be shown."""
        self._show(self._resolved(self.route))

    # --- moving ---------------------------------------------------------------------------------------------------

    def _enter(self, target: Route, *, awaited: bool = False) -> None:
        if target != self.route and self.route.page != BLOCK:
            left = Left(replace(self.route, at=""), awaited=awaited)
            self._history = [*self._history[1 - REMEMBERED :], left]
        self._show(target)

    def _show(self, target: Route) -> None:
        self.route = target
        self._moved()

    def _resolved(self, route: Route) -> Route:
        """The start where there is nothing to work on; a block's first open question, as soon as that is known."""
        if self._work.assessment is None and step(route.page).needs is not Needs.NOTHING:
            return START
        return self._into(route.item) if route.page == BLOCK and self._work.judged else route

    def _exists(self, route: Route) -> bool:
        if self._resolved(route) != route:
            return False
        gone = (QuestionState.OUT_OF_SCOPE, QuestionState.PARENT_UNMET)
        if route.page != "question" or not self._work.judged:
            return True
        return self._work.result.question(route.item).state not in gone

    # --- what comes next ------------------------------------------------------------------------------------------

    def _ahead(self) -> tuple[Route, int | None]:
        """What comes next, and the place in the history when the step returns there."""
        awaited = [at for at, left in enumerate(self._history) if left.awaited and self._exists(left.route)]
        if not awaited:
            return self._after(), None
        origin = self._history[awaited[-1]].route
        needed = self._newly_needed() if self.route.page == "question" else None
        return (needed, None) if needed is not None else (origin, awaited[-1])

    def _after(self) -> Route:
        page, item = self.route.page, self.route.item
        if page == "question":
            following = self._questions_after()
            return Route("question", following[0].id) if following else Route("summary", block_of(item))
        if page == "interview":
            return Route("summary", item)
        if page == "summary":
            return self._after_summary(item)
        if page == "measuring" and self._work.measuring_now:
            return HUB
        if page == "hub":
            return self._after_hub()
        return _beside(page, 1)

    def _after_hub(self) -> Route:
        """The first open question; when there is none the open points, or what follows them."""
        assessment, result = self._assessment, self._work.result
        block = next_block(assessment, result)
        if block is not None:
            return self._into(block)
        following = _beside("hub", 1)
        return _beside("open_points", 1) if following.page == "open_points" and not result.open_points else following

    def _after_summary(self, block: str) -> Route:
        """The next block in printed order that exists here; after the last one what follows the hub."""
        order = blocks()
        for later in order[order.index(block) + 1 :]:
            if status(self._assessment, self._work.result, later) is not ControlStatus.OUT_OF_SCOPE:
                return self._into(later)
        return _beside("hub", 1)

    def _into(self, block: str) -> Route:
        """A block's first question without an answer, else its summary."""
        result = self._work.result
        for question in asked(result, block):
            if result.question(question.id).state is QuestionState.UNANSWERED:
                return Route("question", question.id)
        return Route("summary", block)

    def _questions_after(self) -> list[Question]:
        """The questions of this block that are asked after the one that is shown."""
        block = block_of(self.route.item)
        order = [one.id for one in questions_of(self._work.result.bank, block)]
        here = order.index(self.route.item)
        return [one for one in asked(self._work.result, block) if order.index(one.id) > here]

    def _newly_needed(self) -> Route | None:
        """The next question without an answer that depends on this one, or on what this one depends on."""
        result = self._work.result
        related = {self.route.item, *_premises(result.of_bank(self.route.item))}
        for one in self._questions_after():
            if _premises(one) & related and result.question(one.id).state is QuestionState.UNANSWERED:
                return Route("question", one.id)
        return None

    # --- what lies before -----------------------------------------------------------------------------------------

    def _before(self) -> Route:
        page, item = self.route.page, self.route.item
        if page in ("question", "summary") and self._work.judged:
            block = block_of(item)
            order = [one.id for one in questions_of(self._work.result.bank, block)]
            end = order.index(item) if page == "question" else len(order)
            earlier = [one.id for one in asked(self._work.result, block) if order.index(one.id) < end]
            return Route("question", earlier[-1]) if earlier else HUB
        if page == "interview":
            return self._resolved(Route(BLOCK, item))
        if page == BLOCK:
            return HUB
        under = step(page).under
        return self._resolved(Route(under)) if under else _beside(page, -1)

    def _missing(self) -> Route:
        """The first step whose essentials are missing, else the hub."""
        assessment = self._assessment
        if not assessment.organisation.name.strip():
            return Route("organisation")
        if not assessment.scope.domains:
            return Route("environment")
        if not assessment.attempts and not assessment.answers:
            return Route("consent")
        return HUB

    @property
    def _assessment(self) -> Assessment:
        """The assessment; only steps that need one ask for it."""
        if self._work.assessment is None:
            raise LookupError("no assessment is open")
        return self._work.assessment


def _beside(page: str, by: int) -> Route:
    """The step before (-1) or after (1) in the row; after the last one the hub. A side step counts as its parent."""
    row = [one.id for one in ROW]
    at = row.index(step(page).under or page) + by
    return Route(row[max(at, 0)]) if at < len(row) else HUB


def _premises(question: Question) -> set[str]:
    names = {condition.question for condition in question.ask_if}
    return names | {question.parent} if question.parent else names
