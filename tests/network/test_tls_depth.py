"""What hellos show of a service: order, key exchange, primes, curves, certificates, old weaknesses, in few hellos."""

import asyncio
import contextlib
import hashlib
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fumimori import resources
from fumimori.checks.tls.facts import TlsSupport, prime_class, suite_classes
from fumimori.checks.tls.holes import State, holes
from fumimori.checks.tls.profiles import verdicts
from fumimori.checks.tls.search import Service
from fumimori.checks.tls.support import find_support
from fumimori.checks.tls.verdicts import CLIENT, MX, MX_STRICT, tls_outcomes
from fumimori.grammar.rule_files import parse_rules
from fumimori.net.certificates import chain_of
from fumimori.net.connect import Dialer, Limits
from fumimori.net.mail import MailServices
from fumimori.net.tls_flight import certificates_in, read_answer
from fumimori.net.tls_wire import client_hello
from fumimori.network import Notes
from fumimori.network.tls import Handshake, HelloOffer
from fumimori.texts import Texts
from loopback import daemons, wire
from loopback.mail_faults import Script
from loopback.tls_faults import server_context
from loopback.tls_hands import HandMade
from loopback.toy_ca import Leaf, ToyCa, weak_rsa

NAME = "mail.example.jp"
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
GCM, CBC, STATIC, DHE, EC_GCM = 0xC02F, 0xC013, 0x002F, 0x009E, 0xC02B
LONG_PRIME, SHORT_PRIME, EXPORT_PRIME = (1 << 2047) + 1, (1 << 1023) + 1, (1 << 511) + 1


@cache
def ca() -> ToyCa:
    return ToyCa()


@cache
def rsa_leaf() -> Leaf:
    return ca().leaf(NAME, key=weak_rsa(2048))


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


def words(support: TlsSupport, use: str = CLIENT) -> set[str]:
    return {word for word, _ in tls_outcomes(support, use, RULES)}


TLS13 = Handshake(version="tls1.3", suite="TLS_AES_256_GCM_SHA384", group="x25519")


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


# --- who uses the port --------------------------------------------------------------------------------------------

USES = [
    (TlsSupport(accepted=("tls1.2",), bad_suites=(0x0002,)), MX, "suite_broken_mx"),
    (TlsSupport(accepted=("tls1.2",), bad_suites=(0x0002,)), MX_STRICT, "suite_broken_mx_strict"),
    (TlsSupport(accepted=("tls1.2",), bad_suites=(0x0005,)), MX_STRICT, "suite_weak_mx_strict"),
    (TlsSupport(accepted=("tls1.2",), bad_suites=(0x0034,)), MX_STRICT, "suite_old_mx_strict"),
    (TlsSupport(accepted=("ssl2", "tls1.2")), MX, "ssl2_mx"),
    (TlsSupport(accepted=("tls1.2",), dh_bits=768), MX, "dh_export_mx"),
    (TlsSupport(accepted=("tls1.2",), dh_bits=1024), MX_STRICT, "dh_short_mx"),
    (TlsSupport(accepted=("tls1.2",), weak_groups=(0x0010,)), MX, "group_weak_mx"),
    (TlsSupport(accepted=("tls1.2",), weak_groups=(0x0009,)), MX, "group_old_mx"),
    (TlsSupport(accepted=("tls1.2",), signature=0x0101), MX, "exchange_hash_old_mx"),
    (TlsSupport(accepted=("tls1.2",), compression=True), MX, "compression_mx"),
    (TlsSupport(accepted=("tls1.2",), secure_renegotiation=False), MX, "renegotiation_insecure_mx"),
    (TlsSupport(accepted=("tls1.2",), prefers_good=False), MX, "order_weak_mx"),
]


@pytest.mark.parametrize(("support", "use", "word"), USES)
def test_port_25_is_judged_on_its_own_scale(support, use, word):
    assert words(support, use) == {word}


def test_nothing_seen_is_nothing_said():
    assert words(TlsSupport()) == set()
    assert verdicts(TlsSupport(), None, RULES) == ()
    assert {state for _, state in holes(TlsSupport(), RULES)} == {State.UNKNOWN, State.NOT_TESTED}


