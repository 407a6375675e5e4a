"""Whose word a message rests on: anybody can write a sender, a way and verdicts into a file; pure.

What a stranger's message could say too follows from it only when a person vouches for it. Without that, three things
stand: a signature that the domain's own key fits, a certificate's path to an authority, and what the server wrote that
took the message last, above everything that came with it.
"""

from collections.abc import Iterable

from fumimori.checks.dkim.facts import DKIM
from fumimori.checks.mail_message.facts import Facts
from fumimori.checks.observations import Observations
from fumimori.grammar.dkim_signature import MailSignature, verifies
from fumimori.grammar.suffixes import registrable_part
from fumimori.grammar.tags import parse_tags


def is_ours(host: str, domain: str) -> bool:
    """Whether host and domain belong to the same organisation, by the public suffix list."""
    return bool(domain) and registrable_part(host) == registrable_part(domain) != ""


def own_receiver(facts: Facts, domain: str) -> bool:
    """Whether the verdicts were written by a server of `domain` that took the message, and by nobody before it."""
    return facts.results_first and is_ours(facts.receiver, domain)


def signers(facts: Facts, domains: Iterable[str]) -> tuple[str, ...]:
    """Whose DKIM signatures the server of one of `domains` found good when it took the message last."""
    if not any(own_receiver(facts, domain) for domain in domains):
        return ()
    return tuple(sorted({one.domain for one in facts.verdicts if (one.method, one.result) == ("dkim", "pass")}))


def verified(signature: MailSignature, observations: Observations) -> str:
    """`valid`, `broken`, or `unknown` where the key was not seen, or the body is not here."""
    if signature.fault == "malformed":
        return "broken"
    published = published_key(signature, observations)
    if not published or signature.fault:
        return "unknown"
    if verifies(signature, published):
        return {"same": "valid", "changed": "broken", "": "valid"}.get(signature.body, "unknown")
    return "broken" if signature.body in ("same", "changed", "") else "unknown"


def published_key(signature: MailSignature, observations: Observations) -> str:
    """The public key that was seen at the signature's selector, in base64; empty where none was."""
    seen = observations.facts(DKIM, signature.domain)
    for one in seen.genuine if seen is not None else ():
        if one.selector == signature.selector:
            for record in one.records:
                published = parse_tags(record).get("p")
                if published:
                    return "".join(published.split())
    return ""


def signed_with(facts: Facts, domain: str) -> frozenset[str]:
    """The selectors of `domain` that the message was surely signed with, because somebody vouches for it."""
    passed = {
        one.selector
        for one in facts.verdicts
        if own_receiver(facts, domain) and (one.method, one.result, one.domain) == ("dkim", "pass", domain)
    }
    return frozenset(
        one.selector
        for one in facts.signatures
        if one.kind == "dkim" and one.domain == domain and (facts.vouched or one.selector in passed)
    )
