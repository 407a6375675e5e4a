"""Small mail servers that follow a script: chosen capabilities, chosen TLS, a fault at a chosen step."""

import asyncio
import ssl
from dataclasses import dataclass, field

from loopback.wire import Handler

STEPS = ("greeting", "capabilities", "starttls", "handshake", "inside")


@dataclass(kw_only=True)
class Script:
    """What a server says; `fault` is played at the step of the same name instead of the answer."""

    protocol: str
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    greeting: bytes = b""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    fault_at: str = ""
    fault: Handler | None = None
    heard: list[str] = field(default_factory=list)
    """Every command that came, in order."""
    inside: bool = False
    """Whether TLS is on top."""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        if self.implicit:
            if await self._faulty("handshake", reader, writer):
                return
            assert self.tls is not None
            await writer.start_tls(self.tls)
        if await self._faulty("greeting", reader, writer):
            return
        writer.write((self.greeting or _GREETINGS[self.protocol]) + b"\r\n")
        self.inside = self.implicit
        while command := (await reader.readline()).decode("latin-1").rstrip("\r\n"):
            self.heard.append(command)
            if not await self._answered(command, reader, writer):
                return
            await writer.drain()

    async def _answered(self, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one command; False when that was the last."""
        tag, word = _parts(self.protocol, command)
        if word in ("EHLO", "CAPABILITY", "CAPA"):
            if await self._faulty("inside" if self.inside else "capabilities", reader, writer):
                return False
            writer.write(_listed(self.protocol, tag, self.after if self.inside else self.before))
        elif word in ("STARTTLS", "STLS") and self.tls is not None:
            if await self._faulty("starttls", reader, writer):
                return False
            writer.write(_good(self.protocol, tag))
            await writer.drain()
            if await self._faulty("handshake", reader, writer):
                return False
            await writer.start_tls(self.tls)
            self.inside = True
        elif word in ("QUIT", "LOGOUT"):
            writer.write(_good(self.protocol, tag))
            await writer.drain()
            return False
        else:
            writer.write(_bad(self.protocol, tag))
        return True

    async def _faulty(self, step: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if step != self.fault_at or self.fault is None:
            return False
        await self.fault(reader, writer)
        return True


_GREETINGS = {"smtp": b"220 mx.example.jp ESMTP", "imap": b"* OK ready", "pop3": b"+OK ready"}


def _parts(protocol: str, command: str) -> tuple[str, str]:
    words = command.split()
    if protocol == "imap":
        return words[0], words[1].upper() if len(words) > 1 else ""
    return "", words[0].upper()


def _listed(protocol: str, tag: str, capabilities: tuple[str, ...]) -> bytes:
    if protocol == "smtp":
        lines = ["mx.example.jp", *capabilities]
        return "".join(f"250{' ' if line is lines[-1] else '-'}{line}\r\n" for line in lines).encode()
    if protocol == "imap":
        return f"* CAPABILITY IMAP4rev1 {' '.join(capabilities)}\r\n{tag} OK done\r\n".encode()
    return "".join(f"{line}\r\n" for line in ("+OK list follows", *capabilities, ".")).encode()


def _good(protocol: str, tag: str) -> bytes:
    return {"smtp": b"220 go on\r\n", "imap": f"{tag} OK go on\r\n".encode(), "pop3": b"+OK go on\r\n"}[protocol]


def _bad(protocol: str, tag: str) -> bytes:
    return {"smtp": b"502 no\r\n", "imap": f"{tag} BAD no\r\n".encode(), "pop3": b"-ERR no\r\n"}[protocol]
