"""One mail server of ours, with Postfix, Dovecot, OpenSSH and nginx or Apache, on which printed commands are run as
they stand.

`sudo` and `systemctl` are stand-ins that run the rest of the line and send the reload signal; paths below /etc lead
into the machine's own folder, and services that would listen everywhere listen at the machine's address. Everything
else is the real program.
"""  # noqa: D205 - one sentence

import imaplib
import shutil
import smtplib
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fumimori.model import Snippet, SnippetKind
from loopback import daemons
from loopback.daemons import ANY_TLS, Daemon
from loopback.toy_ca import ToyCa, weak_rsa

DOMAIN = "example.jp"
HOST, SECOND = f"mail.{DOMAIN}", f"mail2.{DOMAIN}"
USER, PASSWORD = f"user@{DOMAIN}", "correct-horse"
OTHER_VARIANTS = ("dovecot_new", "version_before")
"""Notes of pieces for other versions than those that run here."""
OTHER_PRODUCTS = ("OpenDKIM", "Sendmail", "RHEL", "Cisco")
"""Beginnings of places that belong to other products."""
STS, AUTO = f"mta-sts.{DOMAIN}", f"autoconfig.{DOMAIN}"
ELSEWHERE = "198.51.100.7"
"""An address from which nobody measures here."""
SITES = {HOST: "site.conf", STS: "sts.conf", AUTO: "auto.conf"}
WEB_NAMES = {"nginx": "nginx", "apache": "Apache"}
_STAND_INS = {
    "sudo": 'exec "$@"',
    # like the real one: the reload is over when it returns
    "systemctl": """read -r pid log sign < "$MACHINE/$2.reload"; before=$(wc -c < "$log"); kill -HUP "$pid"
for _ in $(seq 150); do tail -c "+$((before + 1))" "$log" | grep -q "$sign" && exit 0; sleep 0.02; done
tail -c "+$((before + 1))" "$log"; exit 1""",
    "postfix": "postconf -n > /dev/null && postconf -M > /dev/null",
    "doveconf": 'exec /usr/bin/doveconf -c "$MACHINE/dovecot/dovecot.conf" "$@"',
    "sshd": 'exec /usr/sbin/sshd -f "$MACHINE/sshd/sshd_config" "$@"',
    "apachectl": 'exec /usr/sbin/apache2 -t -f "$MACHINE/apache/apache.conf"',
    "nginx": 'exec /usr/sbin/nginx -c "$MACHINE/nginx/nginx.conf" -e stderr "$@"',
}
_RELOADED = {
    "postfix": "reload -- version",
    "dovecot": "reloading configuration",
    "sshd": "Server listening",
    "nginx": "exited with code",
    "apache2": "resuming normal operations",
}
"""What each program writes into its log when it has reloaded."""
_STARTED = {"nginx": "start worker process", "apache2": "resuming normal operations"}
"""What those write that listen before they know the signal to reload, and end by it until then."""
_UNITS = {"sshd": "ssh"}
_OLD_PROCESSES = 0.2
"""Seconds after a reload in which processes with the old settings may still take a connection."""


