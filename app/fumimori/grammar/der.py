"""The few shapes of DER (ITU-T X.690) that keys and logos in certificates need, read by hand, bounded and total."""

from collections.abc import Iterator

SEQUENCE = 0x30
OCTET_STRING = 0x04
BIT_STRING = 0x03
INTEGER = 0x02
OBJECT_IDENTIFIER = 0x06
IA5_STRING = 0x16
ELEMENTS_MOST = 200
"""Elements of one container that are read."""


def first(der: bytes) -> tuple[int, bytes, bytes]:
    """Tag, contents and what follows of the first element; tag -1 when there is none, or its length lies."""
    if len(der) < 2:
        return -1, b"", b""
    tag, length, start = der[0], der[1], 2
    if length & 0x80:
        size = length & 0x7F
        if not 0 < size <= 3 or len(der) < 2 + size:
            return -1, b"", b""
        length, start = int.from_bytes(der[2 : 2 + size], "big"), 2 + size
    if len(der) < start + length:
        return -1, b"", b""
    return tag, der[start : start + length], der[start + length :]


def elements(contents: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and contents of each element in `contents`, up to the first that cannot be read."""
    rest = contents
    for _ in range(ELEMENTS_MOST):
        tag, inner, rest = first(rest)
        if tag == -1:
            return
        yield tag, inner
