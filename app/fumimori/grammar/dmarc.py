"""DMARC records and the walk up the tree that finds the one that counts (RFC 9989 sections 4.7 and 4.10)."""

import re
from collections.abc import Mapping, Sequence

from fumimori.grammar.suffixes import registrable_part
from fumimori.grammar.tags import TagList, parse_tags
from fumimori.grammar.uris import ReportUri, parse_uris
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer, DnsStatus

POLICIES = ("none", "quarantine", "reject")
"""From no protection to full protection."""
QUERIES_MOST = 8
REMOVED = ("pct", "rf", "ri")
"""Tags that RFC 9989 took out; new receivers ignore them."""


class DmarcRecord(Record):
    """What one record says; policies are None where the tag is missing or its value is none of the three."""

    text: str
    p: str | None
    sp: str | None
    np: str | None
    p_written: str | None
    """What is in `p`, whatever it is."""
    invalid: tuple[str, ...]
    """Policy tags with a value that does not exist, as `p=value`."""
    rua: tuple[ReportUri, ...]
    ruf: tuple[ReportUri, ...]
    psd: str
    """`y`, `n` or `u` (the default)."""
    testing: bool
    """`t=y`: receivers apply the next milder policy."""
    pct: int | None
    old_tags: tuple[str, ...]
    unread: tuple[str, ...] = ()
    """Other tags with a value that does not exist, as `adkim=x`, and parts that are no tag; receivers use the default
    instead. `fo` without `ruf` is ignored whatever it says (section 4.7) and never appears here."""
    repeated: tuple[str, ...] = ()
    """Tags that stand more than once, which makes the whole list invalid (RFC 6376 section 3.2)."""

    @property
    def reports(self) -> tuple[ReportUri, ...]:
        """Usable addresses for aggregate reports."""
        return tuple(uri for uri in self.rua if uri.scheme == "mailto")

    @property
    def usable(self) -> bool:
        """Whether receivers apply it: a valid `p`, or a usable `rua` that makes it `p=none` (section 4.10.1)."""
        return not self.repeated and ((self.p is not None and not self.invalid) or bool(self.reports))

    def policy(self, relation: str) -> str:
        """The policy for mail of the domain itself (`own`), a sub-domain that exists (`sub`) or one that does not
        (`nonexistent`); `t=y` is not applied yet.
        """  # noqa: D205 - one sentence
        if self.p is None or self.invalid:
            return "none"
        wanted = {"own": (self.p,), "sub": (self.sp, self.p), "nonexistent": (self.np, self.sp, self.p)}[relation]
        return next(policy for policy in wanted if policy is not None)


def softened(policy: str) -> str:
    """The policy that `t=y` leaves of `policy`: one step milder."""
    return POLICIES[max(0, POLICIES.index(policy) - 1)]


def is_dmarc(txt: str) -> bool:
    """Whether a TXT record is a DMARC record: `v` in any case begins it and is exactly `DMARC1` (section 4.8)."""
    name, equals, value = txt.partition(";")[0].partition("=")
    return bool(equals) and name.rstrip(" \t") in ("v", "V") and value.strip(" \t") == "DMARC1"


def looks_like_dmarc(txt: str) -> bool:
    """Whether somebody meant a DMARC record that receivers will not take for one."""
    return not is_dmarc(txt) and ("dmarc1" in txt.lower() or txt.strip().lower().startswith("v=dmarc"))


def dmarc_texts(answer: DnsAnswer) -> tuple[str, ...]:
    """The DMARC records among the TXT records of a name."""
    return tuple(txt for txt in answer.records if is_dmarc(txt))


