"""Messages as they are in a file (RFC 5322, RFC 2045): fields with their exact bytes, parts, words; bounded and total.

The library's own parser keeps neither the bytes that a signature covers nor a bound on nested parts.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

FIELDS_MOST = 1_000
FIELD_LENGTH = 65_536
PARTS_MOST = 200
DEPTH_MOST = 8
TEXT_MOST = 2_000
"""Characters of a decoded field."""

_NAME = re.compile(rb"[!-9;-~]{1,100}(?=[ \t]{0,10}:)")
_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]{1,40})?\?([BbQq])\?([^? \t\r\n]{0,1000})\?=")
_PARAMETER = re.compile(r';[ \t\r\n]{0,40}([\w*-]{1,60})[ \t]{0,10}=[ \t]{0,10}(?:"([^"]{0,1000})"|([^\s;"]{1,1000}))')
_COMMON = frozenset(
    b"received from to subject date message-id mime-version content-type return-path dkim-signature sender reply-to "
    b"authentication-results arc-seal delivered-to x-mailer user-agent received-spf cc".split()
)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a header."""

    name: str
    """In lower case."""
    raw: bytes
    """Name, colon and value as they stand, folded with CRLF, without the last CRLF."""

    @property
    def value(self) -> str:
        """The value in one line, untrusted; bytes that are no UTF-8 become replacement characters."""
        text = self.raw.partition(b":")[2].decode("utf-8", "replace")
        return re.sub(r"\r\n(?=[ \t])", "", text).strip()[:FIELD_LENGTH]


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A message or a part of one."""

    fields: tuple[Field, ...]
    body: bytes
    """With CRLF at the end of each line."""
    whole: bytes = field(default=b"", repr=False)
    """Header and body as they stand, with CRLF: what a signature over the part covers."""
    has_body: bool = True
    """Whether anything stands behind the header; pasted headers have none."""

    def all(self, name: str) -> tuple[Field, ...]:
        """Every field of this name, topmost first."""
        return tuple(one for one in self.fields if one.name == name)

    def value(self, name: str) -> str:
        """The value of the first field of this name; empty without one."""
        return next((one.value for one in self.fields if one.name == name), "")

    @property
    def media_type(self) -> str:
        """The type in lower case; `text/plain` where none is said."""
        said = self.value("content-type").partition(";")[0].strip().lower()
        return said if "/" in said else "text/plain"

    def parameter(self, name: str, of: str = "content-type") -> str:
        """A parameter of the type or of another field; empty where it is not said."""
        return parameters(self.value(of)).get(name, "")

    @property
    def file_name(self) -> str:
        """The file name of the part, untrusted."""
        return words(self.parameter("filename", "content-disposition") or self.parameter("name"))

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding; as it stands where that is none of the known, or broken."""
        how = self.value("content-transfer-encoding").lower()
        if how == "base64":
            return _base64(self.body)
        return quopri.decodestring(self.body) if how == "quoted-printable" else self.body


def with_crlf(octets: bytes) -> bytes:
    """`octets` with CRLF at the end of each line, whatever ends them now."""
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def resemblance(octets: bytes) -> float:
    """How sure it is, by what is at the beginning, that this is a message: 0 to 1; quick."""
    head = octets[:32_768].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if head.startswith((b"From ", b">From ")):
        head = head.partition(b"\n")[2]
    common, odd = 0, 0
    for line in head.replace(b"\r\n", b"\n").split(b"\n")[:200]:
        if not line:
            break
        if line[:1] in b" \t":
            continue
        match = _NAME.match(line)
        common += match is not None and match.group().lower() in _COMMON
        odd += match is None
    if odd > 2 or common < 2:
        return 0.0
    return 0.9 if common >= 4 else 0.7


