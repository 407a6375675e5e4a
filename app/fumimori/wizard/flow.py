"""The way through the wizard as plain objects: which page comes next, which questions are asked, what is done."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

from fumimori.assess.question_state import quick_questions
from fumimori.model import Assessment, Control, Question, QuestionState, Record, Result, only


class PageKind(StrEnum):
    """A kind of page; only QUESTION and CONTROL_SUMMARY exist more than once."""

    START = "start"
    ORGANISATION = "organisation"
    ENVIRONMENT = "environment"
    CONSENT = "consent"
    MEASURING = "measuring"
    CONFIRM = "confirm"
    HUB = "hub"
    QUESTION = "question"
    CONTROL_SUMMARY = "control_summary"
    OPEN_POINTS = "open_points"
    PLAN = "plan"
    REPORT = "report"


LINE = (
    PageKind.START,
    PageKind.ORGANISATION,
    PageKind.ENVIRONMENT,
    PageKind.CONSENT,
    PageKind.MEASURING,
    PageKind.CONFIRM,
    PageKind.HUB,
    PageKind.OPEN_POINTS,
    PageKind.PLAN,
    PageKind.REPORT,
)
"""The pages in a row; questions and summaries hang on the hub."""


class Page(Record):
    """Where somebody stands in the wizard."""

    kind: PageKind
    control: Control | None = None
    """Of a question or a summary; None there means the unscored block about the surroundings."""
    question: str = ""


START = Page(kind=PageKind.START)
HUB = Page(kind=PageKind.HUB)


class ControlStatus(StrEnum):
    """How far a control is, in one word of the hub."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    OPEN_POINTS = "open_points"
    DONE = "done"
    NOT_ASKED = "not_asked"
    """Nobody is asked anything here in this kind of assessment, and nothing was measured."""
    OUT_OF_SCOPE = "out_of_scope"


class Place(Record):
    """*Question 3 of 8*: counted within the control, and stable, because what drops out keeps its number."""

    number: int
    total: int


def questions_of(bank: Sequence[Question], control: Control | None) -> tuple[Question, ...]:
    """The bank's questions of `control`, or of the surroundings for None, in printed order."""
    return tuple(question for question in bank if question.control is control)


def asked(bank: Sequence[Question], result: Result, control: Control | None) -> tuple[Question, ...]:
    """The questions of `control` that a person gets to see one by one: those to answer, and contradictions to settle.

    What was measured without contradiction, what does not exist here, and what hangs on something unmet is left out.
    """
    states = {state.question: state for state in result.questions}
    return tuple(
        question
        for question in questions_of(bank, control)
        if states[question.id].asked or states[question.id].contradicted
    )


def place(bank: Sequence[Question], assessment: Assessment, question: str) -> Place:
    """The number of `question` among those of its control that hosting and kind of assessment select.

    Answers and measurements never change it. A question outside that selection is counted in the whole control;
    KeyError for one that is not in the bank.
    """
    control = only(entry.control for entry in bank if entry.id == question)
    hosting = assessment.scope.hosting
    quick = quick_questions(bank) if assessment.quick else None
    everything = [entry.id for entry in questions_of(bank, control)]
    selected = [
        entry.id
        for entry in questions_of(bank, control)
        if (hosting is None or hosting in entry.hosting) and (quick is None or control is None or entry.id in quick)
    ]
    chosen = selected if question in selected else everything
    return Place(number=chosen.index(question) + 1, total=len(chosen))


def status(bank: Sequence[Question], assessment: Assessment, result: Result, control: Control | None) -> ControlStatus:
    """How far `control` is."""
    own = questions_of(bank, control)
    states = {state.question: state for state in result.questions}
    if all(states[question.id].state is QuestionState.OUT_OF_SCOPE for question in own):
        return ControlStatus.OUT_OF_SCOPE
    to_ask = [states[question.id] for question in asked(bank, result, control)]
    if any(state.state is QuestionState.UNANSWERED for state in to_ask):
        said = {answer.question for answer in assessment.answers}
        return ControlStatus.IN_PROGRESS if said & {question.id for question in own} else ControlStatus.NOT_STARTED
    if any(state.contradicted or state.state is QuestionState.UNKNOWN for state in to_ask):
        return ControlStatus.OPEN_POINTS
    silent = (QuestionState.UNANSWERED, QuestionState.OUT_OF_SCOPE)
    if not to_ask and all(states[question.id].state in silent for question in own):
        return ControlStatus.NOT_ASKED
    return ControlStatus.DONE


def next_control(bank: Sequence[Question], assessment: Assessment, result: Result) -> Control | None:
    """The control to work on next: begun ones first, then new ones, each in printed order; None at the end."""
    by_status = {control: status(bank, assessment, result, control) for control in Control}
    for wanted in (ControlStatus.IN_PROGRESS, ControlStatus.NOT_STARTED):
        found = next((control for control in Control if by_status[control] is wanted), None)
        if found is not None:
            return found
    return None


def entry(bank: Sequence[Question], result: Result, control: Control | None) -> Page:
    """Where to enter `control`: its first question without an answer, else its summary."""
    states = {state.question: state for state in result.questions}
    for question in asked(bank, result, control):
        if states[question.id].state is QuestionState.UNANSWERED:
            return Page(kind=PageKind.QUESTION, control=control, question=question.id)
    return Page(kind=PageKind.CONTROL_SUMMARY, control=control)


