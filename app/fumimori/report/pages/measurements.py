"""T6 what was measured, word for word but close; T8 what was not measured and why."""

from collections.abc import Mapping, Sequence

from fumimori.grammar.order import natural
from fumimori.model import Attempt, Exchange, OpenPoint, Severity, Status
from fumimori.report.blocks import Block, Gap, Prose, Stack
from fumimori.report.canvas import Run
from fumimori.report.code_block import CodeBlock
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell, Grid
from fumimori.report.numbering import rested_on
from fumimori.report.pages.limits import what, who
from fumimori.texts import sanitize
from fumimori.wording.report import runs

ROWS = 10
"""Rows printed of one attempt."""
SENT = 12
"""Requests printed before the one answer that all of them got."""
CHARACTERS = 400
"""Characters printed of one side of an exchange."""
LINES = 120
"""Printed lines of all exchanges; the attached file holds everything."""
PLACES = 6
"""Places that a row of attempts names."""
_Unprinted = tuple[str, Attempt, list[str]]
"""An attempt's number, the attempt, and remarks on where its exchanges are."""
END = " ⏎ "
"""Where a line of the original ends."""
DIGESTS = "ClientHello"
"""Begins requests whose answer is noted in our own words; the table of ports has their results."""


def exchanges(m: ReportContext) -> list[Block]:
    """T6: every completed attempt in one block; what an earlier block has already is not printed again."""
    blocks: list[Block] = [m.heading("t6.record", 3)]
    wanted = rested_on(finding for finding in m.result.findings if finding.severity > Severity.INFO)
    # What findings rest on comes first and is printed in any case; the rest as far as there is room.
    numbered = sorted(m.measured, key=lambda one: (one[1].probe, one[1].subject) not in wanted)
    if not numbered:
        return [*blocks, m.prose(m.say("none"), m.paper.table), Gap(5)]
    blocks += [m.note(m.say("t6.intro"), keep_next=True), Gap(1)]
    known: dict[tuple[str, str, str], str] = {}
    lines, before = 0, ""
    unprinted: list[_Unprinted] = []
    for number, attempt in numbered:
        fresh = [e for e in attempt.evidence if (e.target, e.sent, e.untrusted_received) not in known]
        rows = (
            _rows(m, [e for e in fresh if not e.sent.startswith(DIGESTS)])
            if lines <= LINES or (attempt.probe, attempt.subject) in wanted
            else []
        )
        remarks = [*_sources(m, attempt), *_left_out(m, attempt, fresh, rows, known)]
        known |= {(e.target, e.sent, e.untrusted_received): number for e in fresh}
        if not rows:
            unprinted.append((number, attempt, remarks))
            continue
        title: list[Run] = [
            (f"{number}　{m.wording.probe(attempt.probe)}　", m.paper.note.bold().inked(m.paper.ink)),
            (m.wording.free(attempt.subject, 100), m.paper.note),
        ]
        if m.moment(attempt.started) != before:
            before = m.moment(attempt.started)
            title.append((f"　{before}", m.paper.note))
        shows = m.shown_by(attempt)
        title += [(f"　{remark}", m.paper.note) for remark in (*([f"→ {shows}"] if shows else []), *remarks)]
        shown = CodeBlock([row for _, row in rows[:ROWS]], m.paper)
        lines += int(shown.height(m.paper.width) / m.paper.mono.leading)
        headed = Stack([Prose(title, m.paper.note, m.faces)], key=number)
        headed.keep_next = True
        blocks += [headed, shown, Gap(1)]
    if unprinted:
        blocks += [Gap(2), _unprinted(m, unprinted)]
    return [*blocks, Gap(4)]


def _unprinted(m: ReportContext, attempts: Sequence[_Unprinted]) -> Block:
    """Attempts of which nothing is printed here: what each was and where its exchanges are.

    Those of one probe share a row, where no finding rests on them.
    """
    rows: dict[str, list[_Unprinted]] = {}
    for number, attempt, remarks in attempts:
        alone = m.shown_by(attempt) or attempt.source
        rows.setdefault(number if alone else attempt.probe, []).append((number, attempt, remarks))
    table = [_together(m, group) for group in rows.values()]
    head, keys = (
        m.wording.texts.lines("report.t6.unprinted_heads"),
        ["\n".join(number for number, _, _ in group) for group in rows.values()],
    )
    return Grid([17, 53, 37, 58], table, m.paper, head=head, padding=0.2, small=True, keys=keys)


def _together(m: ReportContext, group: Sequence[_Unprinted]) -> list[Cell]:
    number, attempt, remarks = group[0]
    told = m.wording.listed([*remarks, *([f"→ {shows}"] if (shows := m.shown_by(attempt)) else [])])
    if len(group) > 1:
        number = " ".join(runs("M", 3, (int(one.partition("-")[2]) for one, _, _ in group)))
        told = m.say("t6.together", count=sum(len(one.evidence) for _, one, _ in group))
    where = m.wording.places((one.subject for _, one, _ in group), PLACES)
    return [number, m.wording.probe(attempt.probe), where or "－", told or "－"]


