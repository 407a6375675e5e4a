"""SMTP (RFC 5321, 3207), IMAP (RFC 9051), POP3 (RFC 1939, 2449, 2595), ManageSieve (RFC 5804), as far as a login."""

from typing import Protocol

from fumimori.net.connect import Connection
from fumimori.network import Refused
from fumimori.network.smtp import refusal

LINES_MOST = 100
"""Lines of one answer that are read."""
EHLO_UNKNOWN = (500, 502)
"""Answers of a server that does not know EHLO (RFC 5321 section 4.2.4); every other 5xx refuses us, not the word."""
CUT = ("connection_closed", "connection_reset")
"""A connection that is accepted and closed without a reply, although RFC 5321 section 3.8 requires one."""
PLAIN_NAME = "fumimori.invalid"
"""A name that cannot be anybody's (RFC 2606)."""
KEPT = 64
"""Capabilities of one answer that are kept."""


class NotSpokenError(Exception):
    """What came is not the protocol that belongs on this port."""


class Dialogue(Protocol):
    """One mail protocol up to the point of logging in."""

    def __init__(self, connection: Connection, our_name: str) -> None:
        """Use `connection`, with `our_name` as the client's name where the protocol has one."""

    async def greeting(self) -> str:
        """What the server says first; NotSpokenError for another protocol, Refused when the client is turned away."""

    async def capabilities(self) -> tuple[str, ...] | None:
        """What the server says it can, upper case; None when it does not say."""

    async def ask_for_tls(self) -> bool:
        """Whether the server is ready for TLS now."""

    async def leave(self) -> None:
        """End the session as the protocol requires."""

    @staticmethod
    def offers_tls(capabilities: tuple[str, ...]) -> bool:
        """Whether the change to TLS is among them."""

    @staticmethod
    def logins(capabilities: tuple[str, ...]) -> tuple[str, ...]:
        """The ways to log in among them."""


class Smtp:
    """SMTP as far as EHLO."""

    def __init__(self, connection: Connection, our_name: str) -> None:
        self._connection = connection
        self._our_name = our_name

    async def greeting(self) -> str:
        """The lines of the 220 greeting; Refused with the reason of `refusal`, or `closed_without_greeting`."""
        try:
            code, lines = await self._answer("")
        except Refused as refused:
            if refused.reason in CUT:
                raise Refused("closed_without_greeting") from None
            raise
        if code == 220:
            return " / ".join(lines)
        raise Refused(refusal(code, " ".join(lines)), str(code))

    async def capabilities(self) -> tuple[str, ...] | None:
        """The lines of the answer to EHLO behind the first; empty for a server that knows only HELO.

        Refused (`busy`, `not_welcome`) when the server refuses the client: its features are unknown then.
        """
        code, lines = await self.greet_back(self._our_name)
        if code == 250:
            return tuple(line.upper() for line in lines[1:KEPT])
        if code in EHLO_UNKNOWN:
            return ()
        raise Refused(refusal(code, " ".join(lines)), str(code))

    async def greet_back(self, our_name: str) -> tuple[int, list[str]]:
        """The answer to EHLO; with a plain name where a server does not take an address for one (RFC 5321 4.1.3)."""
        code, lines = await self._command(f"EHLO {our_name}")
        if code >= 500 and code not in EHLO_UNKNOWN and our_name.startswith("["):
            code, lines = await self._command(f"EHLO {PLAIN_NAME}")
        return code, lines

    async def ask_for_tls(self) -> bool:
        """Whether STARTTLS was answered with 220."""
        return (await self._command("STARTTLS"))[0] == 220

    async def leave(self) -> None:
        """QUIT."""
        await self._command("QUIT")

    @staticmethod
    def offers_tls(capabilities: tuple[str, ...]) -> bool:
        """Whether STARTTLS is listed."""
        return "STARTTLS" in (line.strip() for line in capabilities)

    @staticmethod
    def logins(capabilities: tuple[str, ...]) -> tuple[str, ...]:
        """The mechanisms behind AUTH, and behind the old form AUTH=."""
        names = [word for line in capabilities if line[:5] in ("AUTH ", "AUTH=") for word in line[5:].split()]
        return tuple(dict.fromkeys(names))

    async def _command(self, command: str) -> tuple[int, list[str]]:
        await self._connection.send(command.encode("ascii", "replace") + b"\r\n")
        return await self._answer(command)

    async def _answer(self, command: str) -> tuple[int, list[str]]:
        lines: list[str] = []
        for _ in range(LINES_MOST):
            line = await self._connection.line()
            lines.append(line)
            if not (line[:3].isascii() and line[:3].isdigit() and line[3:4] in ("", " ", "-")):
                self._connection.note(command, "\n".join(lines))
                raise NotSpokenError
            if line[3:4] != "-":
                self._connection.note(command, "\n".join(lines))
                return int(line[:3]), [each[4:] for each in lines]
        raise Refused("too_much")


