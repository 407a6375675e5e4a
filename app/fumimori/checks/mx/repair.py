"""Repairs of MX records: what leads nowhere goes as long as another server remains; nothing else is touched."""

from collections.abc import Callable, Iterable, Mapping

from fumimori.checks.dmarc.repair import unused
from fumimori.checks.mx.facts import MX, MxHost
from fumimori.checks.remediation import zone
from fumimori.checks.remediation.context import Context, note
from fumimori.model import Repair


def _records(context: Context) -> list[tuple[str, str]]:
    """Each published record with its host."""
    facts = context.observations.facts(MX, context.subject)
    texts = facts.answer.records if facts is not None else ()
    return [(text, text.split()[-1].lower().rstrip(".")) for text in texts if text.split()]


def _hosts(context: Context) -> tuple[MxHost, ...]:
    facts = context.observations.facts(MX, context.subject)
    return facts.hosts if facts is not None else ()


def _without(context: Context, useless: Iterable[str], question: str) -> Repair:
    """Without the records of `useless` hosts; with nothing left the provider's instructions decide."""
    gone = set(useless)
    records = _records(context)
    good = {
        one.host for one in _hosts(context) if one.host and not one.is_private and (one.addresses or one.unanswered)
    }
    if not good - gone:
        return Repair(ask=note("ask_mx_hosts", domain=context.subject))
    made = [zone.delete(context.subject, "MX", text) for text, host in records if host in gone]
    return zone.published(made, before=[note(question)], risks=[note("mx_wrong_delete")])


def _missing(context: Context) -> Repair:
    empty = [
        one.host for one in _hosts(context) if one.host and not (one.is_address or one.addresses or one.unanswered)
    ]
    return _without(context, empty, "mx_misspelt")


def _private(context: Context) -> Repair:
    return _without(context, [one.host for one in _hosts(context) if one.is_private], "mx_inside_only")


def _placeholder(context: Context) -> Repair:
    named = [one.host for one in _hosts(context) if one.host.endswith(".msv1.invalid")]
    return _without(context, named, "mx_placeholder_done")


def _null_mixed(context: Context) -> Repair:
    return _without(context, [""], "mx_takes_mail")


def _alias(context: Context) -> Repair:
    """The names behind the aliases, at the same preference."""
    real = {one.host: one.alias_of for one in _hosts(context) if one.alias_of}
    made = [
        zone.record(context.subject, "MX", f"{text.split()[0]} {real[host]}.", text)
        for text, host in _records(context)
        if host in real
    ]
    return zone.published(made, before=[note("mx_alias_names")], risks=[note("mx_alias_policy")])


def _literal(context: Context) -> Repair:
    """A name for the address that stands where a name has to stand."""
    made = []
    for number, (text, host) in enumerate(
        (text, host) for text, host in _records(context) if _is_address(context, host)
    ):
        name = f"mail{number + 1 if number else ''}.{context.subject}"
        made.append(zone.record(name, "AAAA" if ":" in host else "A", host))
        made.append(zone.record(context.subject, "MX", f"{text.split()[0]} {name}.", text))
    return zone.published(made, before=[note("mx_name_free")])


def _is_address(context: Context, host: str) -> bool:
    return any(one.is_address for one in _hosts(context) if one.host == host)


def _address_only(context: Context) -> Repair:
    """Mail goes to the domain's own address today; the record says so."""
    return zone.published(
        [zone.record(context.subject, "MX", f"10 {context.subject}.")], before=[note("mx_takes_mail")]
    )


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "target_missing": _missing,
    "all_missing": _missing,
    "target_private": _private,
    "all_private": _private,
    "placeholder": _placeholder,
    "null_mx_mixed": _null_mixed,
    "target_alias": _alias,
    "target_address": _literal,
    "address_only": _address_only,
    "unused_open": unused,
}
