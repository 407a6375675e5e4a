"""What follows from the registers: rows joined with each other, with the calendar, and with what was measured.

Every outcome is about what somebody recorded; an empty register, and a cell that nobody filled, say nothing. Pure.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

from fumimori.assess.senders import senders
from fumimori.checks.listing import shown
from fumimori.checks.observations import Observations
from fumimori.grammar.person_names import same_person
from fumimori.grammar.versions import belongs
from fumimori.model import Assessment, Outcome, RegisterRow, Rules, Table

_listed = partial(shown, most=5)
EDGE = frozenset({"router", "firewall", "vpn"})
"""Devices that the Internet reaches."""
_KEEPS = frozenset({"smime", "signing"})


class Registers:
    """The rows of an assessment as the joins read them, as of one day."""

    def __init__(self, rows: Sequence[RegisterRow], day: date, rules: Rules) -> None:
        self.day = day
        self.rules = rules
        self._rows = rows

    def of(self, register: str, required: str) -> tuple[RegisterRow, ...]:
        """The rows of a register in which the column `required` is filled."""
        return tuple(row for row in self._rows if row.register == register and row.text(required))

    @property
    def leavers(self) -> dict[str, tuple[str, date]]:
        """Who has left, by a name that compares, with the name as it was typed and the last day.

        Somebody who is there a second time without a last day in the past is here: a namesake, or back again.
        """
        left: dict[str, tuple[str, date]] = {}
        here: set[str] = set()
        for row in self.of("staff", "name"):
            who, day = same_person(row.text("name")), row.day("left")
            if day is not None and day < self.day:
                left[who] = max(left.get(who, ("", date.min)), (row.text("name"), day), key=lambda found: found[1])
            else:
                here.add(who)
        return {who: found for who, found in left.items() if who not in here}


def outcomes(assessment: Assessment, observations: Observations, rules: Rules, day: date) -> tuple[Outcome, ...]:
    """All that the registers of `assessment` say on `day`; nothing while they are empty."""
    if not assessment.registers:
        return ()
    registers = Registers(assessment.registers, day, rules)
    found = [one for join in _JOINS for one in join(registers)]
    found += senders(registers.of("senders", "service"), observations, day)
    return tuple(found)


def _outcome(code: str, subject: str = "", **values: str | int) -> Outcome:
    return Outcome(code=code, subject=subject, values=tuple(values.items()))


# --- who has left -------------------------------------------------------------------------------------------------


def _leavers(registers: Registers) -> Iterator[Outcome]:
    """Leavers against accounts, forwarding, access and keys."""
    leavers, closed = registers.leavers, 0
    wrong = list(_left_access(registers, leavers))
    for row in registers.of("accounts", "account"):
        if (found := leavers.get(same_person(row.text("holder")))) is not None:
            fault = _left_account(row, found, registers)
            wrong += [fault] if fault else []
            closed += row.day("closed") is not None
    yield from wrong
    if closed and not wrong:
        yield _outcome("register_staff.leavers_closed", count=closed)


def _left_account(row: RegisterRow, leaver: tuple[str, date], registers: Registers) -> Outcome | None:
    """What is wrong with an account of somebody who has left; a day that cannot be read is not known to be late."""
    name, left = leaver
    closed, account = row.day("closed"), row.text("account")
    values = {"name": name, "left": left.isoformat()}
    if row.text("forwards_to"):
        return _outcome("register_staff.leaver_forwarding", account, to=row.text("forwards_to"), **values)
    if not row.text("closed"):
        return _outcome("register_staff.leaver_account", account, **values)
    if closed is not None and (closed - left).days > registers.rules.number("register_staff.late_days"):
        return _outcome("register_staff.leaver_late", account, days=(closed - left).days, **values)
    return None


def _left_access(registers: Registers, leavers: Mapping[str, tuple[str, date]]) -> Iterator[Outcome]:
    for register, who, what, ended in (
        ("access", "who", "what", "closed"),
        ("certificates", "holder", "subject", "replaced"),
    ):
        for row in registers.of(register, what):
            found = leavers.get(same_person(row.text(who)))
            if found is not None and not row.text(ended):
                yield _outcome("register_staff.leaver_access", row.text(what), name=found[0], left=found[1].isoformat())


# --- accounts -----------------------------------------------------------------------------------------------------


def _accounts(registers: Registers) -> Iterator[Outcome]:
    """Administrators and users without multi-factor authentication; nobody of whom it is not known is counted."""
    open_rows = [row for row in registers.of("accounts", "account") if not row.text("closed")]
    admins = [row for row in open_rows if row.text("kind") == "admin"]
    users = [row for row in open_rows if row.text("kind") in ("", "user", "shared")]
    for group, rows in (("admins", admins), ("users", users)):
        without = [row.text("account") for row in rows if row.yes("mfa") is False]
        some = any(row.yes("mfa") for row in rows)
        if without:
            word = "some_no_mfa" if some else "no_mfa"
            yield _outcome(
                f"register_accounts.{group}_{word}", count=len(without), total=len(rows), names=_listed(without)
            )
        elif rows and all(row.yes("mfa") for row in rows):
            yield _outcome(f"register_accounts.{group}_mfa", count=len(rows))
    for word, kind in (("admins_listed", "admin"), ("services_listed", "service")):
        listed = [row for row in open_rows if row.text("kind") == kind]
        if listed and all(row.text("holder") for row in listed):
            yield _outcome(f"register_accounts.{word}", count=len(listed))


# --- access -------------------------------------------------------------------------------------------------------


def _access(registers: Registers) -> Iterator[Outcome]:
    """What was given until a day that is past, without a day, or without anybody who approved it."""
    rows = registers.of("access", "who")
    wrong = False
    for row in rows:
        if row.text("closed"):
            continue
        until, subject = row.day("until"), row.text("what") or row.text("who")
        if until is None:
            wrong = True
            yield _outcome("register_access.no_end", subject, who=row.text("who"))
        elif until < registers.day:
            wrong = True
            yield _outcome(
                "register_access.overdue",
                subject,
                who=row.text("who"),
                until=until.isoformat(),
                days=(registers.day - until).days,
            )
        if not row.text("approved_by"):
            wrong = True
            yield _outcome("register_access.unapproved", subject, who=row.text("who"))
    if rows and not wrong:
        yield _outcome("register_access.in_order", count=len(rows))


# --- devices ------------------------------------------------------------------------------------------------------


def _devices(registers: Registers) -> Iterator[Outcome]:
    """Devices whose support has ended, by the day that was recorded or by the table of products."""
    rows = [row for row in registers.of("devices", "device") if not row.text("retired")]
    unknown, wrong = [], False
    for row in rows:
        ends = row.day("support_ends") or _support_end(row, registers.rules.tables.get("support"))
        if ends is None:
            unknown.append(row.text("device"))
        elif ends < registers.day:
            wrong = True
            product = " ".join(filter(None, (row.text("model"), row.text("firmware"))))
            word = "unsupported_edge" if row.text("kind") in EDGE else "unsupported"
            yield _outcome(
                f"register_devices.{word}", row.text("device"), product=product or "-", ends=ends.isoformat()
            )
    if unknown:
        yield _outcome("register_devices.support_unknown", count=len(unknown), names=_listed(unknown))
    elif rows and not wrong:
        yield _outcome("register_devices.supported", count=len(rows))


def _support_end(row: RegisterRow, table: Table | None) -> date | None:
    """When the support of the row's product and version ends by the table; None for what the table does not know."""
    model = row.text("model").casefold().replace(" ", "-")
    version = row.text("firmware").casefold()
    if not model or not version or table is None:
        return None
    for entry in table.dicts():
        if model == entry["product"] and belongs(version, entry["cycle"]):
            ends = entry["extended"] or entry["ends"]
            return date.fromisoformat(ends) if ends else None
    return None


