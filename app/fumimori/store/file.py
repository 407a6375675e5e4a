"""The assessment file: created, opened, saved after every change, closed whole; with its key and its snapshots."""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from fumimori.core.model import Assessment
from fumimori.store import keys, migrations, rows, snapshots
from fumimori.store.database import PAGE, Database
from fumimori.store.errors import (
    Damaged,
    NewerVersion,
    NoKeyring,
    NotAnAssessment,
    StoreError,
    WrongSecret,
    of_os_error,
)
from fumimori.store.lock import Lock

SNAPSHOT_EVERY = timedelta(minutes=10)
"""While somebody works; one more is taken at closing when anything changed."""

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class AssessmentFile:
    """An open assessment file. Holds it for itself alone; usable as a context manager.

    The secret is a passphrase, a raw key of 32 bytes, or None: then the key lies in the operating system's keyring.
    """

    def __init__(self, database: Database, lock: Lock, secret: keys.Secret, clock: Clock) -> None:
        self.path = database.path
        self.read_only = False
        """True for a file of a newer version, or one in a place that cannot be written to."""
        self.snapshot_trouble: StoreError | None = None
        """Why the last snapshot could not be taken; saving goes on without it."""
        self._database = database
        self._lock = lock
        self._salt = lock.salt
        self._secret = secret
        self._clock = clock
        self._assessment: Assessment | None = None
        self._written: Mapping[rows.Key, rows.Part] = {}
        self._snapshot_at: datetime | None = None
        self._changed_since = False

    @classmethod
    def create(cls, path: Path, secret: keys.Secret | None, *, clock: Clock = _now) -> Self:
        """A new file without content at `path`. Raises StoreError: AlreadyThere, NoKeyring, NotWritable, DiskFull.

        Raises ValueError for an empty passphrase. Nothing is left behind when it fails.
        """
        salt = keys.new_salt()
        chosen = keys.new_key() if secret is None else secret
        keys.literal(chosen)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            raise of_os_error(error) from error
        with ExitStack() as undo:
            undo.callback(snapshots.remove, path)
            lock = Lock(path)
            undo.callback(lock.release)
            if secret is None and isinstance(chosen, bytes):
                keys.remember(path, salt, chosen)
            database = Database(path, chosen, salt=salt if isinstance(chosen, bytes) else b"")
            undo.callback(database.close, whole=False)
            database.prepare()
            undo.pop_all()
        file = cls(database, lock, chosen, clock)
        file._salt = salt
        return file

    @classmethod
    def open(cls, path: Path, secret: keys.Secret | None, *, clock: Clock = _now) -> Self:
        """The file at `path` with its assessment read. Raises StoreError.

        A file of a newer version opens with `read_only`; one whose content is not whole raises Damaged with the
        newest snapshot that is. Raises ValueError for an empty passphrase.
        """
        with ExitStack() as undo:
            lock = Lock(path)
            undo.callback(lock.release)
            if not lock.size and not snapshots.all_of(path):
                # The database would make an empty file its own.
                raise NotAnAssessment("an empty file")
            found_by_salt = False
            if secret is None:
                secret, found_by_salt = keys.recall(path, lock.salt)
            keys.literal(secret)
            writable = lock.size > 0 and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
            try:
                file = cls(Database(path, secret, writable=writable), lock, secret, clock)
                file._load(writable=writable)
            except (WrongSecret, Damaged, NotAnAssessment) as error:
                raise _explained(path, secret, error, lock, certain=found_by_salt) from error
            undo.pop_all()
        return file

    @staticmethod
    def restore(path: Path, snapshot: Path, *, clock: Clock = _now) -> Path:
        """Put `snapshot` in the place of the damaged file and return where that one was moved to. Raises StoreError."""
        aside = path.with_name(f"{path.stem}.damaged-{clock().astimezone(UTC):%Y%m%dT%H%M%SZ}{path.suffix}")
        try:
            # An old journal would be replayed onto the new file: it goes with the file that it belongs to.
            for ending in ("-wal", "-shm", ""):
                part = path.with_name(path.name + ending)
                if part.exists():
                    part.replace(aside.with_name(aside.name + ending))
            copy = path.with_name(f"{path.name}.part")
            copy.write_bytes(snapshot.read_bytes())
            copy.chmod(0o600)
            copy.replace(path)
        except OSError as error:
            raise of_os_error(error) from error
        return aside

    @property
    def assessment(self) -> Assessment:
        """What the file holds; LookupError while nothing was saved into a new file."""
        if self._assessment is None:
            raise LookupError("nothing was saved into this file yet")
        return self._assessment

    def save(self, assessment: Assessment) -> None:
        """Write what changed since the last save, in one transaction that survives a crash. Raises StoreError.

        When it fails, the file and `assessment` of this object stay as they were.
        """
        if self.read_only:
            raise NewerVersion("this file is only shown")
        if assessment is self._assessment:
            return
        parts = rows.parts(assessment)
        changed = [key for key, part in parts.items() if self._written.get(key) != part]
        gone = [key for key in self._written if key not in parts]
        if changed or gone:
            moment = self._clock()
            self._database.write(
                [(*key, parts[key][0], rows.body(parts[key])) for key in changed], gone, moment.isoformat()
            )
            self._changed_since = True
        self._assessment, self._written = assessment, parts
        if self._snapshot_at is None or self._clock() - self._snapshot_at >= SNAPSHOT_EVERY:
            self._snapshot()

    def change_secret(self, secret: keys.Secret | None) -> None:
        """Encrypt the file and its snapshots anew under another secret (None: a new key in the keyring).

        Raises StoreError; the file is then still there under the old secret. Raises ValueError for an empty passphrase.
        """
        if self.read_only:
            raise NewerVersion("this file is only shown")
        salt = keys.new_salt()
        chosen = keys.new_key() if secret is None else secret
        keys.literal(chosen)
        fresh = self.path.with_name(f"{self.path.name}.rekeyed")
        everything = [(*key, part[0], rows.body(part)) for key, part in self._written.items()]
        snapshots.write(fresh, chosen, everything, self._clock(), salt)
        try:
            if secret is None and isinstance(chosen, bytes):
                keys.remember(self.path, salt, chosen)
            fresh_lock = Lock(fresh)
        except StoreError:
            snapshots.remove(fresh)
            raise
        self._database.close()
        try:
            fresh.replace(self.path)
        except OSError as error:
            fresh_lock.release()
            self._database = Database(self.path, self._secret)
            raise of_os_error(error) from error
        self._lock.release()
        old, old_salt = self._secret, self._salt
        self._lock, self._secret, self._salt = fresh_lock, chosen, fresh_lock.salt
        self._database = Database(self.path, chosen)
        for snapshot in snapshots.all_of(self.path):
            _rekey(snapshot, old, chosen, salt, self._clock())
        if secret is not None:
            _forget(self.path, old_salt)

    def close(self) -> None:
        """Take a snapshot when anything changed, and leave one whole file behind. Raises StoreError."""
        if self._changed_since and not self.read_only:
            self._snapshot()
        try:
            self._database.close(whole=not self.read_only)
        finally:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _load(self, *, writable: bool) -> None:
        try:
            version = self._database.version
            self.read_only = version > migrations.VERSION or not writable
            if version < migrations.VERSION and writable:
                _migrate(self._database)
            self._assessment = _read(self._database)
            self._written = rows.parts(self._assessment)
        except BaseException:
            self._database.close(whole=False)
            raise

    def _snapshot(self) -> None:
        at = self._clock()
        kept = [(*key, part[0], rows.body(part)) for key, part in self._written.items() if key[0] != rows.EVIDENCE]
        try:
            snapshots.take(self.path, self._secret, kept, at, self._salt)
        except StoreError as error:
            self.snapshot_trouble = error
        else:
            self.snapshot_trouble = None
            self._changed_since = False
        self._snapshot_at = at


