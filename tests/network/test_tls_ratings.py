"""What TLS facts come to without a connection: scales of use, vulnerabilities, primes, profiles."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from fumimori import resources
from fumimori.checks.tls.facts import TlsSupport, prime_class
from fumimori.checks.tls.holes import State, holes
from fumimori.checks.tls.profiles import verdicts
from fumimori.checks.tls.verdicts import MX, MX_STRICT
from fumimori.texts import Texts
from network.tls_cases import CBC, DHE, GCM, RULES, STATIC, words

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
