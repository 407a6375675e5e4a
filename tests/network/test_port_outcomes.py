"""Mail ports, tries and SSH doors end to end: each outcome from a server on a socket that behaves so."""

import dataclasses
from datetime import UTC, datetime
from functools import cache

import pytest

from fumimori.checks.mail_ports import probe as mail_ports
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import probe as mx
from fumimori.checks.ssh import probe as ssh
from fumimori.checks.tls_active import probe as tls_active
from fumimori.model import DomainScope, Scope
from fumimori.net import ssh_wire
from fumimori.net.connect import Limits
from loopback import wire
from loopback.mail_faults import Script
from loopback.scenarios import SmtpScript, found, page
from loopback.ssh_faults import CIPHER, SshScript
from loopback.tls_faults import ALERT_HANDSHAKE_FAILURE, renegotiable, server_context
from loopback.tls_hands import HandMade
from loopback.toy_ca import Leaf, ToyCa, weak_rsa

MX, MAIL, DOMAIN = "mx.example.jp", "mail.example.jp", "example.jp"
FOUR, SIX, CLIENT_FOUR, WEB = "192.0.2.25", "2001:db8::25", "192.0.2.80", "192.0.2.90"
ZONE = {
    DOMAIN: {"MX": ["10 mx.example.jp."]},
    MX: {"A": [FOUR]},
    MAIL: {"A": [CLIENT_FOUR]},
    f"mta-sts.{DOMAIN}": {"A": [WEB]},
    f"_mta-sts.{DOMAIN}": {"TXT": ["v=STSv1; id=1"]},
}
SCOPE = Scope(domains=(DomainScope(name=DOMAIN),), mail_hosts=(MAIL,), ssh_hosts=(MAIL,))
LIMITS = Limits(connect=1, reply=1, conversation=4, pause=0, patience=0)
GCM, CBC, STATIC, DHE, ANONYMOUS, EMPTY, RC4 = 0xC02F, 0xC013, 0x002F, 0x009E, 0x0034, 0x0002, 0x0005
LONG_PRIME, SHORT_PRIME, EXPORT_PRIME = (1 << 2047) + 1, (1 << 1023) + 1, (1 << 511) + 1
OLD = ("ssl3", "tls1.0", "tls1.1", "tls1.2")


@cache
def ca() -> ToyCa:
    return ToyCa()


def said(probe, servers, *before, zone=None, **how):
    """The words of `probe` by subject, from servers at these ports."""
    when = datetime.now(UTC)
    return found(
        probe, ZONE | (zone or {}), servers, SCOPE, before=before, at=when, roots=[ca().root], limits=LIMITS, **how
    )


def behind_starttls(server):
    """A mail server on 25 that hands over to `server` when TLS is asked for."""

    async def handler(reader, writer):
        writer.write(b"220 mx.example.jp ESMTP\r\n")
        while command := (await reader.readline()).strip().upper():
            if command == b"STARTTLS":
                writer.write(b"220 go on\r\n")
                await writer.drain()
                await server(reader, writer)
                return
            writer.write(b"250-mx.example.jp\r\n250 STARTTLS\r\n" if command.startswith(b"EHLO") else b"250 ok\r\n")
            await writer.drain()

    return handler


def fresh(server: HandMade) -> HandMade:
    return dataclasses.replace(server, heard=[])


WEAK = [
    (HandMade(ssl2=True, versions=OLD, suites=(GCM, CBC)), "ssl2"),
    (HandMade(versions=OLD, suites=(GCM, 0x0035)), "ssl3"),
    (HandMade(versions=("tls1.0",), suites=(CBC,)), "tls_modern_missing"),
    (HandMade(suites=(GCM, EMPTY)), "suite_broken"),
    (HandMade(suites=(GCM, STATIC), client_order=True), "order_weak"),
    (HandMade(suites=(GCM, DHE), prime=EXPORT_PRIME), "dh_export"),
    (HandMade(suites=(GCM, DHE), prime=SHORT_PRIME), "dh_short"),
    (HandMade(groups=(0x001D, 0x0010)), "group_weak"),
    (HandMade(groups=(0x001D, 0x0009)), "group_old"),
    (HandMade(signature=0x0201), "exchange_hash_old"),
    (HandMade(compression=True), "compression"),
    (HandMade(renegotiation_info=False), "renegotiation_insecure"),
]
"""Faults that are told of every port, on 25 on a scale of its own."""

