"""One program at a time: a lock on the file itself, which ends with the program that holds it, however that ends."""

import os
import sys
from pathlib import Path

from fumimori.store import keys
from fumimori.store.errors import InUse, of_os_error


class Lock:
    """A held lock. The database's own lock is not enough on POSIX: it goes as soon as any descriptor is closed."""

    def __init__(self, path: Path) -> None:
        """Take the lock on the file at `path`; raises NotThere, InUse or NotWritable."""
        try:
            self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise of_os_error(error) from error
        try:
            if sys.platform != "win32":
                import fcntl

                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.salt = os.read(self._descriptor, keys.SALT_BYTES)
            """The file's first bytes, read here because reading them elsewhere would close a descriptor."""
            self.size = os.fstat(self._descriptor).st_size
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise InUse(str(error)) from error
        except OSError as error:
            os.close(self._descriptor)
            raise of_os_error(error) from error

    def release(self) -> None:
        """Give the lock back; the database must be closed before."""
        os.close(self._descriptor)
