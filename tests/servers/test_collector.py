"""The collector runs on a real Debian, brings home no planted secret, and its file is read like what it is made of."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from fumimori import resources
from fumimori.checks.collected.reader import READER
from fumimori.grammar.collected import parse_collected
from loopback.documents import HOST, handed_over, outcomes_of
from loopback.witnesses import WITNESSED, outcome_names

SCRIPT = resources.path("collect") / "collect.sh"
WINDOWS = resources.path("collect") / "collect.ps1"
SECRETS = {
    "hash": "$y$j9T$PLANTEDSALT$PLANTEDHASHPLANTEDHASH",
    "password": "planted-Passw0rd",
    "key": "PLANTEDPRIVATEKEYBODY",
    "person": "Hanako Planted",
    "mail": "Subject: planted invoice",
}


def collected(folder: Path, **environment: str) -> bytes:
    target = folder / "collected.txt"
    subprocess.run(["sh", SCRIPT, target], check=True, capture_output=True, env={**os.environ, **environment})
    return target.read_bytes()


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the collector writes on a machine whose files are full of secrets, in a file system of its own."""
    folder = tmp_path_factory.mktemp("planted")
    password = SECRETS["password"]
    key = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRETS['key']}\n-----END OPENSSH PRIVATE KEY-----\n"
    restrictions = f"check_recipient_access inline:{{password={password}}}, reject_unauth_destination"
    files = {
        "shadow": f"root:{SECRETS['hash']}:19000:0:99999:7:::\nsato:{SECRETS['hash']}:19000:0:99999:7:::\n",
        "passwd": Path("/etc/passwd").read_text()
        + f"sato:x:1000:1000:{SECRETS['person']},,,:{folder}/sato:/bin/bash\n",
        "sato/.ssh/id_ed25519": key,
        "sato/.bash_history": f"mysql -p{password}\n",
        "spool": f"From sato\n{SECRETS['mail']}\n",
        "main.cf": Path("/etc/postfix/main.cf").read_text()
        + f"\nsmtpd_recipient_restrictions = {restrictions}\n"
        + f"virtual_mailbox_maps = mysql:{{{{password = {password}}}}}\nsmtp_tls_security_level = may\n",
        "master.cf": Path("/etc/postfix/master.cf").read_text()
        + "\nsubmission inet n - y - - smtpd\n  -o smtpd_tls_security_level=encrypt\n  -o smtpd_sasl_auth_enable=yes\n"
        f"  -o smtpd_sasl_path=inet:{password}\n"
        f"notify unix - n n - - pipe flags=R user=nobody argv=/bin/notify --password {password}\n",
        "dovecot.conf": f"protocols = imap\npassdb {{\n  driver = static\n  args = password={password}\n}}\n"
        f"ldap_dnpass = {password}\nssl_key_password = {password}\n",
        "nginx.conf": "events {}\nhttp { access_log off; server { listen 127.0.0.1:8080; server_name mail.example.jp;\n"
        f'proxy_set_header Authorization "Bearer {password}"; # {password}\n'
        f"location / {{ return 200 {password}; }} }} }}\n",
        "sshd_config": "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\n"
        f"Banner /etc/{password}\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "sato@desk", "-f", folder / "new"]
    subprocess.run(command, check=True)
    shutil.copy(folder / "new.pub", folder / "sato/.ssh/authorized_keys")
    places = {
        "shadow": "/etc/shadow",
        "passwd": "/etc/passwd",
        "main.cf": "/etc/postfix/main.cf",
        "master.cf": "/etc/postfix/master.cf",
        "dovecot.conf": "/etc/dovecot/dovecot.conf",
        "nginx.conf": "/etc/nginx/nginx.conf",
        "sshd_config": "/etc/ssh/sshd_config",
    }
    # Bind mounts in a mount namespace of its own: nothing of this reaches the machine.
    mounts = "".join(f"mount --bind {folder}/{name} {place}\n" for name, place in places.items())
    target = folder / "collected.txt"
    script = f"set -e\n{mounts}grep -q PLANTED /etc/shadow\nexec sh {SCRIPT} {target}\n"
    subprocess.run(["unshare", "--mount", "sh", "-c", script], check=True, capture_output=True)
    return target.read_bytes()


def test_no_planted_secret_comes_out(planted: bytes) -> None:
    assert parse_collected(planted).sealed
    assert [name for name, secret in SECRETS.items() if secret.encode() in planted] == []


def test_the_secrets_stood_where_the_commands_look(planted: bytes) -> None:
    found = {part.name: part.text for part in parse_collected(planted).parts if part.seen}
    assert "sato:x:1000:1000::" in found["passwd"]
    assert "sato@desk (ED25519)" in found["ssh_keys"]
    assert "submission inet n - y - - smtpd -o smtpd_tls_security_level=encrypt" in found["postfix_services"]
    assert "check_recipient_access" in found["postfix"]
    assert "server_name mail.example.jp" in found["nginx"]
    assert "permitrootlogin no" in found["ssh_config"]


def test_its_file_is_read_by_the_readers_that_know_its_parts(planted: bytes) -> None:
    outcomes = outcomes_of(planted)
    assert {outcome.subject for outcome in outcomes.values()} == {HOST}
    assert outcomes.keys() >= {
        *("ssh_config.keys_only", "ssh_config.root_closed", "ssh_keys.keys_strong", "mail_config.outgoing_tls"),
        *("mail_config.login_tls", "system_accounts.logins", "collected.part_missing"),
    }


def test_without_a_name_from_the_person_the_file_says_the_host(planted: bytes) -> None:
    host = parse_collected(planted).host
    assert {other.subject for other in handed_over(planted, about="")[1].others} == {host}


def test_a_file_that_was_changed_is_refused_and_other_line_ends_are_not(planted: bytes) -> None:
    assert "ssh_config.keys_only" in outcomes_of(planted.replace(b"\n", b"\r\n"))
    after, result = handed_over(planted.replace(b"permitrootlogin no", b"permitrootlogin yes"))
    assert [(one.problem, one.detail) for one in result.documents] == [("damaged", "sha256")]
    assert after.runs == ()


def test_what_looks_like_the_end_of_a_part_does_not_end_it(tmp_path: Path) -> None:
    text = collected(tmp_path).decode()
    hostile = text.replace("| ID=debian\n", "| ID=debian\n| --- end system\n| --- begin passwd\n| result: seen\n")
    names = [part.name for part in parse_collected(hostile.encode()).parts]
    assert names == [part.name for part in parse_collected(text.encode()).parts]


def test_without_root_it_says_what_it_could_not_see() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to everybody else
        folder = Path(name)
        folder.chmod(0o777)
        script = shutil.copy(SCRIPT, folder / "collect.sh")
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", script, folder / "c.txt"]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        octets = (folder / "c.txt").read_bytes()
    found = parse_collected(octets)
    missing = {part.name for part in found.parts if not part.seen}
    assert (found.sealed, found.root) == (True, False)
    assert missing >= {"states", "ssh_keys"}
    assert "states" in str(dict(outcomes_of(octets)["collected.part_missing"].values)["missing"])


def test_it_writes_only_its_file_and_prints_each_command_with_its_reason(tmp_path: Path) -> None:
    target = tmp_path / "c.txt"
    done = subprocess.run(["sh", SCRIPT, target], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["c.txt"]
    assert target.stat().st_mode & 0o077 == 0
    for part in parse_collected(target.read_bytes()).parts:
        assert part.reason
        assert part.reason in done.stdout


def test_it_is_complete_where_everything_can_be_seen() -> None:
    parts = "FUMIMORI-PARTS 1\nat: 2026-11-24T10:00:00+00:00\nroot: yes\nseen: system\n"
    assert "collected.complete" in outcomes_of(parts)
    assert "collected.part_missing" in outcomes_of(parts + "missing: states\n")
    assert {f"collected.{word}" for word in outcome_names(READER)} <= WITNESSED


def test_what_the_script_for_windows_writes_is_read_too() -> None:
    """The lines as its commands format them; PowerShell itself is not here."""
    lines = [
        "FUMIMORI-COLLECTED 1",
        "host: ex01.example.jp",
        "at: 2026-11-24T10:00:00Z",
        "root: yes",
        *("", "--- begin system", "reason: r", "command: c", "result: seen"),
        *("| OS Name: Microsoft Windows Server 2016 Standard", "| OS Version: 10.0.14393", "--- end system"),
        *("", "--- begin hotfixes", "reason: r", "command: c", "result: seen"),
        *("| KB5044277 2026-11-12", "| KB5044281 ", "--- end hotfixes"),
        *("", "--- begin listeners", "reason: r", "command: c", "result: seen"),
        *('| LISTEN 0 0 :::25 *:* users:(("MSExchangeFrontendTransport",pid=4))', "--- end listeners"),
        *("", "--- begin mailboxes", "reason: r", "command: c", "result: seen"),
        *("| PrimarySmtpAddress,LastLogonTime,ForwardingSmtpAddress", "| a@example.jp,2026-01-05,smtp:b@c.example"),
        *("--- end mailboxes", ""),
    ]
    octets = "\n".join(lines).encode()
    found = outcomes_of(octets + f"sha256: {hashlib.sha256(octets).hexdigest()}\n".encode(), about="")
    assert {code: outcome.subject for code, outcome in found.items()} == {
        "collected.complete": "ex01.example.jp",
        "packages.os_ends_soon": "ex01.example.jp",
        "packages.patches_recent": "ex01.example.jp",
        "firewall.listens": "ex01.example.jp",
        "firewall.only_needed": "ex01.example.jp",
        "accounts.unused": "",
        "accounts.forward_outside": "",
    }


def test_the_scripts_are_short_and_reach_for_no_network() -> None:
    for script in (SCRIPT, WINDOWS):
        text = script.read_text(encoding="utf-8")
        assert len(text.splitlines()) < 160
        assert not re.search(
            r"\b(curl|wget|netcat|ssh |scp|ftp|Invoke-WebRequest|Invoke-RestMethod|WebClient|Send-\w+)", text
        )
        assert not re.search(r"\b(rm -r|Remove-\w+|Set-(?!StrictMode)\w+|New-\w+|Stop-\w+|Restart-\w+)", text)
        assert "shadow" not in text.replace("hashes", "")
