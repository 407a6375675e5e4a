"""Public keys as they are in `authorized_keys` (sshd(8)), and as `ssh-add -l` and `ssh-keygen -l` list them."""

import base64
import binascii
import hashlib

from fumimori.grammar.lines import lines_of
from fumimori.model import Record

LINES_MOST = 20_000
_SIZES = {"ssh-ed25519": 256, "sk-ssh-ed25519@openssh.com": 256, "sk-ecdsa-sha2-nistp256@openssh.com": 256}
_KINDS = ("ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-")
_SHORT = {
    "RSA": "ssh-rsa",
    "DSA": "ssh-dss",
    "ECDSA": "ecdsa-sha2",
    "ED25519": "ssh-ed25519",
    "ECDSA-SK": "sk-ecdsa-sha2-nistp256@openssh.com",
    "ED25519-SK": "sk-ssh-ed25519@openssh.com",
}


class PublicKey(Record):
    """One key that may log in, or that somebody holds."""

    kind: str
    """As in the file: `ssh-ed25519`, `ssh-rsa` …"""
    bits: int
    """0 where the key itself could not be read."""
    sha256: str
    """The fingerprint as OpenSSH prints it, without `SHA256:`."""
    comment: str = ""
    options: tuple[str, ...] = ()
    """Names of the options in front of the key, lower case, such as `from`, `command`, `restrict`."""
    place: str = ""
    """The file or the account under which the list put it."""


class PublicKeys(Record):
    """A list of keys, and how much of it was no key."""

    keys: tuple[PublicKey, ...] = ()
    unread: int = 0
    """Lines that are neither key nor comment."""
    truncated: bool = False


def parse_public_keys(text: str) -> PublicKeys:
    """The keys in `text`: lines of `authorized_keys` or of a listing, with headings `==> FILE <==` or `# FILE:`.

    Never raises; nothing but public keys is kept.
    """
    keys: list[PublicKey] = []
    unread, place, count = 0, "", 0
    for line in lines_of(text, LINES_MOST):
        count += 1
        bare = line.strip()
        if bare.startswith("==> ") and bare.endswith(" <=="):
            place = bare[4:-4].strip()[:200]
        elif bare and not bare.startswith("#"):
            key = _listed(bare, place) or _authorized(bare, place)
            unread += key is None
            keys += [key] if key else []
    return PublicKeys(keys=tuple(keys), unread=unread, truncated=count >= LINES_MOST)


def _listed(line: str, place: str) -> PublicKey | None:
    """A line such as `256 SHA256:… somebody@desk (ED25519)`."""
    words = line.split(" ")
    if len(words) < 3 or not words[0].isdecimal() or len(words[0]) > 6 or not words[-1].startswith("("):
        return None
    kind = _SHORT.get(words[-1].strip("()").upper().removesuffix("-CERT"))
    if kind is None or not words[1].startswith("SHA256:"):
        return None
    comment = " ".join(words[2:-1])
    comment = "" if comment == "no comment" else comment
    return PublicKey(kind=kind, bits=int(words[0]), sha256=words[1][7:60], comment=comment[:200], place=place)


def _authorized(line: str, place: str) -> PublicKey | None:
    """A line of `authorized_keys`: options, kind, key, comment."""
    options, rest = ((), line) if line.startswith(_KINDS) else _options(line)
    kind, _, behind = rest.partition(" ")
    if not kind.startswith(_KINDS):
        return None
    coded, _, comment = behind.strip().partition(" ")
    try:
        blob = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        return None
    strings = _strings(blob)
    if not strings or strings[0].decode("ascii", "replace") != kind:
        return None
    return PublicKey(
        kind=kind[:64],
        bits=_bits(kind, strings),
        sha256=base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("="),
        comment=comment.strip()[:200],
        options=options,
        place=place,
    )


def _options(line: str) -> tuple[tuple[str, ...], str]:
    """The names of the options, and what stands behind them; commas and spaces within quotation marks part nothing."""
    names: list[str] = []
    quoted, start = False, 0
    for place, sign in enumerate(line):
        if sign == '"' and (place == 0 or line[place - 1] != "\\"):
            quoted = not quoted
        if not quoted and sign in ", \t":
            names.append(line[start:place].partition("=")[0].lower()[:40])
            start = place + 1
            if sign != ",":
                return tuple(names[:20]), line[start:].lstrip()
    return (), ""


def _strings(blob: bytes) -> list[bytes]:
    """The strings of a key (RFC 4251 section 5), at most five; empty when they do not fit."""
    found: list[bytes] = []
    place = 0
    while place < len(blob) and len(found) < 5:
        size = int.from_bytes(blob[place : place + 4], "big")
        if len(blob) < place + 4 + size:
            return []
        found.append(blob[place + 4 : place + 4 + size])
        place += 4 + size
    return found


def _bits(kind: str, strings: list[bytes]) -> int:
    """The size of the key by its parts (RFC 4253 section 6.6, RFC 5656 section 3.1)."""
    if kind == "ssh-rsa":
        return int.from_bytes(strings[2], "big").bit_length() if len(strings) > 2 else 0
    if kind == "ssh-dss":
        return int.from_bytes(strings[1], "big").bit_length() if len(strings) > 1 else 0
    if kind.startswith("ecdsa-sha2-nistp"):
        size = kind.removeprefix("ecdsa-sha2-nistp").partition("-")[0]
        return int(size) if size in ("256", "384", "521") else 0
    return _SIZES.get(kind, 0)
