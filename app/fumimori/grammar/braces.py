"""Settings in braces: nginx (`nginx -T`) and the UCL that `rspamadm configdump` prints.

`name word word;` is a directive, `name word { … }` a block of them; `#` begins a comment. The `=` and the quotation
marks of UCL are taken for what parts words.
"""

from collections.abc import Iterator

from fumimori.grammar.lines import lines_of
from fumimori.model import Record

LINES_MOST = 100_000
DEPTH_MOST = 30
WORDS_MOST = 60
DIRECTIVES_MOST = 100_000


class Directive(Record):
    """One directive, or the head of a block."""

    path: tuple[str, ...]
    """The names of the blocks around it, from the outside."""
    name: str
    words: tuple[str, ...]
    block: int
    """Which block it is in: directives with the same number stand side by side; 0 is outside of all."""
    opens: int = 0
    """The number of the block that it opens; 0 when it opens none."""


class Braces(Record):
    """All directives in their order."""

    directives: tuple[Directive, ...] = ()
    truncated: bool = False

    def by_block(self) -> dict[int, list[Directive]]:
        """The directives that stand directly in each block."""
        found: dict[int, list[Directive]] = {}
        for directive in self.directives:
            found.setdefault(directive.block, []).append(directive)
        return found


def parse_braces(text: str) -> Braces:
    """The directives in `text`; never raises."""
    found: list[Directive] = []
    blocks: list[tuple[str, int]] = []
    words: list[str] = []
    opened = 0
    for piece in _pieces(text):
        if piece not in ("{", "}", ";"):
            if len(words) < WORDS_MOST:
                words.append(piece[:512])
            continue
        if words and len(found) < DIRECTIVES_MOST:
            opened += piece == "{"
            found.append(
                Directive(
                    path=tuple(name for name, _ in blocks),
                    name=words[0],
                    words=tuple(words[1:]),
                    block=blocks[-1][1] if blocks else 0,
                    opens=opened if piece == "{" else 0,
                )
            )
        if piece == "{" and len(blocks) < DEPTH_MOST:
            blocks.append((words[0] if words else "", opened))
        elif piece == "}" and blocks:
            blocks.pop()
        words = []
    return Braces(directives=tuple(found), truncated=len(found) >= DIRECTIVES_MOST or text.count("\n") >= LINES_MOST)


def _pieces(text: str) -> Iterator[str]:
    """The words and signs of `text`; a quoted word ends with its line at the latest."""
    for line in lines_of(text, LINES_MOST):
        place = 0
        while place < len(line):
            sign = line[place]
            if sign in " \t=:,[]" and not (sign in ":[]" and _within(line, place)):
                place += 1
            elif sign == "#":
                break
            elif sign in "{};":
                yield sign
                place += 1
            else:
                word, place = _quoted(line, place) if sign in "\"'" else _plain(line, place)
                yield word


def _within(line: str, place: int) -> bool:
    """Whether a bracket or colon belongs to an IPv6 address, as in `listen [::]:443`."""
    return line.startswith(("[:", "::", "]:"), place) or (line[place] == "[" and "]:" in line[place : place + 48])


def _quoted(line: str, place: int) -> tuple[str, int]:
    mark, end = line[place], place + 1
    while end < len(line) and line[end] != mark:
        end += 2 if line[end] == "\\" else 1
    return line[place + 1 : end], end + 1


def _plain(line: str, place: int) -> tuple[str, int]:
    end = place
    while end < len(line) and line[end] not in " \t;{}=,\"'" and not (line[end] == "]" and not _within(line, end)):
        if line[end] == "$" and line.startswith("${", end):
            end = max(line.find("}", end), end)
        end += 1
    return line[place : max(end, place + 1)], max(end, place + 1)
