"""The process that reads one logo and ends: the kind and the picture come in, shapes or the reason why not go out."""

import os
import sys
from io import BytesIO
from typing import Any

import msgspec

from fumimori.report import workers
from fumimori.report.logo_shapes import (
    COLOURED,
    LISTS,
    NUMBERS,
    PIXELS,
    SHAPES,
    Bitmap,
    LogoError,
    Reply,
    Shape,
    rebuilt,
)
from fumimori.report.logo_text import clean

PRINTED = 1600
"""Pixels of the longer side of a bitmap in print; more cannot be seen on a cover."""
_BROKEN = (
    *(ValueError, TypeError, AttributeError, KeyError, IndexError, OSError, ImportError, RecursionError),
    *(ArithmeticError, AssertionError, SyntaxError, RuntimeError),
)
_WARM = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">
<style>.a{fill:#123456}</style><defs><linearGradient id="g"><stop offset="0" stop-color="red"/><stop offset="1"/>
</linearGradient></defs><rect class="a" width="4" height="4"/><rect fill="url(#g)" width="4" height="4"/>
<text font-family="Arial" font-weight="bold">a</text><text>b</text><image width="1" height="1"
 xlink:href="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="/></svg>"""


def run() -> int:
    """Read standard input, answer on standard output."""
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.environ["PATH"] = ""  # the library would ask a program about fonts
    workers.bound()
    prepare()
    kind, _, untrusted_content = sys.stdin.buffer.read().partition(b"\n")
    workers.seal()
    answer.write(msgspec.msgpack.encode(read(untrusted_content, kind.decode("ascii", "replace"))))
    answer.flush()
    return 0


def prepare() -> None:
    """Load everything that reading needs, by reading a drawing of its own."""
    from PIL import Image

    Image.preinit()
    Image.MAX_IMAGE_PIXELS = PIXELS
    read(_WARM, "svg")


def read(untrusted_content: bytes, kind: str) -> Reply:
    """What a PNG or an SVG is read as."""
    try:
        return _png(untrusted_content) if kind == "png" else _svg(untrusted_content)
    except LogoError as error:
        return Reply(code=error.code)
    except MemoryError:
        return Reply(code="complex")
    except RecursionError:  # deeper than the library can follow
        return Reply(code="complex")
    except _BROKEN:
        return Reply(code="unreadable")


def _png(untrusted_content: bytes) -> Reply:
    from PIL import Image

    if not untrusted_content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise LogoError("kind")
    try:
        with Image.open(BytesIO(untrusted_content), formats=("PNG",)) as opened:
            wide = opened.width
            if wide * opened.height > PIXELS:
                raise LogoError("pixels")
            opened.thumbnail((PRINTED, PRINTED))
            image = opened.convert("RGBA")
    except Image.DecompressionBombError as error:
        raise LogoError("pixels") from error
    return Reply(bitmap=_bitmap(image), pixels=wide)


def _svg(untrusted_content: bytes) -> Reply:
    from reportlab.graphics import renderPDF
    from svglib.svglib import svg2rlg

    drawing = svg2rlg(BytesIO(clean(untrusted_content)))
    if drawing is None:
        raise LogoError("unreadable")
    left = [SHAPES]
    shapes = [found for one in drawing.contents if (found := _shape(one, left)) is not None]
    if not any(map(_drawn, shapes)):
        raise LogoError("unreadable")
    transform = [float(one) for one in drawing.transform]
    whole = [Shape(kind="Group", lists={"transform": transform}, within=shapes)]
    reply = Reply(width=float(drawing.width), height=float(drawing.height), shapes=whole)
    renderPDF.drawToString(rebuilt(reply, faces=("Helvetica", "Helvetica-Bold")))
    return reply


def _shape(one: Any, left: list[int]) -> Shape | None:
    """The shape in the form that leaves this process; None for what is none of the known kinds."""
    left[0] -= 1
    if left[0] < 0:
        raise LogoError("complex")
    kind = next((name.__name__ for name in type(one).__mro__ if name.__name__ in NUMBERS), "")
    if not kind:
        return None
    properties = {**vars(one), **one.getProperties()} if hasattr(one, "getProperties") else vars(one)
    numbers = {name: float(properties.get(name) or 0) for name in NUMBERS[kind]}
    for name in ("fillOpacity", "strokeOpacity"):
        if name in numbers and properties.get(name) is None:
            numbers[name] = 1.0
    lists = {name: [float(value) for value in properties.get(name) or ()] for name in LISTS.get(kind, ())}
    colours = {}
    if kind in COLOURED:
        colours = {name: _colour(properties.get(name)) for name in ("fillColor", "strokeColor") if name in properties}
    inner = [one._clip_shape] if hasattr(one, "_clip_shape") else getattr(one, "contents", ())  # noqa: SLF001
    within = [found for child in inner if (found := _shape(child, left)) is not None]
    if hasattr(one, "_clip_shape") and not within:
        return None
    return Shape(
        kind=kind,
        numbers=numbers,
        lists=lists,
        colours=colours,
        stops=[_colour(stop) or (0.0, 0.0, 0.0, 0.0) for stop in properties.get("_rl_colors", ())],
        text=str(properties.get("text", "")) if kind == "String" else "",
        anchor=str(properties.get("textAnchor", "start")),
        bold="bold" in str(properties.get("fontName", "")).lower(),
        bitmap=_bitmap(properties["path"]) if kind == "Image" else None,
        within=within,
    )


def _drawn(shape: Shape) -> bool:
    """Whether anything is drawn at all, however deep."""
    return shape.kind != "Group" or any(map(_drawn, shape.within))


def _bitmap(image: Any) -> Bitmap:
    if max(image.size) > PRINTED:
        image.thumbnail((PRINTED, PRINTED))
    plain = image.convert("RGBA")
    return Bitmap(width=plain.width, height=plain.height, rgba=plain.tobytes())


def _colour(colour: Any) -> tuple[float, float, float, float] | None:
    if colour is None:
        return None
    return (float(colour.red), float(colour.green), float(colour.blue), float(getattr(colour, "alpha", 1.0)))
