"""The toy world is what the other tests believe it to be: seen with openssl, ssh and plain sockets, not our code."""

import re
import socket
import subprocess
from collections.abc import Sequence
from typing import BinaryIO

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from loopback.world import World


def ask(world: World, name: str, rdtype: str) -> dns.message.Message:
    query = dns.message.make_query(name, rdtype, want_dnssec=True)
    return dns.query.udp_with_fallback(query, world.at["resolver"], timeout=10)[0]


def talk(address: str, port: int, *lines: str) -> str:
    """Everything the service says, each line sent only when the reply before it is complete."""
    with socket.create_connection((address, port), timeout=10) as peer, peer.makefile("rb") as received:
        said = [_reply(received)]
        for line in lines:
            peer.sendall(line.encode() + b"\r\n")
            said.append(_reply(received, until_dot=line == "CAPA"))
    return "".join(said)


def _reply(received: BinaryIO, *, until_dot: bool = False) -> str:
    last = r"\.\r" if until_dot else r"\d{3} |[ab] |\* OK \[|\+OK|-ERR"
    said = ""
    while line := received.readline().decode():
        said += line
        if re.match(last, line):
            break
    return said


def openssl(world: World, address: str, port: int, *options: str) -> str:
    line = ["openssl", "s_client", "-connect", f"{address}:{port}", "-CAfile", str(world.ca_file), *options]
    run = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=20)
    return run.stdout + run.stderr


@pytest.mark.parametrize(
    ("name", "rcode", "authentic"),
    [
        ("good.example", "NOERROR", True),
        ("bad.example", "NOERROR", False),
        ("subtle.example", "NOERROR", False),
        ("nullmx.example", "NOERROR", True),
        ("absent.example", "NXDOMAIN", True),
        ("bogus.example", "SERVFAIL", False),
        ("lame.example", "SERVFAIL", False),
    ],
)
def test_names_resolve_as_meant(world: World, name: str, rcode: str, *, authentic: bool) -> None:
    answer = ask(world, name, "MX")
    assert dns.rcode.to_text(answer.rcode()) == rcode
    assert bool(answer.flags & dns.flags.AD) is authentic


def test_the_reverse_name_of_the_good_server_leads_back(world: World) -> None:
    reverse = ".".join(reversed(world.at["good"].split("."))) + ".in-addr.arpa"
    assert "mx.good.example." in ask(world, reverse, "PTR").to_text()


def test_an_unknown_selector_exists_only_where_a_wildcard_answers(world: World) -> None:
    answers = {d: ask(world, f"nothing._domainkey.{d}.example", "TXT").answer for d in ("good", "bad", "subtle")}
    assert {domain: bool(answer) for domain, answer in answers.items()} == {
        "good": False,
        "bad": False,
        "subtle": True,
    }


@pytest.mark.parametrize(
    ("host", "port", "offered"),
    [
        ("good", 25, {"STARTTLS"}),
        ("good", 587, {"STARTTLS"}),
        ("bad", 25, {"AUTH"}),
        ("bad", 587, {"AUTH", "STARTTLS"}),
        ("subtle", 25, {"STARTTLS"}),
        ("subtle-second", 25, {"STARTTLS"}),
    ],
)
def test_submission_offers_login_and_tls_as_meant(world: World, host: str, port: int, offered: set[str]) -> None:
    said = talk(world.at[host], port, "EHLO scanner.example", "QUIT")
    assert {word for word in ("AUTH", "STARTTLS") if re.search(rf"^250[- ]{word}", said, re.MULTILINE)} == offered


@pytest.mark.parametrize(("host", "refused"), [("good", True), ("bad", False), ("subtle", True)])
def test_imap_and_pop_refuse_login_before_tls_as_meant(world: World, host: str, *, refused: bool) -> None:
    imap = talk(world.at[host], 143, "a CAPABILITY", "b LOGOUT")
    pop = talk(world.at[host], 110, "CAPA", "QUIT")
    assert ("LOGINDISABLED" in imap, "USER" not in pop) == (refused, refused)


