"""The one reader of logos: a process of its own reads the picture, and only shapes, numbers and pixels come back.

What a malicious logo may do to its reader (SVG is a program, PNG a compressed file) ends with that process: it has
limits of time and memory, and from the first byte of the logo on it can open neither file nor connection. Here nothing
but a list of plain shapes is taken from it, each of a known kind, each number within bounds.
"""

from dataclasses import dataclass
from threading import Lock
from typing import Any

import msgspec

from fumimori.report import workers
from fumimori.report.logo_shapes import LOGO_LIMIT, LogoError, Reply, rebuilt
from fumimori.report.typefaces import BOLD, REGULAR

KEPT = 4
_known: dict[tuple[str, bytes], Reply] = {}
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
    try:
        answer = workers.ask("read-logo", f"{kind}\n".encode() + untrusted_content)
    except TimeoutError:
        return Reply(code="complex")
    except OSError as error:
        raise LogoError("unchecked") from error
    try:
        reply = msgspec.msgpack.decode(answer, type=Reply)
    except msgspec.DecodeError:
        reply = Reply(code="complex")
    with _lock:
        while len(_known) >= KEPT:
            _known.pop(next(iter(_known)))
        _known[kind, untrusted_content] = reply
    return reply
