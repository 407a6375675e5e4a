"""Who has left, against the accounts, access and keys that were recorded or read. Pure."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import PurePosixPath

from fumimori.assess.register_rows import Registers, listed, outcome
from fumimori.checks.accounts.facts import ACCOUNTS
from fumimori.checks.observations import Observations
from fumimori.checks.ssh_keys.facts import SSH_KEYS
from fumimori.checks.system_accounts.facts import SYSTEM_ACCOUNTS
from fumimori.grammar.person_names import same_person
from fumimori.model import Outcome, RegisterRow

Leavers = Mapping[str, tuple[str, date]]
"""By a name that compares, the name as it was typed and the last day."""


def left_behind(registers: Registers, observations: Observations) -> Iterator[Outcome]:
    """What leavers still have: by the registers, and by lists of accounts and keys read after their last day."""
    leavers = registers.leavers
    if not leavers:
        return
    wrong, closed = list(_access(registers, leavers)), 0
    for row in registers.of("accounts", "account"):
        if (found := leavers.get(same_person(row.text("holder")))) is not None:
            fault = _account(row, found, registers)
            wrong += [fault] if fault else []
            closed += row.day("closed") is not None
    told = {one.subject for one in wrong}
    wrong += [one for one in _read(registers, leavers, observations) if one.subject not in told]
    yield from wrong
    if closed and not wrong:
        yield outcome("register_staff.leavers_closed", count=closed)


# --- by the registers ---------------------------------------------------------------------------------------------


def _account(row: RegisterRow, leaver: tuple[str, date], registers: Registers) -> Outcome | None:
    """What is wrong with an account of somebody who has left; a day that cannot be read is not known to be late."""
    name, left = leaver
    closed, account = row.day("closed"), row.text("account")
    values = {"name": name, "left": left.isoformat()}
    if row.text("forwards_to"):
        return outcome("register_staff.leaver_forwarding", account, to=row.text("forwards_to"), **values)
    if not row.text("closed"):
        return outcome("register_staff.leaver_account", account, **values)
    if closed is not None and (closed - left).days > registers.rules.number("register_staff.late_days"):
        return outcome("register_staff.leaver_late", account, days=(closed - left).days, **values)
    return None


def _access(registers: Registers, leavers: Leavers) -> Iterator[Outcome]:
    for register, who, what, ended in (
        ("access", "who", "what", "closed"),
        ("certificates", "holder", "subject", "replaced"),
    ):
        for row in registers.of(register, what):
            found = leavers.get(same_person(row.text(who)))
            if found is not None and not row.text(ended):
                yield outcome("register_staff.leaver_access", row.text(what), name=found[0], left=found[1].isoformat())


# --- by what was read ---------------------------------------------------------------------------------------------


def _read(registers: Registers, leavers: Leavers, observations: Observations) -> Iterator[Outcome]:
    """Accounts that can sign in and keys that are listed, by lists that were read after the last day."""
    logins = _logins(registers, leavers)
    for word, found in (("leaver_seen", _active(observations)), ("leaver_key", _keys(observations))):
        places: dict[str, list[str]] = {}
        values: dict[str, dict[str, str]] = {}
        for subject, names, where, day in found:
            leaver = next((logins[name] for name in names if name in logins), None)
            if leaver is not None and day > leaver[1]:
                places.setdefault(subject, []).append(where)
                values[subject] = {"name": leaver[0], "left": leaver[1].isoformat(), "seen": day.isoformat()}
        for subject, hosts in places.items():
            yield outcome(
                f"register_staff.{word}", subject, where=listed(list(dict.fromkeys(hosts))), **values[subject]
            )


def _logins(registers: Registers, leavers: Leavers) -> dict[str, tuple[str, date]]:
    """By the login names of the register of accounts and by the names themselves, who has left.

    A login that somebody who is here holds as well says nothing.
    """
    found = dict(leavers)
    shared: set[str] = set()
    for row in registers.of("accounts", "account"):
        names = _spellings(row.text("account"))
        leaver = leavers.get(same_person(row.text("holder")))
        if leaver is None:
            shared.update(names)
        else:
            found |= dict.fromkeys(names, leaver)
    return {name: leaver for name, leaver in found.items() if name not in shared}


def _spellings(login: str) -> list[str]:
    """A login as it compares: whole, and without its domain."""
    return [one for one in dict.fromkeys((same_person(login), same_person(login.partition("@")[0]))) if one]


def _active(observations: Observations) -> Iterator[tuple[str, Collection[str], str, date]]:
    """Accounts that can sign in: each with its spellings, where it is, and the day of the list."""
    for attempt, export in observations.all(ACCOUNTS):
        for one in export.accounts:
            if one.active is not False:
                yield one.name, _spellings(one.name), attempt.subject, attempt.ended.date()
    locked = {
        (attempt.subject, one.name)
        for attempt, facts in observations.all(SYSTEM_ACCOUNTS)
        for one in facts.accounts
        if one.state == "L"
    }
    for attempt, facts in observations.all(SYSTEM_ACCOUNTS):
        for login in facts.accounts:
            if login.may_log_in and (attempt.subject, login.name) not in locked:
                yield login.name, _spellings(login.name), attempt.subject, attempt.ended.date()


def _keys(observations: Observations) -> Iterator[tuple[str, Collection[str], str, date]]:
    """Keys that are listed: each with whom its comment and its file name, where it is, and the day of the list."""
    for attempt, facts in observations.all(SSH_KEYS):
        for key in facts.keys:
            parts = PurePosixPath(key.place).parts
            user = parts[2] if parts[:2] == ("/", "home") and len(parts) > 2 else "" if "/" in key.place else key.place
            names = [*_spellings(key.comment), *_spellings(user)]
            yield key.comment or key.place or f"SHA256:{key.sha256}", names, attempt.subject, attempt.ended.date()
