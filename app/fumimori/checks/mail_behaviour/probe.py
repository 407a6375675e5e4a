"""How a mail server answers clients without a login: VRFY, unknown recipients, role addresses, forged senders.

Objective  Find out what the server tells and accepts without a login, up to the envelope of a mail and no further.
Inputs     The mail exchangers of the domains of the scope, the domain that each takes mail for.
Steps      One conversation on port 25: VRFY of one random name, EXPN of postmaster, MAIL FROM:<> with one random
           recipient, postmaster and abuse of the domain; RSET; MAIL FROM and RCPT TO the domain's own postmaster; RSET,
           QUIT. No DATA. An answer *later* (4xx, greylisting) is no answer: one more conversation after a pause, then
           what is still open stays not measured.
Outcomes   expn_tells (medium); vrfy_tells, unknown_accepted, postmaster_refused, own_sender_accepted, size_large (low);
           abuse_refused, size_small (info); addresses_hidden, unknown_refused, role_addresses, own_sender_refused (ok).
Sources    RFC 5321 sections 3.5, 4.5.1, 7.3; RFC 2142; RFC 1870.
"""

import asyncio
import re
import secrets
from collections.abc import Iterator, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.hosts import mail_exchangers
from fumimori.checks.mail_behaviour.facts import MAIL_BEHAVIOUR, Facts
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mx import facts as mx
from fumimori.checks.observations import Observations
from fumimori.model import ConsentLevel, Control, Outcome, Rules
from fumimori.network import NotObserved, NotTestableHere, Refused, Unreachable
from fumimori.network.smtp import SmtpDialogue, SmtpReply

PORT = 25
MEGABYTE = 1_000_000
_NO_SUCH_NAME = re.compile(
    r"(?i)\b5\.1\.[0-6]\b|user unknown|unknown (?:user|recipient|local)|no such|not found|does ?n[o']t exist"
)
"""Ways to say that a name does not exist, as against *I do not answer such questions*."""


def subjects(observations: Observations) -> Sequence[str]:
    """The mail exchangers."""
    return mail_exchangers(observations)


def domain_of(observations: Observations, host: str) -> str:
    """The first domain of the scope whose mail goes to `host`; empty without one."""
    for domain in observations.scope.domains:
        facts = observations.facts(mx.MX, domain.name)
        if facts is not None and host in facts.mail_hosts:
            return domain.name
    return ""


def let_out(observations: Observations) -> None:
    """Raises NotTestableHere (`port25_blocked`) when this network does not let port 25 out."""
    if observations.vantage is not None and observations.vantage.port25 == "blocked":
        raise NotTestableHere("port25_blocked")


async def converse(
    context: ProbeContext, host: str, addresses: Sequence[str], commands: Sequence[str], *, port: int = PORT
) -> SmtpDialogue:
    """The conversation with the first address that answers, in TLS on ports other than 25; NotObserved without one."""
    failure: NotObserved = Unreachable("no_address", host)
    for address in addresses[:2]:
        dialogue = await context.network.smtp_dialogue(host, address, port, commands, secured=port != PORT)
        if dialogue.open:
            return dialogue
        failure = Unreachable(dialogue.closed, address)
    raise failure


async def collect(subject: str, context: ProbeContext) -> Facts:
    """The facts of one mail exchanger.

    Raises Refused when it answers nothing: `busy` when it only ever says *later*, `not_welcome` when it turns our
    address away, `tls_or_login_first` when it wants that before anything else, or what broke the conversation off.
    """
    let_out(context.observations)
    addresses = await context.network.addresses(subject)
    domain = domain_of(context.observations, subject)
    random = f"fumimori-{secrets.token_hex(6)}@{domain}"
    dialogue = await converse(context, subject, addresses, _commands(domain, random))
    facts = _facts(subject, domain, dialogue)
    if facts.unknown is None and _silence(dialogue) == "busy":
        # A server that greylists recognises the same sender and recipient after a while.
        await asyncio.sleep(context.rules.number("mail_behaviour.retry_after_seconds"))
        dialogue = await converse(context, subject, addresses, _commands(domain, random))
        facts = _facts(subject, domain, dialogue)
    if not any((facts.vrfy, facts.expn, facts.unknown, facts.postmaster, facts.own_sender)):
        raise Refused(_silence(dialogue), subject)
    return facts


def _silence(dialogue: SmtpDialogue) -> str:
    """Why questions stay without an answer."""
    if any(reply.about_client for reply in dialogue.replies):
        return "not_welcome"
    if any(reply.later for reply in dialogue.replies):
        return "busy"
    return dialogue.error or "tls_or_login_first"


