"""A record that several findings of one action edit: one new text, in which every finding is repaired."""

from collections.abc import Iterator
from itertools import combinations

import pytest

from fumimori.__main__ import repair, rules
from fumimori.assess.causes import causes
from fumimori.assess.judging import assess
from fumimori.checks import remediation
from fumimori.checks.dmarc import probe as dmarc
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.checks.remediation import zone
from fumimori.checks.remediation.combining import SAME_RECORD, Key, combined, differ, edits
from fumimori.checks.spf import probe as spf
from fumimori.model import Assessment, Finding, Outcome, Repair, Severity
from loopback.fake_network import NOW, FakeNetwork, looked, scope_of
from loopback.further_zones import receiving
from unit.checks.test_repair_coverage import DOMAIN, assessment
from unit.checks.test_repairs_everywhere import finding_of

TAGS = (
    "t=y", "pct=50", "sp=none", "np=none", "rf=afrf", "psd=y", "foo=bar", "rua=mailto:a@example.jp!10m",
    "rua=mailto:a@example.jp,reports@example.jp", "ruf=reports", "rua=mailto:a@deaf.test,mailto:a@example.jp",
)  # fmt: skip
"""Of a DMARC record: each is a fault, or makes one of another tag."""
TERMS = (
    "ptr", "ip4:203.0.113.0/8", "include:nothing.example.jp", "a:void.example.jp a:void2.example.jp a:void3.example.jp",
    "ip4:192.0.2.300", "ip4:192.0.2.1 ip4:192.0.2.1", "exists:%{i}.nothing.example.jp", "ip4:198.51.100.0/33",
    "include:spf.example.jp", "include:_many.example.jp", "mx mx", "a:", "IP4:192.0.2.77 ip4:192.0.2.78/32",
)  # fmt: skip
ENDS = ("", "?all", "+all", "-all ip4:192.0.2.9", "-all")
CHECKS = {"dmarc": (mx.PROBE, dmarc.PROBE), "spf": (mx.PROBE, dmarc.PROBE, spf.PROBE)}
MANY = " ".join(f"a:host{number}.example.jp" for number in range(12))


def records() -> Iterator[tuple[str, str]]:
    """Published texts with two faults or three, by the check that sees them."""
    for first, second in combinations(TAGS, 2):
        if first.partition("=")[0] != second.partition("=")[0]:
            yield "dmarc", f"v=DMARC1; p=reject; {first}; {second}"
    for first, second in combinations(TERMS, 2):
        for end in ENDS:
            yield "spf", f"v=spf1 {first} {second} {end}".strip()


def judged(check: str, texts: dict[str, str]) -> tuple[list[Finding], Assessment]:
    """What is found where these TXT records are published, by name."""
    zone: dict[str, dict[str, list[str]]] = {
        "spf.example.jp": {"TXT": ["v=spf1 ptr ?all"]},
        "_many.example.jp": {"TXT": [f"v=spf1 {MANY} -all"]},
        **{f"host{number}.example.jp": {"A": [f"192.0.2.{100 + number}"]} for number in range(12)},
    }
    for name, text in texts.items():
        zone[name] = {"TXT": [text]}
    scope = scope_of(DOMAIN)
    of = assessment(scope, looked(CHECKS[check], FakeNetwork(receiving(zone)), scope))
    outcomes = CHECKS[check][-1].judge(Observations.of_assessment(of), rules())
    wrong = [one for one in outcomes if rules().outcomes[one.code].severity >= Severity.LOW]
    return [finding_of(one.code, one.subject, one.values) for one in wrong], of


@pytest.fixture(scope="module")
def met() -> dict[tuple[str, str], list[tuple[list[Finding], Assessment, str, Key]]]:
    """By two codes of one cause: where both of their repairs change one record, each in another way."""
    found: dict[tuple[str, str], list[tuple[list[Finding], Assessment, str, Key]]] = {}
    for check, text in records():
        findings, of = judged(check, {f"_dmarc.{DOMAIN}" if check == "dmarc" else DOMAIN: text})
        for cause in causes(findings, rules()):
            for pair in combinations(cause.findings, 2):
                for key in differ(*(repair(one, of) for one in pair)):
                    codes = tuple(sorted(one.code for one in pair))
                    found.setdefault(codes, []).append((list(pair), of, check, key))
    return found


