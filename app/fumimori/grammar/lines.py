"""Lines of what programs print: bounded in number and length, whatever ends them."""

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
