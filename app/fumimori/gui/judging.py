"""What follows from the assessment: what servers said is judged in the background, what people say at once."""

import logging
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QTimer, Signal

from fumimori.model import Assessment, QuestionResult, Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from fumimori.checks.observations import Observations
    from fumimori.engine import Judged, Toolkit
    from fumimori.gui.session import Session

log = logging.getLogger(__name__)

AFTER_MS = 200
"""A pause in typing a scope after which what was measured is judged again."""


class Judging(QObject):
    """Keeps one judgement, of the session's assessment; a new one is made in another thread, never in the window's.

    While it is under way, results follow from the judgement before it and from today's answers.
    """

    done = Signal()
    """There is a judgement of exactly what is on the session; or it could not be made, as `fault` says."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._toolkit: Toolkit | None = None
        self._judged: Judged | None = None
        self._of = ""
        self._running = False
        self.fault = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self._start)

    @property
    def ready(self) -> bool:
        """Whether a result can be had at once, be it one from the judgement before."""
        return self._judged is not None

    @property
    def exact(self) -> bool:
        """Whether what can be had at once follows from exactly what is on the session."""
        return self._judged is not None and _fits(self._judged, self._session.assessment)

    @property
    def busy(self) -> bool:
        """Whether a judgement is under way or will be in a moment."""
        return self._running or self._timer.isActive()

    def forget(self) -> None:
        """Another assessment comes; nothing that was judged is about it."""
        self._judged, self.fault = None, ""
        self._timer.stop()

    def look(self) -> None:
        """What is on the session changed: see that there is a judgement of it."""
        assessment = self._session.assessment
        if assessment is None or (self.exact and not self.fault):
            return
        if self._judged is not None and self._of != assessment.id:
            self.forget()
        self.fault = ""
        if self._toolkit is not None and not assessment.runs:
            # Nothing was measured, so there is nothing to judge that could take time.
            self._keep(assessment, self._toolkit.judged(assessment))
        elif self._judged is not None and self._judged.of[0] is assessment.runs:
            self._timer.start()
        else:
            self._start()

    def now(self) -> None:
        """Somebody waits: do not wait for a pause in typing."""
        if self._timer.isActive():
            self._timer.stop()
            self._start()

    def when_exact(self, then: "Callable[[], None]", owner: QObject) -> None:
        """Call `then` once, as soon as results follow from what is on the session; not when `owner` is gone by then."""
        if self.exact:
            then()
            return
        waiting = QTimer(owner)
        waiting.setSingleShot(True)
        waiting.timeout.connect(waiting.deleteLater)
        waiting.timeout.connect(then)
        self.done.connect(waiting.start)
        self.now()

    def result(self, assessment: Assessment) -> Result:
        """What follows from `assessment`, which is the session's own but for what people said.

        Where nothing was judged yet, that is done here and now: the window asks `ready` before.
        """
        return self._session.toolkit.assess(assessment, self._session.services.now(), self._at_hand(assessment))

    def questions(self, assessment: Assessment) -> tuple[QuestionResult, ...]:
        """Where every question stands under `assessment`, and nothing else of what follows from it."""
        return self._session.toolkit.questions(assessment, self._session.services.now(), self._at_hand(assessment))

    def _at_hand(self, assessment: Assessment) -> "Judged":
        if self._judged is None:
            self._keep(assessment, self._session.toolkit.judged(assessment))
        return cast("Judged", self._judged)

    def observations(self) -> "Observations":
        """What was seen of the session's scope, as far as it is judged: by the judgement before while one is under way.

        Nothing before the first: the window's thread never judges to show something.
        """
        from fumimori.checks.observations import Observations

        return Observations.of(self._session.open.scope, self._judged.runs if self._judged is not None else ())

    def _start(self) -> None:
        """Judge what is on the session; one judgement at a time, and again when it changed meanwhile."""
        assessment = self._session.assessment
        if self._running or assessment is None:
            return
        self._running = True
        load = self._session.services.toolkit

        def work() -> "tuple[Toolkit, Judged]":
            toolkit = load()
            return toolkit, toolkit.judged(assessment)

        def home(what: "tuple[Toolkit, Judged]") -> None:
            self._running = False
            self._toolkit = what[0]
            if _fits(what[1], self._session.assessment):
                self._keep(assessment, what[1])
            else:
                self.look()

        def failed(error: BaseException) -> None:
            self._running = False
            if self._session.assessment is not assessment:
                self.look()
                return
            self.fault = type(error).__name__
            log.error("what was measured could not be judged", exc_info=error)
            self.done.emit()

        self._session.bridge.compute(work, done=home, failed=failed)

    def _keep(self, assessment: Assessment, judged: "Judged") -> None:
        self._judged, self._of = judged, assessment.id
        self._session.forget_result()
        self.done.emit()


def _fits(judged: "Judged", assessment: Assessment | None) -> bool:
    """Whether that is what was judged: the same runs under the same scope, as the very same records."""
    return assessment is not None and judged.of[0] is assessment.runs and judged.of[1] is assessment.scope
