"""One GET over HTTP/1.1 (RFC 9112), TLS judged as a browser would; no redirect, no cache, no compression, bounded."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fumimori import __version__
from fumimori.net.certificates import chain_of
from fumimori.net.connect import Connection, Dialer
from fumimori.net.tls import TlsError, start_tls
from fumimori.network import Notes, NotObserved, Refused, TimedOut, Unreachable
from fumimori.network.tls import CertificateChain
from fumimori.network.web import WebAnswer

if TYPE_CHECKING:
    from cryptography import x509

HEADERS_MOST = 100
INTERIM_MOST = 5
"""Interim answers (1xx) before the real one that are read."""
ADDRESSES_MOST = 4
_STATUS_LINE = re.compile(r"HTTP/1\.[01] (?P<status>[1-5]\d\d)(?: .*)?")


class Web:
    """GET requests of one run."""

    def __init__(
        self,
        *,
        dialer: Dialer,
        addresses: Callable[[str, Notes], Awaitable[tuple[str, ...]]],
        roots: Sequence["x509.Certificate"],
        now: Callable[[], datetime],
        seconds: float = 30.0,
    ) -> None:
        self._dialer = dialer
        self._addresses = addresses
        self._roots = roots
        self._now = now
        self._seconds = seconds

    async def get(self, url: str, notes: Notes, *, limit: int = 65536, any_certificate: bool = False) -> WebAnswer:
        """The answer to one GET, as `WebClient.get` promises; TimedOut (`reply_timeout`) after the seconds allowed."""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise Unreachable("no_address", url[:200]) from None
        addresses = await self._addresses(host, notes)
        if not addresses:
            raise Unreachable("no_address", host)
        failure: NotObserved = Unreachable("no_address", host)
        for address in addresses[:ADDRESSES_MOST]:
            try:
                async with (
                    asyncio.timeout(self._seconds),
                    self._dialer.connection(
                        address, port, host=host, what="https_get", notes=notes, detail=parts.path or "/"
                    ) as connection,
                ):
                    return await self._asked(connection, url, limit, any_certificate=any_certificate)
            except TimeoutError:
                failure = TimedOut("reply_timeout", address)
            except NotObserved as not_observed:
                failure = not_observed
        raise failure

    async def _asked(self, connection: Connection, url: str, limit: int, *, any_certificate: bool) -> WebAnswer:
        parts = urlsplit(url)
        host = parts.hostname or ""
        chain: CertificateChain | None = None
        version = tls_error = ""
        if parts.scheme == "https":
            try:
                layer = await start_tls(connection, host)
            except TlsError as error:
                connection.note(f"TLS {host}", error.detail)
                return WebAnswer(url=url, tls_error="handshake")
            chain = chain_of(layer.certificates(), name=host, at=self._now(), roots=self._roots)
            version = layer.agreed().version
            tls_error = _distrust(chain)
            if tls_error and not any_certificate:
                connection.note(f"TLS {host}", tls_error)
                return WebAnswer(url=url, chain=chain, tls_error=tls_error, tls_version=version)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request = (
            f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: Fumimori/{__version__}\r\nAccept: */*\r\n"
        )
        await connection.send((request + "Connection: close\r\n\r\n").encode("ascii", "replace"))
        status, headers = await _head(connection)
        body, longer, incomplete = await _body(connection, headers, limit) if status else (b"", False, False)
        text = body.decode("utf-8", "replace")
        seen = [f"HTTP {status}", *(f"{name}: {value}" for name, value in headers), "", text]
        connection.note(f"GET {url}", "\n".join(seen))
        return WebAnswer(
            url=url,
            status=status,
            headers=headers,
            untrusted_body=text,
            truncated=longer,
            incomplete=incomplete,
            chain=chain,
            tls_error=tls_error,
            tls_version=version,
        )


def _distrust(chain: CertificateChain) -> str:
    """Why a careful client would stop here; empty when it would not."""
    if not chain.trusted:
        return "expired" if chain.trust_error == "expired" else "untrusted"
    return "" if chain.name_matches else "wrong_name"


async def _head(connection: Connection) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Status and headers of the final answer; status 0 when what came is no HTTP."""
    for _ in range(INTERIM_MOST):
        try:
            line = await connection.line()
        except Refused as refused:
            if refused.reason == "connection_closed":
                return 0, ()
            raise
        match = _STATUS_LINE.fullmatch(line)
        if match is None:
            return 0, ()
        headers = await _headers(connection)
        if not match["status"].startswith("1"):
            return int(match["status"]), headers
    raise Refused("too_much", "interim answers")


async def _headers(connection: Connection) -> tuple[tuple[str, str], ...]:
    headers: list[tuple[str, str]] = []
    while line := await connection.line():
        if len(headers) >= HEADERS_MOST:
            raise Refused("too_much", "headers")
        name, colon, value = line.partition(":")
        if colon:
            headers.append((name.strip().lower(), value.strip()))
    return tuple(headers)


async def _body(connection: Connection, headers: Sequence[tuple[str, str]], limit: int) -> tuple[bytes, bool, bool]:
    """At most `limit` bytes of the body; whether it is longer, whether it ended too early (RFC 9112 section 6.3)."""
    named = dict(reversed(headers))
    if "chunked" in named.get("transfer-encoding", "").lower():
        return await _chunks(connection, limit)
    announced = named.get("content-length", "")
    length = int(announced) if announced.isascii() and announced.isdecimal() and len(announced) < 16 else None
    wanted = limit + 1 if length is None else min(length, limit)
    body = await _until(connection, wanted)
    if length is None:
        return body[:limit], len(body) > limit, False
    return body, length > limit, len(body) < wanted


async def _chunks(connection: Connection, limit: int) -> tuple[bytes, bool, bool]:
    body = bytearray()
    while len(body) <= limit:
        try:
            size_line = (await connection.line()).partition(";")[0].strip()
        except Refused:
            return bytes(body), False, True
        if not re.fullmatch(r"[0-9A-Fa-f]{1,8}", size_line):
            return bytes(body), False, True
        size = int(size_line, 16)
        if size == 0:
            return bytes(body), False, False
        chunk = await _until(connection, min(size, limit + 1 - len(body)))
        body += chunk
        if len(body) > limit:
            break
        if len(chunk) < size:
            return bytes(body), False, True
        await connection.line()
    return bytes(body[:limit]), True, False


async def _until(connection: Connection, wanted: int) -> bytes:
    """The next `wanted` octets, fewer when the connection ends before."""
    body = bytearray()
    while len(body) < wanted:
        piece = await connection.some(wanted - len(body))
        if not piece:
            break
        body += piece
    return bytes(body)
