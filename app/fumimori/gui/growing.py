"""Incremental building of a long page: what is visible is there at once, the rest follows one by one."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

AT_ONCE = 4
"""Parts that are there from the start, so that the first sight of the page is not empty."""
HURRIED_S = 0.02


class Growing:
    """Puts widgets into columns, each in its own turn of the event loop, so that the window never blocks."""

    def __init__(self, column: QVBoxLayout, owner: QWidget) -> None:
        self._column = column
        self._makers: list[tuple[QVBoxLayout, Callable[[], QWidget]]] = []
        self._turns = QTimer(owner)
        self._turns.timeout.connect(self._next)

    @property
    def busy(self) -> bool:
        """Whether parts are still to be made."""
        return bool(self._makers)

    def add(
        self, makers: Sequence[Callable[[], QWidget]], *, at_once: int = AT_ONCE, column: QVBoxLayout | None = None
    ) -> None:
        """Append what these callables make to the `column`, else to the page's: that many of them at once.

        What was added before comes first; what is put into the column afterwards stands below.
        """
        within = column or self._column
        place = QVBoxLayout()
        place.setSpacing(within.spacing())
        within.addLayout(place)
        first = makers if not self._makers else ()
        for make in first[:at_once]:
            self._put(place, make)
        self._makers += [(place, make) for make in makers[len(first[:at_once]) :]]
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
            self._put(*self._makers.pop(0))
        else:
            self._turns.stop()

    def _put(self, place: QVBoxLayout, make: Callable[[], QWidget]) -> None:
        made = make()
        place.addWidget(made)
        # Qt would show it only in the next turn, and what is hidden cannot take the keyboard.
        made.show()


def between(line: Callable[[], QWidget], makers: Sequence[Callable[[], QWidget]]) -> list[Callable[[], QWidget]]:
    """The makers with what `line` makes between them."""
    return [one for make in makers for one in (line, make)][1:]
