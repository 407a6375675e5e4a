"""A DNS tree signed by ldns-signzone with every virtue and fault of DNSSEC, served by NSD behind Unbound."""

import hashlib
import re
import socket
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdatatype
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from loopback.daemons import Daemon, environment, wait_for
from loopback.toy_ca import Leaf, ToyCa
from loopback.validators import delv_verdict, unbound_verdict

TOOLS = tuple(
    Path(folder, tool)
    for folder, tool in (
        ("/usr/sbin", "nsd"),
        ("/usr/sbin", "unbound"),
        ("/usr/bin", "ldns-signzone"),
        ("/usr/bin", "ldns-keygen"),
        ("/usr/bin", "delv"),
        ("/usr/bin", "unbound-host"),
    )
)
HOME = "127.0.0.1"


@dataclass(kw_only=True)
class Tree:
    """One zone: its records without SOA and NS, how it is signed, and what is wrong with it."""

    origin: str
    records: tuple[str, ...] = ()
    algorithm: str = "ECDSAP256SHA256"
    """Empty for a zone that is not signed."""
    options: tuple[str, ...] = ()
    """For ldns-signzone, such as `-n` for NSEC3."""
    bits: int = 2048
    """Of RSA keys."""
    split: bool = False
    """A key-signing and a zone-signing key instead of one for both."""
    valid: tuple[int, int] = (-2, 20)
    """Days from now between which the signatures hold."""
    digest: str = "SHA256"
    ds: Callable[[str], str] = str
    """The DS record as the parent publishes it; returns an empty text for none."""
    after: Callable[[str], str] = str
    """The signed master file as it is served."""
    keys: list[DNSKEY] = field(default_factory=list)

    @property
    def name(self) -> dns.name.Name:
        """The origin as a name."""
        return dns.name.from_text(self.origin)


_ONCE = (
    "www.{0} A 192.0.2.1",
    "www.{0} TXT one two",
    "*.wild.{0} A 192.0.2.2",
    "*.wild.{0} TXT any",
    "real.wild.{0} TXT real",
    "deep.down.ent.{0} A 192.0.2.3",
    "alias.{0} CNAME www.nsec3.",
    "aliasout.{0} CNAME www.plain.",
    "aliasbad.{0} CNAME www.expired.",
    "aliasno.{0} CNAME nothing.nsec.",
    "*.wildalias.{0} CNAME www.{0}",
    "loop1.{0} CNAME loop2.{0}",
    "loop2.{0} CNAME loop1.{0}",
    "dname.{0} DNAME nsec3.",
    "_25._tcp.www.{0} TLSA 3 1 1 {1}",
)
_DELEGATED = ("child.{0} NS ns.child.{0}", "ns.child.{0} A 127.0.0.1")


def _records(origin: str, *more: str) -> tuple[str, ...]:
    return tuple(line.format(origin, "ab" * 32) for line in (*_ONCE, *more))


def _other_key(ds: str) -> str:
    return re.sub(r"[0-9a-f]{64}", lambda found: found.group()[::-1], ds)


def _unknown_algorithm(ds: str) -> str:
    tag, _, digest, content = ds.split(maxsplit=3)
    return f"{tag} 200 {digest} {content}"


def _unknown_digest(ds: str) -> str:
    tag, algorithm, _, content = ds.split(maxsplit=3)
    return f"{tag} {algorithm} 200 {content}"


def _without_signature(of: str) -> Callable[[str], str]:
    def without(master: str) -> str:
        return "\n".join(line for line in master.splitlines() if not re.match(of, line)) + "\n"

    return without


