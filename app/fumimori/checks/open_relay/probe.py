"""Whether an unauthenticated client can relay mail to other domains; only the envelope is tried, no message is sent.

Objective  Prove or rule out the open relay, with no mail sent and no doubt left over.
Inputs     Mail exchangers that refused a random recipient of their own domain (mail_behaviour): only then does a
           recipient that is accepted mean anything. Open ports 587 and 465 of the hosts that people use (mail_ports).
Steps      One conversation on port 25: sender at one example domain, recipient at another; when that is refused, the
           same recipient in the old forms (percent sign, quotes, source route), each after RSET. On 587 and 465, inside
           TLS where there is any: a random recipient of the own domain, and in a second conversation, when that one was
           refused, the foreign recipient. Every conversation ends with RSET and QUIT before DATA.
Outcomes   open (critical): the plain form was accepted; open_inside (medium): the same from the organisation's own
           network, whose computers the server may trust; odd_form, catch_all (info): has to be looked at by a person;
           closed (ok).
Sources    RFC 5321 section 7.9 in spirit; NIST SP 800-45 version 2.
"""

import re
import secrets
from collections.abc import Iterator, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.hosts import mail_exchangers
from fumimori.checks.mail_behaviour import facts as mail_behaviour_facts
from fumimori.checks.mail_behaviour import probe as mail_behaviour
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.observations import Observations
from fumimori.checks.open_relay.facts import OPEN_RELAY, Facts
from fumimori.model import ConsentLevel, Control, Outcome, Rules
from fumimori.network import NotTestableHere, Refused
from fumimori.network.smtp import SmtpReply

SUBMISSION_PORTS = (587, 465)
"""Ports where only people with a login may send (RFC 8314); a relay there is as open as one on 25."""
SENDER = "relay-test@example.org"
"""Addresses at domains that exist for examples only (RFC 2606): nobody gets anything, whatever happens."""
OUTSIDE_ADDRESS = "relay-test@example.net"
LOGIN_FIRST = (530, 538)
"""Authentication required, or encryption before it (RFC 4954 section 6)."""
_NO_MAIL_THERE = re.compile(
    r"(?i)\b5\.1\.10\b|null ?mx|does not accept mail|domain (?:of sender|not found)|\b5\.1\.8\b"
)
"""The server looked the example domains up and does not like them: that says nothing about relaying."""


def subjects(observations: Observations) -> Sequence[str]:
    """The mail exchangers, and `host:port` of every port for people who send that spoke to us."""
    submission = (
        attempt.subject
        for attempt, facts in observations.all(mail_ports.MAIL_PORTS)
        if facts.port in SUBMISSION_PORTS and (facts.tls or facts.service.untrusted_greeting)
    )
    return (*mail_exchangers(observations), *sorted(submission))


async def collect(subject: str, context: ProbeContext) -> Facts:
    """The facts of one mail exchanger, or of one port for people who send.

    Raises NotTestableHere (`relay_not_tested`) when it is not known how the server treats its own unknown recipients,
    or when it turns our example addresses away for another reason; Refused (`busy`) when it said *later*, and
    (`not_welcome`) when it turned our own address away.
    """
    host, _, number = subject.rpartition(":")
    if number.isdecimal() and int(number) in SUBMISSION_PORTS:
        return await _submission(subject, host, int(number), context)
    mail_behaviour.let_out(context.observations)
    behaviour = context.observations.facts(mail_behaviour_facts.MAIL_BEHAVIOUR, subject)
    if behaviour is None or behaviour.unknown is None:
        raise NotTestableHere("relay_not_tested", subject)
    if behaviour.unknown.accepted:
        return Facts(host=subject, catch_all=True)
    addresses = await context.network.addresses(subject)
    mail = f"MAIL FROM:<{SENDER}>"
    first = await mail_behaviour.converse(context, subject, addresses, (mail, f"RCPT TO:<{OUTSIDE_ADDRESS}>"))
    plain = _answer(first.replies, 1)
    if plain.accepted:
        return Facts(host=subject, plain=plain)
    commands = [line for form in _odd_forms(subject) for line in ("RSET", mail, f"RCPT TO:{form}")]
    second = await mail_behaviour.converse(context, subject, addresses, commands)
    odd = tuple(reply for reply in second.replies if reply.command.startswith("RCPT"))
    return Facts(host=subject, plain=plain, odd=odd)


