"""Signatures of mail, DKIM (RFC 6376) and ARC (RFC 8617): what each covers, as a digest that its key can be held to.

The digest needs no key, so that a message can be read before the DNS was asked, and be judged when its keys are known.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence

from fumimori.grammar.mime import Entity, Field
from fumimori.grammar.tags import parse_tags
from fumimori.model import Record

SIGNATURES_MOST = 30
BITS_LEAST = 1024
HASHES = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}
ARC_FIELDS = ("arc-authentication-results", "arc-message-signature", "arc-seal")


class MailSignature(Record):
    """One signature of a message."""

    kind: str
    """`dkim`, `arc_message` or `arc_seal`."""
    domain: str
    selector: str
    algorithm: str
    """As it says, such as `rsa-sha256`."""
    body: str = ""
    """`same` or `changed`: whether the body is the one that was signed; `unknown` without a body. Empty for a seal."""
    digest: str = ""
    """Of all that the signature covers, in hexadecimal; empty when it cannot be made."""
    signature: str = ""
    """In base64."""
    signed_fields: tuple[str, ...] = ()
    instance: int = 0
    """Of an ARC set; 0 for DKIM."""
    chain: str = ""
    """What a seal says of the chain before it: `none`, `pass`, `fail`."""
    expires: int | None = None
    """Seconds since 1970."""
    partial: bool = False
    """It covers a part of the body only (`l`), so that others can add to it."""
    fault: str = ""
    """`malformed` or `unknown_algorithm`; empty when it can be verified."""


def signatures(message: Entity) -> tuple[MailSignature, ...]:
    """All signatures, topmost first; what cannot be read has a fault, none is raised."""
    return tuple(_found(message))[:SIGNATURES_MOST]


def _found(message: Entity) -> Iterator[MailSignature]:
    for field in message.all("dkim-signature")[:SIGNATURES_MOST]:
        yield _signed(message, field, "dkim", exclude=())
    for field in message.all("arc-message-signature")[:SIGNATURES_MOST]:
        yield _signed(message, field, "arc_message", exclude=ARC_FIELDS)
    for field in message.all("arc-seal")[:SIGNATURES_MOST]:
        yield _sealed(message, field)


def _tags(field: Field) -> dict[str, str]:
    tags = parse_tags(field.value, exact_names=True)
    return {} if tags.repeated else dict(tags.pairs)


def _start(field: Field, kind: str) -> tuple[MailSignature, dict[str, str]]:
    tags = _tags(field)
    said = MailSignature(
        kind=kind,
        domain=tags.get("d", "").lower().rstrip(".")[:253],
        selector=tags.get("s", "").lower()[:253],
        algorithm=tags.get("a", "").lower()[:40],
        signature="".join(tags.get("b", "").split())[:2_000],
        instance=int(tags["i"]) if re.fullmatch(r"\d{1,2}", tags.get("i", "")) and kind != "dkim" else 0,
        expires=int(tags["x"]) if re.fullmatch(r"\d{1,12}", tags.get("x", "")) else None,
        chain=tags.get("cv", "").lower()[:10],
    )
    return said, tags


def _hash(algorithm: str) -> str:
    name = algorithm.partition("-")[2]
    return name if name in HASHES and algorithm.partition("-")[0] in ("rsa", "ed25519") else ""


def _signed(message: Entity, field: Field, kind: str, *, exclude: Sequence[str]) -> MailSignature:
    said, tags = _start(field, kind)
    how = tags.get("c", "simple/simple").lower().partition("/")
    head, body = how[0], how[2] or "simple"
    names = tuple(name.strip().lower() for name in tags.get("h", "").split(":") if name.strip())[:200]
    well = said.domain and said.selector and said.signature and names and {head, body} <= {"simple", "relaxed"}
    well = well and (kind != "dkim" or "from" in names)  # section 6.1.1: else it says nothing about the sender
    length = tags.get("l", "")
    if not well or not re.fullmatch(r"\d{0,12}", length) or _decoded(tags.get("bh", "")) is None:
        return _with(said, fault="malformed")
    if not _hash(said.algorithm):
        return _with(said, fault="unknown_algorithm")
    made = HASHES[_hash(said.algorithm)]
    text = canonical_body(message.body, body)
    state = "unknown"
    if message.has_body:
        covered = text[: int(length)] if length else text
        state = "same" if made(covered).digest() == _decoded(tags["bh"]) else "changed"
    chosen = _chosen(message, names, field, exclude)
    octets = b"".join(canonical_field(one, head) + b"\r\n" for one in chosen) + _own(field, head)
    return _with(said, body=state, digest=made(octets).hexdigest(), signed_fields=names, partial=bool(length), fault="")


def _sealed(message: Entity, field: Field) -> MailSignature:
    """A seal covers every ARC set up to its own, in their order; one of a failed chain its own (RFC 8617 5.1.1)."""
    said, _ = _start(field, "arc_seal")
    if not (said.domain and said.selector and said.signature and 1 <= said.instance <= 50):
        return _with(said, fault="malformed")
    if _hash(said.algorithm) != "sha256":
        return _with(said, fault="unknown_algorithm")
    octets = b""
    for instance in range(said.instance if said.chain == "fail" else 1, said.instance + 1):
        for name in ARC_FIELDS:
            one = next((each for each in message.all(name) if _instance(each) == instance), None)
            if one is None:
                return _with(said, fault="malformed")
            octets += _own(one, "relaxed") if one is field else canonical_field(one, "relaxed") + b"\r\n"
    return _with(said, digest=hashlib.sha256(octets).hexdigest())


def _instance(field: Field) -> int:
    match = re.match(r"[ \t]{0,10}i[ \t]{0,10}=[ \t]{0,10}(\d{1,2})", field.value) or re.match(
        r"[^;]{0,500};[ \t]{0,10}i=(\d{1,2})", field.value
    )
    written = _tags(field).get("i", match.group(1) if match else "")
    return int(written) if re.fullmatch(r"\d{1,2}", written) else 0


def _chosen(message: Entity, names: Sequence[str], own: Field, exclude: Sequence[str]) -> Iterator[Field]:
    """The fields that `names` call, each name from the bottom up; a missing one adds nothing (section 5.4.2)."""
    left: dict[str, list[Field]] = {}
    for field in message.fields:
        if field is not own and field.name not in exclude:
            left.setdefault(field.name, []).append(field)
    for name in names:
        if left.get(name):
            yield left[name].pop()


def canonical_field(field: Field, how: str) -> bytes:
    """The field as it is signed (section 3.4.1, 3.4.2), without the CRLF at its end."""
    if how == "simple":
        return field.raw
    value = field.raw.partition(b":")[2].replace(b"\r\n", b"")
    reduced = b" ".join(word for word in value.replace(b"\t", b" ").split(b" ") if word)
    return field.name.encode() + b":" + reduced


def _own(field: Field, how: str) -> bytes:
    """The signature's own field with an empty `b`."""
    raw = field.raw
    name, colon, value = raw.partition(b":")
    at = 0
    for part in value.split(b";"):
        tag, equals, _ = part.partition(b"=")
        if equals and tag.strip() == b"b":
            value = value[: at + len(tag) + 1] + value[at + len(part) :]
            break
        at += len(part) + 1
    return canonical_field(Field(name=field.name, raw=name + colon + value), how)


