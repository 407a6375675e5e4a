"""Services other than mail as a probe sees them: is the port open, and is it really what the port is known for."""

from typing import Protocol

from fumimori.model import Record


class OpenPort(Record):
    """What one connection to one port showed."""

    host: str
    address: str
    port: int
    open: bool
    closed: str = ""
    """Why not: `connection_refused`, `connect_timeout`, `no_route`; empty when it is open."""
    recognised: bool = False
    """What answered speaks the protocol that was expected."""
    untrusted_first: str = ""
    """The beginning of what it said, for people to read."""


class ServiceClient(Protocol):
    """One short connection to a port: at most one harmless question, no login."""

    async def open_port(self, host: str, address: str, port: int, kind: str) -> OpenPort:
        """Whether `port` is open and speaks `kind`, a word of `net.services`; `tcp` asks nothing and knows nothing.

        A closed port and a silent service are facts; nothing is raised for what a server does.
        """
