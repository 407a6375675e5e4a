"""Answers signed here, one by one, with whatever fault is wanted, and the reference validators that look at them."""

import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG

from fumimori.net.dnssec_signature import Signed
from loopback.validators import delv_verdict, unbound_verdict

HOME = "127.0.0.1"
DAY = 86400
Question = tuple[dns.name.Name, dns.rdatatype.RdataType]
Reply = Callable[[dns.name.Name, dns.rdatatype.RdataType], dns.message.Message]


@dataclass
class Key:
    """A key pair of a zone."""

    zone: str
    flags: int = 257
    algorithm: str = "ECDSAP256SHA256"
    private: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    protocol: int = 3

    @property
    def name(self) -> dns.name.Name:
        """The zone's name."""
        return dns.name.from_text(self.zone)

    @property
    def public(self) -> DNSKEY:
        """The record."""
        return dns.dnssec.make_dnskey(self.private.public_key(), self.algorithm, self.flags, self.protocol)

    def ds(self, digest: str = "SHA256") -> str:
        """What the parent says about it."""
        made = dns.dnssec.make_ds(self.name, self.public, digest, policy=dns.dnssec.allow_all_policy)
        return f"{self.zone} 300 IN DS {made.to_text()}"

    def over(self, rrset: dns.rrset.RRset, **other: Any) -> RRSIG:
        """A signature over `rrset`; fields of the record may be set to something else before it is signed."""
        now = int(datetime.now(UTC).timestamp())
        signer = other.pop("signer", self.name)
        labels = other.pop("labels", len(rrset.name) - 1 - rrset.name.is_wild())
        start, end = other.pop("inception", now - DAY), other.pop("expiration", now + 9 * DAY)
        tag = other.pop("tag", dns.dnssec.key_id(self.public))
        algorithm = other.pop("algorithm", int(self.public.algorithm))
        assert not other
        fields = (rrset.rdclass, dns.rdatatype.RRSIG, rrset.rdtype, algorithm, labels, rrset.ttl, end, start, tag)
        template = RRSIG(*fields, signer, b"")  # type: ignore[arg-type]
        signature = dns.dnssec.get_algorithm_cls(int(self.public.algorithm))(self.private).sign(
            Signed(rrset).octets(template)
        )
        return RRSIG(*fields, signer, signature)  # type: ignore[arg-type]


def records(*lines: str) -> dns.rrset.RRset:
    """One set of records from lines of a zone file."""
    name, ttl, klass, rdtype = lines[0].split()[:4]
    return dns.rrset.from_text_list(name, int(ttl), klass, rdtype, [line.split(maxsplit=4)[4] for line in lines])


def signed(key: Key, *lines: str, **other: Any) -> list[dns.rrset.RRset]:
    """A set of records with its signature."""
    rrset = records(*lines)
    return [rrset, dns.rrset.from_rdata_list(rrset.name, rrset.ttl, [key.over(rrset, **other)])]


