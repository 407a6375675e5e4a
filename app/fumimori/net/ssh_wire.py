"""SSH in octets: strings and name-lists (RFC 4251), key exchange lists (RFC 4253), host keys; pure and bounded."""

import base64
import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from fumimori.network.ssh import POST_QUANTUM

PACKET_MOST = 65536
NAMES_MOST = 200
NAME_MOST = 128

DISCONNECT, IGNORE, DEBUG, SERVICE_REQUEST, SERVICE_ACCEPT, EXT_INFO = 1, 2, 4, 5, 6, 7
KEXINIT, NEWKEYS, KEX_INIT, KEX_REPLY = 20, 21, 30, 31
GROUP, GROUP_REQUEST = 31, 34
"""Of a group exchange, where 31 means something else (RFC 4419 section 5)."""
USERAUTH_REQUEST, USERAUTH_FAILURE, USERAUTH_SUCCESS, USERAUTH_BANNER = 50, 51, 52, 53

STRICT = "kex-strict-s-v00@openssh.com"
MARKERS = frozenset({STRICT, "ext-info-s"})
"""Entries of the first list that name no key exchange."""


class BadPacketError(Exception):
    """What came is no packet of SSH, or its check does not hold."""


def string(octets: bytes) -> bytes:
    """RFC 4251 section 5: length and octets."""
    return struct.pack(">I", len(octets)) + octets


def mpint(number: int) -> bytes:
    """RFC 4251 section 5: a non-negative number, with a leading zero where the first bit would be set."""
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big") if number else b"")


def name_list(names: Iterable[str]) -> bytes:
    """RFC 4251 section 5: names joined by commas."""
    return string(",".join(names).encode("ascii", "replace"))


class Parts:
    """The parts of a payload, taken off its front; BadPacketError when there is less than asked for."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def take(self, count: int) -> bytes:
        """The next `count` octets."""
        if count > len(self._octets):
            raise BadPacketError
        taken, self._octets = self._octets[:count], self._octets[count:]
        return taken

    def string(self) -> bytes:
        """The next string."""
        return self.take(int.from_bytes(self.take(4), "big"))

    def names(self) -> tuple[str, ...]:
        """The next name-list, each name once: the first ones, and of those behind them what decides a judgement."""
        text = self.string().decode("ascii", "replace")
        names = list(dict.fromkeys(name[:NAME_MOST] for name in text.split(",") if name))
        telling = (name for name in names[NAMES_MOST:] if name in MARKERS or name.startswith(POST_QUANTUM))
        return (*names[:NAMES_MOST], *islice(telling, NAMES_MOST))


@dataclass(frozen=True, kw_only=True)
class Lists:
    """What one side of a key exchange offers (RFC 4253 section 7.1)."""

    key_exchanges: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers_out: tuple[str, ...]
    """Client to server."""
    ciphers_in: tuple[str, ...]
    macs_out: tuple[str, ...]
    macs_in: tuple[str, ...]
    compressions: tuple[str, ...]
    guessed: bool = False
    """A packet that follows may have to be thrown away."""

    def payload(self, cookie: bytes) -> bytes:
        """The KEXINIT packet's payload."""
        lists = (
            *(self.key_exchanges, self.host_keys, self.ciphers_out, self.ciphers_in, self.macs_out, self.macs_in),
            *(self.compressions, self.compressions, (), ()),
        )
        return bytes((KEXINIT,)) + cookie + b"".join(name_list(names) for names in lists) + bytes(5)


def read_lists(payload: bytes) -> Lists:
    """The lists of a KEXINIT payload; BadPacketError when it is not one."""
    parts = Parts(payload)
    if parts.take(1) != bytes((KEXINIT,)):
        raise BadPacketError
    parts.take(16)
    lists = [parts.names() for _ in range(10)]
    return Lists(
        key_exchanges=lists[0],
        host_keys=lists[1],
        ciphers_out=lists[2],
        ciphers_in=lists[3],
        macs_out=lists[4],
        macs_in=lists[5],
        compressions=tuple(dict.fromkeys((*lists[6], *lists[7]))),
        guessed=parts.take(1) != b"\x00",
    )


def chosen(ours: Sequence[str], theirs: Sequence[str]) -> str:
    """The first of our names that the server has too (RFC 4253 section 7.1); empty when there is none."""
    return next((name for name in ours if name in theirs), "")


@dataclass(frozen=True, kw_only=True)
class HostKey:
    """Type and size of a public host key."""

    type: str
    bits: int
    sha256: str


def read_host_key(blob: bytes) -> HostKey:
    """Type, size in bits (0 where the type is not known) and fingerprint of a host key blob; never raises."""
    fingerprint = base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")
    parts = Parts(blob)
    try:
        kind = parts.string()[:NAME_MOST].decode("ascii", "replace")
        bits = _bits(kind, parts)
    except BadPacketError:
        return HostKey(type="", bits=0, sha256=fingerprint)
    return HostKey(type=kind, bits=bits, sha256=fingerprint)


def _bits(kind: str, parts: Parts) -> int:
    if kind == "ssh-rsa":
        parts.string()
        return int.from_bytes(parts.string(), "big").bit_length()
    if kind == "ssh-dss":
        return int.from_bytes(parts.string(), "big").bit_length()
    if kind.startswith("ecdsa-sha2-nistp"):
        size = kind.removeprefix("ecdsa-sha2-nistp")
        return int(size) if size in ("256", "384", "521") else 0
    return 256 if kind == "ssh-ed25519" else 0
