"""What leavers still have by lists of accounts and keys that were read after their last day."""

from datetime import UTC, datetime

import msgspec
import pytest

from fumimori.checks.accounts.facts import Facts as AccountFacts
from fumimori.checks.observations import Observations
from fumimori.checks.ssh_keys.facts import Facts as KeyFacts
from fumimori.checks.system_accounts.facts import Facts as SystemFacts
from fumimori.checks.system_accounts.facts import SystemAccount
from fumimori.grammar.account_table import Account
from fumimori.grammar.ssh_public_keys import PublicKey
from fumimori.model import Attempt, Status
from unit.assess.register_cases import SCOPE, codes, follows
from unit.assess.small import NOW

LEFT = {"name": "山田 太郎", "left": "2026-10-31"}
ACCOUNT = {"account": "taro@example.jp", "holder": "山田太郎さん"}
CHECKS = {AccountFacts: "accounts", SystemFacts: "system_accounts", KeyFacts: "ssh_keys"}


def read(facts, subject, *, day=NOW):
    return Attempt(
        probe=CHECKS[type(facts)],
        subject=subject,
        status=Status.COMPLETED,
        started=day,
        ended=day,
        facts=msgspec.Raw(msgspec.json.encode(facts)),
    )


def keys(**fields):
    return KeyFacts(keys=(PublicKey(kind="ssh-ed25519", bits=256, sha256="abc", **fields),))


CLOSED = {**ACCOUNT, "closed": "2026-10-31"}
EXPORT = AccountFacts(accounts=(Account(name="taro@example.jp", active=True),), columns=("active",))
PASSWD = SystemFacts(kind="passwd", accounts=(SystemAccount(name="taro", uid=1001, may_log_in=True),))
LOCKED = SystemFacts(kind="states", accounts=(SystemAccount(name="taro", state="L"),))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([EXPORT], ["staff.leaver_seen"]),
        ([AccountFacts(accounts=(Account(name="taro@example.jp", active=False),), columns=("active",))], []),
        ([AccountFacts(accounts=(Account(name="hanako@example.jp", active=True),), columns=("active",))], []),
        ([PASSWD], ["staff.leaver_seen"]),
        ([SystemFacts(kind="passwd", accounts=(SystemAccount(name="taro", may_log_in=False),))], []),
        ([keys(comment="taro@laptop")], ["staff.leaver_key"]),
        ([keys(comment="backup", place="/home/taro/.ssh/authorized_keys")], ["staff.leaver_key"]),
        ([keys(comment="backup", place="taro")], ["staff.leaver_key"]),
        ([keys(comment="山田太郎")], ["staff.leaver_key"]),
        ([keys(comment="backup", place="/etc/ssh/keys/backup")], []),
        ([EXPORT, keys(comment="taro")], ["staff.leaver_seen", "staff.leaver_key"]),
    ],
)
def test_what_leavers_still_have_by_lists_that_were_read(facts, expected):
    seen = Observations(SCOPE, [read(one, "mail.example.jp") for one in facts])
    assert codes(seen, staff=[LEFT], accounts=[CLOSED]) == (expected or ["staff.leavers_closed"])
    before = Observations(
        SCOPE, [read(one, "mail.example.jp", day=datetime(2026, 10, 30, tzinfo=UTC)) for one in facts]
    )
    assert codes(before, staff=[LEFT], accounts=[CLOSED]) == ["staff.leavers_closed"]
    assert not any(code.startswith("staff.") for code in codes(seen, staff=[{"name": "山田太郎"}], accounts=[CLOSED]))


def test_a_leavers_account_is_told_once_and_a_locked_or_shared_one_not_at_all():
    seen = Observations(SCOPE, [read(EXPORT, "example.jp"), read(PASSWD, "mail.example.jp")])
    told = follows(seen, staff=[LEFT], accounts=[CLOSED])
    assert [(one.subject, dict(one.values)["where"]) for one in told] == [
        ("taro@example.jp", "example.jp"),
        ("taro", "mail.example.jp"),
    ]
    assert codes(seen, staff=[LEFT], accounts=[ACCOUNT])[:1] == ["staff.leaver_account"]
    assert [one.subject for one in follows(seen, staff=[LEFT], accounts=[ACCOUNT])] == ["taro@example.jp", "taro"]
    locked = [
        msgspec.structs.replace(read(PASSWD, "mail.example.jp"), part="a"),
        msgspec.structs.replace(read(LOCKED, "mail.example.jp"), part="b"),
    ]
    assert codes(Observations(SCOPE, locked), staff=[LEFT], accounts=[CLOSED]) == ["staff.leavers_closed"]
    shared = [CLOSED, {"account": "taro@example.jp", "holder": "山田花子"}]
    assert "staff.leaver_seen" not in codes(seen, staff=[LEFT], accounts=shared)
