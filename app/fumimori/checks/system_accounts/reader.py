"""Which accounts a server's own system has, and which of them can log in without a password or as root.

Objective  Find second superusers, accounts without a password, and logins that nobody uses any more.
Inputs     `getent passwd`, `getent group`, `passwd -S -a`, `lastlog` (LC_ALL=C), `doveadm user '*'`, one by one or
           together.
Steps      Names, numbers, shells, the state of the password and the last login are kept. Hashes of passwords
           (/etc/shadow) are refused.
Outcomes   second_root, no_password (high); unused_login, default_names, admins_mail (low); logins, administrators,
           mailboxes (info); roots_good, no_default_names, own_admins, admins_separate (ok).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from fumimori.checks.contract import About, Damaged, Document, ReadContext, Reader, Reading, Secret
from fumimori.checks.listing import counted
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.system_accounts.facts import SYSTEM_ACCOUNTS, Facts, SystemAccount
from fumimori.grammar.lines import beginning_of, lines_of, text_of
from fumimori.grammar.secrets_in_text import password_hash_in
from fumimori.grammar.unix_accounts import (
    parse_groups,
    parse_lastlog,
    parse_passwd,
    parse_password_states,
    parse_user_names,
)
from fumimori.model import Control, Outcome, Rules, Values

ADMINISTRATORS = ("sudo", "wheel", "admin", "root")
"""Groups whose members may do everything."""
DEFAULT_NAMES = frozenset(
    {"admin", "administrator", "debian", "demo", "ec2-user", "guest", "oracle", "pi", "test", "ubuntu", "user"}
    | {"centos", "rocky", "almalinux", "vagrant", "support"}
)
"""Names that images and manuals come with, and that attackers try first."""
_LEAST = 2
_PEOPLE = 1000
"""Numbers below belong to the system and its services."""
_NOBODY = 65534


def accepts(document: Document) -> float:
    """By lines of which only one of the lists consists."""
    text = beginning_of(document.content)
    if password_hash_in(text):
        return 0.9
    return 0.85 if _kind(text) else 0.0


def _kind(text: str) -> str:
    lines = [line for line in lines_of(text, 2000) if line.strip()]
    most = len(lines) * 4 // 5
    if not lines:
        return ""
    if sum(line.count(":") == 6 and line.split(":")[2].isdecimal() for line in lines) > most:
        return "passwd"
    if sum(line.count(":") == 3 and line.split(":")[2].isdecimal() for line in lines) > most:
        return "administrators"
    if "**Never logged in**" in text and lines[0].split()[:1] == ["Username"]:
        return "lastlog"
    states = parse_password_states(text)
    if len(states) > most and any(one.changed for one in states):
        return "states"
    names = all("@" in line and " " not in line.strip() and "," not in line and ":" not in line for line in lines)
    return "mailboxes" if names and len(lines) >= _LEAST else ""


def read(document: Document, _context: ReadContext) -> Sequence[Reading[Facts]]:
    """One list; Secret when it holds hashes of passwords."""
    text = text_of(document.content)
    if password_hash_in(text):
        raise Secret
    kind = _kind(beginning_of(document.content))
    accounts = _accounts(kind, text)
    if not accounts and kind != "administrators":
        raise Damaged
    return (Reading(subject="", facts=Facts(kind=kind, accounts=accounts), part=kind),)


def _accounts(kind: str, text: str) -> tuple[SystemAccount, ...]:
    if kind == "passwd":
        entries = parse_passwd(text)
        return tuple(SystemAccount(name=one.name, uid=one.uid, may_log_in=one.may_log_in) for one in entries)
    if kind == "states":
        return tuple(SystemAccount(name=one.name, state=one.state) for one in parse_password_states(text))
    if kind == "lastlog":
        days = parse_lastlog(text)
        return tuple(SystemAccount(name=name, last_login=day) for name, day in days.items())
    if kind == "administrators":
        groups = parse_groups(text)
        names = (name for group in ADMINISTRATORS for name in groups.get(group, ()))
        return tuple(SystemAccount(name=name) for name in dict.fromkeys(names))
    return tuple(SystemAccount(name=name) for name in parse_user_names(text))


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What the lists of each host mean together."""
    hosts: dict[str, dict[str, Facts]] = {}
    days: dict[str, date] = {}
    for attempt, facts in observations.all(SYSTEM_ACCOUNTS):
        hosts.setdefault(attempt.subject, {})[facts.kind] = facts
        days[attempt.subject] = attempt.ended.date()
    for host, lists in hosts.items():
        yield from SYSTEM_ACCOUNTS.outcomes(host, _outcomes(lists, days[host], rules), ("host", host))


