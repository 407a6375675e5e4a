"""JSON of others, whose shape nobody promises: values are looked for, and what is of another kind is not there."""

from collections.abc import Iterator
from typing import cast

import msgspec

ITEMS_MOST = 20_000


def parse_json(octets: bytes) -> object:
    """The value in `octets`; None when it is no JSON, or nested beyond all sense."""
    try:
        return cast("object", msgspec.json.decode(octets))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def field(value: object, *path: str) -> object:
    """What is at `path` in objects within objects; None where there is nothing."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text(value: object, *path: str) -> str:
    """The string or number at `path`; empty where there is none."""
    found = field(value, *path)
    return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""


def items(value: object, *path: str) -> Iterator[object]:
    """The items of the list at `path`, no more than `ITEMS_MOST`."""
    found = field(value, *path)
    yield from found[:ITEMS_MOST] if isinstance(found, list) else ()


def pairs(value: object, *path: str) -> Iterator[tuple[str, object]]:
    """The names and values of the object at `path`, no more than `ITEMS_MOST`."""
    found = field(value, *path)
    if isinstance(found, dict):
        for count, (name, inner) in enumerate(found.items()):
            if count >= ITEMS_MOST:
                return
            yield str(name), inner
