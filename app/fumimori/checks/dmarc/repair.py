"""Repairs of DMARC: the published record is edited tag by tag; nothing gets softer, no address is lost or invented.

A stricter policy is offered only when somebody said that every sender is known (question C4-5).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from fumimori.checks.dmarc.facts import DMARC, Facts
from fumimori.checks.mx.facts import MX
from fumimori.checks.remediation import zone
from fumimori.checks.remediation.context import PLACEHOLDER, Context, note
from fumimori.checks.spf.facts import SPF
from fumimori.grammar.dmarc import POLICIES, dmarc_texts, is_dmarc, looks_like_dmarc, merged, parse_dmarc, with_tags
from fumimori.grammar.spf_walk import spf_texts
from fumimori.model import Note, Repair, Snippet

REPORTS = "dmarc-reports"
"""The mailbox that is proposed where a domain has none for reports."""
PHASE = timedelta(days=28)
"""Between two steps of a policy: reports come daily, rare senders write monthly."""
_ADDRESS = re.compile(r"(?<![\w.+-])[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_VERSION = re.compile(r"[\s\"']{0,20}(?:v\s{0,5}[=:]\s{0,5})?DMARC\s{0,5}1?[\s;,:]{0,20}", re.IGNORECASE)


def _facts(context: Context) -> Facts | None:
    return context.observations.facts(DMARC, context.subject)


class _Base:
    """The record that is edited: the domain's own, or for an inherited one a copy of its own to be published."""

    def __init__(self, context: Context) -> None:
        facts = _facts(context)
        found = facts.found(context.subject) if facts is not None else None
        record = found.record if found is not None else None
        self.domain = context.subject
        self.text = record.text if record is not None else ""
        self.current = self.text
        if found is not None and record is not None and found.inherited:
            # A change of the parent's record would change other domains with it.
            self.current = ""
            self.text = with_tags(self.text, {"p": found.written, "sp": None, "np": None, "psd": None})

    @property
    def name(self) -> str:
        return f"_dmarc.{self.domain}"

    def edited(self, changes: Mapping[str, str | None], **more: Sequence[Note]) -> Repair:
        """The record with these tags changed (None: removed); everything else stays as it is."""
        text = with_tags(self.text or "v=DMARC1", _never_softer(self.text, changes))
        return zone.published([zone.txt(self.name, text, self.current)], **more)

    @property
    def addresses(self) -> tuple[str, ...]:
        record = parse_dmarc(self.text) if is_dmarc(self.text) else None
        return tuple(uri.text for uri in record.reports) if record else ()


def _never_softer(text: str, changes: Mapping[str, str | None]) -> dict[str, str | None]:
    """The changes without those that would put a milder policy in place of one that receivers read today."""
    tags = parse_dmarc(text)
    today = {name: getattr(tags, name) for name in ("p", "sp", "np")}
    return {
        name: value
        for name, value in changes.items()
        if not (value in POLICIES and today.get(name) and POLICIES.index(value) < POLICIES.index(today[name]))
    }


def _mailbox(context: Context) -> tuple[str, Note]:
    address = f"{REPORTS}@{context.subject}"
    return f"mailto:{address}", note("mailbox_first", address=address)


def _first(context: Context) -> Repair:
    """Monitoring first: no mail is lost while senders are being identified."""
    uri, mailbox = _mailbox(context)
    later = note("dmarc_stricter_later", day=(context.measured + PHASE).date().isoformat())
    snippet = zone.txt(f"_dmarc.{context.subject}", f"v=DMARC1; p=none; rua={uri}")
    return zone.published([snippet], before=[mailbox], after=[later])


def _strict(context: Context, changes: Mapping[str, str | None], next_policy: str = "") -> Repair:
    """A stricter record, where every sender is known; the way there else."""
    if not context.senders_known:
        return Repair(before=(note("senders_first"), note("dmarc_hold")))
    day = (context.measured + PHASE).date().isoformat()
    after = [note("dmarc_next", policy=next_policy, day=day)] if next_policy else []
    return _Base(context).edited(changes, after=after, risks=[note("dmarc_may_refuse")])


def _monitoring(context: Context) -> Repair:
    base = _Base(context)
    tags = parse_dmarc(base.text)
    softer = {name: None for name in ("sp", "np") if getattr(tags, name) == "none"}
    return _strict(context, {"p": "quarantine", "pct": None, "t": None, **softer}, "reject")


def _blind(context: Context) -> Repair:
    if parse_dmarc(_Base(context).text).rua:
        return _addresses(context)
    uri, mailbox = _mailbox(context)
    return _Base(context).edited({"rua": uri}, before=[mailbox])


def _subdomains(context: Context) -> Repair:
    return _strict(context, {"sp": "quarantine"}, "reject")


def _nonexistent(context: Context) -> Repair:
    """A strict policy for names that do not exist: they send nothing."""
    return _Base(context).edited({"np": "reject"})


def _partial(context: Context) -> Repair:
    return _strict(context, {"pct": None})


def _test_mode(context: Context) -> Repair:
    base = parse_dmarc(_Base(context).text)
    softer = {name: None for name in ("sp", "np") if getattr(base, name) == "none"}
    return _strict(context, {"t": None, "pct": None, **softer})


