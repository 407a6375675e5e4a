"""Which part of a name somebody could register, by the Public Suffix List (https://publicsuffix.org).

The list is in the library `publicsuffixlist`, dated, and is never fetched. Only its first section counts, the names
that registries sell; the second one names customers' places at hosting companies, whose owner is the company, and a
lapsed name or a registration is looked up for a company. DMARC itself needs no list: receivers of RFC 9989 walk up the
tree (section 4.10). The list is for receivers of RFC 7489 (section 3.2) and for who registers a name.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_VERSION = re.compile(rb"(?m)^// VERSION: (\d{4}-\d\d-\d\d)")


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True)


def registrable_part(name: str) -> str:
    """The name that a registry sells: `example.co.jp` of `mail.example.co.jp`, in lower case.

    Empty for a bare suffix and for what is no name. A top-level domain that is not listed is a suffix of one label
    (the list's rule `*`).
    """
    return _suffixes().privatesuffix(name.lower().removesuffix(".")) or ""


@cache
def list_date() -> str:
    """The day of the list, as `2026-10-22`; empty where the list does not say it."""
    from publicsuffixlist import PSLFILE

    with open(PSLFILE, "rb") as file:  # noqa: PTH123 - the library's own path
        said = _VERSION.search(file.read(4096))
    return said[1].decode() if said else ""
