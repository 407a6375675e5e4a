"""Files that the command line reads and writes; every fault of one becomes wrong use with a text for people."""

import argparse
import contextlib
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from fumimori.model import Assessment, Scope
from fumimori.texts import Texts

if TYPE_CHECKING:
    from fumimori.report import Protection
    from fumimori.store import AssessmentFile


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
    return first_line(options.passphrase_file, texts)


def first_line(name: str | None, texts: Texts) -> str | None:
    """The first line of a file that holds a passphrase; None for None. WrongUseError.

    A line on standard error says when other people of this computer can use the file.
    """
    if not name:
        return None
    try:
        with Path(name).open(encoding="utf-8") as file:
            first = file.readline(4096).rstrip("\r\n")
            mode = os.fstat(file.fileno()).st_mode
    except (OSError, UnicodeDecodeError):
        raise WrongUseError(texts("cli.no_such_file", path=name)) from None
    if not first:
        raise WrongUseError(texts("cli.empty_passphrase"))
    if os.name == "posix" and stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
        _say(texts("cli.open_passphrase", path=name))
    return first


def protection(options: argparse.Namespace, texts: Texts) -> "Protection":
    """What the report is to be signed and closed with; the key's passphrase is asked when no file holds it.

    WrongUseError.
    """
    import getpass

    from fumimori.report import Protection
    from fumimori.report.protection import KEY_MOST

    closing = first_line(options.pdf_passphrase_file, texts) or ""
    key = readable(options.sign, texts)
    if key is None:
        return Protection(passphrase=closing)
    word = first_line(options.sign_passphrase_file, texts)
    if word is None:
        if not sys.stdin.isatty():
            raise WrongUseError(texts("cli.sign_needs_passphrase"))
        word = getpass.getpass(f"{texts('cli.sign_passphrase')} ")
    try:
        with key.open("rb") as file:
            return Protection(passphrase=closing, key=file.read(KEY_MOST + 1), key_passphrase=word)
    except OSError as error:
        raise WrongUseError(texts("cli.file_error", detail=_why(error))) from error


def opened(path: Path, secret: str | None, texts: Texts) -> Assessment:
    """The assessment in a file; WrongUseError."""
    from fumimori import store

    if not path.is_file():
        raise WrongUseError(texts("cli.no_such_file", path=str(path)))
    with _explained_errors(path, texts), store.AssessmentFile.open(path, secret) as file:
        return file.assessment


@contextlib.contextmanager
def opened_to_change(path: Path, secret: str | None, texts: Texts) -> Iterator["AssessmentFile"]:
    """The open assessment of a file that can be written to; WrongUseError."""
    from fumimori import store

    if not path.is_file():
        raise WrongUseError(texts("cli.no_such_file", path=str(path)))
    with _explained_errors(path, texts), store.AssessmentFile.open(path, secret) as file:
        if file.read_only:
            raise WrongUseError(texts("cli.file_error", detail=texts(f"words.store_error.{file.read_only}")))
        yield file


def destination(name: str | None, texts: Texts, *, source: Path | None = None) -> str | None:
    """`name` again, when a file can be written there; WrongUseError, also for an assessment, which nothing replaces.

    Asked before anything is measured or made, so that no work is wasted. `source` is what is read meanwhile.
    """
    if name is None:
        return None
    from fumimori import store

    path = Path(name)
    try:
        ours = path.suffix == ".fumimori" or (path.is_file() and store.may_be_assessment(path))
        if ours or (source is not None and path.exists() and path.samefile(source)):
            raise WrongUseError(texts("cli.is_an_assessment", path=name))
    except OSError as error:
        raise WrongUseError(texts("cli.cannot_write", path=name, detail=_why(error))) from error
    _check_place(path, texts)
    return name


def new_assessment(path: Path, secret: str | None, texts: Texts, *, replace: bool) -> None:
    """Whether a new assessment can be made at `path`, or with `replace` in the place of one; WrongUseError if not."""
    from fumimori import store

    with _explained_errors(path, texts):
        if os.path.lexists(path):
            if not replace:
                raise WrongUseError(texts("cli.already_there", path=str(path)))
            if path.suffix != ".fumimori" or not store.may_be_assessment(path):
                raise WrongUseError(texts("cli.not_replaced", path=str(path)))
            store.check_free(path)
        _check_place(path, texts)
        if secret is None:
            store.keyring_usable()


def create(
    path: Path,
    assessment: Assessment,
    secret: str | None,
    texts: Texts,
    *,
    replace: bool = False,
    blobs: Iterable[tuple[str, bytes]] = (),
) -> None:
    """Put the assessment into a new file, with the `blobs` of its evidence by SHA-256.

    What is there is untouched until it is whole. WrongUseError.
    """
    from fumimori import store

    new_assessment(path, secret, texts, replace=replace)
    with _explained_errors(path, texts):
        store.AssessmentFile.create(path, secret, start=assessment, replace=replace, blobs=blobs).close()
    _say(texts("cli.saved", path=str(path)))


