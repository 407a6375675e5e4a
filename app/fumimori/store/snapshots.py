"""Snapshots: the last twenty states of an assessment next to its file, under the same key, without evidence."""

import contextlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from fumimori.store import keys, whole
from fumimori.store.database import Database
from fumimori.store.errors import StoreError, of_os_error

KEPT = 20

Row = tuple[str, str, int, bytes]
"""Kind, identity, place and body."""


def folder(path: Path) -> Path:
    """Where the snapshots of the file at `path` lie."""
    return path.with_name(f"{path.name}.snapshots")


def all_of(path: Path) -> tuple[Path, ...]:
    """The snapshots of the file at `path`, newest first."""
    return tuple(sorted(folder(path).glob("*.fumimori"), reverse=True))


def take(path: Path, key: bytes, rows: Iterable[Row], at: datetime, salt: bytes) -> Path:
    """Write a snapshot of `rows` (evidence left out by the caller) and drop all but the last twenty. Raises StoreError.

    It appears under its name only when it is complete.
    """
    try:
        folder(path).mkdir(mode=0o700, exist_ok=True)
        for interrupted in folder(path).glob("*.part*"):
            interrupted.unlink(missing_ok=True)
        target = folder(path) / f"{at.astimezone(UTC):%Y-%m-%dT%H-%M-%S-%fZ}.fumimori"
        write(target, key, rows, at, salt)
        for old in all_of(path)[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise of_os_error(error) from error
    return target


def write(target: Path, key: bytes, rows: Iterable[Row], at: datetime, salt: bytes, *, replace: bool = True) -> None:
    """Write a whole new database and give it the name `target` in one step. Raises StoreError or OSError."""
    with whole.unfinished(target) as beside:
        fill(beside, key, rows, at, salt)
        whole.place(beside, target, replace=replace)


def fill(
    beside: Path,
    key: bytes,
    rows: Iterable[Row],
    at: datetime,
    salt: bytes,
    *,
    blobs: Iterable[tuple[str, bytes]] = (),
) -> None:
    """Make the empty file `beside` a whole database of `rows` and of the octets of evidence. Raises StoreError."""
    database = Database(beside, key, salt=salt)
    try:
        database.prepare()
        database.write(rows, (), at.isoformat())
        for sha256, octets in blobs:
            database.write_blob(sha256, octets)
    except BaseException:
        database.close(whole=False)
        raise
    database.close()


def newest_whole(path: Path, file_keys: keys.FileKeys, read: Callable[[Path, bytes], object]) -> Path | None:
    """The newest snapshot that `read` reads without an error."""
    for snapshot in all_of(path):
        with contextlib.suppress(StoreError, OSError):
            read(snapshot, file_keys.key(salt_of(snapshot)))
            return snapshot
    return None


def salt_of(snapshot: Path) -> bytes:
    """The salt of a database that is not open. Raises OSError."""
    with snapshot.open("rb") as file:
        return file.read(keys.SALT_BYTES)


def taken_at(snapshot: Path) -> datetime | None:
    """When a snapshot was taken, in UTC, by its name; None for any other name."""
    try:
        return datetime.strptime(snapshot.stem, "%Y-%m-%dT%H-%M-%S-%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None
