"""The program as people start it: a process of its own, its exit code, what it said, what it wrote."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopback.world import World
from unit.cli.process import fumimori

PASSPHRASE = "correct horse battery staple"
CONSENTED = ("--consent", "3", "--own-server", "--authorised-by", "Owner, CEO")


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A scan that has run: its exit code, its words, its JSON and its file."""

    code: int
    said: str
    content: dict[str, Any]
    file: Path
    passphrase_file: Path

    @property
    def codes(self) -> dict[str, set[str]]:
        """Outcome and finding codes, good ones too, with their subjects."""
        found: dict[str, set[str]] = {}
        for entry in (*self.content["findings"], *self.content["good"]):
            found.setdefault(entry["code"], set()).add(entry["subject"])
        return found

    def attempts(self, probe: str) -> dict[str, dict[str, Any]]:
        """The attempts of one probe by subject."""
        return {entry["subject"]: entry for entry in self.content["runs"][0]["attempts"] if entry["probe"] == probe}

    def contacts(self, *kinds: str) -> list[dict[str, Any]]:
        """The contact log's lines of these kinds."""
        return [entry for entry in self.content["runs"][0]["contacts"] if entry["what"] in kinds]


def scan(world: World, folder: Path, domain: str, *options: str, control: str = "") -> Scan:
    """`fumimori scan` of `domain` in the test world, with JSON and file written into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
    secret.chmod(0o600)
    written, saved = folder / "scan.json", folder / "scan.fumimori"
    ran = fumimori(
        folder,
        *("scan", domain, "--resolver", world.resolver, "--ca-file", str(world.ca_file)),
        *("--dnssec-anchor", str(world.anchor)),
        *("--control-host", control or world.control_open, *options),
        *("--json", str(written), "--save", str(saved), "--passphrase-file", str(secret)),
    )
    content = json.loads(written.read_text(encoding="utf-8")) if written.exists() else {}
    return Scan(code=ran.returncode, said=ran.stderr, content=content, file=saved, passphrase_file=secret)


def report(done: Scan, out: Path, language: str, paper: str, *options: str) -> subprocess.CompletedProcess[str]:
    """`fumimori report` of a scan's file."""
    secret = ("--passphrase-file", str(done.passphrase_file))
    return fumimori(
        out.parent, "report", str(done.file), "--lang", language, "--paper", paper, "--out", str(out), *options, *secret
    )


def pdf_text(path: Path) -> str:
    """All text of a PDF in the order in which it was set, by poppler."""
    line = ["pdftotext", "-raw", str(path), "-"]
    return subprocess.run(line, capture_output=True, text=True, check=True, timeout=60).stdout


def squeezed(text: str) -> str:
    """The text without any white space, so that line breaks do not matter."""
    return "".join(text.split())


def hosts(kind: str, names: Sequence[str]) -> tuple[str, ...]:
    """`--<kind>-host` once for each name."""
    return tuple(part for name in names for part in (f"--{kind}-host", name))