class Machine:
    """The running server at `address`."""

    def __init__(self, folder: Path, address: str, web: str = "nginx") -> None:
        self.folder, self.address, self.web, self.ca = folder, address, web, ToyCa()
        self.ca_file = folder / "root.pem"
        self.ca_file.write_bytes(self.ca.root_pem)
        for name, leaf in {
            "good": self.ca.leaf(HOST, SECOND, STS, AUTO),
            "soon": self.ca.leaf(HOST, STS, days_left=15),
            "rsa": self.ca.leaf(HOST, key=weak_rsa(2048)),
            "foreign": ToyCa().leaf(HOST, STS),
            "sha1": self.ca.signed_with_sha1(self.ca.leaf(HOST)),
            "factory": self.ca.leaf(HOST, self_signed=True, common_name="localhost"),
            "expired": self.ca.leaf(HOST, STS, days_left=-5),
            "incomplete": self.ca.leaf(HOST, with_intermediate=False),
            "self": self.ca.leaf(HOST, self_signed=True),
            "urgent": self.ca.leaf(HOST, STS, days_left=2),
            "other": self.ca.leaf(f"old.{DOMAIN}"),
            "weak": self.ca.leaf(HOST, key=weak_rsa()),
        }.items():
            (folder / name).mkdir()
            (folder / name / "fullchain.pem").write_bytes(leaf.chain_pem)
            (folder / name / "privkey.pem").write_bytes(leaf.key_pem)
        _odd(folder / "odd")
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
        for name in ("postfix", "dovecot", "sshd", self.web):
            (self.folder / name).mkdir()
        self._mailboxes()
        self._post()
        self._shell()
        self._web()
        ports = {"postfix": (25, 587, 465), "dovecot": (143, 993), "sshd": (22,)}
        for daemon in self.daemons:
            name = daemon.name
            log = self.folder / "postfix/postfix.mail.log" if name == "postfix" else daemon.log
            (self.folder / f"{_UNITS.get(name, name)}.reload").write_text(
                f"{daemon.process.pid} {log} {_RELOADED[name]}\n"
            )
            for port in ports.get(name, (80, 443)):
                daemons.wait_for(self.address, port, daemon)
            if name in _STARTED:
                daemon.wait_for_line(_STARTED[name])
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
            **ANY_TLS,
            "tls_preempt_cipherlist": "no",
            "message_size_limit": "209715200",
            "service_throttle_time": "1s",  # a service that meets Dovecot while it reloads comes back at once
            "local_recipient_maps": "",
            "alias_maps": f"hash:{self.folder}/postfix/aliases",
            "alias_database": f"hash:{self.folder}/postfix/aliases",
            "smtpd_relay_restrictions": "permit_sasl_authenticated, reject_unauth_destination",
        }
        self.daemons.append(daemons.postfix(self.folder / "postfix", DOMAIN, services, settings))
        (self.folder / "postfix" / "aliases").write_text("someone: root\n")
        self.run("newaliases")

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
        key = folder / "ssh_host_rsa_key"
        subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", key], check=True)
        faults["ModuliFile"] = f"{folder}/moduli"
        # 2,047 and 3,071: sizes minus one, as moduli(5) counts
        shutil.copy2("/etc/ssh/moduli", folder / "moduli")
        self.daemons.append(daemons.sshd(folder, self.address, faults))
        config = folder / "sshd_config"
        lines = config.read_text().splitlines()
        first = next(line for line in lines if line.startswith("Include"))
        config.write_text("\n".join([first, *(line for line in lines if line != first)]) + "\n")

    def _web(self) -> None:
        folder, www = self.folder / self.web, self.folder / "www"
        for name in SITES:
            (www / name).mkdir(parents=True)
            (www / name / "index.html").write_text("hello\n")
        if self.web == "nginx":
            self._nginx(folder, www)
        else:
            self._apache(folder, www)

    def _nginx(self, folder: Path, www: Path) -> None:
        for name, file in SITES.items():
            key, chain = self.pem("expired" if name == HOST else "good")
            old = ["ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;", "ssl_ciphers ALL:@SECLEVEL=0;"]
            lines = [
                f"listen {self.address}:443 ssl;",
                f"server_name {name};",
                f"ssl_certificate {chain};",
                f"ssl_certificate_key {key};",
                *(old if name == HOST else ()),
                f"root {www}/{name};",
                "index index.html;",
            ]
            (folder / file).write_text("\n".join(lines) + "\n")
        (folder / "port80.conf").write_text(
            f"server {{ listen {self.address}:80; server_name {HOST}; root {www}/{HOST}; index index.html; }}\n"
        )
        (folder / "auto80.conf").write_text("")
        blocks = [f"server {{ include {folder}/{file}; }}" for file in SITES.values()]
        self.daemons.append(
            daemons.nginx(folder, [*blocks, f"include {folder}/port80.conf;", f"include {folder}/auto80.conf;"])
        )

    def _apache(self, folder: Path, www: Path) -> None:
        for name, file in SITES.items():
            key, chain = self.pem("expired" if name == HOST else "good")
            old = ["SSLProtocol all -SSLv3", "SSLCipherSuite ALL:@SECLEVEL=0"]
            lines = [
                f"ServerName {name}",
                "SSLEngine on",
                f"SSLCertificateFile {chain}",
                f"SSLCertificateKeyFile {key}",
                *(old if name == HOST else ()),
                f"DocumentRoot {www}/{name}",
            ]
            (folder / file).write_text("\n".join(lines) + "\n")
        (folder / "port80.conf").write_text(
            f"<VirtualHost {self.address}:80>\nServerName {HOST}\nDocumentRoot {www}/{HOST}\n</VirtualHost>\n"
        )
        (folder / "auto80.conf").write_text("")
        blocks = [
            f"<VirtualHost {self.address}:443>\nInclude {folder}/{file}\n</VirtualHost>" for file in SITES.values()
        ]
        blocks += [f"Include {folder}/port80.conf", f"Include {folder}/auto80.conf"]
        self.daemons.append(daemons.apache(folder, self.address, www, blocks))

    # --- what a person does -----------------------------------------------------------------------------------------

    def apply(self, snippets: Sequence[Snippet]) -> None:
        """Every piece for the products and versions here, in order, with REPLACE filled in."""
        others = (*OTHER_PRODUCTS, *(name for web, name in WEB_NAMES.items() if web != self.web))
        for snippet in snippets:
            about = snippet.note.key if snippet.note is not None else ""
            if about in (*OTHER_VARIANTS, "certificate_request") or snippet.kind is SnippetKind.DNS_RECORD:
                continue
            if snippet.place.startswith(others):
                continue
            filled = {"replace_address": "root"}.get(about, str(self.folder / "good"))
            filled = ELSEWHERE if any(sign in snippet.content for sign in ("allow REPLACE", "ip REPLACE")) else filled
            content = snippet.content.replace("REPLACE", filled)
            if snippet.kind is SnippetKind.COMMAND:
                self.run(content)
            elif snippet.kind is SnippetKind.SETTING and snippet.place.startswith(tuple(WEB_NAMES.values())):
                self._site(snippet.place, content)
            elif snippet.place.startswith("https://"):
                host, _, rest = snippet.place.removeprefix("https://").partition("/")
                self._written(self.folder / "www" / host / rest, content)
                self._written(self.folder / "www" / "mta-sts" / rest.rpartition("/")[2], content)
            else:
                path = self.at(snippet.place)
                old = path.read_text() if snippet.kind is SnippetKind.SETTING and path.exists() else ""
                self._written(path, f"{old}{content}\n")
        time.sleep(_OLD_PROCESSES)

    @staticmethod
    def _written(path: Path, content: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def at(self, text: str) -> Path:
        """The machine's own file for a path below /etc."""
        return Path(self._here(text))

    def _here(self, text: str) -> str:
        """The text with this machine's folders and address."""
        text = text.replace("/etc/aliases", f"{self.folder}/postfix/aliases").replace(
            "/var/www/", f"{self.folder}/www/"
        )
        for name, folder in (("postfix", "postfix"), ("dovecot", "dovecot"), ("ssh", "sshd"), ("nginx", "nginx")):
            text = text.replace(f"/etc/{name}/", f"{self.folder}/{folder}/")
        # whoever measures comes from 127.0.0.1 and is not the machine itself
        text = text.replace("127.0.0.0/8 [::1]/128", "127.255.255.255/32")
        text = text.replace("submissions inet n - y - - smtpd", f"{self.address}:465 inet n - n - - smtpd")
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
        """The lines in the block of the site that `place` names, in place of lines with the same names."""
        folder, content = self.folder / self.web, self._here(content)
        for port in (80, 443):
            content = content.replace(f"listen {port}", f"listen {self.address}:{port}")
        content = content.replace("<VirtualHost *:80>", f"<VirtualHost {self.address}:80>")
        if place in WEB_NAMES.values():
            (folder / "port80.conf").write_text(content + "\n")
            return
        site = folder / SITES[place.rpartition("(")[2].rstrip(")")]
        names = {_directive(line) for line in content.splitlines()}
        kept = [line for line in site.read_text().splitlines() if _directive(line) not in names]
        site.write_text("\n".join([*kept, content]) + "\n")

    # --- and back again ---------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Remember the settings as they are now."""
        for path in self._configured():
            shutil.copy2(path, self.folder / f"kept-{path.relative_to(self.folder).as_posix().replace('/', '-')}")

    def restore(self, fault: str = "") -> None:
        """Back to the remembered settings, without what was added; then run the lines that make it worse."""
        for name in self._configured():
            kept = self.folder / f"kept-{name.relative_to(self.folder).as_posix().replace('/', '-')}"
            Path(shutil.copy2(kept, f"{name}.new")).replace(name)  # whole or not at all, for whoever reads it now
        for added in (*(self.folder / "dovecot/conf.d").iterdir(), *(self.folder / "sshd/sshd_config.d").iterdir()):
            added.unlink()
        for copy in (*(self.folder / "postfix").glob("*.before"), *(self.folder / "sshd").glob("*.before")):
            copy.unlink()
        shutil.rmtree(self.folder / "www")
        for name in SITES:
            self._written(self.folder / "www" / name / "index.html", "hello\n")
        reloads = [f"systemctl reload {_UNITS.get(daemon.name, daemon.name)}" for daemon in self.daemons]
        self.run("\n".join([*reloads, fault]))
        time.sleep(_OLD_PROCESSES)

    def _configured(self) -> list[Path]:
        names = (
            "postfix/main.cf",
            "postfix/master.cf",
            "postfix/aliases",
            "postfix/aliases.db",
            "dovecot/dovecot.conf",
        )
        names += ("sshd/sshd_config", "sshd/ssh_host_rsa_key", "sshd/moduli")
        sites = (*SITES.values(), "port80.conf", "auto80.conf")
        return [self.folder / name for name in (*names, *(f"{self.web}/{name}" for name in sites))]

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
    """What a line sets; a closing sign sets nothing."""
    words = line.split()
    if words[:1] in (["add_header"], ["location"], ["<Location"]):
        return " ".join(words[:2])
    return " ".join(words[:3]) if words[:1] == ["Header"] else "".join(words[:1])


def _odd(folder: Path) -> None:
    """A certificate with a key on a curve that no program of today takes."""
    folder.mkdir()
    request = f"openssl req -x509 -key privkey.pem -days 60 -subj /CN={HOST} -addext subjectAltName=DNS:{HOST}"
    for line in (
        "openssl ecparam -name secp256k1 -genkey -noout -out privkey.pem",
        f"{request} -out fullchain.pem",
    ):
        subprocess.run(line.split(), cwd=folder, check=True, capture_output=True)


@contextmanager
def running(folder: Path, address: str, web: str = "nginx") -> Iterator[Machine]:
    """A machine for as long as the context lasts."""
    machine = Machine(folder, address, web)
    try:
        machine.start()
        yield machine
    finally:
        machine.stop()
