"""Which part of a name somebody could register, by the Public Suffix List (https://publicsuffix.org).

The list is in the library `publicsuffixlist`, dated, and is never fetched. Only its first section counts, the names
that registries sell; the second one names customers' places at hosting companies, whose owner is the company, and a
lapsed name or a registration is looked up for a company. DMARC itself needs no list: receivers of RFC 9989 walk up the
tree (section 4.10). The list is for receivers of RFC 7489 (section 3.2) and for who registers a name.
"""

import re
from functools import cache

_VERSION = re.compile(rb"(?m)^// VERSION: (\d{4}-\d\d-\d\d)")
_BEGIN, _END = "// ===BEGIN ICANN DOMAINS===", "// ===END ICANN DOMAINS==="

RULE_LABELS_MOST = 8
"""More labels than any rule of the list has; a name is as long as its sender likes."""


@cache
def _rules() -> frozenset[str]:
    """The lines of the first section as they stand: a suffix, `*.` before it, or `!` before an exception; comments too.

    Nothing is parsed and written in ASCII line by line, because of thousands of rules a judgement asks for a few.
    """
    from publicsuffixlist import PSLFILE

    with open(PSLFILE, encoding="utf-8") as file:  # noqa: PTH123 - the library's own path
        return frozenset(file.read().partition(_BEGIN)[2].partition(_END)[0].split("\n"))


def registrable_part(name: str) -> str:
    """The name that a registry sells: `example.co.jp` of `mail.example.co.jp`, in lower case.

    Empty for a bare suffix and for what is no name. A top-level domain that is not listed is a suffix of one label
    (the list's rule `*`).
    """
    labels = name.lower().removesuffix(".").split(".")
    if "" in labels:
        return ""
    sold = _suffix_length([_as_listed(label) for label in labels]) + 1
    return ".".join(labels[-sold:]) if sold <= len(labels) else ""


def _suffix_length(labels: list[str]) -> int:
    """How many labels at the end nobody can register: by the exception, else by the longest rule, else one."""
    rules = _rules()
    for start in range(max(0, len(labels) - RULE_LABELS_MOST), len(labels)):
        name, length = ".".join(labels[start:]), len(labels) - start
        if f"!{name}" in rules:
            return length - 1
        if f"*.{name}" in rules:
            # Where it is the whole name, the name above the star is a suffix too.
            return length + (start > 0)
        if name in rules:
            return length
    return 1


def _as_listed(label: str) -> str:
    """The label in the letters of the list, which writes names of other scripts as people do (RFC 3492)."""
    if not label.startswith("xn--"):
        return label
    try:
        return label.removeprefix("xn--").encode().decode("punycode")
    except UnicodeError:
        return label


@cache
def list_date() -> str:
    """The day of the list, as `2026-10-22`; empty where the list does not say it."""
    from publicsuffixlist import PSLFILE

    with open(PSLFILE, "rb") as file:  # noqa: PTH123 - the library's own path
        said = _VERSION.search(file.read(4096))
    return said[1].decode() if said else ""
