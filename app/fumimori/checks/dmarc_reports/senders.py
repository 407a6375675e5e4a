"""The table of senders that many reports add up to; pure, and linear in their rows."""

from collections.abc import Iterable
from datetime import date
from ipaddress import ip_address, ip_network

from fumimori.checks.dmarc_reports.facts import DMARC_REPORTS
from fumimori.checks.observations import Observations
from fumimori.grammar.dmarc_report import DmarcReport, ReportRow
from fumimori.grammar.suffixes import registrable_part
from fumimori.model import Record


class Sender(Record):
    """Who sent in the name of a domain, as far as the reports identify it."""

    name: str
    """The organisation's domain that DKIM, else SPF, showed; empty where neither did."""
    networks: tuple[str, ...]
    """Where it sent from (/24 or /48), busiest first."""
    aligned: int
    """Messages that passed DMARC."""
    unaligned: int
    """Messages that failed it."""
    refused: int
    """Of these, messages that were put into quarantine or rejected."""


def reports_of(observations: Observations, domain: str) -> tuple[DmarcReport, ...]:
    """Every report about `domain` that was ever handed over, each once, oldest first."""
    return each_once(report for _, facts in observations.all(DMARC_REPORTS, domain) for report in facts.reports)


def each_once(reports: Iterable[DmarcReport]) -> tuple[DmarcReport, ...]:
    """Each report once, oldest first; of two that say to be the same, the one that surely comes from its sender."""
    found: dict[tuple[str, str, object], DmarcReport] = {}
    for report in sorted(reports, key=lambda report: not report.vouched):
        found.setdefault((report.organisation, report.id, report.begin), report)
    return tuple(sorted(found.values(), key=lambda report: (report.begin, report.organisation, report.id)))


def senders(reports: Iterable[DmarcReport], domain: str) -> tuple[Sender, ...]:
    """Who sent, busiest first."""
    counts: dict[str, list[int]] = {}
    networks: dict[str, dict[str, int]] = {}
    for row in (row for report in reports for row in report.rows):
        name = _name(row, domain)
        aligned, unaligned, refused = counts.setdefault(name, [0, 0, 0])
        lost = not row.aligned and row.disposition in ("quarantine", "reject")
        counts[name] = [
            aligned + row.count * row.aligned,
            unaligned + row.count * (not row.aligned),
            refused + row.count * lost,
        ]
        network = _network(row.address)
        networks.setdefault(name, {})[network] = networks.setdefault(name, {}).get(network, 0) + row.count
    found = [
        Sender(
            name=name,
            networks=tuple(sorted(networks[name], key=lambda one: -networks[name][one]))[:20],
            aligned=aligned,
            unaligned=unaligned,
            refused=refused,
        )
        for name, (aligned, unaligned, refused) in counts.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.aligned - one.unaligned, one.name)))


def by_day(reports: Iterable[DmarcReport]) -> dict[date, tuple[int, int]]:
    """Messages of each day on which a report began: those that passed DMARC, and those that failed it."""
    days: dict[date, tuple[int, int]] = {}
    for report in reports:
        good, bad = days.get(report.begin.date(), (0, 0))
        passed = sum(row.count for row in report.rows if row.aligned)
        failed = sum(row.count for row in report.rows if not row.aligned)
        days[report.begin.date()] = good + passed, bad + failed
    return dict(sorted(days.items()))


def _name(row: ReportRow, domain: str) -> str:
    """Whose message it is: our own where DMARC passed, else the domain that signed it or allowed the sender."""
    if row.aligned:
        return registrable_part(domain) or domain
    shown = (*row.dkim_domains, *([row.spf_domain] if row.spf_domain else []))
    return next((registrable_part(one) or one for one in shown), "")


def _network(address: str) -> str:
    try:
        one = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((one, 24 if one.version == 4 else 48), strict=False))
