"""T6 what was measured, word for word; T8 what was not measured and why; T13 what was sent to whom."""

from collections.abc import Sequence

from fumimori.core.model import Attempt, Contact, Exchange, Finding, Status
from fumimori.report.blocks import Block, Gap, Stack, Verbatim
from fumimori.report.grid import Cell
from fumimori.report.manuscript import Manuscript
from fumimori.report.pages.limits import what, who
from fumimori.texts import plain

EXCHANGES = 24
"""Exchanges printed of one attempt."""
CHARACTERS = 4000
"""Characters printed of one side of an exchange."""
LINES = 1600
"""Lines printed of all exchanges; the attached file holds everything."""
CONTACTS = 150
"""Lines printed of the contact log."""


def evidence_numbers(m: Manuscript, findings: Sequence[Finding]) -> list[str]:
    """The numbers (M-001) of the attempts that these findings rest on."""
    wanted = {(finding.code.partition(".")[0], finding.subject) for finding in findings}
    return [number for number, attempt in _numbered(m) if (attempt.probe, attempt.subject) in wanted]


def _numbered(m: Manuscript) -> list[tuple[str, Attempt]]:
    done = [attempt for attempt in m.assessment.attempts if attempt.status is Status.COMPLETED]
    return [(f"M-{number:03d}", attempt) for number, attempt in enumerate(done, start=1)]


def _probe(m: Manuscript, probe: str) -> str:
    key = f"probes.{probe}.name"
    return m.wording.texts(key) if m.wording.texts.has(key) else plain(probe)


def verbatim(m: Manuscript) -> list[Block]:
    """T6: every completed attempt with its exchanges, bounded."""
    blocks: list[Block] = [m.heading("t6.heading"), m.note(m.say("t6.intro"), keep_next=True), Gap(2)]
    numbered = _numbered(m)
    if not numbered:
        return [*blocks, m.prose(m.say("none"), m.paper.table), Gap(6)]
    lines = 0
    for number, attempt in numbered:
        title = f"{number}　{_probe(m, attempt.probe)}　{m.wording.free(attempt.subject, 100)}"
        blocks.append(m.prose(title, m.paper.table.bold(), keep_next=True))
        blocks.append(m.note(m.moment(attempt.started), keep_next=bool(attempt.evidence)))
        if lines > LINES:
            blocks.append(m.note(m.say("t6.left_out")))
        else:
            for exchange in attempt.evidence[:EXCHANGES]:
                shown = _exchange(m, exchange)
                blocks.append(shown)
                lines += int(shown.height(m.paper.width) / m.paper.mono.leading)
            if len(attempt.evidence) > EXCHANGES:
                blocks.append(m.note(m.say("t6.more", count=len(attempt.evidence) - EXCHANGES)))
        blocks.append(Gap(2.5))
    return [*blocks, Gap(4)]


def _exchange(m: Manuscript, exchange: Exchange) -> Block:
    quiet = m.paper.quiet
    parts: list[Block] = [Verbatim(m.wording.free(f"→ {exchange.target}", 200), m.paper, ink=quiet)]
    if exchange.sent:
        parts.append(Verbatim(_bounded(m, exchange.sent, "> "), m.paper, ink=quiet))
    if exchange.untrusted_received:
        parts.append(Verbatim(_bounded(m, exchange.untrusted_received, ""), m.paper))
    return Stack([*parts, Gap(1.2)], together=False)


def _bounded(m: Manuscript, untrusted_text: str, sign: str) -> str:
    text = untrusted_text[:CHARACTERS].replace("\r\n", "\n").rstrip("\n")
    lines = [sign + plain(line, CHARACTERS) for line in text.split("\n")]
    if len(untrusted_text) > CHARACTERS:
        lines.append(m.say("t6.cut", count=len(untrusted_text) - CHARACTERS))
    return "\n".join(lines)


def not_measured(m: Manuscript) -> list[Block]:
    """T8: what could not be looked at, with the reason, and what is still open."""
    failed = [attempt for attempt in m.assessment.attempts if attempt.status is not Status.COMPLETED]
    rows: list[list[Cell]] = [
        [
            _probe(m, attempt.probe),
            m.wording.free(attempt.subject, 100),
            m.wording.word("reason", attempt.reason) if attempt.reason else m.wording.word("status", attempt.status),
        ]
        for attempt in failed[:200]
    ]
    points = sorted(m.result.open_points, key=lambda point: -point.severity)
    opened: list[list[Cell]] = [
        [m.wording.word("open_point", point.kind), m.severity(point.severity), what(m, point), who(m, point)]
        for point in points
    ]
    return [
        m.heading("t8.heading"),
        m.note(m.say("t8.intro"), keep_next=True),
        Gap(1),
        m.table_or_none([40, 45, 80], "t8.heads", rows),
        Gap(4),
        m.heading("t8.open", 3),
        m.table_or_none([23, 29, 73, 40], "t8.open_heads", opened),
        Gap(6),
    ]


def contacts(m: Manuscript) -> list[Block]:
    """T13: whom the program contacted, summed up and then line by line, bounded."""
    log = m.assessment.contacts
    if not log:
        return [m.heading("t13.heading"), m.prose(m.say("t13.nobody"), m.paper.table)]
    sums: dict[tuple[str, int, str, str], list[Contact]] = {}
    for contact in log:
        sums.setdefault((contact.target, contact.port, contact.transport, contact.what), []).append(contact)
    totals: list[list[Cell]] = [
        [
            m.wording.free(target, 80),
            f"{port}/{transport}",
            _what(m, code),
            f"{len(mine)}",
            f"{sum(contact.sent_bytes for contact in mine)}",
        ]
        for (target, port, transport, code), mine in sorted(sums.items())[:CONTACTS]
    ]
    rows: list[list[Cell]] = [
        [
            m.cell(m.moment(contact.at), small=True),
            m.cell(f"{m.wording.free(contact.target, 60)} {contact.port}", small=True),
            m.cell(_what(m, contact.what), small=True),
            m.cell(m.wording.free(contact.detail, 120), small=True),
        ]
        for contact in log[:CONTACTS]
    ]
    blocks: list[Block] = [
        m.heading("t13.heading"),
        m.prose(m.say("t13.intro", count=len(log), targets=len({contact.target for contact in log})), m.paper.table),
        Gap(2),
        m.grid([60, 25, 50, 12, 18], "t13.sum_heads", totals, right=(3, 4)),
        Gap(4),
        m.heading("t13.lines", 3),
        m.grid([40, 46, 46, 33], "t13.heads", rows),
    ]
    if len(log) > CONTACTS:
        blocks.append(m.note(m.say("t13.more", count=len(log) - CONTACTS)))
    return blocks


def _what(m: Manuscript, code: str) -> str:
    key = f"report.contact.{code}"
    return m.wording.texts(key) if m.wording.texts.has(key) else plain(code)
