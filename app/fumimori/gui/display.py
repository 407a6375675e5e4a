"""Whether a window can be shown at all, found out before Qt is asked: Qt ends the program when it cannot."""

import ctypes
import os
import sys
from collections.abc import Mapping
from pathlib import Path

_NEEDED = ("libxcb-cursor.so.0",)
"""What Qt's X11 part loads beyond the libraries that it brings."""


def why_no_window(environment: Mapping[str, str]) -> str:
    """`no_display`, `display_refused` or `no_library`; empty where a window can be shown.

    Only Linux can be without a display, and only where Qt was not told to draw elsewhere.
    """
    platform = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if not sys.platform.startswith("linux") or platform not in ("", "xcb", "wayland"):
        return ""
    if platform != "xcb" and _wayland(environment):
        return ""
    if not environment.get("DISPLAY"):
        return "no_display"
    if not all(map(_loads, _NEEDED)):
        return "no_library"
    return "" if _x11_answers() else "display_refused"


def _wayland(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY", "")
    return bool(name) and (Path(environment.get("XDG_RUNTIME_DIR", os.sep)) / name).exists()


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _x11_answers() -> bool:
    """Whether the X server that DISPLAY names lets us in."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt may know another way
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    refused: int = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not refused
