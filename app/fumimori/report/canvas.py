"""The canvas: draws text and shapes and notes where each mark is in the structure (ISO 32000-1, 14.7)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from itertools import accumulate, chain, repeat
from operator import add, mul
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from fumimori.report import kinsoku
from fumimori.report.page_style import Ink, PageStyle, Style
from fumimori.report.typefaces import BOLD, MONO, REGULAR, Typefaces

AIR = 0.08
"""Ems between Japanese and Latin; below 0.1, from which text extraction would insert a space."""
REMEMBERED = 1000
"""Length in characters of texts whose line breaks are cached."""


@dataclass(frozen=True)
class Mark:
    """A marked stretch of a page's content: page index and MCID."""

    page: int
    mcid: int


@dataclass(frozen=True)
class LinkMark:
    """A link annotation: page index, its place among that page's annotations, and its words."""

    page: int
    index: int
    words: str


@dataclass(eq=False)
class Node:
    """An element of the structure tree; `kind` is a standard structure type such as P, H1, Table, TD."""

    kind: str
    alt: str = ""
    scope: str = ""
    span: int = 1
    box: tuple[float, float, float, float] | None = None
    children: "list[Node | Mark | LinkMark]" = field(default_factory=list)
    adopted: bool = False

    def adopt(self, child: "Node") -> "Node":
        """Append `child` to this element when it is first drawn."""
        if not child.adopted:
            child.adopted = True
            self.children.append(child)
        return child


Run = tuple[str, Style]


def air_in(text: str) -> list[float]:
    """For each character of `text`, the ems of air before it: between Japanese letters and Latin ones."""
    return [0.0, *map(_air, text, text[1:])][: len(text)]


@lru_cache(maxsize=65_536)
def _air(before: str, after: str) -> float:
    return AIR if (_letter(before) and _latin(after)) or (_latin(before) and _letter(after)) else 0.0


def _letter(char: str) -> bool:
    return "\u3041" <= char <= "\u30fa" or "\u3400" <= char <= "\u9fff" or char in "々ー"


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


class _OwnFacesCanvas(Canvas):
    """A canvas on which no face can be chosen that is not embedded, whatever a drawing asks for."""

    def setFont(self, psfontname: str, size: float, leading: float | None = None) -> None:  # noqa: N802 - the library's
        """One of our own faces; the regular one for any other."""
        super().setFont(psfontname if psfontname in (REGULAR, BOLD, MONO) else REGULAR, size, leading)


class _Line:
    """Pieces of one line as operators (ISO 32000-1, 9.4); face and ink are written only where they change."""

    def __init__(self, canvas: Canvas, baseline: float) -> None:
        self._canvas, self._baseline = canvas, f"{baseline:.2f}"
        self._code = ["BT"]
        self._font: tuple[str, float] | None = None
        self._ink: Ink | None = None

    def add(self, x: float, piece: str, face: str, style: Style) -> None:
        """`piece` from `x` on."""
        code, document, font = self._code, self._canvas._doc, pdfmetrics.getFont(face)  # noqa: SLF001 - as _sequence
        if self._ink != style.ink:
            self._ink = style.ink
            code.append(f"{style.ink.red:.4g} {style.ink.green:.4g} {style.ink.blue:.4g} rg")
        code.append(f"1 0 0 1 {x:.2f} {self._baseline} Tm")
        for subset, glyphs in font.splitString(piece, document):
            named = (font.getSubsetInternalName(subset, document), style.size)
            if self._font != named:
                self._font = named
                code.append(f"{named[0]} {style.size:g} Tf")
            code.append(f"<{glyphs.hex()}> Tj")

    def end(self) -> None:
        """Draw it."""
        self._canvas._code.append("\n".join([*self._code, "ET"]))  # noqa: SLF001


