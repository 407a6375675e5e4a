"""Reports about encrypted deliveries (TLS-RPT), as JSON, in archives, or in the mail that carries them.

Objective: whether others could deliver to us encrypted, and what failed where.
Inputs:    reports of RFC 8460.
Outcomes:  arriving, all_encrypted (ok); starttls_failed, certificate_failed, policy_failed, dane_failed (medium);
           other_failed, unproved (low).
Steps:     1. Read each report, and take the policies that are about one domain.
           2. Make one of those about one domain; a report that comes twice counts once.
           3. Add up by MX server and kind of failure. Anybody can send a report: what only those say of which it is
              not known that they come from whom they name is unproved.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from fumimori.checks.contract import Damaged, Document, ReadContext, Reader, Reading
from fumimori.checks.joining import joined
from fumimori.checks.observations import Observations
from fumimori.checks.reporters import listed, signed_by
from fumimori.checks.tls_reports.facts import TLS_REPORTS, Facts
from fumimori.grammar.domain_names import BadDomainError, ascii_domain
from fumimori.grammar.tls_report import NoReportError, TlsReport, parse_report
from fumimori.model import Control, Outcome, Rules

HEAD = 65_536
REPORTS_MOST = 2_000
"""Reports of one reading that are kept, the newest."""
MX_MOST = 10
"""MX servers that are named one by one for a kind of failure."""


def accepts(document: Document) -> float:
    """Confidence, 0 to 1, that this is such a report."""
    head = document.content[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    words = (b'"date-range"', b'"policies"', b'"report-id"', b'"organization-name"')
    return 0.95 if head.startswith(b"{") and sum(word in head for word in words) >= 3 else 0.0


def read(document: Document, _context: ReadContext) -> Sequence[Reading[Facts]]:
    """The report, for each domain that it is about; Damaged when it is not one."""
    try:
        report = parse_report(document.content)
    except NoReportError as error:
        raise Damaged(str(error)[:100]) from error
    sure = signed_by(report.organisation, document.signers)
    by_domain: dict[str, list[object]] = {}
    for policy in report.policies:
        try:
            by_domain.setdefault(ascii_domain(policy.domain), []).append(policy)
        except BadDomainError:
            continue
    if not by_domain:
        raise Damaged("no domain")
    return [
        Reading(
            subject=domain,
            facts=Facts(reports=(msgspec.structs.replace(report, policies=tuple(policies), vouched=sure),)),
        )
        for domain, policies in by_domain.items()
    ]


def merge(facts: Sequence[Facts]) -> Facts:
    """All reports, oldest first."""
    return Facts(reports=_each_once(facts)[-REPORTS_MOST:])


def _each_once(facts: Iterable[Facts]) -> tuple[TlsReport, ...]:
    found: dict[tuple[str, str, object], TlsReport] = {}
    for report in sorted((report for one in facts for report in one.reports), key=lambda report: not report.vouched):
        found.setdefault((report.organisation, report.id, report.begin), report)
    return tuple(sorted(found.values(), key=lambda report: (report.begin, report.organisation, report.id)))


def judge(observations: Observations, rules: Rules) -> Iterable[Outcome]:
    """What all reports about each domain add up to."""
    by_domain: dict[str, list[Facts]] = {}
    for attempt, facts in observations.all(TLS_REPORTS):
        by_domain.setdefault(attempt.subject, []).append(facts)
    for domain, said in by_domain.items():
        reports = _each_once(said)
        yield from joined(
            TLS_REPORTS.outcome(name, domain, tuple(values.items()))
            for name, values in (_found(reports, rules) if reports else ())
        )


def _found(reports: Sequence[TlsReport], rules: Rules) -> Iterator[tuple[str, dict[str, str | int]]]:
    policies = [policy for report in reports for policy in report.policies]
    successful, failed = sum(one.successful for one in policies), sum(one.failed for one in policies)
    yield (
        "arriving",
        {
            "reports": len(reports),
            "reporters": len({report.organisation for report in reports}),
            "sessions": successful + failed,
            "first": reports[0].begin.date().isoformat(),
            "last": reports[-1].end.date().isoformat(),
        },
    )
    if not failed and not any(policy.failures for policy in policies):
        yield "all_encrypted", {"sessions": successful}
    sure = [report for report in reports if report.vouched]
    named: dict[str, int] = {}
    proved = _failures(sure, rules)
    for (kind, mx), values in proved.items():
        named[kind] = named.get(kind, 0) + 1
        if named[kind] <= MX_MOST:
            yield f"{kind}_failed", {"mx": mx, **values}
    unproved = [(key, values) for key, values in _failures(reports, rules).items() if key not in proved]
    for (_, mx), values in unproved[:MX_MOST]:
        yield "unproved", {"mx": mx, **values}


def _failures(reports: Sequence[TlsReport], rules: Rules) -> dict[tuple[str, str], dict[str, str | int]]:
    """By kind and MX server what failed more often than by chance, the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    results: dict[tuple[str, str], dict[str, None]] = {}
    by: dict[tuple[str, str], set[str]] = {}
    for report in reports:
        for failure in (failure for policy in report.policies for failure in policy.failures):
            key = (failure.kind, failure.mx or "-")
            counts[key] = counts.get(key, 0) + failure.count
            results.setdefault(key, {})[failure.result] = None
            by.setdefault(key, set()).add(report.organisation)
    least = rules.number("tls_reports.least_sessions")
    often = sorted((item for item in counts.items() if item[1] >= least), key=lambda one: (-one[1], one[0]))
    return {
        key: {"count": count, "results": ", ".join(list(results[key])[:5]), "by": listed(by[key])}
        for key, count in often
    }


def vouched(facts: Facts) -> Facts:
    """The reports where a person says that they come from whom they name."""
    return Facts(reports=tuple(msgspec.structs.replace(report, vouched=True) for report in facts.reports))


READER = Reader(
    facts=TLS_REPORTS,
    control=Control.MTA_STS,
    judge=judge,
    accepts=accepts,
    read=read,
    merge=merge,
    carried_in_mail=True,
    vouched=vouched,
    claim="reports",
)
