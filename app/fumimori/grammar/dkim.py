"""DKIM key records (RFC 6376 section 3.6.1, RFC 8301, RFC 8463): type, length, and what makes them worthless."""

import base64
import binascii
import hashlib

from fumimori.grammar.der import BIT_STRING, INTEGER, SEQUENCE, first
from fumimori.grammar.tags import parse_tags
from fumimori.model import Record


class DkimKey(Record):
    """What one key record says."""

    text: str
    kind: str = "rsa"
    """`rsa`, `ed25519` or what else the record names."""
    bits: int = 0
    """Length of the key; 0 when it is revoked or cannot be read."""
    digest: str = ""
    """SHA-256 of the key as it is published, by which two records with one key are recognised; empty without a key."""
    revoked: bool = False
    """An empty `p`."""
    testing: bool = False
    """`t=y`: receivers treat the mail as unsigned."""
    sha1_only: bool = False
    """`h` allows nothing but SHA-1, which receivers do not accept any more (RFC 8301 section 3.1)."""
    fault: str = ""
    """`no_key`, `bad_base64`, `bad_key`, `unknown_kind`, `unknown_hash` (`h` allows none that is in use),
    `wrong_version`, `not_for_email`, `repeated_tag`, `bad_list` (a part that is no tag); empty for a sound record."""

    @property
    def works(self) -> bool:
        """Whether a receiver can verify with it."""
        return not (self.revoked or self.fault or self.sha1_only)


def is_dkim(txt: str) -> bool:
    """Whether a TXT record below `_domainkey` is meant as a key: it has a tag `p`, or says that it is DKIM."""
    tags = parse_tags(txt)
    return tags.get("p") is not None or (tags.get("v") or "").upper().startswith("DKIM")


def parse_dkim(txt: str) -> DkimKey:
    """What `txt` says; every fault has a code, none is raised. Names of tags keep their case (section 3.2)."""
    tags = parse_tags(txt, exact_names=True)
    kind = (tags.get("k") or "rsa").lower()
    flags = [flag.strip().lower() for flag in (tags.get("t") or "").split(":")]
    hashes = [name.strip().lower() for name in (tags.get("h") or "").split(":") if name.strip()]
    services = [name.strip().lower() for name in (tags.get("s") or "*").split(":")]
    encoded = "".join((tags.get("p") or "").split())
    bits, fault = _length(kind, encoded) if encoded else (0, _without_key(kind, tags.get("p")))
    version = tags.get("v")
    if version is not None and (version != "DKIM1" or tags.pairs[0][0] != "v"):
        fault = "wrong_version"
    elif "*" not in services and "email" not in services:
        fault = "not_for_email"
    elif hashes and not {"sha1", "sha256"} & set(hashes):
        fault = "unknown_hash"
    if tags.repeated or tags.malformed:
        fault = "repeated_tag" if tags.repeated else "bad_list"
    return DkimKey(
        text=txt,
        kind=kind,
        bits=bits,
        digest=hashlib.sha256(encoded.encode("utf-8", "replace")).hexdigest() if bits else "",
        revoked=tags.get("p") is not None and not encoded and not fault,
        testing="y" in flags,
        sha1_only="sha1" in hashes and "sha256" not in hashes,
        fault=fault,
    )


def _without_key(kind: str, written: str | None) -> str:
    if written is None:
        return "no_key"
    return "" if kind in ("rsa", "ed25519") else "unknown_kind"  # a record of an unknown kind is ignored


def _length(kind: str, encoded: str) -> tuple[int, str]:
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return 0, "bad_base64"
    if kind == "ed25519":
        return (256, "") if len(key) == 32 else (0, "bad_key")
    if kind != "rsa":
        return 0, "unknown_kind"
    bits = rsa_bits(key)
    return (bits, "") if bits else (0, "bad_key")


def rsa_bits(der: bytes) -> int:
    """The length of the modulus in a SubjectPublicKeyInfo or a bare RSAPublicKey (RFC 8017 A.1.1); 0 for neither."""
    tag, inner, _ = first(der)
    if tag != SEQUENCE:
        return 0
    tag, head, rest = first(inner)
    if tag == SEQUENCE:
        tag, bit_string, _ = first(rest)
        if tag != BIT_STRING or bit_string[:1] != b"\x00":
            return 0
        # What is inside must be the key itself: one step down, never more.
        return rsa_bits(bit_string[1:]) if first(first(bit_string[1:])[1])[0] == INTEGER else 0
    return int.from_bytes(head, "big").bit_length() if tag == INTEGER and rest else 0
