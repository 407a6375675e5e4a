"""What people paste somewhere else is read there as it was meant: records, days, pages."""

import re
from dataclasses import replace

import dns.rdatatype
import dns.zone
import icalendar
import pytest
from msgspec import Raw
from msgspec.json import encode

from exports.test_exports import material
from fumimori.__main__ import repairs
from fumimori.checks.spf import facts as spf
from fumimori.exports import exported
from fumimori.model import Note, Outcome, Repair, Snippet, SnippetKind
from fumimori.network.dns import DnsAnswer, DnsStatus
from loopback.fake_network import attempt
from loopback.recorded_runs import run_of
from report import example


def test_a_record_that_two_findings_change_is_one_setting():
    text = "v=spf1 ptr mx ?all"
    seen = spf.Facts(answers=(DnsAnswer(name="example.jp", rdtype="TXT", status=DnsStatus.ANSWER, records=(text,)),))
    about = example.assessment(runs=(run_of(attempt("spf", "example.jp", facts=Raw(encode(seen)))),), answers=())
    said = (Outcome("spf.ptr", "example.jp", (("count", 1),)), Outcome("spf.neutral", "example.jp"))
    result = example.result(about, said)
    whole = replace(material("en", about), result=result, repair=repairs(result, about))
    zone = exported(whole, ("settings",))["settings/dns-zone.txt"].decode()
    assert re.findall(r"v=spf1.*", zone) == ['v=spf1 mx ~all"']
    assert len(re.findall(r"^; F-", zone, re.MULTILINE)) == 2


def zone_of(*snippets: Snippet) -> str:
    """The file for the zone, when each of as many findings needs one of these."""
    about = example.assessment(runs=(), answers=())
    said = tuple(Outcome(f"spf.{word}", "example.jp") for word in ("neutral", "no_all", "ptr"))
    result = example.result(about, said)
    repairs_by = dict(zip((one.code for one in result.findings), snippets, strict=False))
    whole = replace(
        material("en", about),
        result=result,
        repair=lambda finding: Repair(snippets=(repairs_by[finding.code],) if finding.code in repairs_by else ()),
    )
    return exported(whole, ("settings",))["settings/dns-zone.txt"].decode()


def test_records_are_written_as_a_zone_file_reads_them():
    """Without quotes and the dot it is another name, several strings, and a remark behind the semicolon."""
    long = "v=DKIM1; k=rsa; p=" + "A" * 392
    quoted = Snippet(kind=SnippetKind.DNS_RECORD, place="s1._domainkey.example.jp TXT", content=long)
    other = Snippet(kind=SnippetKind.DNS_RECORD, place="8.2.0.192.in-addr.arpa PTR", content="mail.example.jp.")
    gone = Snippet(kind=SnippetKind.DNS_RECORD, place="example.jp TXT", content="", current='v=spf1 "old" -all')
    given = f"$TTL 300\n{zone_of(quoted, other, gone)}"
    read = dns.zone.from_text(given, origin=".", relativize=False, check_origin=False)
    found = {f"{name} {dns.rdatatype.to_text(one.rdtype)}": one for name, _, one in read.iterate_rdatas()}
    assert set(found) == {"s1._domainkey.example.jp. TXT", "8.2.0.192.in-addr.arpa. PTR"}
    assert b"".join(found["s1._domainkey.example.jp. TXT"].strings).decode() == long
    assert found["8.2.0.192.in-addr.arpa. PTR"].target.to_text() == "mail.example.jp."


def test_a_note_on_a_record_stands_above_it():
    """Without it somebody withdraws the old key on the day on which the new one is published."""
    note = Note(key="bimi_keep_one")
    first = Snippet(kind=SnippetKind.DNS_RECORD, place="example.jp TXT", content="v=spf1 -all", note=note)
    said = example.texts("en")("repairs.note.bimi_keep_one")
    assert f"; {said}\nexample.jp. IN TXT" in zone_of(first)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_days_points_and_numbers_keep_to_one_line_in_the_page(language):
    content = exported(material(language), ("html",))["report.html"].decode()
    assert "td.short, th.short, a { white-space: nowrap; }" in content
    days = re.findall(r"<td([^>]*)>\d{4}-\d\d-\d\d</td>", content)
    assert days
    assert set(days) == {' class="short"'}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_day_in_the_calendar_says_of_what_it_is_the_end(language):
    about = example.assessment(answers=(), runs=(), disputes=())
    said = (
        Outcome(
            "mail_ports.certificate_urgent", "mail.example.jp:465", (("day", "2026-12-01"), ("host", "mail.example.jp"))
        ),
    )
    whole = replace(material(language, about), result=example.result(about, said))
    book = icalendar.Calendar.from_ical(exported(whole, ("ics",))["fumimori.ics"])
    ends = [f"{event['SUMMARY']}" for event in book.walk("VEVENT") if f"{event['UID']}".startswith("ends-")]
    assert ends
    assert all("mail.example.jp" in title for title in ends)
