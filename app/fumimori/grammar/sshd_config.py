"""The settings of an OpenSSH server: `sshd -T`, or `sshd_config` with the files that it includes (sshd_config(5)).

The first value of a keyword wins. A `Match` block, which ends with its file, holds for some people or places only.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from fumimori.grammar.lines import lines_of
from fumimori.model import Record

LINES_MOST = 20_000
FILES_MOST = 200
INCLUDES_MOST = 1_000
"""Names with wildcards that are looked for among the files, over all `Include` lines."""
DEPTH_MOST = 8
"""How deep files may include each other; sshd allows 16."""
_LISTS = frozenset(
    {"acceptenv", "allowgroups", "allowusers", "denygroups", "denyusers", "hostkey", "listenaddress", "port"}
)
"""Keywords whose values add up."""
_RENAMED = {"challengeresponseauthentication": "kbdinteractiveauthentication"}
_MAIN = "sshd_config"
_FOLDER = "/etc/ssh/"


class MatchBlock(Record):
    """Settings that hold only where the criteria are met."""

    criteria: str
    settings: tuple[tuple[str, str], ...] = ()

    def get(self, keyword: str) -> str | None:
        """The value of `keyword` (lower case) in this block; None where it says nothing."""
        return next((value for name, value in self.settings if name == keyword), None)


class SshdConfig(Record):
    """The settings of a server; keywords in lower case."""

    settings: tuple[tuple[str, str], ...] = ()
    """Outside of `Match` blocks, each keyword once; values that add up are parted by spaces."""
    matches: tuple[MatchBlock, ...] = ()
    unread: tuple[str, ...] = ()
    """Files that are included and are not here: what comes behind them may not count."""
    truncated: bool = False
    """There was more than is read."""

    def get(self, keyword: str) -> str | None:
        """The value of `keyword` (lower case); None where nothing is said about it."""
        return next((value for name, value in self.settings if name == keyword), None)


def files_in(text: str) -> dict[str, str]:
    """The files that `tail -n +1 FILE…` printed, by their paths; the whole text as `sshd_config` where it names none.

    Text in front of the first heading belongs to `sshd_config`, too.
    """
    parts: dict[str, list[str]] = {}
    current = _MAIN
    for line in lines_of(text, LINES_MOST):
        if line.startswith("==> ") and line.endswith(" <==") and len(parts) < FILES_MOST:
            current = line[4:-4].strip()
        elif line.strip():
            parts.setdefault(current, []).append(line)
    return {name: "\n".join(lines) for name, lines in parts.items()}


def parse_sshd(text: str) -> SshdConfig:
    """The settings in `text`, one file or several with the headings of `tail`; never raises."""
    files = files_in(text)
    main = next((name for name in files if name.rpartition("/")[2] == _MAIN), next(iter(files), ""))
    walk = _Walk(files)
    walk.file(main, walk.top, 0)
    return SshdConfig(
        settings=tuple(walk.top.items()),
        matches=tuple(MatchBlock(criteria=c, settings=tuple(s.items())) for c, s in walk.matches),
        unread=tuple(dict.fromkeys(walk.unread)),
        truncated=walk.left <= 0 or text.count("\n") >= LINES_MOST,
    )


class _Walk:
    """One way through the files, in the order in which sshd reads them."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.names = sorted(files)
        self.top: dict[str, str] = {}
        self.matches: list[tuple[str, dict[str, str]]] = []
        self.unread: list[str] = []
        self.left = LINES_MOST
        self.includes = INCLUDES_MOST

    def file(self, name: str, into: dict[str, str], depth: int) -> None:
        for line in lines_of(self.files.get(name, ""), LINES_MOST):
            self.left -= 1
            if self.left <= 0:
                return
            keyword, value = _setting(line)
            if keyword == "match":
                into = {} if value.lower() != "all" else self.top
                if into is not self.top:
                    self.matches.append((value[:200], into))
            elif keyword == "include":
                self.include(value, name, into, depth)
            elif keyword in _LISTS and keyword in into:
                into[keyword] = f"{into[keyword]} {value}"[:4096]
            elif keyword:
                into.setdefault(keyword, value)

    def include(self, value: str, where: str, into: dict[str, str], depth: int) -> None:
        for pattern in value.split()[:20]:
            full = pattern if pattern.startswith("/") else _FOLDER + pattern
            self.includes -= 1
            looked_for = self.names if self.includes >= 0 else ()
            named = [name for name in looked_for if name != where and fnmatchcase(name, full)]
            if (not named or depth >= DEPTH_MOST) and len(self.unread) < FILES_MOST:
                self.unread.append(full[:200])
            for name in named if depth < DEPTH_MOST else ():
                self.file(name, into, depth + 1)


def _setting(line: str) -> tuple[str, str]:
    """Keyword and value of a line; both empty for a comment."""
    bare = line.strip(" \t\x0c")
    if not bare or bare.startswith("#"):
        return "", ""
    end = next((place for place, sign in enumerate(bare) if sign in " \t="), len(bare))
    keyword = bare[:end].lower()[:64]
    value = " ".join(_words(bare[end:].lstrip(" \t").removeprefix("=")))
    return _RENAMED.get(keyword, keyword), value[:4096]


def _words(text: str) -> Iterator[str]:
    """The words of a value, without quotation marks, as far as a comment."""
    place = 0
    while place < len(text):
        if text[place] in " \t":
            place += 1
            continue
        if text[place] == "#":
            return
        if text[place] == '"':
            end = text.find('"', place + 1)
            end = len(text) if end < 0 else end
            yield text[place + 1 : end]
            place = end + 1
            continue
        start = place
        while place < len(text) and text[place] not in " \t":
            place += 1
        yield text[start:place]
