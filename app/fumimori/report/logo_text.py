"""An SVG's bytes sanitized before a renderer sees them: one encoding, no document type, nothing outside."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from io import BytesIO
from typing import Any

from fumimori.report.logo_shapes import LogoError

SVG_LIMIT = 1024 * 1024
EXPANDED = 5_000
"""Elements of a drawing once everything that it repeats is written out."""
DEEPEST = 100
EMBEDDED_PIXELS = 16_000_000
_DECLARED = re.compile(r"^\s*<\?xml\s([^>]{0,300})\?>")
_ENCODING = re.compile(r"encoding\s*=\s*[\"']([^\"']{1,40})[\"']")
_KNOWN = {"utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf16", "utf-16le", "utf-16be"}
_QUOTED = r"(?:\"[^\"<>]{0,300}\"|'[^'<>]{0,300}')"
_DOCTYPE = re.compile(
    rf"<!DOCTYPE\s+[\w:.-]{{1,60}}(?:\s+(?:SYSTEM\s+{_QUOTED}|PUBLIC\s+{_QUOTED}(?:\s+{_QUOTED})?))?\s*"
    r"(?:\[([^\]]{0,20000})\]\s*)?>"
)
_ABBREVIATION = re.compile(r"<!ENTITY\s+([\w.-]{1,60})\s+(?:\"([^\"<&%]{0,300})\"|'([^'<&%]{0,300})')\s*>")
_SPACES = re.compile(r"\s*")
_ACTIVE = {"script", "handler", "listener", "set", "discard", "iframe", "object", "embed", "audio", "video", "canvas"}
_DROPPED = {"foreignObject", "metadata"}
_TARGET = re.compile(r"url\(\s*[\"']?\s*([^\"')\s]*)", re.IGNORECASE)
_PICTURE = re.compile(r"^data:image/(?:png|jpe?g);base64,", re.IGNORECASE)


def clean(untrusted_content: bytes) -> bytes:
    """The drawing as UTF-8 with nothing in it but shapes; raises LogoError."""
    from lxml import etree

    if len(untrusted_content) > SVG_LIMIT:
        raise LogoError("size")
    text = _without_document_type(_decoded(untrusted_content))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise LogoError("unreadable") from error
    if _local(root) != "svg":
        raise LogoError("kind")
    _check(root)
    _count(root)
    cleaned: bytes = etree.tostring(root, encoding="utf-8")
    return cleaned


def _decoded(untrusted_content: bytes) -> str:
    wide = untrusted_content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and b"<svg" not in untrusted_content:
        raise LogoError("kind")
    try:
        text = untrusted_content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise LogoError("encoding") from error
    if "\0" in text:
        raise LogoError("encoding")
    declared = _DECLARED.match(text)
    if declared is not None:
        named = _ENCODING.search(declared[1])
        if named is not None and named[1].lower() not in _KNOWN:
            raise LogoError("encoding")
        text = text[declared.end() :]
    return text.lstrip()


def _without_document_type(text: str) -> str:
    """The text without its document type; the abbreviations that Illustrator declares there are written out."""
    found = _DOCTYPE.match(text, _content_from(text))
    if found is not None:
        declared = _without_comments(found[1] or "")
        if _ABBREVIATION.sub("", declared).strip():
            raise LogoError("entities")
        words = {name: double or single for name, double, single in _ABBREVIATION.findall(declared)}
        text = text[found.end() :]
        if words:
            longest = max(map(len, words.values()))
            if len(text) + text.count("&") * longest > 2 * SVG_LIMIT:
                raise LogoError("entities")
            text = re.sub(r"&([\w.-]{1,60});", lambda match: words.get(match[1], match[0]), text)
    bare = _without_comments(text)
    if re.search(r"<!(?:DOCTYPE|ENTITY)", bare, re.IGNORECASE):
        raise LogoError("entities")
    if "<?xml-stylesheet" in bare:
        raise LogoError("outside")
    return text.lstrip()


def _content_from(text: str) -> int:
    """Where `text` continues behind the spaces and comments that it begins with."""
    at = 0
    while True:
        at = _SPACES.match(text, at).end()  # type: ignore[union-attr]  # it matches every text
        end = text.find("-->", at + 4) if text.startswith("<!--", at) else -1
        if end < 0:
            return at
        at = end + 3


def _without_comments(text: str) -> str:
    """`text` without its comments; one that never ends stays."""
    kept, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        kept.append(text[at:begin])
        at = end + 3
    return "".join((*kept, text[at:]))


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _check(root: Any) -> None:
    """Refuse what acts or reaches outside; take out what is no shape."""
    pixels = 0
    for element in list(root.iter()):
        name = _local(element)
        if name in _DROPPED or not name:
            parent = element.getparent()
            if parent is not None:
                _take_out(parent, element)
            continue
        if name in _ACTIVE or name.startswith("animate"):
            raise LogoError("active")
        if name == "style":
            _inward(element.text or "")
        pixels += sum(_attribute(element, name, key, value) for key, value in list(element.attrib.items()))
    if pixels > EMBEDDED_PIXELS:
        raise LogoError("pixels")


def _attribute(element: Any, name: str, key: str, value: str) -> int:
    """Refuse an attribute that acts or reaches outside; how many pixels it embeds."""
    attribute = key.rpartition("}")[2].lower()
    if attribute.startswith("on") or "javascript:" in value.lower():
        raise LogoError("active")
    if attribute == "base":
        raise LogoError("outside")
    if attribute == "href" and name == "a":
        del element.attrib[key]
    elif attribute == "href":
        element.attrib[key] = value.strip()
        return _referred(value.strip())
    elif attribute == "style" or "url" in value.lower():
        _inward(value)
    return 0


def _take_out(parent: Any, element: Any) -> None:
    tail = element.tail
    before = element.getprevious()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _inward(style: str) -> None:
    if "@import" in style.lower() or "\\" in style:
        raise LogoError("outside")
    if not all(target.startswith("#") for target in _TARGET.findall(style)):
        raise LogoError("outside")


def _referred(target: str) -> int:
    """How many pixels are in what is referred to; nothing outside the file may be."""
    if target.startswith("#"):
        return 0
    if not _PICTURE.match(target):
        raise LogoError("outside")
    from PIL import Image, UnidentifiedImageError

    try:
        content = b64decode("".join(target.partition(",")[2].split()), validate=True)
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as opened:
            pixels = opened.width * opened.height
            if pixels > EMBEDDED_PIXELS:
                raise LogoError("pixels")
            opened.load()
    except Image.DecompressionBombError as error:
        raise LogoError("pixels") from error
    except (Base64Error, UnidentifiedImageError, OSError, SyntaxError) as error:
        raise LogoError("unreadable") from error
    return int(pixels)


def _count(root: Any) -> None:
    """Refuse a drawing that repeats itself without end or beyond measure."""
    by_name = {element.get("id"): element for element in root.iter() if element.get("id")}
    known: dict[Any, int] = {}
    under_way: set[Any] = set()

    def size(element: Any, depth: int) -> int:
        if element in known:
            return known[element]
        if element in under_way or depth > DEEPEST:
            raise LogoError("complex")
        under_way.add(element)
        total = 1 + sum(size(child, depth + 1) for child in element)
        for key, value in element.attrib.items():
            targets = [value] if key.rpartition("}")[2] == "href" else _TARGET.findall(value)
            for target in targets:
                other = by_name.get(target[1:]) if target.startswith("#") else None
                if other is not None:
                    total += size(other, depth + 1)
        under_way.discard(element)
        known[element] = total
        if total > EXPANDED:
            raise LogoError("complex")
        return total

    size(root, 0)
