"""Repairs of the ports of mail: settings by port, product and version.

Port 25 is never closed for old TLS: senders would continue in clear text. Only broken versions and suites go.
"""

from collections.abc import Callable, Mapping

from fumimori.checks.remediation import certificate, server, zone
from fumimori.checks.remediation.context import Context, note
from fumimori.checks.remediation.server import DOVECOT, EXCHANGE, POSTFIX, RANGES_FROM
from fumimori.model import Note, Proof, Repair, Snippet

CLIENT_EXCLUDED = "aNULL, eNULL, EXPORT, LOW, RC4, DES, 3DES, IDEA, SEED, MD5, kRSA, kPSK, kDHE"
"""For people's programs: what is broken, what has no forward secrecy, and finite fields of unknown length."""
MX_EXCLUDED = "eNULL, EXPORT, LOW, RC4, DES, 3DES, IDEA, SEED, MD5, kDHE"
"""For port 25, where plain RSA key exchange still beats no encryption."""
GROUPS = ("X25519", "prime256v1", "secp384r1")
GOOD_SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
SUBMISSION = "submission/inet"
EXCHANGE_OFF = (
    "'SSL 2.0','SSL 3.0','TLS 1.0','TLS 1.1' | ForEach-Object {\n"
    '  $key = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\$_\\Server"\n'
    "  New-Item $key -Force | Out-Null\n"
    "  New-ItemProperty $key -Name Enabled -Value 0 -PropertyType DWord -Force | Out-Null\n"
    "  New-ItemProperty $key -Name DisabledByDefault -Value 1 -PropertyType DWord -Force | Out-Null\n"
    "}"
)


def _own(context: Context, ask: str, made: Callable[[Context], Repair]) -> Repair:
    return made(context) if context.own_server else server.letter(context, ask)


def _encrypted_first(context: Context) -> tuple[str, ...]:
    """On 587 the mandatory settings hold only where TLS is demanded."""
    return (f"{SUBMISSION}/smtpd_tls_security_level=encrypt",) if context.port == 587 else ()


# --- versions -----------------------------------------------------------------------------------------------------


def old_versions(context: Context) -> Repair:
    """TLS 1.2 as the oldest version for people's programs; on port 25 only SSL goes."""
    return _own(context, "ask_tls_12" if context.port != 25 else "ask_no_ssl", _versions)


def _versions(context: Context) -> Repair:
    if server.runs(context, EXCHANGE):
        snippet = server.command(EXCHANGE_OFF, "PowerShell", note("exchange_restart"))
        risks = [note("exchange_all_ports")]
        return Repair(
            snippets=(snippet,), risks=tuple(risks), back=(note("back_exchange"),), proof=_version_proof(context)
        )
    if context.port == 25 and server.runs(context, POSTFIX):
        old = {"smtpd_tls_protocols": "!SSLv2, !SSLv3", "smtpd_tls_mandatory_protocols": "!SSLv2, !SSLv3"}
        made = server.postfix_versions(context, {"smtpd_tls_protocols": ">=TLSv1"}, old, RANGES_FROM)
        return server.changed(made, server.refused(context, "-ssl3"), risks=[note("port25_stays")])
    if server.runs(context, POSTFIX):
        old = {"smtpd_tls_mandatory_protocols": "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1"}
        new = {"smtpd_tls_mandatory_protocols": ">=TLSv1.2"}
        made = server.postfix_versions(context, new, old, RANGES_FROM, _encrypted_first(context))
        return server.changed(made, _version_proof(context), before=[_overrides()], risks=[note("old_programs")])
    if server.runs(context, DOVECOT):
        made = server.dovecot(context, "ssl_min_protocol = TLSv1.2")
        return server.changed(made, _version_proof(context), risks=[note("old_programs")])
    return Repair()


def _version_proof(context: Context) -> tuple[Proof, ...]:
    return server.refused(context, "-tls1_1")


