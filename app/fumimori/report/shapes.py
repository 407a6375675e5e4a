"""The drawn signs: severity and state chips, the bar of a score, tick boxes, seal boxes and the mark."""

import re
from collections.abc import Sequence
from math import cos, pi, sin
from pathlib import Path

from fumimori.report.blocks import Block, Prose
from fumimori.report.canvas import Node, PdfCanvas
from fumimori.report.page_style import MM, Chip, Ink, PageStyle

SHAPE = 2.3 * MM


class ChipSign(Block):
    """A severity or a state: shape and word on its ground."""

    def __init__(self, word: str, label: str, page_style: PageStyle, *, count: str = "") -> None:
        self._chip, self._page_style = page_style.chip(word), page_style
        self._style = page_style.note.bold().inked(self._chip.ink)
        self._label = f"{label} {count}".rstrip()
        self.node = Node("P")

    def natural_width(self) -> float:
        """The width of the chip in points."""
        return self._page_style.faces.width(self._label, self._style.face, self._style.size) + SHAPE + 3.6 * MM

    def height(self, width: float) -> float:  # noqa: ARG002
        """A line of a table."""
        return 4.9 * MM

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:  # noqa: ARG002
        """Ground, shape, word."""
        chip, height, length = self._chip, 4.5 * MM, self.natural_width()
        box = (x, top - height, length, height)
        canvas.rectangle(box, fill=chip.fill, outline=chip.outline, radius=1 * MM, dotted=chip.dotted)
        middle = top - height / 2
        if chip.hatch:
            canvas.hatched((x, top - height, SHAPE + 1.8 * MM, height), chip.hatch, 1 * MM)
            canvas.rectangle(box, outline=chip.hatch, radius=1 * MM)
        draw_shape(canvas, chip, x + 1.2 * MM + SHAPE / 2, middle)
        with canvas.marked(parent.adopt(self.node)):
            canvas.text(x + SHAPE + 2.2 * MM, middle - 0.36 * self._style.size, [(self._label, self._style)])


def draw_shape(canvas: PdfCanvas, chip: Chip, x: float, y: float) -> None:
    """The shape of `chip` around the middle (x, y)."""
    half, ink = SHAPE / 2, chip.ink
    triangle = [(x, y + half), (x + half, y - half * 0.8), (x - half, y - half * 0.8)]
    if chip.shape == "diamond":
        canvas.polygon([(x, y + half), (x + half, y), (x, y - half), (x - half, y)], fill=ink)
    elif chip.shape == "triangle":
        canvas.polygon(triangle, fill=ink)
    elif chip.shape == "open_triangle":
        canvas.polygon(triangle, outline=ink)
    elif chip.shape == "square":
        side = half * 0.82
        canvas.polygon(
            [(x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)], fill=ink
        )
    elif chip.shape == "disc":
        canvas.disc(x, y, half * 0.9, fill=ink)
    elif chip.shape == "ring":
        canvas.disc(x, y, half * 0.85, outline=ink)
    elif chip.shape == "letter":
        canvas.disc(x, y + half * 0.75, half * 0.18, fill=ink)
        canvas.strokes([[("M", (x, y + half * 0.25)), ("L", (x, y - half * 0.85))]], ink, 1.1)
    elif chip.shape == "cross":
        side = half * 0.75
        falling = [("M", (x - side, y + side)), ("L", (x + side, y - side))]
        canvas.strokes([falling, [("M", (x - side, y - side)), ("L", (x + side, y + side))]], ink, 1.2)
    elif chip.shape == "dash":
        canvas.strokes([[("M", (x - half * 0.8, y)), ("L", (x + half * 0.8, y))]], ink, 1.1)
    else:
        _question(canvas, ink, x, y, half)


def _question(canvas: PdfCanvas, ink: Ink, x: float, y: float, half: float) -> None:
    top, radius = y + half * 0.45, half * 0.5
    arc = [(x + radius * cos(angle), top + radius * sin(angle)) for angle in (pi - i * pi * 1.35 / 8 for i in range(9))]
    hook = [("M", arc[0]), *(("L", point) for point in arc[1:]), ("L", (x, y - half * 0.4))]
    canvas.strokes([hook], ink, 1.0)
    canvas.disc(x, y - half * 0.85, half * 0.16, fill=ink)


