"""Is a port open, and is it what the port is known for: one connection, one harmless question, nothing more."""

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass

from fumimori.net.connect import Connection, Dialer
from fumimori.network import Notes, NotObserved
from fumimori.network.services import OpenPort

ANSWER_SECONDS = 5.0
"""How long to wait for a service's first octets; silence is a result too."""
OCTETS_MOST = 512
READS_MOST = 8


@dataclass(frozen=True, kw_only=True)
class _Way:
    """How a service is distinguished: what we send, empty where it sends first, and what it must then answer."""

    fits: Callable[[bytes], bool]
    asks: bytes = b""


def _begins(*heads: bytes) -> Callable[[bytes], bool]:
    return lambda said: said.startswith(heads)


def _holds(*words: bytes) -> Callable[[bytes], bool]:
    return lambda said: any(word in said.lower() for word in words)


def _ber(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return bytes((tag, len(content))) + content


def _smb_asks() -> bytes:
    """A negotiate request that offers SMB 1 and 2 (MS-CIFS 2.2.4.52)."""
    dialects = b"\x02NT LM 0.12\x00\x02SMB 2.002\x00"
    message = b"\xffSMB\x72" + bytes(4) + b"\x18\x01\x28" + bytes(20) + b"\x00" + struct.pack("<H", len(dialects))
    return struct.pack(">I", len(message) + len(dialects)) + message + dialects


def _ldap_asks() -> bytes:
    """A search of the root entry for no attribute, without a bind (RFC 4511 section 4.5)."""
    limits = (_ber(0x02, b"\x01"), _ber(0x02, b"\x05"), _ber(0x01, b"\x00"))
    base = (_ber(0x04), _ber(0x0A, b"\x00"), _ber(0x0A, b"\x00"))
    search = _ber(0x63, *base, *limits, _ber(0x87, b"objectClass"), _ber(0x30, _ber(0x04, b"1.1")))
    return _ber(0x30, _ber(0x02, b"\x01"), search)


def _http_asks(path: str) -> bytes:
    return f"GET {path} HTTP/1.0\r\nConnection: close\r\n\r\n".encode("ascii")


WAYS = {
    "tcp": _Way(fits=lambda _said: False),
    "ftp": _Way(fits=_begins(b"220", b"421")),
    "telnet": _Way(fits=lambda said: said.startswith(b"\xff") or b"login:" in said.lower()),
    "mysql": _Way(fits=lambda said: len(said) > 5 and said[3:5] in (b"\x00\x0a", b"\x00\xff", b"\x01\xff")),
    "postgresql": _Way(asks=struct.pack(">II", 8, 80877103), fits=_begins(b"S", b"N")),
    "mssql": _Way(
        asks=bytes.fromhex("1201001400000100") + bytes.fromhex("0000060006ff") + bytes(6), fits=_begins(b"\x04")
    ),
    "redis": _Way(asks=b"PING\r\n", fits=_begins(b"+PONG", b"-NOAUTH", b"-DENIED", b"-ERR")),
    "memcached": _Way(asks=b"version\r\n", fits=_begins(b"VERSION")),
    "rdp": _Way(
        asks=bytes.fromhex("030000130ee000000000000100080003000000"),
        fits=lambda said: said.startswith(b"\x03\x00") and said[5:6] == b"\xd0",
    ),
    "smb": _Way(asks=_smb_asks(), fits=lambda said: said[4:8] in (b"\xffSMB", b"\xfeSMB")),
    "ldap": _Way(asks=_ldap_asks(), fits=_begins(b"\x30")),
    "winrm": _Way(asks=_http_asks("/wsman"), fits=_holds(b"microsoft-httpapi", b"wsman")),
    "rspamd": _Way(asks=_http_asks("/ping"), fits=_holds(b"rspamd", b"pong")),
    "spamd": _Way(asks=b"PING SPAMC/1.2\r\n\r\n", fits=_begins(b"SPAMD/")),
    "clamd": _Way(asks=b"PING\n", fits=_begins(b"PONG")),
    "smtp": _Way(fits=_begins(b"220")),
}
"""The kinds of service that can be distinguished."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """Implements ServiceClient on top of a dialer."""

    dialer: Dialer

    async def open_port(self, host: str, address: str, port: int, kind: str, *, notes: Notes) -> OpenPort:
        """See ServiceClient."""
        way = WAYS[kind]
        is_open, said = False, b""
        try:
            async with self.dialer.connection(
                address, port, host=host, what="connect", notes=notes, detail=kind
            ) as connection:
                is_open = True
                said = await _answer(connection, way)
                connection.note(way.asks.decode("latin-1"), said.decode("utf-8", "replace"))
        except NotObserved as error:
            if not is_open:
                return OpenPort(host=host, address=address, port=port, open=False, closed=error.reason)
        text = said.decode("utf-8", "replace")
        return OpenPort(
            host=host, address=address, port=port, open=True, recognised=way.fits(said), untrusted_first=text[:200]
        )


async def _answer(connection: Connection, way: _Way) -> bytes:
    """What the service sends within the seconds allowed, as far as it is needed to recognise it."""
    said = b""
    if way is WAYS["tcp"]:
        return said
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            if way.asks:
                await connection.send_raw(way.asks)
            for _ in range(READS_MOST):
                more = await connection.read_raw()
                said += more
                if not more or way.fits(said) or len(said) >= OCTETS_MOST:
                    break
    except (TimeoutError, NotObserved):
        # A service that says nothing, or closes the connection, still has an open port.
        return said[:OCTETS_MOST]
    return said[:OCTETS_MOST]
