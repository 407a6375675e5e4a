"""How the results of other tools are written: which tool, of which host or domain, when, and what it found."""

from collections.abc import Callable, Iterator
from xml.parsers import expat  # entities are refused before anything is done with them

from fumimori.checks.other_tools.facts import Facts, Item
from fumimori.grammar.json_values import field, items, pairs, parse_json, text
from fumimori.grammar.lines import lines_of, text_of

Found = tuple[str, Facts]
"""A host or domain, and what the tool says of it."""
KEPT = 300
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


def _facts(tool: str, version: str, at: str, found: Iterator[Item] | list[Item]) -> Facts:
    kept = sorted(found, key=lambda item: _ORDER.index(item.severity))[:KEPT]
    return Facts(tool=tool, version=version[:40], at=at[:40], items=tuple(kept))


def _item(name: str, severity: str, said: str = "") -> Item:
    return Item(id=name[:80], severity=severity, text=said[:TEXT_MOST])


def _host(name: str) -> str:
    """A name without port, path and final dot."""
    return name.partition("/")[0].partition(":")[0].strip().lower().rstrip(".")[:253]


def _testssl(value: object) -> Iterator[Found]:
    """testssl.sh: `--jsonfile` (a list) and `--jsonfile-pretty` (an object)."""
    flat = [one for one in items({"all": value}, "all") if field(one, "severity") and field(one, "finding")]
    hosts: dict[str, list[Item]] = {}
    at = ""
    for one in flat:
        hosts.setdefault(_host(text(one, "ip")), []).extend(_testssl_items([one]))
    for result in items(value, "scanResult"):
        host = hosts.setdefault(_host(text(result, "targetHost")), [])
        for _, group in pairs(result):
            host += _testssl_items(list(items({"all": group}, "all")))
    version = text(value, "version")
    if hosts and isinstance(value, dict):
        at = text(value, "startTime")
    for host_name, found in hosts.items():
        if host_name:
            yield host_name, _facts("testssl.sh", version, at, found)


def _testssl_items(entries: list[object]) -> Iterator[Item]:
    for one in entries:
        severity = _SEVERITIES.get(text(one, "severity").lower(), "")
        if severity and text(one, "id"):
            yield _item(text(one, "id"), severity, text(one, "finding"))


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
        found = []
        for name, (label, severity) in _SSLYZE_VERSIONS.items():
            if any(True for _ in items(server, "scan_result", name, "result", "accepted_cipher_suites")):
                found.append(_item(name, severity, label))
        for (name, key), severity in _SSLYZE_HOLES.items():
            if field(server, "scan_result", name, "result", key) is True:
                found.append(_item(name, severity))
        host = _host(text(server, "server_location", "hostname"))
        if host:
            day = text(value, "date_scans_completed")
            yield host, _facts("sslyze", text(value, "sslyze_version"), day, found)


def _ssh_audit(value: object) -> Iterator[Found]:
    if not isinstance(field(value, "banner"), dict) or not isinstance(field(value, "kex"), list):
        return
    found = []
    for kind in ("kex", "key", "enc", "mac"):
        for one in items(value, kind):
            name = text(one, "algorithm")
            failures = [str(reason) for reason in items(one, "notes", "fail")]
            warnings = [str(reason) for reason in items(one, "notes", "warn")]
            if name and (failures or warnings):
                found.append(_item(name, "medium" if failures else "low", "; ".join(failures or warnings)))
    found += [_item(text(one, "name"), "medium", text(one, "description")) for one in items(value, "cves")]
    yield _host(text(value, "target")), _facts("ssh-audit", "", "", found)


def _checkdmarc(value: object) -> Iterator[Found]:
    for one in items({"all": value if isinstance(value, list) else [value]}, "all"):
        if not (text(one, "domain") and isinstance(field(one, "spf"), dict) and isinstance(field(one, "dmarc"), dict)):
            continue
        found = []
        for name, part in pairs(one):
            if text(part, "error"):
                found.append(_item(name, "medium", text(part, "error")))
            found += [_item(name, "low", str(warning)) for warning in items(part, "warnings")]
        yield _host(text(one, "domain")), _facts("checkdmarc", "", "", found)


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
            yield _host(domain), _facts("internet.nl", text(value, "api_version"), day, found)


def _scuba(value: object) -> Iterator[Found]:
    """ScubaGear and ScubaGoggles write the same tables."""
    tool = text(value, "MetaData", "Tool")
    if not tool.startswith("Scuba"):
        return
    found = []
    for _, product in pairs(value, "Results"):
        for group in items({"all": product}, "all"):
            for control in items(group, "Controls"):
                severity = {"fail": "high", "warning": "low"}.get(text(control, "Result").lower(), "")
                if severity:
                    found.append(_item(text(control, "Control ID"), severity, text(control, "Requirement")))
    at = text(value, "MetaData", "TimestampZulu") or text(value, "MetaData", "Timestamp")
    yield _host(text(value, "MetaData", "DomainName")), _facts(tool, text(value, "MetaData", "ToolVersion"), at, found)


_JSON: tuple[Callable[[object], Iterator[Found]], ...] = (
    *(_scuba, _sslyze, _ssh_audit, _internet_nl, _checkdmarc, _testssl),
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
        yield _host(head["hostname"]), _facts("Lynis", head["lynis_version"], day, found)


class _Scan:
    """The open ports in an XML report of nmap."""

    def __init__(self) -> None:
        self.hosts: list[tuple[str, list[Item]]] = []
        self.version = self.at = ""
        self._port: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "nmaprun":
            self.version, self.at = attributes.get("version", ""), attributes.get("startstr", "")
        elif name == "host":
            self.hosts.append(("", []))
        elif name == "hostname" and self.hosts and not self.hosts[-1][0]:
            self.hosts[-1] = (_host(attributes.get("name", "")), self.hosts[-1][1])
        elif name == "port":
            self._port = {"port": attributes.get("portid", ""), "protocol": attributes.get("protocol", "")}
        elif name == "state":
            self._port["state"] = attributes.get("state", "")
        elif name == "service":
            words = (attributes.get(key, "") for key in ("name", "product", "version"))
            self._port["service"] = " ".join(word for word in words if word)

    def end(self, name: str) -> None:
        if name == "port" and self.hosts and self._port.get("state") == "open" and len(self.hosts[-1][1]) < KEPT:
            place = f"{self._port['port']}/{self._port['protocol']}"
            self.hosts[-1][1].append(_item(place, "info", self._port.get("service", "")))


class _EntityError(ValueError):
    """The report defines entities, which no nmap does."""


def _refuse(*_declaration: object) -> None:
    raise _EntityError


def _nmap(octets: bytes) -> Iterator[Found]:
    scan = _Scan()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = scan.start, scan.end
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(octets, True)  # noqa: FBT003 - expat takes it by place only
    except (expat.ExpatError, _EntityError, UnicodeError, LookupError):
        return
    for host, found in scan.hosts[:1000]:
        if host:
            yield host, _facts("nmap", scan.version, scan.at, found)