# --- holes, primes, profiles --------------------------------------------------------------------------------------

HOLES = [
    ({"accepted": ("ssl3",)}, "poodle"),
    ({"accepted": ("ssl2",)}, "drown"),
    ({"bad_suites": (0x0003,)}, "freak"),
    ({"dh_bits": 1024}, "logjam"),
    ({"bad_suites": (0x000A,)}, "sweet32"),
    ({"bad_suites": (0x0005,)}, "rc4"),
    ({"accepted": ("tls1.0",)}, "beast"),
    ({"compression": True}, "crime"),
    ({"secure_renegotiation": False}, "renegotiation"),
]


@pytest.mark.parametrize(("facts", "hole"), HOLES)
def test_each_hole_is_open_where_its_cause_is(facts, hole):
    assert dict(holes(TlsSupport(**facts), RULES))[hole] is State.OPEN


def test_the_prime_that_postfix_has_built_in_is_published():
    library = Path("/usr/lib/postfix/libpostfix-tls.so").read_bytes()
    at = library.index(b"\x02\x82\x01\x01\x00", library.index(b"\x30\x82\x01\x08\x02\x82\x01\x01\x00"))
    prime = library[at + 5 : at + 5 + 256]
    support = TlsSupport(dh_bits=2048, dh_prime_sha256=hashlib.sha256(prime).hexdigest())
    assert (support.dh_prime_sha256, prime_class(support, RULES)) == (POSTFIX, "published")


def test_every_prime_of_the_table_is_there_once_and_has_a_source():
    rows = RULES.tables["dh_primes"].dicts()
    assert len({row["sha256"] for row in rows}) == len({row["name"] for row in rows}) == len(rows) >= 30
    assert all(len(row["sha256"]) == 64 and int(row["bits"]) >= 1024 and row["source"] for row in rows)


def test_every_class_of_suites_has_words_a_rank_and_a_name_in_every_profile():
    kinds = {row["class"] for row in RULES.tables["tls_ciphers"].dicts()} - {"not_offered"}
    assert kinds <= {row["class"] for row in RULES.tables["tls_cipher_classes"].dicts()}
    assert kinds <= {row["item"] for row in RULES.tables["tls_profiles"].dicts() if row["kind"] == "suite"}
    for language in ("ja", "en"):
        texts = Texts(resources.root(), language)
        assert all(texts.has(f"report.t6.suite_{kind}") for kind in kinds)


def test_published_primes_are_known_by_their_fingerprint():
    published = RULES.tables["dh_primes"].dicts()[1]
    support = TlsSupport(dh_bits=int(published["bits"]), dh_prime_sha256=published["sha256"])
    assert (prime_class(support, RULES), prime_class(TlsSupport(dh_bits=3072), RULES)) == ("published", "own")


