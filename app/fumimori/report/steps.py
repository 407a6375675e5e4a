"""Numbered steps, and points with a sign of their own."""

from collections.abc import Iterable, Sequence

from fumimori.report.blocks import Block, Prose
from fumimori.report.canvas import Node, PdfCanvas
from fumimori.report.page_style import MM, PageStyle, Style


class Steps(Block):
    """A list, numbered or with a sign of its own; a long one splits between its items."""

    def __init__(
        self, items: Sequence[str | Block], style: Style, page_style: PageStyle, *, sign: str = "", first: int = 1
    ) -> None:
        faces = page_style.faces
        self._given, self._style, self._page_style, self._sign, self._first = items, style, page_style, sign, first
        self._items = [item if isinstance(item, Block) else Prose(item, style, faces) for item in items]
        self._signs = [Prose(sign or f"{n}.", style, faces, kind="Lbl") for n in range(first, first + len(items))]
        self.node = Node("L")

    @property
    def inside(self) -> Iterable[Block]:
        """The items."""
        return self._items

    @property
    def _air(self) -> float:
        return 0.4 * MM

    def _indent(self) -> float:
        return self._style.size * (1.3 if self._sign else 1.8)

    def height(self, width: float) -> float:
        """The items with a little air between them."""
        return sum(item.height(width - self._indent()) + self._air for item in self._items)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Between two items."""
        used = 0.0
        for i, item in enumerate(self._items):
            used += item.height(width - self._indent()) + self._air
            if used > room + 0.01:
                return (self._part(0, i), self._part(i, len(self._items))) if i else None
        return None

    def _part(self, start: int, end: int) -> "Steps":
        part = Steps(self._given[start:end], self._style, self._page_style, sign=self._sign, first=self._first + start)
        part.node = self.node
        return part

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """Sign and item side by side."""
        node = parent.adopt(self.node)
        for sign, item in zip(self._signs, self._items, strict=True):
            entry = node.adopt(Node("LI"))
            sign.draw(canvas, x, top, self._indent(), entry)
            item.draw(canvas, x + self._indent(), top, width - self._indent(), entry.adopt(Node("LBody")))
            top -= item.height(width - self._indent()) + self._air
