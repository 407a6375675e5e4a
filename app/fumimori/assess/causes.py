"""Findings by what is broken: one thing, at one place, with one repair, whatever number of findings it shows in."""

from collections.abc import Iterable, Mapping, Sequence

from fumimori.checks.observations import host_of
from fumimori.model import CauseRule, Cost, Effort, Finding, Place, PlanEntry, Record, Rules, Work

SERVICES: Mapping[int, str] = {
    **dict.fromkeys((25, 465, 587), "SMTP"),
    **dict.fromkeys((110, 143, 993, 995, 4190), "IMAP/POP"),
}
"""Which program of a mail server usually answers on a port: what is set there is set for all of its ports."""

_EFFORTS, _COSTS = list(Effort), list(Cost)


class Cause(Record):
    """One broken thing with all findings that disappear when it is repaired."""

    id: str
    """Stable: `<rule>:<place>`, the rule alone without a place, or the code of findings that no rule joins."""
    rule: str
    """The id of the rule that joins the findings; empty when none does."""
    place: str
    """A host, `host (service)` or a domain; empty for what concerns the whole organisation."""
    findings: tuple[Finding, ...]
    """The one that decides first: the worst, and of equals a combination."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The kinds of its findings."""
        return tuple(dict.fromkeys(finding.code for finding in self.findings))

    @property
    def work(self) -> Work:
        """The owner of what decides, and the most that any of its findings asks for."""
        works = [finding.work for finding in self.findings]
        return Work(
            owner=works[0].owner,
            effort=max((work.effort for work in works), key=_EFFORTS.index),
            cost=max((work.cost for work in works), key=_COSTS.index),
            exposed=any(work.exposed for work in works),
        )


def causes(findings: Sequence[Finding], rules: Rules) -> tuple[Cause, ...]:
    """Every finding in exactly one cause.

    A combination takes what it absorbs; a rule joins its codes at one place; what no rule names is joined by its code.
    What was said of the whole organisation joins the place of its rule's measured findings when there is only one.
    """
    rest = list(findings)
    found: list[Cause] = []
    for finding in findings:
        if finding.code in rules.combinations:
            group = [one for one in rest if one is finding or _absorbs(finding, one, rules)]
            taken = {id(one) for one in group}
            rest = [one for one in rest if id(one) not in taken]
            if id(finding) in taken:
                found.append(_cause(finding.code, "", finding.subject, group, rules))
    by_rule: dict[str, dict[str, list[Finding]]] = {}
    for finding in rest:
        rule = _rule(finding.code, rules)
        place = place_of(finding, rule.place) if rule is not None else ""
        by_rule.setdefault(rule.id if rule else finding.code, {}).setdefault(place, []).append(finding)
    named = {rule.id for rule in rules.causes}
    for name, places in by_rule.items():
        if len(places) == 2 and "" in places:
            (place,) = places.keys() - {""}
            places[place] += places.pop("")
        found += [_cause(name, name if name in named else "", place, group, rules) for place, group in places.items()]
    return tuple(found)


def decision(cause: Cause, entries: Mapping[str, PlanEntry]) -> PlanEntry | None:
    """What people decided about `cause`: of itself, else of the codes by which earlier files named their actions.

    It is done when every one of its codes was; owner, day and note are the first that somebody wrote.
    """
    if cause.id in entries:
        return entries[cause.id]
    known = [entries.get(name) for name in (*([cause.rule] if cause.rule else []), *cause.codes)]
    written = [entry for entry in known if entry is not None]
    if not written:
        return None
    return PlanEntry(
        action=cause.id,
        owner_name=next((entry.owner_name for entry in written if entry.owner_name), ""),
        due=next((entry.due for entry in written if entry.due), ""),
        done=all(code in entries and entries[code].done for code in cause.codes),
        note=next((entry.note for entry in written if entry.note), ""),
    )


def place_of(finding: Finding, place: Place) -> str:
    """Where `finding` is, as a rule about this kind of place sees it; empty for what people said."""
    if place is Place.EVERYWHERE or not finding.subject:
        return ""
    if place is Place.DOMAIN:
        return finding.subject
    host = _host(finding)
    if place is Place.HOST:
        return host
    port = finding.subject.rpartition(":")[2]
    service = SERVICES.get(int(port)) if port.isascii() and port.isdecimal() and len(port) <= 5 else None
    return f"{host} ({service})" if service else host


def _absorbs(combination: Finding, finding: Finding, rules: Rules) -> bool:
    """Whether the repair of `combination` repairs `finding` too: it meets in it, or belongs to the same place."""
    if finding.code not in rules.combinations[combination.code].absorbs:
        return False
    near = not (combination.subject and finding.subject) or combination.subject in (finding.subject, _host(finding))
    return near or (finding.code, finding.subject) in combination.joins


def _host(finding: Finding) -> str:
    """The host that is meant: the only one that the values name, else that of the subject."""
    values = dict(finding.values)
    named = str(values.get("host") or values.get("hosts") or "")
    return named if named and ", " not in named else host_of(finding.subject)


def _rule(code: str, rules: Rules) -> CauseRule | None:
    return next((rule for rule in rules.causes if code in rule.codes or code.startswith(rule.prefixes)), None)


def _cause(name: str, rule: str, place: str, group: Iterable[Finding], rules: Rules) -> Cause:
    ordered = sorted(group, key=lambda one: (-one.severity, one.code not in rules.combinations))
    return Cause(
        id=f"{name}:{place}" if place else name,
        rule=rule,
        place=place,
        findings=tuple(ordered),
    )
