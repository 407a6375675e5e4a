"""What an action brings is what the grade really becomes, alone and on the way through the plan."""

from collections import Counter
from random import Random

import msgspec
import pytest

from fumimori import resources
from fumimori.__main__ import bank, rules, sample, texts, toolkit
from fumimori.assess import scoring
from fumimori.assess.judging import assess
from fumimori.assess.plan import Step, first, steps
from fumimori.model import Action, Control, Effort, Grade, Outcome, Outlook, Severity, Work
from fumimori.texts import languages
from fumimori.wording.work import count_words, counts_words, gain_words, outlook_words
from unit.assess.small import NOW, judged, outcome, said

GRADE = Grade(
    letter="D", lower_bound="D", reason="band", score_low=50, score_high=60, band="D", coverage=1, verified=1,
    counts=(0, 2, 1, 0), places=(0, 3, 1, 0),
)  # fmt: skip


def action(letter, score, number=0, alone=None):
    return Action(
        id=f"a{number}",
        control=Control.SSH,
        severity=Severity.HIGH,
        findings=(),
        work=Work(effort=Effort.HOURS),
        alone=alone,
        together=Outlook(letter=letter, score_low=score, score_high=score),
    )


def test_an_action_alone_brings_what_a_judgement_without_its_findings_says():
    answers = said(access__admin_mfa="no", people__training="no", sender_auth__dkim="yes")
    before = judged(answers, [outcome("spf.none")])
    for one in before.actions:
        if one.asks:
            assert one.alone is None
            continue
        (finding,) = one.findings
        mended = {
            "access.admin_mfa.no": lambda: judged(said(people__training="no", sender_auth__dkim="yes",
                                                       access__admin_mfa="yes"), [outcome("spf.none")]),
            "people.training.no": lambda: judged(said(people__training="yes", sender_auth__dkim="yes",
                                                      access__admin_mfa="no"), [outcome("spf.none")]),
            "spf.none": lambda: judged(answers, [outcome("spf.valid")]),
        }[finding.code]().grade  # fmt: skip
        assert one.alone == Outlook(letter=mended.letter, score_low=mended.score_low, score_high=mended.score_high)
        assert mended.score_low > before.grade.score_low


def test_together_grows_with_every_action_and_the_first_five_are_the_expected_grade():
    result = toolkit().assess(sample(), NOW)
    scores = [one.together.score_low for one in result.actions]
    assert scores == sorted(scores)
    assert scores[-1] > scores[0] >= result.grade.score_low
    last = first(result.actions)[-1].together
    assert (last.letter, last.score_low) == (result.expected.letter, result.expected.score_low)
    assert all(one.alone.score_low >= result.grade.score_low for one in result.actions if one.alone)


def faulty(count):
    """The result of the sample's answers beside `count` faults: one code after the other, then on the next host."""
    codes = [code for code, rule in sorted(rules().outcomes.items()) if rule.severity >= Severity.LOW]
    found = [Outcome(code=codes[at % len(codes)], subject=f"h{at // len(codes)}.example.jp") for at in range(count)]
    Random(count).shuffle(found)
    return assess(sample(), bank(), rules(), found, NOW)


def added_up_anew(result, gone):
    """The grade's letter and scores without the findings `gone`: every question and finding added up from nothing."""
    left = [one for one in result.findings if one not in gone and one.severity >= Severity.LOW]
    keeping = {one.question for one in left}
    met = {one.question for one in gone} - keeping
    questions = [
        msgspec.structs.replace(one, low=float(one.weight), high=float(one.weight)) if one.question in met else one
        for one in result.questions
    ]
    weighed = {
        control: scoring.weigh(one for one in questions if one.question.startswith(f"{control}."))
        for control in Control
    }
    kinds: dict[str, Severity] = {}
    for one in left:
        kinds[one.code] = max(one.severity, kinds.get(one.code, Severity.OK))
    open_ones = Counter(one.severity for one in result.open_points if one.kind == "unknown" and one.severity > 1)
    caps = scoring.Caps(
        found=Counter(kinds.values()), places=Counter(), severity_if_unknown=open_ones, worst_case=Counter()
    )
    ranges = {
        control: (scoring.percent(sums.low, sums.applicable), scoring.percent(sums.high, sums.applicable))
        for control, sums in weighed.items()
        if sums.applicable
    }
    grade = scoring.grade(ranges, scoring.weigh(questions), caps, rules(), quick=False)
    return grade.letter, grade.score_low, grade.score_high


@pytest.mark.parametrize("count", [40, 400])
def test_what_is_left_after_repairs_is_what_adding_everything_up_anew_says(count):
    result = faulty(count)
    gone = []
    for one in result.actions:
        gone += one.findings
        assert (one.together.letter, one.together.score_low, one.together.score_high) == added_up_anew(result, gone)
        if one.alone:
            alone = added_up_anew(result, one.findings)
            assert (one.alone.letter, one.alone.score_low, one.alone.score_high) == alone
    assert len(result.actions) > 20


def test_questions_are_added_up_once_however_many_actions_there_are(monkeypatch):
    calls = []
    real = scoring.weigh
    monkeypatch.setattr(scoring, "weigh", lambda questions: calls.append(1) or real(questions))
    counted = []
    for count in (20, 200):
        calls.clear()
        counted.append((len(faulty(count).actions), len(calls)))
    (few, some), (many, same) = counted
    assert few < many
    assert some == same


def test_the_steps_name_the_first_action_after_which_the_letter_is_better():
    actions = [action("D", 50), action("C", 60), action("C", 70), action("B", 80), action(None, 80)]
    assert steps(actions, GRADE) == (Step(action=2, letter="C"), Step(action=4, letter="B"))
    assert steps(actions[:1], GRADE) == ()
    assert steps(actions, msgspec.structs.replace(GRADE, letter=None)) == ()


def test_the_way_and_the_gain_are_said_in_every_language():
    better = Outlook(letter="C", score_low=54, score_high=60)
    same = Outlook(letter="D", score_low=50, score_high=60)
    for language in languages(resources.root()):
        t = texts(language)
        way = outlook_words(t, [action("C", 60), action("C", 60), action("B", 80)], GRADE)
        assert way.index("D") < way.index("C") < way.index("B") < way.index("3")
        assert outlook_words(t, [action("D", 60)], GRADE) == ""
        gain = gain_words(t, action("C", 60, alone=better), GRADE)
        assert "4" in gain
        assert "D → C" in gain
        assert gain_words(t, action("C", 60, alone=same), GRADE) == ""
        assert gain_words(t, action("C", 60), GRADE) == ""


@pytest.mark.parametrize("language", languages(resources.root()))
def test_kinds_and_places_are_told_apart(language):
    t = texts(language)
    assert "3" not in count_words(t, 2, 2)
    assert all(number in count_words(t, 2, 3) for number in "23")
    assert count_words(t, 2, 3) in counts_words(t, GRADE)


def test_every_subject_counts_as_a_place_and_every_code_as_a_kind():
    grade = judged((), [outcome("spf.none", "a.example"), outcome("spf.none", "b.example")]).grade
    assert (grade.counts, grade.places) == ((0, 1, 0, 0), (0, 2, 0, 0))