def _migrate(database: Database) -> None:
    try:
        database.prepare()
    except (msgspec.DecodeError, LookupError, ValueError) as error:
        raise Damaged(str(error)) from error


def _read(database: Database) -> Assessment:
    try:
        return rows.assembled(database.rows())
    except (msgspec.DecodeError, LookupError, ValueError) as error:
        raise Damaged(str(error)) from error


def _readable(path: Path, secret: keys.Secret) -> Assessment:
    database = Database(path, secret, writable=False)
    try:
        return _read(database)
    finally:
        database.close(whole=False)


def _explained(path: Path, secret: keys.Secret, error: StoreError, lock: Lock, *, certain: bool) -> StoreError:
    """Why a file does not open: the secret, the file, or another kind of file; a snapshot that opens is the proof."""
    snapshot = snapshots.newest_whole(path, secret, _readable)
    if isinstance(error, Damaged) or snapshot is not None or certain:
        return Damaged(str(error), snapshot)
    foreign = lock.salt.startswith(b"SQLite format 3") or not lock.size or lock.size % PAGE
    return NotAnAssessment(str(error)) if foreign else error


def _rekey(snapshot: Path, old: keys.Secret, new: keys.Secret, salt: bytes, at: datetime) -> None:
    """Encrypt a snapshot anew; one that cannot be read is removed, because the old secret must open nothing."""
    try:
        content = rows.parts(_readable(snapshot, old))
        snapshots.write(snapshot, new, [(*key, part[0], rows.body(part)) for key, part in content.items()], at, salt)
    except StoreError:
        snapshots.remove(snapshot)


def _forget(path: Path, salt: bytes) -> None:
    try:
        keys.forget(path, salt)
    except NoKeyring:
        # Without a keyring there is nothing to forget; the old key opens nothing any more.
        return
