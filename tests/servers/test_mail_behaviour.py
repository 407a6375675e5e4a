"""What the servers saw of us: polite conversations, no mail, no guessing; read in their own logs."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from loopback.world import World
from servers.command import CONSENTED, Scan, fumimori, scan


@pytest.fixture(scope="module")
def seen_by(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each server of the good domain logged during one scan with every consent."""
    logs = {
        "postfix": world.folder / "good/postfix/postfix.mail.log",
        "dovecot": world.folder / "good/dovecot/dovecot.log",
        "sshd": world.folder / "good/sshd/sshd.log",
    }
    before = {name: path.stat().st_size for name, path in logs.items()}
    options = ("--mail-host", "mail.good.example", "--ssh-host", "ssh.good.example", "--own-host", "mx.good.example")
    done = scan(world, tmp_path_factory.mktemp("behaviour"), "good.example", *CONSENTED, *options)
    assert done.code == 0, done.said
    return {name: read(path, before[name]) for name, path in logs.items()}


def read(path: Path, start: int) -> str:
    with path.open("rb") as log:
        log.seek(start)
        return log.read().decode(errors="replace")


def test_the_servers_were_really_visited(seen_by: dict[str, str]) -> None:
    assert {name: "127.0.0.1" in log for name, log in seen_by.items()} == {
        "postfix": True,
        "dovecot": True,
        "sshd": True,
    }


def test_no_mail_was_begun(seen_by: dict[str, str]) -> None:
    assert re.findall(r"commands=.*|\b(?:data|mail|rcpt)=\d+", seen_by["postfix"]) != []
    assert re.findall(r"\bdata=\d+", seen_by["postfix"]) == []


def test_nothing_was_sent_before_it_was_its_turn(seen_by: dict[str, str]) -> None:
    assert "improper command pipelining" not in seen_by["postfix"]


def test_no_login_was_tried(seen_by: dict[str, str]) -> None:
    assert re.findall(r"\bauth=\d+", seen_by["postfix"]) == []
    assert re.findall(r"auth failed|[1-9]\d* attempts", seen_by["dovecot"]) == []


def test_ssh_saw_one_stranger_and_no_password(seen_by: dict[str, str]) -> None:
    assert len(re.findall(r"^Invalid user", seen_by["sshd"], re.MULTILINE)) == 1
    assert "Failed password" not in seen_by["sshd"]


def test_each_smtp_conversation_ended_with_quit_or_with_a_hello_that_was_refused(seen_by: dict[str, str]) -> None:
    ends = re.findall(r"disconnect from .*", seen_by["postfix"])
    impolite = [
        line for line in ends if "quit=1" not in line and "starttls=" not in line and "commands=0/0" not in line
    ]
    assert impolite == []


def announced(said: str) -> int:
    """The most connections that were announced before the first look, per host name and address."""
    found = re.search(r"will see at most ([\d,]+) connections", said.partition("\n[")[0])
    assert found, said
    return int(found[1])


def connections(content: dict[str, Any]) -> Counter[str]:
    """Host name with address → the connections that the log has."""
    return Counter(
        contact["target"]
        for contact in content["runs"][0]["contacts"]
        if contact["transport"] != "udp" and contact["what"] not in ("dns", "control_host")
    )


@pytest.mark.parametrize("domain", ["good.example", "bad.example", "subtle.example"])
def test_no_host_sees_more_connections_than_was_said_before(scans: dict[str, Scan], domain: str) -> None:
    seen = connections(scans[domain].content)
    assert seen
    assert max(seen.values()) <= announced(scans[domain].said)


def test_a_thorough_run_says_more_and_keeps_to_it(world: World, tmp_path: Path) -> None:
    done = scan(world, tmp_path, "bad.example", "--consent", "1", "--thorough")
    usual = scan(world, tmp_path / "usual", "bad.example", "--consent", "1")
    assert announced(done.said) > announced(usual.said)
    assert max(connections(usual.content).values()) < max(connections(done.content).values()) <= announced(done.said)
    assert "budget_spent" not in {entry["reason"] for entry in done.content["runs"][0]["attempts"]}


def test_a_list_of_domains_is_announced_too(world: World, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("good.example\nnullmx.example\n", encoding="utf-8")
    ran = fumimori(
        tmp_path,
        *("scan", "--batch", "list", "--json", "out", "--consent", "1", "--control-host", world.control_open),
        *("--resolver", world.resolver, "--ca-file", str(world.ca_file)),
    )
    assert ran.returncode == 0, ran.stderr
    assert announced(ran.stderr) > 0
    assert world.control_open in ran.stderr.partition("\n[")[0]


@pytest.mark.parametrize("domain", ["good.example", "bad.example", "subtle.example"])
def test_nobody_is_contacted_who_was_not_named(scans: dict[str, Scan], world: World, domain: str) -> None:
    before = scans[domain].said.partition("\n[")[0]
    others = {
        host
        for contact in scans[domain].content["runs"][0]["contacts"]
        if (host := contact["target"].split()[0].partition(":")[0]) != domain and not host.endswith(f".{domain}")
    }
    assert {host for host in others if host not in before} <= {world.at["resolver"]}


def test_everybody_who_is_contacted_is_named_before_the_first_look(scans: dict[str, Scan], world: World) -> None:
    said = scans["good.example"].said.splitlines()
    named = next(number for number, line in enumerate(said) if world.control_open in line)
    assert named < next(number for number, line in enumerate(said) if line.startswith("["))
