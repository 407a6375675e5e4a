"""What other tools found out elsewhere, marked as theirs.

Objective  Use work that is done already: what a tool says is reported with its name and day, next to our own result and
           never above it, for nobody here saw it.
Inputs     testssl.sh (both JSON forms), sslyze JSON, ssh-audit JSON, checkdmarc JSON, results of internet.nl's batch
           interface, of SSL Labs' interface, nmap XML, Lynis report data, ScubaGear and ScubaGoggles JSON.
           Those of checkdmarc, internet.nl and SSL Labs stay words of theirs: what is in the DNS this program asks from
           anywhere, their verdicts rest on rules of their own, and SSL Labs looks at web sites alone. So do nmap's open
           ports, because it does not say from where it looked.
Steps      1. What a tool looked at as a probe does (TLS of the ports of mail, SSH) becomes that probe's facts
              (`services.py`): they count where this program has no attempt of its own, and nowhere else.
           2. Where it has one, both are compared, and differences are reported.
           3. Of the rest only what is wrong (of nmap what is open) is kept, by the tool's own names. Nothing of that is
              ever *good*, and nothing answers a question.
           4. The two for clouds read settings that nothing from outside shows: what fails contradicts, and what they
              found met shows as much as its requirement says, as long as their result is not old.
Outcomes   cloud_mfa (high); cloud_legacy, cloud_forward, cloud_faults (medium); tls_faults, ssh_faults, mail_faults,
           system_faults (low); ports_seen, nothing_found, fills_in, agrees, saw_more, saw_less (info);
           cloud_legacy_off, cloud_forward_off, cloud_admins_mfa, cloud_users_mfa, cloud_attachments, cloud_filter,
           cloud_logs, cloud_audit, cloud_alerts, cloud_outbound (ok).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from fumimori.checks.contract import About, Damaged, Document, ReadContext, Reader, Reading
from fumimori.checks.listing import counted
from fumimori.checks.mail_ports.facts import Facts as PortFacts
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.other_tools.comparing import compared
from fumimori.checks.other_tools.facts import OTHER_TOOLS, Facts, Item
from fumimori.checks.other_tools.formats import Found, read_results
from fumimori.checks.other_tools.services import as_probe_facts
from fumimori.grammar.lines import beginning_of
from fumimori.model import Control, Outcome, Rules, Tool, Values

SURE = 0.95
"""More certain than a reader that only recognises a part of it, such as the certificate that a result holds."""
_MARKS = (
    *('"scanResult"', '"server_scan_results"', '"sslyze_version"', '"MetaData"', '"api_version"', "<nmaprun"),
    *('"severity"', '"kex"', '"dmarc"', "lynis_version=", '"engineVersion"'),
)
_WORDS = {
    "testssl.sh": "tls_faults",
    "sslyze": "tls_faults",
    "SSL Labs": "tls_faults",
    "ssh-audit": "ssh_faults",
    "checkdmarc": "mail_faults",
    "internet.nl": "mail_faults",
    "Lynis": "system_faults",
    "nmap": "ports_seen",
}
_CLOUD = {
    "cloud_mfa": ("MS.AAD.3.1", "MS.AAD.3.2", "MS.AAD.3.6", "GWS.COMMONCONTROLS.1.1", "GWS.COMMONCONTROLS.1.2"),
    "cloud_legacy": ("MS.AAD.1.1", "GWS.COMMONCONTROLS.10.5"),
    "cloud_forward": ("MS.EXO.1.1", "GWS.GMAIL.11.1"),
}
"""Requirements of SCuBA's baselines that say what a question asks, without their versions."""
CLOUD_MET = {
    "cloud_legacy_off": (("MS.AAD.1.1", "MS.EXO.5.1"), ("GWS.COMMONCONTROLS.10.5", "GWS.GMAIL.9.1")),
    "cloud_forward_off": (("MS.EXO.1.1",), ("GWS.GMAIL.11.1",)),
    "cloud_admins_mfa": (("MS.AAD.3.6",), ("GWS.COMMONCONTROLS.1.1",)),
    "cloud_users_mfa": (("MS.AAD.3.1",), ("MS.AAD.3.2",), ("GWS.COMMONCONTROLS.1.1",)),
    "cloud_attachments": (("MS.SECURITYSUITE.1.1",), ("GWS.GMAIL.5.1", "GWS.GMAIL.5.2", "GWS.GMAIL.5.3")),
    "cloud_filter": (("MS.SECURITYSUITE.6.1",), ("GWS.GMAIL.15.1",)),
    "cloud_logs": (("MS.SECURITYSUITE.5.2",), ("GWS.COMMONCONTROLS.14.2",)),
    "cloud_audit": (("MS.SECURITYSUITE.5.1",), ("GWS.COMMONCONTROLS.14.1",)),
    "cloud_alerts": (("MS.SECURITYSUITE.4.1", "MS.SECURITYSUITE.4.2"), ("GWS.COMMONCONTROLS.13.1",)),
    "cloud_outbound": (("MS.SECURITYSUITE.3.1",), ("GWS.COMMONCONTROLS.18.1",)),
}
"""The same of what is good: by any of these groups, all of whose requirements are met and none failed."""


