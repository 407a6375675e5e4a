"""Text of what programs print and people save: its characters, and its lines, bounded in number and length."""

from collections.abc import Iterator

LONGEST = 16384
"""Characters of a line that are looked at; what stands behind them is dropped."""


def lines_of(text: str, most: int) -> Iterator[str]:
    """The first `most` lines of `text`, without their ends, each no longer than `LONGEST`."""
    start = 0
    for _ in range(most):
        end = text.find("\n", start)
        stop = len(text) if end < 0 else end
        yield text[start : min(stop, start + LONGEST)].rstrip("\r")
        if end < 0:
            return
        start = end + 1


def text_of(octets: bytes) -> str:
    """The text in `octets`, by its mark, as UTF-8, or else as Shift_JIS; never raises."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return octets.decode("utf-16", "replace")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp932", "replace")


BEGINNING = 65536
"""Octets that are enough to recognise what something is."""


def beginning_of(octets: bytes) -> str:
    """The text at the beginning, in whole lines where there are several; empty for what is no text."""
    part = octets[:BEGINNING]
    if len(octets) > BEGINNING and b"\n" in part:
        part = part[: part.rfind(b"\n") + 1]
    text = text_of(part)
    return "" if "\0" in text else text
