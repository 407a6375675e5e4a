"""SMTP up to the envelope: what is said is on a short list, QUIT comes always, and a server that balks is believed."""

import asyncio

import pytest

from fumimori.net.smtp_dialogue import check
from fumimori.network import Refused
from loopback import wire
from loopback.scenarios import SmtpScript, network_of_servers

ZONE = {"mx.example.jp": {"A": ["192.0.2.1"]}}


def talked(server, commands):
    async def talk():
        async with network_of_servers(ZONE, {("192.0.2.1", 25): server}) as network:
            return await network.smtp_dialogue("mx.example.jp", "192.0.2.1", 25, commands)

    return asyncio.run(asyncio.wait_for(talk(), 20))


@pytest.mark.parametrize(
    "command", ["DATA", "BDAT 1", "AUTH PLAIN x", "MAIL FROM:<>\r\nDATA", "RCPT TO:<é@x>", "STARTTLS", "", "V" * 600]
)
def test_nothing_that_could_send_is_said(command):
    with pytest.raises(ValueError, match="not a command"):
        check(command)


def test_answers_come_in_order_and_the_end_is_polite():
    server = SmtpScript({"MAIL": "250 ok", "RCPT TO:<a": "250 ok", "RCPT TO:<b": "550-no\r\n550 5.1.1 user unknown"})
    seen = talked(server, ["MAIL FROM:<>", "RCPT TO:<a@example.jp>", "RCPT TO:<b@example.jp>"])
    assert [reply.code for reply in seen.replies] == [250, 250, 550]
    assert seen.replies[2].untrusted_text == "no / 5.1.1 user unknown"
    assert seen.untrusted_ehlo == "mx.example.jp"
    assert server.heard[-2:] == ["RSET", "QUIT"]


def test_421_ends_the_conversation():
    server = SmtpScript({"MAIL": "421 4.7.0 too many"})
    seen = talked(server, ["MAIL FROM:<>", "RCPT TO:<a@example.jp>"])
    assert [reply.code for reply in seen.replies] == [421]
    assert seen.error == "busy"


def test_helo_is_the_second_try():
    server = SmtpScript({"EHLO": "502 no", "HELO": "250 old", "MAIL": "250 ok"})
    assert [reply.code for reply in talked(server, ["MAIL FROM:<>"]).replies] == [250]


def test_a_greeting_that_sends_us_away_is_no_fact():
    with pytest.raises(Refused):
        talked(SmtpScript({}, greeting="421 busy"), ["RSET"])


def test_what_was_answered_survives_a_stall():
    class Stalling(SmtpScript):
        async def __call__(self, reader, writer):
            writer.write(b"220 x\r\n")
            await reader.readline()
            writer.write(b"250 x\r\n")
            await reader.readline()
            writer.write(b"252 maybe\r\n")
            await wire.stall(reader, writer)

    seen = talked(Stalling({}), ["VRFY a", "RSET"])
    assert [reply.code for reply in seen.replies] == [252]
    assert seen.error == "reply_timeout"


class Grouping:
    """A server that takes commands in groups and remembers which came together."""

    def __init__(self, *listed: str) -> None:
        self.listed = listed
        self.groups: list[list[str]] = []

    async def __call__(self, reader, writer):
        writer.write(b"220 mx.example.jp\r\n")
        while octets := await reader.read(65536):
            group = octets.decode("ascii").splitlines()
            self.groups.append(group)
            for command in group:
                lines = ("mx.example.jp", *self.listed) if command.startswith("EHLO") else (f"heard {command}",)
                for last, line in enumerate(lines, 1 - len(lines)):
                    writer.write(f"250{'-' if last else ' '}{line}\r\n".encode())
            await writer.drain()
            await asyncio.sleep(0.02)


COMMANDS = ["VRFY a", "MAIL FROM:<>", "RCPT TO:<a@example.jp>", "RSET", "MAIL FROM:<b@example.jp>"]


def test_commands_go_together_where_the_server_allows_it():
    server = Grouping("PIPELINING")
    seen = talked(server, COMMANDS)
    assert [len(group) for group in server.groups] == [1, 1, 4, 2]
    assert [(reply.command, reply.untrusted_text) for reply in seen.replies] == [(c, f"heard {c}") for c in COMMANDS]


def test_commands_go_one_by_one_where_it_does_not_say_so():
    server = Grouping()
    assert len(talked(server, COMMANDS).replies) == len(COMMANDS)
    assert {len(group) for group in server.groups} == {1}
