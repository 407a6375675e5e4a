"""Conversations with mail services: what they say before and after TLS, their certificate, their answer to a hello."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from fumimori.net.connect import Connection, Dialer
from fumimori.net.dialogues import DIALOGUES, Dialogue, NotSpokenError
from fumimori.net.tls import TlsError, TlsLayer, start_tls
from fumimori.net.tls_flight import certificates_in, read_answer
from fumimori.net.tls_wire import client_hello
from fumimori.network import Notes, NotObserved, Refused, TimedOut
from fumimori.network.mail import IMPLICIT_TLS_PORTS, PROTOCOLS, MailService
from fumimori.network.tls import CertificateChain, HelloAnswer, HelloOffer

SIGNATURES_OF = {
    "rsa": "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384",
    "ec": "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519",
}
"""OpenSSL's names of the schemes that go with a kind of key."""
HELLO_SECONDS = 15.0
"""Timeout for the answer to a hello."""


@dataclass(kw_only=True)
class _Seen:
    """What a conversation has shown so far; a later failure does not take it away."""

    service: MailService
    highest: str = ""
    """The newest version to offer; empty for the newest there is."""
    leavable: Dialogue | None = field(default=None)
    silent: bool = False
    """The answer to the hello was silence, or the end of the connection."""

    def learn(self, **changes: object) -> None:
        self.service = msgspec.structs.replace(self.service, **changes)