def _rows(m: ReportContext, exchanges: Sequence[Exchange]) -> list[tuple[int, list[Run]]]:
    """A row for each answer of each target, with how many requests it answered.

    Answers of the DNS that differ only in repeating the name that was asked for are the same answer.
    """
    groups: dict[tuple[str, str], list[Exchange]] = {}
    for exchange in exchanges:
        kind, _, name = exchange.sent.partition(" ")
        asked = name if kind.isupper() and "." in name else ""
        answer = exchange.untrusted_received.replace(asked, "\0") if asked else exchange.untrusted_received
        groups.setdefault((exchange.target, answer), []).append(exchange)
    mono, rows, before = m.paper.mono, [], ""
    quiet = mono.inked(m.paper.quiet)
    for (target, answer), same in groups.items():
        row: list[Run] = [] if target == before else [(f"[{m.wording.free(target, 100)}] ", quiet)]
        before = target
        requests = list(dict.fromkeys(exchange.sent for exchange in same if exchange.sent))
        asked_for = [f"> {_bounded(m, request)} " for request in requests[:SENT]]
        if len(requests) > SENT:
            asked_for.append(m.say("t6.more_sent", count=len(requests) - SENT) + " ")
        received = same[0].untrusted_received if len(requests) == 1 else answer.replace("\0", m.say("t6.name"))
        row.append(("".join(asked_for), quiet))
        row.append((f"< {_bounded(m, received)}" if received else "", mono))
        rows.append((len(same), row))
    return rows


def _left_out(
    m: ReportContext,
    attempt: Attempt,
    fresh: Sequence[Exchange],
    rows: Sequence[tuple[int, list[Run]]],
    known: Mapping[tuple[str, str, str], str],
) -> list[str]:
    """What is not printed of `attempt`: what stands elsewhere already, our own digests, what found no room."""
    elsewhere: dict[str, int] = {}
    for exchange in attempt.evidence:
        number = known.get((exchange.target, exchange.sent, exchange.untrusted_received))
        if number:
            elsewhere[number] = elsewhere.get(number, 0) + 1
    if not rows and len(elsewhere) > 1:
        parts = [m.say("t6.as_above", count=sum(elsewhere.values()))]
    else:
        parts = [m.say("t6.as_in", number=number, count=count) for number, count in elsewhere.items()]
    digests = sum(exchange.sent.startswith(DIGESTS) for exchange in fresh)
    if digests:
        parts.append(m.say("t6.hellos", count=digests))
    left_out = len(fresh) - digests - sum(count for count, _ in rows[:ROWS])
    if left_out:
        parts.append(m.say("t6.more", count=left_out))
    if not rows:
        return parts
    return [m.say("t6.left_out", parts=m.wording.listed(parts))] if parts else []


def _sources(m: ReportContext, attempt: Attempt) -> list[str]:
    """The document that a reading was read from."""
    known = [source for run in m.assessment.runs for source in run.sources if source.sha256 == attempt.source]
    return [m.say("t6.file", name=m.wording.free(one.name, 80), digest=one.sha256) for one in known[:1]]


def _bounded(m: ReportContext, untrusted_text: str) -> str:
    text = untrusted_text[:CHARACTERS].replace("\r\n", "\n").rstrip("\n")
    line = END.join(sanitize(line, CHARACTERS) for line in text.split("\n"))
    if len(untrusted_text) > CHARACTERS:
        left_out = len(untrusted_text[CHARACTERS:].encode("utf-8", "replace"))
        line += f" {m.say('t6.cut', count=left_out)}"
    return line


def _worth(m: ReportContext, point: OpenPoint) -> Cell:
    """How bad the answer may turn out to be; nothing where no points depend on it."""
    return m.severity(point.severity) if point.severity >= Severity.LOW else "－"


def not_measured(m: ReportContext) -> list[Block]:
    """T8: what could not be looked at, with the reason, and what is still open.

    What failed at the same places for the same reason shares a row.
    """
    failed = [attempt for attempt in m.assessment.attempts if attempt.status is not Status.COMPLETED]
    reasons: dict[tuple[str, str], list[str]] = {}
    for attempt in failed[:200]:
        why = m.wording.word("reason", attempt.reason) if attempt.reason else m.wording.word("status", attempt.status)
        reasons.setdefault((m.wording.probe(attempt.probe), why), []).append(m.wording.free(attempt.subject, 100))
    alike: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (name, why), subjects in reasons.items():
        alike.setdefault((tuple(sorted(set(subjects), key=natural)), why), []).append(name)
    rows: list[list[Cell]] = [
        [m.wording.listed(names), m.wording.listed(where), why] for (where, why), names in alike.items()
    ]
    told = {(attempt.probe, attempt.subject) for attempt in failed[:200]}
    fresh = [one for one in m.result.open_points if one.kind != "not_measured" or (one.probe, one.subject) not in told]
    points = sorted(fresh, key=lambda point: -point.severity)
    opened: list[list[Cell]] = [
        [m.wording.word("open_point", point.kind), _worth(m, point), what(m, point), who(m, point)] for point in points
    ]
    return [
        m.heading("t8.heading"),
        m.note(m.say("t8.intro"), keep_next=True),
        Gap(1),
        m.list_or_none([38, 57, 70], "t8.heads", rows),
        Gap(3),
        m.heading("t8.open", 3),
        m.list_or_none([23, 33, 69, 40], "t8.open_heads", opened),
        Gap(5),
    ]
