"""Text in the monospaced face: what was exchanged, and what is to be copied."""

from collections.abc import Sequence

from fumimori.report.blocks import Block
from fumimori.report.canvas import Node, PdfCanvas, Run
from fumimori.report.page_style import MM, Ink, PageStyle

WHOLE = 12
"""Lines up to which a piece to copy is not parted."""

Line = tuple[list[Run], bool]
"""A printed line, and whether it continues in the next one."""


class CodeBlock(Block):
    """What was sent or received or is to be copied, in the monospaced face; a wrapped line ends with a drawn ↩.

    With a `ground` the lines are there to be copied: out of the PDF each comes whole, however often it was wrapped.
    """

    def __init__(
        self, source: str | Sequence[Sequence[Run]], page_style: PageStyle, *, ground: Ink | None = None
    ) -> None:
        self._style, self._page_style, self._ground = page_style.mono, page_style, ground
        given = [[(line, self._style)] for line in source.split("\n")] if isinstance(source, str) else source
        settable = page_style.faces.settable
        self._source = [[(settable(part), style) for part, style in line] for line in given]
        self.node = Node("P")
        self._lines: list[Line] | None = None

    def _wrapped(self, width: float) -> list[Line]:
        if self._lines is None:
            room = width - (5 + 2 * self._inset) * MM
            self._lines = [line for source in self._source for line in self._cut(source, room)]
        return self._lines

    def _cut(self, source: Sequence[Run], room: float) -> list[Line]:
        cut: list[Line] = []
        line: list[Run] = []
        used = 0.0
        for part, style in source:
            start = 0
            for i, char in enumerate(part):
                step = self._page_style.faces.advance(char, style.face) * style.size
                if used + step > room and used:
                    cut.append(([*line, (part[start:i], style)], True))
                    line, start, used = [], i, 0.0
                used += step
            line.append((part[start:], style))
        return [*cut, (line, False)]

    @property
    def _inset(self) -> float:
        return 0.7 if self._ground else 0.0

    def height(self, width: float) -> float:
        """Lines times leading, and the ground around them."""
        return len(self._wrapped(width)) * self._style.leading + 2 * self._inset * MM

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """After any line; a short piece to copy stays whole."""
        lines = self._wrapped(width)
        if self._ground and len(lines) <= WHOLE:
            return None
        fitting = int((room - 2 * self._inset * MM + 0.01) / self._style.leading)
        if not 1 <= fitting < len(lines):
            return None
        return self._part(lines[:fitting]), self._part(lines[fitting:])

    def _part(self, lines: list[Line]) -> "CodeBlock":
        part = CodeBlock("", self._page_style, ground=self._ground)
        part.node, part._lines = self.node, lines
        return part

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """The lines on their ground, or beside a hairline."""
        lines = self._wrapped(width)
        if not any(part for runs, _ in lines for part, _ in runs):
            return
        style, height = self._style, self.height(width)
        if self._ground:
            canvas.rectangle((x, top - height, width, height), fill=self._ground, radius=1 * MM)
        else:
            canvas.line((x, top), (x, top - height), self._page_style.line, 0.8)
        left = x + 2 * MM
        baseline = top - self._inset * MM - (style.leading - style.size) / 2 - 0.86 * style.size
        ends: list[tuple[float, float]] = []
        node = parent.adopt(self.node)
        for group in self._groups(lines):
            whole = "".join(part for runs, _ in group for part, _ in runs) if self._ground and len(group) > 1 else ""
            with canvas.marked(node.adopt(Node("Span")) if whole else node, spoken=whole):
                for runs, goes_on in group:
                    end = canvas.text(left, baseline, runs)
                    if goes_on:
                        ends.append((end + 0.6 * MM, baseline))
                    baseline -= style.leading
        for end, at in ends:
            _return_sign(canvas, end, at, self._page_style.quiet)

    def _groups(self, lines: list[Line]) -> list[list[Line]]:
        """The lines that are marked together: all of a record, each source line of what is to be copied."""
        if not self._ground:
            return [lines]
        groups: list[list[Line]] = [[]]
        for line in lines:
            groups[-1].append(line)
            if not line[1]:
                groups.append([])
        return [group for group in groups if group]


def _return_sign(canvas: PdfCanvas, x: float, y: float, ink: Ink) -> None:
    width, height = 1.7 * MM, 1.5 * MM
    hook = [("M", (x + width, y + height)), ("L", (x + width, y + 0.3 * height)), ("L", (x, y + 0.3 * height))]
    tip = [
        ("M", (x + 0.6 * MM, y + 0.75 * height)),
        ("L", (x, y + 0.3 * height)),
        ("L", (x + 0.6 * MM, y - 0.15 * height)),
    ]
    canvas.strokes([hook, tip], ink, 0.5)