def _overrides() -> Note:
    return note("postfix_overrides", command="postconf -P | grep smtpd_tls")


def modern_missing(context: Context) -> Repair:
    """TLS 1.2 or newer where the server knows none: the library first, then the setting that leaves it out."""

    def made(context: Context) -> Repair:
        check = server.command("openssl version", about=note("tls_library"))
        if server.runs(context, POSTFIX):
            every = {"smtpd_tls_protocols": "!SSLv2, !SSLv3", "smtpd_tls_mandatory_protocols": "!SSLv2, !SSLv3"}
            snippets = [check, server.postfix(every)]
        elif server.runs(context, DOVECOT):
            snippets = [check, *server.dovecot(context, "ssl_min_protocol = TLSv1")]
        else:
            snippets = [check]
        proof = server.handshake(context.host, context.port, "-tls1_2", repaired="Protocol  : TLSv1.2", broken="(NONE)")
        return server.changed(snippets, proof)

    return _own(context, "ask_tls_12", made)


# --- suites, groups, order ----------------------------------------------------------------------------------------


def suites(context: Context) -> Repair:
    """Without the suites that were found; what stays is known to every program of the last ten years."""
    return _own(context, "ask_suites", _suites)


def _suites(context: Context) -> Repair:
    proof = server.refused(
        context,
        "-tls1_2 -cipher 'kRSA:@SECLEVEL=0'" if context.port != 25 else "-tls1_2 -cipher '3DES:RC4:@SECLEVEL=0'",
    )
    if server.runs(context, POSTFIX):
        if context.port == 25:
            strict = context.finding.code.endswith("_strict")  # their senders insist on good encryption anyway
            made = [server.postfix({"smtpd_tls_exclude_ciphers": CLIENT_EXCLUDED if strict else MX_EXCLUDED})]
            return server.changed(made, proof, risks=[note("port25_stays")])
        values = {"smtpd_tls_mandatory_ciphers": "high", "smtpd_tls_mandatory_exclude_ciphers": CLIENT_EXCLUDED}
        made = [server.postfix(values, master=_encrypted_first(context))]
        return server.changed(made, proof, before=[_overrides()], risks=[note("old_programs")])
    if server.runs(context, DOVECOT):
        made = server.dovecot(context, f"ssl_cipher_list = {GOOD_SUITES}")
        return server.changed(made, proof, risks=[note("old_programs")])
    return Repair()


def _groups(context: Context) -> Repair:
    def made(context: Context) -> Repair:
        options = "-tls1_2 -curves P-192:secp224r1 -cipher 'ECDHE:@SECLEVEL=0'"
        proof = server.handshake(context.host, context.port, options, repaired="Cipher is (NONE)", broken="Cipher is ")
        if server.runs(context, POSTFIX):
            return server.changed([server.postfix({"tls_eecdh_auto_curves": " ".join(GROUPS)})], proof)
        if server.runs(context, DOVECOT):
            return server.changed(server.dovecot(context, f"ssl_curve_list = {':'.join(GROUPS)}"), proof)
        return Repair()

    return _own(context, "ask_suites", made)


def _order(context: Context) -> Repair:
    def made(context: Context) -> Repair:
        proof = server.handshake(context.host, context.port, "-tls1_2", repaired="GCM")
        if server.runs(context, POSTFIX):
            return server.changed([server.postfix({"tls_preempt_cipherlist": "yes"})], proof)
        if server.runs(context, DOVECOT):
            old, new = "ssl_prefer_server_ciphers = yes", "ssl_server_prefer_ciphers = server"
            return server.changed(server.dovecot(context, old, new), proof)
        return Repair()

    return _own(context, "ask_suites", made)


