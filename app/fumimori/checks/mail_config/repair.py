"""Repairs of what the settings of mail programs say, by the programs' own commands."""

from collections.abc import Callable, Mapping

from fumimori.checks.mail_behaviour.repair import MEGABYTES_50
from fumimori.checks.mail_config.facts import MAIL_CONFIG
from fumimori.checks.open_relay.repair import NETWORKS, RESTRICTIONS
from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import PLACEHOLDER, Context, note
from fumimori.grammar.versions import older
from fumimori.model import Note, Proof, Repair, Snippet

SUBMISSION = "submission/inet"
SENDERS = "/etc/postfix/sender_logins"
NORMALIZES_FROM = {"3.5": "3.5.24", "3.6": "3.6.14", "3.7": "3.7.10", "3.8": "3.8.5"}
"""The first release of each line that can normalize malformed line ends (Postfix's notice on SMTP smuggling)."""
PER_HOUR = 100


def _set(
    context: Context, settings: Mapping[str, str], proof: Proof, *risks: Note, before: Note | None = None
) -> Repair:
    if not context.own_server:
        return server.letter(context, "ask_behaviour")
    return server.changed([server.postfix(settings)], (proof,), risks=risks, before=[before] if before else [])


def _shown(name: str, repaired: str, broken: str = "") -> Proof:
    return Proof(command=f"postconf {name}", repaired=repaired, broken=broken)


def _named(context: Context, program: str) -> bool:
    return program in str(context.values.get("services", ""))


def _login(context: Context) -> Repair:
    """No password before TLS, in those programs that took one."""
    if not context.own_server:
        return server.letter(context, "ask_login_tls")
    made: list[Snippet] = []
    if _named(context, "Postfix"):
        made.append(server.postfix({"smtpd_tls_auth_only": "yes"}))
    if _named(context, "Dovecot"):
        old, new = "disable_plaintext_auth = yes\nssl = required", "auth_allow_cleartext = no\nssl = required"
        made += server.dovecot(context, old, new)
    return server.changed(made, (_shown("smtpd_tls_auth_only", "yes", "no"),), risks=[note("clear_programs")])


def _relay(context: Context) -> Repair:
    settings = {"smtpd_relay_restrictions": RESTRICTIONS, "mynetworks": NETWORKS}
    risks = (note("relay_devices"), note("relay_queue"))
    return _set(context, settings, _shown("mynetworks", NETWORKS), *risks, before=note("relay_networks"))


def _networks(context: Context) -> Repair:
    settings = {"mynetworks": f"{NETWORKS} {PLACEHOLDER}"}
    made = _set(context, settings, _shown("mynetworks", NETWORKS), note("relay_devices"), before=note("relay_networks"))
    return Repair.joined([Repair(before=(note("replace_devices"),)), made]) if made.snippets else made


def _incoming(context: Context) -> Repair:
    folder = f"/etc/letsencrypt/live/{context.host}"
    chain = f"{folder}/privkey.pem, {folder}/fullchain.pem"
    settings = {"smtpd_tls_chain_files": chain, "smtpd_tls_security_level": "may"}
    proof = _shown("smtpd_tls_security_level", "may")
    return _set(context, settings, proof, note("certificate_path"), before=note("certificate_check"))


def _outgoing(context: Context) -> Repair:
    return _set(context, {"smtp_tls_security_level": "may"}, _shown("smtp_tls_security_level", "may"))


def _smuggling(context: Context) -> Repair:
    """Malformed line ends are made right; in releases that cannot, what carries them is refused."""
    version = str(context.values.get("version", ""))
    first = NORMALIZES_FROM.get(".".join(version.split(".")[:2]), "")
    if first and not older(version, first):
        proof = _shown("smtpd_forbid_bare_newline", "normalize", "no")
        return _set(context, {"smtpd_forbid_bare_newline": "normalize"}, proof)
    settings = {
        "smtpd_data_restrictions": "reject_unauth_pipelining",
        "smtpd_discard_ehlo_keywords": "chunking, silent-discard",
    }
    return _set(context, settings, _shown("smtpd_data_restrictions", "reject_unauth_pipelining"))


def _old_tls(context: Context) -> Repair:
    if not context.own_server:
        return server.letter(context, "ask_tls_12")
    made: list[Snippet] = []
    if _named(context, "Postfix"):
        made.append(server.postfix({"smtpd_tls_mandatory_protocols": ">=TLSv1.2"}))
    if _named(context, "Dovecot"):
        made += server.dovecot(context, "ssl_min_protocol = TLSv1.2")
    if _named(context, "nginx"):
        made.append(server.setting("nginx", "ssl_protocols TLSv1.2 TLSv1.3;"))
        made.append(server.command("sudo nginx -t && sudo systemctl reload nginx", "nginx"))
    return server.changed(made, (_shown("smtpd_tls_mandatory_protocols", ">=TLSv1.2"),))


def _size(context: Context) -> Repair:
    size = str(MEGABYTES_50)
    return _set(context, {"message_size_limit": size}, _shown("message_size_limit", size, "0"), note("large_files"))


def _own_sender(context: Context) -> Repair:
    """A logged-in user may send only from the addresses that the table assigns to the account."""
    if not context.own_server:
        return server.letter(context, "ask_behaviour")
    table = server.setting(SENDERS, f"{PLACEHOLDER}@{context.domain} {PLACEHOLDER}", note("replace_logins"))
    master = (f"{SUBMISSION}/smtpd_sender_restrictions=reject_sender_login_mismatch",)
    made = [table, server.postfix({"smtpd_sender_login_maps": f"texthash:{SENDERS}"}, master=master)]
    proof = _shown("smtpd_sender_login_maps", SENDERS)
    return server.changed(made, (proof,), risks=[note("own_sender_services")])


def _limit(context: Context) -> Repair:
    if not context.own_server:
        return server.letter(context, "ask_behaviour")
    facts = context.observations.all(MAIL_CONFIG)
    names = {service.name for _, one in facts for service in one.services}
    services = [name for name in ("submission", "submissions", "smtps") if name in names] or ["submission"]
    master = [f"{name}/inet/smtpd_client_message_rate_limit={PER_HOUR}" for name in services]
    made = [server.postfix({"anvil_rate_time_unit": "3600s"}, master=master)]
    return server.changed(made, (Proof(command="postconf -P | grep message_rate", repaired=str(PER_HOUR), broken=""),))


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "login_plain": _login,
    "relay_open": _relay,
    "relay_wide": _networks,
    "incoming_plain": _incoming,
    "outgoing_plain": _outgoing,
    "smuggling": _smuggling,
    "old_tls": _old_tls,
    "size_unlimited": _size,
    "any_sender": _own_sender,
    "no_send_limit": _limit,
}
