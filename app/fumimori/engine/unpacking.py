"""Archives, mailboxes and the collector's files unpacked into documents, bounded in bytes, members and depth."""

import dataclasses
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fumimori.checks.contract import DOCUMENT_MOST, Damaged, Document, NotReadable, Protected, TooMuch
from fumimori.grammar.collected import PARTS_HEAD, is_collected, parse_collected
from fumimori.grammar.mime import parse_message, parts, resemblance
from fumimori.grammar.tar import TarError, tar_files
from fumimori.grammar.xlsx import zip_faults
from fumimori.texts import sanitize

MEMBERS_MOST = 5_000
"""Documents that come out of what is handed over at once."""
BYTES_MOST = 512 * 1024 * 1024
"""Bytes that come out of what is handed over at once."""
DEPTH_MOST = 4
"""Archives in archives."""
NAME_MOST = 200
CHUNK = 65536
_GZIP_ONLY = 16
"""Beside the window's size it says that a gzip header must be there (zlib.h, inflateInit2)."""
ENCRYPTED = 0x1
"""The flag of a member that is locked by a password (APPNOTE 4.4.4)."""


@dataclass(kw_only=True)
class Allowance:
    """How much may still come out of what is handed over at once."""

    members: int = MEMBERS_MOST
    octets: int = BYTES_MOST

    def take(self, octets: int) -> None:
        """Note one member of this size; TooMuch when it is more than is left."""
        self.members -= 1
        self.octets -= octets
        if self.members < 0 or self.octets < 0:
            raise TooMuch


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A member that could not be taken out, and why."""

    name: str
    why: NotReadable


Piece = Document | Unread
Opener = Callable[[Document, Allowance], Iterator[Piece]]


def opener(document: Document) -> Opener | None:
    """What takes this document apart, as its first bytes say; None when it is no archive and no mailbox.

    The opener raises NotReadable when it cannot go on; what it handed out before is good.
    """
    content = document.content
    if content.startswith(b"\x1f\x8b"):
        return _gzip
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip
    if content[257:262] == b"ustar":
        return _tar
    if content.startswith(b"From ") and (b"\nFrom " in content):
        return _mailbox
    if is_collected(content):
        return _collected
    return None


def carried(document: Document, allowance: Allowance) -> Iterator[Piece]:
    """What is attached to a message, archives among it opened once; nothing where the document is no message."""
    if not resemblance(document.content):
        return
    for part in parts(parse_message(document.content)):
        if part.media_type.startswith(("multipart/", "message/")) or part.media_type in ("text/plain", "text/html"):
            continue
        attached = _inside(document, part.file_name or part.media_type, part.content)
        allowance.take(len(attached.content))
        open_up = opener(attached)
        try:
            if open_up is None:
                yield attached
            else:
                yield from open_up(attached, allowance)
        except NotReadable as error:
            yield Unread(name=attached.name, why=error)


def _inside(outer: Document, name: str, content: bytes) -> Document:
    return dataclasses.replace(
        outer, name=_named(outer, name), content=content, sha256=hashlib.sha256(content).hexdigest()
    )


def _named(outer: Document, name: str) -> str:
    shown = sanitize(name, NAME_MOST)
    return f"{outer.name}/{shown}" if shown else outer.name


def _gzip(document: Document, allowance: Allowance) -> Iterator[Piece]:
    try:
        content = _inflated(document.content)
    except zlib.error as error:
        raise Damaged(type(error).__name__) from error
    allowance.take(len(content))
    yield _inside(document, "", content)


def _inflated(packed: bytes) -> bytes:
    """What the members of a gzip file hold together (RFC 1952); raises zlib.error, Damaged and TooMuch."""
    whole, place, members = bytearray(), 0, 0
    while packed[place : place + 1].strip(b"\0"):  # zeros may fill the last block of a tape
        members += 1
        if members > MEMBERS_MOST:
            raise TooMuch
        stream = zlib.decompressobj(zlib.MAX_WBITS | _GZIP_ONLY)
        while not stream.eof:
            piece = packed[place : place + CHUNK]
            if not piece:
                raise Damaged("cut short")
            whole += stream.decompress(piece, DOCUMENT_MOST + 1 - len(whole))
            if len(whole) > DOCUMENT_MOST:
                raise TooMuch
            place += len(piece) - len(stream.unused_data) - len(stream.unconsumed_tail)
    return bytes(whole)


def _zip(document: Document, allowance: Allowance) -> Iterator[Piece]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(document.content))
    except zip_faults() as error:
        raise Damaged(type(error).__name__) from error
    with archive:
        for member in archive.infolist():
            if member.filename.endswith("/"):  # a name may be empty, which `is_dir` does not expect
                continue
            if member.flag_bits & ENCRYPTED:
                allowance.take(0)
                yield Unread(name=_named(document, member.filename), why=Protected())
                continue
            try:
                with archive.open(member) as stream:
                    content = stream.read(DOCUMENT_MOST + 1)
            except zip_faults():
                allowance.take(0)
                yield Unread(name=_named(document, member.filename), why=Damaged())
                continue
            allowance.take(len(content))
            if len(content) > DOCUMENT_MOST:
                yield Unread(name=_named(document, member.filename), why=TooMuch())
                continue
            yield _inside(document, member.filename, content)


def _tar(document: Document, allowance: Allowance) -> Iterator[Piece]:
    try:
        for name, content in tar_files(document.content):
            allowance.take(len(content))
            yield _inside(document, name, content)
    except TarError as error:
        raise Damaged(str(error)) from error


def _mailbox(document: Document, allowance: Allowance) -> Iterator[Piece]:
    """The messages of an mbox (RFC 4155); a line that begins with `From ` after an empty one begins the next."""
    content = document.content.replace(b"\r\n", b"\n")
    start, number = 0, 0
    while start != -1:
        following = content.find(b"\n\nFrom ", start)
        end = len(content) if following == -1 else following + 1
        number += 1
        message = content[start:end]
        allowance.take(len(message))
        yield _inside(document, str(number), message)
        start = -1 if following == -1 else following + 2


def _collected(document: Document, allowance: Allowance) -> Iterator[Piece]:
    """What each command of the collector printed, behind the list of them; Damaged when somebody changed the file."""
    found = parse_collected(document.content)
    if not found.sealed:
        raise Damaged("sha256")
    of_host = dataclasses.replace(document, host=found.host)
    at = found.at.isoformat() if found.at else ""
    lines = [PARTS_HEAD, f"at: {at}", f"root: {'yes' if found.root else 'no'}"]
    lines += [f"{'seen' if part.seen else 'missing'}: {part.name}" for part in found.parts]
    yield _inside(of_host, "parts", "\n".join((*lines, "")).encode())
    for part in found.parts:
        if part.seen and part.text.strip():
            content = part.text.encode()
            allowance.take(len(content))
            yield _inside(of_host, part.name, content)
