"""The register of senders against SPF, DKIM and reports."""

import pytest

from fumimori.assess.senders import proposed
from fumimori.checks.dkim.facts import Facts as DkimFacts
from fumimori.checks.dmarc_reports.facts import Facts as Reports
from fumimori.checks.observations import Observations
from fumimori.checks.spf.facts import Facts as SpfFacts
from fumimori.grammar.dmarc_report import DmarcReport, ReportRow
from fumimori.network.dns import DnsAnswer, DnsStatus, Unanswered
from unit.assess.register_cases import SCOPE, attempt, codes, rows
from unit.assess.small import NOW


def txt(name, *records):
    status = DnsStatus.ANSWER if records else DnsStatus.NXDOMAIN
    return DnsAnswer(name=name, rdtype="TXT", status=status, records=records)


def measured(spf=("v=spf1 ip4:192.0.2.0/24 include:spf.news.example -all",), keys=("s1",), unanswered=()):
    from fumimori.checks.dkim.facts import SelectorSeen

    record = "v=DKIM1; k=rsa; p=MIGf"
    return Observations(
        SCOPE,
        (
            attempt(
                "spf",
                SpfFacts(
                    answers=(
                        txt("example.jp", *spf),
                        txt("spf.news.example", "v=spf1 ip4:198.51.100.0/24 include:deep.news.example ~all"),
                        txt("deep.news.example", "v=spf1 ip4:203.0.113.0/24 ~all"),
                    ),
                    unanswered=unanswered,
                ),
            ),
            attempt(
                "dkim",
                DkimFacts(
                    tried=("s1", "s2"),
                    control=txt("nothing._domainkey.example.jp"),
                    found=tuple(SelectorSeen(selector=key, canonical_name="", records=(record,)) for key in keys),
                ),
            ),
        ),
    )


LOST = Unanswered(name="gone.example", rdtype="TXT", reason="dns_timeout")
NEWS = {"service": "News", "domain": "@Example.JP", "spf": "include:spf.news.example"}


@pytest.mark.parametrize(
    ("entries", "seen", "expected"),
    [
        ([NEWS], measured(), ["senders.listed"]),
        ([{**NEWS, "spf": "spf.news.example、192.0.2.7"}], measured(), ["senders.listed"]),
        ([{**NEWS, "spf": "203.0.113.5"}], measured(), ["senders.unknown_in_spf"]),
        ([NEWS, {**NEWS, "spf": "ip4:203.0.114.5"}], measured(), ["senders.not_in_spf"]),
        ([NEWS, {**NEWS, "spf": "spf.other.example"}], measured(), ["senders.not_in_spf"]),
        ([NEWS, {**NEWS, "spf": "spf.other.example", "ended": "2026-01-01"}], measured(), ["senders.listed"]),
        ([NEWS, {**NEWS, "spf": "", "selector": "S1"}], measured(), ["senders.listed"]),
        ([NEWS, {**NEWS, "spf": "", "selector": "s2"}], measured(), ["senders.not_in_dkim"]),
        # A selector that nobody asked for, and a record that could not be read: nothing is known, so nothing is said.
        ([NEWS, {**NEWS, "spf": "", "selector": "s3"}], measured(), ["senders.listed"]),
        ([{**NEWS, "spf": "spf.other.example"}], Observations(SCOPE, ()), []),
        (
            [{**NEWS, "spf": "spf.other.example"}],
            measured(
                spf=("v=spf1 include:gone.example -all",),
                unanswered=(LOST,),
            ),
            [],
        ),
        ([NEWS, {**NEWS, "spf": ""}], measured(), ["senders.unproven"]),
        ([{**NEWS, "domain": "other.example"}], measured(), []),
    ],
)
def test_senders_against_spf_and_dkim(entries, seen, expected):
    assert codes(seen, senders=entries) == expected


def reported(*report_rows):
    """What was read of one aggregate report about example.jp."""
    report = DmarcReport(
        organisation="a", id="1", begin=NOW, end=NOW, domain="example.jp", policy="none", rows=report_rows
    )
    return Observations(SCOPE, (attempt("dmarc_reports", Reports(reports=(report,))),))


def seen_row(*key_names, dkim=True, **fields):
    given = {"address": "192.0.2.1", "count": 9, "disposition": "none", "dkim": dkim, "spf": dkim}
    return ReportRow(**given, key_names=key_names, **fields)


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ([], [("k1", "k1"), ("news.example", "")]),
        ([{"service": "Own", "domain": "example.jp", "selector": "K1"}], [("news.example", "")]),
        ([{"service": "News.Example", "domain": "example.jp"}], [("k1", "k1")]),
        ([{"service": "news.example", "domain": "other.example"}], [("k1", "k1"), ("news.example", "")]),
    ],
)
def test_reports_suggest_senders_that_the_register_does_not_hold(kept, expected):
    seen = reported(
        seen_row("k1._domainkey.example.jp", "k2._domainkey.mail.example.jp", "=1+1._domainkey.example.jp"),
        seen_row(dkim=False, dkim_domains=("mta.news.example",)),
        seen_row(dkim=False, dkim_domains=("=cmd|x",)),
        seen_row(dkim=False),
    )
    found = proposed(seen, "example.jp", rows(senders=kept))
    assert [(row["service"], row.get("selector", "")) for row in found] == expected
    assert {row["domain"] for row in found} == {"example.jp"}