CLIENTS = [
    *WEAK,
    (HandMade(), "tls13_missing"),
    (HandMade(versions=("tls1.0", "tls1.2"), suites=(GCM, CBC)), "tls_old"),
    (HandMade(versions=("tls1.2", "tls1.3"), suites=(GCM, 0x1301)), "tls_modern"),
    (HandMade(suites=(GCM, STATIC)), "suite_weak"),
    (HandMade(suites=(GCM, DHE), prime=LONG_PRIME), "dh_own"),
    (HandMade(versions=("tls1.3",), suites=(0x1301,), groups=(0x11EC, 0x001D)), "post_quantum"),
    (HandMade(versions=("tls1.3",), suites=(0x1301,)), "no_post_quantum"),
    (HandMade(master_secret=False), "ems_missing"),
    (HandMade(versions=("tls1.0", "tls1.2"), suites=(GCM, CBC), fallback=False), "fallback_missing"),
    (HandMade(versions=("tls1.3",), suites=(0x1301,)), "holes_closed"),
]


@pytest.mark.parametrize(("server", "word"), CLIENTS, ids=lambda given: given if isinstance(given, str) else "")
def test_tls_of_a_port_that_people_use(server, word):
    assert said(mail_ports.PROBE, {(CLIENT_FOUR, 993): fresh(server)}, mx.PROBE)[word] == {f"{MAIL}:993"}


EXCHANGERS = [
    *((server, f"{word}_mx") for server, word in WEAK),
    (HandMade(versions=("tls1.0", "tls1.2"), suites=(GCM, CBC)), "tls_old_mx"),
    (HandMade(suites=(GCM, RC4)), "suite_weak_mx"),
    (HandMade(suites=(GCM, ANONYMOUS), prime=LONG_PRIME), "suite_old_mx"),
]


@pytest.mark.parametrize(("server", "word"), EXCHANGERS, ids=lambda given: given if isinstance(given, str) else "")
def test_tls_of_the_port_where_mail_arrives(server, word):
    seen = said(mail_ports.PROBE, {(FOUR, 25): behind_starttls(fresh(server))}, mx.PROBE)
    assert seen[word] == {f"{MX}:25"}


STRICT = [
    (HandMade(suites=(GCM, EMPTY)), "suite_broken_mx_strict"),
    (HandMade(suites=(GCM, RC4)), "suite_weak_mx_strict"),
    (HandMade(suites=(GCM, ANONYMOUS), prime=LONG_PRIME), "suite_old_mx_strict"),
]


@pytest.mark.parametrize(("server", "word"), STRICT, ids=lambda given: given if isinstance(given, str) else "")
def test_where_senders_must_encrypt_the_scale_is_stricter(tmp_path, server, word):
    context = server_context(ca().leaf(f"mta-sts.{DOMAIN}"), tmp_path)
    policy = page(
        "version: STSv1\nmode: enforce\nmx: mx.example.jp\nmax_age: 604800\n", headers="Content-Type: text/plain\r\n"
    )

    async def secured(reader, writer):
        await writer.start_tls(context)
        await policy(reader, writer)

    servers = {(FOUR, 25): behind_starttls(fresh(server)), (WEB, 443): secured}
    seen = said(mail_ports.PROBE, servers, mx.PROBE, mta_sts.PROBE)
    assert seen[word] == {f"{MX}:25"}


# --- certificates -------------------------------------------------------------------------------------------------


def client(folder, leaf: Leaf) -> Script:
    return Script(protocol="imap", implicit=True, tls=server_context(leaf, folder))


def exchanger(folder, leaf: Leaf) -> Script:
    return Script(protocol="smtp", tls=server_context(leaf, folder), before=("STARTTLS",))


