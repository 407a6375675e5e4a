"""The one reader of logos: a process of its own reads the picture, and only shapes, numbers and pixels come back.

What a logo may do to whoever reads it (SVG is a program, PNG a compressed file) ends with that process: it has limits
of time and memory, and from the first byte of the logo on it can open neither file nor connection. Here nothing but a
list of plain shapes is taken from it, each of a known kind, each number within bounds.
"""

import atexit
import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from fumimori.report.logo_shapes import LOGO_LIMIT, LogoError, Reply, rebuilt
from fumimori.report.typefaces import BOLD, REGULAR

WITHIN = 20.0
"""Seconds that one logo may take, of which computing may be a quarter."""
KEPT = 4
_known: dict[tuple[str, bytes], Reply] = {}
_running: set["subprocess.Popen[bytes]"] = set()
_lock = Lock()


@dataclass(frozen=True)
class Logo:
    """A logo that was read: its natural size in points and what the PDF library draws of it."""

    width: float
    height: float
    image: Any = None
    drawing: Any = None
    pixels: int = 0
    """How many pixels wide a bitmap is; 0 for a drawing, which is sharp at any size."""


def read_logo(untrusted_content: bytes, kind: str) -> Logo:
    """The logo in `untrusted_content`, which is `png` or `svg`; raises LogoError. May take seconds; from any thread."""
    if kind not in ("png", "svg"):
        raise LogoError("kind")
    if len(untrusted_content) > LOGO_LIMIT:
        raise LogoError("size")
    reply = _known.get((kind, untrusted_content)) or _asked(untrusted_content, kind)
    if reply.code:
        raise LogoError(reply.code)
    return _logo(reply)


def _logo(reply: Reply) -> Logo:
    if reply.bitmap is not None:
        from PIL import Image
        from reportlab.lib.utils import ImageReader

        bitmap = reply.bitmap
        image = Image.frombytes("RGBA", (bitmap.width, bitmap.height), bitmap.rgba)
        return Logo(bitmap.width, bitmap.height, image=ImageReader(image), pixels=reply.pixels)
    drawing = rebuilt(reply, faces=(REGULAR, BOLD))
    return Logo(drawing.width, drawing.height, drawing=drawing)


def _asked(untrusted_content: bytes, kind: str) -> Reply:
    """What the reading process says; a process that dies or does not end says `complex`."""
    line = f"{kind}\n".encode() + untrusted_content
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUTF8": "1"}
    no_console = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(  # noqa: S603 - our own program, and no word of the logo on its command line
            _command(), stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment, creationflags=no_console
        )
    except OSError as error:
        raise LogoError("unchecked") from error
    with _lock:
        _running.add(process)
    try:
        answer, _ = process.communicate(line, timeout=WITHIN)
    except subprocess.TimeoutExpired:
        return Reply(code="complex")
    finally:
        _end(process)
    try:
        reply = msgspec.msgpack.decode(answer, type=Reply)
    except msgspec.DecodeError:
        reply = Reply(code="complex")
    with _lock:
        while len(_known) >= KEPT:
            _known.pop(next(iter(_known)))
        _known[kind, untrusted_content] = reply
    return reply


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "--read-logo"]
    return [sys.executable, "-P", "-m", "fumimori", "--read-logo"]


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate()
    with _lock:
        _running.discard(process)


@atexit.register
def stop() -> None:
    """End every reading that is under way; the program calls it when it ends."""
    with _lock:
        running = list(_running)
    for process in running:
        with contextlib.suppress(OSError):
            process.kill()