# --- credentials, training, certificates --------------------------------------------------------------------------


def _credentials(registers: Registers) -> Iterator[Outcome]:
    """Passwords that nobody changed since delivery, and changes of which day or person is missing."""
    rows = registers.of("credentials", "device")
    unchanged = [row for row in rows if row.yes("changed") is False]
    for row in unchanged:
        yield _outcome("register_credentials.unchanged", row.text("device"))
    changed = [row for row in rows if row.yes("changed")]
    undated = [row.text("device") for row in changed if row.day("changed_on") is None or not row.text("changed_by")]
    if undated:
        yield _outcome("register_credentials.undated", count=len(undated), names=_listed(undated))
    if rows and len(changed) == len(rows):
        yield _outcome("register_credentials.changed", count=len(rows))


def _training(registers: Registers) -> Iterator[Outcome]:
    """Who works here and was not trained within a year; newcomers have some weeks."""
    day, number = registers.day, registers.rules.number
    since = day - timedelta(days=number("register_training.every_days"))
    new_since = day - timedelta(days=number("register_training.newcomer_days"))
    held = [
        (row, on)
        for row in registers.of("training", "held")
        if (on := row.day("held")) is not None and since <= on <= day
    ]
    due = {}
    for row in registers.of("staff", "name"):
        joined = row.day("joined")
        if not row.text("left") and row.text("kind") != "contractor" and (joined is None or joined <= new_since):
            due[same_person(row.text("name"))] = row
    if not due or not registers.of("training", "held"):
        return
    trained = {same_person(row.text("who")) for row, _ in held}
    together = max((on for row, on in held if row.yes("everyone")), default=None)
    missing = []
    for who, row in due.items():
        joined = row.day("joined")
        if who not in trained and (together is None or (joined is not None and joined > together)):
            missing.append(row.text("name"))
    if not missing:
        yield _outcome("register_training.trained", count=len(due))
    else:
        word = "nobody" if len(missing) == len(due) else "untrained"
        yield _outcome(f"register_training.{word}", count=len(missing), total=len(due), names=_listed(missing))


