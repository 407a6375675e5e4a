"""Accounts of a server's own system: second superusers, missing passwords, idle logins; never a hash."""

import subprocess

from loopback.documents import handed_over, outcomes_of, problem_of, words_of

PASSWD = (
    "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n"
    "sato:x:1000:1000:Sato,,,:/home/sato:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n"
)
STATES = "root L 2025-05-20 0 99999 7 -1\nwww-data L 2025-05-20 0 99999 7 -1\nsato P 2025-05-20 0 99999 7 -1\n"
LOG = (
    "Username         Port     From                                       Latest\n"
    "root                                                                **Never logged in**\n"
    "sato             pts/0    192.0.2.1                                  Mon Jan  5 10:00:00 +0900 2026\n"
)


PROVED = {"no_default_names", "own_admins", "admins_separate"}


def words(*texts):
    """What the lists say, without what they prove of questions beside it."""
    return words_of("system_accounts", *texts) - PROVED


def proved(*texts):
    return words_of("system_accounts", *texts) & PROVED


def test_good_accounts():
    assert words(PASSWD, STATES) == {"roots_good", "logins"}
    assert dict(outcomes_of(PASSWD)["system_accounts.logins"].values)["accounts"] == "root, sato"


def test_a_second_superuser_and_missing_passwords():
    assert words(PASSWD + "toor:x:0:0::/root:/bin/sh\n", STATES) == {"second_root", "logins"}
    assert words(PASSWD.replace("root:x", "admin:x"), STATES) == {"roots_good", "logins", "default_names"}
    assert words(PASSWD, STATES.replace("sato P", "sato NP")) == {"no_password", "logins"}
    assert words(PASSWD, STATES.replace("www-data L", "www-data NP")) == {"roots_good", "logins"}
    assert words(STATES.replace("sato P", "sato NP")) == {"no_password"}


def test_idle_logins_need_all_three_lists():
    assert words(PASSWD, STATES, LOG) == {"roots_good", "logins", "unused_login"}
    assert words(PASSWD, STATES.replace("sato P", "sato L"), LOG) == {"roots_good", "logins"}
    assert words(PASSWD, STATES, LOG.replace("Jan  5", "Nov  5")) == {"roots_good", "logins"}


def test_mailboxes():
    assert words("info@example.jp\nsato@example.jp\n") == {"mailboxes"}


def test_administrators():
    groups = "root:x:0:\nsudo:x:27:sato,suzuki\nmail:x:8:tanaka\n"
    assert words(groups) == {"administrators"}
    assert dict(outcomes_of(groups)["system_accounts.administrators"].values)["accounts"] == "sato, suzuki"
    assert words(groups.replace("sato,suzuki", "")) == set()


GROUPS = "root:x:0:\nsudo:x:27:sato,suzuki\nmail:x:8:tanaka\n"


def test_default_names():
    assert proved(PASSWD, STATES) == {"no_default_names"}
    assert proved(PASSWD) == proved(PASSWD, STATES.replace("root L", "root P")) == set()
    guessed = PASSWD.replace("sato:x", "admin:x")
    assert "default_names" in words(guessed, STATES)
    assert proved(guessed, STATES) == set()


def test_administrators_have_accounts_of_their_own_apart_from_mail():
    assert proved(GROUPS) == {"own_admins"}
    assert proved(GROUPS.replace("suzuki", "admin")) == proved(GROUPS.replace(",suzuki", "")) == set()
    assert proved(GROUPS, "info@example.jp\nmori@example.jp\n") == {"own_admins", "admins_separate"}
    assert "admins_mail" in words(GROUPS, "info@example.jp\nSato@example.jp\n")


def test_hashes_are_refused_and_not_kept():
    for text in ("root:$y$j9T$abc$def:19000:0:99999:7:::\n", PASSWD + "a:$6$salt$hash:1001:1001::/:/bin/sh\n"):
        after, result = handed_over(text)
        assert [one.problem for one in result.documents] == ["secret"]
        assert after.runs == ()


def test_names_of_people_are_not_kept_beside_their_accounts():
    after, _ = handed_over(PASSWD.replace("Sato,,,", "Hanako Sato,Room 1,090-0000-0000"))
    assert b"090-0000" not in bytes(after.runs[-1].attempts[0].facts)


def test_other_texts_are_not_taken():
    assert problem_of("a: b: c\n") == "not_recognised"
    assert problem_of("a:b:c:d:e:f:g\n") == "not_recognised"


def test_the_real_system_prints_what_is_read():
    def printed(*command):
        return subprocess.run(
            command, check=True, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/usr/sbin"}
        ).stdout

    found = outcomes_of(
        printed("getent", "passwd"), printed("getent", "group"), printed("passwd", "-S", "-a"), printed("lastlog")
    )
    assert "system_accounts.roots_good" in found
    assert "root" in str(dict(found["system_accounts.logins"].values)["accounts"])
