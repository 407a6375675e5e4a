"""Harmless active tests of STARTTLS and TLS that need the owner's consent: an injected NOOP, client renegotiation."""

import asyncio
from dataclasses import dataclass

from fumimori.net.connect import Connection, Dialer
from fumimori.net.dialogues import DIALOGUES, Dialogue, NotSpokenError, Sieve, Smtp
from fumimori.net.tls import TlsError, TlsLayer, carry_on, start_tls
from fumimori.network import Notes, NotObserved, Refused, TimedOut
from fumimori.network.active_tests import RENEGOTIATIONS_MOST, InjectionTest, RenegotiationTest
from fumimori.network.mail import IMPLICIT_TLS_PORTS, PROTOCOLS

LINES_MOST = 60
ANSWER_SECONDS = 8.0

_INJECTED = {
    "smtp": b"STARTTLS\r\nNOOP\r\n",
    "imap": b"S1 STARTTLS\r\nX9 NOOP\r\n",
    "pop3": b"STLS\r\nNOOP\r\n",
    "sieve": b"STARTTLS\r\nNOOP\r\n",
}
_READY = {"smtp": "220", "imap": "S1 OK", "pop3": "+OK", "sieve": "OK"}
_GOOD_BYE = {"smtp": b"QUIT\r\n", "imap": b"L1 LOGOUT\r\n", "pop3": b"QUIT\r\n", "sieve": b"LOGOUT\r\n"}


@dataclass(frozen=True, kw_only=True)
class ActiveTests:
    """Implements ActiveTestClient on top of a dialer."""

    dialer: Dialer
    our_name: str = ""

    async def starttls_injection(self, host: str, address: str, port: int, *, notes: Notes) -> InjectionTest:
        """See ActiveTestClient."""
        protocol = PROTOCOLS.get(port, "smtp")
        async with self.dialer.connection(
            address, port, host=host, what="starttls_injection", notes=notes
        ) as connection:
            try:
                return await self._injected(connection, protocol, host, address)
            except NotSpokenError:
                return InjectionTest(error="not_the_protocol")
            except NotObserved as error:
                return InjectionTest(error=error.reason)

    async def renegotiation(self, host: str, address: str, port: int, *, notes: Notes) -> RenegotiationTest:
        """See ActiveTestClient."""
        protocol = PROTOCOLS.get(port, "smtp")
        async with self.dialer.connection(
            address, port, host=host, what="tls_renegotiation", notes=notes
        ) as connection:
            dialogue = DIALOGUES[protocol](connection, self._name(connection))
            try:
                layer = await self._secured(connection, dialogue, port, "" if host == address else host)
            except (NotSpokenError, TlsError):
                return RenegotiationTest(error="tls_failed")
            except NotObserved as error:
                return RenegotiationTest(error=error.reason)
            if layer is None:
                return RenegotiationTest(error="no_starttls")
            accepted = await _renegotiated(connection, layer)
            connection.note("(TLS renegotiation)", str(accepted))
            try:
                async with asyncio.timeout(1.0):
                    await dialogue.leave()
            except (NotObserved, NotSpokenError, TimeoutError):
                return RenegotiationTest(accepted=accepted)
            return RenegotiationTest(accepted=accepted)

    async def _injected(self, connection: Connection, protocol: str, host: str, address: str) -> InjectionTest:
        dialogue = DIALOGUES[protocol](connection, self._name(connection))
        await dialogue.greeting()
        if protocol == "smtp":
            await dialogue.capabilities()
        await connection.send(_INJECTED[protocol])
        line = await connection.line()
        connection.note(_INJECTED[protocol].decode("ascii"), line)
        if not line.upper().startswith(_READY[protocol]):
            # A server that refuses commands behind STARTTLS refuses the test as well, as it should.
            refused = line.startswith(("5", "S1 ", "-ERR", "NO", "BYE"))
            return InjectionTest(injected=False if refused else None, error="no_starttls")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await start_tls(connection, "" if host == address else host)
        except (TlsError, TimeoutError, TimedOut, Refused):
            return InjectionTest(injected=False)  # what it took for a handshake was our command: it threw nothing away
        await connection.send(_GOOD_BYE[protocol])
        lines = await _lines(connection)
        connection.note(_GOOD_BYE[protocol].decode("ascii"), "\n".join(lines))
        return InjectionTest(injected=_carried_out(protocol, lines) if lines else None)

    @staticmethod
    async def _secured(connection: Connection, dialogue: Dialogue, port: int, name: str) -> TlsLayer | None:
        if port in IMPLICIT_TLS_PORTS:
            layer = await start_tls(connection, name, highest="tls1.2")
            await dialogue.greeting()
            return layer
        await dialogue.greeting()
        if isinstance(dialogue, Smtp):
            await dialogue.capabilities()
        if not await dialogue.ask_for_tls():
            return None
        layer = await start_tls(connection, name, highest="tls1.2")
        if isinstance(dialogue, Sieve):
            await dialogue.capabilities()
        return layer

    def _name(self, connection: Connection) -> str:
        if self.our_name:
            return self.our_name
        address = connection.local_address.partition("%")[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


async def _renegotiated(connection: Connection, layer: TlsLayer) -> int:
    """How many renegotiations completed before one did not."""
    for count in range(RENEGOTIATIONS_MOST):
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                layer.renegotiate()
                await carry_on(connection, layer)
        except (TlsError, NotObserved, TimeoutError):
            return count
        if layer.renegotiations <= count:
            return count
    return RENEGOTIATIONS_MOST


async def _lines(connection: Connection) -> list[str]:
    """What comes inside TLS until the server closes, in bounded lines and time."""
    lines: list[str] = []
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            while len(lines) < LINES_MOST:
                lines.append(await connection.line())
    except (NotObserved, TimeoutError):
        return lines
    return lines


def _carried_out(protocol: str, lines: list[str]) -> bool:
    """Whether the answers inside TLS hold one to the command that came before it."""
    if protocol == "smtp":
        return lines[0].startswith(("250", "5"))
    if protocol == "imap":
        return any(line.startswith("X9 ") for line in lines)
    states = [line for line in lines if line.upper().startswith(("+OK", "-ERR", "OK", "NO"))]
    # ManageSieve lists its abilities with an OK of its own once TLS stands.
    return len(states) > (2 if protocol == "sieve" else 1)
