"""Whose report it is: the logo, the mark of confidentiality, the author."""

from io import BytesIO
from pathlib import Path

from fumimori.model import Assessment, Brand, Mode
from fumimori.report.blocks import Block
from fumimori.report.canvas import Node, PdfCanvas
from fumimori.report.logo_shapes import LogoError
from fumimori.report.logos import Logo, read_logo
from fumimori.report.page_style import MM
from fumimori.report.typefaces import typefaces

__all__ = ["Logo", "LogoBlock", "LogoError", "author", "confidentiality", "read_logo"]


SHEET = 240.0
"""Points of the longer side of the sheet that the window shows."""


class LogoBlock(Block):
    """The logo, as large as fits into `width` × `height` millimetres."""

    def __init__(self, logo: Logo, *, width: float, height: float, alt: str) -> None:
        self._logo = logo
        self._scale = min(width * MM / logo.width, height * MM / logo.height)
        self.node = Node("Figure", alt=alt)

    def height(self, width: float) -> float:  # noqa: ARG002
        """The scaled height."""
        return self._logo.height * self._scale

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:  # noqa: ARG002
        """Bitmap or vectors."""
        wide, high = self._logo.width * self._scale, self._logo.height * self._scale
        self.node.box = (x, top - high, x + wide, top)
        with canvas.marked(parent.adopt(self.node)):
            if self._logo.image is not None:
                canvas.picture(self._logo.image, x, top - high, wide, high)
            else:
                drawing = self._logo.drawing.copy()
                drawing.scale(self._scale, self._scale)
                canvas.drawing(drawing, x, top - high)


def sheet_of(logo: Logo, fonts: Path) -> bytes:
    """A page of PDF as large as the logo, with nothing on it but the logo."""
    from reportlab.graphics import renderPDF
    from reportlab.pdfgen.canvas import Canvas

    typefaces(fonts)
    output = BytesIO()
    scale = SHEET / max(logo.width, logo.height)
    wide, high = max(logo.width * scale, 1.0), max(logo.height * scale, 1.0)
    canvas = Canvas(output, pagesize=(wide, high), invariant=1)
    if logo.image is not None:
        canvas.drawImage(logo.image, 0, 0, wide, high, mask="auto")
    else:
        drawing = logo.drawing.copy()
        drawing.scale(scale, scale)
        renderPDF.draw(drawing, canvas, 0, 0)
    canvas.save()
    return output.getvalue()


def confidentiality(brand: Brand, mode: Mode) -> str:
    """The word of the mark: `internal` for those who assess themselves, `named` for consultants, unless chosen."""
    return brand.confidentiality or ("internal" if mode is Mode.SELF else "named")


def author(assessment: Assessment) -> str:
    """Who signs the report: the brand's sender, else the organisation itself."""
    return assessment.brand.sender or assessment.organisation.name
