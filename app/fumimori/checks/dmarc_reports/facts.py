"""The facts of dmarc_reports: what the reports about one domain say."""

from fumimori.checks.observations import FactsKey
from fumimori.grammar.dmarc_report import DmarcReport
from fumimori.model import Record


class Facts(Record):
    """Reports that were handed over together, oldest first, each once."""

    reports: tuple[DmarcReport, ...]
    left_out: int = 0
    """Rows beyond those that are kept."""


DMARC_REPORTS = FactsKey("dmarc_reports", Facts)
"""Key to read these facts from `Observations`."""
