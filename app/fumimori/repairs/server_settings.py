"""Settings of Postfix, Dovecot and OpenSSH that put a server of one's own right; never offered for rental or cloud."""

from collections.abc import Callable, Mapping

from fumimori.model import Repair, Snippet, SnippetKind

POSTFIX = "Postfix: main.cf"
DOVECOT_23 = "Dovecot 2.3: 10-ssl.conf, 10-auth.conf"
DOVECOT_24 = "Dovecot 2.4: dovecot.conf"
SSHD = "OpenSSH: sshd_config"


def login_after_tls(subject: str) -> Repair:
    """No login before encryption."""
    return Repair(
        snippets=(
            _setting(POSTFIX, "smtpd_tls_auth_only = yes"),
            _setting(DOVECOT_23, "disable_plaintext_auth = yes\nssl = required"),
            _setting(DOVECOT_24, "auth_allow_cleartext = no\nssl = required"),
        ),
        proof=_plain_dialogue(subject),
    )


def tls_12_or_newer(subject: str) -> Repair:
    """TLS 1.2 as the oldest version on every port."""
    return Repair(
        snippets=(
            _setting(POSTFIX, "smtpd_tls_protocols = >=TLSv1.2\nsmtpd_tls_mandatory_protocols = >=TLSv1.2"),
            _setting("Dovecot: 10-ssl.conf", "ssl_min_protocol = TLSv1.2"),
        ),
        proof=_handshake(subject, "-tls1_1"),
    )


def starttls_on(subject: str) -> Repair:
    """STARTTLS for incoming mail."""
    return Repair(
        snippets=(
            _setting(
                POSTFIX,
                "smtpd_tls_security_level = may\n"
                "smtpd_tls_chain_files = /etc/letsencrypt/live/HOST/privkey.pem,"
                " /etc/letsencrypt/live/HOST/fullchain.pem".replace("HOST", _host(subject)),
            ),
        ),
        proof=_handshake(subject),
    )


def full_chain(subject: str) -> Repair:
    """The whole chain in place of the leaf alone."""
    folder = f"/etc/letsencrypt/live/{_host(subject)}"
    return Repair(
        snippets=(
            _setting(POSTFIX, f"smtpd_tls_chain_files = {folder}/privkey.pem, {folder}/fullchain.pem"),
            _setting("Dovecot 2.3: 10-ssl.conf", f"ssl_cert = <{folder}/fullchain.pem"),
        ),
        proof=_handshake(subject, "-showcerts"),
    )


def keys_only(subject: str) -> Repair:
    """SSH with keys and nothing else; a second session stays open until the new one works."""
    host = _host(subject)
    return Repair(
        snippets=(
            _setting(SSHD, "PubkeyAuthentication yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no"),
            Snippet(kind=SnippetKind.COMMAND, place="", content="sudo sshd -t && sudo systemctl reload ssh"),
        ),
        proof=(
            Snippet(
                kind=SnippetKind.COMMAND,
                place="",
                content=f"ssh -o PreferredAuthentications=password,keyboard-interactive {host}",
            ),
        ),
    )


def strict_key_exchange(subject: str) -> Repair:
    """Without what Terrapin needs, for servers that cannot be updated at once (OpenSSH 9.6 release notes)."""
    del subject
    return Repair(snippets=(_setting(SSHD, "Ciphers -chacha20-poly1305@openssh.com,*-cbc\nMACs -*-etm@openssh.com"),))


def _setting(place: str, content: str) -> Snippet:
    return Snippet(kind=SnippetKind.SETTING, place=place, content=content)


def _host(subject: str) -> str:
    return subject.partition(":")[0]


def _port(subject: str) -> int:
    digits = subject.partition(":")[2]
    return int(digits) if digits.isdigit() else 0


_STARTTLS = {25: "smtp", 587: "smtp", 143: "imap", 110: "pop3", 4190: "sieve"}


def _handshake(subject: str, option: str = "") -> tuple[Snippet, ...]:
    port = _port(subject)
    if not port:
        return ()
    words = ["openssl s_client", f"-connect {subject}", f"-servername {_host(subject)}"]
    words += [f"-starttls {_STARTTLS[port]}"] if port in _STARTTLS else []
    words += [option] if option else []
    return (Snippet(kind=SnippetKind.COMMAND, place="", content=" ".join(words)),)


def _plain_dialogue(subject: str) -> tuple[Snippet, ...]:
    port = _port(subject)
    if not port:
        return ()
    asks = {143: "a1 CAPABILITY", 110: "CAPA"}.get(port, "EHLO test.example")
    return (Snippet(kind=SnippetKind.COMMAND, place="", content=f"telnet {_host(subject)} {port}\n{asks}"),)


REPAIRS: Mapping[str, Callable[[str], Repair]] = {
    "mail_ports.login_clear": login_after_tls,
    "mail_ports.login_clear_mx": login_after_tls,
    "mail_ports.tls_old": tls_12_or_newer,
    "mail_ports.ssl3": tls_12_or_newer,
    "mail_ports.ssl3_mx": tls_12_or_newer,
    "mail_ports.starttls_missing": starttls_on,
    "mail_ports.certificate_incomplete": full_chain,
    "ssh.password": keys_only,
    "ssh.password_inside": keys_only,
    "ssh.keyboard_interactive": keys_only,
    "ssh.terrapin": strict_key_exchange,
}
