"""Zones with faults that the tables of the judges' own tests lack: each with what it is about."""

from collections.abc import Iterator

from fumimori.model import Scope
from loopback.fake_network import Zone, scope_of

DOMAIN = "example.jp"


def receiving(zone: Zone) -> Zone:
    """The same zone with a mail server, so that reports can arrive."""
    own = {"MX": ["10 mx.example.jp."], **zone.get(DOMAIN, {})}
    return {**zone, DOMAIN: own, "mx.example.jp": {"A": ["192.0.2.25"]}}


def further_zones() -> Iterator[tuple[str, str, Zone, Scope]]:
    """Name, check, zone and scope: trees of one's own, keys of known selectors, a dead server beside a good one."""
    scope = scope_of(DOMAIN)
    for count in (10, 12):
        tree = {f"_s{number}.{DOMAIN}": {"TXT": [f"v=spf1 ip4:192.0.2.{number} -all"]} for number in range(count)}
        root = {DOMAIN: {"TXT": ["v=spf1 " + " ".join(f"include:{name}" for name in tree) + " -all"]}}
        yield f"own tree of {count}", "spf", receiving(tree | root), scope
    broken = {
        f"_spf.{DOMAIN}": {"TXT": ["v=spf1 ipv4:192.0.2.1 -all"]},
        DOMAIN: {"TXT": [f"v=spf1 include:_spf.{DOMAIN} -all"]},
    }
    yield "own include broken", "spf", receiving(broken), scope
    many: Zone = {f"m{number}.{DOMAIN}": {"A": [f"192.0.2.{number}"]} for number in range(11)}
    root = {DOMAIN: {"TXT": ["v=spf1 mx -all"], "MX": [f"10 {name}." for name in many]}}
    yield "many mail servers", "spf", {**many, **root}, scope
    yield "no key at a given selector", "dkim", receiving({}), scope_of(DOMAIN, selectors=("k1",))
    yield "no key at a message's selector", "dkim", receiving({}), scope_of(DOMAIN, mail_selectors=("k1",))
    other = {DOMAIN: {"MX": ["10 mx.example.jp.", "20 ms12345.msv1.invalid."]}}
    yield "a placeholder beside a server", "mx", receiving(other), scope
