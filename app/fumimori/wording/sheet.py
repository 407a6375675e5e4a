"""A single sheet of paper, as unstyled blocks: all that the printing part is handed."""

from fumimori.model import Record


class Heading(Record):
    """A title inside the sheet."""

    text: str


class Paragraph(Record):
    """Running text; `strong` in bold."""

    text: str
    strong: bool = False


class CodeBlock(Record):
    """Lines to copy, in a face of fixed width."""

    lines: tuple[str, ...]


class Rows(Record):
    """A table; `widths` are shares of the line."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


class WriteIn(Record):
    """A label with a line to write on."""

    label: str


Block = Heading | Paragraph | CodeBlock | Rows | WriteIn


class Sheet(Record):
    """Title, whom it is for (may be empty), and the blocks."""

    title: str
    addressee: str
    blocks: tuple[Block, ...]
