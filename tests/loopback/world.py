"""A small Internet on 127.0.0.0/8: a signed DNS root, a certification authority, and three domains' real servers."""

import contextlib
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.exception
import dns.message
import dns.query

from fumimori.engine import NetworkSettings
from loopback import daemons
from loopback.daemons import ANY_TLS, Daemon
from loopback.domains import addresses, zones
from loopback.sample_vmc import LOGO, ToyMarks
from loopback.toy_ca import Leaf, ToyCa, weak_rsa
from loopback.zones import master_files, trust_anchor

_STS_GOOD = "version: STSv1\nmode: enforce\nmx: mx.good.example\nmax_age: 2592000\n"
_STS_SUBTLE = "version: STSv1\nmode: enforce\nmx: mx1.subtle.example\nmx: *.mail.subtle.example\nmax_age: 604800\n"
_LOGIN = '<form action="/login" method="post"><input name="user"><input name="pass" type="password"></form>'
_KEYS_ONLY = {"PasswordAuthentication": "no", "KbdInteractiveAuthentication": "no"}
_NEW_SSH = {
    "KexAlgorithms": "sntrup761x25519-sha512@openssh.com,curve25519-sha256",
    "Ciphers": "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr",
    "MACs": "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com",
}
_OLD_SSH = {
    "PasswordAuthentication": "yes",
    "KbdInteractiveAuthentication": "no",
    "KexAlgorithms": "diffie-hellman-group14-sha1,diffie-hellman-group1-sha1",
    "Ciphers": "3des-cbc,aes128-cbc,aes128-ctr",
    "MACs": "hmac-sha1,hmac-md5",
    "HostKeyAlgorithms": "ssh-rsa,ssh-ed25519",
}


