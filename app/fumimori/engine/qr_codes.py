"""Detects whether a picture shows a QR code, by its three finder patterns (ISO/IEC 18004 section 5.3.2).

Nothing is decoded: a code may hold the secret of somebody's second factor, and a person shall look before it is kept.
"""

import math
from collections.abc import Iterator
from io import BytesIO
from itertools import combinations, groupby
from typing import Any

LONGER_SIDE = 2_000
"""Pixels that are looked at; a larger picture is made smaller."""
OFF = 0.35
"""How far a run of pixels may be from what it should be, as a share of that."""
SPOTS_MOST = 60
RUNS = (1, 1, 3, 1, 1)
"""Dark, light, dark, light, dark: the same across and down through the middle of a finder pattern."""

Spot = tuple[float, float, float]
"""Column, row and module of a finder pattern, in pixels."""


def qr_codes(untrusted: bytes, form: str) -> int:
    """How many QR codes the picture shows at least: 0 or 1. Raises what the picture library raises."""
    from PIL import Image, ImageChops, ImageFilter

    with Image.open(BytesIO(untrusted), formats=(form,)) as opened:
        opened.draft("L", (LONGER_SIDE, LONGER_SIDE))
        grey = opened.convert("L")
    grey.thumbnail((LONGER_SIDE, LONGER_SIDE))
    around = grey.filter(ImageFilter.BoxBlur(max(grey.size) / 24))
    # Dark is what is clearly darker than what is around it, so that a shadow over a photo does no harm.
    dark = ImageChops.subtract(around, grey, offset=0).point([0] * 13 + [1] * 243)
    spots = _together(_spots(dark))
    return int(any(_corners(*three) for three in combinations(spots, 3)))


def _spots(dark: Any) -> Iterator[Spot]:
    """What looks like a finder pattern along a row, and down through its middle too."""
    width, height = dark.size
    pixels = dark.tobytes()
    for row in range(0, height, 2):
        for column, module in _patterns(pixels[row * width : (row + 1) * width]):
            reach = int(module * 6)
            top = max(row - reach, 0)
            line = pixels[top * width + int(column) : (row + reach) * width : width]
            for down, other in _patterns(line):
                if abs(top + down - row) < module * 2 and 0.6 < other / module < 1.7:
                    yield column, top + down, (module + other) / 2


def _patterns(line: bytes) -> Iterator[tuple[float, float]]:
    """The middle of each finder pattern in a row of pixels (1 is dark), and the width of its modules."""
    runs, at = [], 0
    for colour, group in groupby(line):
        length = sum(1 for _ in group)
        runs.append((colour, at, length))
        at += length
    for place in range(len(runs) - 4):
        five = runs[place : place + 5]
        whole = sum(length for _, _, length in five)
        module = whole / 7
        if five[0][0] != 1 or module < 1.2:
            continue
        lengths = zip(five, (modules * module for modules in RUNS), strict=True)
        if all(abs(length - wanted) <= OFF * wanted + 0.9 for (_, _, length), wanted in lengths):
            yield five[2][1] + five[2][2] / 2, module


def _together(found: Iterator[Spot]) -> list[Spot]:
    """Each pattern once, of those found in at least two rows."""
    met: list[tuple[Spot, int]] = []
    for spot in found:
        near = next((at for at, (one, _) in enumerate(met) if math.dist(one[:2], spot[:2]) < 2 * one[2]), None)
        if near is not None:
            met[near] = (met[near][0], met[near][1] + 1)
        elif len(met) < 10 * SPOTS_MOST:
            met.append((spot, 1))
    return [spot for spot, times in met if times >= 2][:SPOTS_MOST]


def _corners(one: Spot, two: Spot, three: Spot) -> bool:
    """Whether three patterns are of one size and are in the corners of a square that is wide enough."""
    modules = sorted(spot[2] for spot in (one, two, three))
    module = modules[1]
    if modules[2] > 1.5 * modules[0]:
        return False
    short, middle, long = sorted(math.dist(a[:2], b[:2]) for a, b in combinations((one, two, three), 2))
    # 21 to 177 modules, the patterns' middles 7 less apart.
    square = middle <= 1.25 * short and abs(long - math.hypot(short, middle)) <= 0.15 * long
    return square and 10 * module <= short <= 190 * module
