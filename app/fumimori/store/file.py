"""The assessment file: created, opened, saved after every change, closed whole; with its key and its snapshots."""

import contextlib
import hashlib
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from fumimori.model import Assessment
from fumimori.store import keys, migrations, rows, snapshots, whole
from fumimori.store.database import PAGE, Database
from fumimori.store.errors import (
    AlreadyThere,
    Damaged,
    NewerVersion,
    NoKeyring,
    NotAnAssessment,
    NotThere,
    NotWritable,
    StoreError,
    Vanished,
    WrongSecret,
    of_os_error,
)
from fumimori.store.file_type import is_another_format
from fumimori.store.lock import Lock
from fumimori.store.recovery import bodies, drop_others, explained, gone, read, readable, rekey

log = logging.getLogger(__name__)

SNAPSHOT_EVERY = timedelta(minutes=10)
"""While somebody works; one more is taken at closing when anything changed."""

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class AssessmentFile:
    """An open assessment file. Holds it for itself alone; usable as a context manager.

    The secret is a passphrase, a raw key of 32 bytes, or None: then the key is in the operating system's keyring.
    """

    def __init__(self, database: Database, lock: Lock, key: bytes, clock: Clock) -> None:
        self.path = database.path
        self.read_only = ""
        """Why the file is only shown, as a store error's code: `newer_version`, or `not_writable` for its place."""
        self._database = database
        self._lock = lock
        self._key = key
        self._salt = lock.salt
        self._clock = clock
        self._assessment: Assessment | None = None
        self._written: Mapping[rows.Key, rows.Part] = {}
        self._snapshot_at: datetime | None = None
        self._changed_since = False
        self._holds_blobs = False

    @classmethod
    def create(
        cls,
        path: Path,
        secret: keys.Secret | None,
        *,
        start: Assessment | None = None,
        blobs: Iterable[tuple[str, bytes]] = (),
        replace: bool = False,
        clock: Clock = _now,
    ) -> Self:
        """A new file at `path` that holds `start` with the octets of its evidence, or nothing yet. Raises StoreError.

        It is written to a temporary name and renamed when complete. `replace` puts it in the place of a file that
        nobody has open; that file is untouched until then, and its snapshots go with it unless they open with the same
        secret. Raises ValueError for an empty passphrase. Nothing is left behind when it fails.
        """
        salt = keys.new_salt()
        chosen = keys.new_key() if secret is None else secret
        key = keys.FileKeys(chosen).key(salt)
        if os.path.lexists(path) and not replace:
            raise AlreadyThere(str(path))
        with ExitStack() as held:
            there = Lock(path) if os.path.lexists(path) else None
            if there is not None:
                held.callback(there.release)
            parts = rows.parts(start) if start is not None else {}
            try:
                made = held.enter_context(whole.unfinished(path))
                if secret is None:
                    keys.remember(path, salt, key)
                snapshots.fill(made, key, bodies(parts), clock(), salt, blobs=blobs)
                if there is not None:
                    there.make_way()
                whole.place(made, path, replace=replace)
            except OSError as error:
                raise of_os_error(error) from error
        if replace:
            drop_others(path, keys.FileKeys(chosen))
        with ExitStack() as undo:
            lock = Lock(path)
            undo.callback(lock.release)
            file = cls(Database(path, key), lock, key, clock)
            undo.pop_all()
        if start is not None:
            file._assessment, file._written = start, parts
            file._snapshot()
        return file

    @classmethod
    def open(cls, path: Path, secret: keys.Secret | None, *, clock: Clock = _now) -> Self:
        """The file at `path` with its assessment read. Raises StoreError.

        A file of a newer version opens with `read_only`; one whose content is not whole raises Damaged with the
        newest snapshot that is, one that is gone but for its snapshots Vanished. A failed opening changes nothing.
        Raises ValueError for an empty passphrase.
        """
        found_by_salt = False
        if secret is None:
            # The keyring may take minutes, and meanwhile somebody may type the passphrase: nothing is held.
            lock = cls._locked(path, secret)
            lock.release()
            secret, found_by_salt = keys.recall(path, lock.salt)
        file_keys = keys.FileKeys(secret)
        with ExitStack() as undo:
            lock = cls._locked(path, secret)
            undo.callback(lock.release)
            if lock.size < PAGE:
                raise Damaged("cut short", snapshots.newest_whole(path, file_keys, readable))
            writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
            key = file_keys.key(lock.salt)
            try:
                file = cls(Database(path, key, writable=writable), lock, key, clock)
                file._load(writable=writable)
            except (WrongSecret, Damaged, NotAnAssessment) as error:
                raise explained(path, file_keys, error, lock, certain=found_by_salt) from error
            undo.pop_all()
        return file

    @staticmethod
    def _locked(path: Path, secret: keys.Secret | None) -> Lock:
        """The lock on a file that can be an assessment."""
        try:
            lock = Lock(path)
        except NotThere as error:
            raise gone(path, secret, error) from error
        if not snapshots.all_of(path) and (lock.size < PAGE or is_another_format(lock.head)):
            # The database would make an empty file its own.
            lock.release()
            raise NotAnAssessment("another kind of file")
        return lock

    @staticmethod
    def restore(path: Path, snapshot: Path, *, clock: Clock = _now) -> Path:
        """Put `snapshot` in the place of the damaged file and return where that one was moved to. Raises StoreError.

        Where nothing lies any more, nothing is moved.
        """
        aside = path.with_name(f"{path.stem}.damaged-{clock().astimezone(UTC):%Y%m%dT%H%M%SZ}{path.suffix}")
        with ExitStack() as held:
            with contextlib.suppress(NotThere):
                lock = Lock(path)
                held.callback(lock.release)
                lock.make_way()
            try:
                made = held.enter_context(whole.unfinished(path))
                made.write_bytes(snapshot.read_bytes())
                # An old journal would be replayed onto the new file: it goes with the file that it belongs to.
                for ending in ("-wal", "-shm", ""):
                    part = path.with_name(path.name + ending)
                    if part.exists():
                        part.replace(aside.with_name(aside.name + ending))
                whole.place(made, path, replace=False)
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

        When it fails, the file and `assessment` of this object stay as they were. Vanished when the file is no longer
        at its place, even when nothing changed: what is open then exists in memory only.
        """
        self._may_write()
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

    def keep(self, octets: bytes) -> str:
        """Keep the octets of a piece of evidence, in one transaction; their SHA-256. Raises StoreError.

        They are written before the record that names them: a crash in between leaves octets that nobody names, and
        those are dropped at the next closing.
        """
        self._may_write()
        sha256 = hashlib.sha256(octets).hexdigest()
        self._database.write_blob(sha256, octets)
        self._holds_blobs = True
        return sha256

    @property
    def busy(self) -> bool:
        """Whether something is being written by another thread, so that a save would wait for it."""
        return self._database.busy

    def octets(self, sha256: str) -> bytes | None:
        """The octets of evidence with this SHA-256; None when the file does not hold them whole. Raises StoreError."""
        found = self._database.blob(sha256) if sha256 in self._database.blobs() else None
        return found if found is not None and hashlib.sha256(found).hexdigest() == sha256 else None

    @property
    def held(self) -> frozenset[str]:
        """The SHA-256 of all octets of evidence in the file. Raises StoreError."""
        return frozenset(self._database.blobs())

    def blobs(self) -> Iterator[tuple[str, bytes]]:
        """All octets of evidence, one after the other, for a file that takes this one's place. Raises StoreError.

        Also those that no record names any longer, because taking evidence away can be undone.
        """
        for sha256 in self._database.blobs():
            octets = self._database.blob(sha256)
            if octets is not None:
                yield sha256, octets

    def save_again(self, assessment: Assessment) -> None:
        """Write the file again where it vanished, under the same key, with `assessment`. Raises StoreError.

        AlreadyThere when another file took its place. `assessment` is not lost when it fails: try again or elsewhere.
        """
        parts = rows.parts(assessment)
        try:
            with whole.unfinished(self.path) as made:
                snapshots.fill(made, self._key, bodies(parts), self._clock(), self._salt, blobs=self.blobs())
                if os.path.lexists(self.path):
                    raise AlreadyThere(str(self.path))
                # Closing removes the journal by its name: before the new file can have one.
                with contextlib.suppress(StoreError):
                    self._database.close()
                whole.place(made, self.path, replace=False)
        except OSError as error:
            raise of_os_error(error) from error
        self._lock.release()
        self._lock = Lock(self.path)
        self._database = Database(self.path, self._key)
        self._assessment, self._written, self._changed_since = assessment, parts, True

    def change_secret(self, secret: keys.Secret | None) -> None:
        """Re-encrypt the file and its snapshots under another secret (None: a new key in the keyring).

        Raises StoreError; the file is then still there under the old secret. Raises ValueError for an empty passphrase.
        """
        self._may_write()
        self.use(keys.fresh(self.path, secret))()

    def use(self, fresh: keys.Fresh) -> Callable[[], None]:
        """Re-encrypt the file and its snapshots under a prepared key. Raises StoreError as above.

        Returns what makes the keyring forget the key before, which may take long.
        """
        self._may_write()
        old, old_salt = self._key, self._salt
        try:
            with whole.unfinished(self.path) as made:
                snapshots.fill(made, fresh.key, bodies(self._written), self._clock(), fresh.salt, blobs=self.blobs())
                try:
                    self._database.close()
                    self._lock.make_way()
                    whole.place(made, self.path, replace=True)
                except (OSError, StoreError):
                    if sys.platform == "win32":
                        self._lock = Lock(self.path)
                    self._database = Database(self.path, old)
                    raise
        except OSError as error:
            raise of_os_error(error) from error
        self._lock.release()
        self._lock = Lock(self.path)
        self._key, self._salt = fresh.key, fresh.salt
        self._database = Database(self.path, fresh.key)
        for snapshot in snapshots.all_of(self.path):
            rekey(snapshot, old, fresh.key, fresh.salt, self._clock())
        path = self.path
        return lambda: None if fresh.in_keyring else _forget(path, old_salt)

    def close(self) -> None:
        """Take a snapshot when anything changed, and leave one whole file behind; never fails.

        Where there is no room for that, what was saved stays in the journal next to the file, and the next opening
        takes it up.
        """
        if self._changed_since and not self.read_only:
            self._snapshot()
        if self._holds_blobs and not self.read_only and self._assessment is not None:
            with contextlib.suppress(StoreError):
                self._database.keep_blobs({one.sha256 for one in self._assessment.evidence})
        try:
            with contextlib.suppress(StoreError):
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
            self.read_only = NewerVersion.code if version > migrations.VERSION else "" if writable else NotWritable.code
            if version < migrations.VERSION and writable:
                _migrate(self._database)
            self._assessment = read(self._database)
            self._written = rows.parts(self._assessment)
            self._holds_blobs = bool(self._database.blobs())
        except BaseException:
            self._database.close(whole=False)
            raise

    def _may_write(self) -> None:
        if self.read_only == NewerVersion.code:
            raise NewerVersion("this file is only shown")
        if self.read_only:
            raise NotWritable("this file is only shown")
        if not self._lock.is_at(self.path):
            raise Vanished(str(self.path))

    def _snapshot(self) -> None:
        at = self._clock()
        kept = {key: part for key, part in self._written.items() if key[0] != rows.EXCHANGES}
        try:
            snapshots.take(self.path, self._key, bodies(kept), at, self._salt)
        except StoreError as error:
            log.warning("no snapshot (%s): %s", error.code, error)  # saving goes on without it
        else:
            self._changed_since = False
        self._snapshot_at = at


def _migrate(database: Database) -> None:
    try:
        database.prepare()
    except (msgspec.DecodeError, LookupError, ValueError) as error:
        raise Damaged(str(error)) from error


def discard(file: AssessmentFile) -> None:
    """Close and remove a file that was just made and is not wanted. Raises OSError."""
    file.close()
    for snapshot in snapshots.all_of(file.path):
        whole.remove(snapshot)
    with contextlib.suppress(OSError):
        snapshots.folder(file.path).rmdir()
    whole.remove(file.path)


def _forget(path: Path, salt: bytes) -> None:
    try:
        keys.forget(path, salt)
    except NoKeyring:
        # Without a keyring there is nothing to forget; the old key opens nothing any more.
        return
