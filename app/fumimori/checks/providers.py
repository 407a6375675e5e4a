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
    rows = table.once(_patterns)
    for host in hosts:
        for mx, alias, row in rows:
            if mx.search(host) and (alias is None or alias.search(autodiscover)):
                return row
    return None


def rental_servers(table: Table) -> Table:
    """The rows of those who rent out servers."""
    return table.once(_rental)


def _patterns(table: Table) -> Sequence[tuple[re.Pattern[str], re.Pattern[str] | None, Mapping[str, str]]]:
    return [
        (re.compile(row["mx"]), re.compile(row["autodiscover"]) if row["autodiscover"] else None, row)
        for row in table.dicts()
    ]


def _rental(table: Table) -> Table:
    column = table.columns.index("hosting")
    rows = tuple(row for row in table.rows if row[column] == Hosting.RENTAL)
    return Table(columns=table.columns, rows=rows, date=table.date)