async def _submission(subject: str, host: str, port: int, context: ProbeContext) -> Facts:
    """The facts of a port for people who send: a client without a login has to be refused."""
    addresses = await context.network.addresses(host)
    domains = [domain.name for domain in context.observations.scope.domains]
    if not domains:
        raise NotTestableHere("relay_not_tested", subject)
    own = mail_behaviour.domain_of(context.observations, host) or domains[0]
    mail = f"MAIL FROM:<{SENDER}>"
    random = f"RCPT TO:<fumimori-{secrets.token_hex(6)}@{own}>"
    first = await mail_behaviour.converse(context, host, addresses, (mail, random), port=port)
    local = _answer(first.replies, 1, login_is_an_answer=True)
    if local.accepted:
        return Facts(host=subject, catch_all=True)
    if local.code in LOGIN_FIRST:
        return Facts(host=subject, plain=local)
    second = await mail_behaviour.converse(context, host, addresses, (mail, f"RCPT TO:<{OUTSIDE_ADDRESS}>"), port=port)
    return Facts(host=subject, plain=_answer(second.replies, 1, login_is_an_answer=True))


def _odd_forms(host: str) -> tuple[str, ...]:
    name, _, domain = OUTSIDE_ADDRESS.partition("@")
    return (f"<{name}%{domain}@{host}>", f'<"{OUTSIDE_ADDRESS}"@{host}>', f"<@{host}:{OUTSIDE_ADDRESS}>")


def _answer(replies: Sequence[SmtpReply], place: int, *, login_is_an_answer: bool = False) -> SmtpReply:
    """The recipient's answer; NotObserved when the conversation gave no answer about relaying.

    With `login_is_an_answer` *log in first* is as good a refusal as any other, at whichever command.
    """
    sender = replies[0] if replies else None
    if any(reply.about_client for reply in replies[: place + 1]):
        raise Refused("not_welcome")
    if sender is None or sender.later or len(replies) <= place or replies[place].later:
        raise Refused("busy")
    told = sender if sender.refused else replies[place]
    if login_is_an_answer and told.code in LOGIN_FIRST and "STARTTLS" not in told.untrusted_text.upper():
        return told
    if sender.refused or (told.refused and _NO_MAIL_THERE.search(told.untrusted_text)) or told.code in LOGIN_FIRST:
        raise NotTestableHere("relay_not_tested", told.untrusted_text[:100])
    return told


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:  # noqa: ARG001 - the contract
    """Whether each exchanger relays; seen from the organisation's own network it may do so for its own people."""
    for attempt, facts in observations.all(OPEN_RELAY):
        for name, answer in _outcomes(facts, inside=observations.inside(attempt)):
            values = (("host", facts.host), ("answer", answer))
            yield OPEN_RELAY.outcome(name, attempt.subject, values)


def _outcomes(facts: Facts, *, inside: bool) -> Iterator[tuple[str, str]]:
    if facts.catch_all:
        yield "catch_all", "-"
    if facts.plain is None:
        return
    shown = f"{facts.plain.code} {facts.plain.untrusted_text}"[:160].strip()
    if facts.plain.accepted:
        yield ("open_inside" if inside else "open"), shown
        return
    taken = [reply.command.partition(":")[2] for reply in facts.odd if reply.accepted]
    if taken:
        yield "odd_form", ", ".join(taken)[:160]
    else:
        yield "closed", shown


PROBE = Probe(
    facts=OPEN_RELAY,
    control=Control.FIREWALL,
    consent=ConsentLevel.RELAY,
    subjects=subjects,
    collect=collect,
    judge=judge,
    connections=6,
    needs=("mx", "mail_behaviour", "mail_ports"),
)
