"""The contract of a probe: where it looks, what it writes down, and how what it saw is judged."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fumimori.checks.observations import Observations, host_of
from fumimori.model import ConsentLevel, Control, Hosting, Outcome, Record, Rules, Scope
from fumimori.network import Network

F = TypeVar("F", bound=Record)


def _lies_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


@dataclass(frozen=True, kw_only=True)
class ProbeContext:
    """What `collect` is handed for one attempt."""

    network: Network
    observations: Observations
    rules: Rules
    thorough: bool = False
    """List everything, whatever it costs in connections and time."""
    may_fetch: Callable[[str, str], bool] = _lies_within
    """Whether the consent lets this attempt fetch a file from a host that the records of a domain name."""


class Delivery(Record):
    """Who takes the mail of one domain, as it was seen."""

    domain: str
    hosts: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    """The addresses of those hosts."""
    provider: str = ""
    hosting: Hosting | None = None
    """What the records show; None where they show nothing."""


def _nobody(_scope: Scope, _rules: Rules) -> Sequence[str]:
    return ()


def _nothing(_seen: Observations, _rules: Rules) -> Sequence[Delivery]:
    return ()


def _no_host(_seen: Observations) -> Sequence[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One probe. Its texts stand in `checks/<id>/<lang>.toml`, its severities in `checks/<id>/rules.toml`."""

    id: str
    control: Control
    consent: ConsentLevel
    facts: type[Record]
    outcomes: tuple[str, ...]
    """The words behind `<id>.` of every outcome code that `judge` can name."""
    subjects: Callable[[Observations], Sequence[str]]
    """What to look at, from the scope and from what its needs saw: a domain, a host, `host:port`. Pure."""
    collect: Callable[[str, ProbeContext], Awaitable[Record]]
    """Look at one subject and write down the facts; concludes nothing. Raises NotObserved when it could not look."""
    judge: Callable[[Observations, Rules], Iterable[Outcome]]
    """Name the outcomes of all that was seen; pure. Says nothing about what could not be looked at."""
    needs: tuple[str, ...] = ()
    connections: int = 0
    """TCP connections that one host name sees at the most, all its ports together; told to people before anything
    starts."""
    connections_thorough: int = 0
    """The same for a thorough run; 0 where it is no more."""
    third_parties: Callable[[Scope, Rules], Sequence[str]] = _nobody
    """Hosts of others that are asked about the scope, for the list that people see before anything starts. Pure."""
    named_hosts_only: bool = False
    """Looks only at hosts that people name for it, so that there is nothing to do where none is named."""
    host: Callable[[str], str] = host_of
    """The host that a subject is about, without port; empty for what is no host. Pure."""
    file_hosts: Callable[[Observations], Sequence[str]] = _no_host
    """Hosts from which the domains' records want a file to be fetched, as far as they were seen. Pure."""
    deliveries: Callable[[Observations, Rules], Sequence[Delivery]] = _nothing
    """Who takes the domains' mail; told by the one probe that finds it out. Pure."""
    timeout: float = 120.0
    """Seconds after which one attempt ends as TIMED_OUT, whatever the server does."""
