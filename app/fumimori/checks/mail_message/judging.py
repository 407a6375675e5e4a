"""What follows from messages that people handed over; pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from ipaddress import ip_address

from fumimori.checks.expiry import Urgency, days_left, urgency
from fumimori.checks.joining import joined
from fumimori.checks.mail_message.facts import MAIL_MESSAGE, Direction, Facts, Smime
from fumimori.checks.mail_message.vouching import is_ours, own_receiver, published_key, verified
from fumimori.checks.observations import Observations
from fumimori.grammar.dkim_signature import verifies
from fumimori.grammar.trace import Hop
from fumimori.model import Outcome, Rules, Table

Found = Iterator[tuple[str, dict[str, str | int]]]
PERSONAL = ("smime_", "mailer_")
"""How outcomes about one person's certificate or program begin."""
AUTHENTICATED = ("ESMTPA", "UTF8SMTPA")
"""A login outside TLS (RFC 3848)."""
LOGINS = ("ESMTPSA", "UTF8SMTPSA")
"""A login inside TLS."""
OLD_TLS = ("SSL 2", "SSL 3", "TLS 1.0", "TLS 1.1")
"""Versions that nobody should speak any more (RFC 8996)."""


def judge(observations: Observations, rules: Rules) -> Iterable[Outcome]:
    """The outcomes of all messages, those about one thing as one; what is about a person has their address."""
    return joined(
        MAIL_MESSAGE.outcome(
            word, facts.sender if word.startswith(PERSONAL) else attempt.subject, tuple(values.items())
        )
        for attempt, facts in observations.all(MAIL_MESSAGE)
        for word, values in _found(facts, attempt.subject, attempt.ended, observations, rules)
    )


def _found(facts: Facts, subject: str, at: datetime, observations: Observations, rules: Rules) -> Found:
    if not facts.vouched:
        proved = list(_proved(facts, subject, at, observations, rules))
        yield from proved or [("unproved", {})]
        return
    if facts.direction is Direction.RECEIVED:
        yield from _incoming(facts, subject)
        return
    yield from _smime(facts, at, rules)
    yield from _program(facts, rules.tables.get("mail_programs"), at)
    if not _went_out(facts):
        yield "sent_copy", {}
        return
    yield from _dkim(facts, observations)
    yield from _length(facts, observations)
    yield from _verdicts(facts)
    yield from _way(facts)
    if facts.internal:
        yield "internal_shown", {"names": ", ".join(facts.internal)}
    if facts.bulk and not facts.one_click:
        yield "bulk_no_one_click", {"link": "yes" if facts.unsubscribe else "no"}
    yield from _arc(facts, observations)


def _proved(facts: Facts, subject: str, at: datetime, observations: Observations, rules: Rules) -> Found:
    """What no stranger can forge: of the bad only what our own key signed, since a bad message can be anybody's."""
    own = own_receiver(facts, subject)
    if facts.direction is Direction.RECEIVED:
        if own:
            yield from _incoming(facts, subject)
        return
    written = {"dkim_valid", "arc_valid", "smime_valid"} | ({"dkim_passed", "dmarc_passed"} if own else set())
    for judged in (_smime(facts, at, rules), _dkim(facts, observations), _verdicts(facts), _arc(facts, observations)):
        yield from (one for one in judged if one[0] in written)
    yield from _length(facts, observations)


def _went_out(facts: Facts) -> bool:
    """Whether somebody else's server took it: what lies among the sent mail was not signed or handed over yet."""
    return bool(facts.verdicts) or any(hop.by and not is_ours(hop.by, facts.domain) for hop in facts.hops)


# --- signatures ---------------------------------------------------------------------------------------------------


def _dkim(facts: Facts, observations: Observations) -> Found:
    all_signed = [one for one in facts.signatures if one.kind == "dkim"]
    own = [one for one in all_signed if is_ours(one.domain, facts.domain)]
    passed = [one for one in facts.verdicts if one.method == "dkim" and one.result == "pass"]
    aligned = [one for one in passed if is_ours(one.domain, facts.domain)]
    states = {one: verified(one, observations) for one in own}
    good = next((one for one, state in states.items() if state == "valid"), None)
    if good is not None:
        yield "dkim_valid", {"domain": good.domain, "selector": good.selector}
    elif aligned:
        yield "dkim_passed", {"domain": aligned[0].domain, "receiver": facts.receiver or "-"}
    elif any(state == "broken" for state in states.values()):
        broken = next(one for one, state in states.items() if state == "broken")
        yield "dkim_broken", {"domain": broken.domain, "selector": broken.selector}
    elif not own and all_signed:
        yield "dkim_foreign", {"domain": all_signed[0].domain}
    elif not own:
        yield "dkim_absent", {}


def _length(facts: Facts, observations: Observations) -> Found:
    """A signature of our own key that leaves the end of the body open (`l`): it covers that tag as it covers itself."""
    for one in facts.signatures:
        if one.kind == "dkim" and one.partial and is_ours(one.domain, facts.domain):
            published = published_key(one, observations)
            if verifies(one, published) if published else facts.vouched:
                yield "dkim_length", {"domain": one.domain, "selector": one.selector}
                return


