"""T13: whom the program contacted, why and how often; the attached contacts.csv has every single time."""

from fumimori.model import Contact
from fumimori.report.blocks import Block, Gap
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
    groups: dict[tuple[str, str, str], list[Contact]] = {}
    for contact in log:
        groups.setdefault((contact.target, contact.what, contact.transport), []).append(contact)
    rows = [_row(m, mine) for _, mine in sorted(groups.items())]
    blocks: list[Block] = [
        m.heading("t13.heading"),
        m.prose(
            m.say("t13.intro", count=len(log), targets=len({contact.target for contact in log})),
            m.paper.table,
            keep_next=True,
        ),
        Gap(1.5),
        m.list_or_none([50, 54, 31, 12, 18], "t13.heads", rows[:ROWS], right=(3, 4)),
    ]
    if len(rows) > ROWS:
        blocks.append(m.note(m.say("t13.more", count=len(rows) - ROWS)))
    return blocks


def _row(m: ReportContext, contacts_of_one_kind: list[Contact]) -> list[Cell]:
    first = contacts_of_one_kind[0]
    ports = [f"{port}" for port in sorted({contact.port for contact in contacts_of_one_kind})]
    more = [f"+{len(ports) - PORTS}"] if len(ports) > PORTS else []
    moments = [m.moment(moment) for moment in sorted(contact.at for contact in contacts_of_one_kind)]
    when = moments[0] if moments[0] == moments[-1] else f"{moments[0]}\n{moments[-1]}"
    return [
        m.wording.free(first.target, 80),
        f"{_what(m, first.what)}　{sanitize(first.transport, 8)} {' '.join([*ports[:PORTS], *more])}",
        when,
        f"{len(contacts_of_one_kind)}",
        f"{sum(contact.sent_bytes for contact in contacts_of_one_kind)}",
    ]


def _what(m: ReportContext, code: str) -> str:
    key = f"report.contact.{code}"
    return m.wording.texts(key) if m.wording.texts.has(key) else sanitize(code)
