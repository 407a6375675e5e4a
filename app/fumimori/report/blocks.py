"""The blocks of which pages are made: prose, headings, lists, boxes; each knows its height, splits and draws itself."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fumimori.report.canvas import Node, PdfCanvas, Run, laid_out, within
from fumimori.report.page_style import MM, Ink, PageStyle, Style
from fumimori.report.typefaces import Typefaces

REFERENCE = re.compile(
    r"(?<![A-Za-z0-9-])(F-\d{2,6}|[EM]-\d{3,6}|C\d{1,2}(?:-\d{1,2})?|S-\d{1,2}|T\d{1,2})(?![A-Za-z0-9.])(?:–\d{2,6})?"
)
"""What the report calls findings (also the first of a range), evidence, measurements, questions and sections."""


class Block:
    """A layout element of a column; drawn once, from its top left corner."""

    keep_next = False
    """Never the last of a page."""
    optional_at_top = False
    """Left out at the top of a page: white space."""

    @property
    def said(self) -> str:
        """The words that it prints itself."""
        return ""

    @property
    def inside(self) -> "Iterable[Block]":
        """The blocks that it is made of."""
        return ()

    def height(self, width: float) -> float:
        """The height in points when `width` points wide."""
        raise AssertionError(f"{type(self).__name__} has no height for {width}")

    def split(self, width: float, room: float) -> "tuple[Block, Block] | None":  # noqa: ARG002 - most blocks cannot
        """The part that fits into `room` points and the rest; None when nothing sensible fits."""
        return None

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """Draw with the top left corner at (x, top), as content below `parent`."""
        raise AssertionError(f"{type(self).__name__} draws nothing at {x} {top} {width} {canvas} {parent}")


class Gap(Block):
    """White space of a given height in millimetres."""

    optional_at_top = True

    def __init__(self, millimetres: float) -> None:
        self._points = millimetres * MM

    def height(self, width: float) -> float:  # noqa: ARG002
        """The same at every width."""
        return self._points

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """Nothing to draw."""


class Hairline(Block):
    """A thin line across the column; it never ends a page."""

    keep_next = True

    def __init__(self, ink: Ink, *, width: float = 0.5, millimetres: float = 4) -> None:
        self._ink, self._width, self._points = ink, width, millimetres * MM

    def height(self, width: float) -> float:  # noqa: ARG002
        """The same at every width."""
        return self._points

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:  # noqa: ARG002
        """The line in the middle of its height."""
        y = top - self._points / 2
        canvas.line((x, y), (x + width, y), self._ink, self._width)


class Prose(Block):
    """A paragraph of runs; lines keep to kinsoku and are set ragged. Text is text: nothing in it is markup."""

    def __init__(
        self,
        runs: str | Sequence[Run],
        style: Style,
        faces: Typefaces,
        *,
        kind: str = "P",
        align: str = "left",
        measure: float | None = None,
        keep_next: bool = False,
        link: str = "",
    ) -> None:
        given = [(runs, style)] if isinstance(runs, str) else runs
        self.runs = [(faces.settable(part), run_style) for part, run_style in given]
        self.style, self.faces, self.align, self.measure, self.link = style, faces, align, measure, link
        self.keep_next = keep_next
        self.node = Node(kind)
        self._lines: list[list[Run]] | None = None
        self._width = 0.0

    @property
    def said(self) -> str:
        """The whole paragraph."""
        return "".join(part for part, _ in self.runs)

    def lines(self, width: float) -> list[list[Run]]:
        """The lines when `width` points wide."""
        if self._lines is None or (self._width and abs(self._width - width) > 0.01):
            limit = min(width, self.measure) if self.measure else width
            self._lines, self._width = laid_out(self.runs, limit, self.faces), width
        return self._lines

    def height(self, width: float) -> float:
        """Lines times leading."""
        return len(self.lines(width)) * self.style.leading

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """At least two lines on either side."""
        lines = self.lines(width)
        fitting = min(int((room + 0.01) / self.style.leading), len(lines) - 2)
        if fitting < 2:
            return None
        return self._part(lines[:fitting]), self._part(lines[fitting:])

    def _part(self, lines: list[list[Run]]) -> "Prose":
        part = Prose([], self.style, self.faces, align=self.align, link=self.link)
        part.node, part._lines = self.node, lines
        return part

    def _indent(self, canvas: PdfCanvas, line: Sequence[Run], width: float) -> float:
        if self.align == "left":
            return 0.0
        spare = width - sum(canvas.width(part, style) for part, style in line)
        return spare if self.align == "right" else spare / 2

    def _draw_with_links(self, canvas: PdfCanvas, at: tuple[float, float], width: float, node: Node) -> None:
        """The lines, with every word that names a finding, a measurement or a section as a link to it."""
        x, baseline = at
        for line in self.lines(width):
            start, before = x + self._indent(canvas, line, width), ""
            for runs, key in _pieces(line, canvas.references):
                words = "".join(part for part, _ in runs)
                below = node.adopt(Node("Link")) if key else node
                with canvas.marked(below):
                    end = canvas.text(start, baseline, runs, before=before)
                if key:
                    box = (start, baseline - 0.25 * self.style.size, end, baseline + 0.95 * self.style.size)
                    canvas.link(below, key, words, box)
                start, before = end, words[-1]
            baseline -= self.style.leading

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """Line after line."""
        lines = self.lines(width)
        if not any(lines):
            return
        node = parent.adopt(self.node)
        target = node.adopt(Node("Link")) if self.link else node
        baseline = top - (self.style.leading - self.style.size) / 2 - 0.86 * self.style.size
        if not self.link and not self.node.kind.startswith("H") and _names_any(lines, canvas.references):
            self._draw_with_links(canvas, (x, baseline), width, node)
            return
        with canvas.marked(target):
            for line in lines:
                canvas.text(x + self._indent(canvas, line, width), baseline, line)
                baseline -= self.style.leading
        if self.link:
            box = (x, top - len(lines) * self.style.leading, x + width, top)
            canvas.link(target, self.link, "".join(part for line in lines for part, _ in line), box)


def _names_any(lines: Sequence[Sequence[Run]], references: Mapping[str, str]) -> bool:
    return bool(references) and any(
        found[1] in references for line in lines for found in REFERENCE.finditer("".join(part for part, _ in line))
    )


def _pieces(line: Sequence[Run], references: Mapping[str, str]) -> Iterator[tuple[list[Run], str]]:
    """`line` in pieces, each with the target that its words lead to; most lead nowhere."""
    whole = "".join(part for part, _ in line)
    cuts = [(found.span(), references[found[1]]) for found in REFERENCE.finditer(whole) if found[1] in references]
    at = 0
    for (start, end), key in cuts:
        if start > at:
            yield within(line, at, start), ""
        yield within(line, start, end), key
        at = end
    if at < len(whole):
        yield within(line, at, len(whole)), ""


class Heading(Block):
    """A heading of level 1 to 3, a target for links.

    Levels 1 and 2 are in the outline unless set small, and whatever has a line of its own for it.
    """

    keep_next = True

    def __init__(
        self, text: str, level: int, page_style: PageStyle, *, key: str = "", small: bool = False, outline: str = ""
    ) -> None:
        size = 2 if small else level - 1
        style = (page_style.heading1, page_style.heading2, page_style.heading3)[size]
        self._prose = Prose(text, style, page_style.faces, kind=f"H{level}")
        self._text, self._level, self.key = outline or text, level, key
        self._outline = size < 2 or bool(outline)
        self._after = (4, 2.2, 1.2)[size] * MM
        self._rule = page_style.accent if level == 1 else None

    @property
    def inside(self) -> Iterable[Block]:
        """Its text."""
        return (self._prose,)

    def height(self, width: float) -> float:
        """The text with the space below it."""
        return self._prose.height(width) + self._after

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """The text; below a heading of level 1 a short rule in the accent."""
        if self.key:
            canvas.bookmark(self.key, top, self._text if self._outline else "", self._level - 1)
        self._prose.draw(canvas, x, top, width, parent)
        if self._rule:
            y = top - self._prose.height(width) - 1.2 * MM
            canvas.line((x, y), (x + 14 * MM, y), self._rule, 1.4)


class Stack(Block):
    """Blocks below each other; `together` keeps them on one page when they fit on one.

    With `cut_from` they may be parted anyway where more than that many millimetres of a page would stay empty.
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        *,
        together: bool = True,
        kind: str = "",
        key: str = "",
        gap: float = 0,
        cut_from: float = 0,
        again: Block | None = None,
    ) -> None:
        self.blocks = [block for i, b in enumerate(blocks) for block in ((Gap(gap), b) if gap and i else (b,))]
        self.together, self._key, self._cut_from, self._again = together, key, cut_from * MM, again
        self.node = Node(kind) if kind else None

    @property
    def inside(self) -> Iterable[Block]:
        """The blocks below each other."""
        return self.blocks

    def height(self, width: float) -> float:
        """The sum of all heights."""
        return sum(block.height(width) for block in self.blocks)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Between blocks, or inside one that splits; never after a block that keeps with the next."""
        used = 0.0
        for i, block in enumerate(self.blocks):
            height = block.height(width)
            if used + height > room + 0.01:
                parts = block.split(width, room - used)
                head = [*self.blocks[:i], *([parts[0]] if parts else [])]
                tail = [*([parts[1]] if parts else [block]), *self.blocks[i + 1 :]]
                while head and not parts and (head[-1].keep_next or head[-1].optional_at_top):
                    tail.insert(0, head.pop())
                if not head:
                    return None
                begun = [self._again] if self._again else []
                return self._part(head, self._key), self._part([*begun, *tail], "", self._again)
            used += height
        return None

    def room_to_cut(self, needed: float, room: float) -> float:
        """How much of `room` points a piece of it may fill when all of it needs `needed`; 0 when it stays whole."""
        if not self.together:
            return room
        if self._cut_from and room >= self._cut_from:
            return min(room, needed - self._cut_from / 3)
        return 0.0

    def _part(self, blocks: list[Block], key: str, again: Block | None = None) -> "Stack":
        part = Stack(blocks, together=False, key=key, again=again)
        part.node = self.node
        return part

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """One after the other."""
        if self._key:
            canvas.bookmark(self._key, top)
        below = parent.adopt(self.node) if self.node else parent
        for block in self.blocks:
            block.draw(canvas, x, top, width, below)
            top -= block.height(width)


class Again(Block):
    """The title of something that continues from the page before; screen readers skip it."""

    def __init__(self, text: str, style: Style, faces: Typefaces) -> None:
        self._said = Prose(text, style, faces)

    def height(self, width: float) -> float:
        """The title with a little air."""
        return self._said.height(width) + 1 * MM

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:  # noqa: ARG002
        """The title, as an artifact."""
        style = self._said.style
        baseline = top - (style.leading - style.size) / 2 - 0.86 * style.size
        with canvas.artifact("Pagination"):
            for line in self._said.lines(width):
                canvas.text(x, baseline, line)
                baseline -= style.leading


class Columns(Block):
    """Blocks next to each other, each with its width in points; as high as the highest."""

    def __init__(self, parts: Sequence[tuple[float, Block]], *, gap: float = 4 * MM) -> None:
        self._parts, self._gap = parts, gap

    @property
    def inside(self) -> Iterable[Block]:
        """The blocks next to each other."""
        return (block for _, block in self._parts)

    def height(self, width: float) -> float:  # noqa: ARG002
        """The height of the highest."""
        return max(block.height(own) for own, block in self._parts)

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:  # noqa: ARG002
        """From left to right."""
        for own, block in self._parts:
            block.draw(canvas, x, top, own, parent)
            x += own + self._gap


class Box(Block):
    """A block on a washed or outlined ground."""

    def __init__(
        self,
        inside: Block,
        *,
        fill: Ink | None = None,
        outline: Ink | None = None,
        padding: float = 4,
        least: float = 0.0,
    ) -> None:
        self._inside, self._fill, self._outline, self._padding = inside, fill, outline, padding * MM
        self._least = least

    @property
    def inside(self) -> Iterable[Block]:
        """The content of the box."""
        return (self._inside,)

    def height(self, width: float) -> float:
        """The inside with its padding, at least as high as asked for."""
        return max(self._inside.height(width - 2 * self._padding) + 2 * self._padding, self._least)

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """The ground, then the inside."""
        height = self.height(width)
        canvas.rectangle((x, top - height, width, height), fill=self._fill, outline=self._outline, radius=2 * MM)
        inner = width - 2 * self._padding
        above = (height - self._inside.height(inner)) / 2
        self._inside.draw(canvas, x + self._padding, top - above, inner, parent)