class Imap:
    """IMAP as far as CAPABILITY."""

    def __init__(self, connection: Connection, our_name: str) -> None:
        self._connection = connection
        self._count = 0
        del our_name  # IMAP has no place for it

    async def greeting(self) -> str:
        """The untagged OK or PREAUTH."""
        line = await self._connection.line()
        self._connection.note("", line)
        if line.upper().startswith(("* OK", "* PREAUTH")):
            return line
        if line.upper().startswith("* BYE"):
            raise Refused("not_welcome")
        raise NotSpokenError

    async def capabilities(self) -> tuple[str, ...] | None:
        """The words of the CAPABILITY answer."""
        accepted, lines = await self._command("CAPABILITY")
        words = [line.upper().split()[2:] for line in lines if line.upper().startswith("* CAPABILITY ")]
        return tuple(words[-1][:KEPT]) if accepted and words else None

    async def ask_for_tls(self) -> bool:
        """Whether STARTTLS was answered with OK."""
        return (await self._command("STARTTLS"))[0]

    async def leave(self) -> None:
        """LOGOUT."""
        await self._command("LOGOUT")

    @staticmethod
    def offers_tls(capabilities: tuple[str, ...]) -> bool:
        """Whether STARTTLS is listed."""
        return "STARTTLS" in capabilities

    @staticmethod
    def logins(capabilities: tuple[str, ...]) -> tuple[str, ...]:
        """The LOGIN command unless LOGINDISABLED is listed (RFC 9051 6.2.3), and the mechanisms of AUTHENTICATE."""
        command = () if "LOGINDISABLED" in capabilities else ("LOGIN",)
        return tuple(dict.fromkeys((*command, *(word[5:] for word in capabilities if word.startswith("AUTH=")))))

    async def _command(self, command: str) -> tuple[bool, list[str]]:
        self._count += 1
        tag = f"F{self._count}"
        await self._connection.send(f"{tag} {command}\r\n".encode())
        lines: list[str] = []
        for _ in range(LINES_MOST):
            line = await self._connection.line()
            lines.append(line)
            if line.startswith(f"{tag} "):
                self._connection.note(f"{tag} {command}", "\n".join(lines))
                return line[len(tag) + 1 :].upper().startswith("OK"), lines
        raise Refused("too_much")


