"""The settings of Postfix: `postconf -n` or main.cf (postconf(5)), `postconf -M` or master.cf (master(5))."""

from collections.abc import Mapping
from itertools import pairwise

from fumimori.grammar.lines import lines_of
from fumimori.model import Record

LINES_MOST = 20_000
EXPANSIONS_MOST = 60
VALUE_MOST = 8192
_TYPES = frozenset({"inet", "unix", "unix-dgram", "fifo", "pass"})


class Service(Record):
    """One line of master.cf."""

    name: str
    kind: str
    """`inet`, `unix` …"""
    command: str
    """The program that serves: `smtpd`, `smtp` …"""
    settings: tuple[tuple[str, str], ...] = ()
    """What `-o name=value` puts above main.cf, the last of equal names."""

    def get(self, name: str) -> str | None:
        """The value that this service puts above main.cf; None where it does not."""
        return next((value for key, value in self.settings if key == name), None)


class PostfixConfig(Record):
    """The settings of a Postfix."""

    settings: tuple[tuple[str, str], ...] = ()
    """Each parameter once, the last value, not expanded."""
    services: tuple[Service, ...] = ()
    truncated: bool = False

    def get(self, name: str, service: Service | None = None) -> str | None:
        """The expanded value of `name`, as `service` sees it; None where nothing is said about it."""
        own = dict(self.settings)
        if service is not None:
            own.update(service.settings)
        return expanded(own[name], own) if name in own else None


def parse_postfix(text: str) -> PostfixConfig:
    """The parameters and services in `text`, in any order; never raises."""
    settings: dict[str, str] = {}
    services: list[Service] = []
    lines = _logical(text)
    for line in lines:
        words = line.split(None, 7)
        if len(words) == 8 and words[1] in _TYPES and words[0] != "#":
            services.append(_service(words))
            continue
        name, equals, value = line.partition("=")
        bare = name.strip()
        if equals and bare and " " not in bare and len(bare) < 100:
            settings[bare] = value.strip()[:VALUE_MOST]
    truncated = text.count("\n") >= LINES_MOST
    return PostfixConfig(settings=tuple(settings.items()), services=tuple(services), truncated=truncated)


def _logical(text: str) -> list[str]:
    """Lines with those that continue them: a line that begins with white space belongs to the one before."""
    parts: list[list[str]] = []
    for line in lines_of(text, LINES_MOST):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0] in " \t" and parts:
            parts[-1].append(line.strip())
        else:
            parts.append([line.strip()])
    return [" ".join(part)[: 4 * VALUE_MOST] for part in parts]


def _service(words: list[str]) -> Service:
    settings: dict[str, str] = {}
    command, *rest = _arguments(words[7])
    for flag, value in pairwise(rest):
        if flag == "-o":
            name, _, said = value.partition("=")
            settings[name.strip()[:100]] = said.strip()
    return Service(name=words[0][:100], kind=words[1], command=command[:100], settings=tuple(settings.items()))


def _arguments(text: str) -> list[str]:
    """The words of a command; `{ … }` holds one that has spaces in it (master(5))."""
    words: list[str] = []
    place = 0
    while place < len(text):
        if text[place] == " ":
            place += 1
            continue
        opening = text[place] == "{"
        end = text.find("}" if opening else " ", place)
        end = len(text) if end < 0 else end
        words.append(text[place + 1 : end].strip() if opening else text[place:end])
        place = end + 1
    return words or [""]


def expanded(value: str, settings: Mapping[str, str]) -> str:
    """`value` with `$name`, `${name}` and `$(name)` filled in, what is not known left out; bounded."""
    text, left, place = value, EXPANSIONS_MOST, 0
    while left > 0 and (place := text.find("$", place)) >= 0:
        left -= 1
        if text.startswith("$$", place):
            text = text[:place] + text[place + 1 :]
            place += 1
            continue
        name, end = _variable(text, place + 1)
        if not name:
            place += 1
            continue
        text = (text[:place] + settings.get(name, "") + text[end:])[:VALUE_MOST]
    return text


def _variable(text: str, start: int) -> tuple[str, int]:
    """The name of the variable behind a `$`, and where it ends; no name for anything else."""
    closing = {"{": "}", "(": ")"}.get(text[start : start + 1])
    if closing:
        end = text.find(closing, start)
        return ("", start) if end < 0 else (text[start + 1 : end], end + 1)
    end = start
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return text[start:end], end