def _arc(facts: Facts, observations: Observations) -> Found:
    """Seals of our own; those of others are judged by nobody but their receivers."""
    ours = [one for one in facts.signatures if one.kind.startswith("arc") and published_key(one, observations)]
    if not ours:
        return
    seals = [one for one in ours if one.kind == "arc_seal"]
    highest = max(ours, key=lambda one: one.instance)
    # a message signature below the last one may have been overtaken by what was changed after it (RFC 8617 5.2)
    held = [one for one in ours if one.kind == "arc_seal" or one.instance == highest.instance]
    good = all(verified(one, observations) == "valid" for one in held)
    if good and all(one.chain != "fail" for one in seals):
        yield "arc_valid", {"domain": highest.domain}
    elif any(verified(one, observations) == "broken" for one in held):
        yield "arc_broken", {"domain": highest.domain}


# --- what the receiver found, and the way -------------------------------------------------------------------------


def _verdicts(facts: Facts) -> Found:
    results = {one.method: one for one in reversed(facts.verdicts)}
    spf, dmarc = results.get("spf"), results.get("dmarc")
    receiver = facts.receiver or "-"
    dkim_aligned = any(
        one.method == "dkim" and one.result == "pass" and is_ours(one.domain, facts.domain) for one in facts.verdicts
    )
    spf_aligned = spf is not None and spf.result == "pass" and is_ours(spf.domain or facts.envelope, facts.domain)
    if dmarc is not None and dmarc.result in ("pass", "fail"):
        yield ("dmarc_passed" if dmarc.result == "pass" else "dmarc_failed"), {"receiver": receiver}
    elif dkim_aligned or spf_aligned:
        yield "dmarc_passed", {"receiver": receiver}
    elif spf is not None and any(one.method == "dkim" for one in facts.verdicts):
        yield "dmarc_failed", {"receiver": receiver}
    if spf is not None and spf.result in ("fail", "softfail") and is_ours(spf.domain or facts.envelope, facts.domain):
        yield "spf_failed", {"receiver": receiver, "address": _outside_address(facts) or "-"}


def _outside_address(facts: Facts) -> str:
    hop = _handed_over(facts)
    return hop.address if hop is not None else ""


def _handed_over(facts: Facts) -> Hop | None:
    """The hop over which the message left our own servers: the oldest that somebody else took over the Internet."""
    for hop in reversed(facts.hops):
        if hop.by and not is_ours(hop.by, facts.domain) and _is_public(hop.address):
            return hop
    return None


def _is_public(address: str) -> bool:
    try:
        return ip_address(address).is_global
    except ValueError:
        return False


def _way(facts: Facts) -> Found:
    hop = _handed_over(facts)
    if hop is not None and hop.tls_version in OLD_TLS:
        yield "handed_over_old", {"by": hop.by, "version": hop.tls_version}
    elif hop is not None and hop.tls == "yes":
        yield "handed_over_encrypted", {"by": hop.by}
    elif hop is not None and hop.tls == "no":
        yield "handed_over_plain", {"by": hop.by, "protocol": hop.protocol}
    from_outside = [one for one in facts.hops if is_ours(one.by, facts.domain) and _is_public(one.address)]
    for one in from_outside:
        if one.protocol in AUTHENTICATED and one.tls == "no":
            yield "login_plain", {"by": one.by}
            return
    for one in from_outside:
        if one.protocol in LOGINS and one.tls_version in OLD_TLS:
            yield "login_old", {"by": one.by, "version": one.tls_version}
            return


def _incoming(facts: Facts, subject: str) -> Found:
    methods = {one.method for one in facts.verdicts} & {"spf", "dkim", "dmarc"}
    last = facts.hops[0].by if facts.hops else ""
    if len(methods) >= 2 and facts.receiver and (is_ours(facts.receiver, subject) or facts.receiver == last):
        yield "incoming_checked", {"receiver": facts.receiver, "methods": ", ".join(sorted(methods))}


# --- S/MIME and the program ---------------------------------------------------------------------------------------


def _smime(facts: Facts, at: datetime, rules: Rules) -> Found:
    signature = facts.smime
    if signature is None or signature.state in ("damaged", "no_certificate", "unknown_algorithm"):
        return
    if signature.state != "good":
        yield "smime_broken", {"signer": signature.signer}
        return
    yield from _certificate(facts, signature, at, rules)


def _certificate(facts: Facts, signature: Smime, at: datetime, rules: Rules) -> Found:
    address = facts.sender.rpartition("@")
    addresses = signature.addresses
    if addresses and facts.sender not in addresses:
        yield "smime_wrong_address", {"address": ", ".join(addresses[:3]), "sender": facts.sender}
        return
    if signature.not_before is None or signature.not_after is None or not address[0]:
        return
    day = signature.not_after.date().isoformat()
    how_soon = urgency(signature.not_before, signature.not_after, at, rules)
    if how_soon is Urgency.EXPIRED:
        yield "smime_expired", {"day": day, "signer": signature.signer}
        return
    if not signature.trusted:
        yield "smime_untrusted", {"issuer": signature.issuer, "signer": signature.signer}
        return
    yield "smime_valid", {"signer": signature.signer, "issuer": signature.issuer}
    if how_soon is not Urgency.FINE:
        yield "smime_ends_soon", {"day": day, "days": max(0, days_left(signature.not_after, at))}


def _program(facts: Facts, table: Table | None, at: datetime) -> Found:
    """The program that wrote it, where it is out of support; recognised by the beginning of User-Agent or X-Mailer."""
    shown = facts.program.lower()
    for row in table.dicts() if table is not None else ():
        if shown.startswith(row["begins"].lower()):
            if row["ended"] <= at.date().isoformat():
                yield "mailer_unsupported", {"name": row["name"], "day": row["ended"]}
            return
