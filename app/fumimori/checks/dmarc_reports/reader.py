"""Aggregate reports of DMARC, as XML, in archives, or in the mail that carries them.

Objective: who sends in the organisation's name, whether it passes the sender check, and what happens to it.
Inputs:    reports of RFC 9990 and RFC 7489; the addresses of the own servers, as far as they were measured.
Outcomes:  arriving, all_aligned, all_signed (ok); sender_refused, own_unaligned (medium); sender_unaligned,
           sender_unproved, own_unproved, forged_delivered (low); forged, stale (info).
Steps:     1. Read each report; document types and entities are refused.
           2. Make one of those about one domain; a report that comes twice counts once.
           3. Add up by who signed, else by who was let send. Anybody can send a report: what only those say of which
              it is not known that they come from whom they name is low and answers nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import msgspec

from fumimori.checks.contract import Damaged, Document, ReadContext, Reader, Reading
from fumimori.checks.dmarc_reports.facts import DMARC_REPORTS, Facts
from fumimori.checks.dmarc_reports.senders import by_day, each_once, reports_of, senders
from fumimori.checks.joining import joined
from fumimori.checks.mx.facts import MX
from fumimori.checks.observations import Observations
from fumimori.checks.reporters import listed, signed_by
from fumimori.grammar.dmarc_report import DmarcReport, NoReportError, parse_report
from fumimori.grammar.domain_names import BadDomainError, ascii_domain
from fumimori.model import Control, Outcome, Rules

KEPT_MOST = 20_000
"""Rows of one reading that are kept."""
SENDERS_MOST = 10
"""Senders that are named one by one."""


Named = tuple[str, dict[str, str | int]]


def accepts(document: Document) -> float:
    """Confidence, 0 to 1, that this is an aggregate report."""
    head = document.content[:4_096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"<"):
        return 0.0
    return 0.95 if b"feedback" in head and (b"report_metadata" in head or b"dmarc" in head) else 0.0


def read(document: Document, _context: ReadContext) -> Sequence[Reading[Facts]]:
    """The report; Damaged when it is not one."""
    try:
        report = parse_report(document.content)
        domain = ascii_domain(report.domain)
    except (NoReportError, BadDomainError) as error:
        raise Damaged(str(error)[:100]) from error
    report = msgspec.structs.replace(report, vouched=signed_by(report.organisation, document.signers))
    return [Reading(subject=domain, facts=Facts(reports=(report,), left_out=report.left_out))]


def merge(facts: Sequence[Facts]) -> Facts:
    """All reports, oldest first; of too many rows those of the newest reports."""
    ordered = each_once(report for one in facts for report in one.reports)
    kept, rows, left_out = [], 0, sum(report.left_out for report in ordered)
    for report in reversed(ordered):
        rows += len(report.rows)
        if rows > KEPT_MOST:
            left_out += len(report.rows)
        else:
            kept.append(report)
    return Facts(reports=tuple(reversed(kept)), left_out=left_out)


def judge(observations: Observations, rules: Rules) -> Iterable[Outcome]:
    """What all reports about each domain add up to."""
    last = {attempt.subject: attempt.ended for attempt, _ in observations.all(DMARC_REPORTS)}
    for domain, at in last.items():
        reports = reports_of(observations, domain)
        if not reports:
            continue
        yield from joined(
            DMARC_REPORTS.outcome(name, domain, tuple(values.items()))
            for name, values in _found(domain, reports, observations, rules)
        )
        if at - reports[-1].end > timedelta(days=rules.number("dmarc_reports.stale_days")):
            last_day = reports[-1].end.date().isoformat()
            yield DMARC_REPORTS.outcome("stale", domain, (("last", last_day),))


def _found(domain: str, reports: Sequence[DmarcReport], observations: Observations, rules: Rules) -> Iterator[Named]:
    days = by_day(reports)
    good, bad = sum(one for one, _ in days.values()), sum(one for _, one in days.values())
    yield (
        "arriving",
        {
            "reports": len(reports),
            "reporters": len({report.organisation for report in reports}),
            "messages": good + bad,
            "first": min(days).isoformat(),
            "last": reports[-1].end.date().isoformat(),
        },
    )
    sure = [report for report in reports if report.vouched]
    if not bad:
        yield "all_aligned", {"messages": good}
        yield from _signed(reports, sure, rules)
        return
    own = _own_addresses(domain, observations)
    proved = {
        (name.partition("_")[0], values.get("name")): (name, values)
        for name, values in _faults(domain, sure, own, rules)
    }
    yield from proved.values()
    for name, values in _faults(domain, reports, own, rules):
        kind = name.partition("_")[0]
        if (kind, values.get("name")) not in proved:
            yield (f"{kind}_unproved" if kind in ("own", "sender") else name), values


def _faults(domain: str, reports: Sequence[DmarcReport], own: frozenset[str], rules: Rules) -> Iterator[Named]:
    """What the rows of these reports show that did not pass."""
    ours = [row for report in reports for row in report.rows if row.address in own and not row.aligned]
    by = listed(report.organisation for report in reports if any(not row.aligned for row in report.rows))
    least = rules.number("dmarc_reports.least_messages")
    if sum(row.count for row in ours) >= least:
        addresses = ", ".join(sorted({row.address for row in ours})[:5])
        yield "own_unaligned", {"count": sum(row.count for row in ours), "addresses": addresses, "by": by}
    table = senders((_without(report, own) for report in reports), domain)
    named = [one for one in table if one.name and one.unaligned >= least]
    for one in named[:SENDERS_MOST]:
        name = "sender_refused" if one.refused else "sender_unaligned"
        yield name, {"name": one.name, "count": one.unaligned, "networks": ", ".join(one.networks[:3]), "by": by}
    nameless = next((one for one in table if not one.name), None)
    if nameless is not None and nameless.unaligned:
        delivered = nameless.unaligned - nameless.refused
        if delivered >= least:
            yield "forged_delivered", {"count": delivered}
        elif nameless.refused:
            yield "forged", {"count": nameless.refused}


def _signed(reports: Sequence[DmarcReport], sure: Sequence[DmarcReport], rules: Rules) -> Iterator[Named]:
    """Whether all mail of some weeks, as several receivers surely saw it, carried a signature of the domain."""
    if not sure:
        return
    unsigned = any(not row.dkim for report in reports for row in report.rows)
    reporters = len({report.organisation for report in sure})
    messages = sum(row.count for report in sure for row in report.rows)
    first, last = sure[0].begin, sure[-1].end
    enough = (
        reporters >= rules.number("dmarc_reports.signed_reporters")
        and messages >= rules.number("dmarc_reports.signed_messages")
        and last - first >= timedelta(days=rules.number("dmarc_reports.signed_days"))
    )
    if enough and not unsigned and not any(report.left_out for report in reports):
        days = {"first": first.date().isoformat(), "last": last.date().isoformat()}
        yield "all_signed", {"reporters": reporters, "messages": messages, **days}


def vouched(facts: Facts) -> Facts:
    """The reports where a person says that they come from whom they name."""
    reports = tuple(msgspec.structs.replace(report, vouched=True) for report in facts.reports)
    return msgspec.structs.replace(facts, reports=reports)


def _own_addresses(domain: str, observations: Observations) -> frozenset[str]:
    """The addresses of the organisation's own servers, as far as they are known."""
    facts = observations.facts(MX, domain)
    inside = [host for host in (facts.hosts if facts else ()) if host.host.endswith(f".{domain}")]
    found = {address for host in inside for address in host.addresses}
    return frozenset(found | set(observations.scope.sending_addresses))


def _without(report: DmarcReport, own: frozenset[str]) -> DmarcReport:
    rows = tuple(row for row in report.rows if row.aligned or row.address not in own)
    return msgspec.structs.replace(report, rows=rows)


READER = Reader(
    facts=DMARC_REPORTS,
    control=Control.SENDER_AUTH,
    judge=judge,
    accepts=accepts,
    read=read,
    merge=merge,
    carried_in_mail=True,
    vouched=vouched,
    claim="reports",
)