def accepts(document: Document) -> float:
    """By names that only the tools' results have; what holds them is read whole to be sure."""
    text = beginning_of(document.content)
    if not any(mark in text for mark in _MARKS):
        return 0.0
    return SURE if read_results(document.content) else 0.0


def read(document: Document, context: ReadContext) -> Sequence[Reading[Any]]:
    """What the tool says of each host or domain; Damaged when there is nothing."""
    found = read_results(document.content)
    if not found:
        raise Damaged
    return tuple(reading for one in found for reading in _readings(one, context))


def _readings(found: Found, context: ReadContext) -> Iterator[Reading[Any]]:
    """What it says in its own words, and the services that a probe tests too."""
    facts = found.facts
    at = found.at if found.at and found.at <= context.at else None
    tool = Tool(name=facts.tool, version=facts.version, at=at)
    readings: dict[str, Reading[Any]] = {}
    for scanned in found.services:
        taken = as_probe_facts(scanned, context, at or context.at)
        if taken is not None:
            readings[scanned.subject] = Reading(check=taken[0], subject=taken[1], facts=taken[2], tool=tool)
    items = tuple(one if _told_by(one, readings) else msgspec.structs.replace(one, place="") for one in facts.items)
    yield Reading(subject=found.host, facts=msgspec.structs.replace(facts, items=items), part=facts.tool, tool=tool)
    yield from readings.values()


def _told_by(item: Item, readings: Mapping[str, Reading[Any]]) -> bool:
    """Whether a reading holds what the item is about; of certificates only one that was taken over."""
    reading = readings.get(item.place)
    if reading is None or not isinstance(reading.facts, PortFacts) or not item.id.startswith("cert"):
        return reading is not None
    return reading.facts.chain is not None


def judge(observations: Observations, _rules: Rules) -> Iterator[Outcome]:
    """What each tool says is wrong, in the tool's own words, and how its results compare with ours."""
    by_outcome: dict[tuple[str, str], list[tuple[Tool, Values]]] = {}
    comparisons = tuple(compared(observations))
    places = {one.place for one in comparisons}
    for attempt, facts in observations.all(OTHER_TOOLS):
        tool = observations.tool_of(attempt) or Tool(name=facts.tool, version=facts.version)
        for name, values in _outcomes(facts, places):
            at: Values = (("at", facts.at or "-"),)
            by_outcome.setdefault((name, attempt.subject), []).append((tool, (*at, *values)))
    for one in comparisons:
        at = (("at", f"{one.tool.at:%Y-%m-%d}" if one.tool.at else "-"),)
        for name, names in one.words():
            by_outcome.setdefault((name, one.host), []).append((one.tool, (*at, *counted("items", names))))
    for (name, host), said in by_outcome.items():
        yield OTHER_TOOLS.outcome(name, host, (("host", host), *_together(said)), tool=said[-1][0])


def _together(said: Sequence[tuple[Tool, Values]]) -> Iterator[tuple[str, str | int]]:
    """What one or several tools say alike, with the names and days of all."""
    each = [dict(values) for _, values in said]
    yield "tool", ", ".join(dict.fromkeys(f"{tool.name} {tool.version}".strip() for tool, _ in said))
    yield "at", ", ".join(dict.fromkeys(str(values["at"]) for values in each))
    if any("items" in values for values in each):
        yield "count", sum(int(values.get("count", 0)) for values in each)
        yield "items", ", ".join(dict.fromkeys(str(values["items"]) for values in each if "items" in values))


def _outcomes(facts: Facts, places: Collection[str]) -> Iterator[NamedOutcome]:
    if facts.tool.startswith("Scuba"):
        failed = [item for item in facts.items if item.severity == "high"]
        rest = list(failed)
        for word, names in _CLOUD.items():
            these = [item for item in failed if item.id.rpartition("v")[0] in names]
            rest = [item for item in rest if item not in these]
            if these:
                yield word, _listed(these)
        if rest:
            yield "cloud_faults", _listed(rest)
        if not failed:
            yield "nothing_found", ()
        yield from _met(facts)
        return
    wrong = [item for item in facts.items if item.severity != "info" or facts.tool == "nmap"]
    untold = [item for item in wrong if item.place not in places]
    if untold:
        yield _WORDS.get(facts.tool, "system_faults"), _listed(untold)
    elif not wrong:
        yield "nothing_found", ()


def _met(facts: Facts) -> Iterator[NamedOutcome]:
    """What the requirements show that are met; one that failed in another version of it is none."""
    met = {name.rpartition("v")[0] for name in facts.met} - {item.id.rpartition("v")[0] for item in facts.items}
    for word, groups in CLOUD_MET.items():
        held = next((group for group in groups if met.issuperset(group)), ())
        if held:
            yield word, counted("items", held)


def _listed(found: Sequence[Item]) -> Values:
    return counted("items", [f"{item.id} ({item.text[:60]})" if item.text else item.id for item in found])


READER = Reader(
    facts=OTHER_TOOLS,
    control=Control.PROTOCOLS,
    about=About.HOST,
    accepts=accepts,
    read=read,
    judge=judge,
)
