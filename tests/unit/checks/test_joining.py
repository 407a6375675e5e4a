"""What several documents say of one subject is one outcome, because a finding is known by its code and subject."""

from fumimori.checks.joining import NAMED_MOST, joined
from fumimori.model import Basis, Outcome
from loopback.readings import NOW, about, handed_over, tools
from unit.checks.test_dmarc_reports import report, row, sent


def outcome(code="a.b", subject="example.jp", **values) -> Outcome:
    return Outcome(code=code, subject=subject, values=tuple(values.items()))


def test_texts_stand_side_by_side_and_counts_are_added():
    (one,) = joined([outcome(name="x", count=2), outcome(name="y", count=3), outcome(name="x", count=5)])
    assert dict(one.values) == {"name": "x, y", "count": 10}


def test_other_codes_and_subjects_stay_apart_and_what_is_said_twice_counts_once():
    given = [outcome(count=1), outcome(count=1), outcome("a.c"), outcome(subject="b.example")]
    assert joined(given) == (given[0], given[2], given[3])


def test_a_day_is_never_joined():
    first = outcome(day="2026-12-01", days=7)
    assert joined([first, outcome(day="2027-01-01", days=38)]) == (first,)


def test_many_texts_end_in_an_ellipsis():
    (one,) = joined([outcome(name=str(number)) for number in range(NAMED_MOST + 1)])
    assert dict(one.values)["name"] == "0, 1, 2, 3, 4 …"


def test_every_sender_of_a_domain_is_in_the_finding():
    rows = [
        row(f"198.51.{number}.7", 10, dkim="fail", spf="fail", auth=sent(f"service{number}.example"))
        for number in range(3)
    ]
    _, after, _ = handed_over(report(*rows), into=about("example.jp"))
    found = tools().assess(after, NOW).findings
    (finding,) = [one for one in found if one.code == "dmarc_reports.sender_unaligned"]
    values = dict(finding.values)
    assert (values["name"], values["count"]) == ("service0.example, service1.example, service2.example", 30)
    assert finding.basis is Basis.READ
