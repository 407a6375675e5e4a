"""What aggregate reports add up to, whatever their shape; they are built as RFC 9990 writes them."""

import base64
import gzip
import io
import time
import zipfile
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from fumimori.checks.dmarc_reports.facts import Facts
from fumimori.checks.dmarc_reports.senders import by_day, reports_of, senders
from fumimori.checks.mx import facts as mx
from fumimori.checks.observations import Observations
from fumimori.model import Severity
from fumimori.network.dns import DnsAnswer, DnsStatus
from loopback.readings import NOW, about, handed_over, looked, tools, words_of

BEGIN = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())


def row(address="192.0.2.1", count=10, *, dkim="pass", spf="pass", disposition="none", auth="") -> str:
    return (
        f"<record><row><source_ip>{address}</source_ip><count>{count}</count><policy_evaluated>"
        f"<disposition>{disposition}</disposition><dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row>"
        f"<identifiers><header_from>example.jp</header_from></identifiers><auth_results>{auth}</auth_results></record>"
    )


def signed(domain: str, result="pass") -> str:
    return f"<dkim><domain>{domain}</domain><selector>s</selector><result>{result}</result></dkim>"


def sent(domain: str, result="pass") -> str:
    return f"<spf><domain>{domain}</domain><scope>mfrom</scope><result>{result}</result></spf>"


def report(*rows: str, name="1", by="google.com", day=0, domain="example.jp", policy="none", space="") -> bytes:
    start = BEGIN + day * 86400
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feedback{space}><report_metadata><org_name>{by}</org_name>'
        f"<email>noreply@{by}</email><report_id>{name}</report_id><date_range><begin>{start}</begin>"
        f"<end>{start + 86399}</end></date_range></report_metadata><policy_published><domain>{domain}</domain>"
        f"<adkim>r</adkim><aspf>r</aspf><p>{policy}</p></policy_published>{''.join(rows)}</feedback>"
    ).encode()


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("google.com!example.jp!1!2.xml", content)
    return buffer.getvalue()


def mailed(content: bytes, kind="application/gzip") -> bytes:
    return (
        b"From: noreply@google.com\r\nTo: dmarc@example.jp\r\nSubject: Report domain: example.jp\r\n"
        b"Date: Sat, 21 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\nA report.\r\n'
        b"--b1\r\nContent-Type: " + kind.encode() + b'\r\nContent-Disposition: attachment; filename="r.xml.gz"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content) + b"--b1--\r\n"
    )


def judged(*documents: bytes, attempts=(), at=NOW) -> list[str]:
    _, _, outcomes = handed_over(*documents, into=about("example.jp", attempts=attempts), at=at)
    return words_of(outcomes, "dmarc_reports")


@pytest.mark.parametrize("shape", [bytes, gzip.compress, zipped, lambda one: mailed(gzip.compress(one))])
def test_a_report_is_read_in_every_shape(shape):
    made = shape(report(row()))
    result, after, outcomes = handed_over(made, into=about("example.jp"))
    assert [one.reader for one in result.documents] == ["dmarc_reports"]
    assert words_of(outcomes, "dmarc_reports") == ["all_aligned", "arriving"]
    assert dict(outcomes[0].values)["messages"] == 10
    assert [attempt.subject for attempt in after.attempts] == ["example.jp"]


def test_the_newer_standards_names_are_read_too():
    assert judged(report(row(), space=' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"')) == ["all_aligned", "arriving"]
    prefixed = (
        report(row()).replace(b"<feedback>", b'<d:feedback xmlns:d="urn:x">').replace(b"</feedback>", b"</d:feedback>")
    )
    assert judged(prefixed) == ["all_aligned", "arriving"]


def test_a_service_that_fails_is_named_and_told_apart_from_forgers():
    auth = signed("mail.sendservice.example") + sent("bounce.sendservice.example")
    failing = row("198.51.100.7", 40, dkim="fail", spf="fail", auth=auth)
    forged = row("203.0.113.9", 9, dkim="fail", spf="fail")
    _, _, outcomes = handed_over(report(row(), failing, forged), into=about("example.jp"))
    values = {one.code: dict(one.values) for one in outcomes}
    assert values["dmarc_reports.sender_unaligned"] == {
        "name": "sendservice.example",
        "count": 40,
        "networks": "198.51.100.0/24",
        "by": "google.com",
    }
    assert values["dmarc_reports.forged_delivered"] == {"count": 9}
    assert "dmarc_reports.all_aligned" not in values


def test_what_receivers_refuse_is_said_so():
    refused = row("198.51.100.7", 40, dkim="fail", spf="fail", disposition="reject", auth=sent("news.example"))
    assert judged(report(row(), refused, policy="reject")) == ["arriving", "sender_refused"]
    forged = row("203.0.113.9", 9, dkim="fail", spf="fail", disposition="quarantine")
    assert judged(report(row(), forged)) == ["arriving", "forged"]


