"""What hellos show of a service: order, key exchange, primes, curves, certificates, old weaknesses, in few hellos."""

import asyncio
import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest

from fumimori.checks.tls.facts import TlsSupport, prime_class, suite_classes
from fumimori.checks.tls.holes import State, holes
from fumimori.checks.tls.search import Service
from fumimori.checks.tls.support import find_support
from fumimori.net.certificates import chain_of
from fumimori.net.connect import Dialer, Limits
from fumimori.net.mail import MailServices
from fumimori.network import Notes
from fumimori.network.tls import Handshake
from loopback import daemons, wire
from loopback.mail_faults import Script
from loopback.tls_faults import server_context
from loopback.tls_hands import HandMade
from loopback.toy_ca import Leaf
from network.tls_cases import (
    CBC,
    DHE,
    EC_GCM,
    EXPORT_PRIME,
    GCM,
    LONG_PRIME,
    NAME,
    RULES,
    SHORT_PRIME,
    STATIC,
    TLS13,
    ca,
    rsa_leaf,
    words,
)


@cache
def ec_leaf() -> Leaf:
    return ca().leaf(NAME)


class Counted:
    """The real hellos as a probe's network, counted."""

    def __init__(self) -> None:
        self.count = 0
        limits = Limits(connect=2, reply=1, conversation=4, pause=0)
        self._services = MailServices(
            dialer=Dialer(clock=lambda: datetime.now(UTC), limits=limits),
            judge_chain=lambda ders, name, at: chain_of(ders, name=name, at=at, roots=[ca().root]),
        )

    async def hello(self, host, address, port, offer, *, starttls=""):
        self.count += 1
        return await self._services.hello(host, address, port, offer, starttls=starttls, notes=Notes())

    async def chain(self, host, address, port, key, *, starttls=""):
        self.count += 1
        return await self._services.chain(host, address, port, key, starttls=starttls, notes=Notes())


def looked(handler, **how) -> tuple[TlsSupport, int]:
    async def ask():
        async with wire.serving(handler) as port:
            return await at(port, **how)

    return asyncio.run(asyncio.wait_for(ask(), 60))


async def at(port: int, *, agreed: Handshake | None = None, leaf: Leaf | None = None, thorough: bool = False):
    network = Counted()
    chain = None
    if leaf is not None:
        chain = chain_of([leaf.certificate.public_bytes(_der())], name=NAME, at=datetime.now(UTC), roots=[ca().root])
    where = Service(host=NAME, address="127.0.0.1", port=port)
    support = await find_support(network, RULES, where, agreed, chain=chain, thorough=thorough)
    return support, network.count


def _der():
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.DER


# --- few connections ----------------------------------------------------------------------------------------------


MODERN = HandMade(versions=("tls1.2", "tls1.3"), suites=(GCM, 0x1301))


def test_a_modern_server_is_known_after_four_hellos_beside_the_handshake():
    support, count = looked(copied(MODERN), agreed=TLS13, leaf=rsa_leaf())
    assert (support.accepted, support.refused) == (("tls1.2", "tls1.3"), ("ssl3", "tls1.0", "tls1.1"))
    assert (support.bad_suites, support.bad_suites_known, support.prefers_good, count) == ((), True, True, 4)
    assert (support.compression, support.secure_renegotiation, support.extended_master_secret) == (False, True, True)
    assert words(support) == {"tls_modern", "no_post_quantum", "holes_closed"}


def test_a_server_that_refuses_by_hanging_up_is_known_after_three_more(tmp_path):
    context = server_context(rsa_leaf(), tmp_path)
    context.set_ciphers("ECDHE+AESGCM")
    support, count = looked(Script(protocol="imap", implicit=True, tls=context), agreed=TLS13, leaf=rsa_leaf())
    assert (support.refused, support.bad_suites_known, count) == (("ssl3", "tls1.0", "tls1.1"), True, 7)
    assert words(support) == {"tls_modern", "no_post_quantum", "holes_closed"}


def test_a_younger_certificate_costs_one_hello_more_to_look_for_an_older_one():
    support, count = looked(copied(MODERN), agreed=TLS13, leaf=ec_leaf())
    assert (support.other_chain, support.other_chain_known, count) == (None, True, 5)


# --- a hello that ends in the middle ------------------------------------------------------------------------------

