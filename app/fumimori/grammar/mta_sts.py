"""MTA-STS: the TXT record, the policy file and its patterns (RFC 8461 sections 3 and 4.1)."""

import re

from fumimori.grammar.tags import parse_fields
from fumimori.model import Record

MODES = ("enforce", "testing", "none")
MAX_AGE_MOST = 31557600
"""Seconds; a year (RFC 8461 section 3.2)."""
LINES_MOST = 1000

_PATTERN = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_NAME_LONGEST = 253


class StsRecord(Record):
    """The TXT record at `_mta-sts`."""

    text: str
    id: str
    fault: str = ""
    """`no_id`, `bad_id`, `bad_field`; empty for a sound record."""


class StsPolicy(Record):
    """The policy file."""

    mode: str = ""
    max_age: int = -1
    """Seconds; -1 when it is missing or invalid."""
    mx: tuple[str, ...] = ()
    """Patterns, lower case."""
    fault: str = ""
    """`no_version`, `no_mode`, `bad_mode`, `no_max_age`, `bad_max_age`, `no_mx`, `bad_mx`, `bad_line`."""
    fault_text: str = ""
    """The untrusted line that is at fault, where there is one."""


def is_sts_record(txt: str) -> bool:
    """Whether a TXT record announces a policy: it begins with `v=STSv1;`, exactly so."""
    return re.match(r"v=STSv1[ \t]*;", txt) is not None


def looks_like_sts(txt: str) -> bool:
    """Whether somebody meant a record that senders will not take for one."""
    return not is_sts_record(txt) and "stsv1" in txt.lower()


def parse_sts_record(txt: str) -> StsRecord:
    """What `txt`, for which `is_sts_record` holds, says."""
    fields = parse_fields(txt)
    number = fields.get("id") or ""
    fault = "" if re.fullmatch(r"[A-Za-z0-9]{1,32}", number) else ("bad_id" if number else "no_id")
    return StsRecord(text=txt, id=number, fault=fault or ("bad_field" if fields.malformed else ""))


def parse_sts_policy(body: str) -> StsPolicy:
    """What the policy file says; unknown keys are ignored, of a repeated key other than mx the first counts."""
    fields: dict[str, str] = {}
    patterns: list[str] = []
    for line in body.replace("\r\n", "\n").split("\n")[:LINES_MOST]:
        if not line.strip():
            continue
        key, colon, written = line.partition(":")
        value = written.strip(" \t")
        if not colon or _KEY.fullmatch(key) is None:
            return StsPolicy(fault="bad_line", fault_text=line[:100])
        if key == "mx":
            patterns.append(value.lower().rstrip("."))
        else:
            fields.setdefault(key, value)
    mode = fields.get("mode", "")
    max_age = fields.get("max_age", "")
    seconds = int(max_age) if re.fullmatch(r"[0-9]{1,10}", max_age) else -1
    known = StsPolicy(mode=mode, max_age=seconds if seconds <= MAX_AGE_MOST else -1, mx=tuple(patterns))
    fault, text = _fault(fields, known)
    return StsPolicy(mode=known.mode, max_age=known.max_age, mx=known.mx, fault=fault, fault_text=text[:100])


def _fault(fields: dict[str, str], policy: StsPolicy) -> tuple[str, str]:
    bad_patterns = [
        pattern
        for pattern in policy.mx
        if len(pattern.removeprefix("*.")) > _NAME_LONGEST or not _PATTERN.fullmatch(pattern)
    ]
    checks = (
        (fields.get("version") != "STSv1", "no_version", fields.get("version", "")),
        ("mode" not in fields, "no_mode", ""),
        (policy.mode not in MODES, "bad_mode", policy.mode),
        ("max_age" not in fields, "no_max_age", ""),
        (policy.max_age < 0, "bad_max_age", fields.get("max_age", "")),
        (bool(bad_patterns), "bad_mx", bad_patterns[0] if bad_patterns else ""),
        (not policy.mx and policy.mode != "none", "no_mx", ""),
    )
    return next(((code, text) for true, code, text in checks if true), ("", ""))


def covers(pattern: str, host: str) -> bool:
    """Whether `pattern` stands for `host`: equal, or `*.` for exactly one left-most label (section 4.1)."""
    name = host.lower().rstrip(".")
    if pattern.startswith("*."):
        return name.partition(".")[2] == pattern[2:] and bool(name.partition(".")[0])
    return name == pattern
