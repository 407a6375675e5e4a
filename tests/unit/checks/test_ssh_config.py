"""The settings of an SSH server: the first value counts, exceptions are told, what is missing is not guessed."""

import subprocess

import pytest

from loopback.documents import handed_over, outcomes_of, problem_of, words_of

KEYS_ONLY = "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\n"


def words(text):
    return words_of("ssh_config", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (KEYS_ONLY, {"keys_only", "root_closed"}),
        ("PasswordAuthentication yes\nUsePAM yes\nPermitRootLogin yes\n", {"password", "root_password"}),
        ("Port 22\nUsePAM yes\nX11Forwarding no\nPermitRootLogin no", {"root_closed"}),
        ("Port 22\nUsePAM yes\n#PasswordAuthentication yes\nPermitRootLogin no", {"password", "root_closed"}),
        ("Port 22\nUsePAM yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no", {"keys_only"}),
        (
            "PasswordAuthentication no\nChallengeResponseAuthentication no\nPermitRootLogin yes\n",
            {"keys_only", "root_password_off"},
        ),
        (
            "PasswordAuthentication no\nKbdInteractiveAuthentication yes\nUsePAM yes\nPermitRootLogin no",
            {"password", "root_closed"},
        ),
        (
            "PasswordAuthentication no\nKbdInteractiveAuthentication yes\nUsePAM no\nPermitRootLogin prohibit-password",
            {"keys_only", "root_keys"},
        ),
        (
            "PasswordAuthentication yes\nAuthenticationMethods publickey,password\nPermitRootLogin no",
            {"keys_only", "root_closed"},
        ),
        (
            "UsePAM yes\nAuthenticationMethods password,keyboard-interactive\nPermitRootLogin no",
            {"second_proof", "root_closed"},
        ),
        (
            "PasswordAuthentication yes\nPermitEmptyPasswords yes\nPermitRootLogin no",
            {"empty_passwords", "password", "root_closed"},
        ),
        ("PasswordAuthentication no\nPasswordAuthentication yes\n" + KEYS_ONLY, {"keys_only", "root_closed"}),
        (
            KEYS_ONLY + "Match User vendor\n  PasswordAuthentication yes\n",
            {"match_password", "root_closed"},
        ),
        (KEYS_ONLY + "Match Address 10.0.0.0/8\n  PermitRootLogin yes\n", {"keys_only", "match_root"}),
        (KEYS_ONLY + "Match all\nPasswordAuthentication yes\n", {"keys_only", "root_closed"}),
        ("Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication yes\nUsePAM yes\n", {"include_unseen"}),
        (KEYS_ONLY + "Ciphers arcfour,aes256-ctr\n", {"keys_only", "root_closed", "algorithms_broken"}),
        (KEYS_ONLY + "KexAlgorithms diffie-hellman-group14-sha1\n", {"keys_only", "root_closed", "algorithms_weak"}),
        (KEYS_ONLY + "Ciphers +aes128-cbc\n", {"keys_only", "root_closed"}),
    ],
)
def test_what_the_settings_mean(text, expected):
    assert words(text) == expected


def test_a_file_that_is_included_counts_before_what_follows():
    text = (
        "==> /etc/ssh/sshd_config <==\nInclude /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication yes\n"
        "PermitRootLogin no\n\n==> /etc/ssh/sshd_config.d/10-keys.conf <==\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nMatch User backup\n  PermitRootLogin yes\n"
    )
    assert words(text) == {"keys_only", "match_root"}
    assert dict(outcomes_of(text)["ssh_config.match_root"].values)["who"] == "User backup"


def test_nothing_but_what_is_needed_is_kept():
    text = KEYS_ONLY + "ForceCommand /opt/pay --token=s3cret\nBanner /etc/s3cret\nMatch User a\nForceCommand s3cret\n"
    after, _ = handed_over(text)
    assert b"s3cret" not in bytes(after.runs[-1].attempts[0].facts)


def test_what_is_empty_is_damaged_and_other_texts_are_not_taken():
    assert problem_of("Dear all,\nplease permit root login.\n") == "not_recognised"
    assert (
        problem_of("# PermitRootLogin prohibit-password\n#PasswordAuthentication yes\n#UsePAM no\n#Port 22\n")
        == "damaged"
    )


def test_the_real_server_prints_what_is_read(tmp_path):
    key = tmp_path / "host"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    settings = tmp_path / "sshd_config"

    def printed(text):
        settings.write_text(f"HostKey {key}\n{text}")
        command = ["/usr/sbin/sshd", "-T", "-f", settings]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    strict = printed(
        KEYS_ONLY + "KexAlgorithms curve25519-sha256\nHostKeyAlgorithms ssh-ed25519\n"
        "Ciphers aes256-gcm@openssh.com\nMACs hmac-sha2-256-etm@openssh.com\n"
    )
    assert words(strict) == {"keys_only", "root_closed", "algorithms_good"}
    loose = printed("PasswordAuthentication yes\nPermitRootLogin yes\nKexAlgorithms +diffie-hellman-group14-sha1\n")
    assert words(loose) >= {"password", "root_password", "algorithms_weak", "algorithms_dated"}
