"""Where a DKIM selector came from, in words."""

from fumimori.checks.dkim.known import KnownSelector
from fumimori.texts import Texts


def origin(t: Texts, selector: KnownSelector) -> str:
    """How it became known, with the day where that is known."""
    if selector.at is None:
        return t(f"words.selector_origin.{selector.origin}")
    return t(f"words.selector_origin.{selector.origin}_on", day=f"{selector.at:%Y-%m-%d}")