def canonical_body(body: bytes, how: str) -> bytes:
    """The body as it is signed (section 3.4.3, 3.4.4)."""
    if how == "relaxed":
        lines = body.split(b"\r\n")
        body = b"\r\n".join(_reduced(line) for line in lines)
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    stripped = body[:end]
    if not stripped:
        return b"" if how == "relaxed" else b"\r\n"
    return stripped + b"\r\n"


def _reduced(line: bytes) -> bytes:
    """The line with each run of white space as one space, and none at its end."""
    if b"\t" in line or b"  " in line:
        lead = b" " if line[:1] in (b" ", b"\t") else b""
        line = lead + b" ".join(line.replace(b"\t", b" ").split())
    return line.rstrip(b" \t")


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _with(said: MailSignature, **more: object) -> MailSignature:
    import msgspec

    return msgspec.structs.replace(said, **more)


def verifies(said: MailSignature, published: str) -> bool:
    """Whether the public key `p` of a record (base64, RSA or Ed25519) made this signature; False for any fault.

    With SHA-1, or by an RSA key of less than 1024 bits, no signature is valid (RFC 8301 sections 3.1, 3.2).
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key, signature = _decoded(published), _decoded(said.signature)
    if key is None or signature is None or not said.digest:
        return False
    try:
        digest = bytes.fromhex(said.digest)
        if said.algorithm.startswith("ed25519"):
            ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, digest)
            return True
        loaded = load_der_public_key(key)
        if (
            not isinstance(loaded, rsa.RSAPublicKey)
            or loaded.key_size < BITS_LEAST
            or _hash(said.algorithm) != "sha256"
        ):
            return False
        loaded.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True
