"""The sample company: a recorded assessment that works with no network, and what it keeps as evidence."""

import hashlib
import re
from collections.abc import Iterator

import msgspec

from fumimori import resources
from fumimori.model import Assessment
from fumimori.texts import Texts

_WORD = re.compile(rb'"@([a-z_]{1,40})"')
"""A word of the sample's in the recorded file."""


def company(texts: Texts) -> Assessment:
    """The sample company as `texts` names it, its people and its things."""

    def named(found: re.Match[bytes]) -> bytes:
        return msgspec.json.encode(texts(f"words.sample.{found[1].decode()}"))

    recorded = _WORD.sub(named, resources.path("sample/sample.json").read_bytes())
    return msgspec.structs.replace(msgspec.json.decode(recorded, type=Assessment), report_language=texts.language)


def octets() -> Iterator[tuple[str, bytes]]:
    """What its evidence keeps, each with its SHA-256, as a file of the store takes it."""
    for path in sorted(resources.path("sample").iterdir()):
        if path.suffix != ".json":
            content = path.read_bytes()
            yield hashlib.sha256(content).hexdigest(), content
