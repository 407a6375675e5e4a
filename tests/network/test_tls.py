"""One handshake shows version, group and chain; raw hellos show what is accepted; nothing but TLS passes for TLS."""

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL

from fumimori.net.connect import Dialer, Limits
from fumimori.net.mail import MailServices
from fumimori.net.tls import TlsError, TlsLayer
from fumimori.net.tls_flight import read_answer
from fumimori.net.tls_wire import client_hello
from fumimori.network import Notes
from fumimori.network.tls import HelloAnswer, HelloOffer
from loopback import wire
from loopback.mail_faults import Script
from loopback.tls_faults import ALERT_HANDSHAKE_FAILURE, GARBAGE, memory_server, server_context
from loopback.toy_ca import ToyCa

NAME = "mail.example.jp"
LIMITS = Limits(connect=2, reply=1, conversation=4, pause=0, patience=0)
SUITES = (0xC02B, 0xC02F, 0x009C, 0x002F, 0xC009, 0xC013)


@pytest.fixture(scope="module")
def ca() -> ToyCa:
    return ToyCa()


def services() -> MailServices:
    dialer = Dialer(clock=lambda: datetime.now(UTC), limits=LIMITS)
    return MailServices(dialer=dialer, judge_chain=lambda *_: pytest.fail("no handshake here"))


def hello_to(handler, offer: HelloOffer) -> HelloAnswer:
    async def ask() -> HelloAnswer:
        async with wire.serving(handler) as port:
            return await services().hello(NAME, "127.0.0.1", port, offer, starttls="", notes=Notes())

    return asyncio.run(asyncio.wait_for(ask(), 10))


def test_a_full_handshake_shows_the_post_quantum_group_and_the_chain(ca):
    leaf = ca.leaf(NAME)
    server = memory_server(leaf)
    layer = TlsLayer(NAME)
    finished = layer.step()
    for _ in range(10):
        server.bio_write(layer.drain() or b"")
        with contextlib.suppress(SSL.WantReadError):
            server.do_handshake()
        if finished:
            break
        finished = layer.step(server.bio_read(65536))
    agreed = layer.agreed()
    assert (agreed.version, agreed.group) == ("tls1.3", "X25519MLKEM768")
    assert len(layer.certificates()) == 2
    assert server.get_servername() == NAME.encode()


@pytest.mark.parametrize("octets", [GARBAGE, b"220 plain text\r\n", ALERT_HANDSHAKE_FAILURE])
def test_what_is_not_a_handshake_is_an_error(octets):
    layer = TlsLayer(NAME)
    layer.step()
    with pytest.raises(TlsError):
        layer.step(octets)


@pytest.mark.parametrize(
    ("versions", "highest", "expected"),
    [
        (("TLSv1_2", "TLSv1_3"), "tls1.3", "tls1.3"),
        (("TLSv1_2", "TLSv1_3"), "tls1.2", "tls1.2"),
        (("TLSv1_2", "TLSv1_3"), "tls1.1", ""),
        (("TLSv1_2", "TLSv1_3"), "ssl3", ""),
        (("TLSv1", "TLSv1_1"), "tls1.2", "tls1.1"),
        (("TLSv1", "TLSv1"), "tls1.1", "tls1.0"),
        (("TLSv1_2", "TLSv1_2"), "tls1.3", ""),
    ],
)
def test_a_hello_shows_which_version_a_server_chooses(ca, tmp_path, versions, highest, expected):
    script = Script(protocol="imap", implicit=True, tls=server_context(ca.leaf(NAME), tmp_path, versions=versions))
    suites = (0x1301, 0x1302, 0x1303) if highest == "tls1.3" else SUITES
    answer = hello_to(script, HelloOffer(highest=highest, suites=suites))
    assert (answer.version, answer.refused or answer.broken_off) == (expected, not expected)


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (wire.saying(ALERT_HANDSHAKE_FAILURE), HelloAnswer(alert=40)),
        (wire.saying(GARBAGE), HelloAnswer(error="not_tls")),
        (wire.saying(b"220 mx.example.jp ESMTP\r\n"), HelloAnswer(error="not_tls")),
        (wire.endless_line, HelloAnswer(error="not_tls")),
        (wire.stall, HelloAnswer(error="timeout")),
        (wire.saying(b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc" + b"a" * 100), HelloAnswer(error="timeout")),
        (wire.reset, HelloAnswer(error="closed")),
    ],
)
def test_every_answer_to_a_hello_comes_to_an_end(handler, expected):
    assert hello_to(handler, HelloOffer(highest="tls1.2", suites=SUITES)) == expected


@given(st.binary(max_size=400))
def test_no_octets_confuse_the_reader(octets):
    answer = read_answer(octets)
    assert answer is None or answer.version or answer.alert is not None or answer.error


@given(st.binary(max_size=200))
def test_no_server_hello_confuses_the_reader(body):
    handshake = b"\x02" + len(body).to_bytes(3, "big") + body
    answer = read_answer(b"\x16\x03\x03" + len(handshake).to_bytes(2, "big") + handshake)
    assert answer is not None


def test_a_hello_for_ssl3_has_no_extensions():
    hello = client_hello(HelloOffer(highest="ssl3", suites=(5,)), NAME, bytes(32))
    head = "160300002f" + "0100002b" + "0300"
    assert hello.hex() == head + "00" * 32 + "00" + "0004" + "000500ff" + "0100"


@pytest.mark.parametrize("offer", [HelloOffer(highest="tls9", suites=()), HelloOffer(highest="ssl3", suites=(1,) * 65)])
def test_an_absurd_offer_is_refused(offer):
    with pytest.raises(ValueError):
        client_hello(offer, NAME, bytes(32))