def resumption(assessment: Assessment) -> Page:
    """Where to go on with an opened file: the first page whose essentials are missing, else the hub."""
    if not assessment.organisation.name.strip():
        return Page(kind=PageKind.ORGANISATION)
    if not assessment.scope.domains:
        return Page(kind=PageKind.ENVIRONMENT)
    if not assessment.attempts and not assessment.answers:
        return Page(kind=PageKind.CONSENT)
    return HUB


def minutes_left(assessment: Assessment, result: Result) -> tuple[int, int] | None:
    """About how many minutes the open questions take, as a range; None before five answers have been given."""
    moments = sorted(answer.at for answer in assessment.answers)
    if len(moments) < 5:
        return None
    # A pause is not thinking time, so no gap counts for more than five minutes.
    gaps = [min(later - earlier, timedelta(minutes=5)) for earlier, later in pairwise(moments)]
    seconds = max(median(gap.total_seconds() for gap in gaps), 10.0)
    waiting = sum(state.asked and state.state is QuestionState.UNANSWERED for state in result.questions)
    if not waiting:
        return (0, 0)
    return (max(1, int(waiting * seconds * 0.7 // 60)), max(2, int(waiting * seconds * 1.5 // 60) + 1))


class Walk:
    """Somebody's way through the wizard: the page they are on, and how they came there."""

    def __init__(self, bank: Sequence[Question], page: Page = START) -> None:
        self.bank = bank
        self.page = page
        self._trail: list[Page] = []
        self._changing: Page | None = None

    def next(self, assessment: Assessment, result: Result) -> Page:
        """Go on to the page that comes next and return it; the last page leads to itself."""
        return self._go(self._after(assessment, result))

    def back(self, result: Result) -> Page:
        """Return to the page that one came from (skipping questions that no longer exist), else to the one before."""
        self._changing = None
        while self._trail:
            page = self._trail.pop()
            if page != self.page and self._exists(page, result):
                self.page = page
                return page
        self.page = self._before(result)
        return self.page

    def jump(self, page: Page) -> Page:
        """Go to any page."""
        self._changing = None
        return self._go(page)

    def change(self, question: str, control: Control | None) -> Page:
        """Go from a summary to one question; `next` then leads back, by way of the questions newly needed."""
        summary = self.page
        page = self._go(Page(kind=PageKind.QUESTION, control=control, question=question))
        self._changing = summary
        return page

    def _go(self, page: Page) -> Page:
        if page != self.page:
            self._trail.append(self.page)
            self.page = page
        return page

    def _after(self, assessment: Assessment, result: Result) -> Page:
        page = self.page
        if page.kind is PageKind.QUESTION:
            return self._after_question(page, result)
        if page.kind is PageKind.CONTROL_SUMMARY:
            return self._after_summary(page, assessment, result)
        if page.kind is PageKind.HUB:
            control = next_control(self.bank, assessment, result)
            if control is not None:
                return entry(self.bank, result, control)
            around = status(self.bank, assessment, result, None)
            if around in (ControlStatus.NOT_STARTED, ControlStatus.IN_PROGRESS):
                return entry(self.bank, result, None)
        position = LINE.index(page.kind)
        return Page(kind=LINE[min(position + 1, len(LINE) - 1)])

    def _after_summary(self, page: Page, assessment: Assessment, result: Result) -> Page:
        """The next control in printed order that exists here, then the surroundings, then the open points."""
        later = [control for control in Control if page.control is not None and control.number > page.control.number]
        for control in (*later, *((None,) if page.control is not None else ())):
            if status(self.bank, assessment, result, control) is not ControlStatus.OUT_OF_SCOPE:
                return entry(self.bank, result, control)
        return Page(kind=PageKind.OPEN_POINTS)

    def _after_question(self, page: Page, result: Result) -> Page:
        order = [question.id for question in questions_of(self.bank, page.control)]
        later = order[order.index(page.question) + 1 :]
        seen = {question.id: question for question in asked(self.bank, result, page.control)}
        if self._changing is not None:
            for name in later:
                if name in seen and self._newly_needed(seen[name], page.question, result):
                    return Page(kind=PageKind.QUESTION, control=page.control, question=name)
            summary, self._changing = self._changing, None
            return summary
        following = next((name for name in later if name in seen), None)
        if following is None:
            return Page(kind=PageKind.CONTROL_SUMMARY, control=page.control)
        return Page(kind=PageKind.QUESTION, control=page.control, question=following)

    def _newly_needed(self, question: Question, changed: str, result: Result) -> bool:
        """Whether `question` has no answer yet and hangs on `changed`, or on what `changed` hangs on."""
        before = _premises(question)
        related = {changed, *only(_premises(other) for other in self.bank if other.id == changed)}
        return bool(before & related) and result.question(question.id).state is QuestionState.UNANSWERED

    def _exists(self, page: Page, result: Result) -> bool:
        gone = (QuestionState.OUT_OF_SCOPE, QuestionState.PARENT_UNMET)
        return page.kind is not PageKind.QUESTION or result.question(page.question).state not in gone

    def _before(self, result: Result) -> Page:
        page = self.page
        if page.kind in (PageKind.QUESTION, PageKind.CONTROL_SUMMARY):
            order = [question.id for question in questions_of(self.bank, page.control)]
            end = order.index(page.question) if page.question else len(order)
            seen = {question.id for question in asked(self.bank, result, page.control)}
            earlier = [name for name in order[:end] if name in seen]
            if earlier:
                return Page(kind=PageKind.QUESTION, control=page.control, question=earlier[-1])
            return HUB
        return Page(kind=LINE[max(LINE.index(page.kind) - 1, 0)])


def _premises(question: Question) -> set[str]:
    names = {condition.question for condition in question.ask_if}
    return names | {question.parent} if question.parent else names
