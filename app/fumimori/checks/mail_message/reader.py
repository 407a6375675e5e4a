"""One message as a file, or its pasted header.

Objective: what a message that really went out (or came in) proves: its signatures, its way, its verdicts.
Inputs:    `.eml`, `.msg` (its header), an mbox of one, a header alone; the keys that the probe `dkim` found in the DNS.
Outcomes:  dkim_valid, dkim_passed, dmarc_passed, handed_over_encrypted, smime_valid, arc_valid, incoming_checked (ok);
           dkim_absent, dkim_foreign, dkim_broken, dkim_length, dmarc_failed, smime_broken, smime_expired,
           smime_wrong_address, mailer_unsupported, login_old (medium); login_plain (high); spf_failed,
           handed_over_plain, handed_over_old, smime_untrusted, smime_ends_soon, bulk_no_one_click, arc_broken (low);
           internal_shown, sent_copy, unproved (info).
Steps:     1. Take the fields apart; for each signature make the digest that its key can be held to.
           2. Read the trace fields and what the last server found.
           3. Verify an S/MIME signature and its certificate's path.
Nothing is sent: a signature whose key was not measured yet is judged when it was, and says nothing until then. The
message's text, its subject and its addressees are not kept. What strangers could have written into it counts only once
a person vouches for the message (see `vouching`).
"""

import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import msgspec

from fumimori.checks.contract import Document, NotReadable, ReadContext, Reader, Reading
from fumimori.checks.mail_message.facts import MAIL_MESSAGE, Direction, Facts
from fumimori.checks.mail_message.judging import judge
from fumimori.checks.mail_message.smime import read_smime
from fumimori.grammar.dkim_signature import signatures
from fumimori.grammar.domain_names import BadDomainError, ascii_domain
from fumimori.grammar.mime import Entity, address, parse_message, resemblance, words
from fumimori.grammar.outlook import is_outlook, transport_header
from fumimori.grammar.trace import moment, parse_received, parse_results
from fumimori.model import Control, Record, Scope
from fumimori.texts import sanitize

