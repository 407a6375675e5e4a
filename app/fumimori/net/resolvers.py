"""The resolvers that a run may ask, and the ways to them: plain DNS, over TLS (RFC 7858), over HTTPS (RFC 8484)."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from fumimori.net import dns_wire

PLAIN, TLS, HTTPS = "dns", "tls", "https"
PORTS = {PLAIN: 53, TLS: 853, HTTPS: 443}


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """One resolver."""

    host: str
    """An address; for HTTPS also a name."""
    port: int
    kind: str = PLAIN
    name: str = ""
    """The name that its certificate must hold; empty for the host itself."""
    path: str = ""

    @property
    def server(self) -> dns_wire.Server:
        """Address and port, where it is asked by plain DNS."""
        return self.host, self.port

    def __str__(self) -> str:
        place = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        if self.kind == PLAIN:
            return place
        return f"{self.kind}://{place}{self.path}" + (f"#{self.name}" if self.name else "")


class Stream(Protocol):
    """A connection over which many questions go at once; opened when it is needed."""

    async def ask(self, wire: bytes) -> bytes:
        """The reply to the question in `wire`; OSError when there is none to be had."""

    async def close(self) -> None:
        """Close the connection."""


def parse_resolver(text: str) -> dns_wire.Server:
    """Address and port of `IP` or `IP:PORT` (`[IPv6]:PORT`); ValueError for anything else."""
    return _place(text, PORTS[PLAIN])


def parse_upstream(text: str) -> Upstream:
    """The resolver of `IP[:PORT]`, `tls://IP[:PORT][#name]` or `https://host[:PORT]/path`; ValueError else."""
    kind, separator, rest = text.strip().partition("://")
    if not separator:
        host, port = parse_resolver(text)
        return Upstream(host=host, port=port)
    if kind == TLS:
        place, _, name = rest.partition("#")
        host, port = _place(place, PORTS[TLS])
        return Upstream(host=host, port=port, kind=TLS, name=name)
    parts = urlsplit(text.strip())
    if kind != HTTPS or not parts.hostname or not parts.path.startswith("/") or not parts.path.isascii():
        raise ValueError(f"no resolver: {text[:100]}")
    return Upstream(host=parts.hostname, port=parts.port or PORTS[HTTPS], kind=HTTPS, path=parts.path)


def _place(text: str, usual: int) -> dns_wire.Server:
    host, number = text.strip(), str(usual)
    if host.startswith("["):
        host, _, rest = host[1:].partition("]")
        number = rest.removeprefix(":") or number
    elif host.count(":") == 1:
        host, _, number = host.partition(":")
    ip_address(host)
    if not 0 < int(number) < 65536:
        raise ValueError(f"no port: {number}")
    return host, int(number)
