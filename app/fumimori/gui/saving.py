"""Atomic writing: a file is there complete or not at all."""

import errno
from pathlib import Path


class SaveError(Exception):
    """A file could not be written; `code` is `disk_full`, `in_use`, `no_folder` or `other`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_CODES = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EACCES: "in_use",
    errno.EPERM: "in_use",
    errno.EBUSY: "in_use",
    errno.ETXTBSY: "in_use",
    errno.ENOENT: "no_folder",
    errno.ENOTDIR: "no_folder",
    errno.EROFS: "no_folder",
}


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to a temporary file, read it back, and only then rename it to `path`; SaveError otherwise."""
    from fumimori import store

    try:
        store.write_whole(path, content)
    except OSError as error:
        raise SaveError(_CODES.get(error.errno or 0, "other")) from error
