"""No octets confuse the reader of a handshake."""

from hypothesis import given
from hypothesis import strategies as st

from fumimori.net.tls_flight import certificates_in, read_answer
from fumimori.net.tls_wire import client_hello
from fumimori.network.tls import HelloOffer
from loopback.tls_hands import HandMade
from network.tls_cases import DHE, LONG_PRIME, NAME, rsa_leaf


@given(st.binary(max_size=400), st.booleans())
def test_no_octets_confuse_the_reader(octets, whole):
    answer = read_answer(octets, whole_flight=whole)
    assert answer is None or answer.version or answer.alert is not None or answer.error
    assert isinstance(certificates_in(octets), tuple)


@given(st.binary(max_size=120), st.binary(max_size=120), st.binary(max_size=120))
def test_no_flight_confuses_the_reader(hello, certificates, exchange):
    base = b"\x03\x03" + bytes(32) + b"\0\xc0\x2f\0" + hello
    messages = b"".join(
        bytes((kind,)) + len(body).to_bytes(3, "big") + body
        for kind, body in ((2, base), (11, certificates), (12, exchange), (14, b""))
    )
    octets = b"\x16\x03\x03" + len(messages).to_bytes(2, "big") + messages
    answer = read_answer(octets, whole_flight=True)
    assert answer is not None
    assert all(certificates_in(octets))


@given(st.integers(0, 600))
def test_a_flight_cut_anywhere_waits_or_tells_the_hello(cut):
    from loopback.tls_hands import parsed

    server = HandMade(suites=(DHE,), prime=LONG_PRIME, leaves=(rsa_leaf(),))
    hello = client_hello(HelloOffer(highest="tls1.2", suites=(DHE,), whole_flight=True), NAME, bytes(32))
    flight = server.answer(parsed(hello[5:]))
    assert read_answer(flight[: -1 - cut], whole_flight=True) is None
    assert read_answer(flight, whole_flight=True).dh_bits == 2048


def test_the_hello_of_ssl2_is_as_it_was():
    hello = client_hello(HelloOffer(highest="ssl2", suites=(0x0700C0,)), NAME, bytes(range(32)))
    assert hello.hex() == "801c" + "01" + "0002" + "0003" + "0000" + "0010" + "0700c0" + bytes(range(16)).hex()


def test_ssl2_that_has_no_cipher_for_us_is_a_refusal():
    assert read_answer(b"\x80\x03\x00\x00\x01" + bytes(8)).refused
    assert read_answer(b"\x80\x0b\x04\0\1\0\2\0\0\0\0\0\x10" + bytes(16)).refused
