"""What the harnesses are fed: whole right inputs, the hostile ones that once broke something, and both gone astray."""

from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any

import msgspec

from fumimori import __main__ as program
from fumimori import checks as probes
from fumimori import resources
from fumimori.engine.exchange import scan_json
from fumimori.model import Scope, Vantage
from fuzz import hostile
from fuzz.judged import ISSUED
from fuzz.shapes import Shapes, encoded, spoiled, strings_of

Make = Callable[[Random], bytes]

PIECES = (
    *(b"\xff" * 8, bytes(8), b"%{", b"\r\n", b"<!ENTITY", b"\x30\x80", b"[" * 50, b"(" * 50, b"\xe2\x80\xae", b"\x1b["),
    *(
        b"a=a" * 12,
        b" " * 300,
        b"0" * 300,
        b";" * 20,
        b"\\\\",
        b"..",
        b"include:",
        b"https://[",
        b":99999/",
        b"\x80\xff",
    ),
)
"""Octets that find their way past first checks."""


def mutated(octets: bytes, chance: Random) -> bytes:
    """`octets` with one to four faults."""
    made = bytearray(octets)
    for _ in range(chance.randint(1, 4)):
        _spoil(made, chance)
    return bytes(made[:131072])


def _spoil(octets: bytearray, chance: Random) -> None:
    place = chance.randrange(len(octets)) if octets else 0
    kind = chance.randrange(8)
    if kind == 0 and octets:
        octets[place] ^= 1 << chance.randrange(8)
    elif kind == 1 and octets:
        octets[place] = chance.choice((0, 9, 10, 32, 34, 45, 58, 59, 61, 92, 127, 128, 255))
    elif kind == 2:
        del octets[place : place + chance.randrange(1, 40)]
    elif kind == 3:
        octets[place:place] = octets[place : place + chance.randrange(1, 200)]
    elif kind == 4:
        octets[place:place] = chance.choice(PIECES)
    elif kind == 5:
        octets[place:place] = octets[place : place + chance.randrange(1, 12)] * chance.randrange(2, 60)
    elif kind == 6 and octets:
        other = chance.randrange(len(octets))
        octets[place : place + 20] = octets[other : other + chance.randrange(1, 40)]
    else:
        del octets[place:]


def astray(seeds: list[bytes]) -> Make:
    """Draws one of `seeds` and spoils it; sometimes hands it out as it is, or something out of thin air."""

    def make(chance: Random) -> bytes:
        draw = chance.random()
        if draw < 0.02 or not seeds:
            return chance.randbytes(chance.randrange(300))
        seed = chance.choice(seeds)
        if draw < 0.1:
            other = chance.choice(seeds)
            return mutated(seed[: chance.randrange(len(seed) + 1)] + other[chance.randrange(len(other) + 1) :], chance)
        return mutated(seed, chance)

    return make


# --- scans and assessments ----------------------------------------------------------------------------------------


@cache
def _sample() -> dict[str, Any]:
    return msgspec.json.decode(resources.path("sample/sample.json").read_bytes())


@cache
def _whole_scan() -> dict[str, Any]:
    sample = program.sample()
    return msgspec.json.decode(scan_json(sample, program.toolkit().assess(sample, ISSUED)))


@cache
def _pool() -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(sorted(texts)) for name, texts in strings_of(_sample()).items()}


def scan(chance: Random) -> bytes:
    """A scan that can be opened, with a few attempts: drawn from the probes' types, or real ones gone astray."""
    whole = _whole_scan()
    shapes = Shapes(chance, _pool(), hostile.TEXTS)
    made = whole | {"runs": _runs(chance, shapes), "findings": [], "good": [], "controls": []}
    if chance.random() < 0.3:
        made["scope"] = spoiled(whole["scope"], shapes, chance) if chance.random() < 0.7 else shapes.record(Scope)
    octets = encoded(made)
    return mutated(octets, chance) if chance.random() < 0.02 else octets


def _runs(chance: Random, shapes: Shapes) -> list[dict[str, Any]]:
    """One run, or two, each seen from a place of its own."""
    real, made = _sample()["runs"][0], []
    for number in range(1 if chance.random() < 0.8 else 2):
        run = real | {"id": f"{real['id']}{number}", "attempts": _attempts(chance, shapes), "contacts": []}
        if chance.random() < 0.3:
            drawn = chance.random() < 0.3
            run["vantage"] = shapes.record(Vantage) if drawn else spoiled(run["vantage"], shapes, chance)
        made.append(run)
    return made


def _attempts(chance: Random, shapes: Shapes) -> list[dict[str, Any]]:
    real = _sample()["runs"][0]["attempts"]
    made = []
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        attempt = dict(chance.choice(real))
        if chance.random() < 0.5:
            probe = chance.choice((*probes.walk(), *probes.readers()))
            alike = [one["subject"] for one in real if one["probe"] == probe.id]
            attempt = attempt | {"probe": probe.id, "status": "completed", "facts": shapes.record(probe.facts.kind)}
            attempt["subject"] = chance.choice(alike or [_sample()["scope"]["domains"][0]["name"]])
        else:
            for _ in range(chance.randrange(4)):
                attempt["facts"] = spoiled(attempt["facts"], shapes, chance)
        if chance.random() < 0.1:
            attempt["subject"] = shapes.text("subject")
        made.append(attempt | {"evidence": []})
    # What a judge reads beside its own facts is often there as well.
    return made + [one for one in real if one["probe"] in ("mx", "ssh", "mail_ports") and chance.random() < 0.1]


def assessment(chance: Random) -> bytes:
    """An assessment with answers and a few attempts, gone astray."""
    whole = _sample()
    shapes = Shapes(chance, _pool(), hostile.TEXTS)
    made = whole | {"runs": _runs(chance, shapes)}
    for key in chance.sample(("answers", "plan", "accepted", "organisation", "scope", "runs", "consent"), 2):
        made[key] = spoiled(made[key], shapes, chance)
    made["brand"] = {}
    return encoded(made)


def scan_seeds() -> list[bytes]:
    """The sample company's scan, whole, and with one attempt of each probe."""
    whole = _whole_scan()
    run = whole["runs"][0]
    first = {attempt["probe"]: attempt for attempt in reversed(run["attempts"])}
    alone = [whole | {"runs": [run | {"attempts": [attempt], "contacts": []}]} for attempt in first.values()]
    return [encoded(one) for one in (whole, *alone)]


def assessment_seeds() -> list[bytes]:
    """The sample company."""
    return [encoded(_sample() | {"brand": {}})]
