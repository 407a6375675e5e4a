"""Many domains in one run: one network for all, so that a server that they share is asked once."""

import argparse
import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fumimori.cli import arguments, files
from fumimori.cli.console import Console
from fumimori.cli.files import WrongUseError
from fumimori.cli.interrupt import stop_event
from fumimori.engine import NetworkSettings, Toolkit, measure_many
from fumimori.engine.exchange import scan_json
from fumimori.model import Assessment
from fumimori.texts import Texts

LIST_MOST = 1 << 20
"""Octets of a list of domains."""
ONE_DOMAIN_ONLY = (
    "mail_host",
    "ssh_host",
    "webmail_host",
    "own_host",
    "selector",
    "also_domain",
    "parked_domain",
    "address",
    "sending_address",
    "save",
)
"""Options that describe a single domain."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A list of domains to be measured, each into a file of its own."""

    toolkit: Toolkit
    settings: NetworkSettings
    texts: Texts
    control_hosts: tuple[str, ...]

    def run(self, options: argparse.Namespace) -> bool:
        """Measure them all; True when something could be measured of at least one. Raises WrongUseError."""
        alone = ["--" + name.replace("_", "-") for name in ONE_DOMAIN_ONLY if getattr(options, name)]
        if options.domain:
            alone.insert(0, options.domain)
        if alone:
            raise WrongUseError(self.texts("cli.batch_alone", options=", ".join(alone)))
        if not options.json:
            raise WrongUseError(self.texts("cli.batch_folder"))
        folder = files.folder(options.json, self.texts)
        assessments = [
            arguments.with_blocklists(
                arguments.assessment(options, domain, self.texts), options, self.toolkit.rules, self.texts
            )
            for domain in self._domains(options.batch)
        ]
        tell = Console(self.texts)
        tell.announce(self.toolkit, assessments, self.control_hosts, thorough=self.settings.thorough)
        return asyncio.run(self._measured(assessments, folder))

    def _domains(self, name: str) -> list[str]:
        """The domains of a list: one a line, what follows `#` is a remark."""
        path = files.readable(name, self.texts)
        if path is None or path.stat().st_size > LIST_MOST:
            raise WrongUseError(self.texts("cli.no_such_file", path=name))
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        named = [line.partition("#")[0].strip() for line in lines]
        domains = list(dict.fromkeys(arguments.domain_name(line, self.texts) for line in named if line))
        if not domains:
            raise WrongUseError(self.texts("cli.no_domains", path=name))
        return domains

    async def _measured(self, assessments: list[Assessment], folder: Path) -> bool:
        tell = Console(self.texts)
        network = self.toolkit.open_network(self.settings)
        seen, done, absent, stop = False, 0, 0, stop_event()
        try:
            async for assessment, measurement in measure_many(
                self.toolkit, assessments, network, self.settings, cancel=stop
            ):
                done += 1
                measured = measurement.added_to(assessment)
                result = self.toolkit.assess(measured, datetime.now(UTC).astimezone())
                domain = assessment.scope.domains[0].name
                files.write(str(folder / f"{domain}.json"), scan_json(measured, result), self.texts, quiet=True)
                gone = tell.absent(result)
                absent += gone
                seen = seen or (measurement.saw_something and not gone)
                tell.say("batch_done", done=done, total=len(assessments), domain=domain, findings=len(result.findings))
        finally:
            await network.close()
        if stop.is_set():
            tell.interrupted()
        if not seen and not absent:
            tell.say("nothing_measured", reason=self.texts("words.reason.offline"))
        return seen
