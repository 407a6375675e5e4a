"""Sheets of paper besides the report: work orders, letters, the sheets for partners and for staff."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from fumimori.model import Brand
from fumimori.report.blocks import Block, Gap, Hairline, Prose, Stack
from fumimori.report.blocks import Heading as Title
from fumimori.report.canvas import PdfCanvas
from fumimori.report.code_block import CodeBlock as PdfCodeBlock
from fumimori.report.grid import Grid
from fumimori.report.page_style import MM, PageStyle
from fumimori.report.paging import Page, Part, paged
from fumimori.report.tagging import About, completed
from fumimori.report.typefaces import typefaces
from fumimori.texts import Texts, sanitize
from fumimori.wording import sheet as blocks

LINE = 165
"""Millimetres of the live area."""
TEXT_MOST = 4000


def make(
    sheet: blocks.Sheet,
    *,
    brand: Brand,
    author: str,
    texts: Texts,
    tokens: Mapping[str, Any],
    fonts: Path,
    issued: datetime,
    tool_version: str,
) -> bytes:
    """The sheet as PDF on A4, tagged like the report; the same bytes for the same arguments."""
    faces = typefaces(fonts)
    paper = PageStyle(tokens, faces, paper="a4", body_size_step=texts.style.body_size_step, colour=brand.colour)
    head: list[Block] = [Title(sanitize(sheet.title), 1, paper)]
    if sheet.addressee:
        head += [Prose(sanitize(sheet.addressee), paper.heading2, faces), Gap(4)]
    body = [part for block in sheet.blocks for part in _block(block, paper)]
    pages = paged([Part(name="", blocks=(*head, *body))], paper.width, paper.height)
    canvas = PdfCanvas(paper, title=sanitize(sheet.title), tag=texts.style.tag)
    for number, page in enumerate(pages, start=1):
        _draw(canvas, page, paper)
        with canvas.artifact("Pagination"):
            _foot(canvas, paper, [f"{issued:%Y-%m-%d}", author, brand.footer], f"{number} / {len(pages)}")
        canvas.next_page()
    about = About(
        title=sanitize(sheet.title),
        author=sanitize(author, 120),
        language=texts.style.tag,
        made=issued,
        producer=f"Fumimori {tool_version}",
    )
    return completed(canvas.finished(), canvas.root, about, {})


def _block(block: blocks.Block, paper: PageStyle) -> list[Block]:
    faces = paper.faces
    if isinstance(block, blocks.Heading):
        return [Gap(3), Title(sanitize(block.text), 2, paper, small=True)]
    if isinstance(block, blocks.Paragraph):
        style = paper.table.bold() if block.strong else paper.table
        text = sanitize(block.text, TEXT_MOST)
        leads = block.strong or text.endswith((":", "：")) or text.startswith("[")
        return [Prose(text, style, faces, keep_next=leads), Gap(1.2)]
    if isinstance(block, blocks.CodeBlock):
        lines = [[(sanitize(line, TEXT_MOST), paper.mono)] for line in block.lines]
        return [PdfCodeBlock(lines, paper), Gap(1.5)]
    if isinstance(block, blocks.WriteIn):
        label = Prose(sanitize(block.label), paper.note.inked(paper.ink), faces)
        return [Gap(1.5), Stack([label, Hairline(paper.line, millimetres=8)])]
    widths = [LINE * share / sum(block.widths) for share in block.widths]
    rows = [[sanitize(cell, TEXT_MOST) for cell in row] for row in block.rows]
    return [Grid(widths, rows, paper, head=block.head), Gap(2)]


def _draw(canvas: PdfCanvas, page: Page, paper: PageStyle) -> None:
    top = paper.bottom + paper.height
    for below, block in page.placed:
        block.draw(canvas, paper.left, top - below, paper.width, canvas.root)


def _foot(canvas: PdfCanvas, paper: PageStyle, left: list[str], right: str) -> None:
    style, below = paper.note, paper.bottom - 7.5 * MM
    end = paper.left + paper.width
    words = paper.faces.settable("    ".join(sanitize(part, 100) for part in left if part))
    room = paper.width - canvas.width(right, style) - 6 * MM
    while words and canvas.width(words, style) > room:
        words = words[:-1]
    canvas.text(paper.left, below, [(words, style)])
    canvas.text(end - canvas.width(right, style), below, [(right, style)])