CERTIFICATES = [
    ({}, "certificate_good"),
    ({"days_left": -2}, "certificate_expired"),
    ({"days_left": 3}, "certificate_urgent"),
    ({"days_left": 15}, "certificate_soon"),
    ({"self_signed": True}, "certificate_self_signed"),
    ({"with_intermediate": False}, "certificate_incomplete"),
    ({"by": "another authority"}, "certificate_untrusted"),
    ({"name": "other.example.jp"}, "certificate_wrong_name"),
    ({"key": 1024}, "key_weak"),
    ({"sha1": True}, "signature_old"),
]


def leaf_of(host: str, given: dict) -> Leaf:
    how = dict(given)
    authority = ToyCa() if how.pop("by", "") else ca()
    old, bits, name = how.pop("sha1", False), how.pop("key", 0), how.pop("name", host)
    leaf = authority.leaf(name, key=weak_rsa(bits) if bits else None, **how)
    return authority.signed_with_sha1(leaf) if old else leaf


@pytest.mark.parametrize(("given", "word"), CERTIFICATES)
def test_certificates_that_people_meet(tmp_path, given, word):
    seen = said(mail_ports.PROBE, {(CLIENT_FOUR, 993): client(tmp_path, leaf_of(MAIL, given))}, mx.PROBE)
    assert seen[word] == {f"{MAIL}:993"}


@pytest.mark.parametrize(("given", "word"), CERTIFICATES)
def test_certificates_that_senders_meet(tmp_path, given, word):
    seen = said(mail_ports.PROBE, {(FOUR, 25): exchanger(tmp_path, leaf_of(MX, given))}, mx.PROBE)
    own = {
        "certificate_good": "certificate_good",
        "certificate_urgent": "certificate_soon_mx",
        "certificate_incomplete": "certificate_untrusted_mx",
    }
    assert seen[own.get(word, f"{word}_mx")] == {f"{MX}:25"}


# --- words before TLS, and both families ---------------------------------------------------------------------------


def test_starttls_that_breaks_is_told_from_one_that_is_masked(tmp_path):
    async def refusing(reader, writer):
        await reader.read(4096)
        writer.write(ALERT_HANDSHAKE_FAILURE)
        await writer.drain()

    broken = dataclasses.replace(exchanger(tmp_path, ca().leaf(MX)), fault_at="handshake", fault=refusing)
    assert "starttls_broken" in said(mail_ports.PROBE, {(FOUR, 25): broken}, mx.PROBE)
    masked = Script(protocol="smtp", before=("XXXXXXXA", "SIZE 1000000"))
    assert "starttls_stripped" in said(mail_ports.PROBE, {(FOUR, 25): masked}, mx.PROBE)


def test_logins_in_the_clear_and_no_safer_port():
    open_to_all = SmtpScript({"EHLO": "250-mx.example.jp\r\n250 AUTH PLAIN LOGIN"})
    seen = said(mail_ports.PROBE, {(CLIENT_FOUR, 587): open_to_all, (FOUR, 25): open_to_all}, mx.PROBE)
    assert (seen["login_clear"], seen["login_clear_mx"]) == ({f"{MAIL}:587"}, {f"{MX}:25"})
    assert seen["implicit_missing"] == {MAIL}


def test_a_family_that_is_closed_and_one_that_differs(tmp_path):
    both = {MAIL: {"A": [CLIENT_FOUR], "AAAA": [SIX]}}
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
    four, six = (client(folder, ca().leaf(MAIL)) for folder in folders)
    closed = said(mail_ports.PROBE, {(CLIENT_FOUR, 993): four}, mx.PROBE, zone=both)
    assert f"{MAIL}:993" in closed["address_closed"]
    differing = said(mail_ports.PROBE, {(CLIENT_FOUR, 993): four, (SIX, 993): six}, mx.PROBE, zone=both)
    assert differing["address_differs"] == {f"{MAIL}:993"}


