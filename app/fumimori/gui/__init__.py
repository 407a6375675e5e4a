"""The only place with Qt: the window in which an assessment is made."""

import gc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fumimori.model import Assessment, Finding, Repair
from fumimori.texts import Texts

if TYPE_CHECKING:
    from fumimori.engine import NetworkSettings, Toolkit
    from fumimori.gui.app_services import LintReport, MakeExports, MakeReport


def run(
    *,
    toolkit: "Callable[[], Toolkit]",
    texts: Callable[[str], Texts],
    make_report: "MakeReport",
    lint_report: "LintReport",
    make_exports: "MakeExports",
    sample: Callable[[str], Assessment],
    sample_passphrase: str,
    resources: Path,
    settings_folder: Path,
    file: Path | None = None,
    language: str = "ja",
    control_hosts: Callable[[], Sequence[str]] = tuple,
    repair: Callable[[Finding, Assessment], Repair] = lambda _finding, _assessment: Repair(),
    network: "NetworkSettings | None" = None,
) -> int:
    """Show the window until it is closed; returns the program's exit code.

    `toolkit` is called only after the window stands, because what it brings takes a while to load.
    `control_hosts` names the usual hosts of the port-25 test, which people see before anything is sent.
    `repair` makes what a finding's details offer to copy; `network` says how runs look outward (None: as usual).
    """
    # Nothing that is made while the window comes up is garbage; looking for some would only delay its first picture.
    gc.disable()
    from fumimori.gui.app_services import AppServices, usual_network
    from fumimori.gui.program import start

    services = AppServices(
        toolkit=toolkit,
        texts=texts,
        make_report=make_report,
        lint_report=lint_report,
        make_exports=make_exports,
        sample=sample,
        sample_passphrase=sample_passphrase,
        resources=resources,
        settings_folder=settings_folder,
        control_hosts=control_hosts,
        repair=repair,
        network=usual_network if network is None else lambda: network,
    )
    return start(services, file=file, language=language)
