"""What other tools found out elsewhere, marked as theirs.

Objective  Use work that is done already: what a tool says is told with its name and day, beside our own look and never
           above it, for nobody here saw it.
Inputs     testssl.sh (both JSON forms), sslyze JSON, ssh-audit JSON, checkdmarc JSON, results of internet.nl's batch
           interface, nmap XML, Lynis report data, ScubaGear and ScubaGoggles JSON.
Steps      Only what is wrong (of nmap what is open) is kept, by the tool's own names. Nothing is ever *good* here, and
           nothing answers a question; findings of the two for clouds, which no look from outside shows, contradict.
Outcomes   cloud_mfa (high); cloud_legacy, cloud_forward, cloud_faults (medium); tls_faults, ssh_faults, mail_faults,
           system_faults (low); ports_seen, nothing_found (info).
"""

from collections.abc import Iterator, Sequence

from fumimori.checks.contract import About, Damaged, Document, ReadContext, Reader, Reading
from fumimori.checks.observations import Observations
from fumimori.checks.other_tools.facts import OTHER_TOOLS, Facts, Item
from fumimori.checks.other_tools.formats import read_results
from fumimori.checks.ssh.algorithms import shown
from fumimori.grammar.lines import beginning_of
from fumimori.model import Control, Outcome, Rules, Values

Word = tuple[str, Values]
_MARKS = (
    *('"scanResult"', '"server_scan_results"', '"sslyze_version"', '"MetaData"', '"api_version"', "<nmaprun"),
    *('"severity"', '"kex"', '"dmarc"', "lynis_version="),
)
_WORDS = {
    "testssl.sh": "tls_faults",
    "sslyze": "tls_faults",
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


def accepts(document: Document) -> float:
    """By names that only the tools' results have; what holds them is read whole to be sure."""
    text = beginning_of(document.content)
    if not any(mark in text for mark in _MARKS):
        return 0.0
    return 0.8 if read_results(document.content) else 0.0


def read(document: Document, _context: ReadContext) -> Sequence[Reading[Facts]]:
    """What the tool says of each host or domain; Damaged when there is nothing."""
    found = read_results(document.content)
    if not found:
        raise Damaged
    return tuple(Reading(subject=host, facts=facts, part=facts.tool) for host, facts in found)


def judge(observations: Observations, _rules: Rules) -> Iterator[Outcome]:
    """What each tool says is wrong, in the tool's own words."""
    for attempt, facts in observations.all(OTHER_TOOLS):
        about: Values = (("host", attempt.subject), ("tool", f"{facts.tool} {facts.version}".strip()))
        about = (*about, ("at", facts.at or "-"))
        for word, values in _words(facts):
            yield Outcome(code=f"other_tools.{word}", subject=attempt.subject, values=(*about, *values))


def _words(facts: Facts) -> Iterator[Word]:
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
        return
    wrong = [item for item in facts.items if item.severity != "info" or facts.tool == "nmap"]
    if wrong:
        yield _WORDS.get(facts.tool, "system_faults"), _listed(wrong)
    else:
        yield "nothing_found", ()


def _listed(found: Sequence[Item]) -> Values:
    names = [f"{item.id} ({item.text[:60]})" if item.text else item.id for item in found[:20]]
    return ("count", len(found)), ("items", shown(names, len(found)))


READER = Reader(
    facts=OTHER_TOOLS,
    control=Control.PROTOCOLS,
    about=About.HOST,
    accepts=accepts,
    read=read,
    judge=judge,
)
