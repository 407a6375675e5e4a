"""Facts that the reader `other_tools` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class Item(Record):
    """One thing that a tool says is wrong, or open."""

    id: str
    """By the tool's own name for it."""
    severity: str
    """`high`, `medium`, `low` or `info`, by the tool's own judgement."""
    text: str = ""
    place: str = ""
    """The `host:port` whose attempt (ours, else the tool's) reports the same in more detail; empty where none does."""


class Facts(Record):
    """What one tool says of one host or domain."""

    tool: str
    version: str = ""
    at: str = ""
    """When it ran, by its own word: an ISO day; empty where it does not say it."""
    items: tuple[Item, ...] = ()
    """What is wrong; for nmap what is open."""


OTHER_TOOLS = FactsKey("other_tools", Facts)
"""Key to read these facts from `Observations`."""
