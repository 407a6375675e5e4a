"""What a logo is once it was read: shapes of known kinds with bounded numbers, as two processes exchange them."""

import math
from typing import Any

import msgspec

LOGO_LIMIT = 4 * 1024 * 1024
"""Bytes of a logo's file."""
FARTHEST = 1e6
"""Points; a number beyond it is no place on paper."""
SHAPES = 20_000
PIXELS = 40_000_000
_LINES = ("strokeWidth", "strokeLineCap", "strokeLineJoin", "strokeMiterLimit", "strokeOpacity")
_FILLS = ("fillOpacity", "fillMode")
NUMBERS: dict[str, tuple[str, ...]] = {
    "Group": (),
    "Path": (*_LINES, *_FILLS, "isClipPath"),
    "Rect": ("x", "y", "width", "height", "rx", "ry", *_LINES, *_FILLS),
    "Circle": ("cx", "cy", "r", *_LINES, *_FILLS),
    "Ellipse": ("cx", "cy", "rx", "ry", *_LINES, *_FILLS),
    "Line": ("x1", "y1", "x2", "y2", *_LINES),
    "PolyLine": _LINES,
    "Polygon": (*_LINES, *_FILLS),
    "String": ("x", "y", "fontSize"),
    "Image": ("x", "y", "width", "height"),
    "LinearGradientShape": ("_x0", "_y0", "_x1", "_y1"),
    "RadialGradientShape": ("_cx", "_cy", "_r"),
}
"""The numbers of each kind of shape; what is not named here does not exist."""
LISTS: dict[str, tuple[str, ...]] = {
    "Group": ("transform",),
    "Path": ("points", "operators", "strokeDashArray"),
    "PolyLine": ("points", "strokeDashArray"),
    "Polygon": ("points", "strokeDashArray"),
    "LinearGradientShape": ("_positions",),
    "RadialGradientShape": ("_positions",),
}
COLOURED = ("Path", "Rect", "Circle", "Ellipse", "Line", "PolyLine", "Polygon", "String")