def _reminders(registers: Registers) -> Iterator[Outcome]:
    """Exercises with fake messages, how often people are reminded, and training for management alone."""
    day, since = registers.day, registers.day - timedelta(days=registers.rules.number("register_training.every_days"))
    rows = [(row, on) for row in registers.of("training", "held") if (on := row.day("held")) is not None and on <= day]
    exercises = [on for row, on in rows if row.text("click_rate")]
    if exercises:
        word = "exercised" if max(exercises) >= since else "exercise_old"
        yield _outcome(f"register_training.{word}", held=max(exercises).isoformat())
    days = sorted({on for _, on in rows if on >= since})
    most = max((later - earlier).days for earlier, later in pairwise((since, *days, day)))
    if most <= registers.rules.number("register_training.reminder_days"):
        yield _outcome("register_training.reminded", count=len(days), days=most)
    elif len(days) > 1:
        yield _outcome("register_training.reminded_seldom", count=len(days))
    officers = {same_person(row.text("name")) for row in registers.of("staff", "name") if row.text("kind") == "officer"}
    recent = [row for row, on in rows if on >= since and row.text("subject")]
    theirs = [row for row in recent if not row.yes("everyone") and same_person(row.text("who")) in officers]
    others = {row.text("subject") for row in recent if row not in theirs}
    own = sorted({row.text("subject") for row in theirs} - others)
    if own and others:
        yield _outcome("register_training.two_audiences", subject_held=_listed(own))


def _certificates(registers: Registers) -> Iterator[Outcome]:
    """Certificates that have ended, that nobody renews, or of which nobody recorded when they end."""
    rows = [row for row in registers.of("certificates", "subject") if not row.text("replaced")]
    no_day, wrong = [], False
    for row in rows:
        ends, kind = row.day("ends"), row.text("kind")
        renewed = row.text("renewal") == "automatic" or bool(row.text("responsible"))
        if ends is None:
            if kind not in ("ssh_key", "dkim_key"):  # keys have no end of their own
                no_day.append(row.text("subject"))
            continue
        if ends < registers.day:
            yield _outcome("register_certificates.expired", row.text("subject"), day=ends.isoformat())
        elif not renewed or row.text("renewal") == "none":
            yield _outcome("register_certificates.no_renewal", row.text("subject"), day=ends.isoformat())
        else:
            continue
        wrong = wrong or kind in _KEEPS
    if no_day:
        yield _outcome("register_certificates.no_day", count=len(no_day), names=_listed(no_day))
    signing = [row for row in rows if row.text("kind") in _KEEPS]
    if signing and not wrong and not any(row.day("ends") is None for row in signing):
        yield _outcome("register_certificates.listed", count=len(signing))


_JOINS: tuple[Callable[[Registers], Iterator[Outcome]], ...] = (
    _leavers,
    _accounts,
    _access,
    _devices,
    _credentials,
    _training,
    _reminders,
    _certificates,
)
