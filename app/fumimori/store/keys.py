"""Keys of assessment files in the operating system's keyring, and how a secret is handed to the database."""

import hashlib
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fumimori.store.errors import NoKeyring

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "fumimori"
KEY_BYTES = 32
SALT_BYTES = 16
"""The first bytes of a SQLCipher file are its salt, readable and different for each file."""

ROUNDS = 256_000
"""Of PBKDF2-HMAC-SHA512, as SQLCipher 4 makes a key of a passphrase; done here so that it is done once for a file and
all its snapshots, outside the window's thread."""

Secret = str | bytes
"""A passphrase, or a raw key of 32 bytes."""


class FileKeys:
    """A secret to open files with: derived keys by salt, each computed once."""

    def __init__(self, secret: Secret) -> None:
        """Raises ValueError for an empty passphrase, one with a NUL, and a key of another length than 32 bytes."""
        literal(secret)
        self._secret = secret
        self._known: dict[bytes, bytes] = {}

    def key(self, salt: bytes) -> bytes:
        """The raw key of a file with this salt."""
        if isinstance(self._secret, bytes):
            return self._secret
        if salt not in self._known:
            text = normal(self._secret).encode()
            self._known[salt] = hashlib.pbkdf2_hmac("sha512", text, salt, ROUNDS, KEY_BYTES)
        return self._known[salt]


def new_key() -> bytes:
    """A random key."""
    return secrets.token_bytes(KEY_BYTES)


def new_salt() -> bytes:
    """A random salt."""
    return secrets.token_bytes(SALT_BYTES)


def literal(secret: Secret, salt: bytes = b"") -> str:
    """The secret as SQLCipher takes it in `PRAGMA key`; a salt may be given with a raw key only.

    Raises ValueError for an empty passphrase, one with a NUL, and a key of another length than 32 bytes.
    """
    if isinstance(secret, bytes):
        if len(secret) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        return f"\"x'{secret.hex()}{salt.hex()}'\""
    return "'" + normal(secret).replace("'", "''") + "'"


def normal(passphrase: str) -> str:
    """A passphrase as the key is made of it; ValueError for an empty one or one with a NUL."""
    # One typed on another system may come in another Unicode form; SQLCipher would take x'…' for a raw key.
    text = unicodedata.normalize("NFC", passphrase)
    if not text or "\0" in text:
        raise ValueError("a passphrase has at least one character and no NUL")
    return f" {text}" if text[:2].lower() == "x'" else text


@dataclass(frozen=True)
class Fresh:
    """A key prepared for a file."""

    key: bytes
    salt: bytes
    in_keyring: bool


def fresh(path: Path, secret: Secret | None) -> Fresh:
    """A key for the file at `path` out of a secret, or (None) a new one that the keyring keeps. Raises NoKeyring.

    It takes time, and the keyring can take very long. Raises ValueError for an empty passphrase.
    """
    salt = new_salt()
    key = FileKeys(new_key() if secret is None else secret).key(salt)
    if secret is None:
        remember(path, salt, key)
    return Fresh(key, salt, secret is None)


def remember(path: Path, salt: bytes, key: bytes) -> None:
    """Keep the key of the file at `path` in the keyring, by its salt and by its path. Raises NoKeyring.

    The salt finds it after the file was moved, the path after the file's head was damaged.
    """
    keyring = usable()
    value = key.hex()
    for user in _users(path, salt):
        _write_to(keyring, user, value)


def recall(path: Path, salt: bytes) -> tuple[bytes, bool]:
    """The key of the file at `path`, and whether its salt found it; NoKeyring when there is none."""
    keyring = usable()
    for user in _users(path, salt):
        value = _asked(keyring, user)
        if value is None:
            continue
        try:
            key = bytes.fromhex(value)
        except ValueError:
            continue
        if len(key) == KEY_BYTES:
            return key, user.startswith("salt-")
    raise NoKeyring("no_entry")


def forget(path: Path, salt: bytes) -> None:
    """Remove the key of the file at `path`; does nothing without one. Raises NoKeyring when the keyring fails."""
    from keyring.errors import PasswordDeleteError

    keyring = usable()
    for user in _users(path, salt):
        try:
            keyring.delete_password(SERVICE, user)
        except PasswordDeleteError:
            continue
        except _faults() as error:
            raise NoKeyring("failed", str(error)) from error


def _users(path: Path, salt: bytes) -> tuple[str, str]:
    # Hashed, because a path can name a client and other programs may list a keyring's entries.
    place = hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogateescape")).hexdigest()
    return f"salt-{hashlib.sha256(salt).hexdigest()}", f"path-{place}"


def _faults() -> tuple[type[Exception], ...]:
    from keyring.errors import KeyringError

    # Backends let errors of the message bus through: jeepney's and secretstorage's derive from these.
    return (KeyringError, OSError, RuntimeError, LookupError, *_bus_faults())


def _bus_faults() -> tuple[type[Exception], ...]:
    try:
        from jeepney.wrappers import DBusErrorResponse  # type: ignore[import-untyped]
        from secretstorage.exceptions import SecretStorageException
    except ImportError:
        return ()
    return (DBusErrorResponse, SecretStorageException)


def usable() -> "KeyringBackend":
    """The keyring, when it is one that keeps secrets secret; raises NoKeyring."""
    import keyring
    from keyring.backends import fail, null
    from keyring.backends.chainer import ChainerBackend

    try:
        backend = keyring.get_keyring()
        backends = list(backend.backends) if isinstance(backend, ChainerBackend) else [backend]
    except _faults() as error:
        raise NoKeyring("failed", str(error)) from error
    if any(type(each).__module__.startswith("keyrings.alt") for each in backends):
        raise NoKeyring("unsafe", "a backend that may write secrets in plain text")
    if not backends or all(isinstance(each, (fail.Keyring, null.Keyring)) for each in backends):
        raise NoKeyring("absent")
    return backend


def _write_to(keyring: "KeyringBackend", user: str, value: str) -> None:
    with _as_no_keyring():
        keyring.set_password(SERVICE, user, value)
        kept = keyring.get_password(SERVICE, user)
    if kept != value:
        raise NoKeyring("absent", "the keyring does not keep what is stored")


def _asked(keyring: "KeyringBackend", user: str) -> str | None:
    with _as_no_keyring():
        return keyring.get_password(SERVICE, user)


@contextmanager
def _as_no_keyring() -> Iterator[None]:
    from keyring.errors import KeyringLocked, NoKeyringError

    try:
        yield
    except KeyringLocked as error:
        raise NoKeyring("locked", str(error)) from error
    except NoKeyringError as error:
        raise NoKeyring("absent", str(error)) from error
    except _faults() as error:
        raise NoKeyring("failed", str(error)) from error