SELECTORS_MOST = 20
"""Selectors of one domain that are learned from messages."""
HOPS_MOST = 40
INTERNAL_MOST = 10
_INSIDE = (".local", ".lan", ".internal", ".localdomain", ".corp", ".intra")
_NO_NAME = str.maketrans(dict.fromkeys("()[]{}<>;,:=\"'@/\\", " "))
_RFC1918 = tuple(ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_BULK = ("list-id", "list-unsubscribe", "feedback-id", "x-campaign-id")


def accepts(document: Document) -> float:
    """Confidence, 0 to 1, that this is a message."""
    return 0.9 if is_outlook(document.content) else resemblance(document.content)


def read(document: Document, context: ReadContext) -> Sequence[Reading[Facts]]:
    """What the message shows; NotReadable when it has no sender."""
    outlook = is_outlook(document.content)
    header = transport_header(document.content) if outlook else b""
    if outlook and not header:
        raise NotReadable(reason="never_travelled")
    message = parse_message(header or document.content)
    sender = address(message.value("from"))
    if not sender:
        raise NotReadable(reason="no_sender")
    domain = _domain(sender)
    receivers = _receivers(message)
    ours = [one.name for one in context.scope.domains]
    direction, subject = Direction.SENT, domain
    if not _within(domain, ours):
        taken = next((one for one in receivers if _within(one, ours)), "")
        direction, subject = (Direction.RECEIVED, taken) if taken else (Direction.SENT, domain)
    at = moment(message.value("date"))
    smime, encrypted = read_smime(message, context, at)
    server, verdicts = parse_results(message.value("authentication-results"))
    signed = signatures(message)
    facts = Facts(
        direction=direction,
        sender=f"{sender.rpartition('@')[0]}@{domain}",
        envelope=_domain(address(message.value("return-path"))),
        at=at,
        complete=message.has_body,
        signatures=signed,
        hops=tuple(parse_received(one.value) for one in message.all("received")[:HOPS_MOST]),
        receiver=server,
        verdicts=verdicts[:40],
        results_first=_results_first(message),
        smime=smime,
        encrypted=encrypted,
        program=sanitize(words(message.value("x-mailer") or message.value("user-agent")), 120),
        internal=_internal(message),
        bulk=_is_bulk(message),
        unsubscribe=bool(message.value("list-unsubscribe")),
        one_click=_one_click(message, signed),
    )
    return [Reading(subject=subject, facts=facts, part=document.sha256[:16])]


def _domain(mail_address: str) -> str:
    try:
        return ascii_domain(mail_address.rpartition("@")[2]) if mail_address else ""
    except BadDomainError:
        return ""


def _within(domain: str, ours: Sequence[str]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in ours)


def _receivers(message: Entity) -> list[str]:
    """The domains that it was sent to, as far as the header says; only compared, never kept."""
    fields = [one for name in ("delivered-to", "x-original-to", "to", "cc") for one in message.all(name)[:5]]
    found = [address(piece) for one in fields for piece in one.value.split(",")[:50]]
    return [domain for one in found if (domain := _domain(one))]


def _internal(message: Entity) -> tuple[str, ...]:
    """Private addresses and inside names in what servers and programs wrote (RFC 5321 section 7.6)."""
    found: dict[str, None] = {}
    for name in ("received", "x-originating-ip", "x-sender-ip", "message-id"):
        for one in message.all(name)[:HOPS_MOST]:
            text = one.value[:4_000].lower()
            for token in text.translate(_NO_NAME).split():
                if token.endswith(_INSIDE) or _is_private(token):
                    found[token] = None
    return tuple(sanitize(one, 253) for one in list(found)[:INTERNAL_MOST])


def _is_private(text: str) -> bool:
    """Whether it is an address of RFC 1918."""
    try:
        one = ip_address(text)
    except ValueError:
        return False
    return any(one.version == 4 and one in network for network in _RFC1918)


def _results_first(message: Entity) -> bool:
    """Whether the verdicts stand above the way: a server adds its fields on top, and what came with it lies below."""
    trace = [one.name for one in message.fields if one.name in ("authentication-results", "received")]
    return trace[:1] == ["authentication-results"] and "received" in trace


def _is_bulk(message: Entity) -> bool:
    if message.value("precedence").lower() in ("bulk", "list"):
        return True
    return any(message.value(name) for name in _BULK)


def _one_click(message: Entity, signed: Sequence[Record]) -> bool:
    """RFC 8058 section 3.1: both fields, an https link, and both covered by a DKIM signature."""
    link = "https:" in message.value("list-unsubscribe").lower()
    post = message.value("list-unsubscribe-post").lower().replace(" ", "") == "list-unsubscribe=one-click"
    wanted = {"list-unsubscribe", "list-unsubscribe-post"}
    return link and post and any(wanted <= set(getattr(one, "signed_fields", ())) for one in signed)


def teaches(scope: Scope, facts: Sequence[Facts]) -> Scope:
    """The scope with the selectors that its domains seem to sign with, so that the probe `dkim` asks for them.

    Anybody can write a signature into a message: one that came from others, or that its receiver found to be forged,
    teaches nothing; and where no key is, only a message that somebody vouches for says that one is missing.
    """
    found: dict[str, dict[str, None]] = {}
    for one in sorted(facts, key=lambda one: not one.vouched):
        if one.direction is Direction.RECEIVED or _forged(one):
            continue
        for signature in one.signatures:
            if signature.kind == "dkim" and re.fullmatch(r"[a-z0-9]([a-z0-9._-]{0,62})", signature.selector):
                found.setdefault(signature.domain, {})[signature.selector] = None
    domains = tuple(
        msgspec.structs.replace(
            one, mail_selectors=tuple(dict.fromkeys((*one.mail_selectors, *found.get(one.name, ()))))[:SELECTORS_MOST]
        )
        for one in scope.domains
    )
    return msgspec.structs.replace(scope, domains=domains)


def vouched(facts: Facts) -> Facts:
    """The message, where a person says that their own people sent it."""
    return msgspec.structs.replace(facts, vouched=True)


def _forged(facts: Facts) -> bool:
    """Whether its receiver found that the domain in From did not send it."""
    return any(one.method == "dmarc" and one.result == "fail" for one in facts.verdicts)


READER = Reader(
    facts=MAIL_MESSAGE,
    control=Control.SENDER_AUTH,
    judge=judge,
    accepts=accepts,
    read=read,
    teaches=teaches,
    vouched=vouched,
)
