"""From an assessment and its result to PDF bytes: `document.make` is the report, `pages` has one module per page kind.

Nothing of the PDF libraries is loaded before a function here is called. `logo_sheet` raises LogoError for a logo that
cannot be printed.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fumimori.model import Assessment, Finding, Repair, Result
from fumimori.report.logo_shapes import LOGO_LIMIT, LogoError
from fumimori.report.protection import Protection, ProtectionError, protected
from fumimori.texts import Texts

if TYPE_CHECKING:
    from fumimori.assess.lint import LintEntry, LogoSeen

__all__ = [
    "LOGO_LIMIT",
    "LogoError",
    "Protection",
    "ProtectionError",
    "attached",
    "check_logo",
    "lint",
    "logo_sheet",
    "missing_glyphs",
    "protected",
]


def attached(
    assessment: Assessment,
    result: Result,
    *,
    texts: Texts,
    issued: datetime,
    repair: Callable[[Finding], Repair],
) -> dict[str, bytes]:
    """The files that the report carries inside, by name, to be saved next to it as well."""
    from fumimori.report.attachments import attachments
    from fumimori.wording.report import Wording

    return attachments(assessment, result, Wording(assessment, result, texts, issued), repair)


def lint(assessment: Assessment, result: Result, fonts: Path) -> "tuple[LintEntry, ...]":
    """What to put in order before printing; reads the logos, so it may take seconds."""
    from functools import partial

    from fumimori.assess import lint as rules

    logos = [
        _seen(content, kind, at)
        for content, kind, at in (
            (assessment.brand.logo, assessment.brand.logo_type, "logo"),
            (assessment.brand.client_logo, assessment.brand.client_logo_type, "client-logo"),
        )
        if content
    ]
    return rules.lint(assessment, result, missing=partial(missing_glyphs, fonts=fonts), logos=logos)


def _seen(untrusted_content: bytes, kind: str, at: str) -> "LogoSeen":
    from fumimori.assess.lint import LogoSeen
    from fumimori.report.logos import read_logo

    try:
        return LogoSeen(at=at, pixels=read_logo(untrusted_content, kind).pixels)
    except LogoError as error:
        return LogoSeen(at=at, code=error.code)


def missing_glyphs(text: str, fonts: Path) -> tuple[str, ...]:
    """The characters of `text` that would be printed as 〓, each once."""
    from fumimori.report.typefaces import missing_in

    return missing_in([text], fonts)


def check_logo(untrusted_content: bytes, kind: str) -> str:
    """Why this logo cannot be printed, as LogoError's code; empty when it can. May take seconds."""
    from fumimori.report.logos import read_logo

    try:
        read_logo(untrusted_content, kind)
    except LogoError as error:
        return error.code
    return ""


def logo_sheet(untrusted_content: bytes, kind: str, fonts: Path) -> tuple[bytes, int]:
    """A PDF of nothing but the logo as the report prints it, and the pixels of its width (0: a drawing).

    Raises LogoError. May take seconds.
    """
    from fumimori.report.brand import sheet_of
    from fumimori.report.logos import read_logo

    logo = read_logo(untrusted_content, kind)
    return sheet_of(logo, fonts), logo.pixels
