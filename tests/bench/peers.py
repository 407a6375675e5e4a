"""The programs that Fumimori is compared with: installed into places of their own, run against the test world."""

import json
import os
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PINNED = {"checkdmarc": "6.0.4", "sslyze": "6.3.1", "ssh-audit": "3.9.0"}

NAMES = '''"""Names of the test world resolve as they would on the Internet, whatever asks for them."""

import os
import socket

_ask = socket.getaddrinfo


def getaddrinfo(host, *rest, **named):
    if isinstance(host, bytes):
        host = host.decode("ascii")
    if host and host.rstrip(".").endswith(".example"):
        host = _address(host)
    return _ask(host, *rest, **named)


def _address(host):
    import struct

    question = struct.pack("!HHHHHH", 7, 0x100, 1, 0, 0, 0)
    labels = host.rstrip(".").encode().split(b".")
    question += b"".join(bytes([len(label)]) + label for label in labels) + b"\\0\\0\\1\\0\\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.sendto(question, (os.environ["TOY_RESOLVER"], 53))
        reply = asking.recv(4096)
    if not int.from_bytes(reply[6:8], "big"):
        raise socket.gaierror(socket.EAI_NONAME, f"no address for {host}")
    return ".".join(str(octet) for octet in reply[-4:])


socket.getaddrinfo = getaddrinfo
'''


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a process took."""

    seconds: float
    megabytes: float
    code: int
    said: str


LAUNCHER = """
import json, os, subprocess, sys, time
started = time.monotonic()
process = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=open("said", "wb"), stderr=subprocess.STDOUT)
_, status, used = os.wait4(process.pid, 0)
seconds = time.monotonic() - started
json.dump([seconds, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)], open(sys.argv[1], "w"))
os._exit(0)
"""
"""A small parent: a process is also charged with the memory of whoever started it."""


def run(line: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Run:
    """Run a program to its end; its time on the wall, its largest resident memory."""
    measured = folder / "measured"
    subprocess.check_call(
        [sys.executable, "-S", "-c", LAUNCHER, str(measured), *line], cwd=folder, env=dict(environment)
    )
    seconds, megabytes, code = json.loads(measured.read_text(encoding="utf-8"))
    said = (folder / "said").read_text(encoding="utf-8", errors="replace")
    return Run(seconds=seconds, megabytes=megabytes, code=code, said=said)


def installed(name: str) -> Path:
    """The program, from an environment of its own in this person's cache; installed when it is not there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fumimori-bench"
    place = cache / f"{name}-{PINNED[name]}"
    program = place / "bin" / name
    if not program.exists():
        venv.create(place, with_pip=True, clear=True)
        uv = Path(sys.executable).with_name("uv")
        python = str(place / "bin/python")
        install = (
            [str(uv), "pip", "install", "-q", "--python", python] if uv.exists() else [python, "-m", "pip", "install"]
        )
        subprocess.check_call([*install, f"{name}=={PINNED[name]}"])
    return program


@dataclass(frozen=True, kw_only=True)
class Peers:
    """The peers in front of a world whose resolver is at `resolver`, whose roots are in `ca_file`."""

    resolver: str
    ca_file: Path
    folder: Path

    def checkdmarc(self, domain: str) -> tuple[Run, Any]:
        """SPF, DMARC, MX with STARTTLS, MTA-STS, TLS-RPT, BIMI of a domain."""
        out = self.folder / "checkdmarc.json"
        line = [str(installed("checkdmarc")), domain, "-n", self.resolver, "-t", "5", "--check-mx-tls", "-o", str(out)]
        return self._run(line, out)

    def sslyze(self, services: Sequence[str]) -> tuple[Run, Any]:
        """Versions, suites, certificates and known holes of each `host:port`."""
        out = self.folder / "sslyze.json"
        line = [str(installed("sslyze")), "--starttls", "auto", "--certinfo_ca_file", str(self.ca_file)]
        return self._run([*line, "--json_out", str(out), "--quiet", *services], out)

    def ssh_audit(self, host: str) -> tuple[Run, Any]:
        """Algorithms and host keys of an SSH server."""
        ran, _ = self._run([str(installed("ssh-audit")), "-j", host], self.folder / "none")
        lines = [line for line in ran.said.splitlines() if line.startswith("{")]
        return ran, json.loads(lines[-1]) if lines else None

    def _run(self, line: Sequence[str], out: Path) -> tuple[Run, Any]:
        out.unlink(missing_ok=True)
        names = self.folder / "names"
        names.mkdir(exist_ok=True)
        (names / "sitecustomize.py").write_text(NAMES, encoding="utf-8")
        environment = {
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(names),
            "REQUESTS_CA_BUNDLE": str(self.ca_file),
            "SSL_CERT_FILE": str(self.ca_file),
            "TOY_RESOLVER": self.resolver,
        }
        ran = run(line, self.folder, environment)
        return ran, json.loads(out.read_text(encoding="utf-8")) if out.exists() else None