@dataclass
class World:
    """All that is answered to anybody: the root and one zone `lie.`, whose keys the root vouches for."""

    root: Key = field(default_factory=lambda: Key("."))
    key: Key = field(default_factory=lambda: Key("lie."))
    said: dict[Question, dns.message.Message] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys(self.root, self.root)
        self.keys(self.key, self.key)
        self.say("lie.", "DS", signed(self.root, self.key.ds()))

    @property
    def anchor(self) -> str:
        """The root's key in zone-file text."""
        return f". 3600 IN DNSKEY {self.root.public.to_text()}"

    def keys(self, signer: Key, *keys: Key) -> None:
        """Publish `keys`, signed by one of them."""
        lines = [f"{signer.zone} 300 IN DNSKEY {key.public.to_text()}" for key in keys]
        self.say(signer.zone, "DNSKEY", signed(signer, *lines))

    def say(
        self,
        name: str,
        rdtype: str,
        answer: Sequence[dns.rrset.RRset] = (),
        authority: Sequence[dns.rrset.RRset] = (),
        *,
        rcode: int = dns.rcode.NOERROR,
    ) -> None:
        """What the answer to this question is from now on."""
        query = dns.message.make_query(name, rdtype, want_dnssec=True)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA | dns.flags.RA
        reply.set_rcode(dns.rcode.Rcode(rcode))
        reply.answer, reply.authority = list(answer), list(authority)
        self.said[query.question[0].name, query.question[0].rdtype] = reply

    def deny(self, name: str, rdtype: str, *proofs: list[dns.rrset.RRset], missing: bool = True) -> None:
        """An absence with the zone's SOA and these proofs."""
        soa = signed(self.key, "lie. 300 IN SOA ns.lie. a.lie. 1 3600 600 86400 60")
        authority = [rrset for proof in (soa, *proofs) for rrset in proof]
        self.say(name, rdtype, (), authority, rcode=dns.rcode.NXDOMAIN if missing else dns.rcode.NOERROR)

    def reply(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.message.Message:
        """What was said about it; where nothing was, a DS below a known zone does not exist, all else fails."""
        self.asked.append((name, rdtype))
        known = self.said.get((name, rdtype))
        if known is not None:
            return known
        reply = dns.message.make_response(dns.message.make_query(name, rdtype, want_dnssec=True))
        reply.flags |= dns.flags.AA | dns.flags.RA
        if rdtype == dns.rdatatype.DS and len(name) > 2:
            # A name inside its zone: NSEC of its own, without NS.
            proof = signed(self.key, f"{name} 300 IN NSEC \\000.{name} A TLSA RRSIG NSEC")
            self.deny(name.to_text(), "DS", proof, missing=False)
            return self.said[name, rdtype]
        reply.set_rcode(dns.rcode.SERVFAIL)
        return reply


@dataclass
class Oracles:
    """The validators of Unbound and BIND before a server that says what a `World` says."""

    folder: Path
    port: int
    world: World

    def unbound(self, name: str, rdtype: str) -> str:
        """`secure`, `insecure` or `bogus`, or what else was printed."""
        return unbound_verdict(self.folder, name, rdtype)

    def delv(self, name: str, rdtype: str) -> str:
        """The same as BIND's validator sees it."""
        return delv_verdict(self.folder, self.port, name, rdtype)


@contextmanager
def oracles(folder: Path, world: World) -> Iterator[Oracles]:
    """Both validators, until the block ends."""
    with serving(world.reply) as port:
        (folder / "root.key").write_text(world.anchor + "\n")
        key = world.root.public
        anchor = f'{int(key.flags)} {key.protocol} {int(key.algorithm)} "{b64encode(key.key).decode()}"'
        (folder / "delv.anchor").write_text(f"trust-anchors {{\n. static-key {anchor};\n}};\n")
        lines = [
            "server:",
            "    do-not-query-localhost: no",
            "    do-ip6: no",
            '    username: ""',
            '    chroot: ""',
            f'    directory: "{folder}"',
            "    qname-minimisation: no",
            '    module-config: "validator iterator"',
            f'    trust-anchor-file: "{folder}/root.key"',
            "forward-zone:",
            '    name: "."',
            f"    forward-addr: {HOME}@{port}",
        ]
        (folder / "host.conf").write_text("\n".join(lines) + "\n")
        yield Oracles(folder, port, world)


@contextmanager
def serving(reply: Reply) -> Iterator[int]:
    """A server over UDP and TCP on a port of its own that answers as `reply` says."""
    stream = socket.create_server((HOME, 0))
    port: int = stream.getsockname()[1]
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind((HOME, port))

    threads = [
        threading.Thread(target=_datagrams, args=(datagrams, reply), daemon=True),
        threading.Thread(target=_streams, args=(stream, reply), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield port
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (HOME, port))
        socket.create_connection((HOME, port)).close()
        for thread in threads:
            thread.join(5)
        datagrams.close()
        stream.close()


def _wire(reply: Reply, asked: bytes, most: int) -> bytes:
    query = dns.message.from_wire(asked)
    said = reply(query.question[0].name, query.question[0].rdtype)
    said.id = query.id
    whole = said.to_wire(max_size=65535)
    if len(whole) <= most:
        return whole
    short = dns.message.make_response(query)
    short.flags |= dns.flags.TC
    return short.to_wire()


def _datagrams(listening: socket.socket, reply: Reply) -> None:
    """Answer until an empty datagram comes."""
    while True:
        asked, peer = listening.recvfrom(65535)
        if not asked:
            return
        listening.sendto(_wire(reply, asked, 1232), peer)


def _streams(listening: socket.socket, reply: Reply) -> None:
    """Answer one question a connection, until somebody closes one without a question."""
    while True:
        peer, _ = listening.accept()
        with peer:
            peer.settimeout(5)
            head = peer.recv(2)
            if len(head) < 2:
                return
            said = _wire(reply, peer.recv(int.from_bytes(head, "big")), 65535)
            peer.sendall(len(said).to_bytes(2, "big") + said)
