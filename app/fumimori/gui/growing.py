"""Incremental building of a long page: what is visible is there at once, the rest follows one by one."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

AT_ONCE = 4
"""Parts that are there from the start, so that the first sight of the page is not empty."""
HURRIED_S = 0.02


class Growing:
    """Puts widgets into a column, each in its own turn of the event loop, so that the window never blocks."""

    def __init__(self, column: QVBoxLayout, owner: QWidget) -> None:
        self._column = column
        self._makers: list[Callable[[], QWidget]] = []
        self._at = 0
        self._turns = QTimer(owner)
        self._turns.timeout.connect(self._next)

    @property
    def busy(self) -> bool:
        """Whether parts are still to be made."""
        return bool(self._makers)

    def add(self, makers: Sequence[Callable[[], QWidget]], *, at_once: int = AT_ONCE) -> None:
        """Append what these callables make to the column: that many of them at once."""
        self._makers = list(makers)
        self._at = self._column.count()
        for _ in makers[:at_once]:
            self._next()
        self._turns.start(0)

    def finish(self) -> None:
        """Add all remaining parts now."""
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
