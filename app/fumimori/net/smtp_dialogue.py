"""SMTP conversations up to the envelope (RFC 5321): commands from a short list, RSET and QUIT always, DATA never."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from fumimori.net.connect import Connection, Dialer
from fumimori.net.dialogues import NotSpokenError, Smtp
from fumimori.net.tls import TlsError, start_tls
from fumimori.network import Notes, NotObserved
from fumimori.network.mail import IMPLICIT_TLS_PORTS
from fumimori.network.smtp import COMMANDS, SmtpDialogue, SmtpReply, refusal

GOOD_BYE_SECONDS = 5.0
COMMAND_LONGEST = 500
"""RFC 5321 section 4.5.3.1.4 allows 512 octets with the line end."""
CLOSING = 421
IN_GROUPS = frozenset({"RSET", "MAIL", "RCPT"})
"""Commands that another may follow before they are answered (RFC 2920 section 3.1)."""


class _Envelope(Smtp):
    """SMTP as far as the recipients."""

    pipelining = False
    """Whether the server takes several commands at once (RFC 2920)."""
    starttls = False
    """Whether the server offers the change to TLS."""

    async def introduce(self, our_name: str) -> tuple[int, list[str]]:
        """The answer to EHLO, else to HELO: its code and lines."""
        code, lines = await self.greet_back(our_name)
        if code >= 500:
            code, lines = await self._command(f"HELO {our_name}")
        offered = {line.strip().upper() for line in lines[1:]}
        self.pipelining, self.starttls = "PIPELINING" in offered, "STARTTLS" in offered
        return code, lines

    async def say(self, commands: Sequence[str]) -> AsyncIterator[SmtpReply]:
        """The answers in order; commands go together as far as the server and RFC 2920 section 3.1 allow it."""
        for group in _groups(commands, together=self.pipelining):
            await self._connection.send("".join(f"{command}\r\n" for command in group).encode("ascii"))
            for command in group:
                code, lines = await self._answer(command)
                yield SmtpReply(command=command, code=code, untrusted_text=" / ".join(lines)[:1000])


@dataclass(kw_only=True)
class _Seen:
    dialogue: SmtpDialogue
    replies: list[SmtpReply] = field(default_factory=list)

    def learn(self, **changes: object) -> None:
        self.dialogue = msgspec.structs.replace(self.dialogue, **changes)

    def result(self) -> SmtpDialogue:
        return msgspec.structs.replace(self.dialogue, replies=tuple(self.replies))


@dataclass(frozen=True, kw_only=True)
class Envelopes:
    """Implements SmtpClient on top of a dialer."""

    dialer: Dialer
    our_name: str = ""
    """The name for EHLO; empty for an address literal of the connection's own address."""

    async def smtp_dialogue(
        self,
        host: str,
        address: str,
        port: int,
        commands: Sequence[str],
        *,
        secured: bool = False,
        notes: Notes,
    ) -> SmtpDialogue:
        """See SmtpClient."""
        for command in commands:
            check(command)
        return await self.dialer.patience.ask(
            address,
            lambda: self._talked(host, address, port, commands, notes, secured=secured),
            lambda dialogue: dialogue.error == "busy",
        )

    async def _talked(
        self, host: str, address: str, port: int, commands: Sequence[str], notes: Notes, *, secured: bool
    ) -> SmtpDialogue:
        """One conversation."""
        seen = _Seen(dialogue=SmtpDialogue(host=host, address=address, port=port, open=False))
        try:
            async with self.dialer.connection(
                address, port, host=host, what="smtp_envelope", notes=notes, detail=str(len(commands))
            ) as connection:
                seen.learn(open=True)
                await self._converse(connection, commands, seen, secured=secured)
        except NotObserved as error:
            if error.reason == "busy":
                self.dialer.slower(address, port)
            if not seen.dialogue.open:
                seen.learn(closed=error.reason)
            elif seen.dialogue.untrusted_greeting:
                seen.learn(error=error.reason)
            else:
                raise
        return seen.result()

    async def _converse(self, connection: Connection, commands: Sequence[str], seen: _Seen, *, secured: bool) -> None:
        smtp = _Envelope(connection, self.our_name)
        implicit = seen.dialogue.port in IMPLICIT_TLS_PORTS
        name = "" if seen.dialogue.host == seen.dialogue.address else seen.dialogue.host
        try:
            if secured and implicit:
                await start_tls(connection, name)
            seen.learn(untrusted_greeting=await smtp.greeting() or " ")
            code, lines = await smtp.introduce(self.our_name or _literal(connection))
            if secured and not implicit and smtp.starttls and await smtp.ask_for_tls():
                await start_tls(connection, name)
                code, lines = await smtp.introduce(self.our_name or _literal(connection))
            seen.learn(untrusted_ehlo=lines[0][:300])
            if code >= 400:
                seen.learn(error=refusal(code, " ".join(lines)))
            async for reply in smtp.say(commands if code < 400 else ()):
                seen.replies.append(reply)
                if reply.code == CLOSING:
                    self.dialer.slower(seen.dialogue.address, seen.dialogue.port)
                    seen.learn(error=refusal(reply.code, reply.untrusted_text))
                    break
            await _leave(smtp)
        except NotSpokenError:
            seen.learn(error="not_the_protocol")
        except TlsError as error:
            connection.note("(TLS)", error.detail)
            seen.learn(error=error.code)


def _groups(commands: Sequence[str], *, together: bool) -> Iterator[tuple[str, ...]]:
    """The commands in order, cut behind each that must be the last of a group."""
    group: list[str] = []
    for command in commands:
        group.append(command)
        if not together or command.partition(" ")[0] not in IN_GROUPS:
            yield tuple(group)
            group.clear()
    if group:
        yield tuple(group)


def check(command: str) -> None:
    """ValueError unless `command` is one that cannot send mail, log in or hide a second command."""
    verb = command.partition(" ")[0]
    if verb not in COMMANDS or not command.isascii() or not command.isprintable() or len(command) > COMMAND_LONGEST:
        raise ValueError(f"not a command for a look: {command[:40]!r}")


async def _leave(smtp: _Envelope) -> None:
    # A server that breaks off on QUIT has sent everything before.
    try:
        async with asyncio.timeout(GOOD_BYE_SECONDS):
            async for _ in smtp.say(("RSET", "QUIT")):
                pass
    except (NotObserved, NotSpokenError, TimeoutError):
        return


def _literal(connection: Connection) -> str:
    address = connection.local_address.partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
