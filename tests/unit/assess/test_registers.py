"""Rows of registers, joined: each case says what follows and, beside it, what almost is the case and says nothing."""

import pytest

from fumimori.assess import registers as joins
from fumimori.assess.judging import assess
from fumimori.checks.observations import Observations
from fumimori.model import (
    Basis,
    QuestionState,
)
from unit.assess.register_cases import BANK, DAY, EVERY, OFFICER, RULES, account, codes, rows
from unit.assess.small import NOW, assessment, said

LEFT = {"name": "山田 太郎", "left": "2026-10-31"}
ACCOUNT = {"account": "taro@example.jp", "holder": "山田太郎さん"}


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"staff": [LEFT], "accounts": [ACCOUNT]}, ["staff.leaver_account"]),
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "forwards_to": "x@y.example"}]}, ["staff.leaver_forwarding"]),
        (
            {"staff": [LEFT], "accounts": [{**ACCOUNT, "forwards_to": "x@y.example", "closed": "2026-10-31"}]},
            ["staff.leaver_forwarding"],
        ),
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "closed": "2026-10-31"}]}, ["staff.leavers_closed"]),
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "closed": "2026年11月7日"}]}, ["staff.leavers_closed"]),
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "closed": "2026-11-08"}]}, ["staff.leaver_late"]),
        # What cannot be read as a day was written by somebody who closed it: nobody knows when.
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "closed": "済"}]}, []),
        ({"staff": [{**LEFT, "left": "2026-11-24"}], "accounts": [ACCOUNT]}, []),
        ({"staff": [{**LEFT, "left": "来月"}], "accounts": [ACCOUNT]}, []),
        # A namesake, or somebody who came back.
        ({"staff": [LEFT, {"name": "山田太郎"}], "accounts": [ACCOUNT]}, []),
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "holder": "山田花子"}]}, []),
        (
            {"staff": [LEFT], "certificates": [{"subject": "deploy key", "holder": "山田太郎", "kind": "ssh_key"}]},
            ["staff.leaver_access"],
        ),
        (
            {
                "staff": [LEFT],
                "access": [{"who": "山田　太郎", "what": "VPN", "until": "2027-01-01", "approved_by": "社長"}],
            },
            ["staff.leaver_access", "access.in_order"],
        ),
    ],
)
def test_what_leavers_leave_behind(tables, expected):
    assert codes(**tables) == expected


GIVEN = {"who": "業者A", "what": "VPN", "until": "2026-12-31", "approved_by": "社長"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["access.in_order"]),
        ({"until": "2026-11-24"}, ["access.in_order"]),
        ({"until": "2026-11-23"}, ["access.overdue"]),
        ({"until": "2026-11-23", "closed": "2026-11-23"}, ["access.in_order"]),
        ({"until": ""}, ["access.no_end"]),
        ({"until": "契約の間"}, ["access.no_end"]),
        ({"approved_by": ""}, ["access.unapproved"]),
    ],
)
def test_access_has_an_end_and_somebody_who_approved_it(changes, expected):
    assert codes(access=[{**GIVEN, **changes}]) == expected


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        ([account("admin", "no")], ["accounts.admins_no_mfa"]),
        ([account("admin", "no"), account("admin", "yes")], ["accounts.admins_some_no_mfa"]),
        ([account("admin", "yes")], ["accounts.admins_mfa"]),
        ([account("admin", "yes"), account("admin", "")], []),
        ([account("admin", "")], []),
        ([{**account("admin", "no"), "closed": "2026-01-01"}], []),
        ([account("user", "no")], ["accounts.users_no_mfa"]),
        ([account("", "no"), account("shared", "yes")], ["accounts.users_some_no_mfa"]),
        ([account("service", "no")], []),
        ([account("user", "yes")], ["accounts.users_mfa"]),
    ],
)
def test_who_signs_in_without_a_second_factor(accounts, expected):
    listed = {"accounts.admins_listed", "accounts.services_listed"}
    assert [code for code in codes(accounts=accounts) if code not in listed] == expected


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        ([account("admin", ""), account("admin", "")], ["accounts.admins_listed"]),
        ([account("service", "")], ["accounts.services_listed"]),
        ([{**account("service", ""), "holder": ""}], []),
        ([{**account("service", ""), "closed": "2026-01-01"}], []),
        ([account("user", "")], []),
    ],
)
def test_lists_of_those_who_administer_and_of_what_logs_in_by_itself(accounts, expected):
    assert codes(accounts=accounts) == expected


