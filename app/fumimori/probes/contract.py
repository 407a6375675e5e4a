"""The contract of a probe: where it looks, what it writes down, and how what it saw is judged."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fumimori.core.model import ConsentLevel, Control, Outcome, Record, Rules
from fumimori.core.network import Network
from fumimori.core.seen import Seen

F = TypeVar("F", bound=Record)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What `collect` is handed for one attempt."""

    network: Network
    seen: Seen
    rules: Rules
    thorough: bool = False
    """List everything, whatever it costs in connections and time."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One probe. Its texts stand in `texts/<lang>/probes/<id>.toml`, its severities in `rules/outcomes/<id>.toml`."""

    id: str
    control: Control
    consent: ConsentLevel
    facts: type[Record]
    outcomes: tuple[str, ...]
    """The words behind `<id>.` of every outcome code that `judge` can name."""
    subjects: Callable[[Seen], Sequence[str]]
    """What to look at, from the scope and from what its needs saw: a domain, a host, `host:port`. Pure."""
    collect: Callable[[str, Look], Awaitable[Record]]
    """Look at one subject and write down the facts; concludes nothing. Raises NotSeen when it could not look."""
    judge: Callable[[Seen, Rules], Iterable[Outcome]]
    """Name the outcomes of all that was seen; pure. Says nothing about what could not be looked at."""
    needs: tuple[str, ...] = ()
    connections: int = 0
    """TCP connections that one host sees at the most when nothing goes wrong, all its ports together; told to people
    before anything starts."""
    timeout: float = 120.0
    """Seconds after which one attempt ends as TIMED_OUT, whatever the server does."""
