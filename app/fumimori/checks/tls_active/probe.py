"""Active TLS tests that need the owner's consent: sending without TLS, injected commands, renegotiation.

Objective  Tell whether mail ports insist on TLS, and whether two weaknesses that need an active test are there.
Inputs     What mail_ports saw: ports that change to TLS, and which speak TLS 1.2 or older.
Steps      Per STARTTLS port one connection with a NOOP behind STARTTLS in the same segment (T-15); per port that
           speaks TLS 1.2 or older one connection with renegotiations asked for, at most eleven; on 587 one envelope
           before TLS (MAIL FROM and one recipient of the own domain), ended by RSET and QUIT. No DATA, no login.
Outcomes   injection (high); mail_without_login (medium); renegotiation_endless (low, info on 25); injection_safe,
           renegotiation_limited, tls_required, login_required (ok).
"""

from collections.abc import Awaitable, Iterator, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.tls_active.facts import TLS_ACTIVE, Facts
from fumimori.model import ConsentLevel, Control, Outcome, Rules, T, Values
from fumimori.network import NotObserved, Unreachable
from fumimori.network.active_tests import RENEGOTIATIONS_MOST
from fumimori.network.mail import IMPLICIT_TLS_PORTS
from fumimori.network.smtp import SmtpReply

SUBMISSION_PORT = 587
MX_PORT = 25


def subjects(observations: Observations) -> Sequence[str]:
    """Every port where TLS was seen to work."""
    return tuple(attempt.subject for attempt, facts in observations.all(mail_ports.MAIL_PORTS) if facts.tls)


async def collect(subject: str, context: ProbeContext) -> Facts:
    """The tests on `host:port`, in sequence; Unreachable when mail_ports did not see it."""
    port = context.observations.facts(mail_ports.MAIL_PORTS, subject)
    if port is None:
        raise Unreachable("no_address", subject)
    service = port.service
    place = (service.host, service.address, service.port)
    injection = renegotiation = early = None
    if service.port not in IMPLICIT_TLS_PORTS:
        injection = await _kept(context.network.starttls_injection(*place))
    if set(port.support.accepted) & {"tls1.0", "tls1.1", "tls1.2"}:
        renegotiation = await _kept(context.network.renegotiation(*place))
    if service.port == SUBMISSION_PORT and context.observations.scope.domains:
        own = context.observations.scope.domains[0].name
        envelope = (f"MAIL FROM:<postmaster@{own}>", f"RCPT TO:<postmaster@{own}>")
        early = await _kept(context.network.smtp_dialogue(*place, envelope))
    if injection is None and renegotiation is None and early is None:
        raise Unreachable("connection_closed", subject)
    return Facts(injection=injection, renegotiation=renegotiation, early=early)


# --- judging ------------------------------------------------------------------------------------------------------


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What the tests mean; one without a result says nothing."""
    del rules  # no number decides here
    for attempt, facts in observations.all(TLS_ACTIVE):
        host, _, number = attempt.subject.rpartition(":")
        port = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 0
        yield from TLS_ACTIVE.outcomes(
            attempt.subject, _outcomes(facts, port) if port else (), ("host", host), ("port", port)
        )


def _outcomes(facts: Facts, port: int) -> Iterator[NamedOutcome]:
    injected = facts.injection.injected if facts.injection is not None else None
    if injected is not None:
        yield ("injection" if injected else "injection_safe"), ()
    accepted = facts.renegotiation.accepted if facts.renegotiation is not None else None
    if accepted is not None and accepted >= RENEGOTIATIONS_MOST:
        yield ("renegotiation_endless_mx" if port == MX_PORT else "renegotiation_endless"), (("count", accepted),)
    elif accepted is not None:
        yield "renegotiation_limited", (("count", accepted),)
    if facts.early is not None:
        yield from _early(facts.early.replies)


def _early(replies: Sequence[SmtpReply]) -> Iterator[NamedOutcome]:
    """The last answer counts: many servers refuse only at the recipient."""
    if not replies:
        return
    last = replies[-1]
    shown: Values = (("reply", f"{last.code} {last.untrusted_text}"[:200]),)
    refusal = next((reply for reply in replies if reply.refused), None)
    if refusal is not None:
        text = refusal.untrusted_text.upper()
        wants_tls = refusal.code == 530 and ("STARTTLS" in text or "TLS" in text)
        yield ("tls_required" if wants_tls else "login_required"), shown
    elif last.accepted and last.command.startswith("RCPT"):
        yield "mail_without_login", shown


async def _kept(looking: Awaitable[T]) -> T | None:
    """The result of a trial; None when there was no connection for it."""
    try:
        return await looking
    except NotObserved:
        return None


PROBE = Probe(
    facts=TLS_ACTIVE,
    control=Control.PROTOCOLS,
    consent=ConsentLevel.AUTHORISED,
    subjects=subjects,
    collect=collect,
    judge=judge,
    needs=("mail_ports",),
    connections=24,
)
