"""One full TLS handshake over any stream of octets, without judging: certificates are read, not trusted."""

from typing import TYPE_CHECKING

from fumimori.net.connect import Connection
from fumimori.network.tls import Handshake

if TYPE_CHECKING:
    from OpenSSL import SSL

VERSION_NAMES = {"SSLv3": "ssl3", "TLSv1": "tls1.0", "TLSv1.1": "tls1.1", "TLSv1.2": "tls1.2", "TLSv1.3": "tls1.3"}
CLEAR_MOST = 1 << 20


class TlsError(Exception):
    """The handshake did not complete; `code` is `tls_alert` when the server said so, else `tls_failed`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class TlsLayer:
    """A TLS client on a pair of memory BIOs that offers everything and accepts whatever the server chooses."""

    def __init__(self, server_name: str, *, highest: str = "", signatures: str = "") -> None:
        from OpenSSL import SSL

        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_verify(SSL.VERIFY_NONE)
        # Security level 0 so that old servers show their certificate too; it is judged afterwards, not here.
        context.set_cipher_list(b"ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        context.set_min_proto_version(0)
        if highest == "tls1.2":
            context.set_max_proto_version(SSL.TLS1_2_VERSION)
        if signatures:  # pyOpenSSL has no name of its own for it
            library = getattr(SSL, "_lib")  # noqa: B009 - it exports the library under no other name
            library.SSL_CTX_set1_sigalgs_list(context._context, signatures.encode("ascii"))  # noqa: SLF001
        context.set_options(SSL.OP_LEGACY_SERVER_CONNECT)
        self._tls: SSL.Connection = SSL.Connection(context, None)
        self._tls.set_connect_state()
        if server_name and not _is_address(server_name):
            self._tls.set_tlsext_host_name(server_name.encode("ascii", "replace"))
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether the other side closed the layer."""
        return self._ended

    def step(self, octets: bytes = b"") -> bool:
        """Carry the handshake on with what came; True when it is finished. Raises TlsError."""
        from OpenSSL import SSL

        if octets:
            self._tls.bio_write(octets)
        try:
            self._tls.do_handshake()
        except SSL.WantReadError:
            return False
        except SSL.Error as error:
            raise _explained(error) from None
        return True

    def drain(self) -> bytes:
        """What the layer itself has to send."""
        return self._all(from_wire=False)

    def feed(self, octets: bytes) -> bytes:
        """The clear octets in `octets`; a broken layer counts as closed."""
        self._tls.bio_write(octets)
        return self._all(from_wire=True)

    def waiting(self) -> bytes:
        """The clear octets that came together with the end of the handshake."""
        return self._all(from_wire=True)

    def wrap(self, octets: bytes) -> bytes:
        """The wire's form of `octets`; empty when the layer is closed."""
        from OpenSSL import SSL

        try:
            self._tls.sendall(octets)
        except SSL.Error:
            self._ended = True
        return self.drain()

    def agreed(self) -> Handshake:
        """What the finished handshake agreed on."""
        name = self._tls.get_protocol_version_name()
        return Handshake(
            version=VERSION_NAMES.get(name, name.lower()),
            suite=self._tls.get_cipher_name() or "",
            group=self._tls.get_group_name() or "",
        )

    def renegotiate(self) -> None:
        """Begin a new handshake inside this one (TLS 1.2 and older); TlsError when our own library will not."""
        from OpenSSL import SSL

        try:
            self._tls.renegotiate()
        except SSL.Error as error:
            raise _explained(error) from None

    @property
    def renegotiations(self) -> int:
        """How often the keys were changed."""
        return int(self._tls.total_renegotiations())

    def certificates(self) -> tuple[bytes, ...]:
        """The chain that the server sent, in DER, leaf first."""
        from OpenSSL import crypto

        # As OpenSSL read them: other libraries are stricter, and a certificate that they refuse is one anyway.
        chain = self._tls.get_peer_cert_chain() or []
        return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate) for certificate in chain)

    def _all(self, *, from_wire: bool) -> bytes:
        from OpenSSL import SSL

        collected = bytearray()
        while len(collected) < CLEAR_MOST:
            try:
                collected += self._tls.recv(16384) if from_wire else self._tls.bio_read(16384)
            except SSL.WantReadError:
                break
            except SSL.Error:
                self._ended = True
                break
        return bytes(collected)


async def start_tls(connection: Connection, server_name: str, *, highest: str = "", signatures: str = "") -> TlsLayer:
    """Start TLS on `connection`; raises TlsError when the handshake fails, NotObserved when the connection does.

    `highest` may be `tls1.2`; `signatures` is OpenSSL's list of the schemes to ask for, empty for all.
    """
    layer = TlsLayer(server_name, highest=highest, signatures=signatures)
    connection.lay(layer)
    await carry_on(connection, layer)
    return layer


async def carry_on(connection: Connection, layer: TlsLayer) -> None:
    """Continue the handshake to its end; raises as `start_tls` does."""
    finished = layer.step()
    while True:
        answer = layer.drain()
        if answer:
            await connection.send_raw(answer)
        if finished:
            connection.pour(layer.waiting())
            return
        octets = await connection.read_raw()
        if not octets:
            raise TlsError("tls_failed", "closed")
        try:
            finished = layer.step(octets)
        except TlsError:
            farewell = layer.drain()
            if farewell:
                await connection.send_raw(farewell)
            raise


def _explained(error: "SSL.Error") -> TlsError:
    # An error without a queue (an unexpected end, a system error) carries no reasons.
    reasons = [str(entry[-1]) for entry in error.args[0]] if error.args and isinstance(error.args[0], list) else []
    text = "; ".join(reasons)[:200] or type(error).__name__
    return TlsError("tls_alert" if "alert" in text and "wrong version" not in text else "tls_failed", text)


def _is_address(name: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
