"""One service under three sets of advice side by side: NCSC-NL 2025-05, Mozilla intermediate, RFC 9325. Pure."""

from collections.abc import Iterator

from fumimori.checks.tls.facts import (
    LONG_PRIME,
    TlsSupport,
    group_classes,
    old_exchange_hash,
    prime_class,
    suite_classes,
)
from fumimori.model import ProfileVerdict, Rules
from fumimori.network.tls import CertificateChain

PROFILES = ("ncsc_nl", "mozilla", "rfc9325")
LEVELS = ("good", "sufficient", "phase_out", "insufficient")
"""From best to worst; Mozilla knows the first and the last, RFC 9325 takes *phase out* for SHOULD NOT."""
OLD_HASHES = frozenset({"md2", "md4", "md5", "sha1"})
REASONS_MOST = 12

Item = tuple[str, str]
"""Kind and item, as in the table `tls_profiles`."""


def verdicts(support: TlsSupport, chain: CertificateChain | None, rules: Rules) -> tuple[ProfileVerdict, ...]:
    """What each profile says to what was seen; empty when no version was seen at all.

    The level is that of the worst item. Only a thorough run sees every suite, so a good level is *as far as seen*
    (`complete` is false) in every other.
    """
    if not support.accepted:
        return ()
    items = tuple(dict.fromkeys(_items(support, chain, rules)))
    rows = {(row["kind"], row["item"]): row for row in rules.tables["tls_profiles"].dicts()}
    complete = support.suites_complete
    found = []
    for profile in PROFILES:
        levels = [(rows[item][profile], item) for item in items if item in rows and rows[item][profile] in LEVELS]
        worst = max((LEVELS.index(level) for level, _ in levels), default=0)
        reasons = tuple(f"{kind}:{item}" for level, (kind, item) in levels if LEVELS.index(level) == worst > 1)
        found.append(
            ProfileVerdict(profile=profile, level=LEVELS[worst], reasons=reasons[:REASONS_MOST], complete=complete)
        )
    return tuple(found)


def _items(support: TlsSupport, chain: CertificateChain | None, rules: Rules) -> Iterator[Item]:
    for version in support.accepted:
        yield "version", version
    for version in ("tls1.2", "tls1.3"):
        if version in support.refused:
            yield "missing", version
    classes = suite_classes(rules)
    for code in (*support.suites, *support.bad_suites):
        yield "suite", classes[code][0] if code in classes else "unlisted"
    groups = group_classes(rules)
    for group in (*support.groups, *support.weak_groups):
        if group in groups:
            yield "group", groups[group][0]
    yield from _trait_items(support, rules)
    for each in (chain, support.other_chain):
        if each is not None:
            yield from _certificate_items(each)


def _trait_items(support: TlsSupport, rules: Rules) -> Iterator[Item]:
    prime = prime_class(support, rules)
    if prime:
        long = prime == "published" and support.dh_bits >= LONG_PRIME
        yield "prime", "short" if prime == "export" else "published_3072" if long else prime
    traits = (
        (old_exchange_hash(support.signature), ("exchange_hash", "old")),
        (support.compression, ("compression", "on")),
        (support.secure_renegotiation is False, ("renegotiation", "insecure")),
        (support.extended_master_secret is False, ("master_secret", "plain")),
        (support.prefers_good is False, ("order", "client")),
    )
    yield from (item for holds, item in traits if holds)


def _certificate_items(chain: CertificateChain) -> Iterator[Item]:
    for certificate in chain.certificates[:1]:
        if certificate.key == "rsa":
            bits = certificate.key_bits
            yield "key", "rsa_3072" if bits >= 3072 else "rsa_2048" if bits >= 2048 else "rsa_short"
        elif certificate.key in ("ec", "ed25519", "ed448"):
            yield "key", "ec" if certificate.key_bits >= 256 else "ec_short"
    old = any(each.signature_hash in OLD_HASHES for each in chain.certificates if not each.self_signed)
    yield "signature", "old" if old else "new"
