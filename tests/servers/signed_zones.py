"""The zones of a mail server's owner below a signed root: NSD serves them, Unbound validates, a sender heeds DANE."""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rdataclass
import dns.rdatatype

from loopback import daemons
from loopback.daemons import Daemon
from loopback.zones import Zone, master_files, text, trust_anchor

Names = Mapping[str, Mapping[str, Sequence[str]]]
"""Records by name and type, without the dot at a name's end."""
_BEGINS = "start of service"
"""What Unbound writes into its log when it begins, and begins anew."""


class SignedZones:
    """Zones of these domains at `<network>.1`, and a resolver at `<network>.2`."""

    def __init__(self, folder: Path, network: str, domains: Sequence[str]) -> None:
        self.folder, self.domains = folder, domains
        self.plain: Sequence[str] = ()
        """The domains that nobody signed."""
        self.authority, self.address = f"{network}.1", f"{network}.2"
        for name in ("nsd", "unbound"):
            (folder / name).mkdir()
        (folder / "resolv.conf").write_text(f"nameserver {self.address}\noptions timeout:2 attempts:2\n")
        self.zones = {origin: Zone(origin=origin, signed=True) for origin in (".", "jp.")}
        for domain in domains:
            self.zones[f"{domain}."] = Zone(origin=f"{domain}.")
        self.daemons: list[Daemon] = []

    @property
    def resolver(self) -> str:
        """Address and port of Unbound."""
        return f"{self.address}:53"

    @property
    def anchor(self) -> str:
        """The root's key."""
        return trust_anchor(self.zones["."])

    def start(self) -> None:
        """Begin with empty zones."""
        files = self._files({})
        self.daemons.append(daemons.nsd(self.folder / "nsd", self.authority, files))
        self.daemons.append(daemons.unbound(self.folder / "unbound", self.address, self.authority, self.anchor))
        for daemon, address in zip(self.daemons, (self.authority, self.address), strict=True):
            daemons.wait_for(address, 53, daemon)

    def stop(self) -> None:
        """End both servers."""
        for daemon in reversed(self.daemons):
            daemon.stop()

    def publish(self, names: Names) -> None:
        """These records and no others; the resolver goes on with what it keeps."""
        for number, content in enumerate(self._files(names).values()):
            (self.folder / "nsd" / f"zone{number}").write_text(content)
        self.daemons[0].process.send_signal(signal.SIGHUP)
        domain = self.domains[0]
        _wait(lambda: self._serial(domain) == self.zones[f"{domain}."].serial)

    def forget(self) -> None:
        """The resolver keeps nothing, as when all TTLs are over."""
        log = self.daemons[1].log
        known = log.read_text().count(_BEGINS)
        self.daemons[1].process.send_signal(signal.SIGHUP)
        _wait(lambda: log.read_text().count(_BEGINS) > known)

    def _serial(self, domain: str) -> int:
        question = dns.message.make_query(domain, "SOA")
        try:
            answer = dns.query.udp(question, self.authority, timeout=1)
        except dns.exception.Timeout:
            return 0
        found = answer.find_rrset(answer.answer, question.question[0].name, dns.rdataclass.IN, dns.rdatatype.SOA)
        return found[0].serial

    def _files(self, names: Names) -> dict[str, str]:
        for zone in self.zones.values():
            zone.serial += 1
            zone.signed = zone.origin.rstrip(".") not in self.plain
            zone.records = tuple(
                f"{name}. {kind} {text(one) if kind == 'TXT' else one}"
                for name, types in names.items()
                if self._origin(name) == zone.origin
                for kind, records in types.items()
                for one in records
            )
        return master_files(self.zones.values(), self.authority, datetime.now(UTC))

    def _origin(self, name: str) -> str:
        return max((origin for origin in self.zones if f".{name}.".endswith(f".{origin}")), key=len)


def _wait(over: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not over():
        assert time.monotonic() < end
        time.sleep(0.02)
