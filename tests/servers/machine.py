"""One mail server of ours, with Postfix, Dovecot, OpenSSH and nginx, on which printed commands are run as they stand.

`sudo` and `systemctl` are stand-ins that run the rest of the line and send the reload signal; paths below /etc lead
into the machine's own folder. Everything else is the real program.
"""

import imaplib
import os
import shutil
import signal
import smtplib
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fumimori.model import Snippet, SnippetKind
from loopback import daemons
from loopback.daemons import ALL_SUITES, Daemon
from loopback.toy_ca import ToyCa, weak_rsa

DOMAIN = "example.jp"
HOST = f"mail.{DOMAIN}"
USER, PASSWORD = f"user@{DOMAIN}", "correct-horse"
OTHER_VARIANTS = ("dovecot_new", "version_before")
"""Notes of pieces for other versions than those that run here."""
OTHER_PRODUCTS = ("Apache", "OpenDKIM", "Sendmail", "RHEL", "Cisco")
"""Beginnings of places that belong to other products."""
_STAND_INS = {
    "sudo": 'exec "$@"',
    "systemctl": 'kill -HUP "$(cat "$MACHINE/$2.pid")"',
    "postfix": "postconf -n > /dev/null && postconf -M > /dev/null",
    "doveconf": 'exec /usr/bin/doveconf -c "$MACHINE/dovecot/dovecot.conf" "$@"',
    "sshd": 'exec /usr/sbin/sshd -f "$MACHINE/sshd/sshd_config" "$@"',
    "nginx": 'exec /usr/sbin/nginx -c "$MACHINE/nginx/nginx.conf" -e stderr "$@"',
}


