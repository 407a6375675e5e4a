"""Days as people and files write them; what names no day is None and never *for ever*."""

import re
import unicodedata
from datetime import date

_TYPED = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")


def iso_day(text: str) -> date | None:
    """The day that `text` writes as YYYY-MM-DD and in no other way; None for anything else."""
    return typed_day(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()) else None


def typed_day(text: str) -> date | None:
    """The day that somebody typed with the year first, full-width digits or not; None when it is no day.

    31.12.2025 and 3/4/2026 are refused: which of them is the month differs from country to country.
    """
    found = _TYPED.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None
