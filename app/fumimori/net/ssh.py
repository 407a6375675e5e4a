"""A conversation with an SSH server up to the answer to one `none` request (RFC 4252 section 5.2), and no further."""

import hashlib
import os
import secrets
import struct
from dataclasses import dataclass, field

import msgspec

from fumimori.net import ssh_wire as wire
from fumimori.net.connect import Connection, Dialer
from fumimori.net.ssh_cipher import AEAD, CIPHERS, MACS, PacketCipher, Plain, key_length, mac_length, packet_cipher
from fumimori.net.ssh_keys import KEY_EXCHANGES, agreement
from fumimori.net.ssh_wire import BadPacketError, Parts, string
from fumimori.network import Notes, NotObserved, Refused
from fumimori.network.ssh import SshService

OUR_VERSION = b"SSH-2.0-Fumimori"
LINES_BEFORE_VERSION = 50
PACKETS_MOST = 40
"""Ignored packets that are read while waiting for a relevant one."""
BANNER_MOST = 2000
GROUP_EXCHANGES = ("diffie-hellman-group-exchange-sha256", "diffie-hellman-group-exchange-sha1")
GROUP_LEAST, GROUP_MOST = 1024, 8192
"""Bits of the group that is asked for: a server that offers 1024 uses a group that is too short."""
DISCONNECT_BY_APPLICATION = 11
"""A reason of SSH_MSG_DISCONNECT (RFC 4253 section 11.1)."""


class NoCommonError(Exception):
    """Client and server have no algorithm in common."""


@dataclass(kw_only=True)
class _Transport:
    """The packet layer: a cipher and a sequence number for each direction."""

    connection: Connection
    inward: PacketCipher = field(default_factory=Plain)
    outward: PacketCipher = field(default_factory=Plain)
    received: int = 0
    sent: int = 0

    async def send(self, payload: bytes) -> None:
        packet = self.outward.encrypted(self.sent, payload)
        self.sent = (self.sent + 1) % (1 << 32)
        await self.connection.send_raw(packet)

    async def receive(self) -> bytes:
        """The next payload with a meaning; Refused when the server disconnects."""
        for _ in range(PACKETS_MOST):
            head = await self.connection.exactly(self.inward.head)
            rest = await self.connection.exactly(self.inward.remaining(self.received, head))
            payload = self.inward.decrypted(self.received, head, rest)
            self.received = (self.received + 1) % (1 << 32)
            if not payload:
                raise BadPacketError
            if payload[0] == wire.DISCONNECT:
                raise Refused("connection_closed")
            if payload[0] not in (wire.IGNORE, wire.DEBUG, wire.EXT_INFO):
                return payload
        raise Refused("too_much")

    async def expect(self, kind: int) -> bytes:
        """The next payload, which must be of this kind."""
        payload = await self.receive()
        if payload[0] != kind:
            raise BadPacketError
        return payload


@dataclass(frozen=True, kw_only=True)
class SshServices:
    """Implements SshClient on top of a dialer."""

    dialer: Dialer

    async def ssh_service(self, host: str, address: str, port: int, *, notes: Notes) -> SshService:
        """See SshClient."""
        talk = _Talk(service=SshService(address=address, port=port, open=False))
        try:
            async with self.dialer.connection(address, port, host=host, what="ssh_none", notes=notes) as connection:
                talk.learn(open=True)
                try:
                    await talk.hold(connection)
                except BadPacketError:
                    talk.learn(error="bad_packet" if talk.service.untrusted_version else "not_the_protocol")
                except NoCommonError:
                    talk.learn(error="no_common_algorithm")
                talk.note(connection)
        except NotObserved as error:
            if not talk.service.open:
                talk.learn(closed=error.reason)
            elif talk.service.untrusted_version:
                talk.learn(error=error.reason)
            else:
                raise
        return talk.service

    async def ssh_group_size(self, host: str, address: str, port: int, *, notes: Notes) -> int:
        """See SshClient."""
        async with self.dialer.connection(address, port, host=host, what="ssh_kexinit", notes=notes) as connection:
            try:
                bits = await _group_size(connection)
            except (BadPacketError, NoCommonError):
                bits = 0
            connection.note("SSH group exchange", str(bits))
        return bits