NO_PARAMETERS = [
    HandMade(suites=(DHE, 0x0034, GCM, STATIC, 0xC018), dh_missing=how, client_order=client_order)
    for how in ("alert", "close")
    for client_order in (True, False)
]


@pytest.mark.parametrize("server", NO_PARAMETERS)
def test_a_server_without_dh_parameters_hides_nothing(server):
    support, _ = looked(copied(server))
    assert (support.accepted, support.bad_suites) == (("tls1.2",), (STATIC, 0xC018))
    assert (support.bad_suites_known, support.dh_known) == (True, False)
    assert {"suite_broken", "tls13_missing"} <= words(support)
    assert "holes_closed" not in words(support)
    unsure = {name for name, state in holes(support, RULES) if state is State.UNKNOWN}
    assert {"freak", "sweet32", "rc4", "logjam"} <= unsure


@pytest.mark.parametrize("server", NO_PARAMETERS)
def test_a_list_loses_nothing_to_a_suite_that_breaks_off(server):
    support, _ = looked(copied(server), thorough=True)
    assert set(support.suites) == {GCM, STATIC, 0xC018}
    assert support.suites_complete is False


@pytest.mark.parametrize("patience", [1, 2, 3])
def test_a_server_that_has_had_enough_of_us_has_refused_nothing(patience):
    support, _ = looked(HandMade(suites=(GCM, STATIC, 0x0005), says_no="close", patience=patience), agreed=None)
    assert "holes_closed" not in words(support)
    assert (support.bad_suites_known, support.dh_known) == (False, False)
    assert not set(support.refused) - {"ssl2"}


def test_bad_finite_suites_behind_good_ones_are_found():
    support, _ = looked(HandMade(suites=(GCM, DHE, 0x0016), prime=LONG_PRIME))
    assert (support.bad_suites, support.dh_bits, support.dh_known) == ((0x0016,), 2048, True)
    assert dict(holes(support, RULES))["sweet32"] is State.OPEN


def test_who_knows_nothing_but_finite_fields_is_known_too():
    support, _ = looked(HandMade(suites=(DHE,), prime=LONG_PRIME))
    assert (support.accepted, support.dh_bits, support.bad_suites_known) == (("tls1.2",), 2048, True)


def test_a_break_in_the_middle_is_no_refusal_of_a_version():
    support, _ = looked(HandMade(suites=(DHE,), dh_missing="alert"))
    assert (support.accepted, support.refused) == ((), ("ssl2", "ssl3", "tls1.0", "tls1.1", "tls1.3"))


def test_what_a_thorough_list_finds_is_judged_as_well():
    support = TlsSupport(accepted=("tls1.2",), suites=(GCM, STATIC), suites_complete=True)
    assert words(support) == {"suite_weak"}


def test_an_old_server_shows_every_version_and_its_worst_suite(tmp_path):
    context = server_context(rsa_leaf(), tmp_path, versions=("TLSv1", "TLSv1_2"))
    context.set_ciphers("AES128-SHA:AECDH-AES128-SHA:NULL-SHA:@SECLEVEL=0")
    support, _ = looked(Script(protocol="imap", implicit=True, tls=context))
    assert support.accepted == ("tls1.0", "tls1.1", "tls1.2")
    assert support.bad_suites[-1] == 0x0002
    assert {"tls_old", "suite_broken", "tls13_missing"} <= words(support)


def test_a_silent_server_is_left_alone_after_one_hello():
    support, count = looked(wire.stall)
    assert (support, count) == (TlsSupport(), 1)


def test_what_was_seen_before_the_silence_stays():
    support, _ = looked(HandMade(suites=(GCM,), silent_about=frozenset({0x0302})))
    assert (support.accepted, support.refused) == (("tls1.2",), ("tls1.3",))


# --- every word over a socket -------------------------------------------------------------------------------------