FFDHE3072 = "0eaf67db3a839156d5013494a5318a772b5697d270d721f37f092efc69ea5a17"
POSTFIX = "450349830c07b0225c8fd0b123ca8febdf0c28fde698258de7cab092b9045a94"
GOOD = TlsSupport(accepted=("tls1.2", "tls1.3"), suites=(GCM,), groups=(0x001D,), suites_complete=True)
PROFILES = [
    (GOOD, ("sufficient", "good", "good")),
    (TlsSupport(accepted=("tls1.3",), suites=(0x1302, 0x1303), groups=(0x11EC,)), ("good", "good", "good")),
    (TlsSupport(accepted=("tls1.3",), suites=(0x1301,), groups=(0x11EC,)), ("sufficient", "good", "good")),
    (TlsSupport(accepted=("tls1.3",), suites=(0x1305,)), ("insufficient", "insufficient", "phase_out")),
    (TlsSupport(accepted=("tls1.3",), suites=(0x00C6,)), ("insufficient", "insufficient", "good")),
    (TlsSupport(accepted=("tls1.3",), suites=(0xC0B4,)), ("insufficient",) * 3),
    (TlsSupport(accepted=("tls1.2",), suites=(0x9999,)), ("insufficient", "insufficient", "good")),
    (msgspec.structs.replace(GOOD, suites=(GCM, 0x0033)), ("insufficient", "insufficient", "phase_out")),
    (msgspec.structs.replace(GOOD, suites=(GCM, 0x0067)), ("phase_out", "insufficient", "phase_out")),
    (msgspec.structs.replace(GOOD, suites=(GCM, 0xC0AC)), ("sufficient", "insufficient", "good")),
    (msgspec.structs.replace(GOOD, weak_groups=(0x0015,)), ("phase_out", "insufficient", "phase_out")),
    (msgspec.structs.replace(GOOD, dh_bits=3072, dh_prime_sha256=FFDHE3072), ("phase_out", "good", "good")),
    (msgspec.structs.replace(GOOD, dh_bits=2048, dh_prime_sha256=POSTFIX), ("insufficient", "good", "good")),
    (msgspec.structs.replace(GOOD, suites=(GCM, CBC)), ("insufficient", "insufficient", "phase_out")),
    (msgspec.structs.replace(GOOD, suites=(GCM, DHE)), ("phase_out", "good", "phase_out")),
    (msgspec.structs.replace(GOOD, suites=(GCM, STATIC)), ("insufficient", "insufficient", "phase_out")),
    (msgspec.structs.replace(GOOD, accepted=("tls1.0", "tls1.2")), ("insufficient",) * 3),
    (msgspec.structs.replace(GOOD, groups=(0x0100,)), ("insufficient", "good", "good")),
    (msgspec.structs.replace(GOOD, dh_bits=1024), ("insufficient",) * 3),
    (msgspec.structs.replace(GOOD, prefers_good=False), ("insufficient", "good", "good")),
]


@pytest.mark.parametrize(("support", "levels"), PROFILES)
def test_three_profiles_side_by_side(support, levels):
    found = verdicts(support, None, RULES)
    assert tuple(verdict.profile for verdict in found) == ("ncsc_nl", "mozilla", "rfc9325")
    assert tuple(verdict.level for verdict in found) == levels
    assert all(bool(verdict.reasons) == (verdict.level in ("phase_out", "insufficient")) for verdict in found)


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


# --- octets -------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=400), st.booleans())
def test_no_octets_confuse_the_reader(octets, whole):
    answer = read_answer(octets, whole_flight=whole)
    assert answer is None or answer.version or answer.alert is not None or answer.error
    assert isinstance(certificates_in(octets), tuple)


@given(st.binary(max_size=120), st.binary(max_size=120), st.binary(max_size=120))
def test_no_flight_confuses_the_reader(hello, certificates, exchange):
    base = b"\x03\x03" + bytes(32) + b"\0\xc0\x2f\0" + hello
    messages = b"".join(
        bytes((kind,)) + len(body).to_bytes(3, "big") + body
        for kind, body in ((2, base), (11, certificates), (12, exchange), (14, b""))
    )
    octets = b"\x16\x03\x03" + len(messages).to_bytes(2, "big") + messages
    answer = read_answer(octets, whole_flight=True)
    assert answer is not None
    assert all(certificates_in(octets))


@given(st.integers(0, 600))
def test_a_flight_cut_anywhere_waits_or_tells_the_hello(cut):
    from loopback.tls_hands import parsed

    server = HandMade(suites=(DHE,), prime=LONG_PRIME, leaves=(rsa_leaf(),))
    hello = client_hello(HelloOffer(highest="tls1.2", suites=(DHE,), whole_flight=True), NAME, bytes(32))
    flight = server.answer(parsed(hello[5:]))
    assert read_answer(flight[: -1 - cut], whole_flight=True) is None
    assert read_answer(flight, whole_flight=True).dh_bits == 2048


def test_the_hello_of_ssl2_is_as_it_was():
    hello = client_hello(HelloOffer(highest="ssl2", suites=(0x0700C0,)), NAME, bytes(range(32)))
    assert hello.hex() == "801c" + "01" + "0002" + "0003" + "0000" + "0010" + "0700c0" + bytes(range(16)).hex()


def test_ssl2_that_has_no_cipher_for_us_is_a_refusal():
    assert read_answer(b"\x80\x03\x00\x00\x01" + bytes(8)).refused
    assert read_answer(b"\x80\x0b\x04\0\1\0\2\0\0\0\0\0\x10" + bytes(16)).refused
