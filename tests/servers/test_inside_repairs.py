"""Repairs of settings, proved on the real programs: the printed lines end a finding and bring no new one."""

import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from fumimori.__main__ import repair, toolkit
from fumimori.engine.reading import document_of, read_documents
from fumimori.model import Assessment, Basis, DomainScope, Finding, Hosting, Scope, Severity, SnippetKind
from loopback.documents import HOST, NOW
from servers.repaired import PROVED
from servers.unproved import told

pytestmark = pytest.mark.usefixtures("own_network")
SCOPE = Scope(
    domains=(DomainScope(name="example.jp", hosting=Hosting.VPS, hosting_confirmed=True),),
    mail_hosts=(HOST,),
    own_hosts=(HOST,),
)
MASTER = (
    "submission inet n - y - - smtpd\n  -o smtpd_tls_security_level=encrypt\n  -o smtpd_sasl_auth_enable=yes\n"
    "  -o smtpd_sender_restrictions=reject_sender_login_mismatch\n"
)
GOOD = {
    "smtpd_tls_security_level": "may",
    "smtp_tls_security_level": "may",
    "smtpd_forbid_bare_newline": "normalize",
    "smtpd_client_message_rate_limit": "100",
    "smtpd_tls_mandatory_protocols": ">=TLSv1.2",
}
POSTFIX = {
    "relay_open": ({"mynetworks": "0.0.0.0/0"}, MASTER),
    "relay_wide": ({"mynetworks": "127.0.0.0/8 9.9.0.0/16"}, MASTER),
    "incoming_plain": ({"smtpd_tls_security_level": ""}, MASTER),
    "outgoing_plain": ({"smtp_tls_security_level": ""}, MASTER),
    "smuggling": ({"smtpd_forbid_bare_newline": "no"}, MASTER),
    "size_unlimited": ({"message_size_limit": "0"}, MASTER),
    "login_plain": ({}, MASTER.replace("encrypt", "may")),
    "old_tls": ({"smtpd_tls_mandatory_protocols": ">=TLSv1"}, MASTER),
    "any_sender": ({}, MASTER.replace("  -o smtpd_sender_restrictions=reject_sender_login_mismatch\n", "")),
    "no_send_limit": ({"smtpd_client_message_rate_limit": "0"}, MASTER),
}
KEYS_ONLY = "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\nMACs hmac-sha2-256\n"
SSH = {
    "password": KEYS_ONLY.replace("PasswordAuthentication no", "PasswordAuthentication yes"),
    "empty_passwords": KEYS_ONLY.replace(
        "PasswordAuthentication no", "PasswordAuthentication yes\nPermitEmptyPasswords yes"
    ),
    "root_password": KEYS_ONLY.replace("PasswordAuthentication no", "PasswordAuthentication yes").replace(
        "RootLogin no", "RootLogin yes"
    ),
    "root_password_off": KEYS_ONLY.replace("RootLogin no", "RootLogin yes"),
    "root_keys": KEYS_ONLY.replace("RootLogin no", "RootLogin prohibit-password"),
    "algorithms_broken": KEYS_ONLY + "KexAlgorithms +diffie-hellman-group1-sha1\n",
    "algorithms_weak": KEYS_ONLY + "KexAlgorithms +diffie-hellman-group14-sha1\n",
    "algorithms_dated": KEYS_ONLY.replace("hmac-sha2-256", "hmac-sha2-256,hmac-sha1"),
}


