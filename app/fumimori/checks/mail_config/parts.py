"""Which settings of which program are kept, and how the text of each is recognised and read."""

from collections.abc import Iterable

from fumimori.checks.mail_config.facts import Facts, Service
from fumimori.grammar.braces import Directive, parse_braces
from fumimori.grammar.dovecot import parse_dovecot
from fumimori.grammar.lines import lines_of
from fumimori.grammar.postfix import PostfixConfig, parse_postfix
from fumimori.grammar.postfix import Service as PostfixService

POSTFIX = (
    *("compatibility_level", "content_filter", "inet_interfaces", "mail_version", "message_size_limit"),
    *("milter_default_action", "mynetworks", "mynetworks_style", "relayhost", "smtp_tls_security_level"),
    *("smtp_use_tls", "smtp_enforce_tls", "smtpd_client_message_rate_limit", "smtpd_client_restrictions"),
    *("smtpd_data_restrictions", "smtpd_discard_ehlo_keywords", "smtpd_end_of_data_restrictions"),
    *("smtpd_enforce_tls", "smtpd_forbid_bare_newline", "smtpd_helo_restrictions", "smtpd_milters"),
    *("smtpd_recipient_restrictions", "smtpd_relay_restrictions", "smtpd_sasl_auth_enable"),
    *("smtpd_sasl_security_options", "smtpd_sender_restrictions", "smtpd_tls_auth_only"),
    *("smtpd_tls_mandatory_protocols", "smtpd_tls_protocols", "smtpd_tls_security_level"),
    *("smtpd_tls_wrappermode", "smtpd_use_tls"),
)
DOVECOT = (
    *("auth_allow_cleartext", "auth_mechanisms", "disable_plaintext_auth", "protocols", "ssl"),
    *("ssl_min_protocol", "ssl_protocols"),
)
RSPAMD = ("actions", "antivirus", "arc", "dkim_signing", "greylist", "ratelimit")
"""Its modules whose presence is kept."""
_POSTFIX_OWN = ("smtpd_", "smtp_", "mynetworks", "mydestination", "inet_interfaces", "relayhost", "alias_maps")
_DOVECOT_OWN = (
    "auth_allow_cleartext",
    "mail_location",
    "passdb",
    "userdb",
    "namespace inbox",
    "disable_plaintext_auth",
    "auth_mechanisms",
)
_SHORTEST = 2
SERVICES_MOST = 200
WHOLE_LEAST = 8
"""No Postfix works with fewer lines in its main.cf; a few lines are a piece of it."""


def program_of(text: str) -> tuple[str, float]:
    """Whose settings these are, and how sure that is."""
    heads: set[str] = set()
    master = braces = 0
    for number, line in enumerate(lines_of(text, 5000)):
        bare = line.strip()
        if number < 5 and bare.startswith("# ") and ("dovecot.conf" in bare or "Pigeonhole" in bare):
            return "dovecot", 0.95
        if bare.startswith("# configuration file ") and bare.endswith(":"):
            return "nginx", 0.95
        words = bare.split(None, 7)
        if len(words) == 8 and words[1] in ("inet", "unix", "unix-dgram", "fifo") and words[2] in "yn-":
            master += _SHORTEST if words[7].startswith("smtpd") else 1
        braces += bare.endswith("{")
        heads.add(bare.partition("{")[0].partition("=")[0].strip())
    found = {head for head in heads if head}
    if master >= _SHORTEST or (not braces and sum(head.startswith(_POSTFIX_OWN) for head in found) >= _SHORTEST):
        return "postfix", 0.9
    if sum(head in _DOVECOT_OWN for head in found) >= _SHORTEST:
        return "dovecot", 0.9
    if braces and {"actions", "options"} <= found and found & {*RSPAMD, "worker", "logging"}:
        return "rspamd", 0.8
    server = braces and "server" in found
    return ("nginx", 0.7) if server and any(h.startswith(("listen ", "ssl_protocols ")) for h in found) else ("", 0.0)


def read_program(program: str, text: str) -> Facts | None:
    """The settings of the program that are kept; None when there are none."""
    return {"postfix": _postfix, "dovecot": _dovecot, "nginx": _nginx, "rspamd": _rspamd}[program](text)


def _postfix(text: str) -> Facts | None:
    config = parse_postfix(text)
    if not config.settings and not config.services:
        return None
    inet = (service for service in config.services if service.kind == "inet" and service.command == "smtpd")
    services = tuple(Service(name=one.name, settings=_kept_of(config, one)) for one in list(inet)[:SERVICES_MOST])
    settings = tuple((name, value) for name in POSTFIX if (value := config.get(name)) is not None)
    return Facts(
        program="postfix",
        version=config.get("mail_version") or "",
        settings=settings,
        services=services,
        complete=len(config.settings) >= WHOLE_LEAST,
    )


def _kept_of(config: PostfixConfig, service: PostfixService) -> tuple[tuple[str, str], ...]:
    own = dict(service.settings)
    return tuple((name, config.get(name, service) or "") for name in POSTFIX if name in own)


def _dovecot(text: str) -> Facts | None:
    config = parse_dovecot(text)
    if not config.settings and not config.blocks:
        return None
    settings = tuple((name, value) for name in DOVECOT if (value := config.get(name)) is not None)
    return Facts(program="dovecot", version=config.version, settings=settings)


def _nginx(text: str) -> Facts | None:
    found = parse_braces(text)
    if not found.directives:
        return None
    services = []
    by_block = found.by_block()
    for server in [one for one in found.directives if one.name == "server" and one.opens][:SERVICES_MOST]:
        inside = by_block.get(server.opens, [])
        listens = [one.words for one in inside if one.name == "listen"]
        names = [word for one in inside if one.name == "server_name" for word in one.words]
        encrypted = any("ssl" in words for words in listens) or any(
            one.name == "ssl" and one.words[:1] == ("on",) for one in inside
        )
        protocols = _last(inside, "ssl_protocols")
        settings = [("listen", " ".join(words[0] for words in listens if words)), ("ssl", "on" if encrypted else "off")]
        settings += [("ssl_protocols", protocols)] if protocols else []
        services.append(Service(name=" ".join(names)[:200], settings=tuple(settings)))
    outside = [one for one in found.directives if one.name == "ssl_protocols" and one.path in (("http",), ("mail",))]
    around = tuple(("ssl_protocols", " ".join(one.words)) for one in outside[:1])
    return Facts(program="nginx", settings=around, services=tuple(services))


def _last(directives: Iterable[Directive], name: str) -> str:
    found = [" ".join(one.words) for one in directives if one.name == name]
    return found[-1] if found else ""


def _rspamd(text: str) -> Facts | None:
    found = parse_braces(text)
    heads = [one.name for one in found.directives if one.block == 0 and one.opens]
    off = {
        one.path[0]
        for one in found.directives
        if one.name == "enabled" and len(one.path) == 1 and one.words[:1] == ("false",)
    }
    settings = tuple((name, "off" if name in off else "on") for name in RSPAMD if name in heads)
    return Facts(program="rspamd", settings=settings) if heads else None