@dataclass
class World:
    """The running world; every address of it begins with 127.<block>."""

    folder: Path
    block: int
    front: int = 0
    """The block of addresses that the zones name: the servers' own for 0, else the relays' of `remote_hosts`."""

    def __post_init__(self) -> None:
        self.at = addresses(self.block)
        self.seen_at = addresses(self.front or self.block)
        self.ca = ToyCa()
        self.daemons: list[Daemon] = []
        self.resolver = f"{self.at['resolver']}:53"
        self.ca_file = self.folder / "root.pem"
        self.anchor = self.folder / "root.ds"
        """The toy root's keys, for those who validate themselves."""
        self.control_open = "open.control.example"
        self.control_closed = "closed.control.example"
        self.ca_file.write_bytes(self.ca.root_pem)

    def settings(self, **changes: Any) -> NetworkSettings:
        """How a run connects to this world."""
        return NetworkSettings(
            resolver=self.resolver,
            ca_file=self.ca_file,
            dnssec_anchor=self.anchor,
            control_hosts=(self.control_open,),
            **changes,
        )

    def start(self) -> None:
        """Start every server, then wait until each of them answers."""
        good = self.ca.leaf("mx.good.example", "mail.good.example")
        files = zones(self.seen_at, good.tlsa())
        root = next(zone for zone in files if zone.origin == ".")
        self.anchor.write_text(trust_anchor(root))
        authority = daemons.nsd(
            self._place("nsd"), self.at["authority"], master_files(files, self.at["authority"], self.ca.now)
        )
        resolver = daemons.unbound(
            self._place("unbound"), self.at["resolver"], self.at["authority"], trust_anchor(root)
        )
        self.daemons += [authority, resolver]
        self._good(good)
        self._bad()
        self._subtle()
        web = self._web()
        daemons.wait_for(self.at["authority"], 53, authority)
        daemons.wait_for(self.at["resolver"], 53, resolver)
        daemons.wait_for(self.at["control-closed"], 443, web)
        for name in ("good", "bad", "subtle"):
            for daemon, ports in self._services(name):
                for port in ports:
                    daemons.wait_for(self.at[name], port, daemon)
        self._resolves("good.example", "MX")

    def stop(self) -> None:
        """End every server."""
        for daemon in reversed(self.daemons):
            daemon.stop()
        self.daemons.clear()

    def logs(self, limit: int = 4000) -> str:
        """The end of every server's log, for the message of a test that failed."""
        found = sorted(self.folder.rglob("*.log"))
        return "\n".join(
            f"--- {path.relative_to(self.folder)}\n{path.read_text(errors='replace')[-limit:]}" for path in found
        )

    def _place(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder

    def _combined(self, name: str, leaf: Leaf) -> Path:
        path = self.folder / f"{name}.pem"
        path.write_bytes(leaf.key_pem + leaf.chain_pem)
        path.chmod(0o600)
        return path

    def _services(self, name: str) -> Iterator[tuple[Daemon, tuple[int, ...]]]:
        ports = {"postfix": (25, 587, 465), "dovecot": (993, 995, 143, 110), "sshd": (22,)}
        for daemon in self.daemons:
            if daemon.log.parent.parent.name == name:
                yield daemon, ports[daemon.name]

    def _mail(self, name: str, services: list[str], settings: dict[str, str], lines: list[str]) -> None:
        base = self._place(name)
        (base / "postfix").mkdir()
        (base / "dovecot").mkdir()
        self.daemons.append(daemons.dovecot(base / "dovecot", self.at[name], lines))
        chosen = {"smtpd_sasl_type": "dovecot", "smtpd_sasl_path": str(base / "dovecot" / "auth")} | settings
        self.daemons.append(daemons.postfix(base / "postfix", f"{name}.example", services, chosen))

    def _ssh(self, name: str, settings: dict[str, str]) -> None:
        folder = self.folder / name / "sshd"
        folder.mkdir()
        self.daemons.append(daemons.sshd(folder, self.at[name], settings))

    def _good(self, leaf: Leaf) -> None:
        pem = self._combined("good-mail", leaf)
        at = self.at["good"]
        client = "-o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=yes"
        self._mail(
            "good",
            [
                f"{at}:25 inet n - n - - smtpd",
                f"{at}:587 inet n - n - - smtpd {client} -o smtpd_tls_security_level=encrypt",
                f"{at}:465 inet n - n - - smtpd {client} -o smtpd_tls_wrappermode=yes",
                f"{self.at['control-open']}:25 inet n - n - - smtpd -o myhostname=open.control.example",
            ],
            {
                "myhostname": "mx.good.example",
                "smtpd_banner": "$myhostname ESMTP",
                "smtpd_tls_chain_files": str(pem),
                "smtpd_tls_security_level": "may",
                "smtpd_tls_auth_only": "yes",
                "smtpd_tls_protocols": ">=TLSv1.2",
                "smtpd_tls_mandatory_protocols": ">=TLSv1.2",
                "tls_high_cipherlist": "ECDHE+AESGCM:ECDHE+CHACHA20",
                "tls_medium_cipherlist": "ECDHE+AESGCM:ECDHE+CHACHA20",
                "message_size_limit": "31457280",
                "disable_vrfy_command": "yes",
                "local_recipient_maps": "inline:{ {info = OK} }",
                "smtpd_relay_restrictions": "reject_unauth_destination",
                "smtpd_sender_restrictions": "check_sender_access inline:{ {good.example = REJECT not from outside} }",
            },
            [
                "ssl = required",
                f"ssl_cert = <{pem}",
                f"ssl_key = <{pem}",
                "ssl_min_protocol = TLSv1.2",
                "ssl_cipher_list = ECDHE+AESGCM:ECDHE+CHACHA20",
                "disable_plaintext_auth = yes",
                "login_greeting = ready",
            ],
        )
        self._ssh("good", _KEYS_ONLY | _NEW_SSH)

    def _bad(self) -> None:
        pem = self._combined("bad-mail", self.ca.leaf("mail.bad.example", days_left=-10))
        own = self._combined(
            "bad-imap", self.ca.leaf("localhost", days_left=300, lifetime=3650, self_signed=True, key=weak_rsa())
        )
        at = self.at["bad"]
        tls = f"-o smtpd_tls_chain_files={pem} -o smtpd_sasl_auth_enable=yes"
        self._mail(
            "bad",
            [
                f"{at}:25 inet n - n - - smtpd -o smtpd_tls_security_level=none -o smtpd_sasl_auth_enable=yes",
                f"{at}:587 inet n - n - - smtpd {tls} -o smtpd_tls_security_level=may",
                f"{at}:465 inet n - n - - smtpd {tls} -o smtpd_tls_wrappermode=yes",
            ],
            {
                "myhostname": "localhost.localdomain",
                "smtpd_banner": "$myhostname ESMTP $mail_name $mail_version (Debian/GNU)",
                **ANY_TLS,
                "message_size_limit": "0",
                "local_recipient_maps": "",
                "mynetworks": "127.0.0.0/8",
                "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
            },
            [
                "ssl = yes",
                f"ssl_cert = <{own}",
                f"ssl_key = <{own}",
                "ssl_min_protocol = TLSv1",
                "ssl_cipher_list = ALL:!aNULL:@SECLEVEL=0",
                "disable_plaintext_auth = no",
                "login_greeting = Dovecot (Debian) ready.",
            ],
        )
        self._ssh("bad", _OLD_SSH)

    def _subtle(self) -> None:
        names = ("mx1.subtle.example", "mail.subtle.example")
        ending = self._combined("subtle-ending", self.ca.leaf(*names, days_left=5))
        cut = self._combined("subtle-incomplete", self.ca.leaf(*names, with_intermediate=False))
        right = self._combined("subtle-right", self.ca.leaf(*names))
        other = self._combined("subtle-other", self.ca.leaf("mx-old.subtle.example"))
        at = self.at["subtle"]
        client = (
            f"-o smtpd_sasl_auth_enable=yes -o smtpd_tls_chain_files={ending} -o smtpd_tls_protocols=>=TLSv1.1"
            " -o smtpd_tls_mandatory_protocols=>=TLSv1.1"
        )
        self._mail(
            "subtle",
            [
                f"{at}:25 inet n - n - - smtpd",
                f"{at}:587 inet n - n - - smtpd {client} -o smtpd_tls_security_level=encrypt",
                f"{at}:465 inet n - n - - smtpd {client} -o smtpd_tls_wrappermode=yes",
                f"{self.at['subtle-second']}:25 inet n - n - - smtpd -o smtpd_tls_chain_files={other}",
            ],
            {
                "myhostname": "mx1.subtle.example",
                "smtp_tls_security_level": "may",
                "smtpd_tls_chain_files": str(right),
                "smtpd_tls_security_level": "may",
                "smtpd_tls_auth_only": "yes",
                "smtpd_tls_ciphers": "medium",
                "smtpd_tls_mandatory_ciphers": "medium",
                "tls_medium_cipherlist": "DEFAULT:@SECLEVEL=0",
                "local_recipient_maps": "inline:{ {info = OK} }",
                "smtpd_relay_restrictions": "reject_unauth_destination",
            },
            [
                "ssl = yes",
                f"ssl_cert = <{right}",
                f"ssl_key = <{right}",
                "ssl_min_protocol = TLSv1.2",
                "disable_plaintext_auth = yes",
                f"protocol imap {{\n  ssl_cert = <{cut}\n  ssl_key = <{cut}\n}}",
            ],
        )
        self._ssh("subtle", {"PasswordAuthentication": "no", "KbdInteractiveAuthentication": "yes"})

    def _web(self) -> Daemon:
        folder = self._place("nginx")
        blocks = []
        for name, policy in (("good", _STS_GOOD), ("subtle", _STS_SUBTLE)):
            site = folder / name / ".well-known"
            site.mkdir(parents=True)
            (site / "mta-sts.txt").write_text(policy)
            hosts = [f"{part}.{name}.example" for part in ("mta-sts", "webmail", "www")]
            pem = self._combined(f"{name}-web", self.ca.leaf(*hosts, f"{name}.example"))
            at = self.at[f"{name}-web"]
            blocks += [
                _https(f"mta-sts.{name}.example", at, pem, f"root {folder / name};"),
                _https(f"webmail.{name}.example", at, pem, f"return 200 '{_LOGIN}';", strict=name == "good"),
                f"server {{ listen {at}:80; return 301 https://$host$request_uri; }}",
            ]
            if name == "good":
                (folder / name / "logo.svg").write_text(LOGO, encoding="utf-8")
                (folder / name / "vmc.pem").write_text(ToyMarks(self.ca).pem("good.example"), encoding="ascii")
                blocks.append(_https("www.good.example", at, pem, f"root {folder / name};"))
        plain = f"server {{ listen {self.at['bad-web']}:80; server_name webmail.bad.example; return 200 '{_LOGIN}'; }}"
        closed = _https("closed.control.example", self.at["control-closed"], pem, "return 204;")
        daemon = daemons.nginx(folder, [*blocks, plain, closed])
        self.daemons.append(daemon)
        return daemon

    def _resolves(self, name: str, rdtype: str, attempts: int = 20) -> None:
        for _ in range(attempts):
            with contextlib.suppress(dns.exception.Timeout):
                answer = dns.query.udp(dns.message.make_query(name, rdtype), self.at["resolver"], timeout=1)
                if answer.answer:
                    return
        raise RuntimeError(f"the toy resolver does not find {name}:\n{self.logs()}")


def _https(name: str, address: str, pem: Path, body: str, *, strict: bool = False) -> str:
    header = 'add_header Strict-Transport-Security "max-age=31536000" always;' if strict else ""
    return (
        f"server {{ listen {address}:443 ssl; server_name {name}; ssl_certificate {pem}; ssl_certificate_key {pem};"
        f" ssl_protocols TLSv1.2 TLSv1.3; {header} location / {{ {body} }} }}"
    )


@contextlib.contextmanager
def running(*, far: bool = False) -> Iterator[World]:
    """A running world in a block of addresses that no other world on this machine uses; `far` names doors before it."""
    folder = Path(tempfile.mkdtemp(prefix="fumimori-world-"))
    folder.chmod(0o755)
    with _free_block() as block, _free_block() if far else contextlib.nullcontext(0) as front:
        world = World(folder, block, front)
        try:
            world.start()
            yield world
        finally:
            world.stop()
            shutil.rmtree(folder)


@contextlib.contextmanager
def _free_block() -> Iterator[int]:
    # an abstract socket lives in the network namespace, as loopback does: the two are always shared by the same worlds
    for block in range(10, 250):
        with socket.socket(socket.AF_UNIX) as lock:
            try:
                lock.bind(f"\0fumimori-block-{block}")
            except OSError:
                continue
            yield block
            return
    raise RuntimeError("every block of loopback addresses is in use")
