"""The files beside the report and inside it: findings.csv, actions.csv, contacts.csv, measurements.json."""

import csv
import unicodedata
from collections.abc import Sequence
from io import StringIO

import msgspec

from fumimori.model import Assessment, Result
from fumimori.wording.report import Wording

_FORMULA = ("=", "+", "-", "\N{MINUS SIGN}", "@")
_UNSEEN = {"Cc", "Cf"}
MIME = {"csv": "text/csv", "json": "application/json"}


def attachments(assessment: Assessment, result: Result, wording: Wording) -> dict[str, bytes]:
    """The files by name; the same words and numbers as in print, and of the runs what counts."""
    assessment = msgspec.structs.replace(assessment, runs=result.runs)
    return {
        "findings.csv": _findings(result, wording),
        "actions.csv": _actions(result, wording),
        "contacts.csv": _contacts(assessment),
        "measurements.json": _measurements(assessment),
    }


def _findings(result: Result, wording: Wording) -> bytes:
    head = ("number", "code", "subject", "control", "severity", "basis", "title", "what_we_saw", "risk", "how_to_fix")
    rows = [
        (
            wording.number(finding),
            finding.code,
            finding.subject,
            finding.control,
            finding.severity.word,
            finding.basis,
            wording.title(finding),
            wording.saw(finding),
            wording.risk(finding),
            "\n".join(wording.fix(finding)),
        )
        for finding in result.findings
    ]
    return _csv(head, rows)


def _actions(result: Result, wording: Wording) -> bytes:
    head = ("number", "action", "findings", "control", "severity", "owner", "effort", "cost", "due", "done")
    rows = [
        (
            f"{number}",
            wording.action(action),
            " ".join(wording.number(finding) for finding in action.findings),
            action.control,
            action.severity.word,
            wording.owner(action),
            wording.word("effort", action.work.effort),
            wording.cost(action),
            wording.due(action),
            "yes" if action.entry and action.entry.done else "",
        )
        for number, action in enumerate(result.actions, start=1)
    ]
    return _csv(head, rows)


def _contacts(assessment: Assessment) -> bytes:
    head = ("at", "target", "port", "transport", "what", "detail", "sent_bytes", "received_bytes")
    rows = [
        (
            contact.at.isoformat(),
            contact.target,
            f"{contact.port}",
            contact.transport,
            contact.what,
            contact.detail,
            f"{contact.sent_bytes}",
            f"{contact.received_bytes}",
        )
        for contact in assessment.contacts
    ]
    return _csv(head, rows)


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with the mark that makes spreadsheets read it as such; no cell begins like a formula."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def _cell(value: str) -> str:
    """`value` as text: an apostrophe before what a spreadsheet may take for a formula, in either width."""
    shown = unicodedata.normalize("NFKC", "".join(c for c in value if unicodedata.category(c) not in _UNSEEN)).lstrip()
    return f"'{value}" if value.startswith(("\t", "\r", "\n")) or shown.startswith(_FORMULA) else value


def _measurements(assessment: Assessment) -> bytes:
    content = {
        "domains": [domain.name for domain in assessment.scope.domains],
        "runs": assessment.runs,
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=1)
