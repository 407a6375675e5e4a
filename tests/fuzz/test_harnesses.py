"""No octets from outside break a parser, a conversation, a judge or a page."""

import contextlib
from random import Random

import pytest

from fuzz import inputs
from fuzz.harnesses import HARNESSES, SLOWEST, makers, seeds
from fuzz.timing import fed

DRAWN = 500
"""Inputs drawn for a harness, always the same; a run of many more is `python tests/fuzz/run.py`."""
FEWER = {"mail": 150, "scan": 200, "assessment": 30, "pages": 3, "report_text": 60, "logo": 12}
"""Where one costs more."""
MUCH = (b"\0", b"\xff", b"(", b"[", b"{", b"<a>", b"a:", b"include:", b"\x30\x80", b";", b"\\", b"a=", b"1.", b" ")
FAR_SLOWER = 5
"""Times the limit before a test fails: coverage is measured, and the machine is busy."""
each = pytest.mark.parametrize("name", HARNESSES)


def broken(name: str, octets: bytes) -> str:
    """What is wrong with how the harness takes `octets`; empty when nothing is."""
    seconds, raised = fed(HARNESSES[name], octets, SLOWEST * FAR_SLOWER)
    return raised or (f"{seconds:.1f} s" if seconds > SLOWEST * FAR_SLOWER else "")


@each
def test_whole_right_inputs_and_the_hostile_ones_of_old(name):
    said = {octets[:80]: broken(name, octets) for octets in seeds()[name]}
    assert {octets: what for octets, what in said.items() if what} == {}


@each
def test_inputs_gone_astray(name):
    chance = Random(name)
    for _ in range(FEWER.get(name, DRAWN)):
        octets = makers()[name](chance)
        assert broken(name, octets) == "", octets[:4000]


@each
@pytest.mark.parametrize("piece", MUCH)
def test_much_of_the_same(name, piece):
    assert broken(name, piece * (65536 // len(piece))) == ""


@pytest.mark.parametrize("name", ["scan", "assessment"])
def test_what_is_drawn_is_mostly_let_in(name):
    """A fuzzer whose inputs the first check refuses tests that check alone."""
    from fumimori.__main__ import toolkit
    from fumimori.engine.exchange import read_scan
    from fumimori.engine.scan_limits import NotAScanError
    from fumimori.model import Assessment

    def let_in(octets: bytes) -> bool:
        try:
            read_scan(octets, toolkit()) if name == "scan" else msgspec_read(octets, Assessment)
        except (NotAScanError, ValueError):
            return False
        return True

    drawn = [makers()[name](Random(number)) for number in range(200)]
    assert sum(map(let_in, drawn)) > 150
    assert all(map(let_in, seeds()[name]))


def msgspec_read(octets: bytes, kind: type) -> object:
    import msgspec

    return msgspec.json.decode(octets, type=kind)


def test_every_probe_is_judged_on_drawn_facts():
    import json

    from fumimori import checks as probes

    drawn = []
    for number in range(300):
        with contextlib.suppress(json.JSONDecodeError):  # one in fifty is no JSON any more
            drawn.append(json.loads(inputs.scan(Random(number)).decode("utf-8", "replace")))
    looked = {attempt["probe"] for one in drawn for run in one["runs"] for attempt in run["attempts"]}
    assert {probe.id for probe in (*probes.walk(), *probes.readers())} - looked == set()
