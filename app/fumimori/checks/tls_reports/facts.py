"""The facts of tls_reports: what the reports about one domain say."""

from fumimori.checks.observations import FactsKey
from fumimori.grammar.tls_report import TlsReport
from fumimori.model import Record


class Facts(Record):
    """Reports that were handed over together, oldest first, each once."""

    reports: tuple[TlsReport, ...]


TLS_REPORTS = FactsKey("tls_reports", Facts)
"""Key to read these facts from `Observations`."""
