"""The order in which people expect names: numbers in them count as numbers, so that shop-2 comes before shop-10."""

import re

DIGITS_MOST = 18
"""Digits that are read as one number; longer runs are read in pieces."""

_PIECES = re.compile(rf"[0-9]{{1,{DIGITS_MOST}}}|[^0-9]{{1,1024}}")


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key for sorting: each run of digits as a number, all else as text; the same name always at the same place."""
    pieces = _PIECES.findall(name)
    return (*((0, int(piece), "") if "0" <= piece[0] <= "9" else (1, 0, piece) for piece in pieces), (-1, 0, name))
