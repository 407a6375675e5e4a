"""The files next to the report and inside it: findings.csv, actions.csv, contacts.csv, measurements.json."""

from collections.abc import Callable

import msgspec

from fumimori.grammar.csv_text import csv_octets
from fumimori.model import Assessment, Finding, Repair, Result
from fumimori.wording.report import Wording
from fumimori.wording.rows import Table, action_table, finding_table

MIME = {"csv": "text/csv", "json": "application/json"}


def attachments(
    assessment: Assessment, result: Result, wording: Wording, repair: Callable[[Finding], Repair]
) -> dict[str, bytes]:
    """The files by name; the same words and numbers as in print, and of the runs what counts."""
    assessment = msgspec.structs.replace(assessment, runs=result.runs)
    return {
        "findings.csv": _csv(finding_table(result, wording, repair)),
        "actions.csv": _csv(action_table(result, wording)),
        "contacts.csv": _contacts(assessment),
        "measurements.json": _measurements(assessment),
    }


def _csv(table: Table) -> bytes:
    return csv_octets(table.head, table.texts())


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
    return csv_octets(head, rows)


def _measurements(assessment: Assessment) -> bytes:
    content = {
        "domains": [domain.name for domain in assessment.scope.domains],
        "runs": assessment.runs,
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=1)
