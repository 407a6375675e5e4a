"""One signature over a set of records: what it signs, when it counts, whether it holds (RFC 4034 3, 6; 4035 5.3)."""

import struct
from functools import cached_property

import dns.dnssec
import dns.dnssecalgs
import dns.exception
import dns.name
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.RRSIG
import dns.rrset
from cryptography.exceptions import InvalidSignature

RSA = frozenset({1, 5, 7, 8, 10})
RSA_EXPONENT_BITS = 64
"""Longer public exponents are not computed: each check would cost as much as a hundred others."""
RSA_MODULUS_BITS = 16384
CIRCLE = 1 << 32


class Signed:
    """A set of records in the form that signatures are made over; the form is made once for all of them."""

    def __init__(self, rrset: dns.rrset.RRset) -> None:
        self._rrset = rrset

    @property
    def labels(self) -> int:
        """How many labels a signature over the owner counts: neither the root nor a leading asterisk."""
        return len(self._rrset.name) - 1 - self._rrset.name.is_wild()

    def speaks_of(self, signature: dns.rdtypes.ANY.RRSIG.RRSIG, signer: dns.name.Name) -> bool:
        """Whether `signature` by `signer` can be one over these records at all (RFC 4035 section 5.3.1)."""
        return bool(
            signature.signer == signer
            and self._rrset.name.is_subdomain(signer)
            and (signature.type_covered, signature.rdclass) == (self._rrset.rdtype, self._rrset.rdclass)
            and len(signer) - 1 <= signature.labels <= self.labels
        )

    def octets(self, signature: dns.rdtypes.ANY.RRSIG.RRSIG) -> bytes:
        """What `signature` was made over (RFC 4034 section 3.1.8.1); a wildcard where it counts fewer labels."""
        fixed = struct.pack(
            "!HBBIIIH",
            signature.type_covered,
            signature.algorithm,
            signature.labels,
            signature.original_ttl,
            signature.expiration,
            signature.inception,
            signature.key_tag,
        )
        owner = self._rrset.name
        if signature.labels < self.labels:
            owner = dns.name.Name((b"*", *owner[len(owner) - signature.labels - 1 :]))
        head = owner.to_digestable() + struct.pack(
            "!HHI", self._rrset.rdtype, self._rrset.rdclass, signature.original_ttl
        )
        return b"".join((fixed, signature.signer.to_digestable(), *(head + rdata for rdata in self._records)))

    @cached_property
    def _records(self) -> tuple[bytes, ...]:
        """The records in canonical form and order, each with its length before it."""
        ordered = sorted({rdata.to_digestable() for rdata in self._rrset})
        return tuple(struct.pack("!H", len(rdata)) + rdata for rdata in ordered)


def out_of_time(signature: dns.rdtypes.ANY.RRSIG.RRSIG, at: float) -> str:
    """`expired`, `not_yet_valid` or empty; moments are compared on a circle of 32 bits (RFC 4034 section 3.1.5)."""
    moment = int(at) % CIRCLE
    if _before(signature.expiration, moment):
        return "expired"
    before = _before(moment, signature.inception) or _before(signature.expiration, signature.inception)
    return "not_yet_valid" if before else ""


def holds(signed: Signed, signature: dns.rdtypes.ANY.RRSIG.RRSIG, key: dns.rdtypes.ANY.DNSKEY.DNSKEY) -> bool:
    """Whether `key` made `signature` over `signed`; malformed keys never did."""
    if int(key.algorithm) in RSA and not _bearable(key.key):
        return False
    try:
        public = dns.dnssecalgs.get_algorithm_cls_from_dnskey(key).public_cls.from_dnskey(key)
        public.verify(signature.signature, signed.octets(signature))
    except (InvalidSignature, dns.exception.DNSException, ValueError, TypeError):
        return False
    return True


def rsa_numbers(key: bytes) -> tuple[int, int]:
    """Exponent and modulus of an RSA key of RFC 3110 section 2; zeros for one that is cut short."""
    if not key:
        return 0, 0
    length, start = (int.from_bytes(key[1:3], "big"), 3) if key[0] == 0 else (key[0], 1)
    if len(key) < start + length:
        return 0, 0
    return int.from_bytes(key[start : start + length], "big"), int.from_bytes(key[start + length :], "big")


def _bearable(key: bytes) -> bool:
    exponent, modulus = rsa_numbers(key)
    return 0 < exponent.bit_length() <= RSA_EXPONENT_BITS and 0 < modulus.bit_length() <= RSA_MODULUS_BITS


def _before(one: int, other: int) -> bool:
    """Whether `one` precedes `other` in serial number arithmetic (RFC 1982)."""
    return 0 < (other - one) % CIRCLE < CIRCLE // 2
