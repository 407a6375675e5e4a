"""The drawn figures of the management pages: the scale of grades and a bar that counts."""

from collections.abc import Mapping
from dataclasses import replace

from fumimori.report.blocks import Block, Prose
from fumimori.report.canvas import Node, PdfCanvas
from fumimori.report.page_style import MM, WHITE, PageStyle, Style

LETTERS = "ABCDE"
_GAP = 0.8 * MM
_HERE = 36.5 * MM
_BOX = 11 * MM
_SMALLEST = 7.0
"""Points of the words below the boxes, at least."""


class GradeScale(Block):
    """The five grades next to each other with their words; where this company stands, and where the plan leads.

    The grade of today is a filled box with a larger letter and its remark in bold; every other box is only outlined.
    """

    def __init__(
        self,
        letter: str | None,
        words: Mapping[str, str],
        remarks: Mapping[str, str],
        page_style: PageStyle,
        *,
        alt: str,
    ) -> None:
        self._letter, self._page_style = letter, page_style
        faces, note = page_style.faces, page_style.note
        strong = note.bold().inked(page_style.ink)
        self._words = {
            one: self._fitting(words[one], strong if one == letter else note, self._column(one, page_style.width))
            for one in LETTERS
        }
        self._remarks = {
            one: Prose(said, strong if one == letter else note.inked(page_style.ink), faces, align="center")
            for one, said in remarks.items()
        }
        self.node = Node("Figure", alt=alt)

    def _fitting(self, said: str, style: Style, width: float) -> Prose:
        """A grade's words, a little smaller where that spares a second line with little on it."""
        faces = self._page_style.faces
        small = replace(
            style, size=max(_SMALLEST, style.size * width / (faces.width(said, style.face, style.size) + 1))
        )
        fits = small.size < style.size and faces.width(said, small.face, small.size) <= width
        return Prose(said, small if fits else style, faces, align="center")

    def _column(self, letter: str, width: float) -> float:
        """The width of a letter's column: today's is the widest."""
        if self._letter is None:
            return (width - 4 * _GAP) / 5
        return _HERE if letter == self._letter else (width - _HERE - 4 * _GAP) / 4

    def _above(self, width: float) -> float:
        heights = (said.height(self._column(one, width)) for one, said in self._remarks.items())
        return max(heights, default=0.0)

    def height(self, width: float) -> float:
        """Remarks, boxes, words."""
        words = max(said.height(self._column(one, width)) for one, said in self._words.items())
        return self._above(width) + 0.8 * MM + _BOX + 1 * MM + words

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """From A on the left to E on the right."""
        paper, left = self._page_style, x
        self.node.box = (x, top - self.height(width), x + width, top)
        figure = parent.adopt(self.node)
        below = top - self._above(width) - 0.8 * MM
        for one in LETTERS:
            column, here = self._column(one, width), one == self._letter
            style = paper.sized(24 if here else 14, 1).bold().inked(WHITE if here else paper.quiet)
            box = (left, below - _BOX, column, _BOX)
            canvas.rectangle(
                box, fill=paper.accent if here else None, outline=paper.accent if here else paper.line, radius=1.5 * MM
            )
            with canvas.marked(figure):
                at = left + (column - canvas.width(one, style)) / 2
                canvas.text(at, below - _BOX / 2 - 0.36 * style.size, [(one, style)])
            remark = self._remarks.get(one)
            if remark is not None:
                remark.draw(canvas, left, below + 0.8 * MM + remark.height(column), column, figure)
            self._words[one].draw(canvas, left, below - _BOX - 1 * MM, column, figure)
            left += column + _GAP


class CountBar(Block):
    """A number with a bar next to it, `share` (0 to 1) of the room long."""

    def __init__(self, said: str, share: float, page_style: PageStyle) -> None:
        self._share, self._page_style = share, page_style
        self._said = Prose(said, page_style.note.inked(page_style.ink), page_style.faces)

    def height(self, width: float) -> float:
        """A line."""
        return self._said.height(width)

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """The number, then the bar."""
        number = 6 * MM
        self._said.draw(canvas, x, top, width, parent)
        if self._share:
            middle = top - self._said.height(width) / 2
            box = (x + number, middle - 1.1 * MM, (width - number) * self._share, 2.2 * MM)
            canvas.rectangle(box, fill=self._page_style.accent)
