"""Seen from outside: doors beside mail, pages of administrators and logins are judged as strangers meet them."""

from pathlib import Path

import pytest

from loopback.world import World
from servers.command import CONSENTED, Scan, scan


@pytest.fixture(scope="module")
def outside(world: World, tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """The bad domain with every consent, told that this machine stands outside."""
    host = "mail.bad.example"
    options = ("--mail-host", host, "--ssh-host", host, "--from-outside")
    return scan(world, tmp_path_factory.mktemp("outside"), "bad.example", *CONSENTED, *options)


def test_a_host_without_other_doors_is_said_to_have_none(outside: Scan) -> None:
    assert outside.code == 0, outside.said
    for code in ("exposed_ports.ports_closed", "exposed_ports.rdp_closed"):
        assert outside.codes.get(code) == {"mail.bad.example"}, sorted(outside.codes)


def test_passwords_are_judged_as_on_the_internet(outside: Scan) -> None:
    assert outside.codes.get("ssh.password") == {"mail.bad.example"}
    assert "ssh.password_inside" not in outside.codes


def test_strangers_in_the_own_name_are_noticed(outside: Scan) -> None:
    assert outside.codes.get("mail_behaviour.own_sender_accepted") == {"mail.bad.example"}


def test_nobody_was_asked_about_blocklists(outside: Scan) -> None:
    assert outside.attempts("blocklists") == {}
    assert not any("spam" in entry["detail"] for entry in outside.contacts("dns"))


def test_blocklists_are_asked_when_somebody_says_so(world: World, tmp_path: Path) -> None:
    done = scan(world, tmp_path, "good.example", "--blocklist", "list.example")
    looked = done.attempts("blocklists")
    assert set(looked) == {world.at["good"]}
    assert {answer["state"] for answer in looked[world.at["good"]]["facts"]["answers"]} == {"broken"}


def test_the_budget_is_said_before_anything_starts(outside: Scan) -> None:
    first = outside.said.splitlines()[0]
    assert "connections at each of its addresses" in first


def test_the_hosts_that_are_looked_at_closely_are_named_before_anything_starts(outside: Scan) -> None:
    said = outside.said.splitlines()
    named = next(number for number, line in enumerate(said) if "closely" in line and "mail.bad.example" in line)
    assert named < next(number for number, line in enumerate(said) if line.startswith("["))
