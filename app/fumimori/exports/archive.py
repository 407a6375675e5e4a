"""ZIP archives whose bytes depend on nothing but what is in them and on the day that they name."""

import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO

_MODIFIED = re.compile(rb"(<dcterms:modified[^<>]{0,200}>)[^<>]{0,64}<")
_PROPERTIES = "docProps/core.xml"
_READABLE = 0o100644 << 16


def archive(files: Mapping[str, bytes], made: datetime) -> bytes:
    """The files by name in one archive, in their order, every one of them dated `made`."""
    octets = BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, made.timetuple()[:6])
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, _READABLE
            book.writestr(entry, content)
    return octets.getvalue()


def office_file(content: bytes, made: datetime) -> bytes:
    """An office file of our own making, whose library wrote the moment into it, as if it was written at `made`."""
    with zipfile.ZipFile(BytesIO(content)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    stamp = f"{made.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    parts[_PROPERTIES] = _MODIFIED.sub(rb"\g<1>" + stamp + b"<", parts[_PROPERTIES], count=1)
    return archive(parts, made)
