"""The management pages as a document to edit (Office Open XML, DOCX)."""

from io import BytesIO
from typing import TYPE_CHECKING

from fumimori.exports.archive import office_file
from fumimori.exports.material import Material
from fumimori.exports.outline import Heading, Paragraph, Rows, outline
from fumimori.texts import sanitize

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

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
    _speak(paper, material.texts.style.tag)
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


def _speak(paper: "Document", tag: str) -> None:
    """The language of every style, and a typeface for Japanese, which is replaced where it is not there."""
    from docx.oxml.ns import qn

    for name in ("Normal", "Heading 1", "Heading 2"):
        style = paper.styles[name]
        style.font.name = "Yu Gothic"
        properties: BaseOxmlElement = style.element.get_or_add_rPr()
        properties.rFonts.set(qn("w:eastAsia"), "Yu Gothic")
        language = properties.makeelement(qn("w:lang"), {qn("w:val"): tag, qn("w:eastAsia"): tag})
        properties.append(language)


def _table(paper: "Document", block: Rows) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    table = paper.add_table(rows=1, cols=len(block.head), style="Table Grid")
    table.autofit = False
    for cell, title in zip(table.rows[0].cells, block.head, strict=True):
        cell.paragraphs[0].add_run(sanitize(title, TEXT_MOST)).bold = True
    for row in block.rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = "\n".join(sanitize(line, TEXT_MOST) for line in f"{value}".split("\n"))
    heading = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - the library has no public way to repeat a head
    heading.append(heading.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
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
