"""What findings are about in other frameworks: every row names something real, in the form of its framework."""

import re

import msgspec
import pytest

from fumimori.__main__ import bank, rules
from fumimori.model import Credit, Hosting, QuestionResult, QuestionState, Result
from fumimori.wording.references import frameworks, references, supported
from report import example

MAPPINGS = rules().tables["mappings"].dicts()
FRAMEWORKS = {row["id"]: row for row in rules().tables["frameworks"].dicts()}
QUESTIONS = {question.id: question for question in bank()}
CHECKS = {code.partition(".")[0] for code in rules().outcomes}
KNOWN: dict[str, list[str]] = {}
for one in rules().tables["framework_ids"].dicts():
    KNOWN.setdefault(one["framework"], []).append(one["id"])


@pytest.mark.parametrize("row", MAPPINGS, ids=lambda row: f"{row['subject']}-{row['framework']}")
def test_a_row_names_a_question_or_a_check_and_identifiers_of_its_framework(row):
    assert row["subject"] in QUESTIONS.keys() | CHECKS
    ids = row["ids"].split(", ")
    assert len(ids) == len(set(ids))
    assert [one for one in ids if one not in KNOWN[row["framework"]]] == []


def test_no_subject_is_mapped_twice_to_one_framework():
    pairs = [(row["subject"], row["framework"]) for row in MAPPINGS]
    assert len(pairs) == len(set(pairs))


def test_every_identifier_stands_once_under_a_framework_with_source_and_date():
    assert FRAMEWORKS.keys() == KNOWN.keys()
    assert {one: len(ids) - len(set(ids)) for one, ids in KNOWN.items()} == dict.fromkeys(KNOWN, 0)
    # NIST CSF 2.0 has 106 subcategories, CIS v8 153 safeguards, SCS ★3 81 criteria.
    assert {one: len(KNOWN[one]) for one in ("csf", "cis", "scs")} == {"csf": 106, "cis": 153, "scs": 81}


def test_every_framework_has_a_source_with_its_own_date_and_is_used():
    assert {row["framework"] for row in MAPPINGS} == FRAMEWORKS.keys()
    undated = [one for one, row in FRAMEWORKS.items() if not re.match(r"20\d\d", row["published"]) or not row["source"]]
    assert undated == []


def test_a_withdrawn_number_of_the_older_csf_is_not_known():
    withdrawn = {"ID.AM-06", "DE.AE-01", "DE.AE-05", "DE.CM-04", "DE.CM-05", "DE.CM-07", "DE.CM-08", "PR.AT-03"}
    assert set(KNOWN["csf"]) & withdrawn == set()


def test_a_cloud_s_baseline_is_named_to_its_customers_only():
    answered = "access.admin_mfa.no"
    names = {hosting: references(rules(), answered, hosting).keys() for hosting in Hosting}
    assert {hosting for hosting, named in names.items() if "SCuBA M365" in named} == {Hosting.MICROSOFT}
    assert {hosting for hosting, named in names.items() if "SCuBA GWS" in named} == {Hosting.GOOGLE}
    assert references(rules(), answered, None)["CIS Controls v8"] == "6.5"


def test_an_outcome_has_what_its_question_has_and_without_one_what_its_check_has():
    assert references(rules(), "dmarc.none", Hosting.MICROSOFT)["SCuBA M365"] == "MS.EXO.4.1v1, MS.EXO.4.2v1"
    assert references(rules(), "dmarc.report_address_bad", Hosting.MICROSOFT)["SCuBA M365"] == "MS.EXO.4.1v1"
    assert references(rules(), "reverse_dns.missing", None) == {}


def test_the_baselines_are_for_questions_that_their_customers_are_asked():
    for row in MAPPINGS:
        hosting, question = FRAMEWORKS[row["framework"]]["hosting"], QUESTIONS.get(row["subject"])
        assert question is None or not hosting or hosting in question.hosting, row["subject"]


@pytest.mark.parametrize("hosting", [*Hosting, None])
def test_frameworks_keep_the_order_of_their_table(hosting):
    named = [row["name"] for row in frameworks(rules(), hosting)]
    assert named[:2] == ["CIS Controls v8", "NIST CSF 2.0"]
    assert len(named) == len(set(named))


def about(earned: dict[str, Credit | None], **more: object) -> Result:
    results = [
        QuestionResult(question=one, state=QuestionState.ANSWERED, asked=True, credit=credit, **more)
        for one, credit in earned.items()
    ]
    return msgspec.structs.replace(example.result(example.assessment()), questions=tuple(results))


def test_a_requirement_is_supported_when_all_that_is_asked_about_it_is_met():
    second = ("access.admin_mfa", "people.user_mfa")
    both = about(dict.fromkeys(second, Credit.MET))
    assert supported(rules(), both, "scs") == ["4-1-3-2"]
    for credit in (Credit.PARTLY, Credit.NOT_MET, None):
        assert supported(rules(), about({second[0]: Credit.MET, second[1]: credit}), "scs") == []
    assert supported(rules(), about(dict.fromkeys(second, Credit.MET), contradicted=True), "scs") == []


def test_a_requirement_that_nothing_was_asked_about_is_not_supported():
    assert supported(rules(), about({}), "scs") == []
    away = about({"access.admin_mfa": Credit.MET})
    aside = QuestionResult(question="people.user_mfa", state=QuestionState.NOT_APPLICABLE, asked=True)
    assert supported(rules(), msgspec.structs.replace(away, questions=(*away.questions, aside)), "scs") == ["4-1-3-2"]
    assert supported(rules(), msgspec.structs.replace(away, questions=(aside,)), "scs") == []


def test_what_is_supported_keeps_the_framework_s_order():
    met = about({row["subject"]: Credit.MET for row in MAPPINGS if row["framework"] == "scs"})
    found = supported(rules(), met, "scs")
    assert found == [one for one in KNOWN["scs"] if one in found]
    assert len(found) > 20
