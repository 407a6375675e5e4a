"""Denial of existence: what proved NSEC and NSEC3 records say about names (RFC 4035 section 5.4, 5155, 6840, 9276)."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import dns.dnssec
import dns.name
import dns.rdatatype
import dns.rdtypes.ANY.NSEC
import dns.rdtypes.ANY.NSEC3

NSEC3_ITERATIONS = 100
"""More are treated as insecure (RFC 9276 section 3.2)."""

SHA1 = 1
OPT_OUT = 1


class BogusError(Exception):
    """A proof that does not hold; the message is a code such as `no_signature`, `expired`, `no_denial`."""


@dataclass(frozen=True, kw_only=True)
class Denial:
    """Proved NSEC and NSEC3 records of one zone, and what they say about names."""

    zone: dns.name.Name
    nsec: tuple[tuple[dns.name.Name, dns.rdtypes.ANY.NSEC.NSEC], ...]
    nsec3: tuple[tuple[dns.name.Name, dns.rdtypes.ANY.NSEC3.NSEC3], ...]
    _hashes: dict[dns.name.Name, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = {(record.salt, record.iterations, record.algorithm) for _, record in self.nsec3}
        if len(kinds) > 1:
            raise BogusError("nsec3_mixed")

    @property
    def too_costly(self) -> bool:
        """Too many NSEC3 iterations or an unknown algorithm: the zone counts as insecure (RFC 9276 section 3.2)."""
        return any(record.iterations > NSEC3_ITERATIONS or record.algorithm != SHA1 for _, record in self.nsec3)

    def types_at(self, name: dns.name.Name) -> frozenset[int] | None:
        """The types that exist at `name`, when a record matches the name exactly; None otherwise."""
        for owner, record in self.nsec:
            if owner == name:
                return types_of(record.windows)
        match = self._at3(name)
        return None if match is None else types_of(match.windows)

    def covered(self, name: dns.name.Name) -> bool:
        """Whether a record proves that `name` itself does not exist (for NSEC3: that the next closer name does not)."""
        if any(not record.next.is_subdomain(name) for _, record in self._spans(name)):
            return True
        encloser = self._encloser3(name)
        return encloser is not None and self._covers3(next_closer(name, encloser)) is not None

    def covered_below(self, name: dns.name.Name, encloser: dns.name.Name) -> bool:
        """Whether nothing closer to `name` than `encloser` exists, as an answer from its wildcard needs."""
        if self.nsec:
            return self.closest_encloser(name) == encloser
        return self._covers3(next_closer(name, encloser)) is not None

    def empty_non_terminal(self, name: dns.name.Name) -> bool:
        """Whether `name` exists only because something is below it (RFC 4592 section 2.2.2)."""
        return any(record.next.is_subdomain(name) for _, record in self._spans(name))

    def opted_out(self, name: dns.name.Name) -> bool:
        """Whether the proof that `name` is absent is an opt-out span, so that it may be an insecure delegation."""
        encloser = self._encloser3(name)
        if encloser is None:
            return False
        return self.opted_out_below(name, encloser)

    def opted_out_below(self, name: dns.name.Name, encloser: dns.name.Name) -> bool:
        """The same, where the closest encloser is known already."""
        record = self._covers3(next_closer(name, encloser))
        return record is not None and bool(record.flags & OPT_OUT)

    def closest_encloser(self, name: dns.name.Name) -> dns.name.Name | None:
        """The longest existing ancestor of `name` that the records prove (RFC 5155 section 8.3)."""
        if self.nsec:
            shared = [
                ancestor
                for owner, record in self._spans(name)
                for ancestor in (_common(owner, name), _common(record.next, name))
            ]
            return max(shared, key=len, default=None)
        return self._encloser3(name)

    def wildcard(self, name: dns.name.Name) -> dns.name.Name:
        """The wildcard that could have answered for `name`; BogusError when no closest encloser is proved."""
        encloser = self.closest_encloser(name)
        if encloser is None:
            raise BogusError("no_denial")
        return dns.name.from_text("*", encloser)

    def _spans(self, name: dns.name.Name) -> Iterator[tuple[dns.name.Name, dns.rdtypes.ANY.NSEC.NSEC]]:
        """The NSEC records around `name`, without those of a delegation or DNAME above it (RFC 6840 section 4.1)."""
        for owner, record in self.nsec:
            if name.is_subdomain(owner) and _ends_here(types_of(record.windows)):
                continue
            # After the last name of the zone comes the apex and nothing else (RFC 4034 section 4.1.1).
            if owner < name and (name < record.next or (record.next <= owner and record.next == self.zone)):
                yield owner, record

    def _encloser3(self, name: dns.name.Name) -> dns.name.Name | None:
        candidate = name
        while self.nsec3 and candidate != self.zone and candidate.is_subdomain(self.zone):
            candidate = candidate.parent()
            match = self._at3(candidate)
            if match is not None:
                return None if _ends_here(types_of(match.windows)) else candidate
        return None

    def _at3(self, name: dns.name.Name) -> dns.rdtypes.ANY.NSEC3.NSEC3 | None:
        return next((record for owner, record in self.nsec3 if _first(owner) == self._hashed(name)), None)

    def _covers3(self, name: dns.name.Name) -> dns.rdtypes.ANY.NSEC3.NSEC3 | None:
        for owner, record in self.nsec3:
            first, hashed = _first(owner), self._hashed(name)
            following = base64.b32hexencode(record.next).decode("ascii").rstrip("=").lower()
            inside = first < hashed < following if first < following else (hashed > first or hashed < following)
            if inside:
                return record
        return None

    def _hashed(self, name: dns.name.Name) -> str:
        if name not in self._hashes:
            record = self.nsec3[0][1]
            digest = dns.dnssec.nsec3_hash(name, record.salt, record.iterations, record.algorithm)
            self._hashes[name] = digest.lower()
        return self._hashes[name]


@lru_cache(maxsize=256)
def types_of(windows: Sequence[tuple[int, bytes]]) -> frozenset[int]:
    """The record types that a type bitmap names (RFC 4034 section 4.1.2)."""
    return frozenset(
        window * 256 + index * 8 + bit
        for window, bitmap in windows
        for index, byte in enumerate(bitmap)
        for bit in range(8)
        if byte & (0x80 >> bit)
    )


def is_cut(types: frozenset[int]) -> bool:
    """Whether the types are those of a delegation, seen from the parent's side."""
    return dns.rdatatype.NS in types and dns.rdatatype.SOA not in types


def _ends_here(types: frozenset[int]) -> bool:
    """Whether a zone has nothing of its own to say below a name with these types."""
    return is_cut(types) or dns.rdatatype.DNAME in types


def _first(owner: dns.name.Name) -> str:
    return str(owner[0], "ascii", "replace").lower()


def _common(one: dns.name.Name, other: dns.name.Name) -> dns.name.Name:
    _, _, shared = one.fullcompare(other)
    return dns.name.Name(other[len(other) - shared :])


def next_closer(name: dns.name.Name, encloser: dns.name.Name) -> dns.name.Name:
    """The ancestor of `name`, or `name` itself, that is one label longer than `encloser` (RFC 5155 section 1.3)."""
    return dns.name.Name(name[len(name) - len(encloser) - 1 :])
