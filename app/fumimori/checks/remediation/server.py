"""Settings of mail servers: which product answers on a port, its variants by version, and the commands around them.

Lines are commands where the product has one that edits its own file; a word in capitals, REPLACE, is to be filled in.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.products.recognition import Recognised, recognised
from fumimori.checks.remediation.context import Context, note
from fumimori.model import Note, Proof, Repair, Snippet, SnippetKind
from fumimori.network.mail import IMPLICIT_TLS_PORTS, PROTOCOLS

POSTFIX, DOVECOT, EXCHANGE, SENDMAIL = "postfix", "dovecot", "msexchange", "sendmail"
MAIN_CF = "/etc/postfix/main.cf"
MASTER_CF = "/etc/postfix/master.cf"
DOVECOT_FILE = "/etc/dovecot/conf.d/99-mail-security.conf"
POSTFIX_RELOAD = "sudo postfix check && sudo systemctl reload postfix"
DOVECOT_RELOAD = "sudo doveconf -n > /dev/null && sudo systemctl reload dovecot"
STARTTLS = {25: "smtp", 587: "smtp", 2525: "smtp", 143: "imap", 110: "pop3", 4190: "sieve"}
RANGES_FROM = (3, 6)
"""The Postfix that reads `>=TLSv1.2`; older ones exclude each version by name (postconf(5), smtpd_tls_protocols)."""
CHAIN_FROM = (3, 4)
"""The Postfix that reads smtpd_tls_chain_files (postconf(5)); no system in support has an older one."""
NEW_NAMES_FROM = (2, 4)
"""The Dovecot whose settings have new names (its upgrade notes for 2.4)."""


def product(context: Context, host: str, port: int) -> Recognised | None:
    """What answers on a port by its greeting, or by that of another port of the same protocol; None when it is silent
    about itself.
    """  # noqa: D205 - one sentence
    kinds = ("smtp",) if PROTOCOLS.get(port) == "smtp" else ("imap", "pop3")
    known = sorted(PROTOCOLS, key=lambda other: other != port)
    for other in known:
        if PROTOCOLS[other] not in kinds:
            continue
        facts = context.observations.facts(MAIL_PORTS, f"{host}:{other}")
        greeting = facts.service.untrusted_greeting if facts is not None else ""
        found = recognised(PROTOCOLS[other], greeting, context.rules.tables["banners"]) if greeting else None
        if found is not None:
            return found
    return None


def version(found: Recognised | None) -> tuple[int, ...]:
    """The version as numbers; empty when it is not known."""
    return tuple(int(part) for part in re.findall(r"\d{1,6}", found.version)[:3]) if found is not None else ()


def runs(context: Context, name: str) -> bool:
    """Whether the subject's port may be served by this product: it says so, or says nothing and it usually does."""
    found = product(context, context.host, context.port)
    if found is not None:
        return found.product == name
    usual = POSTFIX if PROTOCOLS.get(context.port, "smtp") == "smtp" else DOVECOT
    return name == usual


def setting(place: str, content: str, about: Note | None = None) -> Snippet:
    """Lines for a configuration file."""
    return Snippet(kind=SnippetKind.SETTING, place=place, content=content, note=about)


def command(content: str, place: str = "", about: Note | None = None) -> Snippet:
    """Lines for a terminal."""
    return Snippet(kind=SnippetKind.COMMAND, place=place, content=content, note=about)


def postfix(settings: Mapping[str, str], *, about: Note | None = None, master: Sequence[str] = ()) -> Snippet:
    """Commands that keep a copy, change main.cf (and by `master` the services in master.cf), check and reload."""
    lines = [f"sudo cp -pn {MAIN_CF} {MAIN_CF}.before"]
    lines += [f"sudo cp -pn {MASTER_CF} {MASTER_CF}.before"] if master else []
    lines += [f"sudo postconf -e '{name} = {value}'" for name, value in settings.items()]
    lines += [f"sudo postconf -P '{change}'" for change in master]
    return command("\n".join([*lines, POSTFIX_RELOAD]), "Postfix", about)