class Settings:
    """Copies of the real programs' folders, seen in their places by whatever is run here, and by nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("postfix", "ssh"):
            shutil.copytree(f"/etc/{name}", folder / name, symlinks=True)
        tools = folder / "tools"
        tools.mkdir()
        for name, text in (("sudo", '#!/bin/sh\nexec "$@"\n'), ("systemctl", "#!/bin/sh\nexit 0\n")):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)

    def run(self, script: str) -> str:
        mounts = "".join(f"mount --bind {self.folder}/{name} /etc/{name}\n" for name in ("postfix", "ssh"))
        whole = f"set -e\n{mounts}PATH={self.folder}/tools:/usr/sbin:/usr/bin:/bin\nmkdir -p /run/sshd\n{script}"
        done = subprocess.run(["unshare", "--mount", "sh", "-c", whole], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def found(self, command: str) -> tuple[Assessment, dict[str, Finding]]:
        """What the program says of what the commands print, from *low* upwards."""
        before = Assessment(id="1", created=NOW, scope=SCOPE)
        document = document_of("a", self.run(command).encode(), NOW)
        after = read_documents(toolkit(), before, [document], NOW, about=HOST).added_to(before)
        found = {}
        for outcome in toolkit().outcomes(after):
            rule = toolkit().rules.outcomes[outcome.code]
            if rule.severity >= Severity.LOW:
                found[outcome.code] = Finding(
                    code=outcome.code,
                    subject=outcome.subject,
                    control=rule.control,
                    severity=rule.severity,
                    basis=Basis.MEASURED,
                    values=outcome.values,
                )
        return after, found

    def apply(self, finding: Finding, of: Assessment) -> None:
        """Run every printed line for a terminal, and write every printed file."""
        made = repair(finding, of)
        assert made.snippets
        assert made.back
        for snippet in made.snippets:
            content = snippet.content.replace("REPLACE", "192.0.2.10")
            if snippet.kind is SnippetKind.FILE:
                self.run(f"cat > {snippet.place} <<'END'\n{content}END\n")
            elif snippet.kind is SnippetKind.COMMAND:
                self.run(content)


@pytest.fixture
def settings(tmp_path):
    return Settings(tmp_path)


def prove(settings: Settings, code: str, command: str) -> None:
    of, before = settings.found(command)
    assert code in before
    settings.apply(before[code], of)
    _, after = settings.found(command)
    assert code not in after
    assert set(after) <= set(before)
    PROVED.add(code)


@pytest.mark.parametrize("word", POSTFIX)
def test_printed_lines_end_findings_about_postfix(settings, word):
    fault, master = POSTFIX[word]
    with (settings.folder / "postfix/master.cf").open("a") as file:
        file.write(master)
    values = {**GOOD, **fault}
    settings.run("".join(f"postconf -e '{name} = {value}'\n" for name, value in values.items()))
    prove(settings, f"mail_config.{word}", "postconf -n; postconf -M; postconf mail_version")


@pytest.mark.parametrize("word", SSH)
def test_printed_lines_end_findings_about_ssh(settings, word):
    key = settings.folder / "ssh/key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    text = "HostKey /etc/ssh/key\nHostKeyAlgorithms ssh-ed25519\n" + SSH[word]
    (settings.folder / "ssh/sshd_config").write_text(f"Include /etc/ssh/sshd_config.d/*.conf\n{text}")
    (settings.folder / "ssh/sshd_config.d").mkdir(exist_ok=True)
    prove(settings, f"ssh_config.{word}", "sshd -T")


def test_accounts_without_a_password_are_locked(tmp_path):
    """The real passwd, on a copy of this machine's accounts."""
    made = Settings(tmp_path)
    subprocess.run(["cp", "-a", "/etc", tmp_path / "etc"], check=True)
    lines = f"mount --bind {tmp_path}/etc /etc\n"
    made.run(f"{lines}useradd -s /bin/sh open1 && useradd -s /bin/sh open2 && passwd -d open1 && passwd -d open2")
    seen = f"{lines}passwd -S -a | grep open"
    of, before = made.found(seen)
    repaired = repair(before["system_accounts.no_password"], of)
    assert repaired.back
    for snippet in repaired.snippets:
        made.run(lines + snippet.content)
    assert "system_accounts.no_password" not in made.found(seen)[1]
    PROVED.add("system_accounts.no_password")


def test_updates_and_ports_come_with_lines_to_copy():
    here = Assessment(id="1", created=NOW, scope=SCOPE)
    rules = toolkit().rules.outcomes
    for code, values in (
        ("packages.security_pending", ()),
        ("firewall.admin_open", (("ports", "22 (ssh), 3389 (rdp)"),)),
        ("firewall.danger_allowed", (("services", "MySQL (3306)"),)),
        ("firewall.input_open", ()),
    ):
        rule = rules[code]
        finding = Finding(
            code=code, subject=HOST, control=rule.control, severity=rule.severity, basis=Basis.MEASURED, values=values
        )
        made = repair(finding, here)
        assert made.snippets, code
        rented = msgspec.structs.replace(SCOPE, domains=(DomainScope(name="example.jp", hosting=Hosting.RENTAL),))
        elsewhere = msgspec.structs.replace(here, scope=rented)
        assert not repair(finding, elsewhere).snippets or code == "packages.security_pending", code
    both = "\n".join(
        one.content
        for one in repair(
            Finding(
                code="firewall.admin_open",
                subject=HOST,
                control=rules["firewall.admin_open"].control,
                severity=Severity.LOW,
                basis=Basis.MEASURED,
                values=(("ports", "22 (ssh), 3389 (rdp)"),),
            ),
            here,
        ).snippets
    )
    assert " 22/tcp" in both
    assert " 3389/tcp" in both


def test_how_many_codes_of_settings_were_proved(capsys):
    told("settings", capsys)