def test_equipment_that_drops_large_hellos(tmp_path):
    narrow = wire.drops_large_hellos(client(tmp_path, ca().leaf(MAIL)))
    assert said(mail_ports.PROBE, {(CLIENT_FOUR, 993): narrow}, mx.PROBE)["large_hello"] == {f"{MAIL}:993"}


# --- tries --------------------------------------------------------------------------------------------------------


def tried(servers):
    return said(tls_active.PROBE, servers, mx.PROBE, mail_ports.PROBE)


def test_an_injected_command_is_told(tmp_path):
    assert tried({(FOUR, 25): exchanger(tmp_path, ca().leaf(MX))})["injection"] == {f"{MX}:25"}


def smtp_inside(command: bytes) -> bytes:
    return b"221 bye\r\n" if command == b"QUIT" else b"250 mx.example.jp\r\n"


@pytest.mark.parametrize("allowed", [True, False])
def test_renegotiation_at_the_client_s_wish_is_told(allowed):
    people = renegotiable(ca().leaf(MAIL), allowed=allowed)
    senders = renegotiable(ca().leaf(MX), allowed=allowed, greeting=b"", answer=smtp_inside)
    seen = tried({(CLIENT_FOUR, 993): people, (FOUR, 25): behind_starttls(senders)})
    if allowed:
        assert (seen["renegotiation_endless"], seen["renegotiation_endless_mx"]) == ({f"{MAIL}:993"}, {f"{MX}:25"})
    else:
        assert seen["renegotiation_limited"] == {f"{MAIL}:993", f"{MX}:25"}


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("530 5.7.0 Must issue a STARTTLS command first", "tls_required"),
        ("530 5.7.1 Authentication required", "login_required"),
        ("250 ok", "mail_without_login"),
    ],
)
def test_what_a_submission_port_says_to_a_stranger(tmp_path, answer, word):
    class Submission(Script):
        async def _answered(self, command, reader, writer):
            if command.startswith(("MAIL", "RCPT")):
                writer.write(answer.encode() + b"\r\n")
                return True
            return await super()._answered(command, reader, writer)

    server = Submission(protocol="smtp", tls=server_context(ca().leaf(MAIL), tmp_path), before=("STARTTLS",))
    assert tried({(CLIENT_FOUR, 587): server})[word] == {f"{MAIL}:587"}


# --- SSH ----------------------------------------------------------------------------------------------------------

DOORS = [
    (SshScript(methods=None), {}, "none_accepted"),
    (SshScript(methods=("password",)), {}, "password"),
    (SshScript(methods=("password",)), {"inside": True}, "password_inside"),
    (SshScript(methods=("keyboard-interactive",)), {}, "keyboard_interactive"),
    (SshScript(methods=("password",)), {}, "reachable"),
    (SshScript(), {}, "keys_only"),
    (SshScript(), {}, "reachable_keys"),
    (SshScript(), {}, "host_key_seen"),
    (SshScript(version=b"SSH-1.5-Toy"), {}, "protocol_1"),
    (SshScript(version=b"SSH-1.99-Toy"), {}, "protocol_1_too"),
    (SshScript(host_key_bits=1024), {}, "host_key_short"),
    (SshScript(host_key_bits=2048), {}, "host_key_modest"),
    (
        SshScript(key_exchanges=("curve25519-sha256",), ciphers=(CIPHER, "chacha20-poly1305@openssh.com")),
        {},
        "terrapin",
    ),
    (SshScript(), {}, "no_post_quantum"),
    (
        SshScript(
            key_exchanges=("curve25519-sha256", "mlkem768x25519-sha256", ssh_wire.STRICT),
            macs=("hmac-sha2-256-etm@openssh.com",),
        ),
        {},
        "algorithms_good",
    ),
    (SshScript(ciphers=(CIPHER, "arcfour")), {}, "algorithms_broken"),
    (
        SshScript(key_exchanges=("curve25519-sha256", "diffie-hellman-group14-sha1", ssh_wire.STRICT)),
        {},
        "algorithms_weak",
    ),
    (SshScript(macs=("hmac-sha2-256", "hmac-sha1")), {}, "algorithms_dated"),
    (wire.reset, {}, ""),
]


