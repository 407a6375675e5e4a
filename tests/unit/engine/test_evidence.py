"""What is kept of a picture is its pixels and nothing else; what is no evidence is refused with a reason."""

import hashlib
import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from fumimori.engine.evidence import EvidenceError, looks_secret, shown, take
from fumimori.model import About, Evidence, EvidenceKind
from fumimori.model.evidence import ITEM_MOST, TOTAL_MOST


def picture(form="JPEG", *, size=(400, 300), colour=(200, 30, 30), orientation=1):
    image = Image.new("RGB", size, colour)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (35.0, 41.0, 22.0)
    octets = io.BytesIO()
    image.save(octets, form, exif=exif)
    return octets.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_place_and_camera_are_gone_and_the_picture_is_there(form):
    original = picture(form)
    assert b"Secret Camera" in original
    taken = take(original)
    assert (taken.kind, taken.width, taken.height) == (EvidenceKind.PICTURE, 400, 300)
    assert b"Secret Camera" not in taken.octets
    with Image.open(io.BytesIO(taken.octets)) as kept:
        assert not dict(kept.getexif())
        assert all(abs(a - b) < 12 for a, b in zip(kept.convert("RGB").getpixel((5, 5)), (200, 30, 30), strict=True))
    assert taken.sha256 == hashlib.sha256(taken.octets).hexdigest()
    assert taken.original_sha256 == hashlib.sha256(original).hexdigest()
    with Image.open(io.BytesIO(taken.thumbnail)) as small:
        assert max(small.size) <= 240


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_put_upright_and_shown_as_it_is_kept(form, orientation):
    image = Image.new("RGB", (400, 300), "white")
    image.paste((200, 30, 30), (0, 0, 200, 150))
    exif = Image.Exif()
    exif[0x0112] = orientation
    octets = io.BytesIO()
    image.save(octets, form, exif=exif)
    taken, seen = take(octets.getvalue()), shown(octets.getvalue())
    assert (taken.width, taken.height) == ((400, 300) if orientation < 5 else (300, 400))
    assert (seen.width, seen.height) == (taken.width, taken.height)
    as_seen = Image.frombytes("RGB", (seen.width, seen.height), seen.octets)
    with Image.open(io.BytesIO(taken.octets)) as kept:
        for across, down in ((1, 1), (3, 1), (1, 3), (3, 3)):
            place = (seen.width * across // 4, seen.height * down // 4)
            pairs = zip(as_seen.getpixel(place), kept.convert("RGB").getpixel(place), strict=True)
            assert all(abs(one - other) < 12 for one, other in pairs)


@pytest.mark.parametrize("octets", [b"", b"text", b"\x89PNG\r\n\x1a\nx", b"\xff\xd8\xff" + bytes(ITEM_MOST)])
def test_what_is_no_picture_is_not_shown(octets):
    assert shown(octets) is None


def test_what_is_blacked_out_is_gone_from_what_is_kept_and_from_the_thumbnail():
    taken = take(picture("PNG"), boxes=((200, 150, 100, 50), (390, 290, 900, 900)))
    with Image.open(io.BytesIO(taken.octets)) as kept:
        assert kept.getpixel((150, 100)) == (0, 0, 0)
        assert kept.getpixel((395, 295)) == (0, 0, 0)
        assert kept.getpixel((20, 20)) == (200, 30, 30)
    with Image.open(io.BytesIO(taken.thumbnail)) as small:
        assert small.getpixel((150 * 240 // 400, 100 * 240 // 400)) == (0, 0, 0)
    assert taken.covered == 2


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        (b"%PDF-1.7 ...", EvidenceKind.PDF),
        (b"Received: from a by b; x\r\nFrom: a@example.jp\r\n\r\nHi", EvidenceKind.MAIL),
        ("設定の控え".encode("cp932"), EvidenceKind.TEXT),
        (b"PK\x03\x04\x00\x00", EvidenceKind.FILE),
    ],
)
def test_everything_else_is_told_by_its_content_and_kept_as_it_is(octets, kind):
    taken = take(octets)
    assert (taken.kind, taken.octets, taken.original_sha256) == (kind, octets, "")


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", "empty"),
        (b"x" * (ITEM_MOST + 1), "too_large"),
        (b"\x89PNG\r\n\x1a\nnonsense", "picture"),
        (picture()[:200], "picture"),
        (b"a\n-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", "private_key"),
        (b"-----BEGIN PRIVATE KEY-----", "private_key"),
    ],
)
def test_what_is_not_taken_says_why(octets, code):
    with pytest.raises(EvidenceError) as told:
        take(octets)
    assert told.value.code == code


def test_nothing_is_kept_uncovered_that_somebody_wanted_covered():
    with pytest.raises(EvidenceError) as told:
        take(b"<svg xmlns='http://www.w3.org/2000/svg'/>", boxes=((0, 0, 9, 9),))
    assert told.value.code == "picture"


def test_a_picture_of_too_many_pixels_is_not_unpacked():
    huge = io.BytesIO()
    Image.new("1", (9_000, 7_000)).save(huge, "PNG")
    with pytest.raises(EvidenceError) as told:
        take(huge.getvalue())
    assert told.value.code == "picture"


def test_all_together_are_bounded_and_the_same_twice_counts_once():
    def held(sha256, size):
        return Evidence(
            number=1,
            kind=EvidenceKind.FILE,
            name="x",
            sha256=sha256,
            size=size,
            added=datetime(2026, 11, 24, tzinfo=UTC),
            about=About.QUESTION,
            subject="q",
        )

    digest = hashlib.sha256(b"abc").hexdigest()
    assert take(b"abc", already=[held(digest, TOTAL_MOST)]).sha256 == digest
    with pytest.raises(EvidenceError) as told:
        take(b"abc", already=[held("0" * 64, TOTAL_MOST - 2)])
    assert told.value.code == "too_much"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Password: hunter2", True),
        ("パスワード：あいう", True),
        ("pw=1", True),
        ("PasswordAuthentication no", False),
        ("password policy", False),
        ("swpw=1", False),
    ],
)
def test_what_looks_like_a_password(text, secret):
    assert looks_secret(text) is secret
    assert take(f"x\n{text}".encode()).looks_secret is secret
