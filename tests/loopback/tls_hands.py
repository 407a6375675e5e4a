"""TLS servers made by hand: they answer one ClientHello in the clear, faults and all, and never finish a handshake."""

import asyncio
import os
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from loopback.toy_ca import Leaf

CODES = {"ssl3": 0x0300, "tls1.0": 0x0301, "tls1.1": 0x0302, "tls1.2": 0x0303, "tls1.3": 0x0304}
FALLBACK_SCSV = 0x5600
ALERT_REFUSED, ALERT_VERSION, ALERT_FAILED, ALERT_FALLBACK = 40, 70, 80, 86
DHE = frozenset(
    {0x0011, 0x0014, 0x0034, 0x006C, 0x00A6, 0x0033, 0x0039, 0x0067, 0x006B, 0x009E, 0x009F, 0x0016, 0x003A}
)
ECDSA = frozenset({0xC009, 0xC00A, 0xC023, 0xC024, 0xC02B, 0xC02C, 0xC007, 0xC008})


@dataclass(kw_only=True)
class Hello:
    """What a client offers."""

    version: int
    suites: tuple[int, ...]
    compressions: bytes = b"\0"
    extensions: dict[int, bytes] = field(default_factory=dict)

    def numbers(self, extension: int) -> tuple[int, ...]:
        """The 16-bit numbers of a list in an extension."""
        content = self.extensions.get(extension, b"")[2:]
        return struct.unpack(f">{len(content) // 2}H", content[: len(content) // 2 * 2])


@dataclass(kw_only=True)
class HandMade:
    """A server with chosen abilities; `suites` in its own order, unless `client_order` lets the client choose."""

    versions: tuple[str, ...] = ("tls1.2",)
    suites: tuple[int, ...] = (0xC02F, 0xC030)
    client_order: bool = False
    groups: tuple[int, ...] = (0x001D, 0x0017)
    prime: int = 0
    dh_missing: str = ""
    """`close` or `alert` for a server that chooses finite fields without parameters and then breaks off so."""
    says_no: str = "alert"
    """`close` for a server that refuses by hanging up."""
    patience: int = 1000
    """Hellos after which it hangs up on everybody."""
    signature: int = 0x0804
    compression: bool = False
    renegotiation_info: bool = True
    master_secret: bool = True
    fallback: bool = True
    ssl2: bool = False
    silent_about: frozenset[int] = frozenset()
    """Highest offered versions that find no answer at all."""
    leaves: tuple[Leaf, ...] = ()
    """Certificates: the first, and the one for suites with the other kind of key."""
    heard: list[Hello] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one hello and wait for the end."""
        head = await reader.readexactly(5)
        if head[0] & 0x80:
            await reader.readexactly(int.from_bytes(head[:2], "big") - 0x8000 - 3)
            writer.write(self.ssl2_hello() if self.ssl2 else _alert(ALERT_REFUSED))
        else:
            hello = parsed(await reader.readexactly(int.from_bytes(head[3:5], "big")))
            self.heard.append(hello)
            if len(self.heard) > self.patience:
                return
            if hello.version in self.silent_about:
                await asyncio.sleep(3600)
            answer = self.answer(hello)
            if not answer:
                return
            writer.write(answer)
        await writer.drain()
        while await reader.read(4096):
            pass

    def answer(self, hello: Hello) -> bytes:
        """The first flight, or the alert."""
        offered = {0x0304} if 43 in hello.extensions else {code for code in CODES.values() if code <= hello.version}
        version = max((CODES[name] for name in self.versions if CODES[name] in offered), default=0)
        better = max(CODES[name] for name in self.versions) > version
        if FALLBACK_SCSV in hello.suites and better and self.fallback:
            return _alert(ALERT_FALLBACK)
        groups = [group for group in hello.numbers(10) if group in self.groups]
        order, among = (hello.suites, self.suites) if self.client_order else (self.suites, hello.suites)
        fitting = [code for code in order if code in among and self.can(code, version, groups)]
        if not version or not fitting:
            refusal = ALERT_REFUSED if version else ALERT_VERSION
            return b"" if self.says_no == "close" else _alert(refusal)
        if fitting[0] in DHE and self.dh_missing:
            return _alert(ALERT_FAILED) if self.dh_missing == "alert" else b""
        return self.flight(version, fitting[0], groups, hello)

    def can(self, code: int, version: int, groups: list[int]) -> bool:
        """Whether the suite goes with the version, has a group, and a certificate of its kind."""
        if (code >> 8 == 0x13) != (version == 0x0304):
            return False
        kinds = {_kind(leaf) for leaf in self.leaves}
        if kinds and version < 0x0304 and ("ec" if code in ECDSA else "rsa") not in kinds:
            return False
        return bool(groups) or code >> 8 != 0xC0

    def flight(self, version: int, suite: int, groups: list[int], hello: Hello) -> bytes:
        """ServerHello, certificate, key exchange and done; for TLS 1.3 a HelloRetryRequest."""
        extensions = b""
        if version == 0x0304:
            extensions += struct.pack(">HHH", 43, 2, version) + struct.pack(">HHH", 51, 2, groups[0] if groups else 0)
        else:
            extensions += b"\xff\x01\0\x01\0" if self.renegotiation_info else b""
            extensions += b"\0\x17\0\0" if self.master_secret and 23 in hello.extensions else b""
        method = 1 if self.compression and 1 in hello.compressions else 0
        body = struct.pack(">H", min(version, 0x0303)) + os.urandom(32) + b"\0" + struct.pack(">HB", suite, method)
        messages = _message(2, body + struct.pack(">H", len(extensions)) + extensions)
        if version < 0x0304:
            messages += self.certificate(suite) + self.key_exchange(version, suite, groups) + _message(14, b"")
        return struct.pack(">BHH", 22, min(version, 0x0303), len(messages)) + messages

    def certificate(self, suite: int) -> bytes:
        """The certificate that goes with the suite."""
        kind = "ec" if suite in ECDSA else "rsa"
        fitting = [leaf for leaf in self.leaves if _kind(leaf) == kind] or list(self.leaves)
        ders = [each.public_bytes(Encoding.DER) for leaf in fitting[:1] for each in (leaf.certificate, *leaf.issuers)]
        listed = b"".join(len(der).to_bytes(3, "big") + der for der in ders)
        return _message(11, len(listed).to_bytes(3, "big") + listed)

    def key_exchange(self, version: int, suite: int, groups: list[int]) -> bytes:
        """Parameters as they are, with a signature that nobody checks."""
        signature = (struct.pack(">H", self.signature) if version == 0x0303 else b"") + b"\0\4abcd"
        if suite in DHE:
            prime = self.prime.to_bytes((self.prime.bit_length() + 7) // 8, "big")
            fields = b"".join(struct.pack(">H", len(part)) + part for part in (prime, b"\2", prime[:-1] + b"\1"))
            return _message(12, fields + signature)
        if suite >> 8 == 0xC0:
            return _message(12, b"\3" + struct.pack(">HB", groups[0], 4) + b"\4abc" + signature)
        return b""

    def ssl2_hello(self) -> bytes:
        """SERVER-HELLO of SSL 2.0 with one cipher kind."""
        certificate = b"certificate"
        body = b"\4\0\1\0\2" + struct.pack(">HHH", len(certificate), 3, 16) + certificate + b"\x07\0\xc0" + bytes(16)
        return struct.pack(">H", 0x8000 | len(body)) + body


def _kind(leaf: Leaf) -> str:
    return "rsa" if isinstance(leaf.key, rsa.RSAPrivateKey) else "ec"


def parsed(record: bytes) -> Hello:
    """The ClientHello in a record's content."""
    body = record[4:]
    (version,) = struct.unpack_from(">H", body)
    position = 34
    position += 1 + body[position]
    (length,) = struct.unpack_from(">H", body, position)
    suites = struct.unpack_from(f">{length // 2}H", body, position + 2)
    position += 2 + length
    compressions = body[position + 1 : position + 1 + body[position]]
    position += 3 + body[position]
    extensions = {}
    while position + 4 <= len(body):
        kind, length = struct.unpack_from(">HH", body, position)
        extensions[kind] = body[position + 4 : position + 4 + length]
        position += 4 + length
    return Hello(version=version, suites=suites, compressions=compressions, extensions=extensions)


def _message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


def _alert(number: int) -> bytes:
    return b"\x15\x03\x01\0\2\2" + bytes((number,))
