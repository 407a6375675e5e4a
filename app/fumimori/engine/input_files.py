"""Files and folders that people hand over, as documents: each opened when its turn comes, and read up to a limit."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from fumimori.checks.contract import Document, Reader
from fumimori.engine.exchange import IMPORT_LIMIT
from fumimori.engine.reading import DocumentResult, document_of
from fumimori.foreign_file import read_at_most

FILES_MOST = 20_000
"""Files that are handed over at once, those in folders among them."""


class TooManyFilesError(ValueError):
    """More than FILES_MOST."""


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files, and those that are in the folders, in order; FileNotFoundError for what is not there.

    Raises TooManyFilesError. Links to folders are not followed, so that no folder is walked twice.
    """
    found: list[Path] = []
    for path in paths:
        # Other than a Path, these say no where they may not look.
        if os.path.isdir(path):  # noqa: PTH112
            inside = (one for one in path.rglob("*") if os.path.isfile(one))  # noqa: PTH113
            found += sorted(islice(inside, FILES_MOST + 1))
        elif os.path.exists(path):  # noqa: PTH110
            found.append(path)
        else:
            raise FileNotFoundError(path)
        if len(found) > FILES_MOST:
            raise TooManyFilesError
    return found


def documents_in(
    files: Iterable[Path],
    readers: Sequence[Reader[Any]],
    at: datetime,
    from_whom: str = "",
    *,
    skipped: list[DocumentResult],
) -> Iterator[Document]:
    """Each file's content, one after the other.

    What cannot be opened goes into `skipped`, and so does what is larger than anything that is read: nobody opens it.
    """
    most = max((reader.limit for reader in readers), default=0)
    most = max(most, IMPORT_LIMIT)
    for path in files:
        try:
            size = path.stat().st_size
            if size > most:
                skipped.append(DocumentResult(name=path.name, size=size, problem="too_much"))
                continue
            content = read_at_most(path, most + 1)
        except OSError:
            skipped.append(DocumentResult(name=path.name, problem="no_access"))
            continue
        yield document_of(path.name, content, at, from_whom)
