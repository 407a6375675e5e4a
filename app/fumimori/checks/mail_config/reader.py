"""The settings of mail software: Postfix, Dovecot, nginx, rspamd.

Objective  Know from inside what cannot be seen from outside: who is trusted to relay, whether mail leaves encrypted,
           limits of size and number, whose address people may use, and filters.
Inputs     `postconf -n` and `postconf -M`, or main.cf and master.cf; `doveconf -n` (2.3 and 2.4); `nginx -T`;
           `rspamadm configdump`. DocumentResult over one by one or together.
Steps      The settings that are judged are kept, with variables filled in; nothing else of the text is. What is not
           said counts as the program's default only where the text is a whole one.
Outcomes   login_plain, relay_open (high); relay_wide, incoming_plain, outgoing_plain, smuggling (medium); old_tls,
           size_unlimited, any_sender, no_send_limit (low); no_filter (info); login_tls, clients_encrypted,
           devices_log_in, relay_closed, outgoing_tls, size_limited, send_limited, filter_seen, filter_known,
           outgoing_filtered (ok).
"""

from collections.abc import Iterator, Sequence

from fumimori.checks.contract import About, Damaged, Document, ReadContext, Reader, Reading
from fumimori.checks.listing import shown
from fumimori.checks.mail_config import postfix_rules as postfix
from fumimori.checks.mail_config.facts import MAIL_CONFIG, Facts
from fumimori.checks.mail_config.parts import program_of, read_program
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.grammar.lines import beginning_of, text_of
from fumimori.model import Control, Outcome, Rules

MEGABYTE = 1024 * 1024


def accepts(document: Document) -> float:
    """By what only one of the programs writes."""
    return program_of(beginning_of(document.content))[1]


def read(document: Document, _context: ReadContext) -> Sequence[Reading[Facts]]:
    """The settings of one program; Damaged when there are none."""
    text = text_of(document.content)
    program = program_of(text)[0]
    facts = read_program(program, text) if program else None
    if facts is None:
        raise Damaged
    # `postconf -n` and `postconf -M` are two halves of one program's settings.
    half = "services" if program == "postfix" and not facts.settings else ""
    return (Reading(subject="", facts=facts, part=f"{program}{half}"),)


def judge(observations: Observations, _rules: Rules) -> Iterator[Outcome]:
    """What the settings of each host mean, all its programs together."""
    hosts: dict[str, dict[str, Facts]] = {}
    for attempt, facts in observations.all(MAIL_CONFIG):
        known = hosts.setdefault(attempt.subject, {})
        known[facts.program] = _together(known[facts.program], facts) if facts.program in known else facts
    for host, programs in hosts.items():
        yield from MAIL_CONFIG.outcomes(host, _outcomes(programs), ("host", host))


def _together(one: Facts, other: Facts) -> Facts:
    """Both halves of a program's settings."""
    return Facts(
        program=one.program,
        version=one.version or other.version,
        settings=(*one.settings, *other.settings),
        services=(*one.services, *other.services),
        complete=one.complete or other.complete,
    )


def _outcomes(programs: dict[str, Facts]) -> Iterator[NamedOutcome]:
    yield from _login(programs)
    yield from _old_tls(programs)
    facts = programs.get("postfix")
    # The services alone say what differs from settings that nobody has handed over.
    if facts is not None and facts.settings and facts.get("inet_interfaces") != "loopback-only":
        yield from _relay(facts)
        yield from _encryption(facts)
        yield from _limits(facts, filtered="rspamd" in programs)


def _login(programs: dict[str, Facts]) -> Iterator[NamedOutcome]:
    plain: list[str] = []
    known = False
    facts = programs.get("postfix")
    if facts is not None:
        # main.cf alone does not say what master.cf changes for each way in.
        ways = postfix.ways_in(facts) if facts.services else ()
        plain += [postfix.name_of(way) for way in ways if postfix.login_before_tls(facts, way)]
        known = any(postfix.logs_in(facts, way) for way in ways)
    dovecot = programs.get("dovecot")
    if dovecot is not None:
        clear = (
            dovecot.get("disable_plaintext_auth", "yes") == "no" or dovecot.get("auth_allow_cleartext", "no") == "yes"
        )
        plain += ["Dovecot"] if clear and dovecot.get("ssl") != "required" else []
        known = facts is None or known
    if plain:
        yield "login_plain", (("services", shown(plain)),)
    elif known:
        yield "login_tls", ()
        # Without one half somebody might still log in unencrypted to the other.
        if facts is not None and dovecot is not None:
            yield "clients_encrypted", ()
            if facts.complete and postfix.trusts_nobody(facts):
                yield "devices_log_in", ()