@pytest.mark.parametrize(
    ("host", "port", "options", "verdict"),
    [
        ("good", 25, ("-starttls", "smtp"), "ok"),
        ("good", 465, (), "ok"),
        ("good", 993, (), "ok"),
        ("good", 995, (), "ok"),
        ("good", 143, ("-starttls", "imap"), "ok"),
        ("good-web", 443, ("-servername", "mta-sts.good.example"), "ok"),
        ("bad", 465, (), "certificate has expired"),
        ("bad", 993, ("-cipher", "ALL:@SECLEVEL=0"), "self-signed certificate"),
        ("subtle", 993, (), "unable to verify the first certificate"),
        ("subtle", 995, (), "ok"),
    ],
)
def test_certificates_have_the_meant_fault(
    world: World, host: str, port: int, options: Sequence[str], verdict: str
) -> None:
    said = openssl(world, world.at[host], port, *options)
    assert re.search(r"Verify return code: \d+ \((.*)\)", said)[1] == verdict


@pytest.mark.parametrize(
    ("host", "port", "oldest"),
    [("good", 465, "1.2"), ("good", 993, "1.2"), ("bad", 465, "1.0"), ("subtle", 465, "1.1")],
)
def test_the_oldest_tls_version_is_the_meant_one(world: World, host: str, port: int, oldest: str) -> None:
    flags = {"1.0": "-tls1", "1.1": "-tls1_1", "1.2": "-tls1_2"}
    accepted = [
        version
        for version, flag in flags.items()
        if "Cipher is (NONE)" not in openssl(world, world.at[host], port, flag, "-cipher", "ALL:@SECLEVEL=0")
    ]
    assert accepted[0] == oldest


@pytest.mark.parametrize(
    ("host", "methods"),
    [("good", "publickey"), ("bad", "publickey,password"), ("subtle", "publickey,keyboard-interactive")],
)
def test_ssh_offers_the_meant_methods(world: World, host: str, methods: str) -> None:
    quiet = [
        "BatchMode=yes",
        "StrictHostKeyChecking=no",
        "UserKnownHostsFile=/dev/null",
        "PreferredAuthentications=none",
    ]
    options = [part for option in (*quiet, "KexAlgorithms=+diffie-hellman-group14-sha1") for part in ("-o", option)]
    line = ["ssh", "-F", "none", *options, f"nobody@{world.at[host]}"]
    said = subprocess.run(line, capture_output=True, text=True, check=False, timeout=20).stderr
    assert f"Permission denied ({methods})" in said


@pytest.mark.parametrize("host", ["good", "bad"])
def test_no_server_of_this_world_takes_a_mail(world: World, host: str) -> None:
    dialogue = (
        "EHLO scanner.example",
        "MAIL FROM:<a@scanner.example>",
        f"RCPT TO:<info@{host}.example>",
        "DATA",
        "QUIT",
    )
    assert re.search(r"^554 .*Data command rejected", talk(world.at[host], 25, *dialogue), re.MULTILINE)


@pytest.mark.parametrize(("host", "code"), [("good", "554"), ("bad", "250")])
def test_only_the_bad_server_is_an_open_relay(world: World, host: str, code: str) -> None:
    dialogue = ("EHLO scanner.example", "MAIL FROM:<a@scanner.example>", "RCPT TO:<b@elsewhere.example>", "QUIT")
    assert talk(world.at[host], 25, *dialogue).splitlines()[-2][:3] == code


def test_port_25_is_open_at_one_control_host_and_closed_at_the_other(world: World) -> None:
    found = {}
    for name in ("control-open", "control-closed"):
        with socket.socket() as attempt:
            found[name] = attempt.connect_ex((world.at[name], 25)) == 0
    assert found == {"control-open": True, "control-closed": False}
