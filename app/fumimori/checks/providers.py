"""The providers that run mail for others, recognised by the names of their servers."""

import re
from collections.abc import Mapping, Sequence

from fumimori.model import Hosting, Table


def hosting_guess(hosts: Sequence[str], table: Table, autodiscover: str = "") -> tuple[str, Hosting | None]:
    """Provider and kind of hosting of the first host that the table knows; empty and None for unknown ones.

    `autodiscover` is the target of the domain's autodiscover alias, by which services that share an MX are told
    apart.
    """
    row = provider_row(hosts, table, autodiscover)
    return (row["provider"], Hosting(row["hosting"]) if row["hosting"] else None) if row else ("", None)


def provider_row(hosts: Sequence[str], table: Table, autodiscover: str = "") -> Mapping[str, str] | None:
    """The table's row of the first host that it knows."""
    rows = table.dicts()
    for host in hosts:
        for row in rows:
            if not re.search(row["mx"], host):
                continue
            if row["autodiscover"] and not re.search(row["autodiscover"], autodiscover):
                continue
            return row
    return None


def only(table: Table, hosting: Hosting) -> Table:
    """The rows of one kind of hosting."""
    column = table.columns.index("hosting")
    rows = tuple(row for row in table.rows if row[column] == hosting)
    return Table(columns=table.columns, rows=rows, date=table.date)
