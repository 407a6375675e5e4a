"""What is installed on a server, and which updates wait.

Objective  Tell whether the system still gets fixes, and whether they are installed.
Inputs     /etc/os-release; `dpkg -l` or `rpm -qa`; `apt list --upgradable` or `dnf check-update`; of Windows
           `systeminfo`, Get-HotFix, `wmic qfe` or `winget upgrade`; of macOS `brew outdated --verbose`. One by one or
           together. How new apt's lists are, by find(1). The programs that listen, as the reader
           `firewall` saw them.
Steps      The system's release against tables/support.tsv; versions of Debian's packages of the mail programs against
           tables/debian_versions.tsv; waiting updates as they are listed; the day of the newest hotfix.
Outcomes   os_unsupported (high); os_extended_paid, os_ends_soon, security_pending, package_behind, patches_old
           (medium); updates_pending (low); os_extended (info); os_supported, up_to_date, patches_recent,
           no_fix_waits, versions_listed, reachable_supported (ok).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from fumimori.checks.contract import About, Damaged, Document, ReadContext, Reader, Reading
from fumimori.checks.firewall.facts import FIREWALL
from fumimori.checks.listing import shown
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.packages.facts import PACKAGES, Facts
from fumimori.checks.products.support_state import Circumstances, system_state
from fumimori.grammar.lines import beginning_of, text_of
from fumimori.grammar.packages import (
    parse_apt,
    parse_brew,
    parse_dnf,
    parse_dpkg,
    parse_hotfixes,
    parse_os_release,
    parse_rpm,
    parse_windows,
    parse_winget,
)
from fumimori.grammar.upkeep import parse_dates
from fumimori.grammar.versions import DebianVersion
from fumimori.model import Control, Outcome, Rules, Values

PENDING_KEPT = 300
APT_LISTS = "/var/lib/apt/lists/"
PACKAGE_OF: Mapping[str, str] = {
    "apache2": "apache2",
    "dovecot": "dovecot-core",
    "exim4": "exim4",
    "imap-login": "dovecot-core",
    "master": "postfix",
    "nginx": "nginx",
    "pop3-login": "dovecot-core",
    "smtpd": "postfix",
    "sshd": "openssh-server",
}
"""The package of a listening program, by the name that ss(8) prints."""
_RPM_LEAST = 5
_WAITING = {"apt": parse_apt, "dnf": parse_dnf, "winget": parse_winget, "brew": parse_brew}
_APT_HEADS = ("Listing...", "一覧表示...")


def accepts(document: Document) -> float:
    """By lines that only one of the programs prints."""
    return 0.85 if _kind(beginning_of(document.content)) else 0.0


def _kind(text: str) -> str:
    """Which list it is; empty for none."""
    dated = parse_dates(text)
    if dated and all(one.path.startswith(APT_LISTS) for one in dated):
        return "lists"
    release = parse_os_release(text)
    signs = {
        "dpkg": bool(parse_dpkg(text)),
        "apt": bool(parse_apt(text)) or text.lstrip().startswith(_APT_HEADS),
        "system": "ID" in release and "NAME" in release,
        "dnf": bool(parse_dnf(text)),
        "rpm": len(parse_rpm(text)) >= _RPM_LEAST,
        "hotfixes": bool(parse_hotfixes(text)),
        "windows": all(parse_windows(text)),
        "winget": bool(parse_winget(text)),
        "brew": bool(parse_brew(text)),
    }
    return next((kind for kind, holds in signs.items() if holds), "")


def read(document: Document, context: ReadContext) -> Sequence[Reading[Facts]]:
    """One list of one server, or the two that `systeminfo` prints; Damaged when there is none."""
    text = text_of(document.content)
    kind = _kind(text)
    if not kind:
        raise Damaged
    wanted = {row["package"] for row in context.rules.tables["debian_versions"].dicts()}
    found = [_facts(kind, text, wanted)]
    if kind == "hotfixes" and all(parse_windows(text)):
        found.append(_facts("windows", text, wanted))
    return tuple(Reading(subject="", facts=facts, part=facts.kind) for facts in found)


def _facts(kind: str, text: str, wanted: set[str]) -> Facts:
    if kind == "system":
        said = parse_os_release(text)
        name = said.get("PRETTY_NAME", said["NAME"])
        return Facts(kind="system", product=said["ID"].lower(), release=said.get("VERSION_ID", ""), name=name)
    if kind == "windows":
        name, version = parse_windows(text)
        return Facts(kind="system", product="windows-server", release=version, name=name)
    if kind == "lists":
        return Facts(kind="lists", newest=max(one.day for one in parse_dates(text)))
    if kind in ("dpkg", "rpm"):
        packages = parse_dpkg(text) if kind == "dpkg" else parse_rpm(text)
        kept = {package.name: package for package in packages if kind == "dpkg" and package.name in wanted}
        return Facts(kind="installed", packages=tuple(kept.values()), count=len(packages))
    if kind == "hotfixes":
        fixes = parse_hotfixes(text)
        days = [fix.installed for fix in fixes if fix.installed]
        return Facts(kind="hotfixes", count=len(fixes), newest=max(days, default=None))
    waiting = sorted(_WAITING[kind](text), key=lambda update: not update.security)
    return Facts(
        kind="pending",
        pending=tuple(waiting[:PENDING_KEPT]),
        count=len(waiting),
        security=sum(update.security for update in waiting),
    )


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What the lists of each host mean together."""
    hosts: dict[str, dict[str, Facts]] = {}
    days: dict[str, date] = {}
    for attempt, facts in observations.all(PACKAGES):
        hosts.setdefault(attempt.subject, {})[facts.kind] = facts
        days[attempt.subject] = attempt.ended.date()
    for host, lists in hosts.items():
        waiting = {
            one.program
            for seen, facts in observations.all(FIREWALL)
            if seen.subject == host
            for one in facts.listeners
            if one.everywhere
        }
        yield from PACKAGES.outcomes(
            host, (*_outcomes(lists, days[host], rules), *_programs(lists, waiting, days[host], rules)), ("host", host)
        )


