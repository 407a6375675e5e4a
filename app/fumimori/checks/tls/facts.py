"""What is known about the TLS of one service once its hellos are answered, and the tables that name it (RFC 9325)."""

from collections.abc import Mapping

from fumimori.model import Record, Rules, Table
from fumimori.network.tls import CertificateChain


class TlsSupport(Record):
    """What a service agreed to and what it refused; None and empty stand for *not known*."""

    accepted: tuple[str, ...] = ()
    """Versions, oldest first; `ssl2` among them."""
    refused: tuple[str, ...] = ()
    """Versions that were clearly not accepted; what is in neither list is not known."""
    bad_suites: tuple[int, ...] = ()
    """Suites that it chose when only bad ones were offered; the last is the worst."""
    bad_suites_known: bool = False
    """The enumeration of bad suites is complete, apart from finite fields."""
    suites: tuple[int, ...] = ()
    """Every suite that it chose in any hello."""
    suites_complete: bool = False
    """A thorough run listed all of them."""
    prefers_good: bool | None = None
    """It took a good suite although a worse one stood first; False when it took the worse one and has a good one."""
    groups: tuple[int, ...] = ()
    """Every group that it chose in any hello."""
    groups_complete: bool = False
    weak_groups: tuple[int, ...] = ()
    """Groups that it chose when only weak or old ones were offered."""
    weak_groups_known: bool = False
    post_quantum: bool | None = None
    """It chose a post-quantum hybrid where that stood first."""
    dh_bits: int = 0
    """The shortest finite-field prime of its own that it showed."""
    dh_prime_sha256: str = ""
    dh_known: bool = False
    """The enumeration of finite fields is complete, including their bad suites."""
    signature: int = 0
    """The scheme that it signed a TLS 1.2 key exchange with."""
    compression: bool | None = None
    secure_renegotiation: bool | None = None
    extended_master_secret: bool | None = None
    fallback_protected: bool | None = None
    """It refuses a hello with TLS_FALLBACK_SCSV (RFC 7507); None where there is no lower version to fall back to."""
    other_chain: CertificateChain | None = None
    """The second certificate of a service that has one for each kind of key."""
    other_chain_known: bool = False


def agreed_suites(support: TlsSupport, rules: Rules) -> tuple[int, ...]:
    """Every suite that it chose in any hello, once, worst first: what verdicts, profiles and tables judge."""
    classes, ranks = suite_classes(rules), class_ranks(rules)
    best = len(ranks)
    found = dict.fromkeys((*support.bad_suites, *support.suites))
    return tuple(sorted(found, key=lambda code: ranks[classes[code][0]] if code in classes else best))


def suite_classes(rules: Rules) -> Mapping[int, tuple[str, str]]:
    """Each suite's class and IANA name."""
    return rules.tables["tls_ciphers"].once(_suites)


def class_ranks(rules: Rules) -> Mapping[str, int]:
    """Each class's place, worst first."""
    return rules.tables["tls_cipher_classes"].once(_ranks)


def group_classes(rules: Rules) -> Mapping[int, tuple[str, str]]:
    """Each group's class and name."""
    return rules.tables["tls_groups"].once(_groups)


def _suites(table: Table) -> Mapping[int, tuple[str, str]]:
    return {int(row["code"], 16): (row["class"], row["name"]) for row in table.dicts()}


def _ranks(table: Table) -> Mapping[str, int]:
    return {row["class"]: rank for rank, row in enumerate(table.dicts())}


def _groups(table: Table) -> Mapping[int, tuple[str, str]]:
    return {int(row["code"], 16): (row["class"], row["group"]) for row in table.dicts()}


def group_named(rules: Rules, name: str) -> int:
    """The code of the group that OpenSSL calls `name`; 0 for one that is not in the table."""
    wanted = {"prime256v1": "secp256r1"}.get(name.lower(), name.lower())
    rows = rules.tables["tls_groups"].dicts()
    return next((int(row["code"], 16) for row in rows if row["group"].lower() == wanted), 0)


LONG_PRIME = 3072
"""Bits from which on NCSC-NL takes a published prime for a while yet (TLS guidelines 2025-05)."""


def prime_class(support: TlsSupport, rules: Rules) -> str:
    """`export` (below 1024 bits), `short` (below 2048), `published`, `own`; empty when no prime was seen."""
    if not support.dh_bits:
        return ""
    if support.dh_bits < 2048:
        return "export" if support.dh_bits < 1024 else "short"
    known = {row["sha256"] for row in rules.tables["dh_primes"].dicts()}
    return "published" if support.dh_prime_sha256 in known else "own"


def is_tls13(kind: str) -> bool:
    """Whether a class of suites belongs to TLS 1.3, which shares none with older versions."""
    return kind.startswith("tls13")


def is_old_group(kind: str) -> bool:
    """Whether a class of groups is one that nobody should choose any more, without being broken."""
    return kind.startswith("old")


def old_exchange_hash(signature: int) -> bool:
    """Whether a TLS 1.2 key exchange was signed with MD5 or SHA-1 (RFC 9155), by the scheme's number."""
    return signature >> 8 in (1, 2)