class PdfCanvas:
    """Draws one document, page after page; coordinates are points from the lower left corner."""

    def __init__(self, page_style: PageStyle, *, title: str, tag: str) -> None:
        self.page_style = page_style
        self.faces = page_style.faces
        self.root = Node("Document")
        self.references: Mapping[str, str] = {}
        """Words such as F-03, M-012 and T5 that are links wherever running text names them, with their targets."""
        self.page = 0
        self._output = BytesIO()
        self._canvas = _OwnFacesCanvas(
            self._output,
            pagesize=page_style.paper,
            invariant=1,
            pageCompression=0,  # `completed` and `protected` write the streams, compressed once
            initialFontName=REGULAR,
            initialFontSize=page_style.body.size,
            lang=tag,
        )
        self._canvas.setTitle(title)
        self._mcids = 0
        self._annotations = 0
        self._marking = False

    # --- pages and marks ---

    def next_page(self) -> None:
        """End this page and begin the next."""
        self._canvas.showPage()
        self.page += 1
        self._mcids = self._annotations = 0

    def finished(self) -> bytes:
        """The document without structure, metadata and attachments."""
        self._canvas.save()
        self.faces.forget(self._canvas._doc)  # noqa: SLF001 - the library keeps the subsets by this object
        return self._output.getvalue()

    @contextmanager
    def marked(self, node: Node, *, spoken: str = "") -> Iterator[None]:
        """Everything drawn inside is content of `node`; copied out of the PDF it reads `spoken` (14.9.4) if given."""
        node.children.append(Mark(self.page, self._mcids))
        actual = f" /ActualText <feff{spoken.encode('utf-16-be').hex()}>" if spoken else ""
        with self._sequence(f"/{node.kind} <</MCID {self._mcids}{actual}>> BDC"):
            self._mcids += 1
            yield

    @contextmanager
    def artifact(self, kind: str = "Layout") -> Iterator[None]:
        """Everything drawn inside is an artifact (decoration or repetition) that screen readers skip."""
        if self._marking:
            yield
            return
        with self._sequence(f"/Artifact <</Type /{kind}>> BDC"):
            yield

    @contextmanager
    def _sequence(self, opening: str) -> Iterator[None]:
        if self._marking:
            raise ValueError("marks do not nest")
        self._canvas._code.append(opening)  # noqa: SLF001 - the library has no call for marked content
        self._marking = True
        yield
        self._marking = False
        self._canvas._code.append("EMC")  # noqa: SLF001

    def bookmark(self, key: str, top: float, title: str = "", level: int = 0) -> None:
        """A target for links at height `top`, shown in the outline when it has a title."""
        self._canvas.bookmarkPage(key, fit="XYZ", left=0, top=top + 6, zoom=0)
        if title:
            self._canvas.addOutlineEntry(title, key, level=level, closed=level > 0)

    def link(self, node: Node, key: str, words: str, box: tuple[float, float, float, float]) -> None:
        """A link to the bookmark `key`; `node` is its Link element."""
        self._canvas.linkRect(words, key, box, relative=0, Border="[0 0 0]")
        node.children.append(LinkMark(self.page, self._annotations, words))
        self._annotations += 1

    # --- text ---

    def text(self, x: float, baseline: float, runs: Sequence[Run], *, before: str = "") -> float:
        """Set `runs` on one line from `x`, after the character `before`; returns where the line ends.

        Characters that no face has are 〓 already.
        """
        position, last = x, before
        writing = _Line(self._canvas, baseline)
        for part, style in runs:
            pieces, ems = _pieces(last, part, style.face, self.faces)
            for begin, piece, face in pieces:
                writing.add(position + begin * style.size, piece, face, style)
            position += ems * style.size
            last = part[-1:] or last
        writing.end()
        return position

    def width(self, text: str, style: Style) -> float:
        """The width of `text` on one line in points."""
        return self.faces.width(text, style.face, style.size) + sum(air_in(text)) * style.size

    def watermark(self, text: str, style: Style, middle: tuple[float, float], degrees: float) -> None:
        """`text` turned around its middle, behind what is drawn later; what it says has to stand elsewhere as well."""
        with self.artifact("Background"):
            self._canvas.saveState()
            self._canvas.translate(*middle)
            self._canvas.rotate(degrees)
            self._canvas.setFillColorRGB(style.ink.red, style.ink.green, style.ink.blue)
            self._canvas.setFont(style.face, style.size)
            self._canvas.drawCentredString(0, -0.36 * style.size, text)
            self._canvas.restoreState()

    # --- lines and shapes: ornament unless a figure is being drawn ---

    def line(self, start: tuple[float, float], end: tuple[float, float], ink: Ink, width: float = 0.5) -> None:
        """A straight line."""
        with self.artifact():
            self._stroke(ink, width)
            self._canvas.line(*start, *end)

    def rectangle(
        self,
        box: tuple[float, float, float, float],
        *,
        fill: Ink | None = None,
        outline: Ink | None = None,
        width: float = 0.6,
        radius: float = 0.0,
        dotted: bool = False,
    ) -> None:
        """A rectangle (x, y, width, height)."""
        with self.artifact():
            self._canvas.saveState()
            if dotted:
                self._canvas.setDash(1.2, 1.6)
            self._inks(fill, outline, width)
            self._canvas.roundRect(*box, radius, stroke=int(outline is not None), fill=int(fill is not None))
            self._canvas.restoreState()

    def hatched(self, box: tuple[float, float, float, float], ink: Ink, radius: float = 0.0) -> None:
        """Diagonal lines inside a rectangle: what is not known."""
        x, y, width, height = box
        with self.artifact():
            self._canvas.saveState()
            path = self._canvas.beginPath()
            path.roundRect(x, y, width, height, radius)
            self._canvas.clipPath(path, stroke=0, fill=0)
            self._stroke(ink, 0.5)
            step = 2.6
            start = x - height
            for number in range(int((width + height) / step) + 1):
                left = start + number * step
                self._canvas.line(left, y, left + height, y + height)
            self._canvas.restoreState()

    def polygon(
        self, points: Sequence[tuple[float, float]], *, fill: Ink | None = None, outline: Ink | None = None
    ) -> None:
        """A closed polygon."""
        with self.artifact():
            path = self._canvas.beginPath()
            path.moveTo(*points[0])
            for point in points[1:]:
                path.lineTo(*point)
            path.close()
            self._inks(fill, outline, 0.8)
            self._canvas.drawPath(path, stroke=int(outline is not None), fill=int(fill is not None))

    def disc(self, x: float, y: float, radius: float, *, fill: Ink | None = None, outline: Ink | None = None) -> None:
        """A circle."""
        with self.artifact():
            self._inks(fill, outline, 0.9)
            self._canvas.circle(x, y, radius, stroke=int(outline is not None), fill=int(fill is not None))

    def strokes(self, curves: Sequence[Sequence[tuple[str, tuple[float, ...]]]], ink: Ink, width: float) -> None:
        """Open curves made of (`M`|`L`|`C`|`Z`, coordinates), with round ends."""
        with self.artifact():
            self._canvas.saveState()
            self._stroke(ink, width)
            self._canvas.setLineCap(1)
            self._canvas.setLineJoin(1)
            for curve in curves:
                path = self._canvas.beginPath()
                for command, numbers in curve:
                    if command == "M":
                        path.moveTo(*numbers)
                    elif command == "L":
                        path.lineTo(*numbers)
                    elif command == "C":
                        path.curveTo(*numbers)
                    else:
                        path.close()
                self._canvas.drawPath(path, stroke=1, fill=0)
            self._canvas.restoreState()

    def picture(self, image: Any, x: float, y: float, width: float, height: float) -> None:
        """A bitmap that the PDF library has read."""
        self._canvas.drawImage(image, x, y, width, height, mask="auto")

    def drawing(self, drawing: Any, x: float, y: float) -> None:
        """A vector drawing that the PDF library has read."""
        from reportlab.graphics import renderPDF

        renderPDF.draw(drawing, self._canvas, x, y)

    def _stroke(self, ink: Ink, width: float) -> None:
        self._canvas.setStrokeColorRGB(ink.red, ink.green, ink.blue)
        self._canvas.setLineWidth(width)

    def _inks(self, fill: Ink | None, outline: Ink | None, width: float) -> None:
        if fill is not None:
            self._canvas.setFillColorRGB(fill.red, fill.green, fill.blue)
        if outline is not None:
            self._stroke(outline, width)


