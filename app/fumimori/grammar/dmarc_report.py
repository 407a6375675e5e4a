"""Aggregate reports of DMARC (RFC 9990, RFC 7489 appendix C): who sent in a domain's name; bounded, no entities."""

import xml.parsers.expat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address

from fumimori.model import Record

ROWS_MOST = 5_000
"""Rows of one report."""
ELEMENTS_MOST = 500_000
TEXT_MOST = 512
DEPTH_MOST = 12
DOMAINS_MOST = 8


class ReportRow(Record):
    """Messages from one address with the same results."""

    address: str
    count: int
    disposition: str
    """Their disposition: `none`, `quarantine`, `reject`, or another word of the reporter's."""
    dkim: bool
    """DKIM passed and is aligned."""
    spf: bool
    """SPF passed and is aligned."""
    dkim_domains: tuple[str, ...] = ()
    """Whose DKIM signatures passed, aligned or not."""
    key_names: tuple[str, ...] = ()
    """Where the keys of these signatures stand, `<selector>._domainkey.<domain>`, as far as the report says it."""
    spf_domain: str = ""
    """For which domain SPF passed, aligned or not; empty where it did not pass."""

    @property
    def aligned(self) -> bool:
        """Whether DMARC passed."""
        return self.dkim or self.spf


class DmarcReport(Record):
    """One report; every text is untrusted."""

    organisation: str
    id: str
    begin: datetime
    end: datetime
    domain: str
    policy: str
    """The `p` that the reporter saw."""
    rows: tuple[ReportRow, ...] = ()
    left_out: int = 0
    """Rows beyond those that are kept."""
    vouched: bool = False
    """It surely comes from the organisation that it names; files of earlier versions do not know."""


class NoReportError(ValueError):
    """The XML is no aggregate report; the message says why."""


@dataclass
class _Reader:
    """Collects what is in the elements, record by record."""

    path: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    length: int = 0
    elements: int = 0
    said: dict[str, str] = field(default_factory=dict)
    """Of the metadata and the policy, by the last two names of the path."""
    row: dict[str, str] = field(default_factory=dict)
    signature: dict[str, str] = field(default_factory=dict)
    signed: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    sent: str = ""
    rows: list[ReportRow] = field(default_factory=list)
    left_out: int = 0

    def start(self, name: str, _attributes: object) -> None:
        self.elements += 1
        if self.elements > ELEMENTS_MOST or len(self.path) >= DEPTH_MOST:
            raise NoReportError("too many elements")
        self.path.append(name.rpartition(":")[2])
        self.text, self.length = [], 0

    def data(self, text: str) -> None:
        if self.length < TEXT_MOST:
            self.text.append(text[: TEXT_MOST - self.length])
            self.length += len(text)

    def end(self, _name: str) -> None:
        value, self.text = "".join(self.text).strip(), []
        path = self.path
        name, above = path[-1], path[-2] if len(path) > 1 else ""
        if "record" not in path:
            self.said.setdefault(f"{above}.{name}", value)
        elif name == "record":
            self.close_record()
        elif "auth_results" in path:
            self.result(name, value)
        else:
            self.row.setdefault(f"{above}.{name}", value)
        path.pop()

    def result(self, name: str, value: str) -> None:
        if name not in ("dkim", "spf"):
            self.signature.setdefault(name, value)
            return
        passed, domain = self.signature.get("result", "").lower() == "pass", self.signature.get("domain", "")
        if passed and name == "dkim" and len(self.signed) < DOMAINS_MOST:
            self.signed.append(_name(domain))
            selector = _name(self.signature.get("selector", ""))
            self.keys += [f"{selector}._domainkey.{_name(domain)}"[:253]] if selector else []
        elif passed and name == "spf" and not self.sent:
            self.sent = _name(domain)
        self.signature = {}

    def close_record(self) -> None:
        row, signed, sent = self.row, tuple(dict.fromkeys(self.signed)), self.sent
        keys = tuple(dict.fromkeys(self.keys))
        self.row, self.signed, self.keys, self.sent, self.signature = {}, [], [], "", {}
        address, count = _address(row.get("row.source_ip", "")), _count(row.get("row.count", ""))
        if not address or not count:
            return
        if len(self.rows) >= ROWS_MOST:
            self.left_out += 1
            return
        self.rows.append(
            ReportRow(
                address=address,
                count=count,
                disposition=row.get("policy_evaluated.disposition", "none").lower()[:20],
                dkim=row.get("policy_evaluated.dkim", "").lower() == "pass",
                spf=row.get("policy_evaluated.spf", "").lower() == "pass",
                dkim_domains=signed,
                key_names=keys,
                spf_domain=sent,
            )
        )


def parse_report(xml_octets: bytes) -> DmarcReport:
    """The report in `xml_octets`; NoReportError for anything else, for a document type and for entities."""
    reader = _Reader()
    parser = xml.parsers.expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(xml_octets, True)  # noqa: FBT003 - the library's last argument has no name
    except (xml.parsers.expat.ExpatError, ValueError, LookupError) as error:
        raise NoReportError(str(error)[:100]) from error
    said = reader.said
    begin, end = _moment(said.get("date_range.begin", "")), _moment(said.get("date_range.end", ""))
    domain = _name(said.get("policy_published.domain", ""))
    if begin is None or end is None or not domain:
        raise NoReportError("without a period or a domain")
    return DmarcReport(
        organisation=said.get("report_metadata.org_name", "")[:200],
        id=said.get("report_metadata.report_id", "")[:200],
        begin=begin,
        end=end,
        domain=domain,
        policy=said.get("policy_published.p", "").lower()[:20],
        rows=tuple(reader.rows),
        left_out=reader.left_out,
    )


def _refuse(*_given: object) -> None:
    raise NoReportError("a document type or an entity")


def _name(text: str) -> str:
    return text.strip().lower().rstrip(".")[:253]


def _address(text: str) -> str:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return ""


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


def _moment(text: str) -> datetime | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return datetime.fromtimestamp(int(text), UTC)