@pytest.mark.parametrize(
    ("staff", "training", "expected"),
    [
        ([], [{"held": "2026-05-01", "click_rate": "4"}], ["training.exercised"]),
        ([], [{"held": "2025-05-01", "click_rate": "4"}], ["training.exercise_old"]),
        ([], [{"held": "2027-05-01", "click_rate": "4"}], []),
        (
            [],
            [{"held": day} for day in ("2026-02-20", "2026-05-20", "2026-08-20", "2026-11-01")],
            ["training.reminded"],
        ),
        ([], [{"held": "2026-02-20"}, {"held": "2026-08-20"}], ["training.reminded_seldom"]),
        ([], [{"held": "2026-08-20"}, {"held": "2025-08-20"}], []),
        (
            [OFFICER],
            [{**EVERY, "held": "2026-05-01"}, {"who": "Mori", "held": "2026-05-01", "subject": "Payments"}],
            ["training.trained", "training.two_audiences"],
        ),
        (
            [OFFICER],
            [{**EVERY, "held": "2026-05-01"}, {"who": "Mori", "held": "2026-05-01", "subject": "Phishing"}],
            ["training.trained"],
        ),
        ([OFFICER], [{"who": "Mori", "held": "2026-05-01", "subject": "Payments"}], ["training.trained"]),
    ],
)
def test_exercises_reminders_and_training_for_management(staff, training, expected):
    assert codes(staff=staff, training=training) == expected


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ({"kind": "router", "support_ends": "2026-11-23"}, ["devices.unsupported_edge"]),
        ({"kind": "nas", "support_ends": "2026-11-23"}, ["devices.unsupported"]),
        ({"kind": "nas", "support_ends": "2026-11-24"}, ["devices.supported"]),
        ({"kind": "nas", "support_ends": "2026-11-23", "retired": "2026-11-01"}, []),
        ({"kind": "server", "model": "Debian", "firmware": "10.13"}, ["devices.unsupported"]),
        ({"kind": "server", "model": "debian", "firmware": "12"}, ["devices.supported"]),
        ({"kind": "server", "model": "Debian", "firmware": "1"}, ["devices.support_unknown"]),
        ({"kind": "router"}, ["devices.support_unknown"]),
    ],
)
def test_devices_out_of_support(device, expected):
    assert codes(devices=[{"device": "D", **device}]) == expected


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([{"changed": "no"}], ["credentials.unchanged"]),
        ([{"changed": "yes", "changed_on": "2026-01-01", "changed_by": "B"}], ["credentials.changed"]),
        ([{"changed": "yes", "changed_on": "2026-01-01"}], ["credentials.undated", "credentials.changed"]),
        ([{"changed": ""}], []),
        ([{"changed": "yes", "changed_on": "2026-01-01", "changed_by": "B"}, {}], []),
    ],
)
def test_default_passwords(entries, expected):
    assert codes(credentials=[{"device": "NAS", **entry} for entry in entries]) == expected


A, B = {"name": "A"}, {"name": "B", "joined": "2020-04-01"}


@pytest.mark.parametrize(
    ("staff", "training", "expected"),
    [
        ([A, B], [{"who": "A", "held": "2026-05-01"}], ["training.untrained"]),
        ([A, B], [{"who": "A", "held": "2025-05-01"}], ["training.nobody"]),
        ([A, B], [{"everyone": "yes", "held": "2026-05-01"}], ["training.trained"]),
        ([A, {**B, "joined": "2026-06-01"}], [{"everyone": "yes", "held": "2026-05-01"}], ["training.untrained"]),
        ([A, {**B, "joined": "2026-11-10"}], [{"everyone": "yes", "held": "2026-05-01"}], ["training.trained"]),
        ([A, {**B, "left": "2026-06-01"}], [{"who": "a", "held": "2026-05-01"}], ["training.trained"]),
        ([A, {**B, "kind": "contractor"}], [{"who": "a", "held": "2026-05-01"}], ["training.trained"]),
        ([A], [{"who": "A", "held": "2027-05-01"}], ["training.nobody"]),
        ([A], [], []),
        ([], [{"who": "A", "held": "2026-05-01"}], []),
    ],
)
def test_who_was_trained_within_a_year(staff, training, expected):
    assert codes(staff=staff, training=training) == expected


@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        ({"ends": "2026-11-23"}, ["certificates.expired"]),
        ({"ends": "2026-11-23", "replaced": "2026-11-01"}, []),
        ({"ends": "2027-01-01"}, ["certificates.no_renewal"]),
        ({"ends": "2027-01-01", "renewal": "manual"}, ["certificates.no_renewal"]),
        ({"ends": "2027-01-01", "responsible": "B", "renewal": "none"}, ["certificates.no_renewal"]),
        ({"ends": "2027-01-01", "responsible": "B"}, []),
        ({"ends": "2027-01-01", "renewal": "automatic", "kind": "smime"}, ["certificates.listed"]),
        ({"kind": "smime"}, ["certificates.no_day"]),
        ({"kind": "ssh_key"}, []),
    ],
)
def test_certificates_have_a_day_and_somebody_who_renews_them(certificate, expected):
    assert codes(certificates=[{"subject": "S", **certificate}]) == expected


# --- what the outcomes do -----------------------------------------------------------------------------------------


def result_of(tables, answers=(), evidence=(), **fields):
    about = assessment(answers, registers=rows(**tables), evidence=evidence, **fields)
    recorded = joins.outcomes(about, Observations(about.scope, ()), RULES, DAY)
    return assess(about, BANK, RULES, recorded, NOW)


def test_a_register_answers_its_question_by_itself_and_is_no_proof():
    result = result_of({"staff": [LEFT], "accounts": [{**ACCOUNT, "closed": "2026-10-31"}]})
    leavers = result.question("access.leavers")
    assert (leavers.state, leavers.asked, leavers.verified) == (QuestionState.RECORDED, False, False)
    assert leavers.low == leavers.high == leavers.weight > 0
    assert result.question("access.time_limited").state is QuestionState.UNANSWERED


def test_what_a_register_finds_says_that_it_comes_from_one():
    result = result_of({"staff": [LEFT], "accounts": [ACCOUNT]})
    finding = next(one for one in result.findings if one.code == "register_staff.leaver_account")
    assert (finding.basis, finding.question) == (Basis.RECORDED, "access.leavers")


def test_an_answer_that_the_register_does_not_bear_out_is_a_contradiction():
    result = result_of({"staff": [LEFT], "accounts": [ACCOUNT]}, said(access__leavers="yes"))
    assert [one.question for one in result.contradictions] == ["access.leavers"]
    assert result.question("access.leavers").low == 0
