"""What complete rows of registers prove: checks done in time, lists that name everybody, columns with nothing open."""

import msgspec
import pytest

from fumimori.assess.evidence import shown_questions
from fumimori.assess.register_reviews import MONTHLY, YEARLY
from fumimori.checks.observations import Observations
from fumimori.model import (
    About,
    Evidence,
    EvidenceKind,
)
from unit.assess.register_cases import BANK, OFFICER, RULES, SCOPE, account, attempt, codes, rows
from unit.assess.small import NOW, assessment


def review(kind, held, **more):
    return {"kind": kind, "held": held, "by": "B", **more}


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        *(([review(kind, "2025-11-24")], [f"reviews.{kind}"]) for kind in YEARLY),
        *(([review(kind, "2025-11-23")], [f"reviews.{kind}_overdue"]) for kind in YEARLY),
        *(([review(kind, "2026-11-20"), review(kind, "2026-10-16")], [f"reviews.{kind}"]) for kind in MONTHLY),
        *(([review(kind, "2026-11-20"), review(kind, "2026-10-15")], []) for kind in MONTHLY),
        *(([review(kind, "2026-11-20"), review(kind, "2026-11-20")], []) for kind in MONTHLY),
        *(([review(kind, "2026-10-20"), review(kind, "2026-09-30")], [f"reviews.{kind}"]) for kind in MONTHLY),
        *(([review(kind, "2026-10-19"), review(kind, "2026-09-30")], [f"reviews.{kind}_overdue"]) for kind in MONTHLY),
        *(([review(kind, "2026-10-20")], []) for kind in MONTHLY),
        ([review("admin_log", "2026-08-24")], ["reviews.admin_log"]),
        ([review("admin_log", "2026-08-23")], ["reviews.admin_log_overdue"]),
        ([review("admin_log", "2026-08-23"), review("admin_log", "2026-08-24")], ["reviews.admin_log"]),
        # what failed, or that nobody says to have done, was at least looked at
        ([review("restore_test", "2025-11-01"), {**review("restore_test", "2026-11-01"), "by": ""}], []),
        ([review("restore_test", "2026-11-25")], []),
        ([review("restore_test", "last week")], []),
        ([{**review("restore_test", "2026-11-01"), "by": ""}], []),
        ([review("restore_test", "2026-11-01", result="corrected")], ["reviews.restore_test"]),
        (
            [
                review("restore_test", "2026-05-01", result="good"),
                review("restore_test", "2026-11-01", result="failed"),
            ],
            [],
        ),
        ([review("other", "2026-11-01"), review("", "2026-11-01")], []),
    ],
)
def test_checks_that_somebody_did_in_time(reviews, expected):
    assert codes(reviews=reviews) == expected


def administrators(*names, kind="administrators"):
    from fumimori.checks.system_accounts.facts import Facts, SystemAccount

    listed = Facts(kind=kind, accounts=tuple(SystemAccount(name=name) for name in names))
    return Observations(SCOPE, (attempt("system_accounts", listed),))


def admin(name, holder, **more):
    return {"account": name, "holder": holder, "kind": "admin", **more}


REVIEW = review("access_review", "2026-06-01")
OWN, APART, SEEN_THROUGH = "accounts.admins_own", "accounts.admins_apart", "accounts.admins_reviewed"
LISTED, REVIEWED = "accounts.admins_listed", "reviews.access_review"


@pytest.mark.parametrize(
    ("seen", "accounts", "reviews", "expected"),
    [
        (administrators("a", "root"), [admin("A", "Mori")], [], [LISTED, OWN]),
        (administrators("a"), [admin("a@example.jp", "Mori")], [REVIEW], [LISTED, REVIEWED, OWN, SEEN_THROUGH]),
        (
            administrators("a"),
            [admin("a", "Mori"), {"account": "mori@example.jp", "holder": "mori さん", "kind": "user"}],
            [],
            [LISTED, OWN, APART],
        ),
        # somebody who was read stands in no row, nothing was read, or nothing but root
        (administrators("a", "b"), [admin("a", "Mori")], [REVIEW], [LISTED, REVIEWED]),
        (None, [admin("a", "Mori")], [REVIEW], [LISTED, REVIEWED]),
        (administrators("root"), [admin("a", "Mori")], [], [LISTED]),
        (administrators("a", kind="mailboxes"), [admin("a", "Mori")], [], [LISTED]),
        # two people, one account
        (administrators("a"), [admin("a", "Mori、Ueda")], [REVIEW], [LISTED, REVIEWED]),
        (administrators("a"), [admin("a", "Mori"), admin("a", "Ueda")], [], [LISTED]),
        (administrators("a"), [admin("a", "Mori"), admin("b", "")], [], []),
    ],
)
def test_a_complete_list_of_administrators_proves_what_a_gap_does_not(seen, accounts, reviews, expected):
    assert codes(seen, accounts=accounts, reviews=reviews) == expected


