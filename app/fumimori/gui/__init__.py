"""The only place with Qt: the window in which an assessment is made."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fumimori.gui.app_services import AppServices


def run(services: "AppServices", *, file: Path | None = None, language: str = "ja") -> int:
    """Show the window until it is closed; returns the program's exit code."""
    # Nothing that is made while the window comes up is garbage; looking for some would only delay its first picture.
    gc.disable()
    from fumimori.gui.program import start

    return start(services, file=file, language=language)
