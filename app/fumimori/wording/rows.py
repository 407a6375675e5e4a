"""Findings and actions as rows of words, for tables that leave the program."""

from collections.abc import Callable
from datetime import date

from fumimori.model import Action, Finding, Record, Repair, Result
from fumimori.wording.repairs import note_words, repair_lines
from fumimori.wording.report import Wording

Cell = str | int | date
"""Words, a count, or a day of the calendar; a day that nobody set is an empty text."""


class Table(Record):
    """A table in the language of its wording."""

    name: str
    """A short title, also good for a sheet."""
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The rows with every cell as text; days as YYYY-MM-DD."""
        return tuple(tuple(f"{cell}" for cell in row) for row in self.rows)


def finding_table(result: Result, wording: Wording, repair: Callable[[Finding], Repair]) -> Table:
    """Every finding with what was seen, what to do, by whom and by when, and what proves it."""
    actions = {(one.code, one.subject): action for action in result.actions for one in action.findings}
    return Table(
        name=wording.texts("exports.findings.name"),
        head=wording.texts.lines("exports.findings.head"),
        rows=tuple(
            _finding(finding, actions.get((finding.code, finding.subject)), wording, repair(finding))
            for finding in result.findings
        ),
    )


def _finding(finding: Finding, action: Action | None, wording: Wording, repair: Repair) -> tuple[Cell, ...]:
    asked = [note_words(wording.texts, repair.ask)] if repair.ask is not None else []
    copied = "\n".join([*repair_lines(wording.texts, repair), *asked])
    return (
        wording.number(finding),
        wording.word("severity", finding.severity.word),
        f"{finding.control.printed} {wording.control(finding.control)}",
        finding.subject,
        wording.title(finding),
        wording.saw(finding),
        wording.risk(finding),
        "\n".join(wording.fix(finding)),
        copied,
        wording.confirm(finding),
        wording.owner(action) if action else wording.word("owner", finding.work.owner),
        (action.due or wording.due(action)) if action else "",
        wording.word("basis", finding.basis),
        finding.code,
    )


def action_table(result: Result, wording: Wording) -> Table:
    """The whole plan in its order."""
    return Table(
        name=wording.texts("exports.actions.name"),
        head=wording.texts.lines("exports.actions.head"),
        rows=tuple(_action(number, action, wording) for number, action in enumerate(result.actions, start=1)),
    )


def _action(number: int, action: Action, wording: Wording) -> tuple[Cell, ...]:
    entry = action.entry
    return (
        number,
        wording.action(action),
        wording.why(action),
        wording.owner(action),
        (entry.due_day if entry else None) or action.due or wording.due(action),
        wording.word("effort", action.work.effort),
        wording.cost(action),
        wording.word("severity", action.severity.word),
        f"{action.control.printed} {wording.control(action.control)}",
        " ".join(wording.number(finding) for finding in action.findings),
        wording.texts("exports.yes") if entry and entry.done else "",
        wording.free(entry.note) if entry else "",
    )
