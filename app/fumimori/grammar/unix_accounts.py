"""Accounts of a Unix: passwd(5) by getent, `passwd -S -a`, `lastlog`, group(5), `doveadm user`; never a password."""

from datetime import date, datetime

from fumimori.grammar.lines import lines_of
from fumimori.model import Record

LINES_MOST = 200_000
NO_SHELLS = ("nologin", "false", "sync", "halt", "shutdown")


class PasswdEntry(Record):
    """One account of the system."""

    name: str
    uid: int
    shell: str

    @property
    def may_log_in(self) -> bool:
        """Whether its shell lets somebody in."""
        return self.shell.rpartition("/")[2] not in NO_SHELLS


class PasswordState(Record):
    """What `passwd -S` says about one account."""

    name: str
    state: str
    """`P`: a password is set, `L`: locked, `NP`: none is needed."""
    changed: date | None = None


def parse_passwd(text: str) -> tuple[PasswdEntry, ...]:
    """The accounts in `text`; the field for the password is not looked at."""
    found = []
    for line in lines_of(text, LINES_MOST):
        fields = line.split(":")
        if len(fields) == 7 and fields[0] and _number(fields[2]) >= 0 and _number(fields[3]) >= 0:
            entry = PasswdEntry(name=fields[0][:100], uid=_number(fields[2]), shell=fields[6].strip()[:100])
            found.append(entry)
    return tuple(found)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else -1


def parse_groups(text: str) -> dict[str, tuple[str, ...]]:
    """The members of each group in `getent group`."""
    found: dict[str, tuple[str, ...]] = {}
    for line in lines_of(text, LINES_MOST):
        fields = line.split(":")
        if len(fields) == 4 and fields[0] and _number(fields[2]) >= 0:
            found[fields[0][:100]] = tuple(name.strip()[:100] for name in fields[3].split(",") if name.strip())
    return found


def parse_password_states(text: str) -> tuple[PasswordState, ...]:
    """The accounts in `passwd -S -a`: Debian's `P`, `L`, `NP`, Red Hat's `PS`, `LK`, `NP`; some have no more words."""
    found = []
    for line in lines_of(text, LINES_MOST):
        words = line.split()
        state = {"PS": "P", "LK": "L"}.get(words[1], words[1]) if len(words) == 2 or len(words) >= 7 else ""
        if state in ("P", "L", "NP"):
            changed = _day(words[2]) if len(words) > 2 else None
            found.append(PasswordState(name=words[0][:100], state=state, changed=changed))
    return tuple(found)


def _day(text: str) -> date | None:
    for pattern in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day of the server, whatever its zone
        except ValueError:
            continue
    return None


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def parse_lastlog(text: str) -> dict[str, date | None]:
    """The day of each account's last login in `lastlog` (LC_ALL=C); None for one that never logged in."""
    found: dict[str, date | None] = {}
    for line in lines_of(text, LINES_MOST):
        words = line.split()
        if line.rstrip().endswith("**Never logged in**"):
            found[words[0][:100]] = None
        elif len(words) >= 7 and words[-5] in _MONTHS and words[-1].isdecimal() and words[-4].isdecimal():
            day = _calendar(int(words[-1][:4]), _MONTHS.index(words[-5]) + 1, int(words[-4][:2]))
            if day is not None:
                found[words[0][:100]] = day
    return found


def _calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_user_names(text: str) -> tuple[str, ...]:
    """The names in `doveadm user '*'`: one a line, no spaces."""
    names = (line.strip() for line in lines_of(text, LINES_MOST))
    return tuple(dict.fromkeys(name[:254] for name in names if name and " " not in name and ":" not in name))
