"""Atomic writing: a file is there complete or not at all, and the old one until then."""

import contextlib
import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from fumimori.store.errors import AlreadyThere

ONLY_OWNER = 0o600
ABANDONED_S = 3600


@contextlib.contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """A new empty file next to `path` that only its owner reads, under a name nobody can foresee; gone in the end.

    What is made of it is put in place by `place`. Raises OSError.
    """
    _clear(path.parent)
    beside = path.with_name(f".fumimori-{secrets.token_hex(8)}.part")
    os.close(_new(beside))
    try:
        yield beside
    finally:
        with contextlib.suppress(OSError):
            remove(beside)


def place(made: Path, path: Path, *, replace: bool) -> None:
    """Give a finished file its name, in one step and lasting. Raises AlreadyThere without `replace`, OSError.

    An old journal under that name would be read into the new file: it goes first.
    """
    if not replace and os.path.lexists(path):
        raise AlreadyThere(str(path))
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    if replace:
        made.replace(path)
    else:
        _place_new(made, path)
    _settle(path.parent)


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` atomically to `path`, read back before the rename. Raises OSError.

    A link at `path` is replaced, not followed; into a device or a pipe the content is written as it is.
    """
    if _is_stream(path):
        path.write_bytes(content)
        return
    with unfinished(path) as beside:
        with beside.open("r+b") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if beside.read_bytes() != content:
            raise OSError(errno.EIO, "what was written reads differently", str(path))
        beside.replace(path)
    _settle(path.parent)


def remove(path: Path) -> None:
    """Remove a file with the files that a database leaves next to it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    """Remove what a program that was killed left half written there: nobody writes at a file for an hour."""
    before = time.time() - ABANDONED_S
    with contextlib.suppress(OSError):
        for part in folder.glob(".fumimori-*.part"):
            if stat.S_ISREG(part.lstat().st_mode) and part.lstat().st_mtime < before:
                remove(part)


def _place_new(made: Path, path: Path) -> None:
    try:
        os.link(made, path)
    except FileExistsError as error:
        raise AlreadyThere(str(path)) from error
    except (OSError, RuntimeError):
        # File systems, and systems, without hard links: an empty file takes the name for us.
        try:
            os.close(_new(path))
        except FileExistsError as error:
            raise AlreadyThere(str(path)) from error
        try:
            made.replace(path)
        except OSError:
            path.unlink(missing_ok=True)
            raise
    else:
        made.unlink()


def _new(path: Path) -> int:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, ONLY_OWNER)


def _is_stream(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _settle(folder: Path) -> None:
    """A name lasts through a power cut when its folder was written too; not every file system lets us."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