OLD_SUITES = (GCM, CBC)
OLD_SERVER = ("ssl3", "tls1.0", "tls1.1", "tls1.2")
CASES = [
    (HandMade(ssl2=True, versions=OLD_SERVER, suites=OLD_SUITES), "ssl2"),
    (HandMade(versions=OLD_SERVER, suites=(GCM, 0x0035)), "ssl3"),
    (HandMade(versions=("tls1.0", "tls1.2"), suites=OLD_SUITES), "tls_old"),
    (HandMade(versions=("tls1.0",), suites=(CBC,)), "tls_modern_missing"),
    (HandMade(), "tls13_missing"),
    (HandMade(versions=("tls1.2", "tls1.3"), suites=(GCM, 0x1301)), "tls_modern"),
    (HandMade(suites=(GCM, 0x0005)), "suite_broken"),
    (HandMade(suites=(GCM, STATIC)), "suite_weak"),
    (HandMade(suites=(GCM, STATIC), client_order=True), "order_weak"),
    (HandMade(suites=(GCM, CBC), client_order=True), "order_weak"),
    (HandMade(suites=(GCM, DHE), prime=EXPORT_PRIME), "dh_export"),
    (HandMade(suites=(GCM, DHE), prime=SHORT_PRIME), "dh_short"),
    (HandMade(suites=(GCM, DHE), prime=LONG_PRIME), "dh_own"),
    (HandMade(groups=(0x001D, 0x0010)), "group_weak"),
    (HandMade(groups=(0x001D, 0x0009)), "group_old"),
    (HandMade(signature=0x0201), "exchange_hash_old"),
    (HandMade(versions=("tls1.3",), suites=(0x1301,), groups=(0x11EC, 0x001D)), "post_quantum"),
    (HandMade(versions=("tls1.3",), suites=(0x1301,)), "no_post_quantum"),
    (HandMade(compression=True), "compression"),
    (HandMade(renegotiation_info=False), "renegotiation_insecure"),
    (HandMade(master_secret=False), "ems_missing"),
    (HandMade(versions=("tls1.0", "tls1.2"), suites=(GCM, CBC), fallback=False), "fallback_missing"),
    (HandMade(versions=("tls1.3",), suites=(0x1301,)), "holes_closed"),
]


@pytest.mark.parametrize(("server", "word"), CASES)
def test_a_fault_is_told_and_its_opposite_is_not(server, word):
    support, count = looked(copied(server))
    assert word in words(support)
    assert count < 13
    cleaned = words(looked(HandMade(versions=("tls1.2", "tls1.3"), suites=(GCM, 0x1301), groups=(0x11EC, 0x1D)))[0])
    assert cleaned == {"tls_modern", "post_quantum", "holes_closed"}


def copied(server: HandMade) -> HandMade:
    """The same server with an empty memory."""
    import dataclasses

    return dataclasses.replace(server, heard=[])


def test_a_server_that_knows_better_refuses_a_step_back():
    support, _ = looked(HandMade(versions=("tls1.0", "tls1.2"), suites=(GCM, CBC)))
    assert support.fallback_protected is True
    assert "fallback_missing" not in words(support)


def test_a_server_with_its_own_order_prefers_what_is_good():
    support, _ = looked(HandMade(suites=(GCM, STATIC)))
    assert (support.prefers_good, support.bad_suites) == (True, (STATIC,))


def test_a_second_certificate_is_found():
    server = HandMade(suites=(EC_GCM, GCM), leaves=(ec_leaf(), rsa_leaf()))
    support, _ = looked(server, agreed=TLS13, leaf=ec_leaf())
    assert support.other_chain is not None
    assert support.other_chain.certificates[0].key == "rsa"


def test_no_hello_offers_more_than_a_server_can_bear():
    server = HandMade(versions=OLD_SERVER, suites=(GCM, CBC, STATIC, DHE), prime=LONG_PRIME)
    looked(server, thorough=True)
    assert max(len(hello.suites) for hello in server.heard) <= 65  # with the renegotiation mark
    assert all(len(set(hello.suites)) == len(hello.suites) for hello in server.heard)


def test_a_thorough_run_lists_everything():
    suites = (GCM, 0xC030, CBC, STATIC, 0x1301, 0x1302)
    groups = (0x001D, 0x0017, 0x11EC, 0x0016)
    server = HandMade(versions=("tls1.2", "tls1.3"), suites=suites, groups=groups)
    support, _ = looked(server, thorough=True)
    assert (set(support.suites), set(support.groups)) == (set(suites), set(groups))
    assert (support.suites_complete, support.groups_complete) == (True, True)


