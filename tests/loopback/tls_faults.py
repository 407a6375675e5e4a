"""TLS servers with chosen versions, suites and certificates, and things that only look like TLS."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

from OpenSSL import SSL

from loopback.toy_ca import Leaf
from loopback.wire import Handler

GARBAGE = bytes(range(256)) * 8
ALLOW_CLIENT_RENEGOTIATION = 1 << 8
ALERT_HANDSHAKE_FAILURE = bytes.fromhex("15030300020228")


def server_context(leaf: Leaf, folder: Path, *, versions: tuple[str, str] = ("TLSv1_2", "TLSv1_3")) -> ssl.SSLContext:
    """A server's context that accepts from the first to the second version, weak suites included."""
    chain, key = leaf.write(folder, "server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(chain, key)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what is asked for
        context.minimum_version = ssl.TLSVersion[versions[0]]
        context.maximum_version = ssl.TLSVersion[versions[1]]
    return context


def memory_server(leaf: Leaf) -> SSL.Connection:
    """A server between memory and memory by a newer library than the system's: it knows post-quantum groups."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate(leaf.certificate)
    for issuer in leaf.issuers:
        context.add_extra_chain_cert(issuer)
    context.use_privatekey(leaf.key)
    connection = SSL.Connection(context, None)
    connection.set_accept_state()
    return connection


def imap_inside(command: bytes) -> bytes:
    """What an IMAP server says to any command at the end."""
    return b"* BYE\r\n" + command.split()[0] + b" OK\r\n"


def renegotiable(
    leaf: Leaf, *, allowed: bool, greeting: bytes = b"* OK ready\r\n", answer: Callable[[bytes], bytes] = imap_inside
) -> Handler:
    """A TLS 1.2 server that lets clients renegotiate as often as they like, or never."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
        context.set_options(ALLOW_CLIENT_RENEGOTIATION if allowed else SSL.OP_NO_RENEGOTIATION)
        context.use_certificate(leaf.certificate)
        context.use_privatekey(leaf.key)
        tls = SSL.Connection(context, None)
        tls.set_accept_state()
        greeted = False
        while octets := await reader.read(65536):
            tls.bio_write(octets)
            try:
                if not greeted:
                    tls.do_handshake()
                    greeted = True
                    if greeting:
                        tls.sendall(greeting)
                tls.sendall(answer(tls.recv(4096).strip()))
            except SSL.WantReadError:
                pass
            except SSL.Error:
                return
            try:
                while True:
                    writer.write(tls.bio_read(65536))
            except SSL.WantReadError:
                await writer.drain()

    return handler