def _relay(facts: Facts) -> Iterator[NamedOutcome]:
    ways = postfix.ways_in(facts)
    trusting = [way for way in ways if "permit_mynetworks" in postfix.restrictions(facts, way)]
    trusting = trusting or [way for way in ways if "smtpd_relay_restrictions" not in dict(facts.settings)]
    world, wide = postfix.trusted_networks(facts) if trusting else ([], [])
    open_to_all = [postfix.name_of(way) for way in ways if not postfix.refuses_strangers(facts, way)]
    if world or open_to_all:
        yield "relay_open", (("why", shown([*(f"mynetworks {each}" for each in world), *open_to_all])),)
    elif wide:
        yield "relay_wide", (("networks", shown(wide)),)
    elif facts.complete:
        yield "relay_closed", ()


def _encryption(facts: Facts) -> Iterator[NamedOutcome]:
    port_25 = [service for service in facts.services if service.name in ("smtp", "25")]
    if facts.complete and any(not postfix.speaks_tls(facts, service) for service in port_25):
        yield "incoming_plain", ()
    plain = postfix.sends_plainly(facts)
    if plain is not None:
        yield ("outgoing_plain" if plain else "outgoing_tls"), ()
    if postfix.smuggles(facts):
        yield "smuggling", (("version", facts.version),)


def _old_tls(programs: dict[str, Facts]) -> Iterator[NamedOutcome]:
    places: list[str] = []
    for name, facts in programs.items():
        if name == "postfix":
            ways = [way for way in postfix.ways_in(facts) if postfix.logs_in(facts, way)]
            old = [way for way in ways if postfix.allows_old(facts.get("smtpd_tls_mandatory_protocols", "", way))]
            places += [postfix.name_of(way) for way in old]
        elif name == "dovecot":
            least = facts.get("ssl_min_protocol").lower()
            if least in {*postfix.OLD, "any"} or postfix.allows_old(facts.get("ssl_protocols")):
                places.append("Dovecot")
        elif name == "nginx":
            servers = [one for one in facts.services if facts.get("ssl", "", one) == "on"]
            aged = [one for one in servers if postfix.allows_old(facts.get("ssl_protocols", "", one))]
            places += [f"nginx {one.name}".strip() for one in aged]
    if places:
        yield "old_tls", (("services", shown(places)),)


def _limits(facts: Facts, *, filtered: bool) -> Iterator[NamedOutcome]:
    ways = postfix.ways_in(facts)
    size = facts.get("message_size_limit", "10240000")
    if size == "0":
        yield "size_unlimited", ()
    elif facts.complete and size.isdecimal():
        yield "size_limited", (("megabytes", round(int(size[:15]) / MEGABYTE)),)
    anybody = list(postfix.may_send_as_anybody(facts, ways))
    if anybody and facts.complete:
        yield "any_sender", (("services", shown(anybody)),)
    filtered = filtered or any(postfix.has_filter(facts, way) for way in ways)
    limited = any(facts.get("smtpd_client_message_rate_limit", "0", way) != "0" for way in ways)
    if facts.complete and not filtered and not limited and not facts.get("relayhost"):
        yield "no_send_limit", ()
    logins = [way for way in ways if postfix.logs_in(facts, way)]
    rates = [facts.get("smtpd_client_message_rate_limit", "0", way) for way in logins]
    if rates and "0" not in rates:
        yield "send_limited", (("count", shown(sorted(set(rates)))),)
    if ways and all(postfix.known_filter(facts, way) for way in ways):
        yield "filter_known", (("filters", postfix.known_filter(facts, ways[0])),)
    if logins and all(postfix.known_filter(facts, way) for way in logins):
        yield "outgoing_filtered", (("filters", postfix.known_filter(facts, logins[0])),)
    if filtered:
        yield "filter_seen", ()
    elif facts.complete:
        yield "no_filter", ()


READER = Reader(
    facts=MAIL_CONFIG,
    control=Control.PROTOCOLS,
    about=About.HOST,
    accepts=accepts,
    read=read,
    judge=judge,
)
