"""Tables: hairlines between rows, a head that repeats, rows that stay whole unless they may be parted."""

from collections.abc import Iterable, Sequence

from fumimori.report.blocks import Block, Prose, Stack
from fumimori.report.canvas import Node, PdfCanvas
from fumimori.report.page_style import MM, PageStyle

Cell = str | Block
SHORT = 3
"""Rows up to which a table is not parted unless it is higher than the next."""
SHORT_HEIGHT = 25 * MM


class Grid(Block):
    """A table; widths in millimetres. The first column names its row when `row_heads` is set.

    `keys` are the targets of links to each row, parted by line feeds.
    """

    def __init__(
        self,
        widths: Sequence[float],
        rows: Sequence[Sequence[Cell]],
        page_style: PageStyle,
        *,
        head: Sequence[str] = (),
        row_heads: bool = False,
        padding: float = 1.3,
        keys: Sequence[str] = (),
        right: Sequence[int] = (),
        small: bool = False,
        part_rows: bool = False,
    ) -> None:
        self._page_style, self._row_heads, self._part_rows = page_style, row_heads, part_rows
        self._style = page_style.note.inked(page_style.ink) if small else page_style.table
        self._widths = [width * MM for width in widths]
        self._padding = padding * MM
        self._right = right
        self._head = [self._cell(text, i, head=True) for i, text in enumerate(head)]
        self._rows = [[self._cell(cell, i) for i, cell in enumerate(row)] for row in rows]
        self._keys = list(keys)
        self._nodes = [Node("TR") for _ in rows]
        self.node = Node("Table")
        self._continued = False
        self._heights: list[float] | None = None

    @property
    def inside(self) -> Iterable[Block]:
        """All cells."""
        return (cell for row in (self._head, *self._rows) for cell in row)

    def _cell(self, cell: Cell, column: int, *, head: bool = False) -> Block:
        if isinstance(cell, Block):
            if isinstance(cell, Prose) and column in self._right:
                cell.align = "right"
            return cell
        style = self._style
        if head:
            style = self._page_style.note.bold()
        elif self._row_heads and column == 0:
            style = style.inked(self._page_style.quiet)
        return Prose(cell, style, self._page_style.faces, align="right" if column in self._right else "left")

    def _inner(self, column: int) -> float:
        return self._widths[column] - 2 * MM

    def _row_height(self, row: Sequence[Block]) -> float:
        return max(cell.height(self._inner(i)) for i, cell in enumerate(row)) + 2 * self._padding

    def _row_heights(self) -> list[float]:
        """The height of every row, which no width changes."""
        if self._heights is None:
            self._heights = [self._row_height(row) for row in self._rows]
        return self._heights

    def _head_height(self) -> float:
        return self._row_height(self._head) if self._head else 0.0

    def height(self, width: float) -> float:  # noqa: ARG002 - the columns are given
        """Head and rows."""
        return self._head_height() + sum(self._row_heights())

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:  # noqa: ARG002
        """Between rows, or where `part_rows` is set inside one; a first row that takes half a page is parted always."""
        used = self._head_height()
        for i, height in enumerate(self._row_heights()):
            if used + height > room + 0.01:
                pieces = self._split_row(i, room - used) if self._part_rows else None
                if pieces:
                    return pieces
                if i and self._short:
                    return None
                if i:
                    lonely = i > 2 and i == len(self._rows) - 1  # a row that would stand alone on the next page
                    end = i - 1 if lonely else i
                    return self._part(0, end, self._continued), self._part(end, len(self._rows), continued=True)
                if height > self._page_style.height / 2:
                    return self._split_row(0, room - used)
                return None
            used += height
        return None

    @property
    def _short(self) -> bool:
        """So few rows that all of them go to the next page."""
        whole = len(self._rows) <= SHORT and not self._continued and not self._part_rows
        return whole and self._head_height() + sum(self._row_heights()) <= SHORT_HEIGHT

    def _part(self, start: int, end: int, continued: bool) -> "Grid":  # noqa: FBT001
        part = Grid((), (), self._page_style, row_heads=self._row_heads, part_rows=self._part_rows)
        part._widths, part._padding, part._head = self._widths, self._padding, self._head
        part._rows, part._nodes = self._rows[start:end], self._nodes[start:end]
        part._keys, part.node, part._continued = self._keys[start:end], self.node, continued
        part._heights = self._row_heights()[start:end]
        return part

    def _split_row(self, row: int, room: float) -> tuple[Block, Block] | None:
        heads: list[Block] = []
        tails: list[Block] = []
        inner = room - 2 * self._padding
        for i, cell in enumerate(self._rows[row]):
            fits = cell.height(self._inner(i)) <= inner
            parts = None if fits else cell.split(self._inner(i), inner)
            if not fits and parts is None:
                return None
            heads.append(cell if parts is None else parts[0])
            tails.append(Stack([]) if parts is None else parts[1])
        head, tail = self._part(0, row + 1, self._continued), self._part(row, len(self._rows), continued=True)
        head._rows, tail._rows = [*self._rows[:row], heads], [tails, *self._rows[row + 1 :]]  # noqa: SLF001
        head._heights = tail._heights = None  # noqa: SLF001
        tail._keys = ["", *self._keys[row + 1 :]] if self._keys else []  # noqa: SLF001
        return head, tail

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:  # noqa: ARG002
        """Head, then rows, each closed by a hairline."""
        table = parent.adopt(self.node)
        right = x + sum(self._widths)
        if self._head:
            if self._continued:
                with canvas.artifact("Pagination"):
                    self._draw_repeated_head(canvas, x, top)
            else:
                self._draw_row(canvas, x, top, self._head, table.adopt(Node("TR")), head=True)
            top -= self._head_height()
            canvas.line((x, top), (right, top), self._page_style.ink, 0.7)
        else:
            canvas.line((x, top), (right, top), self._page_style.line)
        rows = zip(self._rows, self._nodes, self._row_heights(), strict=True)
        for number, (row, node, height) in enumerate(rows):
            for key in filter(None, self._keys[number].split("\n") if self._keys else ()):
                canvas.bookmark(key, top)
            self._draw_row(canvas, x, top, row, table.adopt(node), head=False)
            top -= height
            canvas.line((x, top), (right, top), self._page_style.line)

    def _draw_row(
        self, canvas: PdfCanvas, x: float, top: float, row: Sequence[Block], node: Node, *, head: bool
    ) -> None:
        fresh = not node.children
        for i, cell in enumerate(row):
            naming = head or (self._row_heads and i == 0)
            if fresh:
                scope = ("Column" if head else "Row") if naming else ""
                below = node.adopt(Node("TH" if naming else "TD", scope=scope))
            else:  # the rest of a row that began on the page before
                below = [child for child in node.children if isinstance(child, Node)][i]
            cell.draw(canvas, x + MM, top - self._padding, self._inner(i), below)
            x += self._widths[i]

    def _draw_repeated_head(self, canvas: PdfCanvas, x: float, top: float) -> None:
        for i, cell in enumerate(self._head):
            if isinstance(cell, Prose):
                style = cell.style
                baseline = top - self._padding - (style.leading - style.size) / 2 - 0.86 * style.size
                for line in cell.lines(self._inner(i)):
                    spare = self._inner(i) - sum(canvas.width(part, part_style) for part, part_style in line)
                    canvas.text(x + MM + (spare if cell.align == "right" else 0), baseline, line)
                    baseline -= style.leading
            x += self._widths[i]