def _compression(context: Context) -> Repair:
    def made(context: Context) -> Repair:
        proof = server.handshake(
            context.host, context.port, "-tls1_2 -comp", repaired="Compression: NONE", broken="Compression: zlib"
        )
        if server.runs(context, POSTFIX):
            return server.changed([server.postfix({"tls_ssl_options": "NO_COMPRESSION, NO_RENEGOTIATION"})], proof)
        if server.runs(context, DOVECOT):
            return server.changed(server.dovecot(context, "ssl_options = no_compression"), proof)
        return Repair()

    return _own(context, "ask_suites", made)


def _library(context: Context) -> Repair:
    """What only a newer TLS library brings."""
    return _own(context, "ask_update", _updated)


def _updated(context: Context) -> Repair:
    commands = [
        server.command("sudo apt update && sudo apt upgrade", "Debian, Ubuntu", note("update_backup")),
        server.command("sudo dnf upgrade", "RHEL, AlmaLinux, Rocky Linux", note("update_backup")),
    ]
    proof = server.handshake(context.host, context.port, "-tls1_2", repaired="Secure Renegotiation IS supported")
    return Repair(snippets=tuple(commands), risks=(note("update_restart"),), back=(note("back_update"),), proof=proof)


# --- encryption before passwords ----------------------------------------------------------------------------------


def _login(context: Context) -> Repair:
    def made(context: Context) -> Repair:
        if server.runs(context, POSTFIX):
            snippets: list[Snippet] = [server.postfix({"smtpd_tls_auth_only": "yes"})]
        elif server.runs(context, DOVECOT):
            old, new = "disable_plaintext_auth = yes\nssl = required", "auth_allow_cleartext = no\nssl = required"
            snippets = server.dovecot(context, old, new)
        else:
            return Repair()
        return server.changed(snippets, _capabilities(context), risks=[note("clear_programs")])

    return _own(context, "ask_login_tls", made)


def _capabilities(context: Context) -> tuple[Proof, ...]:
    asked, broken, repaired = {
        143: ("a1 CAPABILITY", "AUTH=PLAIN", "LOGINDISABLED"),
        110: ("CAPA", "USER", "STLS"),
        4190: ("CAPABILITY", '"SASL" "PLAIN', '"STARTTLS"'),
    }.get(context.port, ("EHLO test.example", "250-AUTH PLAIN", "250-STARTTLS"))
    line = f"(sleep 1; printf '{asked}\\r\\n'; sleep 1) | nc {context.host} {context.port}"
    return (Proof(command=line, repaired=repaired, broken=broken),)


def _starttls(context: Context) -> Repair:
    """Encryption on port 25: a certificate and the willingness to use it."""

    def made(context: Context) -> Repair:
        given = certificate.installed(context)
        if not server.runs(context, POSTFIX):
            return given
        on = server.postfix({"smtpd_tls_security_level": "may"})
        return Repair.joined([given, server.changed([on], ())])

    return _own(context, "ask_starttls", made)


def _stripped(context: Context) -> Repair:
    """A device on the way takes STARTTLS out; the server itself has nothing to change."""
    if not context.own_server:
        return server.letter(context, "ask_stripped")
    inside = server.handshake("localhost", 25, repaired="250", broken="")
    on_router = server.command(
        "no fixup protocol smtp 25\npolicy-map global_policy\n class inspection_default\n  no inspect esmtp",
        "Cisco ASA",
        note("stripped_device"),
    )
    return Repair(snippets=(on_router,), proof=inside, ask=note("ask_stripped", host=context.host))