def _test_mode_softer(context: Context) -> Repair:
    return _strict(context, {"t": None})


def _old_tags(context: Context) -> Repair:
    base = _Base(context)
    tags = parse_dmarc(base.text)
    changes: dict[str, str | None] = {"rf": None, "ri": None}
    for name, uris in (("rua", tags.rua), ("ruf", tags.ruf)):
        if any(uri.size_limit for uri in uris):
            changes[name] = ",".join(uri.text.rpartition("!")[0] if uri.size_limit else uri.text for uri in uris)
    if tags.pct is None or tags.pct == 100 or context.senders_known or parse_dmarc(base.text).policy("own") == "none":
        changes["pct"] = None
        return base.edited(changes)
    return base.edited(changes, before=[note("dmarc_pct_stays", percent=tags.pct)])


def _addresses(context: Context) -> Repair:
    """Addresses that cannot be read get what they lack; the others stay."""
    base = _Base(context)
    tags = parse_dmarc(base.text)
    changes: dict[str, str | None] = {}
    notes: list[Note] = []
    for name, uris in (("rua", tags.rua), ("ruf", tags.ruf)):
        kept = [uri.text if uri.scheme == "mailto" else _as_mailto(uri.text) for uri in uris]
        right = list(dict.fromkeys(filter(None, kept)))
        if uris and right != [uri.text for uri in uris]:
            changes[name] = ",".join(right) or None
    if "rua" in changes and changes["rua"] is None:
        changes["rua"], mailbox = _mailbox(context)
        notes.append(mailbox)
    return base.edited(changes, before=notes)


def _as_mailto(text: str) -> str:
    address = _ADDRESS.search(text)
    return f"mailto:{address[0]}" if address and not text.lower().startswith(("http:", "https:")) else ""


def _unauthorised(context: Context) -> Repair:
    """The record by which a foreign receiver of reports consents (RFC 9990)."""
    facts = _facts(context)
    if facts is None:
        return Repair()
    at = facts.found(context.subject).at or context.subject
    hosts = [answer.name for answer in facts.consents if not any(map(is_dmarc, answer.records))]
    about = note("publish_at_receiver")
    made = zone.published([zone.txt(f"{at}._report._dmarc.{host}", "v=DMARC1", about=about) for host in hosts])
    asked = note("ask_report_consent", hosts=", ".join(hosts[:3]), domain=at)
    return Repair.joined([made, Repair(ask=asked)]) if hosts else Repair()


def _deaf(context: Context) -> Repair:
    """Addresses at hosts that take no mail are dropped where others remain."""
    base, facts = _Base(context), _facts(context)
    tags = parse_dmarc(base.text)
    deaf = {host.host for host in facts.report_hosts if not host.takes_mail} if facts is not None else set()
    kept = [uri.text for uri in tags.rua if uri.domain not in deaf]
    if any(uri.domain not in deaf for uri in tags.reports):
        return base.edited({"rua": ",".join(kept)})
    if context.subject in deaf:  # a mailbox at the domain would receive nothing either
        return base.edited({"rua": f"mailto:{PLACEHOLDER}"}, before=[note("address_typo"), note("replace_address")])
    uri, mailbox = _mailbox(context)
    return base.edited({"rua": ",".join([*kept, uri])}, before=[note("address_typo"), mailbox])


def _moved(context: Context) -> Repair:
    facts = _facts(context)
    if facts is None or not facts.misplaced:
        return _first(context)
    name, text = context.subject, facts.misplaced[0]
    wanted = _allowed(context, text)
    return zone.published(
        [zone.txt(f"_dmarc.{name}", wanted), *(zone.delete(name, "TXT", old) for old in facts.misplaced)]
    )


def _allowed(context: Context, text: str) -> str:
    """A record that had no effect until now, with the policy that may take effect today."""
    if context.senders_known:
        return text
    return with_tags(text, {"p": "none", "sp": None, "np": None})


def _lookalike(context: Context) -> Repair:
    facts = _facts(context)
    old = next((txt for txt in facts.walk[0].records if looks_like_dmarc(txt)), "") if facts and facts.walk else ""
    rest = old[match.end() :] if (match := _VERSION.match(old)) else ""
    for written in (rest, rest.replace(",", ";"), "; ".join(rest.replace(";", " ").split())):
        text = "; ".join(["v=DMARC1", *(part.strip() for part in written.split(";") if part.strip())])
        read = parse_dmarc(text)
        if read.p is not None and not read.invalid and not read.unread and not read.repeated:
            return _replacing(context, old, _allowed(context, text))
    found = [f"mailto:{address}" for address in _ADDRESS.findall(old)]
    uri, mailbox = _mailbox(context)
    made = _replacing(context, old, f"v=DMARC1; p=none; rua={','.join(dict.fromkeys(found)) or uri}")
    return made if found else Repair.joined([Repair(before=(mailbox,)), made])


def _replacing(context: Context, old: str, text: str) -> Repair:
    held = () if context.senders_known else (note("senders_first"), note("dmarc_hold"))
    return zone.published([zone.txt(f"_dmarc.{context.subject}", text, old)], after=held)


