"""MTA-STS end to end: each outcome from a policy behind real HTTPS and from mail servers that keep it or do not."""

from datetime import UTC, datetime
from functools import cache

import pytest

from fumimori.checks.mail_ports import probe as mail_ports
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import probe as mx
from fumimori.model import DomainScope, Scope
from fumimori.net.connect import Limits
from loopback import wire
from loopback.mail_faults import Script
from loopback.scenarios import found
from loopback.tls_faults import ALERT_HANDSHAKE_FAILURE, server_context
from loopback.toy_ca import ToyCa

DOMAIN, POLICY_HOST = "example.jp", "mta-sts.example.jp"
WEB = ("192.0.2.90", 443)
SERVERS = {"mx1.example.jp": "192.0.2.25", "mx2.example.jp": "192.0.2.26"}
ZONE = {
    DOMAIN: {"MX": ["10 mx1.example.jp.", "20 mx2.example.jp."]},
    **{name: {"A": [address]} for name, address in SERVERS.items()},
    POLICY_HOST: {"A": [WEB[0]]},
    f"_mta-sts.{DOMAIN}": {"TXT": ["v=STSv1; id=1"]},
}
LIMITS = Limits(connect=1, reply=1, conversation=4, pause=0, patience=0)
BOTH = "mx: *.example.jp\n"


@cache
def ca() -> ToyCa:
    return ToyCa()


def text(mode: str = "enforce", age: int = 1209600, patterns: str = BOTH) -> str:
    return f"version: STSv1\nmode: {mode}\n{patterns}max_age: {age}\n"


def policy_host(folder, body: str, *, status: str = "200 OK", headers: str = "", kind: str = "text/plain", **how):
    folder.mkdir(exist_ok=True)
    names = how.pop("names", (POLICY_HOST,))
    authority = how.pop("by", None) or ca()
    context = server_context(authority.leaf(*names, **how), folder)
    octets = body.encode()

    async def handler(reader, writer):
        await writer.start_tls(context)
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(octets)}\r\n{headers}\r\n"
        writer.write(head.encode() + octets)
        await writer.drain()

    return handler


def said(web, *, mail=None, zone=None) -> set[str]:
    """What the probe says with this policy host and these mail servers (host → handler on port 25)."""
    servers = {(SERVERS[name], 25): handler for name, handler in (mail or {}).items()}
    servers |= {WEB: web} if web is not None else {}
    scope = Scope(domains=(DomainScope(name=DOMAIN),))
    before = (mx.PROBE, mail_ports.PROBE) if mail else (mx.PROBE,)
    now = datetime.now(UTC)
    here = ZONE if zone is None else zone
    return set(found(mta_sts.PROBE, here, servers, scope, before=before, at=now, roots=[ca().root], limits=LIMITS))


ANSWERS = [
    ({"body": text()}, {"published", "mode_enforce", "mx_covered", "certificate_fine"}),
    ({"body": text("testing")}, {"published", "mode_testing", "mx_covered", "certificate_fine"}),
    ({"body": text("none", patterns="")}, {"published", "mode_none", "certificate_fine"}),
    ({"body": text(), "days_left": 15}, {"certificate_soon"}),
    ({"body": text(), "days_left": 3}, {"certificate_urgent"}),
    ({"body": text(), "days_left": -3}, {"policy_expired"}),
    ({"body": text(), "names": ("other.example.jp",)}, {"policy_wrong_name"}),
    ({"body": text(), "by": "another"}, {"policy_untrusted"}),
    ({"body": text(), "kind": "text/html"}, {"policy_type"}),
    ({"body": "", "status": "404 Not Found"}, {"policy_status"}),
    ({"body": "", "status": "301 Moved", "headers": "Location: https://other.example/\r\n"}, {"policy_redirect"}),
    ({"body": text() + "x" * 70000}, {"policy_too_long"}),
    ({"body": "hello"}, {"policy_malformed"}),
    ({"body": text(age=3600)}, {"max_age_very_short"}),
    ({"body": text(age=90000)}, {"max_age_short"}),
    ({"body": text(patterns="mx: mx1.example.jp\n")}, {"mx_uncovered"}),
    ({"body": text(patterns="mx: mx.example.com\n")}, {"mx_uncovered_all"}),
    ({"body": text("testing", patterns="mx: mx.example.com\n")}, {"mx_uncovered_testing"}),
    ({"body": text(patterns=BOTH + "mx: old.example.com\n")}, {"stale_mx"}),
]


@pytest.mark.parametrize(("given", "words"), ANSWERS)
def test_policies_behind_real_https(tmp_path, given, words):
    how = dict(given)
    if how.get("by"):
        how["by"] = ToyCa()
    assert words <= said(policy_host(tmp_path, how.pop("body"), **how))


async def no_tls(reader, writer):
    await reader.read(4096)
    writer.write(ALERT_HANDSHAKE_FAILURE)
    await writer.drain()


@pytest.mark.parametrize(
    ("web", "word"), [(None, "policy_closed"), (no_tls, "policy_no_tls"), (wire.stall, "policy_not_seen")]
)
def test_policy_hosts_that_do_not_serve(web, word):
    assert said(web) == {word}


def test_a_policy_host_that_is_not_there():
    zone = {name: types for name, types in ZONE.items() if name != POLICY_HOST}
    assert said(None, zone=zone) == {"policy_no_host"}


@pytest.mark.parametrize(
    ("records", "word"),
    [((), "absent"), (("v=STSv1; id=1", "v=STSv1; id=2"), "several"), (("v=STSv1; id=a-b",), "malformed")],
)
def test_announcements(records, word):
    assert said(None, zone=ZONE | {f"_mta-sts.{DOMAIN}": {"TXT": list(records)}}) == {word}


@pytest.mark.parametrize(
    ("mode", "right", "word"),
    [
        ("enforce", ("mx1.example.jp", "mx2.example.jp"), "mx_certificates_hold"),
        ("enforce", ("mx1.example.jp",), "mx_certificate"),
        ("enforce", (), "mx_certificate_all"),
        ("testing", (), "mx_certificate_testing"),
    ],
)
def test_mail_servers_that_a_strict_sender_would_and_would_not_deliver_to(tmp_path, mode, right, word):
    mail = {}
    for name in SERVERS:
        folder = tmp_path / name
        folder.mkdir()
        leaf = ca().leaf(name if name in right else "other.example.jp")
        mail[name] = Script(protocol="smtp", tls=server_context(leaf, folder), before=("STARTTLS",))
    assert word in said(policy_host(tmp_path / "web", text(mode)), mail=mail)
