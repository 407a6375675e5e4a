"""Rules and the outcomes of TLS facts."""

from functools import cache

from fumimori import resources
from fumimori.checks.tls.facts import TlsSupport
from fumimori.checks.tls.verdicts import CLIENT, tls_outcomes
from fumimori.grammar.rule_files import parse_rules
from fumimori.network.tls import Handshake
from loopback.toy_ca import Leaf, ToyCa, weak_rsa

NAME = "mail.example.jp"
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
GCM, CBC, STATIC, DHE, EC_GCM = 0xC02F, 0xC013, 0x002F, 0x009E, 0xC02B
LONG_PRIME, SHORT_PRIME, EXPORT_PRIME = (1 << 2047) + 1, (1 << 1023) + 1, (1 << 511) + 1


@cache
def ca() -> ToyCa:
    return ToyCa()


@cache
def rsa_leaf() -> Leaf:
    return ca().leaf(NAME, key=weak_rsa(2048))


def words(support: TlsSupport, use: str = CLIENT) -> set[str]:
    return {word for word, _ in tls_outcomes(support, use, RULES)}


TLS13 = Handshake(version="tls1.3", suite="TLS_AES_256_GCM_SHA384", group="x25519")
