"""The only place with Qt: the window in which an assessment is made."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fumimori.core.model import Assessment, Result
from fumimori.texts import Texts

if TYPE_CHECKING:
    from fumimori.engine import Instruments


def run(
    *,
    instruments: "Callable[[], Instruments]",
    texts: Callable[[str], Texts],
    make_report: Callable[[Assessment, Result, Texts, str], bytes],
    sample: Callable[[], Assessment],
    sample_passphrase: str,
    resources: Path,
    settings_folder: Path,
    file: Path | None = None,
    language: str = "ja",
    control_hosts: Callable[[], Sequence[str]] = tuple,
) -> int:
    """Show the window until it is closed; returns the program's exit code.

    `instruments` is called only after the window stands, because what it brings takes a while to load.
    `control_hosts` names the usual hosts of the port-25 test, which people see before anything is sent.
    """
    from fumimori.gui.parts import Parts
    from fumimori.gui.program import start

    parts = Parts(
        instruments=instruments,
        texts=texts,
        make_report=make_report,
        sample=sample,
        sample_passphrase=sample_passphrase,
        resources=resources,
        settings_folder=settings_folder,
        control_hosts=control_hosts,
    )
    return start(parts, file=file, language=language)