def trees(leaf: Leaf) -> list[Tree]:
    """All zones, the root first; `leaf` is the certificate that the mail servers of `mail.` show."""
    return [
        Tree(origin=".", split=True),
        *_mail_trees(leaf.tlsa()),
        Tree(origin="nsec.", split=True, records=_records("nsec.", "unsigned.nsec. NS ns.", "signed.nsec. NS ns.")),
        Tree(origin="signed.nsec.", records=("www.signed.nsec. A 192.0.2.9",)),
        Tree(origin="unsigned.nsec.", algorithm="", records=("www.unsigned.nsec. A 192.0.2.9",)),
        Tree(origin="nsec3.", options=("-n", "-t", "0"), records=_records("nsec3.")),
        Tree(origin="signed.nsec3.", options=("-n",), records=("www.signed.nsec3. A 192.0.2.9",)),
        Tree(origin="unsigned.nsec3.", algorithm="", records=("www.unsigned.nsec3. A 192.0.2.9",)),
        Tree(origin="optout.", options=("-n", "-p", "-t", "1", "-s", "ab"), records=_records("optout.")),
        Tree(origin="signed.optout.", options=("-n",), records=("www.signed.optout. A 192.0.2.9",)),
        Tree(origin="unsigned.optout.", algorithm="", records=("www.unsigned.optout. A 192.0.2.9",)),
        Tree(origin="far.below.optout.", algorithm="", records=("www.far.below.optout. A 192.0.2.9",)),
        Tree(origin="costly.", options=("-n", "-t", "200"), records=_records("costly.")),
        Tree(origin="expired.", records=("www.expired. A 192.0.2.1",), valid=(-40, -10)),
        Tree(origin="future.", records=("www.future. A 192.0.2.1",), valid=(10, 40)),
        Tree(origin="wrongds.", records=("www.wrongds. A 192.0.2.1",), ds=_other_key),
        Tree(origin="stray.", algorithm="", records=("www.stray. A 192.0.2.1",)),
        Tree(origin="plain.", algorithm="", records=("www.plain. A 192.0.2.1",)),
        Tree(origin="island.", records=("www.island. A 192.0.2.1",), ds=lambda _ds: ""),
        Tree(
            origin="hole.",
            records=("www.hole. A 192.0.2.1", "mail.hole. A 192.0.2.2"),
            after=_without_signature(r"www\.hole\.\s+\d+\s+IN\s+RRSIG\s+A\b"),
        ),
        Tree(
            origin="mute.",
            records=("www.mute. A 192.0.2.1",),
            after=_without_signature(r"\S+\s+\d+\s+IN\s+RRSIG\s+NSEC\b"),
        ),
        Tree(
            origin="forged.",
            records=("www.forged. A 192.0.2.1",),
            after=lambda master: master.replace("192.0.2.1", "192.0.2.66"),
        ),
        Tree(origin="strange.", records=("www.strange. A 192.0.2.1",), ds=_unknown_algorithm),
        Tree(origin="digest.", records=("www.digest. A 192.0.2.1",), ds=_unknown_digest),
        Tree(origin="sha1ds.", records=("www.sha1ds. A 192.0.2.1",), digest="SHA1"),
        Tree(origin="sha384ds.", records=("www.sha384ds. A 192.0.2.1",), digest="SHA384"),
        Tree(origin="rsa.", records=("www.rsa. A 192.0.2.1",), algorithm="RSASHA256", split=True),
        Tree(origin="rsa512.", records=("www.rsa512. A 192.0.2.1",), algorithm="RSASHA512"),
        Tree(
            origin="oldrsa.",
            records=("www.oldrsa. A 192.0.2.1",),
            algorithm="RSASHA1-NSEC3-SHA1",
            options=("-n", "-t", "0"),
        ),
        Tree(origin="p384.", records=("www.p384. A 192.0.2.1",), algorithm="ECDSAP384SHA384"),
        Tree(origin="ed25519.", records=("www.ed25519. A 192.0.2.1",), algorithm="ED25519"),
        Tree(origin="ed448.", records=("www.ed448. A 192.0.2.1",), algorithm="ED448"),
    ]


CERTIFIED = ("mx.mail.example", "rdap.mail", "openpgpkey.keys.mail")
"""The names in the certificate of the tree's servers."""