def _implicit(context: Context) -> Repair:
    """Ports that are encrypted from the first byte (RFC 8314 section 3.3)."""

    def made(context: Context) -> Repair:
        lines = [
            f"sudo cp -pn {server.MASTER_CF} {server.MASTER_CF}.before",
            "sudo postconf -M 'submissions/inet=submissions inet n - y - - smtpd'",
            "sudo postconf -P 'submissions/inet/syslog_name=postfix/submissions'",
            "sudo postconf -P 'submissions/inet/smtpd_tls_wrappermode=yes'",
            "sudo postconf -P 'submissions/inet/smtpd_sasl_auth_enable=yes'",
            "sudo postconf -P 'submissions/inet/smtpd_recipient_restrictions=permit_sasl_authenticated,reject'",
            server.POSTFIX_RELOAD,
        ]
        imap = (
            "service imap-login {\n  inet_listener imaps {\n    port = 993\n    ssl = yes\n  }\n}\n"
            "service pop3-login {\n  inet_listener pop3s {\n    port = 995\n    ssl = yes\n  }\n}"
        )
        post, mailboxes = (server.product(context, context.host, port) for port in (587, 143))
        snippets: list[Snippet] = []
        proof: list[Proof] = []
        if post is None or post.product == POSTFIX:
            snippets.append(server.command("\n".join(lines), "Postfix"))
            proof += server.handshake(context.host, 465, repaired="220", broken="connect:errno=111")
        if mailboxes is None or mailboxes.product == DOVECOT:
            snippets += server.dovecot(context, imap)
            proof += server.handshake(context.host, 993, repaired="* OK", broken="connect:errno=111")
        return server.changed(snippets, proof, before=[note("open_firewall", ports="465, 993, 995")])

    return _own(context, "ask_implicit", made)


def _families(context: Context) -> Repair:
    """An address in DNS at which nothing answers."""
    other = str(context.values.get("other", ""))
    if not context.own_server:
        return server.letter(context, "ask_address", other=other)
    rdtype = "AAAA" if ":" in other else "A"
    listening = server.command("ss -ltn", about=note("listening", address=other))
    made = server.postfix({"inet_protocols": "all"}) if server.runs(context, POSTFIX) else None
    gone = zone.delete(context.host, rdtype, other, note("or_delete_address"))
    return server.changed([listening, *([made] if made else []), gone], [zone.look_up(gone)])


def _large(context: Context) -> Repair:
    proof = server.handshake(context.host, context.port, "-groups X25519MLKEM768:X25519", repaired="Cipher is ")
    return Repair(proof=proof, ask=note("ask_large_hello", host=context.host, port=context.port))


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    **dict.fromkeys(("tls_old", "ssl2", "ssl2_mx", "ssl3", "ssl3_mx"), old_versions),
    **dict.fromkeys(("tls_modern_missing", "tls_modern_missing_mx"), modern_missing),
    **dict.fromkeys(
        (
            *("suite_broken", "suite_weak", "suite_broken_mx", "suite_weak_mx"),
            *("suite_broken_mx_strict", "suite_weak_mx_strict", "suite_old_mx_strict"),
            *("dh_export", "dh_export_mx", "dh_short", "dh_short_mx", "dh_own"),
        ),
        suites,
    ),
    **dict.fromkeys(("group_weak", "group_weak_mx", "group_old"), _groups),
    "order_weak": _order,
    "compression": _compression,
    "compression_mx": _compression,
    **dict.fromkeys(
        (
            *("exchange_hash_old", "exchange_hash_old_mx", "ems_missing"),
            *("renegotiation_insecure", "renegotiation_insecure_mx"),
        ),
        _library,
    ),
    "login_clear": _login,
    "login_clear_mx": _login,
    "starttls_missing": _starttls,
    "starttls_broken": _starttls,
    "starttls_stripped": _stripped,
    "implicit_missing": _implicit,
    "certificate_incomplete": certificate.whole_chain,
    **dict.fromkeys(
        (
            *("certificate_expired", "certificate_expired_mx", "certificate_urgent", "certificate_soon"),
            *("certificate_soon_mx", "certificate_self_signed", "certificate_self_signed_mx"),
            *("certificate_untrusted", "certificate_untrusted_mx", "certificate_wrong_name"),
            *("certificate_wrong_name_mx", "key_weak", "key_weak_mx", "signature_old", "signature_old_mx"),
        ),
        certificate.installed,
    ),
    "address_closed": _families,
    "large_hello": _large,
}
