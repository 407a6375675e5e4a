"""Files that the command line reads and writes; every fault of one becomes wrong use with a text for people."""

import argparse
import sys
from pathlib import Path

from fumimori.core.model import Assessment
from fumimori.texts import Texts


class WrongUseError(Exception):
    """Something on the command line that cannot be carried out; its text is for people."""


def readable(name: str | None, texts: Texts) -> Path | None:
    """The path of a file that is there; None for None. WrongUseError."""
    if name is None:
        return None
    path = Path(name)
    if not path.is_file():
        raise WrongUseError(texts("cli.no_such_file", path=name))
    return path


def folder(name: str, texts: Texts) -> Path:
    """The folder, made when it is not there; WrongUseError."""
    path = Path(name)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUseError(texts("cli.cannot_write", path=name, detail=_why(error))) from error
    return path


def passphrase(options: argparse.Namespace, texts: Texts) -> str | None:
    """The first line of the passphrase file; None when none is named. WrongUseError."""
    if not options.passphrase_file:
        return None
    try:
        with Path(options.passphrase_file).open(encoding="utf-8") as file:
            first = file.readline(4096).rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise WrongUseError(texts("cli.no_such_file", path=options.passphrase_file)) from None
    if not first:
        raise WrongUseError(texts("cli.empty_passphrase"))
    return first


def opened(path: Path, secret: str | None, texts: Texts) -> Assessment:
    """The assessment in a file; WrongUseError."""
    from fumimori import store

    if not path.is_file():
        raise WrongUseError(texts("cli.no_such_file", path=str(path)))
    try:
        with store.AssessmentFile.open(path, secret) as file:
            return file.assessment
    except store.NoKeyring as error:
        raise WrongUseError(texts("cli.needs_secret")) from error
    except store.StoreError as error:
        raise WrongUseError(texts("cli.file_error", detail=texts(f"words.store_error.{error.code}"))) from error


def save(path: Path, assessment: Assessment, secret: str | None, texts: Texts) -> None:
    """Put the assessment into a new file in place of whatever stands at `path`; WrongUseError."""
    from fumimori import store

    try:
        path.unlink(missing_ok=True)
        with store.AssessmentFile.create(path, secret) as file:
            file.save(assessment)
    except store.NoKeyring as error:
        raise WrongUseError(texts("cli.needs_secret")) from error
    except store.StoreError as error:
        raise WrongUseError(texts("cli.file_error", detail=texts(f"words.store_error.{error.code}"))) from error
    except OSError as error:
        raise WrongUseError(texts("cli.cannot_write", path=str(path), detail=_why(error))) from error
    print(texts("cli.saved", path=str(path)), file=sys.stderr)


def write(name: str | None, content: bytes, texts: Texts, *, quiet: bool = False) -> None:
    """Write a file and say so unless `quiet`; to standard output for None. WrongUseError."""
    if name is None:
        sys.stdout.buffer.write(content + b"\n")
        sys.stdout.buffer.flush()
        return
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise WrongUseError(texts("cli.cannot_write", path=name, detail=_why(error))) from error
    if not quiet:
        print(texts("cli.saved", path=name), file=sys.stderr)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
