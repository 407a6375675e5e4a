"""Lists of names as values of outcomes: as many as a sentence can hold, and the number of the others."""

from collections.abc import Sequence

from fumimori.model import Values

NAMES_SHOWN = 6


def shown(names: Sequence[str], total: int = 0, most: int = NAMES_SHOWN) -> str:
    """The first `most` names, and how many more there are of them, or of `total` where `names` are only a part."""
    more = max(total, len(names)) - most
    return ", ".join(names[:most]) + (f" (+{more})" if more > 0 else "")


def counted(key: str, names: Sequence[str]) -> Values:
    """The values `count` and `key`: the number of the names, and the first of them."""
    return ("count", len(names)), (key, shown(names))