def _outcomes(lists: dict[str, Facts], day: date, rules: Rules) -> Iterator[NamedOutcome]:
    system = lists.get("system")
    if system is not None:
        yield from _system(system, day, rules)
    if system is not None and "installed" in lists:
        yield from _behind(system, lists["installed"], rules)
    pending = lists.get("pending")
    if pending is not None:
        names = shown([update.name for update in pending.pending[:20]], pending.count)
        values: Values = (("count", pending.count), ("security", pending.security), ("packages", names))
        if pending.security:
            yield "security_pending", values
        elif pending.count:
            yield "updates_pending", (("count", pending.count), ("packages", names))
        else:
            yield "up_to_date", ()
        fetched = lists["lists"].newest if "lists" in lists else None
        fresh = fetched is not None and (day - fetched).days <= rules.number("packages.lists_days")
        if fresh and fetched and not pending.security:
            yield "no_fix_waits", (("date", fetched.isoformat()),)
    fixes = lists.get("hotfixes")
    if fixes is not None and fixes.newest is not None:
        late = day - fixes.newest > timedelta(days=int(rules.number("packages.patch_days")))
        when: Values = (("installed", fixes.newest.isoformat()), ("days", (day - fixes.newest).days))
        yield ("patches_old" if late else "patches_recent"), when


def _programs(lists: dict[str, Facts], waiting: set[str], day: date, rules: Rules) -> Iterator[NamedOutcome]:
    """Whether versions are known, and whether all that others reach comes from a system that still gets fixes."""
    system, installed = lists.get("system"), lists.get("installed")
    if system is None or installed is None or not installed.packages:
        return
    names = {package.name for package in installed.packages}
    known: Values = (("system", system.name), ("packages", shown(sorted(names))))
    yield "versions_listed", known
    lost = {word for word, _ in _system(system, day, rules)} & {"os_unsupported", "os_extended_paid"}
    in_table = any(row["product"] == system.product for row in rules.tables["support"].dicts())
    if waiting and in_table and not lost and all(PACKAGE_OF.get(program) in names for program in waiting):
        yield "reachable_supported", (("system", system.name), ("packages", shown(sorted(waiting))))


def _system(system: Facts, day: date, rules: Rules) -> Iterator[NamedOutcome]:
    """What the dated table says about the system's release; nothing where it does not know it."""
    found = list(system_state(system.product, system.release, Circumstances(day=day), rules))
    yield from found
    rows = rules.tables["support"].dicts()
    row = next((r for r in rows if r["product"] == system.product and r["cycle"] == system.release), None)
    if found or row is None or not row["ends"]:
        return
    name = ("system", row["name"])
    soon = date.fromisoformat(row["ends"]) - day < timedelta(days=int(rules.number("packages.soon_days")))
    yield ("os_ends_soon", (name, ("day", row["ends"]))) if soon else ("os_supported", (name, ("until", row["ends"])))


def _behind(system: Facts, installed: Facts, rules: Rules) -> Iterator[NamedOutcome]:
    """Packages of Debian that are older than the newest that the table knows for the same release."""
    table = rules.tables["debian_versions"]
    if system.product != "debian" or system.release not in table.columns[1:]:
        return
    newest = {row["package"]: row[system.release] for row in table.dicts()}
    behind = [
        f"{package.name} {package.version}"
        for package in installed.packages
        if newest[package.name] and DebianVersion(package.version) < DebianVersion(newest[package.name])
    ]
    if behind:
        yield "package_behind", (("packages", shown(behind)), ("date", table.date))


READER = Reader(
    facts=PACKAGES,
    control=Control.UPDATES,
    about=About.HOST,
    accepts=accepts,
    read=read,
    judge=judge,
)
