"""One program at a time: a lock on the file itself, which ends with the program that holds it, however that ends."""

import os
import stat
import sys
from pathlib import Path

from fumimori.store import keys
from fumimori.store.errors import InUse, NotAnAssessment, of_os_error

HEAD = 4096


class Lock:
    """A held lock. The database's own lock is not enough on POSIX: it goes as soon as any descriptor is closed."""

    def __init__(self, path: Path) -> None:
        """Take the lock on the file at `path`; raises NotThere, NotAnAssessment, InUse or NotWritable.

        A pipe or a device is never waited for.
        """
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
        try:
            self._descriptor = os.open(path, flags)
        except OSError as error:
            raise of_os_error(error) from error
        try:
            if sys.platform != "win32":
                import fcntl

                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            status = os.fstat(self._descriptor)
            regular = stat.S_ISREG(status.st_mode)
            self.head = os.read(self._descriptor, HEAD) if regular else b""
            """The file's first bytes, read here because reading them elsewhere would close a descriptor."""
            self.size = status.st_size
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise InUse(str(error)) from error
        except OSError as error:
            os.close(self._descriptor)
            raise of_os_error(error) from error
        if not regular:
            os.close(self._descriptor)
            raise NotAnAssessment("not a file")

    @property
    def salt(self) -> bytes:
        """The file's salt."""
        return self.head[: keys.SALT_BYTES]

    def is_at(self, path: Path) -> bool:
        """Whether the locked file is still the one at `path`: neither deleted, moved, nor replaced."""
        here = os.fstat(self._descriptor)
        try:
            there = path.stat()
        except OSError:
            return False
        return here.st_nlink > 0 and (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)

    def make_way(self) -> None:
        """Another file is about to take this one's name: Windows does not let a file go that is held."""
        if sys.platform == "win32":
            self.release()

    def release(self) -> None:
        """Give the lock back; the database must be closed before."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1


def check_free(path: Path) -> None:
    """Raises what taking the lock would, and leaves it."""
    Lock(path).release()