@contextlib.contextmanager
def saving(options: argparse.Namespace, secret: str | None, wanted: Assessment, texts: Texts) -> Iterator["Saving"]:
    """Where `--save` puts a measurement of `wanted`: checked, and locked against other programs, before it is made."""
    if not options.save:
        yield Saving(None, None, secret, texts, replace=False)
        return
    from fumimori import store

    path = Path(options.save)
    if options.replace or not os.path.lexists(path):
        new_assessment(path, secret, texts, replace=options.replace)
        yield Saving(path, None, secret, texts, replace=options.replace)
        return
    with _explained_errors(path, texts):
        file = store.AssessmentFile.open(path, secret)
    with file:
        known = {domain.name for domain in file.assessment.scope.domains}
        others = [domain.name for domain in wanted.scope.domains if domain.name not in known]
        if file.read_only:
            raise WrongUseError(texts("cli.file_error", detail=texts(f"words.store_error.{file.read_only}")))
        if others:
            raise WrongUseError(texts("cli.other_domain", path=str(path), domains=", ".join(others)))
        yield Saving(path, file, secret, texts, replace=False)


class Saving:
    """The place of `--save`: nowhere, a new file, or an open assessment that the measurement is added to."""

    def __init__(
        self, path: Path | None, file: "AssessmentFile | None", secret: str | None, texts: Texts, *, replace: bool
    ) -> None:
        self._path, self._file, self._secret, self._texts, self._replace = path, file, secret, texts, replace

    def keep(self, measured: Assessment, add: Callable[[Assessment], Assessment]) -> None:
        """Save `measured` as it is, or `add` the measurement to the assessment that is there; WrongUseError."""
        if self._path is None:
            return
        if self._file is None:
            create(self._path, measured, self._secret, self._texts, replace=self._replace)
            return
        with _explained_errors(self._path, self._texts):
            self._file.save(add(joined(self._file.assessment, measured)))
        _say(self._texts("cli.added", path=str(self._path)))


def joined(kept: Assessment, measured: Assessment) -> Assessment:
    """The assessment that is kept, with the hosts and addresses that were named now, and the wider consent."""
    named = {domain.name: domain.selectors for domain in measured.scope.domains}
    domains = tuple(
        msgspec.structs.replace(domain, selectors=_union(domain.selectors, named.get(domain.name, ())))
        for domain in kept.scope.domains
    )
    hosts = {
        field: _union(getattr(kept.scope, field), getattr(measured.scope, field))
        for field in Scope.__struct_fields__
        if field != "domains"
    }
    wider = measured.consent.level > kept.consent.level
    return msgspec.structs.replace(
        kept,
        scope=msgspec.structs.replace(kept.scope, domains=domains, **hosts),
        consent=measured.consent if wider else kept.consent,
    )


def write(name: str | None, content: bytes, texts: Texts, *, quiet: bool = False) -> None:
    """Write a file atomically and say so unless `quiet`; to standard output for None. WrongUseError."""
    if name is None:
        sys.stdout.buffer.write(content + b"\n")
        sys.stdout.buffer.flush()
        return
    from fumimori import store

    try:
        store.write_whole(Path(name), content)
    except OSError as error:
        raise WrongUseError(texts("cli.cannot_write", path=name, detail=_why(error))) from error
    if not quiet:
        _say(texts("cli.saved", path=name))


def write_all(place: Path, made: Mapping[str, bytes], texts: Texts, *, replace: bool) -> None:
    """Write files by name below the folder `place`, all or, where one is there already and not to `replace`, none."""
    taken = [name for name in made if os.path.lexists(place / name)]
    if taken and not replace:
        raise WrongUseError(texts("cli.files_there", path=str(place), names=", ".join(taken[:5])))
    for name in made:
        folder(str((place / name).parent), texts)
        destination(str(place / name), texts)
    for name, content in made.items():
        write(str(place / name), content, texts)


@contextlib.contextmanager
def _explained_errors(path: Path, texts: Texts) -> Iterator[None]:
    """Every fault of an assessment file as wrong use."""
    from fumimori import store

    try:
        yield
    except store.NoKeyring as error:
        raise WrongUseError(texts("cli.needs_secret")) from error
    except store.StoreError as error:
        raise WrongUseError(texts("cli.file_error", detail=texts(f"words.store_error.{error.code}"))) from error
    except OSError as error:
        raise WrongUseError(texts("cli.cannot_write", path=str(path), detail=_why(error))) from error


def _check_place(path: Path, texts: Texts) -> None:
    """Whether `path` can be written to: a folder that is there, not itself a folder; WrongUseError."""
    trouble = None
    if not path.parent.is_dir():
        trouble = errno.ENOENT
    elif path.is_dir():
        trouble = errno.EISDIR
    elif not os.access(path if path.exists() else path.parent, os.W_OK):
        trouble = errno.EACCES
    if trouble is not None:
        raise WrongUseError(texts("cli.cannot_write", path=str(path), detail=os.strerror(trouble)))


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _say(line: str) -> None:
    """One line on standard error; a terminal that was closed meanwhile is no reason to fail."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