@lru_cache(maxsize=16_384)
def _pieces(before: str, part: str, wanted: str, faces: Typefaces) -> tuple[Sequence[tuple[float, str, str]], float]:
    """`part` as pieces of one face without air inside, each with the ems before it; the ems of all of it."""
    gaps = air_in(before + part)[len(before) :]
    named = [faces.face_of(char, wanted) or wanted for char in part]
    ends = [0.0, *accumulate(map(add, faces.advances(part, wanted), gaps))]
    cuts = [i for i in range(1, len(part)) if gaps[i] or named[i] != named[i - 1]]
    starts = [0, *cuts] if part else []
    return [
        (ends[start] + gaps[start], part[start:end], named[start])
        for start, end in zip(starts, [*cuts, len(part)], strict=False)
    ], ends[-1]


def laid_out(runs: Sequence[Run], width: float, faces: Typefaces) -> list[list[Run]]:
    """`runs` broken into lines of at most `width` points; each line is a list of runs again."""
    whole = "".join(part for part, _ in runs)
    most = sum(faces.width(part, style.face, style.size) + len(part) * AIR * style.size for part, style in runs)
    if most <= width and "\n" not in whole:  # as most cells do, whatever air there is in it
        return [within(runs, 0, len(whole.rstrip(kinsoku.SPACES)))]
    parts = tuple((part, style.face, style.size) for part, style in runs)
    spans = _spans if len(whole) <= REMEMBERED else _spans.__wrapped__
    return [within(runs, start, end) for start, end in spans(parts, width, faces)]


@lru_cache(maxsize=4096)
def _spans(parts: Sequence[tuple[str, str, float]], width: float, faces: Typefaces) -> list[tuple[int, int]]:
    """Where the lines begin and end; a report that is set again says nearly all of it again."""
    sizes = [size for part, _, size in parts for size in repeat(size, len(part))]
    ems = chain.from_iterable(faces.advances(part, face) for part, face, _ in parts)
    whole = "".join(part for part, _, _ in parts)
    gaps = list(map(mul, air_in(whole), sizes))
    return kinsoku.break_lines(whole, list(map(mul, ems, sizes)), width, gaps)


def within(runs: Sequence[Run], start: int, end: int) -> list[Run]:
    """What stands between two places of the text that `runs` make together."""
    found: list[Run] = []
    at = 0
    for part, style in runs:
        piece = part[max(0, start - at) : max(0, end - at)]
        if piece:
            found.append((piece, style))
        at += len(part)
    return found