def test_single_messages_are_nobodys_fault():
    stray = row("198.51.100.7", 2, dkim="fail", spf="fail", auth=sent("list.example"))
    assert judged(report(row(), stray)) == ["arriving"]


def own_server():
    host = mx.MxHost(preference=10, host="mail.example.jp", addresses=("192.0.2.25",))
    answer = DnsAnswer(name="example.jp", rdtype="MX", status=DnsStatus.ANSWER, records=("10 mail.example.jp.",))
    return looked("mx", "example.jp", mx.Facts(answer=answer, hosts=(host,)))


def test_our_own_server_that_fails_is_known_by_its_address():
    seen = own_server()
    failing = row("192.0.2.25", 12, dkim="fail", spf="fail")
    assert judged(report(row(), failing), attempts=[seen]) == ["arriving", "own_unaligned"]
    assert judged(report(row(), failing)) == ["arriving", "forged_delivered"]


REFUSED = row("198.51.100.7", 40, dkim="fail", spf="fail", disposition="reject", auth=sent("news.example"))
RECEIVED = (
    b"Received: from mail.google.com ([192.0.2.9]) by mx.example.jp with ESMTPS;\r\n"
    b"\tSat, 21 Nov 2026 10:00:00 +0000\r\n"
)


def results(signer="google.com", server="mx.example.jp", result="pass") -> bytes:
    return f"Authentication-Results: {server}; dkim={result} header.d={signer}\r\n".encode()


def unvouched(*documents: bytes, into=None) -> list[str]:
    _, _, outcomes = handed_over(*documents, into=into or about("example.jp"), own=False)
    return words_of(outcomes, "dmarc_reports")


def test_what_a_forged_report_says_is_a_hint_and_answers_nothing():
    assert unvouched(report(row(), REFUSED)) == ["arriving", "sender_unproved"]
    ours = about("example.jp", attempts=[own_server()])
    assert unvouched(report(row(), row("192.0.2.25", 12, dkim="fail", spf="fail")), into=ours) == [
        "arriving",
        "own_unproved",
    ]
    rules = tools().rules.outcomes
    for word in ("own_unproved", "sender_unproved", "forged_delivered"):
        assert rules[f"dmarc_reports.{word}"].severity < Severity.MEDIUM
        assert rules[f"dmarc_reports.{word}"].question is None


@pytest.mark.parametrize(
    ("trace", "believed"),
    [
        (results() + RECEIVED, True),
        (results("mail.google.com") + RECEIVED, True),
        (results("evil.example") + RECEIVED, False),
        (results(result="fail") + RECEIVED, False),
        (results(server="mx.evil.example") + RECEIVED, False),
        # what came with the message lies below what the own server put on top
        (RECEIVED + results(), False),
        (b"", False),
    ],
)
def test_a_report_in_a_message_that_its_reporter_signed_is_believed(trace, believed):
    message = trace + mailed(gzip.compress(report(row(), REFUSED)))
    assert unvouched(message) == ["arriving", "sender_refused" if believed else "sender_unproved"]


def test_a_reporter_whose_name_is_no_domain_may_be_anybody():
    message = results() + RECEIVED + mailed(gzip.compress(report(row(), REFUSED, by="Google")))
    assert unvouched(message) == ["arriving", "sender_unproved"]


def test_a_genuine_report_stands_beside_a_forged_one_and_takes_its_place():
    _, forged, _ = handed_over(report(row(), REFUSED), into=about("example.jp"), own=False)
    other = row("198.51.100.9", 40, dkim="fail", spf="fail", auth=sent("shop.example"))
    _, _, outcomes = handed_over(report(row(), other, name="2", day=1), into=forged)
    assert words_of(outcomes, "dmarc_reports") == ["arriving", "sender_unaligned", "sender_unproved"]
    _, _, outcomes = handed_over(report(row(), REFUSED), into=forged, at=NOW + timedelta(hours=1))
    assert words_of(outcomes, "dmarc_reports") == ["arriving", "sender_refused"]


def test_reports_of_earlier_versions_are_read_and_nobody_vouched_for_them():
    _, after, _ = handed_over(report(row(), REFUSED), into=about("example.jp"), own=False)
    (attempt,) = after.attempts
    earlier = msgspec.structs.replace(
        attempt, facts=msgspec.Raw(bytes(attempt.facts).replace(b',"vouched":false', b""))
    )
    assert b"vouched" not in bytes(earlier.facts)
    assert [one.vouched for one in reports_of(Observations(after.scope, (earlier,)), "example.jp")] == [False]


def test_old_reports_are_told():
    assert judged(report(row()), at=NOW + timedelta(days=60)) == ["all_aligned", "arriving", "stale"]


