"""What the TLS of a service means, in words: versions, suites, groups, key exchange, order, old weaknesses.

Each function yields (word, values). The words carry a suffix by who uses the port: none for people's programs, `_mx`
for port 25, where any encryption is better than none, and `_mx_strict` where senders must insist on it (MTA-STS in
enforce, or DANE).
"""

from collections.abc import Iterator

from fumimori.checks.listing import shown
from fumimori.checks.observations import NamedOutcome
from fumimori.checks.tls.facts import (
    TlsSupport,
    agreed_suites,
    group_classes,
    is_old_group,
    old_exchange_hash,
    prime_class,
    suite_classes,
)
from fumimori.checks.tls.holes import State, holes
from fumimori.model import Rules

OLD = ("tls1.0", "tls1.1")
MODERN = ("tls1.2", "tls1.3")
PRINTED = {
    "ssl2": "SSL 2.0",
    "ssl3": "SSL 3.0",
    "tls1.0": "TLS 1.0",
    "tls1.1": "TLS 1.1",
    "tls1.2": "TLS 1.2",
    "tls1.3": "TLS 1.3",
}
CLIENT, MX, MX_STRICT = "client", "mx", "mx_strict"
"""Who uses a port."""


def tls_outcomes(support: TlsSupport, use: str, rules: Rules) -> Iterator[NamedOutcome]:
    """Everything that the hellos of one service mean for `use`."""
    yield from version_outcomes(support, use)
    yield from suite_outcomes(support, use, rules)
    yield from _exchange_outcomes(support, use, rules)
    yield from _weakness_outcomes(support, use)
    states = [state for _, state in holes(support, rules)]
    if support.accepted and not {State.OPEN, State.UNKNOWN} & set(states):
        untested = states.count(State.NOT_TESTED)
        yield "holes_closed", (("count", len(states) - untested), ("untested", untested))


def version_outcomes(support: TlsSupport, use: str) -> Iterator[NamedOutcome]:
    """Versions that are accepted although they are broken or old, and those that are missed."""
    accepted, refused, suffix = support.accepted, support.refused, _suffix(use)
    if not accepted:
        return
    for version in ("ssl2", "ssl3"):
        if version in accepted:
            yield f"{version}{suffix}", ()
    old = [PRINTED[version] for version in OLD if version in accepted]
    if old:
        yield f"tls_old{suffix}", (("versions", ", ".join(old)),)
    modern = [PRINTED[version] for version in MODERN if version in accepted]
    if not modern and set(MODERN) <= set(refused):
        yield f"tls_modern_missing{suffix}", (("versions", ", ".join(PRINTED[version] for version in accepted)),)
    if modern and not suffix and {"ssl3", *OLD} <= set(refused) and "ssl2" not in accepted:
        yield "tls_modern", (("versions", ", ".join(modern)),)
    if "tls1.2" in accepted and "tls1.3" in refused:
        yield "tls13_missing", ()


def suite_outcomes(support: TlsSupport, use: str, rules: Rules) -> Iterator[NamedOutcome]:
    """The worst class of suite that was agreed to, with the suites of it that were seen; and whose order counts."""
    known = suite_classes(rules)
    words = {row["class"]: row[use] for row in rules.tables["tls_cipher_classes"].dicts()}
    names: dict[str, list[str]] = {}
    for code in agreed_suites(support, rules):
        kind, name = known.get(code, ("", f"0x{code:04X}"))
        names.setdefault(words.get(kind, "-"), []).append(name)
    for word in ("broken", "weak", "old"):
        if word in names:
            suffix = "_mx_strict" if use == MX_STRICT else _suffix(use)
            yield f"suite_{word}{suffix}", (("suites", shown(names[word])),)
            break
    if support.prefers_good is False:
        yield f"order_weak{_suffix(use)}", ()


def _exchange_outcomes(support: TlsSupport, use: str, rules: Rules) -> Iterator[NamedOutcome]:
    suffix = _suffix(use)
    prime = prime_class(support, rules)
    if prime in ("export", "short"):
        yield f"dh_{prime}{suffix}", (("bits", support.dh_bits),)
    elif prime == "own" and not suffix:
        yield "dh_own", (("bits", support.dh_bits),)
    classes = group_classes(rules)
    for kind in ("weak", "old"):
        chosen = [classes[group] for group in support.weak_groups if group in classes]
        names = [name for found, name in chosen if found == kind or (kind == "old" and is_old_group(found))]
        if names:
            yield f"group_{kind}{suffix}", (("groups", ", ".join(names)),)
    if old_exchange_hash(support.signature):
        yield f"exchange_hash_old{suffix}", (("hash", "MD5" if support.signature >> 8 == 1 else "SHA-1"),)
    if support.post_quantum:
        names = [classes[group][1] for group in support.groups if classes.get(group, ("",))[0] == "post_quantum"]
        yield "post_quantum", (("groups", ", ".join(names)),)
    elif support.post_quantum is False:
        yield "no_post_quantum", ()


def _weakness_outcomes(support: TlsSupport, use: str) -> Iterator[NamedOutcome]:
    suffix = _suffix(use)
    if support.compression:
        yield f"compression{suffix}", ()
    if support.secure_renegotiation is False:
        yield f"renegotiation_insecure{suffix}", ()
    if support.extended_master_secret is False:
        yield "ems_missing", ()
    if support.fallback_protected is False:
        yield "fallback_missing", ()


def _suffix(use: str) -> str:
    return "" if use == CLIENT else "_mx"
