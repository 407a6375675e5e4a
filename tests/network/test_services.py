"""Open ports are distinguished by what they say; silence, floods and refusals end in bounded time."""

import asyncio
import time

import pytest

from fumimori.net import services
from loopback import wire
from loopback.scenarios import network_of_servers, says

ZONE = {"srv.example.jp": {"A": ["192.0.2.1"]}}
GREETS = {
    "ftp": b"220 FTP ready\r\n",
    "telnet": b"\xff\xfd\x18\xff\xfd\x20",
    "mysql": b"\x4a\x00\x00\x00\x0a8.0.36\x00",
    "smtp": b"220 [127.0.0.1] ESMTP amavisd-new service ready\r\n",
}
REPLIES = {
    "postgresql": b"N",
    "mssql": b"\x04\x01\x00\x2b\x00\x00\x01\x00",
    "redis": b"-NOAUTH Authentication required.\r\n",
    "memcached": b"VERSION 1.6.18\r\n",
    "rdp": bytes.fromhex("030000130ed000001234000200080002000000"),
    "smb": b"\x00\x00\x00\x80\xfeSMB" + bytes(60),
    "ldap": bytes.fromhex("300c02010165070a010004000400"),
    "winrm": b"HTTP/1.1 405 \r\nServer: Microsoft-HTTPAPI/2.0\r\n\r\n",
    "rspamd": b"HTTP/1.1 200 OK\r\nServer: rspamd/3.4\r\n\r\npong\r\n",
    "spamd": b"SPAMD/1.5 0 PONG\r\n",
    "clamd": b"PONG\n",
}


def looked(handler, kind: str):
    async def look():
        servers = {("192.0.2.1", 7777): handler} if handler else {}
        async with network_of_servers(ZONE, servers) as network:
            return await network.open_port("srv.example.jp", "192.0.2.1", 7777, kind), network.notes

    return asyncio.run(asyncio.wait_for(look(), 20))


@pytest.mark.parametrize("kind", sorted(set(services.WAYS) - {"tcp"}))
def test_each_kind_is_recognised(kind):
    first = GREETS.get(kind, b"")
    seen, notes = looked(says(first, then=REPLIES.get(kind, b"")), kind)
    assert seen.open
    assert seen.recognised
    assert len(notes.contacts) == 1


@pytest.mark.parametrize("kind", sorted(services.WAYS))
def test_something_else_is_not_taken_for_it(kind):
    seen, _ = looked(says(b"HELLO THERE\r\n", then=b"*** what?\r\n"), kind)
    assert seen.open
    assert not seen.recognised


def test_nobody_there_is_a_fact():
    seen, _ = looked(None, "redis")
    assert not seen.open
    assert seen.closed == "connection_refused"


def test_silence_and_floods_end(monkeypatch):
    monkeypatch.setattr(services, "ANSWER_SECONDS", 0.3)

    async def flood(_reader, writer):
        while True:
            writer.write(b"A" * 65536)
            await writer.drain()

    started = time.monotonic()
    for handler in (wire.stall, flood):
        seen, _ = looked(handler, "clamd")
        assert seen.open
        assert not seen.recognised
        assert len(seen.untrusted_first) <= 200
    assert time.monotonic() - started < 8
