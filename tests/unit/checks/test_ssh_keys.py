"""Public keys: whose they are and how long; a private key is refused and not kept."""

import subprocess

import pytest

from loopback.documents import handed_over, outcomes_of, problem_of, words_of


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Real keys of several kinds: the lines of their public halves, and one private half."""
    folder = tmp_path_factory.mktemp("keys")
    kinds = {"ed25519": (), "rsa2048": ("-b", "2048"), "rsa1024": ("-b", "1024"), "ecdsa": ("-b", "384")}
    lines = {}
    for name, size in kinds.items():
        kind = name.rstrip("0123456789") if name.startswith("rsa") else name
        file = folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-C", f"{name}@desk", "-f", file], check=True)
        lines[name] = file.with_suffix(".pub").read_text().strip()
    lines["private"] = (folder / "ed25519").read_text()
    lines["listed"] = subprocess.run(
        ["ssh-keygen", "-l", "-f", folder / "rsa1024.pub"], check=True, capture_output=True, text=True
    ).stdout
    return lines


def words(*texts):
    """What the keys are worth, without what their list proves of questions beside it."""
    return words_of("ssh_keys", *texts) - {"all_named", "own_each"}


def test_lengths(made):
    assert words(made["ed25519"] + "\n" + made["ecdsa"]) == {"keys_strong", "listed"}
    assert words(made["rsa2048"]) == {"key_modest", "listed"}
    assert words(made["rsa1024"]) == {"key_short", "listed"}
    assert words(made["listed"]) == {"key_short", "listed"}


def test_options_before_a_key_hide_nothing(made):
    shown = outcomes_of('from="192.0.2.1,198.51.100.2",command="echo \\"a, b\\"" ' + made["ed25519"])["ssh_keys.listed"]
    assert dict(shown.values)["keys"] == "ed25519@desk (ED25519 256)"


def test_a_key_without_a_name_and_one_in_two_accounts(made):
    bare = " ".join(made["ed25519"].split()[:2])
    assert words(bare) == {"keys_strong", "listed", "unnamed"}
    both = (
        f"==> /srv/a/.ssh/authorized_keys <==\n{made['ecdsa']}\n==> /srv/b/.ssh/authorized_keys <==\n{made['ecdsa']}\n"
    )
    assert words(both) == {"keys_strong", "listed", "several_accounts"}


def test_every_key_has_a_name_and_every_account_its_own(made):
    def proved(*keys):
        lists = (f"==> /srv/{number}/.ssh/authorized_keys <==\n{key}\n" for number, key in enumerate(keys))
        return words_of("ssh_keys", "".join(lists)) & {"all_named", "own_each"}

    bare = " ".join(made["ed25519"].split()[:2])
    assert proved(made["ed25519"], made["ecdsa"]) == {"all_named", "own_each"}
    assert proved(made["ecdsa"], made["ecdsa"]) == proved(made["ecdsa"]) == {"all_named"}
    assert proved(bare, made["ecdsa"]) == {"own_each"}
    assert words_of("ssh_keys", made["ed25519"] + "\n" + made["ecdsa"]) & {"own_each"} == set()


def test_lists_of_two_people_count_side_by_side_and_a_new_list_replaces_the_old(made):
    two = outcomes_of(("sato.pub", made["ed25519"]), ("suzuki.pub", made["ecdsa"]))
    assert dict(two["ssh_keys.listed"].values)["count"] == 2
    again = outcomes_of(("a", made["rsa1024"]), ("a", made["ed25519"]))
    assert dict(again["ssh_keys.listed"].values)["count"] == 1
    assert "ssh_keys.key_short" not in again


def test_a_private_key_is_refused_and_not_kept(made):
    for text in (made["private"], made["ed25519"] + "\n" + made["private"], "PuTTY-User-Key-File-3: ssh-ed25519\n"):
        after, result = handed_over(text)
        assert [one.problem for one in result.documents] == ["secret"]
        assert after.runs == ()


def test_other_texts_are_not_taken():
    assert problem_of("ssh-rsa is a kind of key\nand so is ssh-ed25519\n") == "not_recognised"
