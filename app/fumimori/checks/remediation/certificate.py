"""Certificates of mail servers: a request for a new one, its place by service and product, and what proves it."""

from collections.abc import Sequence

from fumimori.checks.dane.facts import DANE
from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import Context, note, word
from fumimori.model import Note, Proof, Repair, Snippet
from fumimori.network.mail import PROTOCOLS

KEY, CHAIN = "REPLACE/privkey.pem", "REPLACE/fullchain.pem"
GOOD = "Verify return code: 0 (ok)"
ERRORS = {
    "expired": "Verify return code: 10 (certificate has expired)",
    "self_signed": "Verify return code: 18 (self-signed certificate)",
    "incomplete": "Verify return code: 21 (unable to verify the first certificate)",
    "unknown_issuer": "Verify return code: 20 (unable to get local issuer certificate)",
    "wrong_name": "Verify return code: 62 (hostname mismatch)",
}


def request(*names: str) -> Snippet:
    """The command for a new key and a request that names these hosts."""
    listed = ",".join(f"DNS:{name}" for name in names)
    return server.command(
        f"openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {names[0]}.key"
        f" -out {names[0]}.csr -subj '/CN={names[0]}' -addext 'subjectAltName={listed}'",
        about=note("certificate_request"),
    )


def installed(context: Context, host: str = "", port: int = 0) -> Repair:
    """A new certificate and its place in whatever serves the port."""
    host, port = word(host) if host else context.host, port or context.port
    if not context.own_server:
        return Repair(ask=note("ask_certificate", host=host, port=port))
    return _repair(context, host, port, [request(host), _checked(), *_settings(context, host, port)])


def whole_chain(context: Context) -> Repair:
    """The chain with its intermediate certificates in place of the leaf alone."""
    if not context.own_server:
        return server.letter(context, "ask_chain")
    made = [_checked(), *_settings(context, context.host, context.port)]
    return _repair(context, context.host, context.port, made)


def _repair(context: Context, host: str, port: int, snippets: Sequence[Snippet]) -> Repair:
    return server.changed(
        snippets, proofs(context, host, port), before=[note("replace_paths"), *_tlsa(context, host)],
        risks=[note("certificate_path")],
    )  # fmt: skip


def _checked() -> Snippet:
    lines = f"openssl x509 -in {CHAIN} -noout -subject -enddate -ext subjectAltName"
    return server.command(f"{lines}\nopenssl pkey -in {KEY} -noout", about=note("certificate_check"))


def _settings(context: Context, host: str, port: int) -> list[Snippet]:
    found = server.product(context, host, port)
    smtp = PROTOCOLS.get(port) == "smtp"
    if found is not None and found.product not in (server.POSTFIX, server.DOVECOT):
        return []
    if smtp:
        known = server.version(found)
        if known and known < server.CHAIN_FROM:
            return [server.postfix({"smtpd_tls_key_file": KEY, "smtpd_tls_cert_file": CHAIN})]
        return [server.postfix({"smtpd_tls_chain_files": f"{KEY}, {CHAIN}"})]
    return server.dovecot(
        context,
        f"ssl_cert = <{CHAIN}\nssl_key = <{KEY}",
        f"ssl_server_cert_file = {CHAIN}\nssl_server_key_file = {KEY}",
    )


def _tlsa(context: Context, host: str) -> list[Note]:
    """Senders by DANE need the new key in the DNS before the server shows it."""
    looks = [context for _, facts in context.observations.all(DANE) for context in facts.hosts]
    published = any(context.host == host and context.tlsa is not None and context.tlsa.records for context in looks)
    return [note("tlsa_first", host=host)] if published else []


def proofs(context: Context, host: str, port: int) -> tuple[Proof, ...]:
    """The verdict of OpenSSL about the certificate that the port shows."""
    facts = context.observations.facts(MAIL_PORTS, f"{host}:{port}")
    chain = facts.chain if facts is not None else None
    error = chain.trust_error if chain is not None else ""
    if chain is not None and not error and not chain.name_matches:
        error = "wrong_name"
    return server.handshake(
        host, port, f"-verify_hostname {host}", repaired=GOOD, broken=ERRORS.get(error, "Verify return code: ")
    )
