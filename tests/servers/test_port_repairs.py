"""Repairs of open ports, proved by ufw in a network of its own: closed to us, open to whom they name, mail flows."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest

from fumimori.checks.contract import ProbeContext
from fumimori.checks.exposed_ports import probe as exposed_ports
from fumimori.checks.observations import Observations
from fumimori.model import Assessment, Basis, DomainScope, Finding, Hosting, Scope, Severity, SnippetKind
from fumimori.net.connect import Limits
from fumimori.net.real import RealNetwork
from fumimori.network import Notes
from loopback.dns_faults import name_server
from loopback.fake_network import attempted, rules
from loopback.table_dns import from_table
from servers.repaired import PROVED, assessment_of, faults, printed
from servers.unproved import told

pytestmark = pytest.mark.usefixtures("own_network")
HOST = "srv.example.jp"
THERE, HERE, NAMED = "10.99.87.2", "10.99.87.1", "10.99.87.9"
SCOPE = Scope(
    domains=(DomainScope(name="example.jp", hosting=Hosting.VPS, hosting_confirmed=True),),
    mail_hosts=(HOST,),
    own_hosts=(HOST,),
)
SERVICES = """
import asyncio
ANSWERS = {25: (b"220 srv.example.jp ESMTP\\r\\n", b""), 6379: (b"", b"+PONG\\r\\n"), 3310: (b"", b"PONG\\n"),
           389: (b"", bytes.fromhex("300c02010165070a010004000400")),
           3389: (b"", bytes.fromhex("030000130ed000001234000200080002000000"))}
async def main():
    for port, (first, then) in ANSWERS.items():
        async def serve(reader, writer, first=first, then=then):
            writer.write(first)
            if await reader.read(4096):
                writer.write(then)
            await asyncio.sleep(0.2)
            writer.close()
        await asyncio.start_server(serve, "0.0.0.0", port)
    print("ready", flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


class Neighbour:
    """A machine at the other end of a cable, with services and with ufw's settings of its own."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree("/etc/ufw", folder / "ufw")
        (folder / "sudo").write_text('#!/bin/sh\nexec "$@"\n')
        (folder / "sudo").chmod(0o755)
        self.folder = folder
        mounted = f"mount --bind {folder}/ufw /etc/ufw && ip link set lo up && exec {sys.executable} -c '{SERVICES}'"
        line = ["/usr/bin/unshare", "--net", "--mount", "sh", "-c", mounted]
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"
        pid = self.process.pid
        for words in (
            f"ip link add fw0 type veth peer name fw1 netns {pid}",
            f"ip addr add {HERE}/24 dev fw0",
            f"ip addr add {NAMED}/24 dev fw0",
            "ip link set fw0 up",
        ):
            subprocess.run(words.split(), check=True)
        self.run(f"ip addr add {THERE}/24 dev fw1 && ip link set fw1 up")
        time.sleep(0.5)

    def run(self, lines: str) -> None:
        """Run lines there."""
        enter = ["nsenter", "-t", str(self.process.pid), "--net", "--mount", "sh", "-e", "-c", lines]
        environment = dict(os.environ, PATH=f"{self.folder}:/usr/sbin:/usr/bin:/sbin:/bin")
        done = subprocess.run(
            enter, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        assert done.returncode == 0, f"{lines}\n{done.stdout}{done.stderr}"

    def stop(self) -> None:
        """End it; the cable goes with it."""
        self.process.terminate()
        self.process.communicate(timeout=10)
        subprocess.run(["ip", "link", "del", "fw0"], check=False, capture_output=True)


@pytest.fixture
def neighbour(tmp_path: Path) -> Iterator[Neighbour]:
    made = Neighbour(tmp_path)
    yield made
    made.stop()


async def looked() -> Assessment:
    async with AsyncExitStack() as servers:
        resolver, _ = await servers.enter_async_context(name_server(from_table({HOST: {"A": [THERE]}})))
        network = RealNetwork(resolver=resolver, limits=Limits(connect=1, reply=1, conversation=4, pause=0, patience=0))
        try:
            context = ProbeContext(
                network=network.for_attempt(Notes()), observations=Observations(SCOPE, ()), rules=rules()
            )
            return assessment_of(SCOPE, [await attempted(exposed_ports.PROBE, HOST, context, network.now())])
        finally:
            await network.close()


def reached(port: int, source: str = HERE) -> bool:
    """Whether a connection from `source` comes about."""
    with closing(socket.socket()) as attempt:
        attempt.settimeout(1)
        attempt.bind((source, 0))
        return attempt.connect_ex((THERE, port)) == 0


def applied(neighbour: Neighbour, finding: Finding, of: Assessment) -> None:
    for snippet in printed(finding, of).snippets:
        if snippet.kind is SnippetKind.COMMAND and snippet.place.startswith(("ufw", "Linux")):
            neighbour.run(snippet.content.replace("REPLACE", NAMED))


def test_a_port_is_closed_but_for_the_address_that_is_named(neighbour):
    neighbour.run("ufw default allow incoming && ufw --force enable")
    before = asyncio.run(looked())
    found = faults(before)
    assert {code for code, _ in found} == {
        f"exposed_ports.{word}" for word in ("dangerous", "rdp", "unneeded", "unneeded_quiet")
    }
    for (code, subject), finding in found.items():
        applied(neighbour, finding, before)
        after = faults(asyncio.run(looked()))
        assert (code, subject) not in after
        assert after.keys() <= found.keys()
        assert reached(25)
        assert reached(int(subject.rpartition(":")[2]), NAMED)
        PROVED.add(code)


def firewall(word: str, **values: str) -> Finding:
    return Finding(
        code=f"firewall.{word}",
        subject=HOST,
        control=rules().outcomes[f"firewall.{word}"].control,
        severity=Severity.HIGH,
        basis=Basis.MEASURED,
        values=tuple(values.items()),
    )


@pytest.mark.parametrize("word", ["danger_allowed", "danger_listens", "admin_open"])
def test_what_the_settings_let_in_is_closed_too(neighbour, word):
    neighbour.run("ufw default allow incoming && ufw --force enable")
    said = {"danger_allowed": {"services": "Redis (6379)"}, "danger_listens": {"services": "Redis (6379)"}}
    assert reached(6379)
    applied(neighbour, firewall(word, **said.get(word, {"ports": "6379 (redis)"})), asyncio.run(looked()))
    assert (reached(6379), reached(6379, NAMED), reached(25)) == (False, True, True)
    PROVED.add(f"firewall.{word}")


def test_a_firewall_that_is_switched_on_lets_mail_in_and_nothing_else(neighbour):
    before = asyncio.run(looked())
    assert faults(before)
    applied(neighbour, firewall("input_open"), before)
    assert reached(25)
    assert not faults(asyncio.run(looked()))
    PROVED.add("firewall.input_open")


def test_how_many_codes_of_ports_were_proved(capsys):
    told("ports", capsys)
