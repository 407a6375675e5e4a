"""Exposed services and administration pages over sockets, each outcome once, and silence where nothing was seen."""

import pytest

from fumimori.checks.admin_pages import probe as admin_pages
from fumimori.checks.exposed_ports import probe as exposed_ports
from fumimori.model import DomainScope, Scope
from fumimori.net import services
from loopback import wire
from loopback.fake_network import rules
from loopback.scenarios import found, page, says

HOST = "srv.example.jp"
IP = "192.0.2.7"
ZONE = {HOST: {"A": [IP]}}
SCOPE = Scope(domains=(DomainScope(name="example.jp"),), mail_hosts=(HOST,))
RDP = says(b"", then=bytes.fromhex("030000130ed000001234000200080002000000"))


@pytest.mark.parametrize(
    ("port", "handler", "words"),
    [
        (6379, says(b"", then=b"+PONG\r\n"), {"dangerous", "rdp_closed"}),
        (3389, RDP, {"rdp", "rdp_port"}),
        (389, says(b"", then=bytes.fromhex("300c02010165070a010004000400")), {"unneeded", "rdp_closed"}),
        (3310, says(b"", then=b"PONG\n"), {"unneeded_quiet", "rdp_closed"}),
        (3306, says(b"hello\r\n"), {"unknown_open", "rdp_closed"}),
        (9, says(b""), {"ports_closed", "rdp_closed"}),
    ],
)
def test_ports(monkeypatch, port, handler, words):
    monkeypatch.setattr(services, "ANSWER_SECONDS", 1)
    seen = found(exposed_ports.PROBE, ZONE, {(IP, port): handler}, SCOPE)
    assert set(seen) == words
    if words & {"dangerous", "unneeded"}:
        assert seen[(words - {"rdp_closed"}).pop()] == {f"{HOST}:{port}"}


def test_inside_nothing_is_judged():
    seen = found(exposed_ports.PROBE, ZONE, {(IP, 6379): says(b"", then=b"+PONG\r\n")}, SCOPE, inside=True)
    assert seen == {"seen_inside": {HOST}}


def test_a_host_without_address_is_not_a_closed_one():
    assert set(found(exposed_ports.PROBE, {}, {}, SCOPE)) == {"!no_address"}


@pytest.mark.parametrize(
    ("port", "handler", "words"),
    [
        (8080, page("<title>Login to Webmin</title>"), {"login_page", "login_reachable"}),
        (11334, page("<title>Rspamd Web Interface</title>"), {"open_console"}),
        (8080, page("<title>nothing known</title>"), {"none_found"}),
        (8080, page("<title>Login to Webmin</title>", status="503 Busy"), {"none_found"}),
        (2222, wire.stall, {"!reply_timeout"}),
        (8080, wire.reset, {"!connection_reset"}),
    ],
)
def test_pages(port, handler, words):
    seen = found(admin_pages.PROBE, ZONE, {(IP, port): handler}, SCOPE)
    assert set(seen) == words


def test_inside_a_login_page_is_for_reference():
    seen = found(admin_pages.PROBE, ZONE, {(IP, 8080): page("<title>Login to Webmin</title>")}, SCOPE, inside=True)
    assert seen == {"inside_only": {f"{HOST}:8080"}}


def test_redirects_are_followed_on_the_same_door_only():
    away = page("", status="302 Found", headers="Location: http://elsewhere.example/\r\n")
    assert set(found(admin_pages.PROBE, ZONE, {(IP, 8080): away}, SCOPE)) == {"none_found"}
    for nowhere in ("https://[::1", "https://a]b/", "http://host:99999/", "x" * 3000):
        broken = page("", status="302 Found", headers=f"Location: {nowhere}\r\n")
        assert set(found(admin_pages.PROBE, ZONE, {(IP, 8080): broken}, SCOPE)) == {"none_found"}
    loop = page("", status="302 Found", headers="Location: /again\r\n")
    assert set(found(admin_pages.PROBE, ZONE, {(IP, 8080): loop}, SCOPE)) == {"none_found"}


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("/installer", "<title>Roundcube Webmail Installer :: 1. Check</title>", {"installer"}),
        ("/installer", "<title>Roundcube Webmail Installer</title> The installer is disabled!", {"installer_off"}),
        ("/setup.php", "<h1>Postfix Admin Setup Checker</h1>", {"installer"}),
        ("/admin", "<title>mailcow UI</title>", {"login_page", "login_reachable", "default_account"}),
        ("/iredadmin", "<title>iRedAdmin</title>", {"login_page", "login_reachable"}),
    ],
)
def test_pages_at_their_paths(tmp_path, path, text, words):
    """Behind TLS with a certificate of its own making, as panels have it."""
    from loopback.tls_faults import server_context
    from loopback.toy_ca import ToyCa

    context = server_context(ToyCa().leaf(HOST), tmp_path)
    plain = page(text, only=path)

    async def secured(reader, writer):
        await writer.start_tls(context)
        await plain(reader, writer)

    seen = found(admin_pages.PROBE, ZONE, {(IP, 443): secured}, SCOPE)
    assert set(seen) == words


def test_every_place_is_one_that_the_table_can_read():
    for row in rules().tables["admin_places"].dicts():
        assert row["scheme"] in ("http", "https")
        assert 0 < int(row["port"]) < 65536
        assert row["path"].startswith("/")
    assert {row["kind"] for row in rules().tables["exposed_services"].dicts()} <= set(services.WAYS)
