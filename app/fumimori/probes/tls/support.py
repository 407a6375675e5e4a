"""Which TLS versions and which bad suites a service accepts, found with few connections (RFC 9325)."""

from dataclasses import dataclass

from fumimori.core.model import Record, Rules
from fumimori.core.network import Network
from fumimori.core.network.tls import VERSIONS, Handshake, HelloAnswer, HelloOffer

_OFFERS = {"ssl3": "old", "tls1.0": "old", "tls1.1": "old", "tls1.2": "modern", "tls1.3": "tls13"}
"""Which rows of the suite table go with which version."""


class TlsSupport(Record):
    """Which versions a service accepts, and the worst suites that it would agree to."""

    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """Versions that were clearly not accepted; what stands in neither list is not known."""
    bad_suites: tuple[int, ...] = ()
    """Suites that it chose when only bad ones were offered; the last is the worst."""
    bad_suites_known: bool = False
    """The question about bad suites came to an end."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """Where hellos go."""

    host: str
    address: str
    port: int
    starttls: str = ""
    """`smtp`, `imap` or `pop3` where TLS has to be asked for first."""


async def find_support(network: Network, rules: Rules, service: Service, agreed: Handshake | None) -> TlsSupport:
    """What `service` accepts; `agreed` is what a full handshake has shown already.

    Goes downwards from the newest version: below TLS 1.3 a hello's highest version also allows every older one, so
    that one refusal settles them all. Stops asking at the first silence. Raises NotSeen as `TlsLook.hello` does.
    """
    accepted: list[str] = []
    refused: list[str] = []
    asked = len(VERSIONS) - 1
    if agreed is not None and agreed.version in VERSIONS:
        highest = VERSIONS.index(agreed.version)
        accepted.append(agreed.version)
        refused += VERSIONS[highest + 1 :]
        asked = highest - 1
    while asked >= 0:
        version = VERSIONS[asked]
        answer = await _hello(network, service, version, suites(rules, _OFFERS[version]))
        if answer.version in VERSIONS[: asked + 1]:
            found = VERSIONS.index(answer.version)
            accepted.append(answer.version)
            refused += VERSIONS[found + 1 : asked + 1]
            asked = found - 1
        elif not answer.refused:
            return TlsSupport(accepted=_sorted(accepted), refused=_sorted(refused))
        elif version == "tls1.3":  # it is asked for in a form of its own, so its refusal says nothing of older ones
            refused.append(version)
            asked -= 1
        else:
            refused += VERSIONS[: asked + 1]
            break
    bad, known = await _bad_suites(network, rules, service) if accepted else ((), False)
    return TlsSupport(accepted=_sorted(accepted), refused=_sorted(refused), bad_suites=bad, bad_suites_known=known)


def suites(rules: Rules, word: str) -> tuple[int, ...]:
    """The codes of the suites that the table marks with `word`: `tls13`, `modern`, `old` or `bad`."""
    rows = rules.tables["tls_ciphers"].dicts()
    return tuple(int(row["code"], 16) for row in rows if word in row["hello"].split())


def suite_classes(rules: Rules) -> dict[int, tuple[str, str]]:
    """Each suite's class and IANA name."""
    return {int(row["code"], 16): (row["class"], row["name"]) for row in rules.tables["tls_ciphers"].dicts()}


async def _bad_suites(network: Network, rules: Rules, service: Service) -> tuple[tuple[int, ...], bool]:
    """What is agreed to when nothing good is offered, then when only worse is offered, down to the worst."""
    ranks = {row["class"]: rank for rank, row in enumerate(rules.tables["tls_cipher_classes"].dicts())}
    classes = suite_classes(rules)

    def rank(code: int) -> int:
        return ranks[classes[code][0]]

    offered = sorted(suites(rules, "bad"), key=rank)
    found: list[int] = []
    while offered:
        answer = await _hello(network, service, "tls1.2", tuple(offered))
        if answer.suite not in offered:
            return tuple(found), answer.refused
        found.append(answer.suite)
        offered = [code for code in offered if rank(code) < rank(answer.suite)]
    return tuple(found), True


async def _hello(network: Network, service: Service, highest: str, codes: tuple[int, ...]) -> HelloAnswer:
    offer = HelloOffer(highest=highest, suites=codes)
    return await network.hello(service.host, service.address, service.port, offer, starttls=service.starttls)


def _sorted(versions: list[str]) -> tuple[str, ...]:
    return tuple(sorted(versions, key=VERSIONS.index))
