"""The bundled typefaces: how wide a character is, which face has it, and which characters no face has."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
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


class Typefaces:
    """The three faces of the report, registered with the PDF library."""

    def __init__(self, folder: Path) -> None:
        self._fonts = _registered(str(folder.resolve()))
        self._faces = {face: _FaceOf(face, self._fonts) for face in _FALLBACK}
        self._advances = {face: _AdvanceOf(found, self._fonts) for face, found in self._faces.items()}
        self._settable = _Settable(self)

    def face_of(self, char: str, face: str) -> str | None:
        """The face that sets `char` where `face` is wanted; None when no face has it."""
        return self._faces[face][char]

    def advance(self, char: str, face: str) -> float:
        """The width of `char` in ems."""
        return self._advances[face][char]

    def advances(self, text: str, face: str) -> Iterator[float]:
        """The widths of the characters of `text` in ems."""
        return map(self._advances[face].__getitem__, text)

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
        return sum(self.advances(text, face)) * size


@lru_cache(maxsize=4)
def typefaces(folder: Path) -> Typefaces:
    """The faces in `folder`; all reports share them, and what was measured once."""
    return Typefaces(folder)


class _FaceOf(dict[str, str | None]):
    """By character: the face that sets it where `face` is wanted; looked up once."""

    def __init__(self, face: str, fonts: Mapping[str, Any]) -> None:
        super().__init__()
        self._face, self._fonts = face, fonts

    def __missing__(self, char: str) -> str | None:
        code = ord(char)
        self[char] = next((one for one in _FALLBACK[self._face] if code in self._fonts[one].face.charToGlyph), None)
        return self[char]


class _AdvanceOf(dict[str, float]):
    """By character: its width in ems in the face that sets it; looked up once."""

    def __init__(self, faces: _FaceOf, fonts: Mapping[str, Any]) -> None:
        super().__init__()
        self._faces, self._fonts = faces, fonts

    def __missing__(self, char: str) -> float:
        font = self._fonts[self._faces[char] or REGULAR].face
        self[char] = float(font.charWidths.get(ord(char), font.defaultWidth)) / 1000
        return self[char]


class _Settable(dict[int, int | str | None]):
    """By code point: itself, 〓, or nothing, as `str.translate` wants it; looked up once."""

    def __init__(self, faces: Typefaces) -> None:
        super().__init__()
        self._faces = faces

    def __missing__(self, code: int) -> int | str | None:
        char = chr(code)
        self[code] = None if _silent(char) else code if char == "\n" or self._faces.face_of(char, REGULAR) else GETA
        return self[code]


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
    return typefaces(folder).missing("".join(parts))
