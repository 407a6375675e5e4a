"""What registers prove of contractors, contracts and updates, and a periodic check that is due again."""

import pytest

from fumimori.checks.observations import Observations
from fumimori.model import (
    Basis,
    Credit,
    DomainScope,
    Hosting,
    Scope,
    Severity,
)
from unit.assess.register_cases import codes
from unit.assess.small import said
from unit.assess.test_register_proofs import review
from unit.assess.test_registers import GIVEN, LEFT, result_of

BY_WORK = {**GIVEN, "kind": "remote", "contractor": "yes", "enabled": "for_work"}


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        ([BY_WORK], ["access.in_order", "access.contractors_for_work"]),
        (
            [BY_WORK, {**BY_WORK, "enabled": "", "closed": "2026-11-01"}],
            ["access.in_order", "access.contractors_for_work"],
        ),
        ([BY_WORK, {**BY_WORK, "enabled": "always"}], ["access.in_order", "access.contractors_always"]),
        (
            [{**BY_WORK, "enabled": "always", "closed": "2026-11-01"}],
            ["access.in_order", "access.contractors_for_work"],
        ),
        ([BY_WORK, {**BY_WORK, "enabled": ""}], ["access.in_order"]),
        ([{**BY_WORK, "contractor": ""}], ["access.in_order"]),
        ([{**BY_WORK, "contractor": "no", "enabled": "always"}], ["access.in_order"]),
        ([{**BY_WORK, "kind": "door_key", "enabled": "always"}], ["access.in_order"]),
    ],
)
def test_contractors_get_in_only_for_their_work(access, expected):
    assert codes(access=access) == expected


DNS = {"service": "dns", "company": "C", "person": "Mori", "reach": "03-0000-0000"}
SITE = {**DNS, "service": "website", "company": "W"}
NAMED = {
    "service": "registration",
    "company": "R",
    "in_our_name": "yes",
    "logins": "Mori、Ueda",
    "renewal": "automatic",
}
UPKEEP = {"service": "maintenance", "company": "M", "updates": "yes"}


@pytest.mark.parametrize(
    ("contracts", "expected"),
    [
        ([DNS, SITE], ["contracts.dns_and_website"]),
        ([{**DNS, "domain": "EXAMPLE.jp"}, SITE], ["contracts.dns_and_website"]),
        ([DNS], ["contracts.dns_alone"]),
        ([SITE], ["contracts.website_alone"]),
        ([DNS, {**SITE, "reach": ""}], ["contracts.dns_alone"]),
        ([DNS, {**SITE, "domain": "other.example"}], ["contracts.dns_alone"]),
        ([DNS, {**SITE, "ended": "2026-11-01"}], ["contracts.dns_alone"]),
        ([DNS, {**SITE, "ends": "2026-11-23"}], ["contracts.dns_alone"]),
        ([DNS, {**SITE, "ends": "2026-11-23", "renewal": "automatic"}], ["contracts.dns_and_website"]),
        ([{**DNS, "domain": "no domain"}], []),
        ([NAMED], ["contracts.registered"]),
        ([{**NAMED, "renewal": "manual", "ends": "2027-01-23"}], ["contracts.registered"]),
        ([{**NAMED, "renewal": "manual", "ends": "2027-01-22"}], []),
        ([{**NAMED, "renewal": ""}], []),
        ([{**NAMED, "in_our_name": "no"}], []),
        ([{**NAMED, "logins": "Mori"}], []),
        ([{**NAMED, "logins": "Mori, mori さん"}], []),
        ([{**NAMED, "domain": "other.example"}], []),
        ([UPKEEP], ["contracts.updates_agreed"]),
        ([{**UPKEEP, "service": "mail"}], ["contracts.updates_agreed"]),
        ([{**UPKEEP, "service": "line"}], []),
        ([{**UPKEEP, "updates": "no"}], []),
    ],
)
def test_contracts_that_leave_nothing_open(contracts, expected):
    assert codes(contracts=contracts) == expected


def test_a_leaver_is_nobody_who_can_log_in():
    assert codes(contracts=[{**NAMED, "logins": "Mori、山田太郎"}], staff=[LEFT]) == []


OWN_SERVER = Observations(Scope(domains=(DomainScope(name="example.jp", hosting=Hosting.VPS),)), ())
CLOUD = Observations(Scope(domains=(DomainScope(name="example.jp", hosting=Hosting.MICROSOFT),)), ())
OFFICE = [{"device": kind, "kind": kind, "updates": "automatic"} for kind in ("computer", "phone", "router", "server")]
BY_HAND = {"device": "NAS", "kind": "nas", "updates": "manual", "updated_by": "B", "next_update": "2026-11-24"}


DECIDED = ["devices.updates_decided"]


@pytest.mark.parametrize(
    ("seen", "devices", "expected"),
    [
        (OWN_SERVER, OFFICE, DECIDED),
        (OWN_SERVER, [*OFFICE, BY_HAND], DECIDED),
        (OWN_SERVER, OFFICE[:3], []),
        (CLOUD, OFFICE[:3], DECIDED),
        (CLOUD, OFFICE[:2], []),
        (None, OFFICE, []),
        (OWN_SERVER, [*OFFICE, {**BY_HAND, "updated_by": ""}], []),
        (OWN_SERVER, [*OFFICE, {**BY_HAND, "next_update": "2026-11-23"}], []),
        (OWN_SERVER, [*OFFICE, {**BY_HAND, "updates": ""}], []),
        (OWN_SERVER, [*OFFICE, {**BY_HAND, "updates": "", "retired": "2026-11-01"}], DECIDED),
    ],
)
def test_updates_are_decided_when_every_kind_of_device_has_its_way(seen, devices, expected):
    assert [code for code in codes(seen, devices=devices) if code in DECIDED] == expected


@pytest.mark.parametrize(("day", "last"), [("2026-11-20", Credit.MET), ("2025-11-20", Credit.PARTLY)])
def test_a_check_that_is_due_again_leaves_less_to_earn_and_its_question_open(day, last):
    result = result_of({"reviews": [review("restore_test", day)]}, said(updates__restore_test="yes"))
    assert result.question("updates.restore_test").credit is last
    overdue = [one for one in result.findings if one.code.endswith("_overdue")]
    assert [(one.severity, one.basis) for one in overdue] == (
        [(Severity.LOW, Basis.RECORDED)] if last is Credit.PARTLY else []
    )
    nobody = result_of({"reviews": [review("restore_test", day)]}).question("updates.restore_test")
    assert nobody.asked is (last is Credit.PARTLY)