def _mail_trees(tlsa: str) -> list[Tree]:
    """Domains whose mail servers are protected by DANE, well or badly, and whose other records matter to probes."""
    good, wrong = f"3 1 1 {tlsa}", f"3 1 1 {'ab' * 32}"
    hosts = {"valid": good, "wrong": wrong, "notls": good, "unusable": f"1 1 1 {tlsa}", "bare": "", "two": good}
    label, codes = hashlib.sha256(b"hugh").hexdigest()[:56], "0 issue"
    signed = [
        *(f"{name}.mail. MX 10 mx.{name}.mail." for name in hosts),
        *(f"mx.{name}.mail. A 192.0.2.{number}" for number, name in enumerate(hosts, 10)),
        *(f"_25._tcp.mx.{name}.mail. TLSA {record}" for name, record in hosts.items() if record),
        "unseen.mail. MX 10 mx.unseen.mail.",
        "mx.unseen.mail. A 192.0.2.30",
        f"_25._tcp.mx.unseen.mail. TLSA {good}",
        "end.mail. MX 10 mx.end.mail.",
        "mx.end.mail. CNAME mx.valid.mail.",
        "alias.mail. MX 10 mx.alias.mail.",
        "mx.alias.mail. CNAME www.plain.",
        f"_25._tcp.mx.alias.mail. TLSA {good}",
        "half.mail. MX 10 mx.valid.mail.",
        "half.mail. MX 20 mx.bare.mail.",
        "spoiled.mail. MX 10 mx.spoiled.",
        "away.mail. MX 10 www.plain.",
        "lost.mail. MX 10 www.wrongds.",
        f'caa.mail. CAA {codes} "ca.example; account=1"',
        'caa.mail. CAA 0 issuemail "ca.example"',
        'caa.mail. CAA 0 issuevmc ";"',
        'caabad.mail. CAA 0 issue "no authority at all"',
        'caamust.mail. CAA 128 tbs "unknown"',
        'caaless.mail. CAA 0 iodef "mailto:a@caaless.mail"',
        "rdap.mail. A 192.0.2.40",
        "openpgpkey.keys.mail. A 192.0.2.41",
        "keys.mail. MX 0 .",
        f"{label}._smimecert.keys.mail. SMIMEA 3 0 0 abcd",
        f"{label}._openpgpkey.keys.mail. OPENPGPKEY mQENBFVHm5sBCADE",
    ]
    loose = [
        "loose.loose. MX 10 mx.loose.",
        "mx.loose. A 192.0.2.31",
        f"_25._tcp.mx.loose. TLSA {good}",
        "empty.loose. MX 10 mx.empty.loose.",
        "mx.empty.loose. A 192.0.2.32",
        f"{label}._smimecert.loose. SMIMEA 3 0 0 abcd",
        f"{label}._openpgpkey.loose. OPENPGPKEY mQENBFVHm5sBCADE",
    ]
    dsa = "00" * 21 + "ff" * 192
    return [
        Tree(origin="mail.", records=tuple(signed)),
        Tree(origin="loose.", algorithm="", records=tuple(loose)),
        Tree(origin="under.loose.", algorithm="", records=("www.under.loose. A 192.0.2.1",)),
        Tree(
            origin="spoiled.",
            records=("mx.spoiled. A 192.0.2.33", f"_25._tcp.mx.spoiled. TLSA {good}"),
            after=_without_signature(r"\S+\s+\d+\s+IN\s+RRSIG\s+TLSA\b"),
        ),
        Tree(origin="short.", algorithm="RSASHA256", bits=1024),
        Tree(origin="dsa.", records=(f"dsa. DNSKEY 256 3 3 {b64encode(bytes.fromhex(dsa)).decode()}",)),
    ]


@dataclass
class SignedWorld:
    """The running tree."""

    folder: Path
    authority: int
    """NSD's port on 127.0.0.1."""
    resolver: int
    """Unbound's port there; it validates, and hands out everything with CD."""
    tls: int
    """Unbound's port for DNS over TLS."""
    https: int
    """Unbound's port for DNS over HTTPS."""
    stripping: int
    """A resolver's port that knows nothing of DNSSEC."""
    anchor: str
    """The root's keys in zone-file text."""
    certificate: Path
    """What DoT and DoH show, signed by itself for `resolver.example`."""
    ca: ToyCa
    leaf: Leaf
    """What the mail and web servers of the tree are to show, for the names in `CERTIFIED`."""

    def unbound_host(self, name: str, rdtype: str) -> str:
        """`secure`, `insecure` or `bogus`, as libunbound sees it with the same anchor."""
        return unbound_verdict(self.folder, name, rdtype)

    def delv(self, name: str, rdtype: str) -> str:
        """The same as BIND's validator sees it."""
        return delv_verdict(self.folder, self.resolver, name, rdtype)


