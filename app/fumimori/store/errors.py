"""What can go wrong with an assessment file, each with a code for its text."""

import errno
from pathlib import Path
from typing import ClassVar


class StoreError(Exception):
    """A file that cannot be opened, read or written; nothing that was saved before is lost by it."""

    code: ClassVar[str] = "other"


class NotThere(StoreError):  # noqa: N818 - the names say what is the matter with the file, as in the rest of the tree
    """There is no file at this path."""

    code = "not_there"


class AlreadyThere(StoreError):  # noqa: N818
    """A file is there already, and is not overwritten."""

    code = "already_there"


class Vanished(NotThere):
    """The file is no longer where it was opened; `snapshot` is the newest copy that opens with the same secret."""

    code = "vanished"

    def __init__(self, message: str, snapshot: Path | None = None) -> None:
        super().__init__(message)
        self.snapshot = snapshot


class NotAnAssessment(StoreError):  # noqa: N818
    """Some other kind of file."""

    code = "not_an_assessment"


class WrongSecret(StoreError):  # noqa: N818
    """The passphrase or key does not open the file."""

    code = "wrong_secret"


class Damaged(StoreError):  # noqa: N818
    """The file's content is not whole; `snapshot` is the newest copy that opens with the same secret."""

    code = "damaged"

    def __init__(self, message: str, snapshot: Path | None = None) -> None:
        super().__init__(message)
        self.snapshot = snapshot


class NewerVersion(StoreError):  # noqa: N818
    """The file was made by a newer version of the program; it is shown and not written to."""

    code = "newer_version"


class InUse(StoreError):  # noqa: N818
    """Another program has the file open."""

    code = "in_use"


class DiskFull(StoreError):  # noqa: N818
    """There is no room left where the file lies."""

    code = "disk_full"


class NotWritable(StoreError):  # noqa: N818
    """The place cannot be written to."""

    code = "not_writable"


class Unsaved(StoreError):  # noqa: N818
    """What is open could not be saved, and no other file is opened before it is."""

    code = "unsaved"


class NoKeyring(StoreError):  # noqa: N818
    """The keyring cannot be used, or keeps no key for the file.

    `reason` is `absent`, `locked`, `unsafe` (it may write secrets in plain text), `failed` or `no_entry`.
    """

    code = "no_keyring"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


def of_os_error(error: OSError) -> StoreError:
    """The StoreError that an OSError at creating, copying or moving a file means."""
    if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return DiskFull(str(error))
    if isinstance(error, FileExistsError):
        return AlreadyThere(str(error))
    if isinstance(error, FileNotFoundError):
        return NotThere(str(error))
    return NotWritable(str(error))
