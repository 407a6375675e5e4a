"""No octets from outside break a parser: at random, and gone astray from right ones."""

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.harnesses import HARNESSES, seeds

SLOWEST = 2.0
"""Seconds for one input, on a busy machine."""
each = pytest.mark.parametrize("name", HARNESSES)


def fed(name: str, octets: bytes) -> None:
    started = time.perf_counter()
    HARNESSES[name](octets)
    assert time.perf_counter() - started < SLOWEST


@each
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(octets=st.binary(max_size=2000))
def test_random_octets(name, octets):
    fed(name, octets)


@each
def test_right_inputs_gone_astray(name):
    chance = random.Random(name)
    for seed in seeds()[name]:
        fed(name, seed)
        for _ in range(150):
            octets = bytearray(seed)
            for _ in range(chance.randint(1, 4)):
                _spoil(octets, chance)
            fed(name, bytes(octets))


def _spoil(octets: bytearray, chance: random.Random) -> None:
    """One fault of a kind that finds its way past the first checks."""
    place = chance.randrange(len(octets)) if octets else 0
    kind = chance.randrange(5)
    if kind == 0 and octets:
        octets[place] ^= 1 << chance.randrange(8)
    elif kind == 1:
        del octets[place : place + chance.randrange(1, 40)]
    elif kind == 2:
        octets[place:place] = octets[place : place + chance.randrange(1, 200)]
    elif kind == 3:
        octets[place:place] = chance.choice(
            (b"\xff" * 8, bytes(8), b"%{", b"\r\n", b"<!ENTITY", b"\x30\x80", b"[" * 50)
        )
    else:
        del octets[place:]


@each
@pytest.mark.parametrize(
    "piece", [b"\0", b"\xff", b"(", b"[", b"{", b"<a>", b"a:", b"include:", b"\x30\x80", b";", b"\\"]
)
def test_much_of_the_same(name, piece):
    fed(name, piece * (65536 // len(piece)))
