"""One encrypted database: opened with its key, locked against others, its faults distinguished."""

import contextlib
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from fumimori.store import keys, migrations
from fumimori.store.errors import Damaged, DiskFull, InUse, NotAnAssessment, NotWritable, StoreError, WrongSecret

APPLICATION = 0x46756D69
"""`Fumi` in ASCII; is in `PRAGMA application_id`."""

PAGE = 4096
_LITTLE_ROOM = 1 << 20

_BY_CODE: dict[str, type[StoreError]] = {
    "SQLITE_BUSY": InUse,
    "SQLITE_LOCKED": InUse,
    "SQLITE_FULL": DiskFull,
    "SQLITE_READONLY": NotWritable,
    "SQLITE_CANTOPEN": NotWritable,
    "SQLITE_PERM": NotWritable,
    "SQLITE_AUTH": NotWritable,
    "SQLITE_NOTADB": WrongSecret,
}


class Database:
    """A connection that holds the file for itself alone: nobody else can open it until it is closed."""

    def __init__(self, path: Path, secret: keys.Secret, *, salt: bytes = b"", writable: bool = True) -> None:
        """Open (with a salt, create) the database at `path`. Raises StoreError."""
        from sqlcipher3 import dbapi2

        self.path = path
        self._turn = Lock()
        """Held while something is written: octets come from another thread than everything else."""
        self._errors: type[Exception] = dbapi2.Error
        place = f"{path.absolute().as_uri()}{'' if writable else '?immutable=1'}"
        with self.faults():
            self._connection = dbapi2.connect(place, uri=True, isolation_level=None, timeout=0, check_same_thread=False)
        try:
            with self.faults():
                for statement in (
                    "PRAGMA cipher_log_level = NONE",
                    f"PRAGMA key = {keys.literal(secret, salt)}",
                    "PRAGMA temp_store = MEMORY",
                    "PRAGMA locking_mode = EXCLUSIVE",
                    "PRAGMA trusted_schema = OFF",
                    "PRAGMA synchronous = FULL",
                ):
                    self._connection.execute(statement)
                self.number("schema_version")
                if writable:
                    # Reading first shows whether the key fits: changing the journal of a foreign file would harm it.
                    self._connection.execute("PRAGMA journal_mode = WAL")
                    self._connection.execute("BEGIN IMMEDIATE")
                    self._connection.execute("COMMIT")
        except BaseException:
            self._connection.close()
            raise

    @property
    def busy(self) -> bool:
        """Whether something is being written."""
        return self._turn.locked()

    @contextlib.contextmanager
    def faults(self, *, writing: bool = False) -> Iterator[None]:
        """Turn the database's errors into StoreErrors; a failing disk is a damaged file only when it was reading."""
        try:
            yield
        except self._errors as error:
            raise self._store_error(error, writing=writing) from error
        except OSError as error:
            raise NotWritable(str(error)) from error

    def number(self, pragma: str) -> int:
        """A numeric pragma's value."""
        return int(self._connection.execute(f"PRAGMA {pragma}").fetchone()[0])

    def prepare(self) -> None:
        """Bring the tables to this program's version, from nothing or from an older one; in one transaction."""
        with self.faults(writing=True), self.transaction():
            version = self.number("user_version")
            for step in migrations.STEPS[version:]:
                for statement in step.statements:
                    self._connection.execute(statement)
            if 0 < version < migrations.VERSION:
                self._replace(migrations.brought_up(self._rows(), version))
            self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
            self._connection.execute(f"PRAGMA user_version = {migrations.VERSION}")

    @property
    def version(self) -> int:
        """The version of the tables; NotAnAssessment for a database of another program."""
        with self.faults():
            if self.number("application_id") != APPLICATION:
                raise NotAnAssessment("a database of another program")
            return self.number("user_version")

    def rows(self) -> list[tuple[str, str, bytes]]:
        """Kind, identity and body of all rows, as today's program writes them, in order of kind and place.

        Raises StoreError; ValueError or LookupError when rows of an older version cannot be read.
        """
        with self.faults():
            version, rows = self.number("user_version"), self._rows()
        if 0 < version < migrations.VERSION:
            rows = sorted(migrations.brought_up(rows, version), key=lambda row: (row[0], row[2], row[1]))
        return [(kind, identity, body) for kind, identity, _, body in rows]

    def _rows(self) -> Sequence[migrations.Row]:
        rows: Sequence[tuple[Any, Any, Any, Any]] = self._connection.execute(
            "SELECT kind, id, place, body FROM part ORDER BY kind, place, id"
        ).fetchall()
        return [
            (str(kind), str(identity), int(place), body if isinstance(body, bytes) else str(body).encode())
            for kind, identity, place, body in rows
        ]

    def _replace(self, rows: Iterable[migrations.Row]) -> None:
        moment = self._connection.execute("SELECT MAX(changed_at) FROM part").fetchone()[0] or ""
        self._connection.execute("DELETE FROM part")
        self._connection.executemany(
            "INSERT INTO part (kind, id, place, body, changed_at) VALUES (?, ?, ?, ?, ?)",
            [(*row, moment) for row in rows],
        )

    def write(
        self, changed: Iterable[tuple[str, str, int, bytes]], gone: Iterable[tuple[str, str]], moment: str
    ) -> None:
        """Write rows (kind, identity, place, body) and remove others: all of it or, when it fails, nothing."""
        with self.faults(writing=True), self.transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO part (kind, id, place, body, changed_at) VALUES (?, ?, ?, ?, ?)",
                [(*row, moment) for row in changed],
            )
            self._connection.executemany("DELETE FROM part WHERE kind = ? AND id = ?", list(gone))

    # --- the octets of evidence ---

    def blobs(self) -> list[str]:
        """The SHA-256 of all octets that are kept; none in a file of an older version."""
        with self.faults():
            if self.number("user_version") < migrations.BLOBS_SINCE:
                return []
            return [str(found) for (found,) in self._connection.execute("SELECT sha256 FROM blob ORDER BY sha256")]

    def blob(self, sha256: str) -> bytes | None:
        """The octets with this SHA-256; None when they are not there."""
        with self.faults():
            found = self._connection.execute("SELECT octets FROM blob WHERE sha256 = ?", (sha256,)).fetchone()
        return bytes(found[0]) if found is not None and isinstance(found[0], bytes) else None

    def write_blob(self, sha256: str, octets: bytes) -> None:
        """Keep octets: all of them or, when it fails, none."""
        with self.faults(writing=True), self.transaction():
            self._connection.execute("INSERT OR REPLACE INTO blob (sha256, octets) VALUES (?, ?)", (sha256, octets))

    def keep_blobs(self, wanted: Collection[str]) -> None:
        """Drop the octets that are not `wanted`."""
        dropped = [(sha256,) for sha256 in self.blobs() if sha256 not in wanted]
        if dropped:
            with self.faults(writing=True), self.transaction():
                self._connection.executemany("DELETE FROM blob WHERE sha256 = ?", dropped)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one thread after the other."""
        with self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk can have rolled back already, or refuse to; closing the connection then does it.
                with contextlib.suppress(self._errors):
                    self._connection.execute("ROLLBACK")
                raise

    def close(self, *, whole: bool = True) -> None:
        """Close; with `whole` what is in the journal goes into the file first, so that a copy of it is complete."""
        with self._turn:
            try:
                if whole:
                    with self.faults(writing=True):
                        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                self._connection.close()

    def _store_error(self, error: Exception, *, writing: bool) -> StoreError:
        name = str(getattr(error, "sqlite_errorname", "") or "")
        for prefix, kind in _BY_CODE.items():
            if name.startswith(prefix):
                return kind(str(error))
        if writing and name.startswith("SQLITE_IOERR"):
            return DiskFull(str(error)) if self._no_room() else NotWritable(str(error))
        return Damaged(f"{name}: {error}")

    def _no_room(self) -> bool:
        try:
            return shutil.disk_usage(self.path.parent).free < _LITTLE_ROOM
        except OSError:
            return False
