"""Repairs of CAA records that authorities cannot read, or must not ignore (RFC 8659 section 4)."""

import re
from collections.abc import Callable, Mapping

from fumimori.checks.caa.facts import CAA, Facts
from fumimori.checks.remediation import zone
from fumimori.checks.remediation.context import Context, note
from fumimori.grammar.caa import parse_caa
from fumimori.model import Repair, Snippet, SnippetKind

_AUTHORITY = re.compile(r"(?<![\w.-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}(?![\w.-])", re.IGNORECASE)


def _changed(context: Context, new: Callable[[str], str], fault: tuple[str, ...]) -> Repair:
    facts: Facts | None = context.observations.facts(CAA, context.subject)
    texts = facts.answer.records if facts is not None and facts.answer is not None else ()
    name = facts.found_at if facts is not None else context.subject
    made = [_record(name, new(text), text) for text in texts if parse_caa(text).fault in fault and new(text)]
    return zone.published(made, before=[note("caa_all_authorities")])


def _record(name: str, content: str, current: str) -> Snippet:
    """CAA values stand between quotation marks; nothing else in them may end a line."""
    shown = [re.sub(r"[^ -~]", "", text) for text in (content, current)]
    return Snippet(kind=SnippetKind.DNS_RECORD, place=f"{zone.cleaned(name)} CAA", content=shown[0], current=shown[1])


def _readable(text: str) -> str:
    """The record with the authority that stands somewhere in it; empty where none does."""
    wild = re.search(r"issuewild", text, re.IGNORECASE)
    found = _AUTHORITY.search(text)
    return f'0 {"issuewild" if wild else "issue"} "{found[0].lower()}"' if found else ""


def _uncritical(text: str) -> str:
    return "0" + text[text.index(" ") :] if " " in text else ""


def _malformed(context: Context) -> Repair:
    return _changed(context, _readable, ("syntax", "issuer"))


def _critical(context: Context) -> Repair:
    return _changed(context, _uncritical, ("unknown_critical",))


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {"malformed": _malformed, "critical_unknown": _critical}
