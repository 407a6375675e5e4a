"""The facts of other_tools: what its reader writes down."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class Item(Record):
    """One thing that a tool says is wrong, or open."""

    id: str
    """By the tool's own name for it."""
    severity: str
    """`high`, `medium`, `low` or `info`, by the tool's own judgement."""
    text: str = ""


class Facts(Record):
    """What one tool says of one host or domain."""

    tool: str
    version: str = ""
    at: str = ""
    """When it ran, by its own word: a day or a moment."""
    items: tuple[Item, ...] = ()
    """What is wrong; for nmap what is open."""


OTHER_TOOLS = FactsKey("other_tools", Facts)
"""The key by which everybody reads these facts."""
