"""Repairs of DKIM: a new key under a new selector is published before anything signs with it, the old one revoked last.

A record in the provider's own zone is the provider's to change.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from fumimori.checks.dkim.facts import DKIM, SelectorSeen
from fumimori.checks.remediation import server, zone
from fumimori.checks.remediation.context import Context, note, word
from fumimori.grammar.dkim import DkimKey, is_dkim, parse_dkim
from fumimori.grammar.tags import parse_tags
from fumimori.model import Repair, Snippet

OVERLAP = timedelta(days=7)
"""How long mail that was signed with the old key may be on its way."""


def _seen(context: Context, wanted: Callable[[DkimKey], bool]) -> list[tuple[SelectorSeen, str]]:
    """Selectors of the domain's own zone with the record for which `wanted` holds."""
    facts = context.observations.facts(DKIM, context.subject)
    return [
        (seen, text)
        for seen in (facts.genuine if facts is not None else ())
        if not seen.canonical_name
        for text in seen.records
        if is_dkim(text) and wanted(parse_dkim(text))
    ]


def _name(context: Context, selector: str) -> str:
    return f"{selector}._domainkey.{context.subject}"


def _without(text: str, name: str) -> str:
    """The record without one tag; everything else as it is."""
    return "; ".join(f"{key}={value}" for key, value in parse_tags(text, exact_names=True).pairs if key != name)


def _edited(context: Context, tag: str, wanted: Callable[[DkimKey], bool]) -> Repair:
    changed = [
        zone.txt(_name(context, seen.selector), _without(text, tag), text) for seen, text in _seen(context, wanted)
    ]
    return zone.published(changed) if changed else _at_provider(context)


def _at_provider(context: Context) -> Repair:
    """The provider holds the record and its key."""
    return Repair(ask=note("ask_dkim", domain=context.subject))


def _test_mode(context: Context) -> Repair:
    return _edited(context, "t", lambda key: key.testing and key.works)


def _sha1(context: Context) -> Repair:
    return _edited(context, "h", lambda key: key.sha1_only)


def _new_key(context: Context) -> Repair:
    """A key of 2048 bits: made, published, used, and the old one revoked after a week."""
    if not context.own_server:
        return _at_provider(context)
    selector = f"s{context.measured:%Y%m}"
    weak = _seen(context, lambda key: key.kind == "rsa" and 0 < key.bits < 2048)
    revoked = [
        zone.txt(_name(context, seen.selector), "v=DKIM1; p=", text, note("dkim_revoke", day=_day(context)))
        for seen, text in weak
        if seen.selector != selector
    ]
    made = zone.published([_placeholder(context, selector), *revoked])
    return Repair.joined([Repair(snippets=tuple(_commands(context, selector))), made])


def _day(context: Context) -> str:
    return (context.measured + OVERLAP).date().isoformat()


def _placeholder(context: Context, selector: str, current: str = "") -> Snippet:
    return zone.txt(_name(context, selector), "v=DKIM1; k=rsa; p=REPLACE", current, note("dkim_publish"))


def _commands(context: Context, selector: str) -> list[Snippet]:
    domain = word(context.subject)
    folder = f"/etc/opendkim/keys/{domain}"
    opendkim = (
        f"sudo mkdir -p {folder}\nsudo opendkim-genkey -b 2048 -s {selector} -d {domain} -D {folder}\n"
        f"sudo chown -R opendkim:opendkim {folder}\nsudo cat {folder}/{selector}.txt"
    )
    rspamd = (
        f"sudo rspamadm dkim_keygen -b 2048 -s {selector} -d {domain} -k /var/lib/rspamd/dkim/{domain}.{selector}.key"
    )
    about = note("dkim_switch", selector=selector)
    return [server.command(opendkim, "OpenDKIM", about), server.command(rspamd, "rspamd", about)]


def _several(context: Context) -> Repair:
    """Which of the keys is in use shows in a message; the others go."""
    facts = context.observations.facts(DKIM, context.subject)
    doubled = [seen for seen in (facts.genuine if facts is not None else ()) if len(seen.keys) > 1]
    gone = [
        zone.delete(_name(context, seen.selector), "TXT", text, note("dkim_if_unused"))
        for seen in doubled
        if not seen.canonical_name
        for text in seen.records
        if is_dkim(text)
    ]
    return zone.published(gone, before=[note("dkim_which")])


def _missing(context: Context) -> Repair:
    """The key of a selector that mail is signed with."""
    if not context.own_server:
        return _at_provider(context)
    selectors = [word(name) for name in str(context.values.get("selectors", "")).split(", ") if name]
    commands = [
        server.command(f"sudo cat /etc/opendkim/keys/{word(context.subject)}/{name}.txt", "OpenDKIM")
        for name in selectors
    ]
    useless = {seen.selector: text for seen, text in _seen(context, lambda key: not key.works)}
    made = zone.published([_placeholder(context, name, useless.get(name, "")) for name in selectors])
    return Repair.joined([Repair(before=(note("dkim_which"),), snippets=tuple(commands)), made])


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "key_short": _new_key,
    "key_weak": _new_key,
    "ed25519_only": _new_key,
    "only_revoked": _missing,
    "malformed": _missing,
    "sha1_only": _sha1,
    "test_mode": _test_mode,
    "several": _several,
    "given_without_key": _missing,
    "mail_without_key": _missing,
}
