"""How a server is kept: only what is there proves anything, and a young server's logs are not blamed."""

from datetime import timedelta

import pytest

from fumimori.checks.upkeep.reader import READER
from fumimori.grammar.upkeep import KINDS, kind_of
from loopback.documents import NOW, outcomes_of, problem_of, words_of
from loopback.witnesses import WITNESSED, outcome_names

AUTOMATIC = 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n'
JAILS = "Status\n|- Number of jail:\t3\n`- Jail list:\tdovecot, postfix-sasl, sshd\n"
KINDS_OF_FILES = ("exe", "js", "vbs", "scr", "iso", "lnk", "docm", "xlsm")
SETTINGS = "kept: 2026-11-20\nchanged since: 0\n"
DISKS = "/: crypt part disk \n/var/mail: crypt part disk \n"


def ago(days):
    return (NOW - timedelta(days=days)).date().isoformat()


def logs(*days, names=("mail.log", "auth.log")):
    return "".join(f"{ago(day)} /var/log/{name}.{number}\n" for name in names for number, day in enumerate(days))


def attachments(*stopped):
    return "".join(f"invoice.{kind}: {'REJECT' if kind in stopped else '-'}\n" for kind in KINDS_OF_FILES)


def daily(days):
    return f"{ago(days)} /var/lib/clamav/daily.cld\n"


def words(*texts):
    return words_of("upkeep", *texts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (AUTOMATIC, {"automatic_updates"}),
        (AUTOMATIC.replace('Upgrade "1"', 'Upgrade "0"'), set()),
        (AUTOMATIC + 'APT::Periodic::Enable "0";\n', set()),
        (AUTOMATIC.partition("\n")[0] + "\n", set()),
        (JAILS, {"guarded"}),
        (JAILS.replace("postfix-sasl, ", ""), {"guarded_partly"}),
        (JAILS.replace("dovecot, postfix-sasl, sshd", "nginx-http-auth"), set()),
        (JAILS.replace("dovecot, postfix-sasl, sshd", ""), set()),
        (logs(0, 30, 60, 90), {"logs_long", "logins_recorded"}),
        (logs(0, 7, 14, 21, 35), {"logs_short", "logins_recorded"}),
        (logs(0, 7), {"logins_recorded"}),
        (logs(0, 7, 14, 21, 28), {"logins_recorded"}),
        (logs(0, 95, names=("mail.log",)), set()),
        (f"{ago(0)} /var/log/journal/1/system.journal\n", {"logins_recorded"}),
        (f"{ago(92)} /var/log/journal/1/system@2.journal\n", {"logs_long", "logins_recorded"}),
        (daily(1), {"definitions_fresh"}),
        (daily(7), {"definitions_fresh"}),
        (daily(8), {"definitions_old"}),
        (SETTINGS, {"settings_kept"}),
        (SETTINGS.replace("0\n", "3\n").replace("2026-11-23", "2026-11-20"), {"settings_changed"}),
        ("kept: no\nchanged since: 0\n", set()),
        (attachments(*KINDS_OF_FILES), {"attachments_stopped"}),
        (attachments("exe", "js"), {"attachments_partly"}),
        (attachments(), set()),
        (DISKS, {"disk_encrypted"}),
        (DISKS.replace("crypt ", ""), set()),
    ],
)
def test_what_a_command_says(text, expected):
    assert words(text) == expected


def test_each_kind_counts_beside_the_others():
    assert words(AUTOMATIC, JAILS, SETTINGS, DISKS) == {
        *("automatic_updates", "guarded", "settings_kept", "disk_encrypted"),
    }


def test_what_is_named_is_told():
    found = outcomes_of(attachments("exe", "js"), logs(0, 100))
    assert dict(found["upkeep.attachments_partly"].values)["kinds"] == "exe, js"
    assert dict(found["upkeep.logs_long"].values)["days"] == 100


def test_every_kind_is_recognised_and_nothing_else_is():
    texts = (AUTOMATIC, JAILS, logs(0), daily(0), SETTINGS, attachments(), DISKS)
    assert tuple(map(kind_of, texts)) == KINDS
    for text in ("2026-11-20 a note\n", "Status\n", "/home: files\n", "kept: 2026-11-20\n", ""):
        assert problem_of(text) == "not_recognised"


def test_every_outcome_came_about_here():
    assert {f"upkeep.{word}" for word in outcome_names(READER)} <= WITNESSED