@contextmanager
def signed_world(folder: Path) -> Iterator[SignedWorld]:
    """The tree, signed and served on ports of its own until the block ends."""
    ca = ToyCa()
    leaf = ca.leaf(*CERTIFIED)
    zones = trees(leaf)
    for number, zone in enumerate(zones):
        (folder / f"zone{number}").mkdir()
        if zone.algorithm:
            _make_keys(zone, folder / f"zone{number}")
    for number, zone in enumerate(zones):
        _sign(zone, zones, folder / f"zone{number}")
    ports = _free_ports(5)
    certificate = _certificate(folder)
    anchor = "".join(f". 3600 IN DNSKEY {key.to_text()}\n" for key in zones[0].keys if key.flags & 1)
    (folder / "root.key").write_text(anchor)
    statics = "".join(f". static-key {_delv_key(key)};\n" for key in zones[0].keys if key.flags & 1)
    (folder / "delv.anchor").write_text(f"trust-anchors {{\n{statics}}};\n")
    world = SignedWorld(folder, *ports, anchor=anchor, certificate=certificate, ca=ca, leaf=leaf)
    daemons = []
    try:
        daemons.append(_nsd(folder, zones, world.authority))
        wait_for(HOME, world.authority, daemons[0])
        stubs = [
            line
            for zone in zones
            for line in ("stub-zone:", f'    name: "{zone.origin}"', f"    stub-addr: {HOME}@{world.authority}")
        ]
        base = _unbound_lines(folder, 'module-config: "validator iterator"', f'trust-anchor-file: "{folder}/root.key"')
        served = [f"    interface: {HOME}@{port}" for port in (world.resolver, world.tls, world.https)]
        keys = [f"    tls-port: {world.tls}", f"    https-port: {world.https}"]
        keys += [f'    tls-service-key: "{folder}/tls.key"', f'    tls-service-pem: "{certificate}"']
        (folder / "host.conf").write_text("\n".join((*base, *stubs)) + "\n")
        (folder / "unbound.conf").write_text("\n".join((*base, *served, *keys, *stubs)) + "\n")
        blind = _unbound_lines(folder, 'module-config: "iterator"', "disable-edns-do: yes")
        blind = [line for line in blind if "disable-edns-do" not in line]
        (folder / "blind.conf").write_text(
            "\n".join((*blind, f"    interface: {HOME}@{world.stripping}", *stubs)) + "\n"
        )
        daemons.append(_unbound(folder, "unbound"))
        daemons.append(_unbound(folder, "blind"))
        for daemon, port in zip(daemons[1:], (world.resolver, world.stripping), strict=True):
            wait_for(HOME, port, daemon)
        yield world
    finally:
        for daemon in reversed(daemons):
            daemon.stop()


def _make_keys(zone: Tree, folder: Path) -> None:
    made_keys: list[str] = []
    for flags in ([], ["-k"]) if zone.split else (["-k"],):
        size = ["-b", str(zone.bits)] if "RSA" in zone.algorithm else []
        line = ["/usr/bin/ldns-keygen", *flags, "-a", zone.algorithm, *size, "-r", "/dev/urandom", zone.origin]
        made = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=True, env=environment())
        base = folder / made.stdout.strip()
        fields = Path(f"{base}.key").read_text().partition("DNSKEY")[2].partition(";")[0]
        key = dns.rdata.from_text("IN", "DNSKEY", fields.strip())
        assert isinstance(key, DNSKEY)
        zone.keys.append(key)
        made_keys.append(str(base))
    (folder / "keys").write_text("\n".join(made_keys))