def _several(context: Context) -> Repair:
    facts = _facts(context)
    texts = dmarc_texts(facts.walk[0]) if facts is not None and facts.walk else ()
    if not texts:
        return Repair()
    name = f"_dmarc.{context.subject}"
    one = merged(texts, strict=context.senders_known)
    made = [zone.txt(name, one, texts[0]), *(zone.delete(name, "TXT", old) for old in texts[1:])]
    if one == texts[0]:
        made = [zone.delete(name, "TXT", old) for old in texts[1:]]
    return zone.published(made, after=() if context.senders_known else (note("senders_first"),))


def _several_passed_over(context: Context) -> Repair:
    """None of them counts today, the parent's does: without them nothing changes but the confusion."""
    facts = _facts(context)
    texts = dmarc_texts(facts.walk[0]) if facts is not None and facts.walk else ()
    return zone.published([zone.delete(f"_dmarc.{context.subject}", "TXT", old) for old in texts])


def _repeated(context: Context) -> Repair:
    base = _Base(context)
    if not base.text:
        return _first(context)
    text = merged([base.text], strict=context.senders_known)
    after = () if context.senders_known else (note("senders_first"),)
    return zone.published([zone.txt(base.name, text, base.current)], after=after)


def _invalid(context: Context) -> Repair:
    """Values of the policy tags that do not exist, as they were most likely meant."""
    base = _Base(context)
    tags = parse_dmarc(base.text)
    if not base.text:
        return _first(context)
    meant = {name: _meant(value) for name, _, value in (text.partition("=") for text in tags.invalid)}
    changes: dict[str, str | None] = {name: meant[name] for name in meant if name != "p"}
    changes["p"] = meant.get("p", tags.p) or "none"
    if not context.senders_known:
        # The record has no effect today.
        changes = {"p": "none", **{name: None for name in ("sp", "np") if name in meant}}
    if tags.reports:
        return base.edited(changes, after=() if context.senders_known else (note("senders_first"), note("dmarc_hold")))
    uri, mailbox = _mailbox(context)
    return base.edited({**changes, "rua": uri}, before=[mailbox])


def _meant(value: str) -> str | None:
    return next((policy for policy in POLICIES if value[:3] == policy[:3]), None)


def _without_psd(context: Context) -> Repair:
    return _Base(context).edited({"psd": None})


def _unread(context: Context) -> Repair:
    """Tags that nobody can read go, receivers use the default for them already; an address that lost its tag to a wrong
    sign joins the others.
    """  # noqa: D205 - one sentence
    base = _Base(context)
    tags = parse_dmarc(base.text)
    changes: dict[str, str | None] = {text.partition("=")[0]: None for text in tags.unread if "=" in text}
    stray = [text.strip() for text in tags.unread if text.strip().lower().startswith("mailto:")]
    if stray:
        changes["rua"] = ",".join(dict.fromkeys([*(uri.text for uri in tags.rua), *stray]))
    return base.edited(changes)


def unused(context: Context) -> Repair:
    """The three records of a domain that sends and receives nothing (RFC 7505, RFC 7208 section 10.1.2)."""
    name, base = context.subject, _Base(context)
    strict = {"p": "reject", "sp": None, "np": None, "t": None, "pct": None}
    wanted = with_tags(base.text, strict) if is_dmarc(base.text) else "v=DMARC1; p=reject"
    spf, mx = context.observations.facts(SPF, name), context.observations.facts(MX, name)
    senders = spf_texts(spf.answers[0]) if spf is not None and spf.answers else ()
    servers = mx.answer.records if mx is not None else ()
    return zone.published(
        [
            *_only(name, "TXT", "v=spf1 -all", senders),
            zone.txt(base.name, wanted, base.current),
            *_only(name, "MX", "0 .", servers),
        ],
        before=[note("parked_sure")],
        risks=[note("parked_stops")],
    )


def _only(name: str, rdtype: str, content: str, current: Sequence[str]) -> list[Snippet]:
    """`content` replaces everything in `current`."""
    others = [old for old in current if old != content]
    replaced = others.pop(0) if others and content not in current else ""
    made = [] if content in current else [zone.record(name, rdtype, content, replaced)]
    return made + [zone.delete(name, rdtype, old) for old in others]


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "none": _first,
    "misplaced": _moved,
    "lookalike": _lookalike,
    "several": _several,
    "several_passed_over": _several_passed_over,
    "invalid": _invalid,
    "policy_unread": _invalid,
    "repeated": _repeated,
    "monitoring": _monitoring,
    "monitoring_blind": _blind,
    "no_reports": _blind,
    "test_mode": _test_mode,
    "test_mode_softer": _test_mode_softer,
    "subdomains_open": _subdomains,
    "nonexistent_open": _nonexistent,
    "partial": _partial,
    "old_tags": _old_tags,
    "report_address_bad": _addresses,
    "reports_unauthorised": _unauthorised,
    "report_host_missing": _deaf,
    "claims_suffix": _without_psd,
    "tags_unread": _unread,
    "unused_open": unused,
}
