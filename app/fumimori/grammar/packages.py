"""What is installed and what waits, as dpkg, apt, rpm, dnf, Windows, winget and brew list it; and os-release(5)."""

import re
from collections.abc import Iterator
from datetime import date

from fumimori.grammar.lines import lines_of
from fumimori.model import Record

LINES_MOST = 200_000
_RULE_LEAST = 20
"""Dashes under the heads of a table."""
_WINGET_SOURCES = ("winget", "msstore")
_WINDOWS = re.compile(r"(?<![\w.])(?:10\.0|6\.[0-3])\.\d{4,5}(?![\w.])")
_KB = re.compile(r"KB\d{6,8}")
_DAY = re.compile(r"(\d{1,4})([/.-])(\d{1,2})[/.-](\d{1,4})")


class Package(Record):
    """One package of a distribution."""

    name: str
    version: str
    architecture: str = ""


class Pending(Record):
    """An update that is ready and not installed."""

    name: str
    installed: str
    """Empty where the list does not say it."""
    security: bool = False
    """It comes from a source for security fixes."""


class Hotfix(Record):
    """An installed update of Windows."""

    id: str
    """KB number."""
    installed: date | None = None


def parse_os_release(text: str) -> dict[str, str]:
    """The variables of os-release, by their names, without quotation marks."""
    found: dict[str, str] = {}
    for line in lines_of(text, 200):
        name, equals, value = line.strip().partition("=")
        if equals and name.replace("_", "").isalnum() and name.isupper():
            found[name[:40]] = value.strip().strip("\"'")[:200]
    return found


def parse_windows(text: str) -> tuple[str, str]:
    """Name and version of Windows in what `systeminfo` or Win32_OperatingSystem prints; empty where they are not."""
    name = version = ""
    for line in lines_of(text, 2000):
        if not name and "Windows Server" in line:
            name = line[line.index("Windows Server") :].strip()[:100]
        number = _WINDOWS.search(line)
        if number and not version:
            version = number[0]
    return name, version


def parse_dpkg(text: str) -> tuple[Package, ...]:
    """The installed packages in what `dpkg -l` prints."""
    rows = (line.split(None, 4) for line in lines_of(text, LINES_MOST) if line.startswith(("ii ", "hi ")))
    return tuple(_package(row[1], row[2], row[3]) for row in rows if len(row) >= 4)


def _package(name: str, version: str, architecture: str) -> Package:
    return Package(name=name.partition(":")[0][:100], version=version[:100], architecture=architecture[:20])


def parse_apt(text: str) -> tuple[Pending, ...]:
    """The updates in what `apt list --upgradable` prints, whatever the language of its labels."""
    found = []
    for line in lines_of(text, LINES_MOST):
        words = line.split(" ", 3)
        if len(words) < 4 or not words[3].startswith("[") or not words[3].rstrip().endswith("]"):
            continue
        name, slash, sources = words[0].partition("/")
        if not slash:
            continue
        said = words[3].strip().strip("[]").split()
        installed = next((word for word in said if word[0].isdigit()), "")
        security = any("-security" in source for source in sources.split(","))
        found.append(Pending(name=name[:100], installed=installed[:100], security=security))
    return tuple(found)


def parse_rpm(text: str) -> tuple[Package, ...]:
    """The packages in what `rpm -qa` prints: name-version-release.architecture."""
    return tuple(_rpm(line.strip()) for line in lines_of(text, LINES_MOST) if _is_rpm(line.strip()))


_ARCHITECTURES = ("x86_64", "noarch", "aarch64", "i686", "i386", "ppc64le", "s390x", "armv7hl", "(none)")


def _is_rpm(line: str) -> bool:
    return " " not in line and line.count("-") >= 2 and line.rpartition(".")[2] in _ARCHITECTURES


def _rpm(line: str) -> Package:
    full, _, architecture = line.rpartition(".")
    front, _, revision = full.rpartition("-")
    name, _, version = front.rpartition("-")
    return Package(name=name[:100], version=f"{version}-{revision}"[:100], architecture=architecture)


def parse_dnf(text: str) -> tuple[Pending, ...]:
    """The updates in what `dnf check-update` (with or without `--security`) prints, up to *Obsoleting Packages*."""
    found = []
    for line in lines_of(text, LINES_MOST):
        if line.startswith("Obsoleting"):
            break
        words = line.split()
        name, dot, architecture = words[0].rpartition(".") if len(words) == 3 else ("", "", "")
        if dot and architecture in _ARCHITECTURES and words[1][:1].isdigit():
            security = "security" in words[2]
            found.append(Pending(name=name[:100], installed="", security=security))
    return tuple(found)


def parse_winget(text: str) -> tuple[Pending, ...]:
    """The updates in what `winget upgrade` prints in any language: rows below dashes that end in a source."""
    found: list[Pending] = []
    under = False
    for line in lines_of(text, LINES_MOST):
        if len(line) >= _RULE_LEAST and not line.strip("-"):
            under = True
            continue
        words = line.split()
        row = len(words) >= 5 and words[-1] in _WINGET_SOURCES and any(sign.isdigit() for sign in words[-2])
        if under and row:
            found.append(Pending(name=words[-4][:100], installed=words[-3][:100]))
    return tuple(found)


def parse_brew(text: str) -> tuple[Pending, ...]:
    """The updates in what `brew outdated --verbose` prints; none where another line stands among them."""
    found = []
    for line in lines_of(text, LINES_MOST):
        name, opened, rest = line.strip().partition(" (")
        installed, closed, newer = rest.partition(") ")
        if not line.strip():
            continue
        if not (opened and closed and newer[:2] in ("< ", "!=") and " " not in name and installed[:1].isdigit()):
            return ()
        found.append(Pending(name=name[:100], installed=installed.rpartition(", ")[2][:100]))
    return tuple(found)


def parse_hotfixes(text: str) -> tuple[Hotfix, ...]:
    """The updates in what Get-HotFix, `wmic qfe` or `systeminfo` prints; each number once.

    A day counts where its order is beyond doubt: the year first, or a part above 12.
    """
    found: dict[str, Hotfix] = {}
    for line in lines_of(text, LINES_MOST):
        for match in _KB.finditer(line):
            known = found.get(match[0])
            if known is None or known.installed is None:
                found[match[0]] = Hotfix(id=match[0], installed=_day_in(line[match.end() :]))
    return tuple(found.values())


def _day_in(text: str) -> date | None:
    days = [day for match in _DAY.finditer(text[:400]) if (day := _day(match)) is not None]
    return max(days, default=None)


def _day(match: re.Match[str]) -> date | None:
    first, middle, last = int(match[1]), int(match[3]), int(match[4])
    for year, month, day in _orders(first, middle, last):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return None


def _orders(first: int, middle: int, last: int) -> Iterator[tuple[int, int, int]]:
    if first > 1000:
        yield first, middle, last
    elif last > 1000 and first > 12:
        yield last, middle, first
    elif last > 1000 and (middle > 12 or first == middle):
        yield last, first, middle
