"""What Qt does not tell assistive technology by itself: that a heading is one, and of which level."""

from functools import cache
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAttributesInterface, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget
from shiboken6 import VoidPtr

from fumimori.gui.widgets.text import Heading

_Attribute = QAccessible.Attribute
_NOTHING = VoidPtr(0)
"""No such interface. Of None Qt would make a pointer to anywhere, and the program would end at the first question."""


class _Level(QAccessibleAttributesInterface):
    """The level of a heading, 1 for the page's."""

    def __init__(self, level: int) -> None:
        super().__init__()
        self._level = level

    def attributeKeys(self) -> list[QAccessible.Attribute]:
        """The level alone."""
        return [_Attribute.Level]

    def attributeValue(self, key: QAccessible.Attribute, /) -> Any:
        """The level; None for anything else."""
        return self._level if key is _Attribute.Level else None


class _SpokenHeading(QAccessibleWidget):
    """A label that is a heading."""

    def __init__(self, heading: Heading) -> None:
        super().__init__(heading, QAccessible.Role.Heading)
        self._level = _Level(heading.level)

    def interface_cast(self, kind: QAccessible.InterfaceType, /) -> Any:
        """Where the level is reported."""
        if kind is QAccessible.InterfaceType.AttributesInterface:
            return self._level
        known = super().interface_cast(kind)
        return _NOTHING if known is None else known


def _interface_of(_name: str, thing: QObject) -> QAccessibleInterface | None:
    return _SpokenHeading(thing) if isinstance(thing, Heading) else None


@cache
def install() -> None:
    """Have Qt ask us first, as long as the program runs."""
    QAccessible.installFactory(_interface_of)
