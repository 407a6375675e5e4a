"""What an action takes reads the same wherever it is printed, and nobody else's work is free."""

from datetime import date

import pytest

from fumimori import resources
from fumimori.__main__ import bank, sample, toolkit
from fumimori.assess.judging import _work_here
from fumimori.assess.plan import Total
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Action, Control, Cost, Hosting, Owner, PlanEntry, Severity, Work
from fumimori.texts import Texts
from fumimori.wording.work import OUTSIDE, cost_words, due_words, late_words, totals_words
from report import example

RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
BOTH = pytest.mark.parametrize("language", ["ja", "en"])
FREE = {"ja": "0円", "en": "No cost"}
OURS = {Owner.MANAGEMENT, Owner.IT, Owner.GENERAL_AFFAIRS, Owner.STAFF}


def texts(language: str) -> Texts:
    return Texts(resources.root(), language)


def action(**fields: object) -> Action:
    usual = {"id": "a.b", "control": Control.SSH, "severity": Severity.HIGH, "findings": (), "work": Work()}
    return Action(**{**usual, **fields})  # type: ignore[arg-type]


def test_an_owner_is_our_own_or_somebody_else():
    assert set(Owner) == OURS | OUTSIDE


@BOTH
@pytest.mark.parametrize("hosting", [None, *Hosting])
def test_nobody_elses_work_is_free(language, hosting):
    t = texts(language)
    works = [rule.work for rule in RULES.outcomes.values()] + [question.work for question in bank()]
    for work in (_work_here(work, hosting) for work in works):
        said = {cost_words(t, work), cost_words(t, work, short=True)}
        assert (FREE[language] in said) == (work.cost is Cost.NOTHING and work.owner in OURS)


@BOTH
def test_no_printed_due_date_of_the_sample_lies_after_a_day_that_it_names(language):
    result = toolkit().assess(sample(), example.ISSUED)
    today, t = example.ISSUED.date(), texts(language)
    dated = [action for action in result.actions if action.day is not None]
    assert dated
    for one in dated:
        printed = date.fromisoformat(due_words(one, t("words.due.renewal")))
        days = [date.fromisoformat(str(day)) for f in one.findings for name, day in f.values if name == "day"]
        assert today <= printed <= max(today, min(days))
        assert late_words(t, one) == ""


@BOTH
def test_agreed_days_are_printed_alike_and_one_too_late_is_told(language):
    t = texts(language)
    dated = {"event": "certificate", "day": date(2026, 11, 29)}
    for typed, printed in (("2026/12/24", "2026-12-24"), ("来月末", "来月末"), ("", "2026-11-26")):
        entry = PlanEntry(action="a.b", due=typed)
        one = action(entry=entry, due=entry.due_day or date(2026, 11, 26), **dated)
        assert due_words(one, "-") == printed
        assert ("2026-11-29" in late_words(t, one)) == (typed == "2026/12/24")
    assert due_words(action(), "-") == "-"


def test_totals_are_said_in_hours_and_days():
    totals = (
        Total(owner=Owner.MAINTENANCE, actions=19, least=20, most=55),
        Total(owner=Owner.PROVIDER, actions=2, least=2, most=3.5),
        Total(owner=Owner.IT, actions=1, least=0.25, most=0.5),
    )
    assert totals_words(texts("ja"), totals, RULES) == (
        "担当ごとの合計：保守業者 19件（2–7日）、提供会社 2件（2–4時間）、社内の情報システム担当 1件（1時間）"
    )
    assert totals_words(texts("en"), totals, RULES).startswith("In total: Maintenance company 19 (2–7 days), ")
    assert totals_words(texts("ja"), (), RULES) == ""
