"""SSH key agreement on the client's side: curves, hybrid ML-KEM, finite fields (RFC 4253, 5656, 8268, 8731)."""

import functools
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from fumimori.net.ssh_wire import BadPacketError, mpint, string


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """One side's half of a key agreement."""

    hash: str
    ours: bytes
    """Our half as it goes on the wire and into the exchange hash, encoded."""
    secret: Callable[[bytes], bytes]
    """From the server's half (a string's content) to the shared secret, encoded for the hash; BadPacketError."""
    encode: Callable[[bytes], bytes] = string
    """How the server's half goes into the exchange hash."""


def agreement(name: str) -> Agreement:
    """Our half for the key exchange `name`, one of `KEY_EXCHANGES`."""
    return _MAKERS[name]()


def _curve25519() -> Agreement:
    from cryptography.hazmat.primitives.asymmetric import x25519

    private = x25519.X25519PrivateKey.generate()

    def secret(theirs: bytes) -> bytes:
        try:
            shared = private.exchange(x25519.X25519PublicKey.from_public_bytes(theirs))
        except ValueError:
            raise BadPacketError from None
        return mpint(int.from_bytes(shared, "big"))

    return Agreement(hash="sha256", ours=string(private.public_key().public_bytes_raw()), secret=secret)


def _mlkem_curve25519() -> Agreement:
    import hashlib

    from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

    private = x25519.X25519PrivateKey.generate()
    lattice = mlkem.MLKEM768PrivateKey.generate()

    def secret(theirs: bytes) -> bytes:
        if len(theirs) != 1088 + 32:
            raise BadPacketError
        try:
            first = lattice.decapsulate(theirs[:1088])
            second = private.exchange(x25519.X25519PublicKey.from_public_bytes(theirs[1088:]))
        except ValueError:
            raise BadPacketError from None
        return string(hashlib.sha256(first + second).digest())

    ours = lattice.public_key().public_bytes_raw() + private.public_key().public_bytes_raw()
    return Agreement(hash="sha256", ours=string(ours), secret=secret)


def _nist(curve_name: str, hash_name: str) -> Agreement:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    curve = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}[curve_name]
    private = ec.generate_private_key(curve)

    def secret(theirs: bytes) -> bytes:
        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(curve, theirs)
            shared = private.exchange(ec.ECDH(), point)
        except ValueError:
            raise BadPacketError from None
        return mpint(int.from_bytes(shared, "big"))

    ours = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Agreement(hash=hash_name, ours=string(ours), secret=secret)


def _finite(bits: int, hash_name: str) -> Agreement:
    prime = modp_prime(bits)
    exponent = secrets.randbits(512) | 1 << 511

    def secret(theirs: bytes) -> bytes:
        half = int.from_bytes(theirs, "big")
        if not 1 < half < prime - 1:
            raise BadPacketError
        return mpint(pow(half, exponent, prime))

    return Agreement(
        hash=hash_name,
        ours=mpint(pow(2, exponent, prime)),
        secret=secret,
        encode=lambda theirs: mpint(int.from_bytes(theirs, "big")),
    )


@functools.cache
def modp_prime(bits: int) -> int:
    """The prime of the MODP group of this size, from the digits of pi (RFC 2409 section 6, RFC 3526)."""
    offset = {1024: 129093, 2048: 124476, 4096: 240904}[bits]
    scaled_pi = _pi(bits - 130)
    return (1 << bits) - (1 << (bits - 64)) - 1 + ((scaled_pi + offset) << 64)


def _pi(bits: int) -> int:
    """floor(2**bits * pi), by Machin's formula with guard bits."""
    one = 1 << (bits + 64)

    def arctan_of_inverse(number: int) -> int:
        power = total = one // number
        divisor, sign = 1, 1
        while power:
            power //= number * number
            divisor, sign = divisor + 2, -sign
            total += sign * (power // divisor)
        return total

    return 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239)) >> 64


_MAKERS: dict[str, Callable[[], Agreement]] = {
    "curve25519-sha256": _curve25519,
    "curve25519-sha256@libssh.org": _curve25519,
    "ecdh-sha2-nistp256": lambda: _nist("p256", "sha256"),
    "ecdh-sha2-nistp384": lambda: _nist("p384", "sha384"),
    "ecdh-sha2-nistp521": lambda: _nist("p521", "sha512"),
    "mlkem768x25519-sha256": _mlkem_curve25519,
    "diffie-hellman-group16-sha512": lambda: _finite(4096, "sha512"),
    "diffie-hellman-group14-sha256": lambda: _finite(2048, "sha256"),
    "diffie-hellman-group14-sha1": lambda: _finite(2048, "sha1"),
    "diffie-hellman-group1-sha1": lambda: _finite(1024, "sha1"),
}

KEY_EXCHANGES = tuple(_MAKERS)
"""What we can agree by, the cheapest for a server first."""
