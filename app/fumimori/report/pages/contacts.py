"""T13: whom the program contacted, why and how often; the attached contacts.csv has every single time."""

from fumimori.model import Contact
from fumimori.report.blocks import Block, Gap, Prose
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell
from fumimori.texts import sanitize

ROWS = 150
PORTS = 60
"""Ports that a row names."""


def contacts(m: ReportContext) -> list[Block]:
    """A row for each party and kind of contact, with its ports, the first and the last time, the count, the bytes."""
    log = m.assessment.contacts
    if not log:
        return [m.heading("t13.heading"), m.prose(m.say("t13.nobody"), m.paper.table)]
    parties: dict[tuple[str, str, str], list[Contact]] = {}
    for contact in log:
        parties.setdefault((contact.what, contact.transport, contact.target), []).append(contact)
    alike: dict[tuple[str, str, tuple[int, ...]], list[list[Contact]]] = {}
    for (what, transport, _), mine in sorted(parties.items()):
        ports = tuple(sorted({contact.port for contact in mine}))
        alike.setdefault((what, transport, ports), []).append(mine)
    rows = [_row(m, groups) for groups in alike.values()]
    blocks: list[Block] = [
        m.heading("t13.heading"),
        m.prose(
            m.say("t13.intro", count=len(log), targets=len({contact.target for contact in log})),
            m.paper.table,
            keep_next=True,
        ),
        Gap(1.5),
        m.list_or_none([49, 54, 33, 11, 18], "t13.heads", rows[:ROWS], right=(3, 4)),
    ]
    if len(rows) > ROWS:
        blocks.append(m.note(m.say("t13.more", count=len(rows) - ROWS)))
    return blocks


def _row(m: ReportContext, groups: list[list[Contact]]) -> list[Cell]:
    """The parties that were contacted in the same way, each in a line of its own."""
    first = groups[0][0]
    ports = [f"{port}" for port in sorted({contact.port for contact in groups[0]})]
    more = [f"+{len(ports) - PORTS}"] if len(ports) > PORTS else []
    return [
        _lines(m, [m.wording.free(mine[0].target, 80) for mine in groups]),
        f"{_what(m, first.what)}　{sanitize(first.transport, 8)} {' '.join([*ports[:PORTS], *more])}",
        _lines(m, [_when(m, mine) for mine in groups]),
        _lines(m, [f"{len(mine)}" for mine in groups]),
        _lines(m, [f"{sum(contact.sent_bytes for contact in mine)}" for mine in groups]),
    ]


def _lines(m: ReportContext, lines: list[str]) -> Block:
    return Prose("\n".join(lines), m.paper.note.inked(m.paper.ink), m.faces)


def _when(m: ReportContext, mine: list[Contact]) -> str:
    moments = [m.moment(moment) for moment in sorted(contact.at for contact in mine)]
    return moments[0] if moments[0] == moments[-1] else f"{moments[0]} – {moments[-1]}"


def _what(m: ReportContext, code: str) -> str:
    key = f"report.contact.{code}"
    return m.wording.texts(key) if m.wording.texts.has(key) else sanitize(code)
