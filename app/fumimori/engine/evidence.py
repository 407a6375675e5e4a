"""Taking evidence in: what a file is, what of it is kept, and what somebody should look at before it is.

EvidenceError    a file that is not taken; `code` is `empty`, `too_large`, `too_much` (with what is there already),
                 `picture` (it looks like a picture and cannot be read) or `private_key`
"""

import hashlib
import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from fumimori.engine.counting import guarded
from fumimori.model import Evidence, EvidenceKind, Record
from fumimori.model.evidence import ITEM_MOST, TOTAL_MOST

PIXELS_MOST = 60_000_000
THUMBNAIL = (240, 180)
_PICTURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"BM": "BMP"}
_PRIVATE_KEY = re.compile(rb"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY-----")
_SECRET = re.compile(
    r"(?<![a-z])(?:password|passwd|passphrase|pwd|pw|pin|パスワード|暗証番号|合言葉)[ \t　]{0,4}[:=：＝]"
    r"[ \t　]{0,4}[^ \t　]"
)
_HEADER = re.compile(
    rb"(?:Return-Path|Received|From|Date|Message-ID|Delivered-To|MIME-Version|DKIM-Signature):", re.IGNORECASE
)
_TEXT_LOOKED_AT = 200_000

Box = tuple[int, int, int, int]
"""Left, top, right and bottom of a part of a picture, in its pixels as it is shown."""


class EvidenceError(Exception):
    """A file that is not taken as evidence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Taken(Record):
    """What is kept of a file."""

    kind: EvidenceKind
    octets: bytes
    sha256: str
    original_sha256: str
    """Empty when the file is kept as it was."""
    thumbnail: bytes = b""
    width: int = 0
    height: int = 0
    """Of a picture, in pixels."""
    covered: int = 0
    codes: int = 0
    """QR codes that can still be seen in a picture; 1 stands for any number."""
    looks_secret: bool = False
    """Words in it look like a password; only texts and messages are looked at, not pictures."""


class Shown(Record):
    """A picture upright, as it is kept: what is drawn on it lies there in what is kept."""

    width: int
    height: int
    octets: bytes
    """Red, green and blue of each pixel, row by row from the top."""


def shown(untrusted: bytes) -> Shown | None:
    """The picture that somebody may black parts out of; None for what cannot be read as one. From any thread.

    Formats say in several places how the camera was held, and picture libraries read different ones: what is shown
    and what is kept come from the same reader.
    """
    form = picture_form(untrusted)
    if not form or len(untrusted) > ITEM_MOST:
        return None
    picture = guarded(lambda: _upright(untrusted, form), logged=False)
    return None if picture is None else Shown(width=picture.width, height=picture.height, octets=picture.tobytes())


def take(untrusted: bytes, *, boxes: Sequence[Box] = (), already: Sequence[Evidence] = ()) -> Taken:
    """What is kept of a file: a picture is re-encoded, without place and camera and with `boxes` black; others as is.

    What lies under a box is gone from what is kept. Raises EvidenceError. May take seconds; from any thread.
    """
    if not untrusted:
        raise EvidenceError("empty")
    if len(untrusted) > ITEM_MOST:
        raise EvidenceError("too_large")
    if _PRIVATE_KEY.search(untrusted):
        raise EvidenceError("private_key")
    original = hashlib.sha256(untrusted).hexdigest()
    form = picture_form(untrusted)
    if boxes and not form:
        raise EvidenceError("picture")  # nothing is kept uncovered that somebody wanted covered
    if form:
        # An invalid picture makes the library raise many kinds of errors.
        taken = guarded(lambda: _picture(untrusted, form, original, boxes), logged=False)
        if taken is None:
            raise EvidenceError("picture")
    else:
        taken = _other(untrusted, original)
    if len(taken.octets) > ITEM_MOST:
        raise EvidenceError("too_large")
    held = {one.sha256: one.size for one in already}
    if sum(held.values()) + len(taken.octets) * (taken.sha256 not in held) > TOTAL_MOST:
        raise EvidenceError("too_much")
    return taken


def picture_form(untrusted: bytes) -> str:
    """The format of a picture that parts can be blacked out of, by its first octets; empty for everything else."""
    if untrusted[:4] == b"RIFF" and untrusted[8:12] == b"WEBP":
        return "WEBP"
    return next((form for begin, form in _PICTURES.items() if untrusted.startswith(begin)), "")


def qr_codes(untrusted: bytes) -> int:
    """Whether a picture shows a QR code: 1, else 0, for what cannot be read as a picture too. From any thread."""
    from fumimori.engine.qr_codes import qr_codes as found_in

    form = picture_form(untrusted)
    return (guarded(lambda: found_in(untrusted, form), logged=False) or 0) if form else 0


def _other(untrusted: bytes, digest: str) -> Taken:
    kind, words = EvidenceKind.FILE, ""
    if untrusted.startswith(b"%PDF-"):
        kind = EvidenceKind.PDF
    elif b"\x00" not in untrusted[:_TEXT_LOOKED_AT]:
        words = untrusted[:_TEXT_LOOKED_AT].decode("utf-8", "replace")
        kind = EvidenceKind.MAIL if _HEADER.match(untrusted) else EvidenceKind.TEXT
        if words.count("\N{REPLACEMENT CHARACTER}") > len(words) // 20:
            words = untrusted[:_TEXT_LOOKED_AT].decode("cp932", "replace")
    return Taken(kind=kind, octets=untrusted, sha256=digest, original_sha256="", looks_secret=looks_secret(words))


def looks_secret(text: str) -> bool:
    """Whether a line of `text` looks like a password with its name."""
    return any(_SECRET.search(line.casefold()[:1_000]) for line in text.splitlines())


def _picture(untrusted: bytes, form: str, original: str, boxes: Sequence[Box]) -> Taken:
    from PIL import ImageDraw

    picture = _upright(untrusted, form)
    pen = ImageDraw.Draw(picture)
    for left, top, right, bottom in boxes:
        pen.rectangle((min(left, right), min(top, bottom), max(left, right), max(top, bottom)), fill="black")
    octets = _encoded(picture, form)
    small = picture.copy()
    small.thumbnail(THUMBNAIL)
    return Taken(
        kind=EvidenceKind.PICTURE,
        octets=octets,
        sha256=hashlib.sha256(octets).hexdigest(),
        original_sha256=original,
        thumbnail=_encoded(small, "PNG"),
        width=picture.width,
        height=picture.height,
        covered=len(boxes),
        codes=qr_codes(octets),
    )


def _upright(untrusted: bytes, form: str) -> Any:
    """The pixels alone on white, turned as the camera was held, in a new image that carries nothing else."""
    from PIL import Image, ImageOps

    with Image.open(BytesIO(untrusted), formats=(form,)) as opened:
        if opened.width * opened.height > PIXELS_MOST:
            raise EvidenceError("picture")
        coloured = ImageOps.exif_transpose(opened).convert("RGBA")
    plain = Image.new("RGB", coloured.size, "white")
    plain.paste(coloured, mask=coloured.getchannel("A"))
    return plain


def _encoded(image: Any, form: str) -> bytes:
    octets = BytesIO()
    if form == "JPEG":
        image.save(octets, "JPEG", quality=90)
    else:
        image.save(octets, "PNG", optimize=False)
    return octets.getvalue()