def _outcomes(lists: dict[str, Facts], day: date, rules: Rules) -> Iterator[NamedOutcome]:
    by_name = {kind: {one.name: one for one in facts.accounts} for kind, facts in lists.items()}
    entries, states, logins = (by_name.get(kind, {}) for kind in ("passwd", "states", "lastlog"))
    roots = [one for one in entries.values() if one.uid == 0]
    # Some appliances call their only superuser by another name.
    roots = [one for one in roots if one.name != "root"] if len(roots) > 1 else []
    # An account whose shell lets nobody in needs no password.
    open_ones = [one for one in states.values() if one.state == "NP" and _may(entries.get(one.name))]
    if roots:
        yield "second_root", _named(roots)
    if open_ones:
        yield "no_password", _named(open_ones)
    if entries and states and not roots and not open_ones:
        yield "roots_good", (("count", len(entries)),)
    people = [one for one in entries.values() if one.may_log_in and _is_somebody(one)]
    if people:
        yield "logins", _named(people)
        limit = day - timedelta(days=int(rules.number("accounts.unused_days")))
        idle = [one for one in people if _idle(logins.get(one.name), states.get(one.name), limit)]
        if idle:
            yield "unused_login", (*_named(idle), ("days", int(rules.number("accounts.unused_days"))))
        yield from _default_names(people, states)
    administrators = lists.get("administrators")
    if administrators and administrators.accounts:
        yield "administrators", _named(administrators.accounts)
        own = [one for one in administrators.accounts if one.name not in {"root", *DEFAULT_NAMES}]
        if len(own) >= _LEAST and len(own) == len(administrators.accounts):
            yield "own_admins", _named(own)
        yield from _daily_mail(administrators.accounts, lists.get("mailboxes"))
    boxes = lists.get("mailboxes")
    if boxes:
        yield "mailboxes", _named(boxes.accounts)


def _default_names(people: Sequence[SystemAccount], states: Mapping[str, SystemAccount]) -> Iterator[NamedOutcome]:
    """Whether anybody logs in by a name that everybody would guess; root's password must be known to be locked."""
    guessed = [one for one in people if one.name in DEFAULT_NAMES]
    if guessed:
        yield "default_names", _named(guessed)
    elif "root" in states and states["root"].state == "L":
        yield "no_default_names", (("count", len(people)),)


def _daily_mail(administrators: Sequence[SystemAccount], boxes: Facts | None) -> Iterator[NamedOutcome]:
    """Whether an administrator's account is also somebody's mailbox."""
    if boxes is None:
        return
    names = {one.name.partition("@")[0].lower() for one in boxes.accounts}
    both = [one for one in administrators if one.name.lower() in names]
    yield ("admins_mail", _named(both)) if both else ("admins_separate", _named(administrators))


def _may(entry: SystemAccount | None) -> bool:
    return entry is None or entry.may_log_in is not False


def _is_somebody(one: SystemAccount) -> bool:
    return one.uid == 0 or (one.uid is not None and one.uid >= _PEOPLE and one.uid != _NOBODY)


def _idle(login: SystemAccount | None, state: SystemAccount | None, limit: date) -> bool:
    """Whether somebody could log in with a password and has not for long; a login that was never made says nothing."""
    if state is None or state.state != "P" or login is None:
        return False
    return login.last_login is not None and login.last_login < limit


def _named(accounts: Sequence[SystemAccount]) -> Values:
    return counted("accounts", [account.name for account in accounts])


READER = Reader(
    facts=SYSTEM_ACCOUNTS,
    control=Control.ACCESS,
    about=About.HOST,
    accepts=accepts,
    read=read,
    judge=judge,
)