def _commands(domain: str, random: str) -> tuple[str, ...]:
    own = f"postmaster@{domain}"
    return (
        *(f"VRFY {random}", "EXPN postmaster", "MAIL FROM:<>"),
        *(f"RCPT TO:<{random}>", f"RCPT TO:<{own}>", f"RCPT TO:<abuse@{domain}>"),
        *("RSET", f"MAIL FROM:<{own}>", f"RCPT TO:<{own}>"),
    )


def _facts(host: str, domain: str, dialogue: SmtpDialogue) -> Facts:
    replies = dialogue.replies + (None,) * 9
    vrfy, expn, empty, unknown, postmaster, abuse, _, mail, rcpt = replies[:9]
    settled = empty is not None and empty.accepted
    # A sender that was turned away is as good an answer as a recipient that was.
    own = rcpt if mail is not None and mail.accepted else mail
    return Facts(
        host=host,
        domain=domain,
        vrfy=_definite(vrfy),
        expn=_definite(expn),
        unknown=_definite(unknown) if settled else None,
        postmaster=_definite(postmaster) if settled else None,
        abuse=_definite(abuse) if settled else None,
        own_sender=_definite(own),
    )


def _definite(reply: SmtpReply | None) -> SmtpReply | None:
    """The reply when it answers the question.

    Not *later*, not *log in or encrypt first* (RFC 3207, RFC 4954), and not a refusal of the client itself: a server
    that turns our address away at every recipient has not said that a mailbox is missing.
    """
    answered = reply is not None and not reply.later and reply.code not in (530, 538) and not reply.about_client
    return reply if answered else None


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What each exchanger's answers mean; nothing about what it did not answer."""
    for attempt, facts in observations.all(MAIL_BEHAVIOUR):
        for word, reply in _outcomes(facts):
            if word == "own_sender_accepted" and observations.inside(attempt):
                # Computers of the office may send in its name without a login; what others may do is not seen here.
                continue
            values = (("host", facts.host), ("domain", facts.domain), ("answer", _shown(reply)))
            yield MAIL_BEHAVIOUR.outcome(word, attempt.subject, values)
    yield from _sizes(observations, rules)


def _shown(reply: SmtpReply) -> str:
    return f"{reply.code} {reply.untrusted_text}"[:160].strip()


def _outcomes(facts: Facts) -> Iterator[tuple[str, SmtpReply]]:
    tells = False
    if facts.vrfy is not None and (facts.vrfy.code in (250, 251) or _names_it_unknown(facts.vrfy)):
        tells = True
        yield "vrfy_tells", facts.vrfy
    if facts.expn is not None and facts.expn.code == 250:
        tells = True
        yield "expn_tells", facts.expn
    if facts.vrfy is not None and facts.expn is not None and not tells:
        yield "addresses_hidden", facts.vrfy
    if facts.unknown is not None:
        yield ("unknown_accepted" if facts.unknown.accepted else "unknown_refused"), facts.unknown
        yield from _roles(facts)
    if facts.own_sender is not None:
        yield ("own_sender_accepted" if facts.own_sender.accepted else "own_sender_refused"), facts.own_sender


def _roles(facts: Facts) -> Iterator[tuple[str, SmtpReply]]:
    """Addresses that every domain must have; a server that takes any recipient says nothing about them."""
    if facts.postmaster is not None and facts.postmaster.refused:
        yield "postmaster_refused", facts.postmaster
    if facts.abuse is not None and facts.abuse.refused:
        yield "abuse_refused", facts.abuse
    if facts.unknown is None or facts.unknown.accepted or facts.postmaster is None or facts.abuse is None:
        return
    if facts.postmaster.accepted and facts.abuse.accepted:
        yield "role_addresses", facts.postmaster


def _names_it_unknown(reply: SmtpReply) -> bool:
    """Whether VRFY looked the name up: 252 and *not implemented* did not, *no such user* did."""
    return reply.code in (550, 551, 553) and bool(_NO_SUCH_NAME.search(reply.untrusted_text))


def _sizes(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """Size limits that are announced but of little use; which port announces what is in `mail_ports`."""
    for attempt, facts in observations.all(mail_ports.MAIL_PORTS):
        size = facts.service.size
        if facts.port != PORT or not size:
            continue
        megabytes = size / MEGABYTE
        name = ""
        if megabytes > rules.number("mail_behaviour.size_most_megabytes"):
            name = "size_large"
        elif megabytes < rules.number("mail_behaviour.size_least_megabytes"):
            name = "size_small"
        if name:
            values = (("host", facts.service.host), ("megabytes", round(megabytes)))
            yield MAIL_BEHAVIOUR.outcome(name, attempt.subject, values)


PROBE = Probe(
    facts=MAIL_BEHAVIOUR,
    control=Control.FIREWALL,
    consent=ConsentLevel.AUTHORISED,
    subjects=subjects,
    collect=collect,
    judge=judge,
    connections=2,
    needs=("mx",),
    timeout=300.0,
)