@pytest.mark.parametrize(("server", "how", "word"), DOORS, ids=lambda given: given if isinstance(given, str) else "")
def test_doors_for_administrators(server, how, word):
    seen = said(ssh.PROBE, {(CLIENT_FOUR, 22): server}, mx.PROBE, **how)
    assert {word: seen.get(word)} == {word: {MAIL}} if word else set(seen) == {"!connection_reset"}


def test_a_door_that_is_closed_and_a_group_that_is_short():
    assert said(ssh.PROBE, {}, mx.PROBE) == {"not_reachable": {MAIL}}
    exchanges = ("curve25519-sha256", "diffie-hellman-group-exchange-sha256", ssh_wire.STRICT)
    server = SshScript(key_exchanges=exchanges, group_bits=1024)
    assert "group_short" in said(ssh.PROBE, {(CLIENT_FOUR, 22): server}, mx.PROBE, thorough=True)


def test_a_server_whose_key_is_another_one_at_each_look():
    assert "host_key_changed" not in said(ssh.PROBE, {(CLIENT_FOUR, 22): SshScript()}, mx.PROBE)
    assert said(ssh.PROBE, {(CLIENT_FOUR, 22): SshScript()}, mx.PROBE, ssh.PROBE)["host_key_changed"] == {MAIL}


# --- open, and nothing to be seen ---------------------------------------------------------------------------------


@pytest.mark.parametrize("handler", [wire.saying(b"* OK ready\r\n"), wire.stall, wire.saying(b"")])
def test_a_port_for_tls_where_tls_never_starts_is_told(handler):
    seen = said(mail_ports.PROBE, {(CLIENT_FOUR, 993): handler}, mx.PROBE)
    assert seen["tls_never_starts"] == {f"{MAIL}:993"}
    assert f"{MAIL}:993" not in seen.get("login_protected", set())


def test_who_is_turned_away_hears_nothing_of_a_missing_starttls():
    blocked = SmtpScript({"EHLO": "550 5.7.1 blocked using zen.example.org", "HELO": "550 no"})
    seen = said(mail_ports.PROBE, {(FOUR, 25): blocked, (CLIENT_FOUR, 587): blocked}, mx.PROBE)
    assert seen["turned_away"] == {f"{MX}:25", f"{MAIL}:587"}
    assert not {"starttls_missing", "login_protected", "size_missing"} & set(seen)


def test_a_conversation_that_breaks_off_after_the_greeting_is_told():
    async def hanging_up(reader, writer):
        writer.write(b"* OK ready\r\n")
        await reader.readline()

    assert said(mail_ports.PROBE, {(CLIENT_FOUR, 143): hanging_up}, mx.PROBE)["broken_off"] == {f"{MAIL}:143"}


async def flooding(_reader, writer):
    while True:
        writer.write(b"not SSH at all\r\n" * 1000)
        await writer.drain()


async def ignoring(reader, writer):
    writer.write(b"SSH-2.0-Toy\r\n")
    await reader.readline()
    while True:
        writer.write(ssh_wire_ignore() * 100)
        await writer.drain()


def ssh_wire_ignore() -> bytes:
    return b"\0\0\0\x0c\x06\x02" + b"\0" * 10


@pytest.mark.parametrize("server", [flooding, ignoring, SshScript(fault_at="lists", fault=wire.reset)])
def test_a_door_that_shows_nothing_is_told(server):
    assert said(ssh.PROBE, {(CLIENT_FOUR, 22): server}, mx.PROBE)["unseen"] == {MAIL}


def test_what_stands_behind_the_two_hundredth_name_counts():
    many = (*(f"kex{number}@example.jp" for number in range(300)), "curve25519-sha256", ssh_wire.STRICT)
    server = SshScript(key_exchanges=("curve25519-sha256", *many, "mlkem768x25519-sha256"))
    seen = said(ssh.PROBE, {(CLIENT_FOUR, 22): server}, mx.PROBE)
    assert not {"no_post_quantum", "terrapin"} & set(seen)