def parse_message(octets: bytes) -> Entity:
    """The message in `octets`; anything else is an entity without fields. A line `From ` before it is left out."""
    text = with_crlf(octets.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
    if text.startswith((b"From ", b">From ")):
        text = text.partition(b"\r\n")[2]
    return _entity(text)


def _entity(text: bytes) -> Entity:
    if text.startswith(b"\r\n"):
        return Entity(fields=(), body=text[2:], whole=text)
    head, gap, body = text.partition(b"\r\n\r\n")
    return Entity(
        fields=tuple(_fields(head.removesuffix(b"\r\n"))), body=body, whole=text, has_body=bool(gap and body.strip())
    )


def _fields(head: bytes) -> Iterator[Field]:
    lines: list[bytes] = []
    count = 0
    for line in [*head.split(b"\r\n"), b""]:
        if line[:1] in (b" ", b"\t"):
            if lines and len(lines) < FIELDS_MOST:
                lines.append(line)
            continue
        if lines:
            raw = b"\r\n".join(lines)
            match = _NAME.match(raw)
            if match is not None and len(raw) <= FIELD_LENGTH:
                yield Field(name=match.group().decode("ascii").lower(), raw=raw)
                count += 1
        lines = [line]
        if count >= FIELDS_MOST:
            return


def parts(entity: Entity) -> Iterator[Entity]:
    """The entity itself, then all that is in it, containers before their contents; bounded in number and depth."""
    waiting, given = [(entity, 0)], 0
    while waiting and given < PARTS_MOST:
        one, depth = waiting.pop(0)
        given += 1
        yield one
        if depth < DEPTH_MOST:
            waiting[:0] = [(inner, depth + 1) for inner in _inside(one)]


def _inside(entity: Entity) -> Sequence[Entity]:
    if entity.media_type == "message/rfc822":
        return [_entity(with_crlf(entity.content))]
    if entity.media_type.startswith("multipart/"):
        return [_entity(piece) for piece in pieces(entity)]
    return ()


def pieces(entity: Entity) -> Sequence[bytes]:
    """The bytes of each part of a multipart, exactly as a signature covers them (RFC 2046 section 5.1.1)."""
    boundary = entity.parameter("boundary").encode("utf-8", "replace")
    if not boundary or len(boundary) > 100:
        return ()
    mark = b"\r\n--" + boundary
    found: list[bytes] = []
    text = b"\r\n" + entity.body
    at = text.find(mark)
    while at != -1 and len(found) < PARTS_MOST:
        start = text.find(b"\r\n", at + len(mark))
        if start == -1 or text.startswith(b"--", at + len(mark)):
            break
        following = text.find(mark, start)
        found.append(text[start + 2 : following if following != -1 else len(text)])
        at = following
    return found


def parameters(value: str) -> dict[str, str]:
    """The parameters of a structured field by name, those in pieces (RFC 2231) joined; untrusted."""
    found: dict[str, str] = {}
    for match in _PARAMETER.finditer(value[:FIELD_LENGTH]):
        name, quoted, bare = match.groups()
        plain_name = name.lower().partition("*")[0]
        said = quoted if quoted is not None else bare
        if name.endswith("*") and said.count("'") >= 2:
            said = said.split("'", 2)[2]
        found[plain_name] = (found.get(plain_name, "") + said)[:TEXT_MOST] if "*" in name else said
    return found


def words(value: str) -> str:
    """The value with its encoded words (RFC 2047) readable; untrusted, bounded."""
    text = re.sub(r"(?<=\?=)[ \t]{1,10}(?==\?)", "", value[:FIELD_LENGTH])
    return _WORD.sub(lambda match: _word(*match.groups()), text)[:TEXT_MOST]


def _word(charset: str, how: str, coded: str) -> str:
    octets = _base64(coded.encode()) if how in "Bb" else quopri.decodestring(coded.replace("_", " ").encode())
    try:
        return octets.decode(charset, "replace")
    except (LookupError, ValueError):
        return octets.decode("utf-8", "replace")


def _base64(octets: bytes) -> bytes:
    clean = octets.translate(None, b" \t\r\n")
    try:
        return base64.b64decode(clean + b"=" * (-len(clean) % 4))
    except (binascii.Error, ValueError):
        return b""


def address(value: str) -> str:
    """The first mail address of a From field, in lower case and without its name; empty without one."""
    text = re.sub(r'"[^"]{0,500}"', "", value[:FIELD_LENGTH])
    inner = text.partition("<")[2].partition(">")[0] if "<" in text else text.partition(",")[0]
    local, at, domain = inner.strip().rpartition("@")
    return f"{local}@{domain}".lower()[:320] if at and local and domain and " " not in domain else ""
