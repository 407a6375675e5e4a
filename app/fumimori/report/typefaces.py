"""The bundled typefaces: how wide a character is, which face has it, and which characters no face has."""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD, MONO = "NotoSansJP-Regular", "NotoSansJP-Bold", "NotoSansMono-Regular"
GETA = "〓"
"""What Japanese printers set where the type is missing."""
_FALLBACK = {REGULAR: (REGULAR, MONO), BOLD: (BOLD, REGULAR, MONO), MONO: (MONO, REGULAR)}
_REGISTERING = Lock()


class Measures(dict[str, tuple[str | None, float]]):
    """Where one face is wanted: by character, the face that sets it (None when no face has it) and its width in ems."""

    def __init__(self, fonts: Mapping[str, Any], face: str) -> None:
        super().__init__()
        self._fonts, self._names = fonts, _FALLBACK[face]

    def __missing__(self, char: str) -> tuple[str | None, float]:
        """Looked up once."""
        code = ord(char)
        name = next((name for name in self._names if code in self._fonts[name].face.charToGlyph), None)
        font = self._fonts[name or REGULAR].face
        measured = self[char] = (name, float(font.charWidths.get(code, font.defaultWidth)) / 1000)
        return measured


class _Settable(dict[int, str]):
    """For str.translate: what is printed for a character."""

    def __init__(self, measures: Measures) -> None:
        super().__init__({10: "\n"})
        self._measures = measures

    def __missing__(self, code: int) -> str:
        """Itself, nothing for what prints nothing, 〓 for what no face has."""
        char = chr(code)
        printed = self[code] = "" if _silent(char) else char if self._measures[char][0] else GETA
        return printed


class Typefaces:
    """The three faces of the report, registered with the PDF library."""

    def __init__(self, folder: Path) -> None:
        self._fonts = _registered(str(folder.resolve()))
        self.measures = {face: Measures(self._fonts, face) for face in _FALLBACK}
        """By the wanted face."""
        self._settable = _Settable(self.measures[REGULAR])

    def face_of(self, char: str, face: str) -> str | None:
        """The face that sets `char` where `face` is wanted; None when no face has it."""
        return self.measures[face][char][0]

    def advance(self, char: str, face: str) -> float:
        """The width of `char` in ems."""
        return self.measures[face][char][1]

    def settable(self, text: str) -> str:
        """`text` in composed form, without marks that print nothing, and with 〓 for what no face has."""
        return unicodedata.normalize("NFC", text).translate(self._settable)

    def missing(self, text: str) -> tuple[str, ...]:
        """The characters of `text` that no face has, each once, in order."""
        composed = unicodedata.normalize("NFC", text)
        lacking = (c for c in composed if c != "\n" and not _silent(c) and not self.face_of(c, REGULAR))
        return tuple(dict.fromkeys(lacking))

    def forget(self, document: object) -> None:
        """Let go of the subsets that the library keeps for a finished document."""
        for font in self._fonts.values():
            font.state.pop(document, None)

    def width(self, text: str, face: str, size: float) -> float:
        """The width of `text` in points, set solid."""
        measures = self.measures[face]
        return sum(measures[char][1] for char in text) * size


@lru_cache(maxsize=4)
def _registered(folder: str) -> dict[str, Any]:
    with _REGISTERING:
        fonts = {name: TTFont(name, f"{folder}/{name}.ttf") for name in _FALLBACK}
        for font in fonts.values():
            pdfmetrics.registerFont(font)
        return fonts


def _silent(char: str) -> bool:
    """Variation selectors, joiners and other marks that choose a form or a direction and print nothing."""
    return unicodedata.category(char) in {"Cf", "Cc", "Cs", "Co"} - ({"Cc"} if char == "\n" else set()) or (
        "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    )


def missing_in(parts: Iterable[str], folder: Path) -> tuple[str, ...]:
    """The characters of `parts` that cannot be printed with the faces in `folder`."""
    return Typefaces(folder).missing("".join(parts))