async def _group_size(connection: Connection) -> int:
    """Ask for the smallest group that the server would use (RFC 4419 section 3), and stop there."""
    await connection.send_raw(OUR_VERSION + b"\r\n")
    await their_version(connection)
    transport = _Transport(connection=connection)
    theirs = wire.read_lists(await transport.expect(wire.KEXINIT))
    name = wire.chosen(GROUP_EXCHANGES, theirs.key_exchanges)
    if not name or "none" not in theirs.compressions:
        raise NoCommonError
    await transport.send(_our_lists((name,), theirs.host_keys).payload(os.urandom(16)))
    await transport.send(bytes((wire.GROUP_REQUEST,)) + struct.pack(">III", GROUP_LEAST, GROUP_LEAST, GROUP_MOST))
    if theirs.guessed and theirs.key_exchanges[0] != name:
        await transport.receive()
    prime = Parts((await transport.expect(wire.GROUP))[1:]).string()
    await transport.send(_disconnect_message())
    return int.from_bytes(prime, "big").bit_length()


def _our_lists(key_exchanges: tuple[str, ...], host_keys: tuple[str, ...]) -> wire.Lists:
    return wire.Lists(
        key_exchanges=key_exchanges,
        host_keys=host_keys,
        ciphers_out=CIPHERS,
        ciphers_in=CIPHERS,
        macs_out=MACS,
        macs_in=MACS,
        compressions=("none",),
    )


def _disconnect_message() -> bytes:
    return bytes((wire.DISCONNECT, 0, 0, 0, DISCONNECT_BY_APPLICATION)) + string(b"") + string(b"")


async def their_version(connection: Connection) -> bytes:
    """The server's identification line; BadPacketError when there is none among the first lines."""
    for _ in range(LINES_BEFORE_VERSION):
        line = await connection.line_octets()
        if line.startswith(b"SSH-") and line.count(b"-") >= 2:
            return line[:255]
    raise BadPacketError


