"""Snapshots: the last twenty states of an assessment beside its file, under the same key, without evidence."""

import contextlib
import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from fumimori.store import keys
from fumimori.store.database import Database
from fumimori.store.errors import StoreError, of_os_error

KEPT = 20


def folder(path: Path) -> Path:
    """Where the snapshots of the file at `path` lie."""
    return path.with_name(f"{path.name}.snapshots")


def all_of(path: Path) -> tuple[Path, ...]:
    """The snapshots of the file at `path`, the newest first."""
    return tuple(sorted(folder(path).glob("*.fumimori"), reverse=True))


def take(
    path: Path, secret: keys.Secret, rows: Iterable[tuple[str, str, int, bytes]], at: datetime, salt: bytes
) -> Path:
    """Write a snapshot of `rows` (evidence left out by the caller) and drop all but the last twenty. Raises StoreError.

    It appears under its name only when it is complete.
    """
    try:
        folder(path).mkdir(mode=0o700, exist_ok=True)
        for interrupted in folder(path).glob("*.part*"):
            interrupted.unlink(missing_ok=True)
        target = folder(path) / f"{at.astimezone(UTC):%Y-%m-%dT%H-%M-%S-%fZ}.fumimori"
        write(target, secret, rows, at, salt)
        for old in all_of(path)[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise of_os_error(error) from error
    return target


def write(
    target: Path, secret: keys.Secret, rows: Iterable[tuple[str, str, int, bytes]], at: datetime, salt: bytes
) -> None:
    """Write a whole new database to `target`, replacing it in one step."""
    unfinished = target.with_name(f"{target.name}.part")
    remove(unfinished)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        database = Database(unfinished, secret, salt=salt if isinstance(secret, bytes) else b"")
        try:
            database.prepare()
            database.write(rows, (), at.isoformat())
        finally:
            database.close()
        unfinished.replace(target)
    except BaseException:
        remove(unfinished)
        raise


def newest_whole(path: Path, secret: keys.Secret, whole: Callable[[Path, keys.Secret], object]) -> Path | None:
    """The newest snapshot that `whole` reads without an error."""
    for snapshot in all_of(path):
        with contextlib.suppress(StoreError):
            whole(snapshot, secret)
            return snapshot
    return None


def remove(path: Path) -> None:
    """Remove a database with what lies beside it."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        path.with_name(name).unlink(missing_ok=True)