class Machine:
    """The running server at `address`."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address, self.ca = folder, address, ToyCa()
        self.ca_file = folder / "root.pem"
        self.ca_file.write_bytes(self.ca.root_pem)
        for name, leaf in {
            "good": self.ca.leaf(HOST),
            "expired": self.ca.leaf(HOST, days_left=-5),
            "incomplete": self.ca.leaf(HOST, with_intermediate=False),
            "self": self.ca.leaf(HOST, self_signed=True),
            "urgent": self.ca.leaf(HOST, days_left=2),
            "other": self.ca.leaf(f"old.{DOMAIN}"),
            "weak": self.ca.leaf(HOST, key=weak_rsa()),
        }.items():
            (folder / name).mkdir()
            (folder / name / "fullchain.pem").write_bytes(leaf.chain_pem)
            (folder / name / "privkey.pem").write_bytes(leaf.key_pem)
        (folder / "bin").mkdir()
        for name, line in _STAND_INS.items():
            program = folder / "bin" / name
            program.write_text(f"#!/bin/sh\n{line}\n")
            program.chmod(0o755)
        self.daemons: list[Daemon] = []

    def pem(self, name: str) -> tuple[Path, Path]:
        """Key and chain of one of the certificates."""
        return self.folder / name / "privkey.pem", self.folder / name / "fullchain.pem"

    def start(self) -> None:
        """Start everything, with every fault that a setting can have."""
        for name in ("postfix", "dovecot", "sshd", "nginx"):
            (self.folder / name).mkdir()
        self._mailboxes()
        self._post()
        self._shell()
        self._web()
        ports = {"postfix": (25, 587, 465), "dovecot": (143, 993), "sshd": (22,), "nginx": (80, 443)}
        for daemon in self.daemons:
            name = daemon.name
            (self.folder / f"{name if name != 'sshd' else 'ssh'}.pid").write_text(str(daemon.process.pid))
            for port in ports[name]:
                daemons.wait_for(self.address, port, daemon)
        self.keep()

    def stop(self) -> None:
        """End it."""
        for daemon in reversed(self.daemons):
            daemon.stop()

    def _mailboxes(self) -> None:
        key, chain = self.pem("incomplete")
        lines = [
            "ssl = yes",
            f"ssl_cert = <{chain}",
            f"ssl_key = <{key}",
            "ssl_min_protocol = TLSv1",
            "ssl_cipher_list = ALL:!aNULL:@SECLEVEL=0",
            "ssl_prefer_server_ciphers = no",
            "disable_plaintext_auth = no",
            "login_greeting = Dovecot (Debian) ready.",
            "!include_try conf.d/*.conf",
        ]
        (self.folder / "dovecot" / "conf.d").mkdir()
        self.daemons.append(daemons.dovecot(self.folder / "dovecot", self.address, lines))
        (self.folder / "dovecot" / "nobody").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n")

    def _post(self) -> None:
        key, chain = self.pem("expired")
        client = "-o smtpd_sasl_auth_enable=yes"
        services = [
            f"{self.address}:25 inet n - n - - smtpd",
            f"{self.address}:587 inet n - n - - smtpd {client} -o smtpd_tls_security_level=may",
            f"{self.address}:465 inet n - n - - smtpd {client} -o smtpd_tls_wrappermode=yes",
        ]
        settings = {
            "myhostname": "localhost.localdomain",
            "smtpd_banner": "$myhostname ESMTP $mail_name ($mail_version)",
            "smtpd_sasl_type": "dovecot",
            "smtpd_sasl_path": str(self.folder / "dovecot" / "auth"),
            "smtpd_tls_chain_files": f"{key}, {chain}",
            "smtpd_tls_security_level": "may",
            "smtpd_tls_auth_only": "no",
            "smtpd_tls_protocols": "",
            "smtpd_tls_mandatory_protocols": "",
            "smtpd_tls_ciphers": "medium",
            "smtpd_tls_mandatory_ciphers": "medium",
            "tls_medium_cipherlist": ALL_SUITES,
            "tls_preempt_cipherlist": "no",
            "message_size_limit": "209715200",
            "local_recipient_maps": "",
            "smtpd_relay_restrictions": "permit_sasl_authenticated, reject_unauth_destination",
        }
        self.daemons.append(daemons.postfix(self.folder / "postfix", DOMAIN, services, settings))

    def _shell(self) -> None:
        folder = self.folder / "sshd"
        (folder / "sshd_config.d").mkdir()
        faults = {
            "Include": f"{folder}/sshd_config.d/*.conf",
            "PasswordAuthentication": "yes",
            "KbdInteractiveAuthentication": "no",
            "KexAlgorithms": "curve25519-sha256,diffie-hellman-group14-sha256,diffie-hellman-group14-sha1",
            "Ciphers": "aes256-gcm@openssh.com,aes128-ctr,3des-cbc,aes128-cbc",
            "MACs": "hmac-sha2-256,hmac-sha1,hmac-md5",
        }
        self.daemons.append(daemons.sshd(folder, self.address, faults))
        config = folder / "sshd_config"
        lines = config.read_text().splitlines()
        first = next(line for line in lines if line.startswith("Include"))
        config.write_text("\n".join([first, *(line for line in lines if line != first)]) + "\n")

    def _web(self) -> None:
        folder = self.folder / "nginx"
        key, chain = self.pem("expired")
        site = [
            f"listen {self.address}:443 ssl;",
            f"server_name {HOST};",
            f"ssl_certificate {chain};",
            f"ssl_certificate_key {key};",
            "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;",
            "ssl_ciphers ALL:@SECLEVEL=0;",
            "location / { return 200 'hello'; }",
        ]
        (folder / "site.conf").write_text("\n".join(site) + "\n")
        (folder / "port80.conf").write_text(f"server {{ listen {self.address}:80; return 200 'hello'; }}\n")
        blocks = [f"server {{ include {folder}/site.conf; }}", f"include {folder}/port80.conf;"]
        self.daemons.append(daemons.nginx(folder, blocks))

    # --- what a person does -----------------------------------------------------------------------------------------

    def apply(self, snippets: Sequence[Snippet]) -> None:
        """Every piece for the products and versions here, in order, with REPLACE filled in."""
        for snippet in snippets:
            if snippet.note is not None and snippet.note.key in (*OTHER_VARIANTS, "certificate_request"):
                continue
            if snippet.place.startswith(OTHER_PRODUCTS) or snippet.kind is SnippetKind.DNS_RECORD:
                continue
            content = snippet.content.replace("REPLACE", str(self.folder / "good"))
            if snippet.kind is SnippetKind.COMMAND:
                self.run(content)
            elif snippet.place.startswith("nginx"):
                self._site(snippet.place, content)
            else:
                path = self.at(snippet.place)
                path.parent.mkdir(exist_ok=True)
                old = path.read_text() if snippet.kind is SnippetKind.SETTING and path.exists() else ""
                path.write_text(f"{old}{content}\n")
        time.sleep(0.7)  # a reload is not over when its signal was sent

    def at(self, text: str) -> Path:
        """The machine's own file for a path below /etc."""
        return Path(self._here(text))

    def _here(self, text: str) -> str:
        for name, folder in (("postfix", "postfix"), ("dovecot", "dovecot"), ("ssh", "sshd"), ("nginx", "nginx")):
            text = text.replace(f"/etc/{name}/", f"{self.folder}/{folder}/")
        for name, port in (("submission", 587), ("submissions", 465)):
            text = text.replace(f"{name}/inet", f"{self.address}:{port}/inet")
        return text

    def run(self, lines: str) -> str:
        """Run lines in a shell; what they print."""
        environment = daemons.environment() | {"MACHINE": str(self.folder), "MAIL_CONFIG": f"{self.folder}/postfix"}
        environment["PATH"] = f"{self.folder}/bin:{environment['PATH']}"
        done = subprocess.run(
            ["bash", "-e", "-c", self._here(lines)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, f"{lines}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _site(self, place: str, content: str) -> None:
        folder = self.folder / "nginx"
        if place == "nginx":
            (folder / "port80.conf").write_text(content.replace("listen 80;", f"listen {self.address}:80;") + "\n")
            return
        site = folder / "site.conf"
        names = {_directive(line) for line in content.splitlines()}
        kept = [line for line in site.read_text().splitlines() if _directive(line) not in names]
        site.write_text("\n".join([*kept, content]) + "\n")

    # --- and back again ---------------------------------------------------------------------------------------------

    _CONFIGURED = (
        *("postfix/main.cf", "postfix/master.cf", "dovecot/dovecot.conf", "sshd/sshd_config"),
        "nginx/site.conf",
        "nginx/port80.conf",
    )

    def keep(self) -> None:
        """Remember the settings as they are now."""
        for name in self._CONFIGURED:
            shutil.copy2(self.folder / name, self.folder / f"kept-{name.replace('/', '-')}")

    def restore(self) -> None:
        """Back to the remembered settings, without what was added."""
        for name in self._CONFIGURED:
            shutil.copy2(self.folder / f"kept-{name.replace('/', '-')}", self.folder / name)
        for added in (*(self.folder / "dovecot/conf.d").iterdir(), *(self.folder / "sshd/sshd_config.d").iterdir()):
            added.unlink()
        for copy in (self.folder / "postfix").glob("*.before"):
            copy.unlink()
        for daemon in self.daemons:
            os.kill(daemon.process.pid, signal.SIGHUP)
        time.sleep(0.7)

    def still_works(self) -> None:
        """A user logs in to mailbox and submission, and mail for the domain is taken up to the recipient."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with imaplib.IMAP4_SSL(self.address, 993, ssl_context=context, timeout=10) as mailbox:
            assert "AUTH=PLAIN" in mailbox.capabilities
            reply, _ = mailbox.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            assert reply == "OK"
        with smtplib.SMTP(self.address, 587, timeout=10) as submission:
            submission.starttls(context=context)
            assert submission.login(USER, PASSWORD)[0] == 235
        with smtplib.SMTP(self.address, 25, timeout=10) as incoming:
            incoming.ehlo("sender.example")
            assert incoming.mail("stranger@sender.example")[0] == 250
            assert incoming.rcpt(f"root@{DOMAIN}")[0] == 250


def _directive(line: str) -> str:
    words = line.split()
    return " ".join(words[:2]) if words[:1] in (["add_header"], ["location"]) else "".join(words[:1])


@contextmanager
def running(folder: Path, address: str) -> Iterator[Machine]:
    """A machine for as long as the context lasts."""
    machine = Machine(folder, address)
    try:
        machine.start()
        yield machine
    finally:
        machine.stop()