def parse_dmarc(txt: str) -> DmarcRecord:
    """What `txt`, for which `is_dmarc` holds, says; faults in later tags do not spoil the others."""
    tags = parse_tags(txt)
    policies = {name: (tags.get(name) or "").lower() for name in ("p", "sp", "np")}
    psd = (tags.get("psd") or "u").lower()
    pct = tags.get("pct")
    return DmarcRecord(
        text=txt,
        **{name: value if value in POLICIES else None for name, value in policies.items()},
        p_written=tags.get("p"),
        invalid=tuple(f"{name}={value}" for name, value in policies.items() if value and value not in POLICIES),
        rua=parse_uris(tags.get("rua") or ""),
        ruf=parse_uris(tags.get("ruf") or ""),
        psd=psd if psd in ("y", "n") else "u",
        testing=(tags.get("t") or "").lower() == "y",
        pct=int(pct) if pct and pct.isascii() and pct.isdecimal() and len(pct) < 4 else None,
        old_tags=_old_tags(tags),
        unread=tuple(
            f"{name}={value}"
            for name, known in _VALUES.items()
            if (value := tags.get(name)) is not None
            and not known.fullmatch(value)
            and (name != "fo" or tags.get("ruf") is not None)
        )
        + tags.malformed,
        repeated=tags.repeated,
    )


_STRICTER: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("p", "sp", "np"), POLICIES),
    **dict.fromkeys(("adkim", "aspf"), ("r", "s")),
    "t": ("y", "n"),
    "pct": tuple(map(str, range(101))),
}
"""Values of tags from mild to strict."""


def merged(texts: Sequence[str], *, strict: bool) -> str:
    """`texts`, for which `is_dmarc` holds, as one record with each tag once: all addresses of `rua` and `ruf`; of other
    values that exist the strictest with `strict`, the mildest without; else the first. Parts that are no tag are left
    out.
    """  # noqa: D205 - one sentence
    values: dict[str, list[str]] = {}
    for text in texts:
        for name, value in parse_tags(text).pairs:
            values.setdefault(name, []).append(value)
    return "; ".join(f"{name}={_one_value(name, given, strict=strict)}" for name, given in values.items())


def _one_value(name: str, given: Sequence[str], *, strict: bool) -> str:
    if name in ("rua", "ruf"):
        return ",".join(dict.fromkeys(uri.strip() for value in given for uri in value.split(",") if uri.strip()))
    order = _STRICTER.get(name, ())
    known = [value for value in given if value.lower() in order]
    if len(given) == 1 or not known:
        return given[0]
    return (max if strict else min)(known, key=lambda value: order.index(value.lower()))


def with_tags(text: str, changes: Mapping[str, str | None]) -> str:
    """`text`, for which `is_dmarc` holds, with the tags in `changes` set, or removed where None; the others stay as
    they are and where they are. Parts that are no tag are left out. A new `p` stands behind the version.
    """  # noqa: D205 - one sentence
    tags: dict[str, str] = {}
    for name, value in parse_tags(text).pairs:
        tags.setdefault(name, value)
    first = {"v": tags.pop("v", "DMARC1"), **({"p": ""} if "p" in tags or changes.get("p") else {})}
    wanted = {**first, **tags, **changes}
    return "; ".join(f"{name}={value}" for name, value in wanted.items() if value is not None)


_VALUES = {
    "adkim": re.compile("[rs]", re.IGNORECASE),
    "aspf": re.compile("[rs]", re.IGNORECASE),
    # RFC 9989 section 4.8: dmarc-fo = "0" / "1" / "d" / "s" / "d:s" / "s:d"; `1:d` was right by RFC 7489 alone
    "fo": re.compile("[01ds]|d:s|s:d", re.IGNORECASE),
    "psd": re.compile("[ynu]", re.IGNORECASE),
    "t": re.compile("[yn]", re.IGNORECASE),
}


def _old_tags(tags: TagList) -> tuple[str, ...]:
    found = [name for name in REMOVED if tags.get(name) is not None]
    sized = any(uri.size_limit for name in ("rua", "ruf") for uri in parse_uris(tags.get(name) or ""))
    return (*found, "!") if sized else tuple(found)


