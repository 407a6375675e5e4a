"""The paper, the inks and the type sizes of one report, from the tokens and the customer's colour."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from fumimori.report.typefaces import BOLD, MONO, REGULAR, Typefaces

MM = 72 / 25.4
PAPERS = {"a4": (210 * MM, 297 * MM), "letter": (215.9 * MM, 279.4 * MM)}


@dataclass(frozen=True)
class Ink:
    """A colour as three shares from 0 to 1."""

    red: float
    green: float
    blue: float

    @classmethod
    def of(cls, written: str) -> "Ink":
        """The colour written `#RRGGBB`; ValueError for anything else."""
        if len(written) != 7 or written[0] != "#":
            raise ValueError(f"not a colour: {written!r}")
        number = int(written[1:], 16)
        return cls((number >> 16) / 255, (number >> 8 & 255) / 255, (number & 255) / 255)

    @property
    def luminance(self) -> float:
        """Relative luminance of WCAG 2, 0 to 1."""
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (self.red, self.green, self.blue)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    def contrast(self, other: "Ink") -> float:
        """The contrast ratio of WCAG 2, 1 to 21."""
        lighter, darker = sorted((self.luminance, other.luminance), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)

    def darkened_to(self, ratio: float, paper: "Ink") -> "Ink":
        """The colour, mixed with black until it stands out from `paper` by `ratio`."""
        ink = self
        while ink.contrast(paper) < ratio and ink.luminance > 0.001:
            ink = Ink(ink.red * 0.93, ink.green * 0.93, ink.blue * 0.93)
        return ink


WHITE = Ink(1, 1, 1)


@dataclass(frozen=True)
class Style:
    """How a stretch of text is set: face, size and leading in points, ink."""

    face: str
    size: float
    leading: float
    ink: Ink

    def bold(self) -> "Style":
        """The same in bold."""
        return _changed(self, BOLD, self.ink)

    def inked(self, ink: Ink) -> "Style":
        """The same in another ink."""
        return _changed(self, self.face, ink)


@lru_cache(maxsize=512)
def _changed(style: Style, face: str, ink: Ink) -> Style:
    return replace(style, face=face, ink=ink)


@dataclass(frozen=True)
class Chip:
    """How a severity or a state is shown: fill, ink, outline and the name of a shape."""

    fill: Ink
    ink: Ink
    outline: Ink | None
    shape: str
    hatch: Ink | None = None
    dotted: bool = False


class PageStyle:
    """Everything that the pages of one report have in common."""

    def __init__(
        self, tokens: Mapping[str, Any], faces: Typefaces, *, paper: str, body_size_step: float, colour: str
    ) -> None:
        light, sizes = tokens["light"], tokens["report"]
        self.faces = faces
        self.paper = PAPERS[paper]
        self.ink, self.quiet, self.line = (Ink.of(light[name]) for name in ("ink", "quiet_ink", "line"))
        own = Ink.of(colour or light["accent"])
        self.accent = own.darkened_to(4.5, WHITE)
        self.wash = Ink(*(1 - (1 - part) * 0.08 for part in (self.accent.red, self.accent.green, self.accent.blue)))
        self.seal = Ink.of(light["seal"])
        self.width, self.height = sizes["live_width"] * MM, sizes["live_height"] * MM
        self.left = sizes["left"] * MM
        self.bottom = (self.paper[1] - self.height) / 2
        self.leading = sizes["leading"]
        body = sizes["body"] + body_size_step
        self.body = self._style(body)
        self.table = self._style(sizes["table"], 1.45)
        self.card = self._style(sizes["table"] - 0.5, 1.42)
        self.note = self._style(sizes["note"], 1.45).inked(self.quiet)
        self.heading1 = self._style(sizes["heading1"], 1.4).bold().inked(self.accent)
        self.heading2 = self._style(sizes["heading2"], 1.4).bold()
        self.heading3 = self._style(sizes["heading3"], 1.45).bold()
        self.mono = Style(MONO, sizes["note"], sizes["note"] * 1.4, self.ink)
        self._chips = _chips(tokens)

    def _style(self, size: float, leading: float | None = None) -> Style:
        return Style(REGULAR, size, size * (leading or self.leading), self.ink)

    def sized(self, size: float, leading: float = 1.35) -> Style:
        """A style of another size, for the cover and the grade."""
        return self._style(size, leading)

    def chip(self, word: str) -> Chip:
        """The style of a severity word or of a control's verdict."""
        return self._chips[word]


def _chips(tokens: Mapping[str, Any]) -> dict[str, Chip]:
    ink = Ink.of(tokens["light"]["ink"])
    shapes = {
        "critical": "diamond",
        "high": "triangle",
        "medium": "square",
        "low": "disc",
        "info": "letter",
        "ok": "ring",
    }
    chips = {word: _chip(tokens["severity"][word], shape) for word, shape in shapes.items()}
    unknown, not_applicable = (tokens["state"][name] for name in ("unknown", "not_applicable"))
    return chips | {
        "met": chips["ok"],
        "partly_met": Chip(WHITE, ink, ink, "open_triangle"),
        "not_met": Chip(ink, WHITE, None, "cross"),
        "unknown": _chip(unknown, "question"),
        "not_applicable": replace(_chip(not_applicable, "dash"), dotted=True),
    }


def _chip(token: Mapping[str, str], shape: str) -> Chip:
    outline, hatch = token.get("outline"), token.get("hatch")
    return Chip(
        fill=Ink.of(token["fill"]),
        ink=Ink.of(token["ink"]),
        outline=Ink.of(outline) if outline else None,
        shape=shape,
        hatch=Ink.of(hatch) if hatch else None,
    )
