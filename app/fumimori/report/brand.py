"""Whose report it is: the logo, checked before anything reads it, the mark of confidentiality, the addressee."""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from fumimori.core.model import Addressee, Assessment, Brand, Mode, Organisation
from fumimori.report.blocks import Block
from fumimori.report.press import Node, Press
from fumimori.report.stationery import MM
from fumimori.report.typefaces import BOLD, REGULAR
from fumimori.texts import Language

LIMIT = 2_000_000
SVG_LIMIT = 400_000
PIXELS = 40_000_000
USES = 24
_FORBIDDEN = re.compile(
    r"<!DOCTYPE|<!ENTITY|<\?xml-stylesheet|<script|<foreignObject|<iframe|<animate|<set\b|@import|javascript:|\son\w+\s*=",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?:href\s*=\s*[\"']\s*|url\(\s*[\"']?\s*)([^\"')\s]*)", re.IGNORECASE)


class LogoError(ValueError):
    """A logo that will not be printed; `code` says why.

    `size` too large · `kind` neither PNG nor SVG · `unreadable` damaged · `hostile` asks for more than shapes.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"the logo is not usable: {code}")
        self.code = code


@dataclass(frozen=True)
class Logo:
    """A logo that was read: its natural size in points and what the PDF library made of it."""

    width: float
    height: float
    image: Any = None
    drawing: Any = None


def read_logo(untrusted_content: bytes, kind: str) -> Logo:
    """The logo in `untrusted_content`, which is `png` or `svg`; raises LogoError."""
    if len(untrusted_content) > LIMIT:
        raise LogoError("size")
    if kind == "png":
        return _png(untrusted_content)
    if kind == "svg":
        return _svg(untrusted_content)
    raise LogoError("kind")


def _png(untrusted_content: bytes) -> Logo:
    from PIL import Image, UnidentifiedImageError
    from reportlab.lib.utils import ImageReader

    if not untrusted_content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise LogoError("kind")
    try:
        with Image.open(BytesIO(untrusted_content), formats=("PNG",)) as opened:
            if opened.width * opened.height > PIXELS or not opened.width or not opened.height:
                raise LogoError("size")
            opened.thumbnail((1600, 1600))
            image = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, LogoError):
            raise
        raise LogoError("unreadable") from error
    return Logo(width=image.width, height=image.height, image=ImageReader(image))


def _svg(untrusted_content: bytes) -> Logo:
    from svglib.svglib import svg2rlg

    if len(untrusted_content) > SVG_LIMIT:
        raise LogoError("size")
    try:
        text = untrusted_content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LogoError("unreadable") from error
    references = _REFERENCE.findall(text)
    inward = all(target.startswith(("#", "data:image/png;base64,")) for target in references)
    if _FORBIDDEN.search(text) or "\0" in text or not inward or len(re.findall(r"<(?:\w+:)?use\b", text)) > USES:
        raise LogoError("hostile")
    try:
        drawing = svg2rlg(BytesIO(text.encode("utf-8")))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OSError, RecursionError, ArithmeticError) as e:
        raise LogoError("unreadable") from e
    if drawing is None or not (0 < drawing.width < 1e5 and 0 < drawing.height < 1e5):
        raise LogoError("unreadable")
    _own_faces(drawing)
    return Logo(width=drawing.width, height=drawing.height, drawing=drawing)


def _own_faces(shape: Any) -> None:
    """Set every text of a drawing in our own faces: a face that is not embedded may not come in."""
    for child in getattr(shape, "contents", ()):
        if hasattr(child, "fontName"):
            child.fontName = BOLD if "bold" in str(child.fontName).lower() else REGULAR
        _own_faces(child)


class LogoBlock(Block):
    """The logo, as large as fits into `width` × `height` millimetres."""

    def __init__(self, logo: Logo, *, width: float, height: float, alt: str) -> None:
        self._logo = logo
        self._scale = min(width * MM / logo.width, height * MM / logo.height)
        self.node = Node("Figure", alt=alt)

    def height(self, width: float) -> float:  # noqa: ARG002
        """The scaled height."""
        return self._logo.height * self._scale

    def draw(self, press: Press, x: float, top: float, width: float, parent: Node) -> None:  # noqa: ARG002
        """Bitmap or vectors."""
        wide, high = self._logo.width * self._scale, self._logo.height * self._scale
        self.node.box = (x, top - high, x + wide, top)
        with press.marked(parent.adopt(self.node)):
            if self._logo.image is not None:
                press.picture(self._logo.image, x, top - high, wide, high)
            else:
                drawing = self._logo.drawing.copy()
                drawing.scale(self._scale, self._scale)
                press.drawing(drawing, x, top - high)


def confidentiality(brand: Brand, mode: Mode) -> str:
    """The word of the mark: `internal` for those who assess themselves, `named` for consultants, unless chosen."""
    return brand.confidentiality or ("internal" if mode is Mode.SELF else "named")


def addressee(organisation: Organisation, style: Language) -> tuple[str, str]:
    """The two lines of the address; the second is empty without a person. 御中 or 様, never both."""
    name, person, title = organisation.name, organisation.addressee_name, organisation.addressee_title
    if organisation.addressee is not Addressee.PERSON or not person:
        return style.address.format(name=name), ""
    form = style.person_with_title if title else style.person
    return style.address_with_person.format(name=name), form.format(person=person, title=title)


def author(assessment: Assessment) -> str:
    """Who signs the report: the brand's sender, else the organisation itself."""
    return assessment.brand.sender or assessment.organisation.name
