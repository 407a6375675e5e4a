"""Text of what programs print and people save: its characters, and its lines, bounded in number and length."""

from collections.abc import Iterator

_KANA_LOOKED_AT = 20_000
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
    """The text in `octets`: by its mark, as ISO-2022-JP, UTF-8, EUC-JP or else as Shift_JIS; never raises."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return octets.decode("utf-16", "replace")
    by_escapes = _decoded(octets, "iso2022_jp") if b"\x1b$" in octets else None
    if by_escapes is not None:
        return by_escapes
    text = _decoded(octets, "utf-8-sig")
    return text if text is not None else _japanese(octets)


def _japanese(octets: bytes) -> str:
    """As EUC-JP or Shift_JIS, which share their octets: the wrong one of the two shows itself by half-width kana."""
    shift_jis, euc = _decoded(octets, "cp932"), _decoded(octets, "euc_jp")
    if euc is not None and (shift_jis is None or _kana(shift_jis) > _kana(euc)):
        return euc
    return shift_jis if shift_jis is not None else octets.decode("cp932", "replace")


def _kana(text: str) -> int:
    """Half-width kana at the beginning, which nobody writes much of."""
    return sum("\uff61" <= sign <= "\uff9f" for sign in text[:_KANA_LOOKED_AT])


def _decoded(octets: bytes, encoding: str) -> str | None:
    try:
        return octets.decode(encoding)
    except UnicodeDecodeError:
        return None


BEGINNING = 65536
"""Octets that are enough to recognise what something is."""


def beginning_of(octets: bytes) -> str:
    """The text at the beginning, in whole lines where there are several; empty for what is no text."""
    part = octets[:BEGINNING]
    if len(octets) > BEGINNING and b"\n" in part:
        part = part[: part.rfind(b"\n") + 1]
    text = text_of(part)
    return "" if "\0" in text else text