class ScoreBar(Block):
    """A score from 0 to 100: filled to the lower bound, hatched to the upper one, the numbers next to it."""

    def __init__(
        self, low: int | None, high: int | None, page_style: PageStyle, *, alt: str, label: str, length: float = 30
    ) -> None:
        self._low, self._high, self._page_style, self._length = low, high, page_style, length * MM
        self._label = Prose(label, page_style.note.inked(page_style.ink), page_style.faces)
        self.node = Node("Figure", alt=alt)

    def height(self, width: float) -> float:
        """The bar with its numbers below."""
        return 3.2 * MM + self._label.height(width)

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """The bar."""
        height, paper = 2.6 * MM, self._page_style
        box = (x, top - height - 0.4 * MM, self._length, height)
        self.node.box = (box[0], box[1], box[0] + box[2], box[1] + box[3])
        low, high = self._low or 0, self._high or 0
        with canvas.marked(parent.adopt(self.node)):
            if high > low:
                left = x + self._length * low / 100
                canvas.hatched((left, box[1], self._length * (high - low) / 100, height), paper.chip("unknown").ink)
            if low:
                canvas.rectangle((x, box[1], self._length * low / 100, height), fill=paper.accent)
            canvas.rectangle(box, outline=paper.quiet, width=0.5)
        self._label.draw(canvas, x, top - 3.2 * MM, width, parent)


class TickBoxes(Block):
    """Empty boxes to tick by hand, each with its word."""

    def __init__(self, words: Sequence[str], page_style: PageStyle, *, small: bool = False) -> None:
        self._words, self._page_style = words, page_style
        self._style = page_style.note.inked(page_style.ink) if small else page_style.table
        self.node = Node("P")

    def height(self, width: float) -> float:  # noqa: ARG002
        """One line."""
        return self._style.leading

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:  # noqa: ARG002
        """Box, word, box, word."""
        side = 3 * MM
        baseline = top - (self._style.leading - self._style.size) / 2 - 0.86 * self._style.size
        places = []
        for word in self._words:
            canvas.rectangle((x, baseline - 0.3 * MM, side, side), outline=self._page_style.ink, width=0.7)
            places.append((x + side + 1 * MM, word))
            x += side + 4 * MM + canvas.width(word, self._style)
        if any(self._words):
            with canvas.marked(parent.adopt(self.node)):
                for place, word in places:
                    canvas.text(place, baseline, [(word, self._style)])


class SealBoxes(Block):
    """Boxes of 22 × 22 mm for seals or signatures, each with its title above."""

    def __init__(self, titles: Sequence[str], page_style: PageStyle) -> None:
        self._page_style = page_style
        self._titles = [
            Prose(t, page_style.note.inked(page_style.ink), page_style.faces, align="center") for t in titles
        ]

    def height(self, width: float) -> float:  # noqa: ARG002
        """Title and box."""
        return 27 * MM

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """From the right edge, as on Japanese papers."""
        side, paper = 22 * MM, self._page_style
        x += width - side * len(self._titles)
        for title in self._titles:
            canvas.rectangle((x, top - 27 * MM, side, 27 * MM), outline=paper.quiet, width=0.5)
            canvas.line((x, top - 5 * MM), (x + side, top - 5 * MM), paper.quiet)
            title.draw(canvas, x, top - 0.4 * MM, side, parent)
            x += side


class SealMark(Block):
    """The program's mark: an envelope whose flap is closed by the sealing stroke 〆; `size` in millimetres."""

    def __init__(self, file: Path, ink: Ink, *, size: float, alt: str) -> None:
        self._curves, self._ink, self._size = read_strokes(file.read_text(encoding="utf-8")), ink, size * MM
        self.node = Node("Figure", alt=alt)

    def height(self, width: float) -> float:  # noqa: ARG002
        """As high as wide."""
        return self._size

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:  # noqa: ARG002
        """The strokes of the mark's file."""
        scale = self._size / 64
        self.node.box = (x, top - self._size, x + self._size, top)
        with canvas.marked(parent.adopt(self.node)):
            for curve, stroke in self._curves:
                placed = [(command, _placed(numbers, x, top, scale)) for command, numbers in curve]
                canvas.strokes([placed], self._ink, stroke * scale)


def _placed(numbers: Sequence[float], x: float, top: float, scale: float) -> tuple[float, ...]:
    return tuple(top - n * scale if i % 2 else x + n * scale for i, n in enumerate(numbers))


def read_strokes(svg: str) -> list[tuple[list[tuple[str, tuple[float, ...]]], float]]:
    """The paths of one of our own SVG files with their stroke widths: absolute M, L, C and Z in a box of 64."""
    curves = []
    for path in re.findall(r"<path\b[^<>]*>", svg):
        outline = re.search(r'\bd="([^"]+)"', path)
        stroke = re.search(r'stroke-width="([\d.]+)"', path)
        if outline:
            commands = [
                (command, tuple(float(n) for n in re.findall(r"-?[\d.]+", numbers)))
                for command, numbers in re.findall(r"([MLCZ])([^MLCZ]*)", outline.group(1))
            ]
            curves.append((commands, float(stroke.group(1)) if stroke else 3.0))
    return curves