TAUGHT = {"everyone": "yes", "held": "2026-11-01"}
SERVER = {"subject": "mx.example.jp", "kind": "server", "ends": "2027-01-01", "renewal": "automatic"}
KEY = {"subject": "k", "kind": "ssh_key", "holder": "A"}
LAPTOP = {"device": "PC", "kind": "computer", "support_ends": "2030-01-01"}
CHANGED = {"device": "MX", "changed": "yes", "changed_on": "2026-01-01", "changed_by": "B"}


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        (
            {"accounts": [{**account("service", ""), "ends": "2026-11-24"}]},
            ["accounts.services_listed", "accounts.services_dated"],
        ),
        ({"accounts": [{**account("service", ""), "ends": "2026-11-23"}]}, ["accounts.services_listed"]),
        (
            {"accounts": [{**account("service", ""), "ends": "2027-11-23"}, account("service", "")]},
            ["accounts.services_listed"],
        ),
        ({"accounts": [{**account("shared", ""), "own_login": "yes"}]}, ["accounts.shared_own"]),
        ({"accounts": [{**account("shared", ""), "own_login": "yes"}, account("shared", "")]}, []),
        (
            {"staff": [OFFICER], "training": [{**TAUGHT, "topic": "passwords"}]},
            ["training.trained", "training.taught_passwords"],
        ),
        (
            {"staff": [OFFICER], "training": [{**TAUGHT, "topic": "signatures"}]},
            ["training.trained", "training.taught_signatures"],
        ),
        (
            {"staff": [OFFICER], "training": [{**TAUGHT, "topic": "reporting"}]},
            ["training.trained", "training.taught_reporting"],
        ),
        (
            {"staff": [OFFICER], "training": [{"who": "B", "held": "2026-11-01", "topic": "passwords"}]},
            ["training.nobody"],
        ),
        ({"training": [{**TAUGHT, "topic": "passwords"}]}, []),
        ({"devices": [{**LAPTOP, "encrypted": "yes"}]}, ["devices.supported", "devices.all_encrypted"]),
        ({"devices": [{**LAPTOP, "encrypted": "yes"}, {**LAPTOP, "kind": "phone"}]}, ["devices.supported"]),
        ({"devices": [{**LAPTOP, "kind": "nas", "encrypted": "yes"}]}, ["devices.supported"]),
        ({"certificates": [{**SERVER, "watched": "yes"}]}, ["certificates.servers_watched"]),
        (
            {"certificates": [{**SERVER, "watched": "yes", "subject": "mta-sts.example.jp"}]},
            ["certificates.policy_watched"],
        ),
        ({"certificates": [{**SERVER, "watched": "yes"}, SERVER]}, []),
        ({"certificates": [{**SERVER, "watched": "yes", "renewal": "manual", "responsible": "B"}]}, []),
        (
            {"certificates": [{**KEY, "passphrase": "yes"}, {**KEY, "holder": "B", "passphrase": "yes"}]},
            ["certificates.keys_own"],
        ),
        ({"certificates": [{**KEY, "passphrase": "yes"}, {**KEY, "passphrase": "yes"}]}, []),
        ({"certificates": [{**KEY, "passphrase": "no"}]}, []),
        ({"certificates": [{**KEY, "kept": "own_device"}]}, ["certificates.keys_kept"]),
        ({"certificates": [{**KEY, "kept": "own_device"}, {**KEY, "kept": "limited"}]}, []),
        (
            {"devices": [{**LAPTOP, "device": "mx", "kind": "server"}], "credentials": [CHANGED]},
            ["devices.supported", "credentials.changed", "credentials.servers_changed"],
        ),
        (
            {"devices": [{**LAPTOP, "device": "db", "kind": "server"}], "credentials": [CHANGED]},
            ["devices.supported", "credentials.changed"],
        ),
        ({"credentials": [CHANGED]}, ["credentials.changed"]),
    ],
)
def test_columns_that_leave_nothing_open(tables, expected):
    assert codes(**tables) == expected


@pytest.mark.parametrize("kind", YEARLY)
def test_evidence_of_one_check_backs_the_question_of_its_kind_alone(kind):
    made = rows(reviews=[review(kind, "2026-11-01")])
    piece = Evidence(
        number=1, kind=EvidenceKind.TEXT, name="a", sha256="", size=1, added=NOW, about=About.REGISTER,
        subject=made[0].id, shows="done",
    )  # fmt: skip
    about = msgspec.structs.replace(assessment(), registers=made, evidence=(piece,))
    assert shown_questions(about, BANK, RULES) == {RULES.outcomes[f"register_reviews.{kind}"].question}
