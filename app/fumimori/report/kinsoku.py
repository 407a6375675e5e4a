"""Where a line of Japanese, English or a technical record may break: strict kinsoku (JIS X 4051) and our additions."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate
from operator import add

NO_START = frozenset(
    "！％），．：；？］｝」』】〕〉》〟、。・ー々゛゜ゝゞヽヾ…‥〜～゠–―‐’”°′″℃‰"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    ",.:;!?)]}%"
)
"""Characters that never begin a line."""
NO_END = frozenset("（［｛「『【〔〈《〝‘“￥¥＄$£＃№([{")
"""Characters that never end a line."""
LOOSE_START = frozenset(
    "・ー々゛゜ゝゞヽヾ…‥〜～゠–―‐°%％‰℃ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
)
"""Of those, the ones that loose rules let begin a line; so do we, in columns too narrow for anything better."""
HANGING = frozenset("，）．］｝」』】〕〉》〟、。")
"""Signs that fill the left half of their square: at the end of a line that half is all the room they need."""
_TWINS = frozenset("―—…‥")
SPACES = " \u3000"
"""Characters that must not end a line."""
_RECORD_BREAKS = frozenset("/.?&=-")
_UNITS = (
    "か月|か所|か国|万円|億円|時間|週間|段階|項目|ページ|文字|ビット|バイト|ポイント|種類|番目|件目|"
    "条|項|日|月|年|番|件|点|回|秒|分|本|台|社|人|個|円|倍|割|章|版|級|問|行|歳|名|通|時|つ|％|%"
)
# A number is taken whole and from its first sign, so that a long one costs no more than its length.
_NUMBER = r"(?<![\d,.])[,.]*+\d[\d,.]*+"
_TOGETHER = re.compile(
    rf"第?{_NUMBER}(?:{_UNITS})|第\d[\d,.]*+"
    rf"|{_NUMBER}\s(?:days?|hours?|minutes?|seconds?|points?|bits?|bytes?|months?|weeks?|years?|questions?|KB|MB|GB|%)\b"
)
_URL_LIKE = re.compile(r"://|[=;][^=;]*[=;]")


class Chance(IntEnum):
    """How acceptable a line break before a character is."""

    NEVER = 0
    LOOSE = 1
    """Where loose kinsoku allows it; only when strict kinsoku leaves no other place in the line."""
    EMERGENCY = 2
    """Inside a word; only when the word alone is wider than the line."""
    RECORD = 3
    """Inside an address or a record, after one of `/ . ? & = -`."""
    HERE = 4


def wide(char: str) -> bool:
    """Whether `char` is set on the Japanese square (kana, kanji, full-width signs)."""
    return char >= "\u2e80"


def chances(text: str) -> list[Chance]:
    """For each character of `text`, how acceptable a line break before it is."""
    found = [Chance.NEVER, *map(_between, text, text[1:])][: len(text)]
    at = text.find("御中")
    while at >= 0:
        found[at : at + 2] = [min(chance, Chance.LOOSE) for chance in found[at : at + 2]]
        at = text.find("御中", at + 2)
    for match in _TOGETHER.finditer(text):
        for i in range(match.start() + 1, match.end()):
            found[i] = min(found[i], Chance.EMERGENCY)
    return found


@lru_cache(maxsize=65_536)
def _between(before: str, after: str) -> Chance:
    if after in SPACES or before in NO_END or (after in NO_START and after not in LOOSE_START):
        return Chance.NEVER
    if after == "様" or after in LOOSE_START or (before == after and before in _TWINS):
        return Chance.LOOSE
    if before in SPACES:
        return Chance.HERE
    if "\u00a0" in (before, after) or "\u2060" in (before, after):
        return Chance.NEVER
    if wide(before) or wide(after):
        return Chance.HERE
    return Chance.RECORD if before in _RECORD_BREAKS else Chance.EMERGENCY


def break_lines(
    text: str, advances: Sequence[float], width: float, gaps: Sequence[float] | None = None
) -> list[tuple[int, int]]:
    """The lines of `text` as (start, end), none wider than `width` unless one character alone is.

    `advances` holds each character's width, `gaps` the space before it when it is not the first of its line.
    A closing sign at the end of a line may stand out of it by the empty half of its square.
    Spaces at the end of a line belong to no line; a newline always ends one.
    """
    lines: list[tuple[int, int]] = []
    offset = 0
    for paragraph in text.split("\n"):
        size = len(paragraph)
        part = slice(offset, offset + size)
        spans = _paragraph(paragraph, advances[part], width, gaps[part] if gaps else [0.0] * size)
        lines.extend((start + offset, end + offset) for start, end in spans)
        offset += size + 1
    return lines


def _paragraph(text: str, advances: Sequence[float], width: float, gaps: Sequence[float]) -> list[tuple[int, int]]:
    if not text:
        return [(0, 0)]
    size, most = len(text), width + 1e-6
    # ends[i] is how far everything before the character at i reaches, from the start of the paragraph
    ends = list(accumulate(map(add, advances, gaps), initial=0.0))
    if ends[size] - gaps[0] <= most:
        return [(0, _trimmed(text, 0, size))]
    allowed = _promoted(text, chances(text), list(accumulate(advances, initial=0.0)), width)
    lines = []
    start = 0
    while start < size:
        limit = ends[start] + gaps[start] + most
        i = max(bisect_right(ends, limit) - 1, start + 1)
        while i < size and (text[i] in SPACES or (text[i] in HANGING and ends[i + 1] - advances[i] / 2 <= limit)):
            i += 1
        at = _best(allowed, start, i) if i < size else size
        lines.append((start, _trimmed(text, start, at)))
        start = _next_start(text, at)
    return lines


def _best(allowed: Sequence[Chance], start: int, end: int) -> int:
    for wanted in (Chance.HERE, Chance.RECORD, Chance.EMERGENCY, Chance.LOOSE):
        for at in range(end, start, -1):
            if allowed[at] >= wanted:
                return at
    return end


def _trimmed(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in SPACES:
        end -= 1
    return end


def _next_start(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def _promoted(text: str, allowed: list[Chance], ends: Sequence[float], width: float) -> list[Chance]:
    """`allowed`, with record breaks as good as any in words that fill a line (addresses: half a line)."""
    for match in re.finditer(r"[^\s\u2e80-\U0003ffff]+", text):
        start, end = match.span()
        wide_as = ends[end] - ends[start]
        if wide_as > width or (wide_as > width / 2 and _URL_LIKE.search(match.group())):
            for i in range(start + 1, end):
                if allowed[i] is Chance.RECORD and i - start > 2 and end - i > 2:
                    allowed[i] = Chance.HERE
    return allowed