@dataclass(kw_only=True)
class _Talk:
    """One session, and what it has shown so far."""

    service: SshService

    def learn(self, **changes: object) -> None:
        self.service = msgspec.structs.replace(self.service, **changes)

    def note(self, connection: Connection) -> None:
        service = self.service
        lists = (service.key_exchanges, service.host_keys, service.ciphers, service.macs)
        shown = "\n".join(", ".join(names) for names in lists)
        connection.note("SSH KEXINIT", f"{service.untrusted_version}\n{shown}")
        if service.methods is not None:
            connection.note("SSH none", ", ".join(service.methods))

    async def hold(self, connection: Connection) -> None:
        await connection.send_raw(OUR_VERSION + b"\r\n")
        version = await their_version(connection)
        protocol = version.decode("ascii", "replace").split("-")[1]
        self.learn(
            untrusted_version=version.decode("utf-8", "replace"),
            protocol_1=protocol.startswith("1."),
        )
        if protocol.startswith("1.") and protocol != "1.99":
            return
        transport = _Transport(connection=connection)
        theirs_raw = await transport.expect(wire.KEXINIT)
        theirs = wire.read_lists(theirs_raw)
        self.learn(
            key_exchanges=tuple(name for name in theirs.key_exchanges if name not in wire.MARKERS),
            host_keys=theirs.host_keys,
            ciphers=tuple(dict.fromkeys((*theirs.ciphers_out, *theirs.ciphers_in))),
            macs=tuple(dict.fromkeys((*theirs.macs_out, *theirs.macs_in))),
            compressions=theirs.compressions,
            strict_kex=wire.STRICT in theirs.key_exchanges,
        )
        await self._exchange_keys(transport, version, theirs, theirs_raw)
        await self._ask(transport)

    async def _exchange_keys(
        self, transport: _Transport, version: bytes, theirs: wire.Lists, theirs_raw: bytes
    ) -> None:
        # Its signature is not checked, so every type of host key that the server has can be shown to us.
        host_keys = tuple(sorted(theirs.host_keys, key=lambda name: name != "ssh-ed25519"))
        ours = _our_lists(KEY_EXCHANGES, host_keys)
        ours_raw = ours.payload(os.urandom(16))
        name = wire.chosen(KEY_EXCHANGES, theirs.key_exchanges)
        picks = {
            "cipher_out": wire.chosen(CIPHERS, theirs.ciphers_out),
            "cipher_in": wire.chosen(CIPHERS, theirs.ciphers_in),
            "mac_out": wire.chosen(MACS, theirs.macs_out),
            "mac_in": wire.chosen(MACS, theirs.macs_in),
        }
        for direction in ("out", "in"):
            if picks[f"cipher_{direction}"] in AEAD:
                picks[f"mac_{direction}"] = ""
            elif not picks[f"mac_{direction}"]:
                raise NoCommonError
        if not (name and host_keys and picks["cipher_out"] and picks["cipher_in"] and "none" in theirs.compressions):
            raise NoCommonError
        half = agreement(name)
        await transport.send(ours_raw)
        await transport.send(bytes((wire.KEX_INIT,)) + half.ours)
        if theirs.guessed and theirs.key_exchanges[0] != name:
            await transport.receive()
        parts = Parts((await transport.expect(wire.KEX_REPLY))[1:])
        blob, their_half = parts.string(), parts.string()
        host_key = wire.read_host_key(blob)
        self.learn(
            key_exchange=name, host_key=host_key.type, host_key_bits=host_key.bits, host_key_sha256=host_key.sha256
        )
        secret = half.secret(their_half)
        digest = hashlib.new(
            half.hash,
            b"".join(string(part) for part in (OUR_VERSION, version, ours_raw, theirs_raw, blob))
            + half.ours
            + half.encode(their_half)
            + secret,
            usedforsecurity=False,
        ).digest()
        await transport.expect(wire.NEWKEYS)
        await transport.send(bytes((wire.NEWKEYS,)))
        keys = _Keys(hash=half.hash, secret=secret, digest=digest)
        transport.outward = keys.packet_cipher(b"A", b"C", b"E", picks["cipher_out"], picks["mac_out"], outward=True)
        transport.inward = keys.packet_cipher(b"B", b"D", b"F", picks["cipher_in"], picks["mac_in"], outward=False)

    async def _ask(self, transport: _Transport) -> None:
        await transport.send(bytes((wire.SERVICE_REQUEST,)) + string(b"ssh-userauth"))
        await transport.expect(wire.SERVICE_ACCEPT)
        name = f"u{secrets.token_hex(5)}".encode("ascii")
        await transport.send(
            bytes((wire.USERAUTH_REQUEST,)) + string(name) + string(b"ssh-connection") + string(b"none")
        )
        payload = await transport.receive()
        while payload[0] == wire.USERAUTH_BANNER:
            banner = Parts(payload[1:]).string()[:BANNER_MOST].decode("utf-8", "replace")
            self.learn(untrusted_banner=banner)
            payload = await transport.receive()
        if payload[0] == wire.USERAUTH_SUCCESS:
            self.learn(none_accepted=True, methods=())
        elif payload[0] == wire.USERAUTH_FAILURE:
            self.learn(methods=Parts(payload[1:]).names())
        else:
            raise BadPacketError
        await transport.send(_disconnect_message())


@dataclass(frozen=True, kw_only=True)
class _Keys:
    """The keys of RFC 4253 section 7.2; the first exchange's hash is the session's identity too."""

    hash: str
    secret: bytes
    digest: bytes

    def packet_cipher(
        self, nonce: bytes, key: bytes, mac_key: bytes, cipher: str, mac: str, *, outward: bool
    ) -> PacketCipher:
        return packet_cipher(
            cipher,
            mac,
            key=self._made(key, key_length(cipher)),
            nonce=self._made(nonce, 16),
            mac_key=self._made(mac_key, mac_length(mac)),
            outward=outward,
        )

    def _made(self, letter: bytes, length: int) -> bytes:
        made = self._hashed(letter + self.digest)
        while len(made) < length:
            made += self._hashed(made)
        return made[:length]

    def _hashed(self, tail: bytes) -> bytes:
        return hashlib.new(self.hash, self.secret + self.digest + tail, usedforsecurity=False).digest()
