"""How the results of other tools are written: which tool, of which host or domain, when, and what it found."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from fumimori.checks.other_tools.facts import Facts, Item
from fumimori.checks.other_tools.nmap import nmap_report
from fumimori.checks.other_tools.services import ScannedService, ssh_audit_services, sslyze_services, testssl_services
from fumimori.grammar.json_values import field, items, pairs, parse_json, text
from fumimori.grammar.lines import lines_of, text_of
from fumimori.model import Tool


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a tool says of a host or domain, and what it looked at there as our own probes do."""

    host: str
    facts: Facts
    at: datetime | None = None
    """When it ran; None where it does not say so in a form that is known."""
    services: tuple[ScannedService, ...] = ()


KEPT = 300
SERVICES_MOST = 100
TEXT_MOST = 200
_SEVERITIES = {"critical": "high", "high": "high", "medium": "medium", "low": "low", "warn": "low"}
_ORDER = ("high", "medium", "low", "info")


def read_results(octets: bytes) -> list[Found]:
    """What the tool that wrote `octets` found, one entry for each host or domain; empty for what is no such result."""
    start = octets[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return list(_nmap(octets)) if b"<nmaprun" in start else []
    if start.startswith((b"{", b"[")):
        value = parse_json(octets.lstrip(b"\xef\xbb\xbf"))
        for read in _JSON:
            found = list(read(value))
            if found:
                return found
        return []
    return list(_lynis(text_of(octets)))


def _found(
    host: str, tool: Tool, found: Iterable[Item], services: Iterable[ScannedService] = (), met: Iterable[str] = ()
) -> Iterator[Found]:
    if host:
        kept = sorted(found, key=lambda item: _ORDER.index(item.severity))[:KEPT]
        day = f"{tool.at:%Y-%m-%d}" if tool.at else ""
        facts = Facts(
            tool=tool.name, version=tool.version, at=day, items=tuple(kept), met=tuple(dict.fromkeys(met))[:KEPT]
        )
        yield Found(host=host, facts=facts, at=tool.at, services=tuple(services)[:SERVICES_MOST])


def _tool(name: str, version: str = "", at: str = "") -> Tool:
    return Tool(name=name, version=version.strip()[:40], at=_moment(at.strip()[:40]))


def _moment(at: str) -> datetime | None:
    """Seconds or milliseconds since 1970, ISO 8601, or as C's ctime writes it; UTC where no zone is said."""
    try:
        if at.isdecimal() and len(at) in (10, 13):
            return datetime.fromtimestamp(int(at[:10]), tz=UTC)
        moment = datetime.fromisoformat(at)
    except (ValueError, OverflowError):
        try:
            moment = datetime.strptime(at, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
        except ValueError:
            return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if 2000 <= moment.year < 2100 else None


def _item(name: str, severity: str, said: str = "", place: str = "") -> Item:
    return Item(id=name[:80], severity=severity, text=said[:TEXT_MOST], place=place)


def _host(name: str) -> str:
    """A name without port, path and final dot."""
    return name.partition("/")[0].partition(":")[0].strip().lower().rstrip(".")[:253]


def _testssl(value: object) -> Iterator[Found]:
    """testssl.sh: `--jsonfile` (a list) and `--jsonfile-pretty` (an object)."""
    flat = [one for one in items({"all": value}, "all") if field(one, "severity") and field(one, "finding")]
    services: dict[tuple[str, str], list[object]] = {}
    for one in flat:
        services.setdefault((_host(text(one, "ip")), text(one, "port")), []).append(one)
    for result in items(value, "scanResult"):
        entries = services.setdefault((_host(text(result, "targetHost")), text(result, "port")), [])
        entries += [one for _, group in pairs(result) for one in items({"all": group}, "all")]
    hosts: dict[str, tuple[list[Item], list[ScannedService]]] = {}
    for (host, port), entries in services.items():
        if any(text(one, "severity") != "FATAL" and text(one, "id") in _TESTSSL_TESTS for one in entries):
            found, scanned = hosts.setdefault(host, ([], []))
            found += _testssl_items(entries, f"{host}:{port}")
            scanned += testssl_services(entries, host, port)
    for host, (found, scanned) in hosts.items():
        tool = _tool("testssl.sh", text(value, "version"), text(value, "startTime"))
        yield from _found(host, tool, found, scanned)


_TESTSSL_TESTS = frozenset({"SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2", "TLS1_3"})
"""What every whole test begins with; a result without any of them did not get as far as testing."""
_TESTSSL_SAME = (
    "cipher",
    "cert_expirationStatus",
    "cert_notAfter",
    "cert_trust",
    "cert_chain_of_trust",
    "cert_keySize",
)
"""What this program's own probes report too, by the beginnings of names."""
_TESTSSL_ITSELF = ("optimal_proto", "engine_problem", "scanTime", "scanProblem", "old_fart", "clientProblem")
"""What it says about itself and not about the server."""


def _testssl_items(entries: Iterable[object], place: str) -> Iterator[Item]:
    for one in entries:
        name, severity = text(one, "id"), _SEVERITIES.get(text(one, "severity").lower(), "")
        if severity and name and not name.startswith(_TESTSSL_ITSELF):
            same = name in _TESTSSL_TESTS or name.startswith(_TESTSSL_SAME)
            yield _item(name, severity, text(one, "finding"), place if same else "")


_SSLYZE_VERSIONS = {
    "ssl_2_0_cipher_suites": ("SSL 2.0", "high"),
    "ssl_3_0_cipher_suites": ("SSL 3.0", "high"),
    "tls_1_0_cipher_suites": ("TLS 1.0", "medium"),
    "tls_1_1_cipher_suites": ("TLS 1.1", "medium"),
}
_SSLYZE_HOLES = {
    ("heartbleed", "is_vulnerable_to_heartbleed"): "high",
    ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection"): "high",
    ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos"): "low",
}


def _sslyze(value: object) -> Iterator[Found]:
    for server in items(value, "server_scan_results"):
        if not isinstance(field(server, "scan_result"), dict):
            continue  # it was not reached, which says nothing about it
        host = _host(text(server, "server_location", "hostname"))
        found, place = [], f"{host}:{text(server, 'server_location', 'port')}"
        for name, (label, severity) in _SSLYZE_VERSIONS.items():
            if any(True for _ in items(server, "scan_result", name, "result", "accepted_cipher_suites")):
                found.append(_item(name, severity, label, place))
        for (name, key), severity in _SSLYZE_HOLES.items():
            if field(server, "scan_result", name, "result", key) is True:
                found.append(_item(name, severity))
        tool = _tool("sslyze", text(value, "sslyze_version"), text(value, "date_scans_completed"))
        yield from _found(host, tool, found, sslyze_services(server, host))


def _ssh_audit(value: object) -> Iterator[Found]:
    if not isinstance(field(value, "banner"), dict) or not isinstance(field(value, "kex"), list):
        return
    target, _, port = text(value, "target").rpartition(":")
    host = _host(target or port)
    number = int(port) if target and port.isdecimal() and len(port) < 6 else 22
    found = []
    for kind in ("kex", "key", "enc", "mac"):
        for one in items(value, kind):
            name = text(one, "algorithm")
            failures = [str(reason) for reason in items(one, "notes", "fail")]
            warnings = [str(reason) for reason in items(one, "notes", "warn")]
            if name and (failures or warnings):
                said = "; ".join(failures or warnings)
                found.append(_item(name, "medium" if failures else "low", said, f"{host}:{number}"))
    found += [_item(text(one, "name"), "medium", text(one, "description")) for one in items(value, "cves")]
    yield from _found(host, _tool("ssh-audit"), found, ssh_audit_services(value, host, number))


def _checkdmarc(value: object) -> Iterator[Found]:
    for one in items({"all": value if isinstance(value, list) else [value]}, "all"):
        if not (text(one, "domain") and isinstance(field(one, "spf"), dict) and isinstance(field(one, "dmarc"), dict)):
            continue
        found = []
        for name, part in pairs(one):
            if text(part, "error"):
                found.append(_item(name, "medium", text(part, "error")))
            found += [_item(name, "low", str(warning)) for warning in items(part, "warnings")]
        yield from _found(_host(text(one, "domain")), _tool("checkdmarc"), found)


def _internet_nl(value: object) -> Iterator[Found]:
    if not text(value, "api_version"):
        return
    for domain, one in pairs(value, "domains"):
        found = []
        for name, test in pairs(one, "results", "tests"):
            severity = {"failed": "medium", "warning": "low"}.get(text(test, "status"), "")
            if severity:
                found.append(_item(name, severity, text(test, "verdict")))
        if isinstance(field(one, "results"), dict):
            day = text(value, "request", "finished_date")
            yield from _found(_host(domain), _tool("internet.nl", text(value, "api_version"), day), found)


def _scuba(value: object) -> Iterator[Found]:
    """ScubaGear and ScubaGoggles write the same tables."""
    tool = text(value, "MetaData", "Tool")
    if not tool.startswith("Scuba"):
        return
    found, met = [], []
    for _, product in pairs(value, "Results"):
        for group in items({"all": product}, "all"):
            for control in items(group, "Controls"):
                if text(control, "Result").lower() == "pass":
                    met.append(text(control, "Control ID")[:80])
                severity = {"fail": "high", "warning": "low"}.get(text(control, "Result").lower(), "")
                if severity:
                    found.append(_item(text(control, "Control ID"), severity, text(control, "Requirement")))
    at = text(value, "MetaData", "TimestampZulu") or text(value, "MetaData", "Timestamp")
    version = text(value, "MetaData", "ToolVersion")
    yield from _found(_host(text(value, "MetaData", "DomainName")), _tool(tool, version, at), found, met=met)


_SSL_LABS_GRADES = {"B": "low", "C": "medium", "D": "medium", "E": "medium", "F": "high", "T": "high", "M": "high"}
_SSL_LABS_HOLES = ("heartbleed", "poodle", "freak", "logjam", "drownVulnerable")
_SSL_LABS_VERSIONS = {"SSL 2.0": "high", "SSL 3.0": "high", "TLS 1.0": "medium", "TLS 1.1": "medium"}


def _ssl_labs(value: object) -> Iterator[Found]:
    """The interface of Qualys SSL Labs, which looks at web sites (version 3 and 4): one host, or a list of them."""
    for one in items({"all": value if isinstance(value, list) else [value]}, "all"):
        if not (text(one, "engineVersion") and text(one, "host") and isinstance(field(one, "endpoints"), list)):
            continue
        found = []
        for endpoint in items(one, "endpoints"):
            address, grade = text(endpoint, "ipAddress")[:45], text(endpoint, "grade")
            if grade[:1] in _SSL_LABS_GRADES:
                found.append(_item(f"grade {grade}", _SSL_LABS_GRADES[grade[:1]], address))
            for protocol in items(endpoint, "details", "protocols"):
                name = f"{text(protocol, 'name')} {text(protocol, 'version')}"
                if name in _SSL_LABS_VERSIONS:
                    found.append(_item(name, _SSL_LABS_VERSIONS[name], address))
            holes = [name for name in _SSL_LABS_HOLES if field(endpoint, "details", name) is True]
            found += [_item(name, "high", address) for name in holes]
        if any(text(endpoint, "grade") for endpoint in items(one, "endpoints")):
            tool = _tool("SSL Labs", text(one, "engineVersion"), text(one, "testTime"))
            yield from _found(_host(text(one, "host")), tool, found)


_JSON: tuple[Callable[[object], Iterator[Found]], ...] = (
    *(_scuba, _sslyze, _ssh_audit, _internet_nl, _checkdmarc, _ssl_labs, _testssl),
)


def _lynis(report: str) -> Iterator[Found]:
    """/var/log/lynis-report.dat: `name=value`, lists as `name[]=ID|text|…`."""
    head: dict[str, str] = {}
    found = []
    for line in lines_of(report, 50_000):
        name, equals, value = line.partition("=")
        if equals and name in ("warning[]", "suggestion[]"):
            words = value.split("|")
            severity = "medium" if name == "warning[]" else "info"
            found.append(_item(words[0], severity, words[1] if len(words) > 1 else ""))
        elif equals and len(name) < 40:
            head.setdefault(name, value.strip())
    if "lynis_version" in head and "hostname" in head:
        day = head.get("report_datetime_start", "")
        yield from _found(_host(head["hostname"]), _tool("Lynis", head["lynis_version"], day), found)


def _nmap(octets: bytes) -> Iterator[Found]:
    report = nmap_report(octets)
    if report is None:
        return
    for host in report.hosts:
        name = _host(host.name)
        ports = [_item(f"{port.number}/{port.protocol}", "info", port.service) for port in host.open_ports]
        yield from _found(name, _tool("nmap", report.version, report.at), ports, host.services(name))
