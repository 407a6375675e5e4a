"""What is next to an assessment file and in it: reading it, its snapshots, and why a file does not open."""

import contextlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from fumimori.model import Assessment
from fumimori.store import keys, rows, snapshots, whole
from fumimori.store.database import PAGE, Database
from fumimori.store.errors import Damaged, NotAnAssessment, NotThere, StoreError, Vanished, WrongSecret
from fumimori.store.file_type import is_another_format
from fumimori.store.lock import Lock


def bodies(parts: Mapping[rows.Key, rows.Part]) -> list[snapshots.Row]:
    """The rows of a file as a snapshot keeps them."""
    return [(*key, part[0], rows.body(part)) for key, part in parts.items()]


def read(database: Database) -> Assessment:
    """The assessment in an open database; raises Damaged."""
    try:
        return rows.assembled(database.rows())
    except (msgspec.DecodeError, LookupError, ValueError) as error:
        raise Damaged(str(error)) from error


def readable(path: Path, key: bytes) -> Assessment:
    """The assessment in the file at `path`, which is not changed; raises StoreError."""
    database = Database(path, key, writable=False)
    try:
        return read(database)
    finally:
        database.close(whole=False)


def explained(path: Path, file_keys: keys.FileKeys, error: StoreError, lock: Lock, *, certain: bool) -> StoreError:
    """Why a file does not open: the secret, the file, or another kind of file; a snapshot that opens is the proof."""
    snapshot = snapshots.newest_whole(path, file_keys, readable)
    if isinstance(error, Damaged) or snapshot is not None or certain:
        return Damaged(str(error), snapshot)
    return NotAnAssessment(str(error)) if is_another_format(lock.head) or lock.size % PAGE else error


def gone(path: Path, secret: keys.Secret | None, error: NotThere) -> StoreError:
    """What to say of a file that is not there: nothing more, or that a snapshot of it is; WrongSecret for another's."""
    left = snapshots.all_of(path)
    if not left:
        return error
    try:
        file_keys = keys.FileKeys(keys.recall(path, snapshots.salt_of(left[0]))[0] if secret is None else secret)
    except OSError:
        return error
    snapshot = snapshots.newest_whole(path, file_keys, readable)
    return Vanished(str(path), snapshot) if snapshot is not None else WrongSecret("no snapshot opens")


def drop_others(path: Path, file_keys: keys.FileKeys) -> None:
    """Remove the snapshots of a file that was replaced, unless its successor's secret opens them."""
    for snapshot in snapshots.all_of(path):
        with contextlib.suppress(OSError):
            try:
                readable(snapshot, file_keys.key(snapshots.salt_of(snapshot)))
            except StoreError:
                whole.remove(snapshot)


def rekey(snapshot: Path, old: bytes, new: bytes, salt: bytes, at: datetime) -> None:
    """Re-encrypt a snapshot; one that cannot be read is removed, because the old secret must open nothing."""
    try:
        snapshots.write(snapshot, new, bodies(rows.parts(readable(snapshot, old))), at, salt)
    except (StoreError, OSError):
        with contextlib.suppress(OSError):
            whole.remove(snapshot)
