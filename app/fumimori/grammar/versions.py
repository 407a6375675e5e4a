"""Which of two versions is older: upstream numbers, Debian's packages (Debian Policy 5.6.12), vendors' builds."""

import re
from functools import total_ordering

_PARTS = re.compile(r"\d+|[a-z]+")
_EARLY = frozenset({"a", "alpha", "b", "beta", "dev", "pre", "rc", "snapshot", "svn", "git"})
"""Words that stand before the release which they are named after."""
_LONGEST = 100


@total_ordering
class Upstream:
    """A version as makers count: 4.100 is newer than 4.99, 9.2p1 newer than 9.2, 4.0rc1 older than 4.0."""

    def __init__(self, text: str) -> None:
        parts: list[tuple[int, int, str]] = []
        for part in _PARTS.findall(text[:_LONGEST].lower()):
            if part.isdigit():
                parts.append((3, int(part), ""))
                continue
            _drop_zeros(parts)
            parts.append((0 if part in _EARLY else 2, 0, part))
        _drop_zeros(parts)
        self._key = (*parts, (1, 0, ""))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Upstream) and self._key == other._key

    def __lt__(self, other: "Upstream") -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)


def _drop_zeros(parts: list[tuple[int, int, str]]) -> None:
    # 1.6 and 1.6.0 are the same release, also in front of a word: 9.0p1 and 9p1.
    while parts and parts[-1] == (3, 0, ""):
        parts.pop()


def older(left: str, right: str) -> bool:
    """Whether the upstream version `left` came before `right`."""
    return Upstream(left) < Upstream(right)


def belongs(version: str, cycle: str) -> bool:
    """Whether `version` is a release of the line `cycle`: 1.6.11 belongs to 1.6, 1.60 does not."""
    return version == cycle or (version.startswith(cycle) and not version[len(cycle)].isdigit())


@total_ordering
class DebianVersion:
    """A package's version `[epoch:]upstream[-revision]` in the order in which Debian installs them."""

    def __init__(self, text: str) -> None:
        epoch, colon, rest = text[:_LONGEST].partition(":")
        if not colon:
            epoch, rest = "0", text[:_LONGEST]
        upstream, _, revision = rest.rpartition("-")
        self.epoch = int(epoch) if epoch.isdecimal() else 0
        self.upstream = upstream or revision
        self.revision = revision if upstream else ""

    def _order(self, other: "DebianVersion") -> int:
        if self.epoch != other.epoch:
            return -1 if self.epoch < other.epoch else 1
        return _debian_order(self.upstream, other.upstream) or _debian_order(self.revision, other.revision)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DebianVersion) and self._order(other) == 0

    def __lt__(self, other: "DebianVersion") -> bool:
        return self._order(other) < 0

    def __hash__(self) -> int:
        # Equal versions may be spelled differently (1.0 and 1.00).
        return hash(self.epoch)


def _debian_order(left: str, right: str) -> int:
    """Negative, 0 or positive: stretches without digits and numbers in turn, `~` before the end of everything."""
    while left or right:
        words = (_without_digits(left), _without_digits(right))
        for place in range(max(len(words[0]), len(words[1])) + 1):
            weights = [_weight(word, place) for word in words]
            if weights[0] != weights[1]:
                return weights[0] - weights[1]
        left, right = left[len(words[0]) :], right[len(words[1]) :]
        numbers = (_digits(left), _digits(right))
        difference = int(numbers[0] or "0") - int(numbers[1] or "0")
        if difference:
            return difference
        left, right = left[len(numbers[0]) :], right[len(numbers[1]) :]
    return 0


def _without_digits(text: str) -> str:
    return re.match(r"[^0-9]*", text)[0]  # type: ignore[index]  # it matches every text


def _digits(text: str) -> str:
    return re.match(r"[0-9]*", text)[0]  # type: ignore[index]  # it matches every text


def _weight(word: str, place: int) -> int:
    """Letters before other characters, the end before both, `~` before the end."""
    if place >= len(word):
        return 0
    character = word[place]
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256