def published(made: list[Repair]) -> dict[str, str]:
    """The TXT records as they are when all that is to be copied was entered, by name; one text for each."""
    new: dict[str, str] = {}
    for one in made:
        for (place, _), snippet in edits(one).items():
            name = place.removesuffix(" TXT")
            assert new.setdefault(name, snippet.content) == snippet.content
    return new


def test_two_findings_of_one_record_are_repaired_by_one_text(met):
    """Entered once, it repairs both, and its proof is that of the whole text."""
    assert len(met) > 60
    for codes, rows in met.items():
        for pair, of, check, key in rows:
            made = combined(pair, of, repair)
            left, _ = judged(check, published(made))
            assert {one.code for one in left} & set(codes) == set(), f"{codes} of {key[1]}: {published(made)}"
            for one in made:
                assert zone.look_up(edits(one)[key]) in one.proof
                assert edits(one)[key].current == key[1]


def test_the_figures_are_those_of_the_whole_text(met):
    """Two numbers of look-ups for one record would contradict each other."""
    told = [combined(pair, of, repair) for rows in met.values() for pair, of, _, _ in rows]
    counts = [[note for note in Repair.joined(made).after if note.key == "spf_lookups"] for made in told]
    assert {len(notes) for notes in counts} == {0, 1}


def test_all_findings_of_a_record_are_in_its_one_text():
    text = "v=DMARC1; p=reject; sp=none; np=none; t=y; rf=afrf; psd=y; foo=bar; rua=mailto:a@example.jp!10m"
    findings, of = judged("dmarc", {f"_dmarc.{DOMAIN}": text})
    made = combined(findings, of, repair)
    assert len(findings) > 4
    assert judged("dmarc", published(made))[0] == []
    assert len(Repair.joined(made).snippets) == 1


KEYS = ("v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDtFqSDM5c0XPmRqvEylcY0", "v=DKIM1; p=AAAA")


def as_repaired(finding: Finding, _of: Assessment) -> Repair:
    """A record that one finding wants to go and another wants changed."""
    content = "" if finding.code == "dkim.several" else "v=DKIM1; p="
    return zone.published([zone.txt(f"default._domainkey.{DOMAIN}", content, KEYS[0])])


def test_what_has_no_one_text_says_that_it_is_one_record():
    findings = [finding_of(code, DOMAIN, ()) for code in ("dkim.several", "dkim.key_short")]
    _, of = judged("dmarc", {})
    for one in combined(findings, of, as_repaired):
        assert [(note.key, dict(note.values)) for note in one.before] == [
            (SAME_RECORD, {"record": f"default._domainkey.{DOMAIN} TXT"})
        ]


def test_other_actions_that_change_the_record_are_told_of():
    """A stricter policy comes later than an address for reports; whoever comes second may not undo the first."""
    findings, of = judged("dmarc", {f"_dmarc.{DOMAIN}": "v=DMARC1; p=none; rf=afrf; rua=mailto:a@example.jp"})
    result = assess(of, (), rules(), tuple(Outcome(one.code, one.subject, one.values) for one in findings), NOW)
    assert len(result.actions) == 2
    how = remediation.repairs(result, of, rules())
    for action in result.actions:
        for finding in action.findings:
            assert SAME_RECORD in {note.key for note in how(finding).before}


def test_a_result_gives_every_finding_of_an_action_the_same_text():
    findings, of = judged("spf", {DOMAIN: "v=spf1 ptr mx mx ?all"})
    result = assess(of, (), rules(), tuple(Outcome(one.code, one.subject, one.values) for one in findings), NOW)
    how = remediation.repairs(result, of, rules())
    texts = {snippet.content for one in result.actions[0].findings for snippet in how(one).snippets}
    assert texts == {"v=spf1 mx ~all"}
