"""Brand profiles of this user: one plain file each in a folder next to the window's settings."""

import contextlib
import re
from pathlib import Path

import msgspec

from fumimori.foreign_file import read_at_most
from fumimori.grammar.brand_profile import PROFILE_LIMIT, BadProfileError, parse_profile, profile_octets
from fumimori.model import BrandProfile
from fumimori.store.whole import write_whole

SUFFIX = ".brand.json"
PROFILES_MOST = 200
_UNFIT = re.compile(r"[^\w-]{1,64}")


def folder(settings_folder: Path) -> Path:
    """Where the profiles lie."""
    return settings_folder / "brands"


def all_of(settings_folder: Path) -> tuple[BrandProfile, ...]:
    """The profiles by name; a file that is not one, or cannot be read, is left aside."""
    found: dict[str, BrandProfile] = {}
    with contextlib.suppress(OSError):
        for file in sorted(folder(settings_folder).glob(f"*{SUFFIX}"))[:PROFILES_MOST]:
            with contextlib.suppress(OSError, BadProfileError):
                profile = read(file)
                found[profile.name] = profile
    return tuple(found[name] for name in sorted(found))


def read(file: Path) -> BrandProfile:
    """The profile in a file from anywhere; OSError, BadProfileError."""
    return parse_profile(read_at_most(file, PROFILE_LIMIT + 1))


def keep(settings_folder: Path, profile: BrandProfile) -> None:
    """Keep `profile`, in the place of one of the same name. OSError."""
    folder(settings_folder).mkdir(parents=True, exist_ok=True)
    write_whole(_file(settings_folder, profile.name), profile_octets(profile))


def add(settings_folder: Path, profile: BrandProfile) -> BrandProfile:
    """Keep a `profile` from elsewhere, beside one of the same name that says something else; as it is kept. OSError."""
    known = {one.name: one for one in all_of(settings_folder)}
    names = (profile.name, *(f"{profile.name[:50]} ({number})" for number in range(2, PROFILES_MOST + 2)))
    for name in names:
        new = msgspec.structs.replace(profile, name=name)
        if known.get(name, new) == new:
            break
    keep(settings_folder, new)
    return new


def drop(settings_folder: Path, name: str) -> None:
    """Remove the profile of this name; nothing happens when there is none. OSError."""
    _file(settings_folder, name).unlink(missing_ok=True)


def _file(settings_folder: Path, name: str) -> Path:
    from hashlib import sha256

    readable = _UNFIT.sub("-", name)[:40].strip("-") or "brand"
    return folder(settings_folder) / f"{readable}-{sha256(name.encode()).hexdigest()[:8]}{SUFFIX}"