class Pop3:
    """POP3 as far as CAPA."""

    def __init__(self, connection: Connection, our_name: str) -> None:
        self._connection = connection
        del our_name  # POP3 has no place for it

    async def greeting(self) -> str:
        """The first +OK."""
        line = await self._connection.line()
        self._connection.note("", line)
        if line.startswith("+OK"):
            return line
        if line.startswith("-ERR"):
            raise Refused("not_welcome")
        raise NotSpokenError

    async def capabilities(self) -> tuple[str, ...] | None:
        """The lines of the answer to CAPA; None when the server does not know CAPA (then nothing follows from it)."""
        accepted, first = await self._command("CAPA")
        if not accepted:
            self._connection.note("CAPA", first)
            return None
        lines: list[str] = []
        for _ in range(LINES_MOST):
            line = await self._connection.line()
            if line == ".":
                self._connection.note("CAPA", "\n".join([first, *lines]))
                return tuple(each.upper() for each in lines[:KEPT])
            lines.append(line)
        raise Refused("too_much")

    async def ask_for_tls(self) -> bool:
        """Whether STLS was answered with +OK."""
        accepted, line = await self._command("STLS")
        self._connection.note("STLS", line)
        return accepted

    async def leave(self) -> None:
        """QUIT."""
        await self._command("QUIT")

    @staticmethod
    def offers_tls(capabilities: tuple[str, ...]) -> bool:
        """Whether STLS is listed."""
        return "STLS" in capabilities

    @staticmethod
    def logins(capabilities: tuple[str, ...]) -> tuple[str, ...]:
        """USER, and the mechanisms behind SASL."""
        names = [word for line in capabilities if line.startswith("SASL ") for word in line[5:].split()]
        return tuple(dict.fromkeys((*(("USER",) if "USER" in capabilities else ()), *names)))

    async def _command(self, command: str) -> tuple[bool, str]:
        await self._connection.send(command.encode() + b"\r\n")
        line = await self._connection.line()
        if not line.startswith(("+OK", "-ERR")):
            raise NotSpokenError
        return line.startswith("+OK"), line


class Sieve:
    """ManageSieve as far as the capabilities, which come unasked with the greeting and again inside TLS."""

    def __init__(self, connection: Connection, our_name: str) -> None:
        self._connection = connection
        self._listed: list[str] | None = None
        del our_name  # ManageSieve has no place for it

    async def greeting(self) -> str:
        """The line that names the program, out of the list that the server begins with."""
        self._listed = await self._list("")
        return next((line for line in self._listed if line.upper().startswith('"IMPLEMENTATION"')), "")

    async def capabilities(self) -> tuple[str, ...] | None:
        """The words of the list, without their quotation marks."""
        listed = self._listed if self._listed is not None else await self._list("")
        self._listed = None
        return tuple(line.replace('"', "").upper() for line in listed[:KEPT])

    async def ask_for_tls(self) -> bool:
        """Whether STARTTLS was answered with OK."""
        await self._connection.send(b"STARTTLS\r\n")
        line = await self._connection.line()
        self._connection.note("STARTTLS", line)
        self._listed = None
        return line.upper().startswith("OK")

    async def leave(self) -> None:
        """LOGOUT."""
        await self._connection.send(b"LOGOUT\r\n")
        self._connection.note("LOGOUT", await self._connection.line())

    @staticmethod
    def offers_tls(capabilities: tuple[str, ...]) -> bool:
        """Whether STARTTLS is listed."""
        return "STARTTLS" in capabilities

    @staticmethod
    def logins(capabilities: tuple[str, ...]) -> tuple[str, ...]:
        """The mechanisms behind SASL."""
        names = [word for line in capabilities if line.startswith("SASL ") for word in line[5:].split()]
        return tuple(dict.fromkeys(names))

    async def _list(self, command: str) -> list[str]:
        lines: list[str] = []
        for _ in range(LINES_MOST):
            line = await self._connection.line()
            if line.upper().startswith("OK"):
                self._connection.note(command, "\n".join([*lines, line]))
                return lines
            if line.upper().startswith("BYE"):
                raise Refused("not_welcome")
            if not line.startswith('"'):
                raise NotSpokenError
            lines.append(line)
        raise Refused("too_much")


DIALOGUES: dict[str, type[Dialogue]] = {"smtp": Smtp, "imap": Imap, "pop3": Pop3, "sieve": Sieve}
