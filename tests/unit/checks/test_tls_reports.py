"""What reports about encrypted deliveries add up to; reports are built as RFC 8460 section 4.4 writes them."""

import gzip
import json
import time

import pytest

from loopback.readings import about, handed_over, words_of


def report(*failures: dict, good=100, name="1", domain="example.jp", day=20) -> bytes:
    failed = sum(one["failed-session-count"] for one in failures)
    return json.dumps(
        {
            "organization-name": "Company-X",
            "date-range": {"start-datetime": f"2026-11-{day}T00:00:00Z", "end-datetime": f"2026-11-{day}T23:59:59Z"},
            "contact-info": "sts-reporting@company-x.example",
            "report-id": name,
            "policies": [
                {
                    "policy": {
                        "policy-type": "sts",
                        "policy-string": ["version: STSv1", "mode: testing"],
                        "policy-domain": domain,
                        "mx-host": ["*.example.jp"],
                    },
                    "summary": {"total-successful-session-count": good, "total-failure-session-count": failed},
                    "failure-details": list(failures),
                }
            ],
        }
    ).encode()


def failure(result: str, count=5, mx="mail.example.jp") -> dict:
    return {
        "result-type": result,
        "sending-mta-ip": "192.0.2.4",
        "receiving-mx-hostname": mx,
        "failed-session-count": count,
        "failure-reason-code": "X509_V_ERR",
    }


def judged(*documents: bytes) -> list[str]:
    return words_of(handed_over(*documents, into=about("example.jp"))[2], "tls_reports")


def mailed(content: bytes) -> bytes:
    import base64

    return (
        b"From: tls@company-x.example\r\nTo: tls@example.jp\r\nSubject: Report Domain: example.jp\r\n"
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type="tlsrpt"; boundary=b\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
        b"--b\r\nContent-Type: application/tlsrpt+gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content)
        + b"--b--\r\n"
    )


@pytest.mark.parametrize("shape", [bytes, gzip.compress, lambda one: mailed(gzip.compress(one))])
def test_a_report_is_read_in_every_shape(shape):
    assert judged(shape(report())) == ["all_encrypted", "arriving"]


@pytest.mark.parametrize(
    ("result", "word"),
    [
        ("starttls-not-supported", "starttls_failed"),
        ("certificate-expired", "certificate_failed"),
        ("certificate-host-mismatch", "certificate_failed"),
        ("sts-policy-fetch-error", "policy_failed"),
        ("tlsa-invalid", "dane_failed"),
        ("something-new", "other_failed"),
    ],
)
def test_failures_are_told_by_kind_and_server(result, word):
    _, _, outcomes = handed_over(report(failure(result)), into=about("example.jp"))
    assert words_of(outcomes, "tls_reports") == sorted(["arriving", word])
    values = dict(next(one for one in outcomes if one.code.endswith(word)).values)
    assert values == {"mx": "mail.example.jp", "count": 5, "results": result, "by": "Company-X"}


def test_what_only_reports_of_unknown_origin_say_is_a_hint():
    forged = report(failure("certificate-expired"), failure("tlsa-invalid"))
    _, after, outcomes = handed_over(forged, into=about("example.jp"), own=False)
    assert words_of(outcomes, "tls_reports") == ["arriving", "unproved"]
    genuine = report(failure("certificate-expired", 2), name="2", day=21)
    _, _, outcomes = handed_over(genuine, into=after)
    assert words_of(outcomes, "tls_reports") == ["arriving", "certificate_failed", "unproved"]
    counts = {one.code.partition(".")[2]: dict(one.values)["count"] for one in outcomes if "count" in dict(one.values)}
    assert counts == {"certificate_failed": 2, "unproved": 5}
    assert words_of(handed_over(forged, into=after)[2], "tls_reports") == [
        "arriving",
        "certificate_failed",
        "dane_failed",
    ]


def test_failures_of_many_reports_add_up_and_twins_count_once():
    one, two = report(failure("certificate-expired")), report(failure("certificate-expired", 2), name="2", day=21)
    _, _, outcomes = handed_over(one, gzip.compress(one), two, into=about("example.jp"))
    found = {out.code: dict(out.values) for out in outcomes}
    assert found["tls_reports.certificate_failed"]["count"] == 7
    assert found["tls_reports.arriving"]["reports"] == 2


def test_a_single_session_may_fail_by_chance():
    assert judged(report(failure("validation-failure", 1))) == ["arriving"]


def test_another_domain_asks():
    result, _, _ = handed_over(report(domain="other.example"), into=about("example.jp"))
    assert [one.subject for one in result.others] == ["other.example"]


@pytest.mark.parametrize(
    "hostile",
    [
        report()[:-30],
        report().replace(b'"policies": [', b'"policies": [[[[', 1),
        report().replace(b"example.jp", b"\\u202e..\\u0000"),
        report().replace(b"2026-11-20T", b"x"),
        report().replace(b'"report-id"', b'"a": ' + b"[" * 20_000 + b', "report-id"'),
    ],
    ids=["cut", "brackets", "name", "moment", "deep"],
)
def test_hostile_reports_end_with_a_word(hostile):
    started = time.monotonic()
    result, _, outcomes = handed_over(hostile, into=about("example.jp"))
    assert ([one.problem for one in result.documents], outcomes) == (["damaged"], [])
    assert time.monotonic() - started < 2


def test_odd_values_are_left_aside():
    odd = json.loads(report())
    odd["policies"] += [None, 3, {"policy": []}]
    odd["policies"][0]["summary"] = {"total-successful-session-count": "many", "total-failure-session-count": -4}
    assert judged(json.dumps(odd).encode()) == ["all_encrypted", "arriving"]
