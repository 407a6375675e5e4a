"""A page that is longer than a screen: what is seen first is there at once, the others follow one by one."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

AT_ONCE = 4
"""Parts that are there from the start, so that the first sight of the page is not empty."""
HURRIED_S = 0.02


class Growing:
    """Puts widgets into a column, each in its own turn of the event loop, so that the window is never held up."""

    def __init__(self, column: QVBoxLayout, owner: QWidget) -> None:
        self._column = column
        self._makers: list[Callable[[], QWidget]] = []
        self._at = 0
        self._turns = QTimer(owner)
        self._turns.timeout.connect(self._next)

    @property
    def busy(self) -> bool:
        """Whether something is still to come."""
        return bool(self._makers)

    def add(self, makers: Sequence[Callable[[], QWidget]], *, at_once: int = AT_ONCE) -> None:
        """Add what these make at the end that the column has now: so many of them here and now."""
        self._makers = list(makers)
        self._at = self._column.count()
        for _ in makers[:at_once]:
            self._next()
        self._turns.start(0)

    def finish(self) -> None:
        """Add here and now what is still to come."""
        while self._makers:
            self._next()

    def hurry(self) -> None:
        """Add what can be made in one turn that holds nothing up."""
        end = time.perf_counter() + HURRIED_S
        while self._makers and time.perf_counter() < end:
            self._next()

    def _next(self) -> None:
        if self._makers:
            made = self._makers.pop(0)()
            self._column.insertWidget(self._at, made)
            # Qt would show it only in the next turn, and what is hidden cannot take the keyboard.
            made.show()
            self._at += 1
        else:
            self._turns.stop()
