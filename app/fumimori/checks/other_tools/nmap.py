"""The XML report of nmap: ports that it found open, and what its scripts `ssl-enum-ciphers` and `ssh2-enum-algos` saw.

Which versions of TLS a server refused it does not say, so that none counts as refused. Where nmap stood is not said
either: a port that is open from inside need not be from outside, and is told, not judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat  # entities are refused before anything is done with them

from fumimori.checks.other_tools.services import NAME_MOST, NAMES_MOST, ScannedService, ssh_service

HOSTS_MOST = 1_000
PORTS_MOST = 300
ELEMENTS_MOST = 200_000
"""Elements below scripts that are looked at."""
_DEPTH_MOST = 20
_TLS = {
    "SSLv3": "ssl3",
    "TLSv1.0": "tls1.0",
    "TLSv1.1": "tls1.1",
    "TLSv1.2": "tls1.2",
    "TLSv1.3": "tls1.3",
}
_SSH = {
    "kex_algorithms": "kex",
    "server_host_key_algorithms": "key",
    "encryption_algorithms": "enc",
    "mac_algorithms": "mac",
    "compression_algorithms": "compression",
}


@dataclass
class Port:
    """One port that was looked at."""

    number: str
    protocol: str
    state: str = ""
    service: str = ""
    """Name, product and version, as far as nmap told them; untrusted."""
    banner: str = ""
    """Of SSH, as the script `banner` saw it."""
    suites: dict[str, list[str]] = field(default_factory=dict)
    """The names of suites by version of TLS."""
    algorithms: dict[str, list[str]] = field(default_factory=dict)
    """Of SSH, by `kex`, `key`, `enc`, `mac` and `compression`."""


@dataclass
class Host:
    """One host that was looked at."""

    name: str = ""
    ports: list[Port] = field(default_factory=list)

    @property
    def open_ports(self) -> list[Port]:
        """Those that answered."""
        return [port for port in self.ports if port.state == "open"]

    def services(self, name: str) -> Iterator[ScannedService]:
        """What the scripts saw at the host, which is called `name`."""
        for port in self.open_ports:
            if not port.number.isdecimal() or len(port.number) > 5:
                continue
            number = int(port.number)
            if port.suites:
                suites = dict.fromkeys(_iana(one) for found in port.suites.values() for one in found)
                yield ScannedService(
                    host=name, port=number, accepted=frozenset(port.suites), suites=tuple(suites)[:500]
                )
            service = ssh_service(number, port.banner, port.algorithms)
            if service is not None:
                yield ScannedService(host=name, port=number, service=service)


def _iana(name: str) -> str:
    """Nmap puts `AKE_WITH` into the names of TLS 1.3, which name no key exchange (RFC 8446 appendix B.4)."""
    return name.replace("TLS_AKE_WITH_", "TLS_", 1)


class NmapReport:
    """A report, as expat walks through it."""

    def __init__(self) -> None:
        self.hosts: list[Host] = []
        self.version = self.at = ""
        self._host: Host | None = None
        self._port: Port | None = None
        """Where it is; None beyond what is read."""
        self._script = ""
        self._keys: list[str] = []
        """The keys of the tables around, from the outermost."""
        self._text: str | None = None
        """Of the element that is open; None outside of one."""
        self._key = ""
        self._elements = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == "nmaprun":
            self.version = attributes.get("version", "")
            self.at = attributes.get("start", "") or attributes.get("startstr", "")
        elif name == "host":
            self._host, self._port = (Host() if len(self.hosts) < HOSTS_MOST else None), None
            self.hosts += [self._host] if self._host is not None else []
        elif self._host is not None:
            self._inside(name, attributes, self._host)

    def _inside(self, name: str, attributes: dict[str, str], host: Host) -> None:
        port = self._port
        if name == "hostname" and not host.name:
            host.name = attributes.get("name", "")
        elif name == "port":
            made = Port(number=attributes.get("portid", ""), protocol=attributes.get("protocol", ""))
            self._port = made if len(host.ports) < PORTS_MOST else None
            host.ports += [made] if self._port is not None else []
        elif name == "state" and port is not None:
            port.state = attributes.get("state", "")
        elif name == "service" and port is not None:
            words = (attributes.get(key, "") for key in ("name", "product", "version"))
            port.service = " ".join(word for word in words if word)
        elif name == "script":
            self._script, self._keys = attributes.get("id", ""), []
            if port is not None and self._script == "banner" and attributes.get("output", "").startswith("SSH-"):
                port.banner = attributes["output"][:255]
        elif name == "table" and self._script and len(self._keys) < _DEPTH_MOST:
            self._keys.append(attributes.get("key", ""))
        elif name == "elem" and self._script and self._elements < ELEMENTS_MOST:
            self._elements += 1
            self._text, self._key = "", attributes.get("key", "")

    def words(self, text: str) -> None:
        """Text, in pieces."""
        if self._text is not None and len(self._text) <= NAME_MOST:
            self._text += text

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "elem" and self._text is not None:
            if self._port is not None:
                self._said(self._port, self._text[:NAME_MOST])
            self._text = None
        elif name == "table" and self._keys:
            self._keys.pop()
        elif name == "script":
            self._script = ""
        elif name == "port":
            self._port = None

    def _said(self, port: Port, text: str) -> None:
        if self._script == "ssl-enum-ciphers" and len(self._keys) == 3 and self._key == "name":
            version = _TLS.get(self._keys[0], "")
            into = port.suites.setdefault(version, []) if version else []
        elif self._script == "ssh2-enum-algos" and len(self._keys) == 1:
            kind = _SSH.get(self._keys[0], "")
            into = port.algorithms.setdefault(kind, []) if kind else []
        else:
            return
        if len(into) < NAMES_MOST:
            into.append(text)


class _EntityError(ValueError):
    """The report defines entities, which no nmap does."""


def _refuse(*_declaration: object) -> None:
    raise _EntityError


def nmap_report(octets: bytes) -> NmapReport | None:
    """What stands in the report; None where it is none, or damaged."""
    report = NmapReport()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = report.start, report.end
    parser.CharacterDataHandler = report.words
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(octets, True)  # noqa: FBT003 - expat takes it by place only
    except (expat.ExpatError, _EntityError, UnicodeError, LookupError):
        return None
    return report
