"""Certificates of mail servers: a request for a new one, its place by service and product, and what proves it."""

from collections.abc import Sequence
from dataclasses import dataclass

from fumimori.checks.dane.tlsa import END_ENTITY, looks, matches, parse_tlsa, records, reference_names
from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.remediation import server, zone
from fumimori.checks.remediation.context import PLACEHOLDER, Context, note, word
from fumimori.model import Note, Proof, Repair, Snippet
from fumimori.network.dns import Security
from fumimori.network.mail import PROTOCOLS

KEY, CHAIN = "REPLACE/privkey.pem", "REPLACE/fullchain.pem"
NEW_VALUE = f"openssl pkey -in {KEY} -pubout -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1"
"""What a TLSA record `3 1 1` of the new key says."""
OF_THE_KEY = 1
"""The selector of a TLSA record that holds the public key alone (RFC 6698 section 2.1.2)."""
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
        return Repair(ask=_asked(context, host, port))
    settings = _settings(context, host, port)
    records = _Records.of(context, host) if PROTOCOLS.get(port) == "smtp" else _Records()
    snippets = [*records.now, request(host), _checked(), *records.before, *settings, *records.after]
    back = Repair(back=(note("back_tlsa"),)) if records.after else Repair()
    return Repair.joined([back, _repair(context, host, port, snippets, records.notes)])


def _asked(context: Context, host: str, port: int) -> Note:
    """What a provider is asked for: where DANE holds, senders must find the new certificate in the DNS beforehand.

    A record of the key alone fits a renewal that keeps the key; one of the certificate fits no other certificate.
    """
    look = looks(context.observations).get(host) if PROTOCOLS.get(port) == "smtp" else None
    heeded = look is not None and look.tlsa is not None and look.tlsa.security is not Security.INSECURE
    pinned = records(look.tlsa) if look is not None and heeded else ()
    if not pinned:
        return note("ask_certificate", host=host, port=port)
    if all(record.usage == END_ENTITY and record.selector == OF_THE_KEY for record in pinned):
        return note("ask_certificate_key", host=host, port=port)
    return note("ask_certificate_tlsa", host=host, port=port)


def whole_chain(context: Context) -> Repair:
    """The chain with its intermediate certificates in place of the leaf alone."""
    if not context.own_server:
        return server.letter(context, "ask_chain")
    made = [_checked(), *_settings(context, context.host, context.port)]
    return _repair(context, context.host, context.port, made)


def _repair(context: Context, host: str, port: int, snippets: Sequence[Snippet], notes: Sequence[Note] = ()) -> Repair:
    before, risks = [note("replace_paths"), *notes], [note("certificate_path")]
    return server.changed(snippets, proofs(context, host, port), before=before, risks=risks)


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


@dataclass(frozen=True)
class _Records:
    """The TLSA records around a change of the key, so that senders by DANE deliver at each moment (RFC 7671 8.1)."""

    notes: tuple[Note, ...] = ()
    now: tuple[Snippet, ...] = ()
    """Where there is no encryption yet the records keep mail away until there is."""
    before: tuple[Snippet, ...] = ()
    after: tuple[Snippet, ...] = ()

    @classmethod
    def of(cls, context: Context, host: str) -> "_Records":
        look = looks(context.observations).get(host)
        texts = look.tlsa.records if look is not None and look.tlsa is not None else ()
        if look is None or not texts or look.tlsa is None or look.tlsa.security is Security.INSECURE:
            return cls()
        facts = context.observations.facts(MAIL_PORTS, f"{host}:25")
        chain = facts.chain if facts is not None else None
        if facts is not None and facts.service.starttls is False:
            return cls(now=tuple(zone.delete(look.place, "TLSA", text, note("until_starttls")) for text in texts))
        value = server.command(NEW_VALUE, about=note("tlsa_value"))
        fresh = zone.record(look.place, "TLSA", f"3 1 1 {PLACEHOLDER}", about=note("tlsa_new_key"))
        read = {text: parse_tlsa(text) for text in texts}
        names = reference_names(look, context.domain)
        old = [
            zone.delete(look.place, "TLSA", text, note("delete_after_change"))
            for text, record in read.items()
            if record is not None and record.usage == END_ENTITY and chain is not None and matches(record, chain, names)
        ]
        return cls(notes=(note("tlsa_first", host=host),), before=(value, fresh), after=tuple(old))


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
