"""The keyboard in the window: the one order in which Tab walks, and what has the keyboard is always in view."""

from collections.abc import Iterator

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLayout, QScrollArea, QWidget

from fumimori.gui.widgets.choice import ChoiceGroup
from fumimori.gui.widgets.controls import Field

LOOKS = 4
LOOK_AGAIN_MS = 20
"""How often, and after how long, it is looked whether what has the keyboard still stands where it did."""


def stops(widget: QWidget) -> list[QWidget]:
    """What Tab stops at inside `widget`, in the order in which it is read; one stop for each one-of-many group."""
    return list(_stops(widget))


def _stops(widget: QWidget) -> Iterator[QWidget]:
    if widget.isHidden() or not widget.isEnabled():
        return
    if isinstance(widget, ChoiceGroup):
        yield from (widget.tab_stop,) if widget.tab_stop is not None else ()
        return
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
        return
    if isinstance(widget, QScrollArea):
        inner = widget.widget()
        if inner is not None:
            yield from _stops(inner)
        return
    layout = widget.layout()
    placed = list(_placed(layout)) if layout is not None else []
    yield from (stop for one in placed for stop in _stops(one))
    for child in widget.children():
        if isinstance(child, QWidget) and child not in placed and not child.isWindow():
            yield from _stops(child)


def _placed(layout: QLayout) -> Iterator[QWidget]:
    for number in range(layout.count()):
        item = layout.itemAt(number)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _placed(inner)


def beside(order: list[QWidget], at: QWidget | None, step: int) -> QWidget | None:
    """The stop `step` after the one that is, or holds, `at`; the first (or last) one when `at` is none of them."""
    if not order:
        return None
    here = next((number for number, one in enumerate(order) if at is not None and _holds(one, at)), None)
    if here is None:
        return order[0 if step > 0 else -1]
    return order[(here + step) % len(order)]


def _holds(stop: QWidget, at: QWidget) -> bool:
    if stop is at or stop.isAncestorOf(at):
        return True
    group = stop.parentWidget()
    return isinstance(group, ChoiceGroup) and group.isAncestorOf(at)


def to_first_error(page: QWidget) -> None:
    """The first field of `page` that says what is missing gets the keyboard."""
    for field in page.findChildren(Field):
        if field.trouble.isVisibleTo(page):
            field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return


class InView(QObject):
    """Scrolls whatever gets the keyboard into view, unless the mouse gave it."""

    def __init__(self, area: QScrollArea, margin: int) -> None:
        super().__init__(area)
        self.area, self.margin = area, margin
        self._looks, self._top = 0, -1
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look_again)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._moved)

    def _moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        if self._inside(now) and QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            # What was just made gets its place only after this turn of the loop, and words that wrap in a later one.
            self._looks, self._top = LOOKS, -1
            self._timer.start(0)

    def _look_again(self) -> None:
        self._looks -= 1
        before, self._top = self._top, self.look()
        if self._looks and self._top != before:
            self._timer.start(LOOK_AGAIN_MS)

    def look(self) -> int:
        """Scroll so that what has the keyboard can be seen, with what stands just above and below it.

        Returns how far below the top of the page it stands; -1 when it is elsewhere.
        """
        widget, page = QApplication.focusWidget(), self.area.widget()
        if widget is None or page is None or not self._inside(widget):
            return -1
        layout = page.layout()
        if layout is not None:
            layout.activate()
        top = widget.mapTo(page, QPoint(0, 0)).y()
        bar, height = self.area.verticalScrollBar(), self.area.viewport().height()
        tall = min(widget.height(), height - 2 * self.margin)
        if top - self.margin < bar.value():
            bar.setValue(top - self.margin)
        elif top + tall + self.margin > bar.value() + height:
            bar.setValue(top + tall + self.margin - height)
        return top

    def _inside(self, widget: QWidget | None) -> bool:
        page = self.area.widget()
        return widget is not None and page is not None and page.isAncestorOf(widget)