class LogoError(ValueError):
    """A logo that will not be printed; `code` says why.

    `size` too many bytes · `pixels` too many pixels · `kind` neither PNG nor SVG · `encoding` neither UTF-8 nor
    UTF-16 · `unreadable` damaged or cut off · `active` scripts or movement · `outside` needs something outside the
    file · `entities` declares abbreviations that may hide things · `complex` takes too long or too much memory ·
    `unchecked` the reader could not be started.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"the logo is not usable: {code}")
        self.code = code


class Bitmap(msgspec.Struct, frozen=True):
    """Pixels, four bytes each: red, green, blue, opacity."""

    width: int
    height: int
    rgba: bytes


class Shape(msgspec.Struct, frozen=True):
    """One shape: its kind, its numbers and lists by name, and what is within it."""

    kind: str
    numbers: dict[str, float] = msgspec.field(default_factory=dict)
    lists: dict[str, list[float]] = msgspec.field(default_factory=dict)
    colours: dict[str, tuple[float, float, float, float] | None] = msgspec.field(default_factory=dict)
    stops: list[tuple[float, float, float, float]] = msgspec.field(default_factory=list)
    text: str = ""
    anchor: str = "start"
    bold: bool = False
    bitmap: Bitmap | None = None
    within: list["Shape"] = msgspec.field(default_factory=list)


class Reply(msgspec.Struct, frozen=True):
    """What the reading process says: why not, or a bitmap, or a drawing of this size."""

    code: str = ""
    bitmap: Bitmap | None = None
    pixels: int = 0
    width: float = 0.0
    height: float = 0.0
    shapes: list[Shape] = msgspec.field(default_factory=list)


def rebuilt(reply: Reply, *, faces: tuple[str, str]) -> Any:
    """The drawing of `reply`, built from nothing but what is allowed, its text in `faces` (regular, bold).

    Raises LogoError for a kind that is not known and for a number out of bounds.
    """
    from reportlab.graphics.shapes import Drawing

    if not (0 < reply.width < FARTHEST and 0 < reply.height < FARTHEST):
        raise LogoError("unreadable")
    drawing = Drawing(reply.width, reply.height)
    left = [SHAPES]
    for shape in reply.shapes:
        drawing.add(_shape(shape, faces, left, 0))
    return drawing


def _shape(shape: Shape, faces: tuple[str, str], left: list[int], depth: int) -> Any:
    from reportlab.graphics import shapes as library

    left[0] -= 1
    if left[0] < 0 or depth > 300:
        raise LogoError("complex")
    if shape.kind not in NUMBERS:
        raise LogoError("unreadable")
    numbers = {name: _number(shape.numbers.get(name, 0.0)) for name in NUMBERS[shape.kind]}
    lists = {name: [_number(one) for one in shape.lists.get(name, [])] for name in LISTS.get(shape.kind, ())}
    if shape.kind in ("LinearGradientShape", "RadialGradientShape"):
        clips = [_shape(one, faces, left, depth + 1) for one in shape.within]
        return _gradient(shape, numbers, lists["_positions"], clips)
    if shape.kind == "Image":
        return _image(shape, numbers)
    if shape.kind == "String":
        made = library.String(numbers["x"], numbers["y"], shape.text[:1000])
        made.fontSize, made.fontName = max(numbers["fontSize"], 0.01), faces[shape.bold]
        made.textAnchor = shape.anchor if shape.anchor in ("start", "middle", "end") else "start"
    elif shape.kind == "Group":
        made = library.Group(*(_shape(one, faces, left, depth + 1) for one in shape.within))
        made.transform = tuple(lists["transform"]) if len(lists["transform"]) == 6 else (1, 0, 0, 1, 0, 0)
        return made
    else:
        made = _plain(shape.kind, numbers, lists)
    for name in ("fillColor", "strokeColor"):
        if name in shape.colours and (name != "fillColor" or shape.kind not in ("Line", "PolyLine")):
            setattr(made, name, _colour(shape.colours[name]))
    return made


def _plain(kind: str, numbers: dict[str, float], lists: dict[str, list[float]]) -> Any:
    from reportlab.graphics import shapes as library

    start = {"Rect": (0, 0, 0, 0), "Circle": (0, 0, 0), "Ellipse": (0, 0, 0, 0), "Line": (0, 0, 0, 0)}.get(kind, ())
    made = getattr(library, kind)(*start)
    for name, value in numbers.items():
        whole = name in ("strokeLineCap", "strokeLineJoin", "fillMode", "isClipPath")
        setattr(made, name, int(value) if whole else value)
    for name, values in lists.items():
        if name == "strokeDashArray":
            made.strokeDashArray = values if values and min(values) >= 0 and max(values) > 0 else None
        elif name == "operators":
            made.operators = [int(value) for value in values]
        else:
            setattr(made, name, values)
    if kind == "Path":
        needed = sum((2, 2, 6, 0)[operator] if 0 <= operator <= 3 else FARTHEST for operator in made.operators)
        if needed != len(made.points):
            raise LogoError("unreadable")
    return made


def _gradient(shape: Shape, numbers: dict[str, float], positions: list[float], clips: list[Any]) -> Any:
    from svglib import svglib

    if len(clips) != 1 or not shape.stops or len(shape.stops) != len(positions):
        raise LogoError("unreadable")
    colours = [_colour(stop) for stop in shape.stops]
    return getattr(svglib, shape.kind)(clips[0], *numbers.values(), colours, positions)


def _image(shape: Shape, numbers: dict[str, float]) -> Any:
    from PIL import Image
    from reportlab.graphics import shapes as library

    bitmap = shape.bitmap
    if bitmap is None or not 0 < bitmap.width * bitmap.height <= PIXELS:
        raise LogoError("unreadable")
    picture = Image.frombytes("RGBA", (bitmap.width, bitmap.height), bitmap.rgba)
    return library.Image(numbers["x"], numbers["y"], numbers["width"], numbers["height"], picture)


def _number(value: float) -> float:
    if not math.isfinite(value) or abs(value) > FARTHEST:
        raise LogoError("unreadable")
    return value


def _colour(parts: tuple[float, float, float, float] | None) -> Any:
    from reportlab.lib.colors import Color

    return None if parts is None else Color(*(min(max(_number(one), 0.0), 1.0) for one in parts))
