"""Repairs of how a mail server answers clients without a login."""

from collections.abc import Callable, Mapping

from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import Context, note, word
from fumimori.checks.remediation.server import EXCHANGE, POSTFIX, SENDMAIL
from fumimori.model import Note, Proof, Repair

MEGABYTES_50 = 52_428_800


def _asked(context: Context, lines: str, repaired: str, broken: str) -> tuple[Proof, ...]:
    script = f"(sleep 1; printf '{lines}QUIT\\r\\n'; sleep 3) | nc {context.host} 25"
    return (Proof(command=script, repaired=repaired, broken=broken),)


def _changed(context: Context, settings: Mapping[str, str], proof: tuple[Proof, ...], *risks: Note) -> Repair:
    if not context.own_server:
        return server.letter(context, "ask_behaviour")
    if not _postfix(context):
        return Repair()
    return server.changed([server.postfix(settings)], proof, risks=risks)


def _postfix(context: Context) -> bool:
    found = server.product(context, context.host, 25)
    return found is None or found.product == POSTFIX


def _vrfy(context: Context) -> Repair:
    proof = _asked(context, "EHLO test.example\\r\\nVRFY postmaster\\r\\n", "502", "252")
    return _changed(context, {"disable_vrfy_command": "yes"}, proof)


def _expn(context: Context) -> Repair:
    """Postfix knows no EXPN; Sendmail does."""
    if not context.own_server:
        return server.letter(context, "ask_behaviour")
    found = server.product(context, context.host, 25)
    if found is not None and found.product != SENDMAIL:
        return Repair()
    lines = server.setting(
        "/etc/mail/sendmail.mc", "define(`confPRIVACY_FLAGS', `authwarnings,novrfy,noexpn,restrictqrun')dnl"
    )
    made = server.command("cd /etc/mail && sudo make && sudo systemctl reload sendmail", "Sendmail")
    proof = _asked(context, "EHLO test.example\\r\\nEXPN postmaster\\r\\n", "502", "250")
    back = (
        note(
            "back_lines",
            file="/etc/mail/sendmail.mc",
            reload="cd /etc/mail && sudo make && sudo systemctl reload sendmail",
        ),
    )
    return Repair(snippets=(lines, made), back=back, proof=proof)


def _unknown(context: Context) -> Repair:
    """Recipients that do not exist are refused before the mail is taken."""
    domain = word(str(context.values.get("domain", context.domain)))
    proof = _asked(
        context,
        f"EHLO test.example\\r\\nMAIL FROM:<>\\r\\nRCPT TO:<no-such-person@{domain}>\\r\\n",
        "550 5.1.1",
        "250 2.1.5",
    )
    settings = {
        "smtpd_reject_unlisted_recipient": "yes",
        "local_recipient_maps": "proxy:unix:passwd.byname $alias_maps",
        # A server that knows its recipients answers differently for unknown ones.
        "disable_vrfy_command": "yes",
    }
    return _changed(context, settings, proof, note("recipients_complete"))


def _postmaster(context: Context) -> Repair:
    """RFC 5321 section 4.5.1 requires that mail to postmaster is accepted."""
    if not context.own_server:
        return server.letter(context, "ask_behaviour")
    domain = word(str(context.values.get("domain", context.domain)))
    talk = f"EHLO test.example\\r\\nMAIL FROM:<>\\r\\nRCPT TO:<postmaster@{domain}>\\r\\n"
    found = server.product(context, context.host, 25)
    if found is not None and found.product == EXCHANGE:
        both = f"'postmaster@{domain}','abuse@{domain}'"
        add = server.command(
            f"Set-Mailbox REPLACE -EmailAddresses @{{add={both}}}", "Exchange Management Shell", note("replace_address")
        )
        removed = note("back_addresses", command=f"Set-Mailbox REPLACE -EmailAddresses @{{remove={both}}}")
        return Repair(snippets=(add,), back=(removed,), proof=_asked(context, talk, "250 2.1.5", "550"))
    lines = server.setting("/etc/aliases", "postmaster: REPLACE\nabuse: REPLACE", note("replace_address"))
    back = (note("back_lines", file="/etc/aliases", reload="sudo newaliases"),)
    snippets = (lines, server.command("sudo newaliases", "Postfix, Sendmail, Exim"))
    return Repair(snippets=snippets, back=back, proof=_asked(context, talk, "250 2.1.5", "550"))


def _own_sender(context: Context) -> Repair:
    """A client without a login may not use the domain's own name as the sender."""
    if not context.own_server:
        return server.letter(context, "ask_behaviour")
    domain = word(str(context.values.get("domain", context.domain)))
    table = server.setting("/etc/postfix/own_domains", f"{domain} REJECT log in to send in this name")
    value = "permit_mynetworks, permit_sasl_authenticated, check_sender_access texthash:/etc/postfix/own_domains"
    talk = f"EHLO test.example\\r\\nMAIL FROM:<postmaster@{domain}>\\r\\nRCPT TO:<postmaster@{domain}>\\r\\n"
    if not _postfix(context):
        return Repair()
    made = [table, server.postfix({"smtpd_sender_restrictions": value})]
    proof = _asked(context, talk, "554 5.7.1", "250 2.1.5")
    return server.changed(made, proof, risks=[note("own_sender_services")])


def _size(context: Context) -> Repair:
    proof = _asked(context, "EHLO test.example\\r\\n", f"250-SIZE {MEGABYTES_50}", "")
    return _changed(context, {"message_size_limit": str(MEGABYTES_50)}, proof, note("large_files"))


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "vrfy_tells": _vrfy,
    "expn_tells": _expn,
    "unknown_accepted": _unknown,
    "postmaster_refused": _postmaster,
    "own_sender_accepted": _own_sender,
    "size_large": _size,
}
