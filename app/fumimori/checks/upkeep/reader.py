"""How a server is maintained: what its own commands say of updates, logins, logs, attachments, filter data and disks.

Objective  Answer from inside what cannot be seen from outside: whether updates are installed automatically, wrong
           passwords are stopped, logs reach back far enough, dangerous attachments are refused, the virus filter's data
           are new, the settings are on record, and the disks with mail are encrypted.
Inputs     `apt-config dump`, `fail2ban-client status`, dates of log files and of ClamAV's data, the last record of /etc
           in git (etckeeper), what Postfix's own header checks say to eight kinds of files, `lsblk` of the folders
           with mail; as the collector prints them.
Steps      Only what is there proves anything: who sees no fail2ban may have another guard. How far logs reach is judged
           once they were rotated several times, so that a young server is not blamed.
Outcomes   definitions_old (medium); logs_short (low); automatic_updates, guarded, guarded_partly, logs_long,
           logins_recorded, definitions_fresh, settings_kept, settings_changed, attachments_stopped,
           attachments_partly, disk_encrypted (ok).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from fumimori.checks.contract import About, Damaged, Document, ReadContext, Reader, Reading
from fumimori.checks.listing import shown
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.upkeep.facts import UPKEEP, Facts
from fumimori.grammar.lines import beginning_of, text_of
from fumimori.grammar.upkeep import (
    Dated,
    kind_of,
    parse_attachments,
    parse_automatic,
    parse_dates,
    parse_disks,
    parse_jails,
    parse_settings,
)
from fumimori.model import Control, Outcome, Rules, Values

RECEIVING = frozenset({"dovecot", "courier-auth", "cyrus-imap"})
SENDING = frozenset({"postfix-sasl", "sasl", "exim", "sendmail-auth"})
SHELL = frozenset({"sshd", "ssh", "dropbear"})
_MAIL = ("mail.log", "maillog", "mail.info")
_LOGINS = ("auth.log", "secure")


def accepts(document: Document) -> float:
    """By lines that only one of the commands prints."""
    return 0.88 if kind_of(beginning_of(document.content)) else 0.0


def read(document: Document, _context: ReadContext) -> Sequence[Reading[Facts]]:
    """What one command says; Damaged when it is none of them."""
    text = text_of(document.content)
    kind = kind_of(beginning_of(document.content))
    if not kind:
        raise Damaged
    kept, changed = parse_settings(text) if kind == "settings" else (None, 0)
    facts = Facts(
        kind=kind,
        automatic=kind == "automatic" and parse_automatic(text),
        jails=parse_jails(text) if kind == "jails" else (),
        files=parse_dates(text) if kind in ("logs", "definitions") else (),
        kept=kept,
        changed=changed,
        attachments=parse_attachments(text) if kind == "attachments" else (),
        disks=parse_disks(text) if kind == "disks" else (),
    )
    return (Reading(subject="", facts=facts, part=kind),)


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What each command of each host means."""
    for attempt, facts in observations.all(UPKEEP):
        for name, values in _outcomes(facts, attempt.ended.date(), rules):
            told = (("host", attempt.subject), *values)
            yield UPKEEP.outcome(name, attempt.subject, told)


def _outcomes(facts: Facts, day: date, rules: Rules) -> Iterator[NamedOutcome]:
    if facts.automatic:
        yield "automatic_updates", ()
    if facts.jails:
        yield from _guard(set(facts.jails))
    if facts.kind == "logs":
        yield from _logs(facts.files, day, rules)
    if facts.kind == "definitions" and facts.files:
        newest = max(one.day for one in facts.files)
        old = (day - newest).days > rules.number("upkeep.definitions_days")
        yield ("definitions_old" if old else "definitions_fresh"), (("date", newest.isoformat()),)
    if facts.kept is not None:
        word = "settings_changed" if facts.changed else "settings_kept"
        yield word, (("date", facts.kept.isoformat()), ("count", facts.changed))
    stopped = [ending for ending, held in facts.attachments if held]
    if stopped:
        word = "attachments_stopped" if len(stopped) == len(facts.attachments) else "attachments_partly"
        yield word, (("kinds", shown(stopped)),)
    encrypted = [folder for folder, secret in facts.disks if secret]
    if encrypted:
        yield "disk_encrypted", (("folders", shown(encrypted)),)


def _guard(jails: set[str]) -> Iterator[NamedOutcome]:
    """Every login: mail that is fetched, mail that is sent, and the server itself."""
    places = [jails & names for names in (RECEIVING, SENDING, SHELL)]
    named: Values = (("jails", shown(sorted(jails))),)
    if all(places):
        yield "guarded", named
    elif any(places):
        yield "guarded_partly", named


def _logs(files: Sequence[Dated], day: date, rules: Rules) -> Iterator[NamedOutcome]:
    kinds = {"mail": _of(files, _MAIL), "logins": _of(files, _LOGINS)}
    if kinds["logins"]:
        yield "logins_recorded", ()
    if not all(kinds.values()):
        return
    reach: Mapping[str, int] = {name: (day - min(one.day for one in found)).days for name, found in kinds.items()}
    days: Values = (("days", min(reach.values())),)
    rotated = min(len(found) for found in kinds.values()) > rules.number("upkeep.rotations_least")
    if min(reach.values()) >= rules.number("upkeep.logs_days"):
        yield "logs_long", days
    elif rotated and min(reach.values()) >= rules.number("upkeep.logs_days_least"):
        yield "logs_short", days


def _of(files: Sequence[Dated], names: Sequence[str]) -> list[Dated]:
    """Files of one log with those that were rotated; the system's journal holds every log."""
    found = []
    for one in files:
        name = one.path.rpartition("/")[2]
        journal = name.startswith("system") and name.endswith(".journal")
        if journal or name.startswith(tuple(names)):
            found.append(one)
    return found


READER = Reader(
    facts=UPKEEP,
    control=Control.UPDATES,
    about=About.HOST,
    accepts=accepts,
    read=read,
    judge=judge,
)
