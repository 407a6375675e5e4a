"""Brand profiles as files: plain JSON that people keep, send to each other and read in again; bounded and checked."""

import re

import msgspec

from fumimori.model import Brand, BrandProfile
from fumimori.model.brand import SEALS_MOST
from fumimori.texts import sanitize

PROFILE_LIMIT = 8 * 1024 * 1024
"""Bytes of a profile's file: a logo of 4 MiB in Base64, and its words."""
LINE_MOST, TEXT_MOST, SEAL_MOST = 200, 400, 12
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


class BadProfileError(ValueError):
    """A file that is no brand profile."""


def profile_octets(profile: BrandProfile) -> bytes:
    """The profile as JSON; of the brand only what is the sender's."""
    own = BrandProfile(name=profile.name, brand=profile.brand.of_sender)
    return msgspec.json.format(msgspec.json.encode(own), indent=1)


def parse_profile(untrusted: bytes) -> BrandProfile:
    """The profile in a file, its texts sanitized and cut to what fits in print; BadProfileError.

    The logo is only carried: the printing part validates it.
    """
    if len(untrusted) > PROFILE_LIMIT:
        raise BadProfileError("too large")
    try:
        found = msgspec.json.decode(untrusted, type=BrandProfile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadProfileError(str(error)) from error
    brand, name = found.brand, sanitize(found.name, 60).strip()
    if not name:
        raise BadProfileError("no name")
    logo = brand.logo_type in ("png", "svg") and bool(brand.logo)
    return BrandProfile(
        name=name,
        brand=Brand(
            logo=brand.logo if logo else b"",
            logo_type=brand.logo_type if logo else "",
            colour=brand.colour if _COLOUR.fullmatch(brand.colour) else "",
            sender=sanitize(brand.sender, LINE_MOST),
            contact=sanitize(brand.contact, LINE_MOST),
            confidentiality=brand.confidentiality if brand.confidentiality in ("internal", "named") else "",
            legal=sanitize(brand.legal, TEXT_MOST),
            footer=sanitize(brand.footer, LINE_MOST),
            seals=None if brand.seals is None else tuple(sanitize(one, SEAL_MOST) for one in brand.seals[:SEALS_MOST]),
            numbering=sanitize(brand.numbering, LINE_MOST),
        ),
    )
