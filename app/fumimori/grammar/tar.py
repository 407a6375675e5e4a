"""The files in a tar archive (POSIX.1-2017 pax and ustar, with GNU's long names), read in one pass without a search."""

from collections.abc import Iterator

BLOCK = 512
_FILES = (b"0", b"\0", b"7")
_LONG_NAME, _PAX, _SPARSE = b"L", b"x", b"S"
_DIGITS_MOST = 12
"""Digits of a length in a pax header; more than any archive has octets."""


class TarError(ValueError):
    """The archive cannot be read further; what was given before is good."""


def tar_files(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each regular file, in order; links, devices and sparse files are passed over. TarError."""
    place, name, said = 0, "", dict[str, str]()
    while place < len(octets):
        head = octets[place : place + BLOCK]
        if not head.strip(b"\0"):
            return
        kind, size = head[156:157], _checked(head)
        place += BLOCK
        if kind == _SPARSE:
            place = _behind_its_map(octets, head, place)
        size = _decimal(said["size"]) if "size" in said and kind in _FILES else size
        content = octets[place : place + size]
        if len(content) < size:
            raise TarError("cut short")
        place += -(-size // BLOCK) * BLOCK
        if kind == _LONG_NAME:
            name = _text(content)
        elif kind == _PAX:
            said = _pax(content)
        elif kind not in (b"g", b"K"):
            if kind in _FILES:
                yield said.get("path") or name or _own_name(head), content
            name, said = "", {}


def _checked(head: bytes) -> int:
    """The size that a header says; TarError for one whose sum is not right."""
    if len(head) < BLOCK:
        raise TarError("cut short")
    if _number(head[148:156]) != sum(head) - sum(head[148:156]) + 8 * 0x20:
        raise TarError("no header")
    return _number(head[124:136])


def _number(field: bytes) -> int:
    """An octal number, or one of base 256 as GNU writes large ones."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not all(0x30 <= digit <= 0x37 for digit in digits):
        raise TarError("no number")
    return int(digits or b"0", 8)


def _decimal(digits: str) -> int:
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS_MOST):
        raise TarError("no number")
    return int(digits)


def _own_name(head: bytes) -> str:
    prefix = _text(head[345:500]) if head[257:263] == b"ustar\0" else ""
    return f"{prefix}/{_text(head[:100])}" if prefix else _text(head[:100])


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")


def _pax(content: bytes) -> dict[str, str]:
    """The records of a pax header, each `length key=value` with a line's end; TarError."""
    said, place = {}, 0
    while place < len(content):
        length, space, _ = content[place : place + _DIGITS_MOST + 1].partition(b" ")
        end = place + _decimal(length.decode("ascii", "replace"))
        record = content[place + len(length) + 1 : end]
        key, equals, value = record.removesuffix(b"\n").partition(b"=")
        if not space or not equals or end > len(content):
            raise TarError("no record")
        said[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        place = end
    return said


def _behind_its_map(octets: bytes, head: bytes, place: int) -> int:
    """Where the content of a sparse file begins: behind the blocks that go on with its map."""
    goes_on = head[482:483]
    while goes_on == b"\1":
        goes_on = octets[place + 504 : place + 505]
        place += BLOCK
    return place
