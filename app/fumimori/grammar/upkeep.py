"""What the collector's commands about a server's upkeep print: apt-config, fail2ban-client, find, git, lsblk.

Each text is one of the KINDS; `kind_of` tells which by lines that only its command prints.
"""

from datetime import date

from fumimori.grammar.lines import lines_of
from fumimori.model import Record

LINES_MOST = 20_000
FILES_MOST = 2_000
KINDS = ("automatic", "jails", "logs", "definitions", "settings", "attachments", "disks")
_APT = "APT::Periodic::"
_JAILS = "Jail list:"
_LEAST = 3


class Dated(Record):
    """A file, and the day on which something was last written into it."""

    path: str
    day: date


def kind_of(text: str) -> str:
    """Which of the KINDS it is; empty for none."""
    lines = [line for line in lines_of(text, 200) if line.strip()]
    if not lines:
        return ""
    dated = parse_dates(text) if len(parse_dates(text)) >= len(lines) else ()
    pairs = [line.partition(": ") for line in lines]
    signs = {
        "automatic": all(line.startswith(_APT) for line in lines),
        "jails": lines[0].strip() == "Status" and any(_JAILS in line for line in lines[:5]),
        "logs": bool(dated) and all(one.path.startswith("/var/log/") for one in dated),
        "definitions": bool(dated) and all(one.path.startswith("/var/lib/clamav/") for one in dated),
        "settings": [name for name, _, _ in pairs] == ["kept", "changed since"],
        "attachments": len(lines) >= _LEAST and all(colon and name.startswith("invoice.") for name, colon, _ in pairs),
        "disks": all(name.startswith("/") and "disk" in layers.split() for name, _, layers in pairs),
    }
    return next((kind for kind, holds in signs.items() if holds), "")


def parse_dates(text: str) -> tuple[Dated, ...]:
    """The lines `YYYY-MM-DD /path` in `text`."""
    found = []
    for line in lines_of(text, FILES_MOST):
        day, _, path = line.strip().partition(" ")
        try:
            when = date.fromisoformat(day)
        except ValueError:
            continue
        if path.startswith("/"):
            found.append(Dated(path=path[:300], day=when))
    return tuple(found)


def parse_automatic(text: str) -> bool:
    """Whether apt fetches its lists and installs updates automatically (apt.conf(5): `0` and no entry are never)."""
    said: dict[str, str] = {}
    for line in lines_of(text, LINES_MOST):
        name, _, value = line.strip().rstrip(";").partition(" ")
        said[name.removeprefix(_APT)] = value.strip('"')
    wanted = (said.get("Update-Package-Lists", "0"), said.get("Unattended-Upgrade", "0"))
    return said.get("Enable", "1") != "0" and all(value not in ("", "0") for value in wanted)


def parse_jails(text: str) -> tuple[str, ...]:
    """The jails that are on."""
    for line in lines_of(text, 200):
        if _JAILS in line:
            names = line.partition(_JAILS)[2].split(",")
            return tuple(name.strip()[:60] for name in names if name.strip())[:200]
    return ()


def parse_settings(text: str) -> tuple[date | None, int]:
    """The day of the last record of the settings, and how many files were changed since."""
    said = dict(line.partition(": ")[::2] for line in lines_of(text, 10))
    changed = said.get("changed since", "").strip()
    try:
        day = date.fromisoformat(said.get("kept", "").strip())
    except ValueError:
        day = None
    return day, int(changed) if changed.isascii() and changed.isdecimal() and len(changed) < 9 else 0


def parse_attachments(text: str) -> tuple[tuple[str, bool], ...]:
    """Each kind of file, and whether it is stopped (header_checks(5): REJECT, DISCARD or HOLD)."""
    found = []
    for line in lines_of(text, 200):
        name, colon, action = line.partition(": ")
        if colon and name.startswith("invoice."):
            found.append((name.removeprefix("invoice.")[:20], action.strip().upper() in ("REJECT", "DISCARD", "HOLD")))
    return tuple(found)


def parse_disks(text: str) -> tuple[tuple[str, bool], ...]:
    """Each folder, and whether one of the layers below it is encrypted (lsblk(8), the type `crypt`)."""
    found = []
    for line in lines_of(text, 200):
        folder, colon, layers = line.partition(": ")
        if colon and folder.startswith("/"):
            found.append((folder[:100], "crypt" in layers.split()))
    return tuple(found)
