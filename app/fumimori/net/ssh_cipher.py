"""SSH packet ciphers: plain, AES-GCM (RFC 5647), ChaCha20-Poly1305 of OpenSSH, AES-CTR and CBC with HMAC."""

import hmac
import os
import struct
from typing import TYPE_CHECKING, Protocol

from fumimori.net.ssh_wire import PACKET_MOST, BadPacketError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import CipherContext

CIPHERS = (
    *("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr", "aes192-ctr"),
    *("chacha20-poly1305@openssh.com", "aes128-cbc", "aes256-cbc"),
)
MACS = (
    *("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"),
    *("hmac-sha1-etm@openssh.com", "hmac-sha1"),
)
AEAD = frozenset({"aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"})
"""Ciphers that bring their own check, so that no MAC is chosen."""

_KEY_LENGTHS = {"aes128": 16, "aes192": 24, "aes256": 32, "chacha20": 64}
_MAC_HASHES = {"hmac-sha2-256": "sha256", "hmac-sha2-512": "sha512", "hmac-sha1": "sha1"}
_MAC_LENGTHS = {"sha256": 32, "sha512": 64, "sha1": 20}


class PacketCipher(Protocol):
    """One direction of a connection."""

    head: int
    """Octets to read before it is known how many follow."""

    def remaining(self, sequence: int, head: bytes) -> int:
        """How many octets follow behind `head`; BadPacketError when that cannot be."""

    def decrypted(self, sequence: int, head: bytes, rest: bytes) -> bytes:
        """The payload; BadPacketError when the check does not hold."""

    def encrypted(self, sequence: int, payload: bytes) -> bytes:
        """The packet as it goes on the wire."""


def key_length(cipher: str) -> int:
    """Octets of key that the cipher needs."""
    return _KEY_LENGTHS[cipher.partition("-")[0]]


def mac_length(mac: str) -> int:
    """Octets of key that the MAC needs; 0 without one."""
    return _MAC_LENGTHS[_MAC_HASHES[mac.removesuffix("-etm@openssh.com")]] if mac else 0


def packet_cipher(cipher: str, mac: str, *, key: bytes, nonce: bytes, mac_key: bytes, outward: bool) -> PacketCipher:
    """The cipher for one direction; `cipher` is one of CIPHERS, `mac` one of MACS or empty with an AEAD."""
    if cipher.startswith("chacha20"):
        return _ChaCha(key)
    if cipher in AEAD:
        return _Gcm(key, nonce[:12])
    return _Stream(cipher, mac, key=key, nonce=nonce[:16], mac_key=mac_key, outward=outward)


def padded(payload: bytes, block: int, *, length_counts: bool) -> bytes:
    """Padding length, payload and padding: together with the length field (if it counts) a multiple of `block`."""
    padding = block - (len(payload) + 1 + (4 if length_counts else 0)) % block
    padding += block if padding < 4 else 0
    return bytes((padding,)) + payload + os.urandom(padding)


def unpadded(body: bytes) -> bytes:
    """The payload of a decrypted packet."""
    if not body or body[0] + 1 > len(body):
        raise BadPacketError
    return body[1 : len(body) - body[0]]


def _length(head: bytes) -> int:
    length = int.from_bytes(head[:4], "big")
    if not 5 <= length <= PACKET_MOST:
        raise BadPacketError
    return length


class Plain:
    """Before the first keys: no cipher at all."""

    head = 4

    def remaining(self, sequence: int, head: bytes) -> int:
        """See PacketCipher."""
        del sequence
        return _length(head)

    def decrypted(self, sequence: int, head: bytes, rest: bytes) -> bytes:
        """See PacketCipher."""
        del sequence, head
        return unpadded(rest)

    def encrypted(self, sequence: int, payload: bytes) -> bytes:
        """See PacketCipher."""
        del sequence
        body = padded(payload, 8, length_counts=True)
        return struct.pack(">I", len(body)) + body


