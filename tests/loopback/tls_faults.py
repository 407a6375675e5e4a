"""TLS servers with chosen versions, suites and certificates, and things that only look like TLS."""

import ssl
from pathlib import Path

from OpenSSL import SSL

from loopback.toy_ca import Leaf

GARBAGE = bytes(range(256)) * 8
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