# --- real servers -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def s_server(folder, *options: str, leaf: Leaf) -> Iterator[int]:
    """The port of an `openssl s_server` with chosen faults."""
    chain, key = leaf.write(folder, "server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(chain), "-key", str(key), "-quiet"]
    process = subprocess.Popen([*line, *options], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.communicate()


def test_a_real_server_with_a_short_prime(tmp_path):
    parameters = tmp_path / "dh.pem"
    subprocess.run(["openssl", "dhparam", "-out", str(parameters), "1024"], check=True, capture_output=True)
    options = ("-dhparam", str(parameters), "-cipher", "ALL:@SECLEVEL=0", "-tls1_2", "-serverpref")
    with s_server(tmp_path, *options, leaf=rsa_leaf()) as port:
        support, _ = asyncio.run(at(port))
    assert (support.dh_bits, support.prefers_good) == (1024, True)
    assert {"dh_short", "suite_broken"} <= words(support)


def test_a_real_server_with_a_published_prime_and_old_curves(tmp_path):
    options = ("-cipher", "DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-tls1_2")
    with s_server(tmp_path, *options, "-groups", "P-256:secp256k1", leaf=rsa_leaf()) as port:
        support, _ = asyncio.run(at(port))
    assert prime_class(support, RULES) == "published"
    assert support.weak_groups == (0x0016,)
    assert "group_old" in words(support)


def test_a_real_server_with_two_certificates(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    chain, key = rsa_leaf().write(other, "other")
    with s_server(tmp_path, "-dcert", str(chain), "-dkey", str(key), "-serverpref", leaf=ec_leaf()) as port:
        support, _ = asyncio.run(at(port, agreed=TLS13, leaf=ec_leaf()))
    assert support.other_chain is not None
    assert support.other_chain.certificates[0].key == "rsa"


def test_a_real_dovecot_without_parameters_hides_nothing(tmp_path):
    chain, key = rsa_leaf().write(tmp_path, "server")
    settings = [
        "ssl = required",
        f"ssl_cert = <{chain}",
        f"ssl_key = <{key}",
        "ssl_min_protocol = TLSv1.2",
        "ssl_cipher_list = ALL:@SECLEVEL=0",
        "protocols = imap",
    ]
    daemon = daemons.dovecot(tmp_path, "127.0.0.1", settings)
    try:
        daemons.wait_for("127.0.0.1", 993, daemon)
        support, _ = asyncio.run(at(993))
        everything, _ = asyncio.run(at(993, thorough=True))
    finally:
        daemon.stop()
    # It hangs up on whatever it refuses, so that is its way to say no; no finite field can be had from it either way.
    assert (support.bad_suites, support.bad_suites_known, support.dh_bits) == ((0x002F, 0xC018), True, 0)
    assert "suite_broken" in words(support)
    static = {code for code in everything.suites if suite_classes(RULES)[code][0] == "static_kx"}
    assert {0x009C, 0x009D, 0x002F, 0x0035, 0x003C, 0x003D} <= static
    assert {0xC018, 0xC019} <= set(everything.suites)
    assert everything.suites_complete is True


def test_two_certificates_are_found_where_only_tls13_is_spoken(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    chain, key = rsa_leaf().write(other, "other")
    with s_server(tmp_path, "-dcert", str(chain), "-dkey", str(key), "-tls1_3", leaf=ec_leaf()) as port:
        support, count = asyncio.run(at(port, agreed=TLS13, leaf=ec_leaf()))
    assert (support.accepted, count) == (("tls1.3",), 2)
    assert support.other_chain.certificates[0].key == "rsa"


def test_one_certificate_is_one_where_only_tls13_is_spoken(tmp_path):
    with s_server(tmp_path, "-tls1_3", leaf=ec_leaf()) as port:
        support, _ = asyncio.run(at(port, agreed=TLS13, leaf=ec_leaf()))
    assert (support.other_chain, support.other_chain_known) == (None, True)


def test_the_oracle_agrees_on_every_suite(tmp_path):
    given_suites = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:AES128-SHA:CAMELLIA256-SHA"
    with s_server(tmp_path, "-cipher", given_suites + ":@SECLEVEL=0", "-tls1_2", leaf=rsa_leaf()) as port:
        support, _ = asyncio.run(at(port, thorough=True))
    assert (set(support.suites), support.suites_complete) == ({0xC02F, 0xC028, 0x002F, 0x0084}, True)
