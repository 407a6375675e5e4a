"""What findings are about in other frameworks: every row names something real, in the form of its framework."""

import re

import pytest

from fumimori.__main__ import bank, rules
from fumimori.model import Hosting
from fumimori.wording.references import frameworks, references

MAPPINGS = rules().tables["mappings"].dicts()
FRAMEWORKS = {row["id"]: row for row in rules().tables["frameworks"].dicts()}
QUESTIONS = {question.id: question for question in bank()}
CHECKS = {code.partition(".")[0] for code in rules().outcomes}
FORM = {
    "cis": r"(?:[1-9]|1[0-8])\.(?:[1-9]|1[0-4])",
    "csf": r"(?:GV\.(?:OC|RM|RR|SC)|ID\.(?:AM|IM)|PR\.(?:AA|AT|DS|PS|IR)|DE\.(?:CM|AE))-(?:0[1-9]|1[01])",
    "cyber_essentials": "Firewalls|Secure configuration|Security update management|User access control|"
    "Malware protection",
    "ipa": r"5か条-[1-5]|No\.(?:[1-9]|1\d|2[0-5])",
    "scuba_microsoft": r"MS\.(?:EXO|AAD|SECURITYSUITE)\.\d{1,2}\.\d{1,2}v\d",
    "scuba_google": r"GWS\.(?:GMAIL|COMMONCONTROLS)\.\d{1,2}\.\d{1,2}v\d",
}
"""How an identifier of each framework looks; of NIST CSF 2.0 and CIS v8 only numbers that exist."""


@pytest.mark.parametrize("row", MAPPINGS, ids=lambda row: f"{row['subject']}-{row['framework']}")
def test_a_row_names_a_question_or_a_check_and_identifiers_of_its_framework(row):
    assert row["subject"] in QUESTIONS.keys() | CHECKS
    ids = row["ids"].split(", ")
    assert len(ids) == len(set(ids))
    assert [one for one in ids if not re.fullmatch(FORM[row["framework"]], one)] == []


def test_no_subject_is_mapped_twice_to_one_framework():
    pairs = [(row["subject"], row["framework"]) for row in MAPPINGS]
    assert len(pairs) == len(set(pairs))


def test_every_framework_has_a_source_with_its_own_date_and_is_used():
    assert {row["framework"] for row in MAPPINGS} == FRAMEWORKS.keys() == FORM.keys()
    undated = [one for one, row in FRAMEWORKS.items() if not re.match(r"20\d\d", row["published"]) or not row["source"]]
    assert undated == []


def test_a_withdrawn_number_of_the_older_csf_is_not_used():
    withdrawn = {"ID.AM-06", "DE.AE-01", "DE.AE-05", "DE.CM-04", "DE.CM-05", "DE.CM-07", "DE.CM-08", "PR.AT-03"}
    used = {one for row in MAPPINGS if row["framework"] == "csf" for one in row["ids"].split(", ")}
    assert used & withdrawn == set()


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