def _sign(zone: Tree, zones: list[Tree], folder: Path) -> None:
    lines = [
        "$TTL 300",
        f"{zone.origin} SOA ns. hostmaster.ns. 1 3600 600 86400 60",
        f"{zone.origin} NS ns.",
        *(["ns. A 127.0.0.1"] if zone.origin == "." else []),
        *(line for line in zone.records if " NS " not in line),
    ]
    for child in zones:
        if child is not zone and child.origin != "." and _parent(child, zones) is zone:
            lines.append(f"{child.origin} NS ns.")
            key = next((key for key in child.keys if key.flags & 1), None)
            if child.origin == "stray.":
                lines.append(f"{child.origin} DS 12345 13 2 {'ab' * 32}")
            elif key is not None:
                ds = child.ds(
                    dns.dnssec.make_ds(child.name, key, child.digest, policy=dns.dnssec.allow_all_policy).to_text()
                )
                lines += [f"{child.origin} DS {ds}"] if ds else []
    plain = folder / "plain"
    plain.write_text("\n".join(lines) + "\n")
    if not zone.algorithm:
        (folder / "served").write_text(plain.read_text())
        return
    now = datetime.now(UTC)
    start, end = (f"{now + timedelta(days=days):%Y%m%d%H%M%S}" for days in zone.valid)
    keys = (folder / "keys").read_text().split()
    line = ["/usr/bin/ldns-signzone", "-i", start, "-e", end, *zone.options, "-o", zone.origin, "-f", "signed"]
    subprocess.run([*line, "plain", *keys], cwd=folder, check=True, capture_output=True, env=environment())
    (folder / "served").write_text(zone.after((folder / "signed").read_text()))


def _parent(zone: Tree, zones: list[Tree]) -> Tree:
    above = [other for other in zones if other is not zone and zone.name.is_subdomain(other.name)]
    return max(above, key=lambda other: len(other.name))


def _delv_key(key: DNSKEY) -> str:
    return f'{int(key.flags)} {key.protocol} {int(key.algorithm)} "{b64encode(key.key).decode()}"'


def _nsd(folder: Path, zones: list[Tree], port: int) -> Daemon:
    place = folder / "nsd"
    place.mkdir()
    lines = [
        "server:",
        f"    ip-address: {HOME}@{port}",
        '    username: ""',
        '    chroot: ""',
        '    database: ""',
        f'    zonesdir: "{folder}"',
        f'    pidfile: "{place}/pid"',
        f'    xfrdfile: "{place}/xfrd"',
        f'    zonelistfile: "{place}/list"',
        "    server-count: 1",
        "    rrl-ratelimit: 0",
        "remote-control:",
        "    control-enable: no",
    ]
    for number, zone in enumerate(zones):
        lines += ["zone:", f'    name: "{zone.origin}"', f'    zonefile: "zone{number}/served"']
    (place / "nsd.conf").write_text("\n".join(lines) + "\n")
    return Daemon("nsd", place, ["/usr/sbin/nsd", "-d", "-c", f"{place}/nsd.conf"], environment())


def _unbound_lines(folder: Path, *more: str) -> list[str]:
    lines = ["server:"]
    settings = (
        "access-control: 127.0.0.0/8 allow",
        "do-not-query-localhost: no",
        "do-ip6: no",
        'username: ""',
        'chroot: ""',
        f'directory: "{folder}"',
        "use-syslog: no",
        "num-threads: 1",
        "so-rcvbuf: 0",
        "qname-minimisation: no",
        'target-fetch-policy: "0 0 0 0 0"',
        *more,
    )
    return [*lines, *(f"    {line}" for line in settings)]


def _unbound(folder: Path, name: str) -> Daemon:
    conf = folder / f"{name}.conf"
    text = conf.read_text().replace("server:\n", f'server:\n    pidfile: "{folder}/{name}.pid"\n', 1)
    conf.write_text(text + "remote-control:\n    control-enable: no\n")
    return Daemon(name, folder, ["/usr/sbin/unbound", "-d", "-c", str(conf)], environment())


def _certificate(folder: Path) -> Path:
    line = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout tls.key -out tls.pem"
    name = ["-subj", "/CN=resolver.example", "-addext", "subjectAltName=DNS:resolver.example,IP:127.0.0.1"]
    subprocess.run([*line.split(), *name], cwd=folder, check=True, capture_output=True)
    return folder / "tls.pem"


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server((HOME, 0)) for _ in range(count)]
    ports = [listening.getsockname()[1] for listening in sockets]
    for listening in sockets:
        listening.close()
    return ports
