"""Where the window stands and how large it is: never larger than the screen, and as it was left on this screen."""

import msgspec
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QMainWindow

from fumimori.gui.settings import Placement, Settings

USUAL = (1160, 820)
SMALLEST = (720, 480)
FRAME = (16, 48)
"""What the system's frame adds at most, before it can be asked."""


def key_of(screen: QScreen) -> str:
    """The screen as it is remembered: another resolution or scale is another screen."""
    size = screen.geometry().size()
    return f"{screen.name()} {size.width()}x{size.height()}"


def place(window: QMainWindow, settings: Settings, screen: QScreen | None = None) -> None:
    """Give `window` the place that it had on this screen, or a usual one; wholly inside what the screen has free."""
    screen = screen or QGuiApplication.primaryScreen()
    known = settings.windows.get(key_of(screen))
    rect = fitted(screen.availableGeometry(), known)
    window.setMinimumSize(min(SMALLEST[0], rect.width()), min(SMALLEST[1], rect.height()))
    window.setGeometry(rect)
    if known is not None and known.maximised:
        window.showMaximized()


def fitted(free: QRect, known: Placement | None) -> QRect:
    """The window's inner rectangle within `free`, with room for the frame around it."""
    room_x, room_y = max(free.width() - FRAME[0], 1), max(free.height() - FRAME[1], 1)
    wide, high = (known.width, known.height) if known else USUAL
    wide, high = max(min(wide, room_x), min(SMALLEST[0], room_x)), max(min(high, room_y), min(SMALLEST[1], room_y))
    left_most, top_most = free.left() + FRAME[0] // 2, free.top() + FRAME[1] - FRAME[0] // 2
    spare_x, spare_y = room_x - wide, room_y - high
    left = known.left if known else left_most + spare_x // 2
    top = known.top if known else top_most + spare_y // 2
    return QRect(
        max(left_most, min(left, left_most + spare_x)), max(top_most, min(top, top_most + spare_y)), wide, high
    )


def remembered(window: QMainWindow, settings: Settings) -> Settings:
    """`settings` with the place that `window` has now on its screen."""
    screen = window.screen()
    if not window.isVisible():
        return settings
    usual = window.normalGeometry() if window.isMaximized() or window.isFullScreen() else window.geometry()
    here = Placement(
        left=usual.left(),
        top=usual.top(),
        width=usual.width(),
        height=usual.height(),
        maximised=window.isMaximized() or window.isFullScreen(),
    )
    return msgspec.structs.replace(settings, windows={**settings.windows, key_of(screen): here})
