"""The management pages as a document to edit (Office Open XML, DOCX)."""

import re
from io import BytesIO
from typing import TYPE_CHECKING

from fumimori.exports.archive import office_file
from fumimori.exports.material import Material
from fumimori.exports.outline import Heading, Paragraph, Rows, outline
from fumimori.texts import sanitize

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import Table
    from docx.text.paragraph import Paragraph as Line

LINES, SHADE = "C8CCD2", "E8EDF3"
LATIN = "en-GB"
"""What Latin letters are in, whatever the document's language: words are not torn anywhere."""
MARGIN = "68"
"""Twentieths of a point between a line and the words of its cell."""
_NUMBER_HYPHEN = re.compile(r"(?<=\b[FME])-(?=\d)")
LINE = 165
"""Millimetres between the margins of A4."""
TEXT_MOST = 2000


def document(material: Material) -> bytes:
    """Grade, first actions, controls and plan with styles, so that headings and tables can be restyled at once."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    paper = Document()
    section = paper.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(25), Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    paper.core_properties.title = material.texts("exports.workbook", name=material.organisation)
    paper.core_properties.author = f"Fumimori {material.tool_version}"
    paper.core_properties.created = paper.core_properties.modified = material.issued.replace(tzinfo=None)
    paper.core_properties.language = material.texts.style.tag
    _set_language(paper, material.texts.style.tag)
    paper.styles["Normal"].font.size = Pt(10)
    for block in outline(material):
        if isinstance(block, Heading):
            paper.add_heading(sanitize(block.text, TEXT_MOST), level=block.level)
        elif isinstance(block, Paragraph):
            paper.add_paragraph().add_run(sanitize(block.text, TEXT_MOST)).bold = block.strong
        else:
            _table(paper, block)
    octets = BytesIO()
    paper.save(octets)
    return office_file(octets.getvalue(), material.issued)


def _set_language(paper: "Document", tag: str) -> None:
    """The language of every style, and typefaces, which are replaced where they are not there."""
    from docx.oxml.ns import qn

    for name in ("Normal", "Heading 1", "Heading 2"):
        style = paper.styles[name]
        style.font.name = "Arial"
        properties: BaseOxmlElement = style.element.get_or_add_rPr()
        properties.rFonts.set(qn("w:eastAsia"), "Yu Gothic")
        language = properties.makeelement(qn("w:lang"), {qn("w:val"): LATIN, qn("w:eastAsia"): tag})
        properties.append(language)


def _write(paragraph: "Line", text: str) -> None:
    """`text` in which the numbers of findings are not torn at their hyphen."""
    first, *others = _NUMBER_HYPHEN.split(text)
    run = paragraph.add_run(first)
    for part in others:
        run._r.append(run._r.makeelement(f"{{{run._r.nsmap['w']}}}noBreakHyphen", {}))  # noqa: SLF001 - as `_rule`
        run.add_text(part)


def _rule(table: "Table") -> None:
    """Pale lines, a head that is shaded and repeated on each page, rows that stay whole; no public way leads there."""
    from docx.oxml.ns import qn

    properties = table._tbl.tblPr  # noqa: SLF001
    lines = properties.makeelement(qn("w:tblBorders"), {})
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = {qn("w:val"): "single", qn("w:sz"): "4", qn("w:space"): "0", qn("w:color"): LINES}
        lines.append(lines.makeelement(qn(f"w:{side}"), line))
    properties.append(lines)
    margins = properties.makeelement(qn("w:tblCellMar"), {})
    for side in ("left", "right"):
        margins.append(margins.makeelement(qn(f"w:{side}"), {qn("w:w"): MARGIN, qn("w:type"): "dxa"}))
    properties.append(margins)
    for number, row in enumerate(table.rows):
        kept = row._tr.get_or_add_trPr()  # noqa: SLF001
        kept.append(kept.makeelement(qn("w:cantSplit"), {qn("w:val"): "true"}))
        if number == 0:
            kept.append(kept.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
    for cell in table.rows[0].cells:
        shaded = cell._tc.get_or_add_tcPr()  # noqa: SLF001
        fill = {qn("w:val"): "clear", qn("w:color"): "auto", qn("w:fill"): SHADE}
        shaded.append(shaded.makeelement(qn("w:shd"), fill))


def _table(paper: "Document", block: Rows) -> None:
    from docx.shared import Mm, Pt

    table = paper.add_table(rows=1, cols=len(block.head), style="Table Grid")
    table.autofit = False
    for cell, title in zip(table.rows[0].cells, block.head, strict=True):
        cell.paragraphs[0].add_run(sanitize(title, TEXT_MOST)).bold = True
    for row in block.rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            _write(cell.paragraphs[0], "\n".join(sanitize(line, TEXT_MOST) for line in f"{value}".split("\n")))
    _rule(table)
    for column, share in zip(table.columns, block.widths, strict=True):
        column.width = Mm(LINE * share / sum(block.widths))
    for line in table.rows:
        for cell, share in zip(line.cells, block.widths, strict=True):
            cell.width = Mm(LINE * share / sum(block.widths))
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(0)
                for run in paragraph.runs:
                    run.font.size = Pt(9)
    paper.add_paragraph()
