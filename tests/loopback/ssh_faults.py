"""A very small SSH server: version, lists, one key agreement, and an answer to `none`, with faults at chosen steps."""

import asyncio
import hashlib
import os
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ed25519, x25519

from fumimori.net import ssh_wire as wire
from fumimori.net.ssh_cipher import PacketCipher, Plain, packet_cipher
from fumimori.net.ssh_wire import Lists, Parts, mpint, string
from loopback.wire import Handler

CIPHER = "aes128-gcm@openssh.com"
VERSION = b"SSH-2.0-Toy_1.0"


@dataclass(kw_only=True)
class SshScript:
    """What the server offers and answers; `fault` is played at `fault_at`: version, lists, reply, login."""

    methods: tuple[str, ...] | None = ("publickey",)
    """None lets everybody in."""
    key_exchanges: tuple[str, ...] = ("curve25519-sha256", wire.STRICT)
    version: bytes = VERSION
    banner: bytes = b""
    fault_at: str = ""
    fault: Handler | None = None
    ciphers: tuple[str, ...] = (CIPHER,)
    """What is offered; the first of our own that is among them must be the one that the script speaks."""
    macs: tuple[str, ...] = ("hmac-sha2-256",)
    host_key_bits: int = 0
    """The length of an RSA host key; 0 for an elliptic one."""
    group_bits: int = 0
    """The size of the group that a group exchange gets; 0 for a server without one."""
    users: list[str] = field(default_factory=list)
    disconnected: bool = False

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        if await self._faulty("version", reader, writer):
            return
        writer.write(self.version + b"\r\n")
        theirs = (await reader.readline()).rstrip(b"\r\n")
        if await self._faulty("lists", reader, writer):
            return
        line = _Line(reader, writer)
        ours_raw = self._lists().payload(os.urandom(16))
        await line.send(ours_raw)
        theirs_raw = await line.receive()
        first = await line.receive()
        if first[0] == wire.GROUP_REQUEST:
            await line.send(bytes((wire.GROUP,)) + mpint((1 << self.group_bits) - 1) + mpint(2))
            self.disconnected = (await line.receive())[0] == wire.DISCONNECT
            return
        point = Parts(first[1:]).string()
        if await self._faulty("reply", reader, writer):
            return
        private = x25519.X25519PrivateKey.generate()
        host_key = self._host_key()
        half = private.public_key().public_bytes_raw()
        shared = private.exchange(x25519.X25519PublicKey.from_public_bytes(point))
        secret = mpint(int.from_bytes(shared, "big"))
        parts = (theirs, self.version, theirs_raw, ours_raw, host_key, point, half)
        digest = hashlib.sha256(b"".join(string(part) for part in parts) + secret).digest()
        await line.send(bytes((wire.KEX_REPLY,)) + string(host_key) + string(half) + string(b"not checked"))
        await line.send(bytes((wire.NEWKEYS,)))
        await line.receive()
        line.inward = _cipher(secret, digest, b"A", b"C")
        line.outward = _cipher(secret, digest, b"B", b"D")
        await line.receive()
        await line.send(bytes((wire.SERVICE_ACCEPT,)) + string(b"ssh-userauth"))
        request = Parts((await line.receive())[1:])
        self.users.append(request.string().decode())
        if await self._faulty("login", reader, writer):
            return
        if self.banner:
            await line.send(bytes((wire.USERAUTH_BANNER,)) + string(self.banner) + string(b""))
        if self.methods is None:
            await line.send(bytes((wire.USERAUTH_SUCCESS,)))
        else:
            await line.send(bytes((wire.USERAUTH_FAILURE,)) + wire.name_list(self.methods) + b"\x00")
        self.disconnected = (await line.receive())[0] == wire.DISCONNECT

    def _host_key(self) -> bytes:
        if self.host_key_bits:
            return string(b"ssh-rsa") + mpint(65537) + mpint((1 << self.host_key_bits) - 1)
        return string(b"ssh-ed25519") + string(ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw())

    def _lists(self) -> Lists:
        return Lists(
            key_exchanges=self.key_exchanges,
            host_keys=("rsa-sha2-256",) if self.host_key_bits else ("ssh-ed25519",),
            ciphers_out=self.ciphers,
            ciphers_in=self.ciphers,
            macs_out=self.macs,
            macs_in=self.macs,
            compressions=("none",),
        )

    async def _faulty(self, step: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if step != self.fault_at or self.fault is None:
            return False
        await self.fault(reader, writer)
        return True


class _Line:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.inward: PacketCipher = Plain()
        self.outward: PacketCipher = Plain()
        self._sent = self._received = 0

    async def send(self, payload: bytes) -> None:
        self._writer.write(self.outward.encrypted(self._sent, payload))
        self._sent += 1
        await self._writer.drain()

    async def receive(self) -> bytes:
        head = await self._reader.readexactly(self.inward.head)
        rest = await self._reader.readexactly(self.inward.remaining(self._received, head))
        payload = self.inward.decrypted(self._received, head, rest)
        self._received += 1
        return payload


def _cipher(secret: bytes, digest: bytes, nonce: bytes, key: bytes) -> PacketCipher:
    made = [hashlib.sha256(secret + digest + letter + digest).digest() for letter in (nonce, key)]
    return packet_cipher(CIPHER, "", key=made[1][:16], nonce=made[0][:16], mac_key=b"", outward=True)