def test_a_report_that_comes_twice_counts_once_even_in_two_readings():
    first = handed_over(report(row()), zipped(report(row())), into=about("example.jp"))[1]
    _, after, outcomes = handed_over(
        report(row()), report(row(), name="2", day=1), into=first, at=NOW + timedelta(hours=1)
    )
    (arriving,) = [dict(one.values) for one in outcomes if one.code == "dmarc_reports.arriving"]
    assert (arriving["reports"], arriving["messages"], arriving["reporters"]) == (2, 20, 1)
    assert len(after.runs) == 2


def test_the_table_of_senders_and_the_days():
    auth = signed("a.service.example")
    rows = [row("192.0.2.1", 5), row("192.0.2.9", 7), row("198.51.100.1", 3, dkim="fail", spf="fail", auth=auth)]
    _, after, _ = handed_over(report(*rows), report(row(count=4), name="2", day=1), into=about("example.jp"))
    reports = reports_of(Observations.of_assessment(after), "example.jp")
    ours, other = senders(reports, "example.jp")
    assert (ours.name, ours.networks, ours.aligned, ours.unaligned) == ("example.jp", ("192.0.2.0/24",), 16, 0)
    assert (other.name, other.networks, other.unaligned) == ("service.example", ("198.51.100.0/24",), 3)
    assert by_day(reports) == {date(2026, 11, 20): (12, 3), date(2026, 11, 21): (4, 0)}


def test_reports_about_another_domain_ask():
    result, _, outcomes = handed_over(report(row(), domain="other.example"), into=about("example.jp"))
    assert [one.subject for one in result.others] == ["other.example"]
    assert outcomes == []


def test_a_thousand_reports_are_read_in_linear_time_into_a_bounded_record():
    def seconds(count: int) -> float:
        rows = [row(f"192.0.2.{number}", 3) for number in range(20)]
        documents = [report(*rows, name=str(number), day=-(number % 300)) for number in range(count)]
        start = time.process_time()
        _, after, _ = handed_over(*documents, into=about("example.jp"))
        spent = time.process_time() - start
        (attempt,) = after.attempts
        facts = msgspec.json.decode(attempt.facts or b"", type=Facts)
        assert sum(len(one.rows) for one in facts.reports) <= 20_000
        return spent

    few, many = seconds(250), seconds(1000)
    assert many < 8 * few + 1


def test_rows_beyond_the_bound_are_counted():
    documents = [report(*[row()] * 4_000, name=str(number), day=number) for number in range(7)]
    _, after, _ = handed_over(*documents, into=about("example.jp"))
    facts = msgspec.json.decode(after.attempts[0].facts or b"", type=Facts)
    assert (len(facts.reports), facts.left_out) == (5, 8_000)
    assert facts.reports[-1].id == "6"


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE f [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><feedback>&b;'
)


@pytest.mark.parametrize(
    "hostile",
    [
        BOMB,
        b'<!DOCTYPE feedback SYSTEM "file:///etc/passwd"><feedback><report_metadata/></feedback>',
        report(row()).replace(b"example.jp</domain>", b"..</domain>"),
        report(row())[:-40],
        report(row()).replace(b"UTF-8", b"UTF-7"),
        report(row()).replace(b"<begin>1", b"<begin>-1"),
        b"<feedback>" + b"<report_metadata>" * 5_000,
    ],
    ids=["entities", "external", "no name", "cut", "encoding", "moment", "deep"],
)
def test_hostile_reports_end_with_a_word(hostile):
    started = time.monotonic()
    result, _, outcomes = handed_over(hostile + b"<!-- report_metadata -->", into=about("example.jp"))
    assert [one.problem for one in result.documents] == ["damaged"]
    assert outcomes == []
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("days", "by", "rows", "proved"),
    [
        ((0, 28), ("google.com", "yahoo.com"), [row(count=60)], True),
        ((0, 20), ("google.com", "yahoo.com"), [row(count=60)], False),
        ((0, 28), ("google.com", "google.com"), [row(count=60)], False),
        ((0, 28), ("google.com", "yahoo.com"), [row(count=10)], False),
        ((0, 28), ("google.com", "yahoo.com"), [row(count=60), row(count=1, dkim="fail")], False),
        ((0, 28), ("google.com", "yahoo.com"), [row(count=60), row(count=1, dkim="fail", spf="fail")], False),
    ],
)
def test_that_everything_is_signed_needs_weeks_receivers_and_numbers(days, by, rows, proved):
    made = [report(*rows, name=f"{day}", by=one, day=day) for day, one in zip(days, by, strict=True)]
    assert ("all_signed" in judged(*made)) is proved


def test_where_the_keys_of_right_signatures_stand_is_kept():
    auth = signed("example.jp") + signed("news.example") + signed("other.example", "fail")
    _, after, _ = handed_over(report(row(auth=auth)), into=about("example.jp"))
    facts = msgspec.json.decode(after.attempts[-1].facts or b"", type=Facts)
    (one,) = facts.reports[0].rows
    assert one.dkim_domains == ("example.jp", "news.example")
    assert one.key_names == ("s._domainkey.example.jp", "s._domainkey.news.example")