class _Gcm:
    """RFC 5647 as OpenSSH speaks it: the length in clear, the counter in the nonce's last eight octets."""

    head = 4

    def __init__(self, key: bytes, nonce: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._aead = AESGCM(key)
        self._fixed, self._counter = nonce[:4], int.from_bytes(nonce[4:], "big")

    def remaining(self, sequence: int, head: bytes) -> int:
        del sequence
        return _length(head) + 16

    def decrypted(self, sequence: int, head: bytes, rest: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag

        del sequence
        try:
            return unpadded(self._aead.decrypt(self._next(), rest, head))
        except InvalidTag:
            raise BadPacketError from None

    def encrypted(self, sequence: int, payload: bytes) -> bytes:
        del sequence
        body = padded(payload, 16, length_counts=False)
        head = struct.pack(">I", len(body))
        return head + self._aead.encrypt(self._next(), body, head)

    def _next(self) -> bytes:
        nonce = self._fixed + self._counter.to_bytes(8, "big")
        self._counter = (self._counter + 1) % (1 << 64)
        return nonce


class _ChaCha:
    """OpenSSH's construction: one key for the length, one for the content, the packet's number as nonce."""

    head = 4

    def __init__(self, key: bytes) -> None:
        self._content, self._lengths = key[:32], key[32:]

    def remaining(self, sequence: int, head: bytes) -> int:
        return _length(self._stream(self._lengths, sequence, 0).update(head)) + 16

    def decrypted(self, sequence: int, head: bytes, rest: bytes) -> bytes:
        if not hmac.compare_digest(self._tag(sequence, head + rest[:-16]), rest[-16:]):
            raise BadPacketError
        return unpadded(self._stream(self._content, sequence, 1).update(rest[:-16]))

    def encrypted(self, sequence: int, payload: bytes) -> bytes:
        body = padded(payload, 8, length_counts=False)
        head = self._stream(self._lengths, sequence, 0).update(struct.pack(">I", len(body)))
        wire = head + self._stream(self._content, sequence, 1).update(body)
        return wire + self._tag(sequence, wire)

    def _tag(self, sequence: int, wire: bytes) -> bytes:
        from cryptography.hazmat.primitives.poly1305 import Poly1305

        return Poly1305.generate_tag(self._stream(self._content, sequence, 0).update(bytes(32)), wire)

    @staticmethod
    def _stream(key: bytes, sequence: int, block: int) -> "CipherContext":
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

        nonce = block.to_bytes(8, "little") + sequence.to_bytes(8, "big")
        return Cipher(algorithms.ChaCha20(key, nonce), mode=None).encryptor()


class _Stream:
    """AES in counter or chaining mode with an HMAC, either inside (RFC 4253) or over the encrypted packet (-etm)."""

    def __init__(self, cipher: str, mac: str, *, key: bytes, nonce: bytes, mac_key: bytes, outward: bool) -> None:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        mode = modes.CTR(nonce) if cipher.endswith("-ctr") else modes.CBC(nonce)
        aes = Cipher(algorithms.AES(key), mode)
        self._cipher: CipherContext = aes.encryptor() if outward else aes.decryptor()
        self._mac_over_ciphertext = mac.endswith("-etm@openssh.com")
        self._hash = _MAC_HASHES[mac.removesuffix("-etm@openssh.com")]
        self._mac_key = mac_key
        self._tag_length = _MAC_LENGTHS[self._hash]
        self.head = 4 if self._mac_over_ciphertext else 16
        self._first = b""

    def remaining(self, sequence: int, head: bytes) -> int:
        del sequence
        if self._mac_over_ciphertext:
            return _length(head) + self._tag_length
        self._first = self._cipher.update(head)
        left = _length(self._first) + 4 - 16
        if left < 0 or left % 16:
            raise BadPacketError
        return left + self._tag_length

    def decrypted(self, sequence: int, head: bytes, rest: bytes) -> bytes:
        ciphertext, tag = rest[: -self._tag_length], rest[-self._tag_length :]
        if self._mac_over_ciphertext:
            self._check(sequence, head + ciphertext, tag)
            if len(ciphertext) % 16:
                raise BadPacketError
            return unpadded(self._cipher.update(ciphertext))
        clear = self._first + self._cipher.update(ciphertext)
        self._check(sequence, clear, tag)
        return unpadded(clear[4:])

    def encrypted(self, sequence: int, payload: bytes) -> bytes:
        body = padded(payload, 16, length_counts=not self._mac_over_ciphertext)
        head = struct.pack(">I", len(body))
        if self._mac_over_ciphertext:
            wire = head + self._cipher.update(body)
            return wire + self._mac(sequence, wire)
        return self._cipher.update(head + body) + self._mac(sequence, head + body)

    def _mac(self, sequence: int, octets: bytes) -> bytes:
        return hmac.digest(self._mac_key, struct.pack(">I", sequence) + octets, self._hash)

    def _check(self, sequence: int, octets: bytes, tag: bytes) -> None:
        if not hmac.compare_digest(self._mac(sequence, octets), tag):
            raise BadPacketError
