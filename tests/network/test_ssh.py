"""An SSH server is asked once, with a made-up name, and ends as facts or as a state of knowledge, never as a hang."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fumimori.net.connect import Dialer, Limits
from fumimori.net.ssh import SshServices
from fumimori.net.ssh_cipher import AEAD, CIPHERS, MACS, key_length, mac_length, packet_cipher
from fumimori.net.ssh_keys import KEY_EXCHANGES, agreement, modp_prime
from fumimori.net.ssh_wire import BadPacketError, read_host_key, read_lists
from fumimori.network import Notes, NotObserved
from fumimori.network.ssh import SshService
from loopback import wire
from loopback.ssh_faults import SshScript
from loopback.tls_faults import GARBAGE

LIMITS = Limits(connect=1, reply=0.25, conversation=0.7, octets=300_000, pause=0, patience=0)


def looked(handler) -> tuple[SshService, Notes]:
    notes = Notes()

    async def look() -> SshService:
        async with wire.serving(handler) as port:
            services = SshServices(dialer=Dialer(clock=lambda: datetime.now(UTC), limits=LIMITS))
            service = await services.ssh_service("h.test", "127.0.0.1", port, notes=notes)
            await asyncio.sleep(0.05)
            return service

    return asyncio.run(asyncio.wait_for(look(), 10)), notes


def test_one_made_up_name_asks_once():
    script = SshScript(methods=("publickey", "password"), banner=b"welcome\x1b[2J")
    service, notes = looked(script)
    assert (service.methods, service.none_accepted, service.error) == (("publickey", "password"), False, "")
    assert (service.host_key, service.host_key_bits, service.key_exchange) == ("ssh-ed25519", 256, "curve25519-sha256")
    assert (service.key_exchanges, service.strict_kex) == (("curve25519-sha256",), True)
    assert service.untrusted_banner == "welcome\x1b[2J"
    assert len(script.users) == 1
    assert script.users[0] not in ("root", "admin")
    assert script.disconnected
    assert [contact.what for contact in notes.contacts] == ["ssh_none"]


def test_names_differ_from_look_to_look():
    script = SshScript()
    looked(script)
    looked(script)
    assert len(set(script.users)) == 2


def test_a_server_that_lets_everybody_in_is_left_at_once():
    script = SshScript(methods=None)
    service, _ = looked(script)
    assert (service.none_accepted, service.methods) == (True, ())
    assert script.disconnected


def test_protocol_1_is_not_spoken_with():
    service, _ = looked(SshScript(version=b"SSH-1.5-OldRouter"))
    assert (service.protocol_1, service.key_exchanges, service.methods) == (True, (), None)


def test_protocol_1_beside_2_is_seen():
    service, _ = looked(SshScript(version=b"SSH-1.99-Router"))
    assert (service.protocol_1, service.methods) == (True, ("publickey",))


def test_lines_before_the_version_are_allowed():
    async def handler(reader, writer) -> None:
        writer.write(b"a word of welcome\r\n")
        await SshScript()(reader, writer)

    assert looked(handler)[0].methods == ("publickey",)


def test_without_a_common_exchange_the_lists_are_still_facts():
    service, _ = looked(SshScript(key_exchanges=("sntrup761x25519-sha512",)))
    assert (service.error, service.key_exchanges) == ("no_common_algorithm", ("sntrup761x25519-sha512",))
    assert service.methods is None


def looked_or_reason(handler) -> SshService | str:
    """What was seen, or the reason why nothing was."""
    try:
        return looked(handler)[0]
    except NotObserved as error:
        return error.reason


FAULTS = {
    "endless line": wire.endless_line,
    "stall": wire.stall,
    "drip": wire.drip,
    "reset": wire.reset,
    "garbage": wire.saying(GARBAGE),
    "plain text": wire.saying(b"HTTP/1.0 400 Bad Request\r\n\r\n"),
    "huge packet": wire.saying(b"\x7f\xff\xff\xff" + b"a" * 1000),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", ["version", "lists", "reply", "login"])
def test_every_fault_at_every_step_ends(step, fault):
    service = looked_or_reason(SshScript(fault_at=step, fault=FAULTS[fault]))
    if isinstance(service, str):
        assert step == "version"
        assert service in {"too_much", "reply_timeout", "connection_reset", "connection_closed"}
        return
    assert service.open
    assert service.error
    assert service.methods is None
    assert bool(service.untrusted_version) == (step != "version")


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("mac", MACS)
def test_what_is_encrypted_can_be_decrypted_and_not_changed(cipher, mac):
    mac = "" if cipher in AEAD else mac
    keys = {"key": bytes(range(key_length(cipher))), "nonce": bytes(16), "mac_key": bytes(mac_length(mac))}
    out, back, again = (packet_cipher(cipher, mac, outward=outward, **keys) for outward in (True, False, False))
    for number, payload in enumerate((b"a", b"b" * 500)):
        packet = out.encrypted(number, payload)
        head, rest = packet[: back.head], packet[back.head :]
        assert back.remaining(number, head) == len(rest)
        assert back.decrypted(number, head, rest) == payload
        if number == 0:
            spoilt = rest[:-1] + bytes((rest[-1] ^ 1,))
            again.remaining(number, head)
            with pytest.raises(BadPacketError):
                again.decrypted(number, head, spoilt)


@pytest.mark.parametrize("name", [name for name in KEY_EXCHANGES if not name.startswith("mlkem")])
def test_two_halves_agree(name):
    from fumimori.net.ssh_wire import Parts

    one, other = agreement(name), agreement(name)
    assert one.secret(Parts(other.ours).string()) == other.secret(Parts(one.ours).string())


@pytest.mark.parametrize("name", KEY_EXCHANGES)
def test_an_absurd_half_is_refused(name):
    with pytest.raises(BadPacketError):
        agreement(name).secret(b"")


@pytest.mark.parametrize(
    ("bits", "tail"), [(1024, "49286651ece65381"), (2048, "15728e5a8aacaa68"), (4096, "4df435c934063199")]
)
def test_the_primes_are_those_of_the_standards(bits, tail):
    assert f"{modp_prime(bits):x}" == "ffffffffffffffffc90fdaa2" + f"{modp_prime(bits):x}"[24:-32] + tail + "f" * 16


@given(st.binary(max_size=300))
def test_no_octets_confuse_the_readers(octets):
    key = read_host_key(octets)
    assert len(key.sha256) == 43
    try:
        lists = read_lists(b"\x14" + octets)
    except BadPacketError:
        return
    assert len(lists.key_exchanges) <= 200