def postfix_versions(
    context: Context, new: Mapping[str, str], old: Mapping[str, str], since: tuple[int, int], master: Sequence[str] = ()
) -> list[Snippet]:
    """The variant for the server's version; both, marked, where it is not known."""
    found = version(product(context, context.host, context.port))
    shown = f"{since[0]}.{since[1]}"
    made = []
    if not found or found >= since:
        about = (
            None if found else note("version_from", product="Postfix", version=shown, command="postconf mail_version")
        )
        made.append(postfix(new, about=about, master=master))
    if not found or found < since:
        about = (
            None if found else note("version_before", product="Postfix", version=shown, command="postconf mail_version")
        )
        made.append(postfix(old, about=about, master=master))
    return made


def dovecot(context: Context, old: str, new: str = "") -> list[Snippet]:
    """Lines for the last of Dovecot's files, by version (`new`: 2.4, where it has other names), check and reload."""
    found = version(product(context, context.host, context.port))
    made = []
    if new and new != old:
        if not found or found < NEW_NAMES_FROM:
            made.append(setting(DOVECOT_FILE, old, note("dovecot_old")))
        if not found or found >= NEW_NAMES_FROM:
            made.append(setting(DOVECOT_FILE, new, note("dovecot_new")))
    else:
        made.append(setting(DOVECOT_FILE, old, note("dovecot_lines")))
    return [*made, command(DOVECOT_RELOAD, "Dovecot")]


def changed(
    snippets: Iterable[Snippet], proof: Iterable[Proof], *, before: Iterable[Note] = (), risks: Iterable[Note] = ()
) -> Repair:
    """A repair by settings with the ways back of the products in it."""
    made = tuple(snippets)
    if not made:
        return Repair()
    places = {one.place for one in made}
    back = []
    if "Postfix" in places:
        back.append(note("back_file", file=MAIN_CF, copy=f"{MAIN_CF}.before", reload=POSTFIX_RELOAD))
    if any(MASTER_CF in one.content for one in made):
        back.append(note("back_file", file=MASTER_CF, copy=f"{MASTER_CF}.before", reload=POSTFIX_RELOAD))
    if DOVECOT_FILE in places:
        back.append(note("back_lines", file=DOVECOT_FILE, reload=DOVECOT_RELOAD))
    return Repair(before=tuple(before), snippets=made, risks=tuple(risks), back=tuple(back), proof=tuple(proof))


def letter(context: Context, key: str, **values: str | int) -> Repair:
    """The request to the operator of the server, where that is somebody else."""
    return Repair(ask=note(key, host=context.host, port=context.port, **values))


def handshake(host: str, port: int, options: str = "", *, repaired: str, broken: str = "") -> tuple[Proof, ...]:
    """A TLS handshake by OpenSSL, and what it prints."""
    if not port:
        return ()
    words = [f"openssl s_client -connect {host}:{port} -servername {host}"]
    words += [f"-starttls {STARTTLS[port]}"] if port in STARTTLS else []
    words += [options] if options else []
    return (Proof(command=f"{' '.join(words)} < /dev/null", repaired=repaired, broken=broken),)


def refused(context: Context, options: str) -> tuple[Proof, ...]:
    """Proof that a handshake with these options fails. New clients refuse it themselves unless told not to.

    OpenSSL 3 sends no old version or suite at its usual security level, whatever the server thinks of it.
    """
    secure = f"{options} -cipher 'DEFAULT@SECLEVEL=0'" if "-cipher" not in options else options
    return handshake(context.host, context.port, secure, repaired="Cipher is (NONE)", broken="Cipher is ")


def implicit(port: int) -> bool:
    """Whether TLS starts with the first byte."""
    return port in IMPLICIT_TLS_PORTS