@dataclass(frozen=True, kw_only=True)
class MailServices:
    """Implements MailClient and TlsClient on top of a dialer."""

    dialer: Dialer
    judge_chain: Callable[[tuple[bytes, ...], str, datetime], CertificateChain]
    """From DER certificates, the asked name and the moment to the chain's facts."""
    our_name: str = ""
    """The name for EHLO; empty for an address literal of the connection's own address."""

    async def mail_service(self, host: str, address: str, port: int, *, notes: Notes) -> MailService:
        """See MailClient."""
        service, silent = await self.dialer.patience.ask(
            address, lambda: self._looked(host, address, port, notes), lambda looked: looked[0].error == "busy"
        )
        if not silent:
            return service
        # Some equipment drops hellos that do not fit into one packet, as post-quantum ones do not.
        again, _ = await self._looked(host, address, port, notes, highest="tls1.2")
        return msgspec.structs.replace(again, large_hello_fails=True) if again.tls_works else service

    async def _looked(
        self, host: str, address: str, port: int, notes: Notes, *, highest: str = ""
    ) -> tuple[MailService, bool]:
        """What one conversation showed, and whether the server answered our hello with silence."""
        protocol = PROTOCOLS.get(port, "smtp")
        service = MailService(host=host, address=address, port=port, protocol=protocol, open=False)
        seen = _Seen(service=service, highest=highest)
        try:
            async with self.dialer.connection(address, port, host=host, what=protocol, notes=notes) as connection:
                seen.learn(open=True)
                try:
                    await self._converse(connection, seen)
                except NotSpokenError:
                    seen.learn(error="not_the_protocol")
                except TlsError as error:
                    connection.note("(TLS)", error.detail)
                    seen.learn(tls_works=False, error=error.code)
                await _leave(seen)
        except NotObserved as error:
            self._remember(error, address, port)
            if not seen.service.open:
                seen.learn(closed=error.reason)
            elif seen.service.untrusted_greeting or seen.service.handshake or seen.silent:
                seen.learn(error=error.reason)
            else:
                raise
        return seen.service, seen.silent

    async def hello(
        self, host: str, address: str, port: int, offer: HelloOffer, *, starttls: str, notes: Notes
    ) -> HelloAnswer:
        """See TlsClient."""
        detail = f"{offer.highest}, {len(offer.suites)}"
        async with self.dialer.connection(
            address, port, host=host, what="tls_hello", notes=notes, detail=detail
        ) as connection:
            try:
                if starttls and not await self._ready_for_tls(connection, starttls):
                    return HelloAnswer(error="no_starttls")
            except NotSpokenError:
                return HelloAnswer(error="no_starttls")
            except NotObserved as error:
                self._remember(error, address, port)
                raise
            answer, octets = await _hello_answered(connection, offer, "" if host == address else host)
            connection.note(f"ClientHello {detail}", repr(answer))
        certificates = certificates_in(octets) if offer.whole_flight and answer.version else ()
        if not certificates:
            return answer
        return msgspec.structs.replace(answer, chain=self.judge_chain(certificates, host, self.dialer.clock()))

    async def chain(
        self, host: str, address: str, port: int, key: str, *, starttls: str, notes: Notes
    ) -> CertificateChain | None:
        """See TlsClient."""
        async with self.dialer.connection(
            address, port, host=host, what="tls_handshake", notes=notes, detail=key
        ) as connection:
            try:
                if starttls and not await self._ready_for_tls(connection, starttls):
                    return None
                async with asyncio.timeout(HELLO_SECONDS):
                    name = "" if host == address else host
                    layer = await start_tls(connection, name, signatures=SIGNATURES_OF[key])
            except (NotSpokenError, TlsError, TimeoutError):
                return None
            chain = self.judge_chain(layer.certificates(), host, self.dialer.clock())
            connection.note(f"(TLS, {key})", chain.certificates[0].subject if chain.certificates else "")
            return chain

    async def _converse(self, connection: Connection, seen: _Seen) -> None:
        service = seen.service
        implicit = service.port in IMPLICIT_TLS_PORTS
        if implicit:
            seen.learn(kind="implicit")
            await self._secure(connection, seen)
        dialogue = DIALOGUES[service.protocol](connection, self._name(connection))
        seen.learn(untrusted_greeting=await dialogue.greeting() or " ")
        seen.leavable = dialogue
        listed = await dialogue.capabilities()
        if implicit:
            self._learn_inside(seen, dialogue, listed)
            return
        offered = None if listed is None else dialogue.offers_tls(listed)
        seen.learn(
            capabilities=listed,
            starttls=offered,
            login_before=None if listed is None else dialogue.logins(listed),
            size=_size(listed),
            kind={True: "starttls", False: "plain", None: ""}[offered],
        )
        if offered is False:
            return
        # A POP3 server without CAPA may know STLS anyway.
        if not await dialogue.ask_for_tls():
            seen.learn(error="no_starttls" if offered else "")
            return
        seen.learn(starttls=True, kind="starttls")
        seen.leavable = None
        await self._secure(connection, seen)
        seen.leavable = dialogue
        self._learn_inside(seen, dialogue, await dialogue.capabilities())

    async def _secure(self, connection: Connection, seen: _Seen) -> None:
        host, address = seen.service.host, seen.service.address
        layer: TlsLayer
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                layer = await start_tls(connection, "" if host == address else host, highest=seen.highest)
        except (TimeoutError, TimedOut):
            seen.silent = True
            raise TimedOut("reply_timeout") from None
        except TlsError as error:
            seen.silent = error.detail == "closed"
            raise
        except Refused as error:
            seen.silent = error.reason in ("connection_closed", "connection_reset")
            raise
        handshake = layer.agreed()
        chain = self.judge_chain(layer.certificates(), host, self.dialer.clock())
        connection.note("(TLS)", f"{handshake.version} {handshake.suite} {handshake.group}")
        seen.learn(handshake=handshake, chain=chain, tls_works=True)

    @staticmethod
    def _learn_inside(seen: _Seen, dialogue: Dialogue, listed: tuple[str, ...] | None) -> None:
        seen.learn(
            capabilities_after=listed,
            login_after=None if listed is None else dialogue.logins(listed),
            size=_size(listed) if _size(listed) is not None else seen.service.size,
        )

    async def _ready_for_tls(self, connection: Connection, protocol: str) -> bool:
        dialogue = DIALOGUES[protocol](connection, self._name(connection))
        await dialogue.greeting()
        if protocol == "smtp":  # RFC 3207 requires EHLO first; the others know STARTTLS at once
            await dialogue.capabilities()
        return await dialogue.ask_for_tls()

    def _name(self, connection: Connection) -> str:
        if self.our_name:
            return self.our_name
        address = connection.local_address.partition("%")[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def _remember(self, error: NotObserved, address: str, port: int) -> None:
        if error.reason == "busy":
            self.dialer.slower(address, port)


async def _leave(seen: _Seen) -> None:
    # A server that breaks off on QUIT has sent everything before.
    if seen.leavable is None or seen.service.error:
        return
    try:
        await seen.leavable.leave()
    except (NotObserved, NotSpokenError):
        return


async def _hello_answered(connection: Connection, offer: HelloOffer, server_name: str) -> tuple[HelloAnswer, bytes]:
    octets, error = b"", ""
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            await connection.send_raw(client_hello(offer, server_name, secrets.token_bytes(64)))
            while (answer := read_answer(octets, whole_flight=offer.whole_flight)) is None:
                more = await connection.read_raw()
                if not more:
                    error = "closed"
                    break
                octets += more
            else:
                return answer, octets
    except (TimedOut, TimeoutError):
        error = "timeout"
    except Refused as refused:
        error = "not_tls" if refused.reason == "too_much" else "closed"
    # What came before the end is not lost: the hello may stand although its flight never ended.
    return read_answer(octets) or HelloAnswer(error=error), octets


def _size(capabilities: tuple[str, ...] | None) -> int | None:
    """The number behind SIZE (RFC 1870), 0 without a number; None when SIZE is not listed."""
    for line in capabilities or ():
        word, _, number = line.partition(" ")
        if word == "SIZE":
            number = number.strip()
            return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    return None
