"""What follows from the registers: rows joined with each other, with the calendar, and with what was measured.

Every outcome is about what somebody recorded; an empty register, and a cell that nobody filled, say nothing. Pure.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from fumimori.assess.leavers import left_behind
from fumimori.assess.register_proofs import PROOFS
from fumimori.assess.register_rows import Registers, listed, outcome
from fumimori.assess.senders import senders
from fumimori.checks.observations import Observations
from fumimori.grammar.person_names import same_person
from fumimori.grammar.versions import belongs
from fumimori.model import Assessment, Outcome, RegisterRow, Rules, Table

EDGE = frozenset({"router", "firewall", "vpn"})
"""Devices that the Internet reaches."""
_KEEPS = frozenset({"smime", "signing"})


def outcomes(assessment: Assessment, observations: Observations, rules: Rules, day: date) -> tuple[Outcome, ...]:
    """All that the registers of `assessment` say on `day`; nothing while they are empty."""
    if not assessment.registers:
        return ()
    registers = Registers(assessment.registers, day, rules)
    found = [*left_behind(registers, observations), *(one for join in _JOINS for one in join(registers))]
    found += [one for proof in PROOFS for one in proof(registers, observations)]
    found += senders(registers.of("senders", "service"), observations, day)
    return tuple(found)


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
            yield outcome(
                f"register_accounts.{group}_{word}", count=len(without), total=len(rows), names=listed(without)
            )
        elif rows and all(row.yes("mfa") for row in rows):
            yield outcome(f"register_accounts.{group}_mfa", count=len(rows))
    for word, kind in (("admins_listed", "admin"), ("services_listed", "service")):
        held = [row for row in open_rows if row.text("kind") == kind]
        if held and all(row.text("holder") for row in held):
            yield outcome(f"register_accounts.{word}", count=len(held))


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
            yield outcome("register_access.no_end", subject, who=row.text("who"))
        elif until < registers.day:
            wrong = True
            yield outcome(
                "register_access.overdue",
                subject,
                who=row.text("who"),
                until=until.isoformat(),
                days=(registers.day - until).days,
            )
        if not row.text("approved_by"):
            wrong = True
            yield outcome("register_access.unapproved", subject, who=row.text("who"))
    if rows and not wrong:
        yield outcome("register_access.in_order", count=len(rows))


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
            yield outcome(f"register_devices.{word}", row.text("device"), product=product or "-", ends=ends.isoformat())
    if unknown:
        yield outcome("register_devices.support_unknown", count=len(unknown), names=listed(unknown))
    elif rows and not wrong:
        yield outcome("register_devices.supported", count=len(rows))


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
        yield outcome("register_credentials.unchanged", row.text("device"))
    changed = [row for row in rows if row.yes("changed")]
    undated = [row.text("device") for row in changed if row.day("changed_on") is None or not row.text("changed_by")]
    if undated:
        yield outcome("register_credentials.undated", count=len(undated), names=listed(undated))
    if rows and len(changed) == len(rows):
        yield outcome("register_credentials.changed", count=len(rows))


def _training(registers: Registers) -> Iterator[Outcome]:
    """Who works here and was not trained within a year; newcomers have some weeks."""
    missing, due = registers.untrained()
    if due and not missing:
        yield outcome("register_training.trained", count=due)
    elif due:
        word = "nobody" if len(missing) == due else "untrained"
        yield outcome(f"register_training.{word}", count=len(missing), total=due, names=listed(missing))


def _reminders(registers: Registers) -> Iterator[Outcome]:
    """Exercises with fake messages, how often people are reminded, and training for management alone."""
    day, since = registers.day, registers.day - timedelta(days=registers.rules.number("register_training.every_days"))
    rows = [(row, on) for row in registers.of("training", "held") if (on := row.day("held")) is not None and on <= day]
    exercises = [on for row, on in rows if row.text("click_rate")]
    if exercises:
        word = "exercised" if max(exercises) >= since else "exercise_old"
        yield outcome(f"register_training.{word}", held=max(exercises).isoformat())
    days = sorted({on for _, on in rows if on >= since})
    most = max((later - earlier).days for earlier, later in pairwise((since, *days, day)))
    if most <= registers.rules.number("register_training.reminder_days"):
        yield outcome("register_training.reminded", count=len(days), days=most)
    elif len(days) > 1:
        yield outcome("register_training.reminded_seldom", count=len(days))
    officers = {same_person(row.text("name")) for row in registers.of("staff", "name") if row.text("kind") == "officer"}
    recent = [row for row, on in rows if on >= since and row.text("subject")]
    theirs = [row for row in recent if not row.yes("everyone") and same_person(row.text("who")) in officers]
    others = {row.text("subject") for row in recent if row not in theirs}
    own = sorted({row.text("subject") for row in theirs} - others)
    if own and others:
        yield outcome("register_training.two_audiences", subject_held=listed(own))


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
            yield outcome("register_certificates.expired", row.text("subject"), day=ends.isoformat())
        elif not renewed or row.text("renewal") == "none":
            yield outcome("register_certificates.no_renewal", row.text("subject"), day=ends.isoformat())
        else:
            continue
        wrong = wrong or kind in _KEEPS
    if no_day:
        yield outcome("register_certificates.no_day", count=len(no_day), names=listed(no_day))
    signing = [row for row in rows if row.text("kind") in _KEEPS]
    if signing and not wrong and not any(row.day("ends") is None for row in signing):
        yield outcome("register_certificates.listed", count=len(signing))


_JOINS: tuple[Callable[[Registers], Iterator[Outcome]], ...] = (
    _accounts,
    _access,
    _devices,
    _credentials,
    _training,
    _reminders,
    _certificates,
)
