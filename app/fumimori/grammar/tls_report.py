"""Reports about encrypted deliveries (TLS-RPT, RFC 8460 section 4): what failed, where and why; bounded and total."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from fumimori.model import Record

POLICIES_MOST = 50
FAILURES_MOST = 500
TEXT_MOST = 253

RESULTS = {
    "starttls-not-supported": "starttls",
    "certificate-host-mismatch": "certificate",
    "certificate-expired": "certificate",
    "certificate-not-trusted": "certificate",
    "validation-failure": "certificate",
    "sts-policy-fetch-error": "policy",
    "sts-policy-invalid": "policy",
    "sts-webpki-invalid": "policy",
    "tlsa-invalid": "dane",
    "dnssec-invalid": "dane",
    "dane-required": "dane",
}
"""The results of section 4.3, and what each is about."""


class TlsFailure(Record):
    """Sessions that failed in one way; texts are untrusted."""

    result: str
    """One of RESULTS, else what the reporter calls it."""
    mx: str
    count: int
    reason: str = ""

    @property
    def kind(self) -> str:
        """`starttls`, `certificate`, `policy`, `dane` or `other`."""
        return RESULTS.get(self.result, "other")


class TlsPolicy(Record):
    """What happened under one policy."""

    type: str
    """`sts`, `tlsa` or `no-policy-found`."""
    domain: str
    successful: int
    failed: int
    failures: tuple[TlsFailure, ...] = ()


class TlsReport(Record):
    """One report."""

    organisation: str
    id: str
    begin: datetime
    end: datetime
    policies: tuple[TlsPolicy, ...] = ()
    vouched: bool = False
    """It surely comes from the organisation that it names; files of earlier versions do not know."""


class NoReportError(ValueError):
    """The JSON is no report; the message says why."""


def parse_report(octets: bytes) -> TlsReport:
    """The report in `octets`; NoReportError for anything else."""
    try:
        said = msgspec.json.decode(octets.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NoReportError(str(error)[:100]) from error
    period = _table(_table(said).get("date-range"))
    begin, end = _moment(period.get("start-datetime")), _moment(period.get("end-datetime"))
    policies = _list(_table(said).get("policies"))
    if begin is None or end is None or not policies:
        raise NoReportError("without a period or policies")
    return TlsReport(
        organisation=_text(said.get("organization-name")),
        id=_text(said.get("report-id")),
        begin=begin,
        end=end,
        policies=tuple(_policy(_table(one)) for one in policies[:POLICIES_MOST]),
    )


def _policy(said: dict[str, Any]) -> TlsPolicy:
    policy, summary = _table(said.get("policy")), _table(said.get("summary"))
    return TlsPolicy(
        type=_text(policy.get("policy-type")).lower(),
        domain=_text(policy.get("policy-domain")).lower().rstrip("."),
        successful=_count(summary.get("total-successful-session-count")),
        failed=_count(summary.get("total-failure-session-count")),
        failures=tuple(_failure(_table(one)) for one in _list(said.get("failure-details"))[:FAILURES_MOST]),
    )


def _failure(said: dict[str, Any]) -> TlsFailure:
    return TlsFailure(
        result=_text(said.get("result-type")).lower(),
        mx=_text(said.get("receiving-mx-hostname")).lower().rstrip("."),
        count=_count(said.get("failed-session-count")),
        reason=_text(said.get("failure-reason-code")),
    )


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value[:TEXT_MOST] if isinstance(value, str) else ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else 0


def _moment(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(_text(value))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
