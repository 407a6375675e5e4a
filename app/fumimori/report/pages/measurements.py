"""T6 what was measured, word for word but close; T8 what was not measured and why."""

from collections.abc import Sequence

from fumimori.core.model import Attempt, Exchange, Finding, Status
from fumimori.report.blocks import Block, Gap, Prose, Stack
from fumimori.report.grid import Cell
from fumimori.report.manuscript import Manuscript
from fumimori.report.pages.limits import what, who
from fumimori.report.press import Run
from fumimori.report.verbatim import Verbatim
from fumimori.texts import plain

GROUPS = 24
"""Rows printed of one attempt."""
SENT = 12
"""Requests printed before the one answer that all of them got."""
CHARACTERS = 600
"""Characters printed of one side of an exchange."""
LINES = 420
"""Printed lines of all exchanges; the attached file holds everything."""
END = " ⏎ "
"""Where a line of the original ends."""


def evidence_numbers(m: Manuscript, findings: Sequence[Finding]) -> list[str]:
    """The numbers (M-001) of the attempts that these findings rest on."""
    wanted = {(finding.code.partition(".")[0], finding.subject) for finding in findings}
    return [number for number, attempt in _numbered(m) if (attempt.probe, attempt.subject) in wanted]


def _numbered(m: Manuscript) -> list[tuple[str, Attempt]]:
    done = [attempt for attempt in m.assessment.attempts if attempt.status is Status.COMPLETED]
    return [(f"M-{number:03d}", attempt) for number, attempt in enumerate(done, start=1)]


def probe_name(m: Manuscript, probe: str) -> str:
    """What a probe is called."""
    key = f"probes.{probe}.name"
    return m.wording.texts(key) if m.wording.texts.has(key) else plain(probe)


def verbatim(m: Manuscript) -> list[Block]:
    """T6: every completed attempt in one block; what an earlier block has already is not printed again."""
    blocks: list[Block] = [m.heading("t6.record", 3), m.note(m.say("t6.intro"), keep_next=True), Gap(1)]
    numbered = _numbered(m)
    if not numbered:
        return [*blocks, m.prose(m.say("none"), m.paper.table), Gap(5)]
    known: dict[tuple[str, str, str], str] = {}
    lines = 0
    for number, attempt in numbered:
        title = [
            (f"{number}　{probe_name(m, attempt.probe)}　", m.paper.note.bold().inked(m.paper.ink)),
            (f"{m.wording.free(attempt.subject, 100)}　{m.moment(attempt.started)}", m.paper.note),
        ]
        blocks.append(Prose(title, m.paper.note, m.faces, keep_next=bool(attempt.evidence)))
        if lines > LINES:
            blocks.append(m.note(m.say("t6.left_out")))
        else:
            fresh = [e for e in attempt.evidence if (e.target, e.sent, e.untrusted_received) not in known]
            rows = _rows(m, fresh)
            shown = _block(m, rows[:GROUPS], _remarks(m, attempt, known, sum(count for count, _ in rows[GROUPS:])))
            known |= {(e.target, e.sent, e.untrusted_received): number for e in fresh}
            lines += int(shown.height(m.paper.width) / m.paper.mono.leading)
            blocks.append(shown)
        blocks.append(Gap(1.8))
    return [*blocks, Gap(4)]


def _rows(m: Manuscript, exchanges: Sequence[Exchange]) -> list[tuple[int, list[Run]]]:
    """A row for each answer of each target, with how many requests it answered."""
    groups: dict[tuple[str, str], list[str]] = {}
    for exchange in exchanges:
        groups.setdefault((exchange.target, exchange.untrusted_received), []).append(exchange.sent)
    mono, rows, before = m.paper.mono, [], ""
    quiet = mono.inked(m.paper.quiet)
    for (target, received), sent in groups.items():
        row: list[Run] = [] if target == before else [(f"[{m.wording.free(target, 100)}] ", quiet)]
        before = target
        asked = [f"> {_bounded(m, words)} " for words in sent[:SENT] if words]
        if len(sent) > SENT:
            asked.append(m.say("t6.more_sent", count=len(sent) - SENT) + " ")
        row.append(("".join(asked), quiet))
        row.append((f"< {_bounded(m, received)}" if received else "", mono))
        rows.append((len(sent), row))
    return rows


def _remarks(m: Manuscript, attempt: Attempt, known: dict[tuple[str, str, str], str], left_out: int) -> list[Block]:
    """What is not printed of `attempt`: what stands elsewhere already, and what found no room."""
    elsewhere: dict[str, int] = {}
    for exchange in attempt.evidence:
        number = known.get((exchange.target, exchange.sent, exchange.untrusted_received))
        if number:
            elsewhere[number] = elsewhere.get(number, 0) + 1
    remarks: list[Block] = [m.note(m.say("t6.as_in", number=n, count=count)) for n, count in elsewhere.items()]
    if left_out:
        remarks.append(m.note(m.say("t6.more", count=left_out)))
    return remarks


def _block(m: Manuscript, rows: Sequence[tuple[int, list[Run]]], remarks: list[Block]) -> Block:
    lines: list[Block] = [Verbatim([row for _, row in rows], m.paper)] if rows else []
    return Stack([*lines, *remarks], together=False)


def _bounded(m: Manuscript, untrusted_text: str) -> str:
    text = untrusted_text[:CHARACTERS].replace("\r\n", "\n").rstrip("\n")
    line = END.join(plain(line, CHARACTERS) for line in text.split("\n"))
    if len(untrusted_text) > CHARACTERS:
        left_out = len(untrusted_text[CHARACTERS:].encode("utf-8", "replace"))
        line += " " + m.say("t6.cut", count=left_out)
    return line


def not_measured(m: Manuscript) -> list[Block]:
    """T8: what could not be looked at, with the reason, and what is still open."""
    failed = [attempt for attempt in m.assessment.attempts if attempt.status is not Status.COMPLETED]
    reasons: dict[tuple[str, str], list[str]] = {}
    for attempt in failed[:200]:
        why = m.wording.word("reason", attempt.reason) if attempt.reason else m.wording.word("status", attempt.status)
        reasons.setdefault((probe_name(m, attempt.probe), why), []).append(m.wording.free(attempt.subject, 100))
    rows: list[list[Cell]] = [[name, m.wording.listed(subjects), why] for (name, why), subjects in reasons.items()]
    points = sorted(m.result.open_points, key=lambda point: -point.severity)
    opened: list[list[Cell]] = [
        [m.wording.word("open_point", point.kind), m.severity(point.severity), what(m, point), who(m, point)]
        for point in points
    ]
    return [
        m.heading("t8.heading"),
        m.note(m.say("t8.intro"), keep_next=True),
        Gap(1),
        m.list_or_none([40, 45, 80], "t8.heads", rows),
        Gap(3),
        m.heading("t8.open", 3),
        m.list_or_none([23, 27, 75, 40], "t8.open_heads", opened),
        Gap(5),
    ]