def walk_names(domain: str) -> tuple[str, ...]:
    """The names whose `_dmarc` may be asked for, in the order of the walk: the domain first, then upwards.

    At most eight; a name of eight labels or more continues with its last seven (section 4.10).
    """
    labels = domain.split(".")
    rest = labels[-7:] if len(labels) >= 8 else labels[1:]
    return (domain, *(".".join(rest[start:]) for start in range(len(rest))))[:QUERIES_MOST]


class DmarcFound(Record):
    """The result of the walk."""

    domain: str
    record: DmarcRecord | None
    """The record that counts for the domain; None when there is none."""
    at: str = ""
    """The name that it is at."""
    organizational_domain: str = ""
    several_at: str = ""
    """The domain itself, when it has several records, which all are ignored."""
    exists: bool = True
    """False when the domain itself does not exist (NXDOMAIN), so that `np` of a parent's record counts."""

    @property
    def inherited(self) -> bool:
        """Whether a parent's record counts."""
        return bool(self.at) and self.at != self.domain

    @property
    def written(self) -> str:
        """The policy for the domain's own mail as it is written; `none` without a usable record."""
        if self.record is None or not self.record.usable:
            return "none"
        return self.record.policy(self.relation)

    @property
    def relation(self) -> str:
        """How the domain stands to the record: `own`, `sub` or `nonexistent` (section 4.10.1)."""
        if not self.inherited:
            return "own"
        return "sub" if self.exists else "nonexistent"

    @property
    def old_readers_ask(self) -> str:
        """The other domain at which receivers of RFC 7489 look, who know no walk but a list of suffixes (section 3.2).

        Empty when they find the same record, and for a name that is a suffix itself.
        """
        registrable = registrable_part(self.domain)
        return registrable if self.inherited and registrable and registrable != self.at else ""

    @property
    def effective(self) -> str:
        """The policy that receivers apply to the domain's own mail, `t=y` taken into account."""
        testing = self.record is not None and self.record.testing
        return softened(self.written) if testing else self.written


def walk_ended(record: DmarcRecord | None) -> bool:
    """Whether the walk stops at this name (`psd` is y or n)."""
    return record is not None and record.psd in ("y", "n")


def found_by_walk(domain: str, answers: Mapping[str, DnsAnswer], *, exists: bool = True) -> DmarcFound:
    """The record that counts and the organizational domain, from the TXT answers by name (without `_dmarc.`)."""
    records: list[tuple[str, DmarcRecord]] = []
    several = ""
    for name in walk_names(domain):
        answer = answers.get(name)
        texts = dmarc_texts(answer) if answer is not None else ()
        if len(texts) > 1 and name == domain:
            several = name
        if len(texts) != 1:
            continue
        record = parse_dmarc(texts[0])
        records.append((name, record))
        if walk_ended(record):
            break
    organizational = organizational_domain(domain, records)
    by_name = dict(records)
    public_suffix = next((name for name, record in records if record.psd == "y"), "")
    for name in (domain, organizational, public_suffix):
        if name in by_name:
            return DmarcFound(
                record=by_name[name],
                at=name,
                organizational_domain=organizational,
                several_at=several,
                domain=domain,
                exists=exists,
            )
    return DmarcFound(
        record=None, organizational_domain=organizational, several_at=several, domain=domain, exists=exists
    )


def organizational_domain(domain: str, records: Sequence[tuple[str, DmarcRecord]]) -> str:
    """Section 4.10.2: the first name with psd=n; else the one below psd=y; else the shortest with a record; else
    the domain itself. `records` are in the order of the walk.
    """  # noqa: D205 - one sentence
    for name, record in records:
        if record.psd == "n":
            return name
        if record.psd == "y" and name != domain:
            below = domain.removesuffix("." + name).split(".")[-1]
            return f"{below}.{name}"
    return records[-1][0] if records else domain


def exists(answer: DnsAnswer) -> bool:
    """Whether a name exists; only NXDOMAIN says that it does not (RFC 8020)."""
    return answer.status is not DnsStatus.NXDOMAIN
