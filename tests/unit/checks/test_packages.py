"""Lists of packages and updates: support, what waits, and what is behind; no word where the tables know nothing."""

import subprocess

import pytest

from fumimori.__main__ import rules
from fumimori.grammar.packages import parse_winget
from loopback.documents import outcomes_of, problem_of, words_of

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux {0}"\nNAME="Debian GNU/Linux"\nVERSION_ID="{0}"\nID=debian\n'
UBUNTU = 'NAME="Ubuntu"\nID=ubuntu\nVERSION_ID="{0}"\n'
WINDOWS = "Host Name: MAIL\nOS Name:  Microsoft Windows Server {1}\nOS Version:  {0} N/A Build 1\n"
APT = "Listing...\nopenssl/{0} 3.0.17-1~deb12u2 amd64 [upgradable from: 3.0.16-1~deb12u1]\n"


WINGET = (
    "\r   - \r                                       \rName          Id              Version   Available Source\n"
    "-----------------------------------------------------------\n"
    "Google Chrome Google.Chrome   119.0.1   120.0.2   winget\n"
    "7-Zip 23.01 (x64) 7zip.7zip   23.01     24.08     winget\n"
    "2 upgrades available.\n"
)
WINGET_JA = (
    "名前          ID              バージョン 利用可能  ソース\n"
    "-----------------------------------------------------------\n"
    "Thunderbird (x64 ja) Mozilla.Thunderbird 128.0 140.1 winget\n"
    "1 アップグレードを利用できます。\n"
)


def words(*texts):
    """What the lists say, without that versions are known."""
    return words_of("packages", *texts) - {"versions_listed"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DEBIAN.format(13), {"os_supported"}),
        (DEBIAN.format(12), {"os_extended"}),
        (DEBIAN.format(9), {"os_unsupported"}),
        (UBUNTU.format("20.04"), {"os_extended_paid"}),
        (WINDOWS.format("10.0.14393", "2016 Standard"), {"os_ends_soon"}),
        (WINDOWS.format("10.0.20348", "2022 Standard"), {"os_supported"}),
        ('NAME="Arch Linux"\nID=arch\n', set()),
        (DEBIAN.format("package"), set()),
        (APT.format("stable"), {"updates_pending"}),
        (APT.format("stable,stable-security"), {"security_pending"}),
        (
            "一覧表示... 完了\nopenssl/stable-security 3.0.17 amd64 [3.0.16 からアップグレード可]\n",
            {"security_pending"},
        ),
        ("Listing...\n", {"up_to_date"}),
        ("\nkernel.x86_64      5.14.0-503.el9      rhel-9-baseos-rpms\n", {"updates_pending"}),
        (
            "Source Description HotFixID InstalledBy InstalledOn\nA Update KB5044277 SYSTEM 2026/11/12 0:00:00\n",
            {"patches_recent"},
        ),
        ("A Update KB5034441 SYSTEM 1/23/2026 12:00:00 AM\n", {"patches_old"}),
        ("A Update KB5034441 SYSTEM 3/4/2026 12:00:00 AM\n", set()),
        ("postfix-3.5.25-1.el9.x86_64\n" * 5, set()),
        (WINGET, {"updates_pending"}),
        (WINGET_JA, {"updates_pending"}),
        ("openssl@3 (3.1.0, 3.1.1) < 3.2.0\npostfix (3.8) != 3.9\n", {"updates_pending"}),
    ],
)
def test_what_a_list_means(text, expected):
    assert words(text) == expected


def test_systeminfo_holds_two_lists():
    assert words(WINDOWS.format("10.0.20348", "2022") + "Hotfix(s): 1\n [01]: KB5044277  2026/11/20\n") == {
        "os_supported",
        "patches_recent",
    }


def test_packages_are_compared_only_with_their_own_release():
    row = next(row for row in rules().tables["debian_versions"].dicts() if row["package"] == "postfix")
    installed = "ii  postfix  {} amd64 High-performance mail transport agent\nii  vim 1 amd64 x\n"
    assert words(DEBIAN.format(12), installed.format(row["12"])) == {"os_extended"}
    assert words(DEBIAN.format(12), installed.format("3.7.6-0+deb12u2")) == {"os_extended", "package_behind"}
    assert words(UBUNTU.format("24.04"), installed.format("3.7.6-0")) == {"os_supported"}
    assert words(installed.format("3.7.6-0+deb12u2")) == set()


NGINX = "ii  nginx 1.22.1-9+deb12u11 amd64 x\nii  vim 1 amd64 x\n"
LISTS = "{} /var/lib/apt/lists/packages.example_dists_bookworm-security_InRelease\n"
WAITS = 'LISTEN 0 128 {}:443 0.0.0.0:* users:(("{}",pid=1,fd=3))\n'


def test_versions_are_known_where_system_and_mail_programs_are_listed():
    assert "versions_listed" in words_of("packages", DEBIAN.format(13), NGINX)
    assert "versions_listed" not in words_of("packages", NGINX)
    assert "versions_listed" not in words_of("packages", DEBIAN.format(13), "ii  vim 1 amd64 x\n" * 3)


@pytest.mark.parametrize(
    ("release", "waits", "proved"),
    [
        (13, WAITS.format("0.0.0.0", "nginx"), True),
        (12, WAITS.format("0.0.0.0", "nginx"), True),
        (9, WAITS.format("0.0.0.0", "nginx"), False),
        (13, WAITS.format("127.0.0.1", "nginx"), False),
        (13, WAITS.format("0.0.0.0", "nginx") + WAITS.format("[::]", "java"), False),
        (13, WAITS.format("0.0.0.0", "sshd"), False),
        (13, WAITS.format("0.0.0.0", ""), False),
    ],
)
def test_what_can_be_reached_is_supported_where_the_system_brings_all_of_it(release, waits, proved):
    assert ("reachable_supported" in words(DEBIAN.format(release), NGINX, waits)) is proved


@pytest.mark.parametrize(
    ("day", "pending", "proved"),
    [
        ("2026-11-20", "Listing...\n", True),
        ("2026-11-20", APT.format("stable"), True),
        ("2026-11-20", APT.format("stable-security"), False),
        ("2026-11-01", "Listing...\n", False),
    ],
)
def test_that_no_fix_waits_is_known_from_new_lists_only(day, pending, proved):
    assert ("no_fix_waits" in words(LISTS.format(day), pending)) is proved
    assert "no_fix_waits" not in words(pending)


def test_other_texts_are_not_taken():
    assert problem_of("brewery (1.2) < 3\nand a sentence\n") == "not_recognised"
    assert problem_of("-" * 40 + "\nWe use winget as a source\n") == "not_recognised"
    assert problem_of("We installed the updates in November.\n") == "not_recognised"
    assert problem_of("NAME=x\n") == "not_recognised"


@pytest.mark.parametrize(
    ("text", "waiting"),
    [
        (WINGET, [("Google.Chrome", "119.0.1"), ("7zip.7zip", "23.01")]),
        (WINGET_JA, [("Mozilla.Thunderbird", "128.0")]),
    ],
)
def test_updates_that_wait_are_named(text, waiting):
    assert [(one.name, one.installed) for one in parse_winget(text)] == waiting


def test_the_real_system_prints_what_is_read():
    def printed(*command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    found = outcomes_of(printed("cat", "/etc/os-release"), printed("dpkg", "-l"))
    assert any(code.startswith("packages.os_") for code in found)
    assert set(words(printed("apt", "list", "--upgradable"))) & {"security_pending", "updates_pending", "up_to_date"}
