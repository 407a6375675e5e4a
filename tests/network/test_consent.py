"""What is sent is what was consented to: every connection of a whole measurement is counted at the other end."""

import asyncio
import dataclasses
import logging
from collections import Counter
from datetime import UTC, datetime

import msgspec
import pytest

from fumimori import checks as probes
from fumimori.__main__ import bank
from fumimori.checks.admin_pages import probe as admin_pages
from fumimori.engine import Measurement, NetworkSettings, Toolkit, confirmed, measure
from fumimori.model import Assessment, Consent, ConsentLevel, DomainScope, Hosting, Rules, Scope, Status, Threshold
from fumimori.net.connect import Limits
from fumimori.net.real import RealNetwork
from loopback import wire
from loopback.dns_faults import Asked, name_server
from loopback.fake_network import rules
from loopback.table_dns import from_table

LIMITS = Limits(connect=0.5, reply=0.3, conversation=1.0, pause=0, patience=0)
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
OWN, CLOUD, RENTED, THIRD, CONTROL = "192.0.2.10", "192.0.2.20", "192.0.2.30", "192.0.2.40", "192.0.2.90"
NAMES = {OWN: "own", CLOUD: "cloud", RENTED: "rented", THIRD: "third", CONTROL: "control", "127.0.0.1": "this machine"}
ZONE = {
    "own.example": {"MX": ["10 mx.own.example."], "A": [OWN]},
    "mx.own.example": {"A": [OWN]},
    "mail.own.example": {"A": [OWN]},
    "default._bimi.own.example": {"TXT": ["v=BIMI1; l=https://logo.third.example/l.svg; a="]},
    "logo.third.example": {"A": [THIRD]},
    "webmail.own.example": {"CNAME": ["tenant.third.example."]},
    "tenant.third.example": {"A": [THIRD]},
    "second.example": {"MX": ["1 smtp.google.com."]},
    "mail.second.example": {"A": [CLOUD]},
    "smtp.google.com": {"A": [CLOUD]},
    "rented.example": {"MX": ["10 mx.somebodys-rental.example."]},
    "mx.somebodys-rental.example": {"A": [RENTED]},
    "trap.example": {"MX": ["10 mx.trap.example."]},
    "mx.trap.example": {"A": ["127.0.0.1"]},
    "control.example": {"A": [CONTROL]},
}
CLOSE = {"smtp_envelope", "ssh_kexinit", "ssh_none", "connect", "trial", "starttls_injection", "renegotiation"}
"""What a contact of levels 2 and 3 is called in the log."""
ORDINARY_PORTS = {25, 80, 110, 143, 443, 465, 587, 993, 995, 4190}


class Town:
    """Every address of the zone, with the connections that each saw."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, int]] = Counter()
        self.heard: dict[str, list[str]] = {}

    def at(self, name: str) -> set[int]:
        """The ports of a house that saw a connection."""
        return {port for address, port in self.seen if NAMES[address] == name}


def scope(*names: str, **hosts: tuple[str, ...]) -> Scope:
    stated = {"own.example": Hosting.VPS, "trap.example": Hosting.VPS}
    return Scope(domains=tuple(DomainScope(name=name, hosting=stated.get(name)) for name in names), **hosts)


def given(about: Scope, level: int = 3, found: tuple[str, ...] = (), **consent: object) -> Assessment:
    """An assessment whose consent has everything and is confirmed for `about` and the hosts `found`."""
    made = Assessment(
        id="1",
        created=NOW,
        scope=about,
        consent=Consent(level=ConsentLevel(level), name="Owner", role="CEO", own_server=True),
    )
    sure = confirmed(made, NOW, found)
    return msgspec.structs.replace(made, consent=msgspec.structs.replace(sure, **consent))


def measured(assessment: Assessment, *only: str) -> tuple[Town, Measurement, Asked]:
    return asyncio.run(asyncio.wait_for(_measured(assessment, only), 60))


async def _measured(assessment: Assessment, only: tuple[str, ...]) -> tuple[Town, Measurement, Asked]:
    town = Town()
    chosen = rules()
    at_once = Threshold(value=0, source="test", date="2026-11-24")
    chosen = msgspec.structs.replace(
        chosen, thresholds={**chosen.thresholds, "mail_behaviour.retry_after_seconds": at_once}
    )

    async def greets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mx.example ESMTP\r\n")
        while line := await reader.readline():
            writer.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 mx.example\r\n")
            await writer.drain()

    async with wire.serving(greets) as port, name_server(from_table(ZONE)) as (resolver, asked):

        def route(address: str, wanted: int) -> tuple[str, int]:
            town.seen[address, wanted] += 1
            return "127.0.0.1", port

        network = RealNetwork(
            resolver=resolver, limits=LIMITS, route=route, our_name="x.example", anchors=anchors(chosen)
        )
        settings = NetworkSettings(control_hosts=("control.example",))
        tools = Toolkit(probes=probes.walk(), rules=chosen, bank=bank(), open_network=lambda _: network)
        try:
            done = await measure(tools, assessment, network, settings, only=only or None)
        finally:
            await network.close()
    return town, done, asked


def anchors(chosen: Rules) -> str:
    """The public root's keys: the questions of a validation are asked although nothing here is signed."""
    return "".join(f". DS {' '.join(row)}\n" for row in chosen.tables["root_anchors"].rows)


def reasons(done: Measurement, *names: str) -> dict[str, set[str]]:
    """Subject → why it was not looked at, over the probes of `names`."""
    found: dict[str, set[str]] = {}
    for attempt in done.attempts:
        if attempt.probe in names:
            refused = attempt.status is Status.NOT_TESTABLE_HERE
            found.setdefault(attempt.subject, set()).add(attempt.reason if refused else "looked")
    return found


CLOSELY = ("exposed_ports", "admin_pages", "mail_behaviour", "open_relay", "ssh", "tls_active")


def test_an_own_server_that_was_confirmed_is_looked_at_closely() -> None:
    town, done, _ = measured(given(scope("own.example", mail_hosts=("mail.own.example",)), found=("mx.own.example",)))
    assert town.at("own") - ORDINARY_PORTS
    assert reasons(done, "exposed_ports") == {"mail.own.example": {"looked"}, "mx.own.example": {"looked"}}


def test_a_second_domain_at_a_cloud_provider_sees_ordinary_connections_only() -> None:
    about = scope("own.example", "second.example", mail_hosts=("mail.own.example", "mail.second.example"))
    town, done, _ = measured(given(about, found=("mx.own.example", "smtp.google.com")))
    assert town.at("own") - ORDINARY_PORTS
    assert town.at("cloud") <= ORDINARY_PORTS
    assert not [each for each in done.contacts if each.what in CLOSE and CLOUD in each.target]
    refused = reasons(done, *CLOSELY)
    assert refused["smtp.google.com"] == refused["mail.second.example"] == {"not_own_server"}


def test_an_unknown_rental_host_sees_ordinary_connections_only() -> None:
    about = scope("rented.example", mail_hosts=("mx.somebodys-rental.example",))
    town, done, _ = measured(given(about))
    assert 25 in town.at("rented")
    assert town.at("rented") <= ORDINARY_PORTS
    assert reasons(done, "exposed_ports", "mail_behaviour") == {"mx.somebodys-rental.example": {"owner_unknown"}}


def test_an_exchanger_that_only_dns_names_is_left_alone() -> None:
    town, done, _ = measured(given(scope("rented.example")))
    assert town.at("rented") <= ORDINARY_PORTS
    assert reasons(done, "exposed_ports", "mail_behaviour") == {"mx.somebodys-rental.example": {"not_covered"}}


def test_webmail_at_a_third_party_sees_a_browser_and_nothing_else() -> None:
    town, done, _ = measured(given(scope("own.example", webmail_hosts=("webmail.own.example",))))
    assert town.at("third") == {80, 443}
    assert reasons(done, "exposed_ports", "admin_pages")["webmail.own.example"] == {"owner_unknown"}


def test_an_exchanger_that_leads_to_this_machine_is_no_reason_to_walk_it() -> None:
    about = scope("trap.example")
    town, done, _ = measured(given(about, found=("mx.trap.example",)))
    assert town.at("this machine") <= ORDINARY_PORTS
    assert reasons(done, "exposed_ports") == {"mx.trap.example": {"private_address"}}
    named = scope("trap.example", own_hosts=("mx.trap.example",))
    assert reasons(measured(given(named), "exposed_ports")[1], "exposed_ports") == {"mx.trap.example": {"looked"}}


@pytest.mark.parametrize(
    ("assessment", "reason"),
    [
        (given(scope("own.example", mail_hosts=("mail.own.example",)), at=None), "consent_not_confirmed"),
        (given(scope("own.example", mail_hosts=("mail.own.example",)), level=0), "consent"),
        (
            given(scope("own.example", mail_hosts=("mail.own.example",)), domains=("other.example",), hosts=()),
            "not_covered",
        ),
    ],
    ids=["chosen and not confirmed", "withdrawn", "older than the scope"],
)
def test_without_a_standing_consent_nobody_sees_a_connection(assessment: Assessment, reason: str) -> None:
    town, done, _ = measured(assessment)
    assert {name for address, _ in town.seen if (name := NAMES[address])} <= (
        {"control"} if reason == "not_covered" else set()
    )
    assert {why for each in reasons(done, "mail_ports", *CLOSELY).values() for why in each} == {reason}


def test_level_0_asks_nothing_but_dns_and_knows_that_it_is_online() -> None:
    town, done, _ = measured(given(scope("own.example"), level=0))
    assert town.seen == Counter()
    assert {contact.what for contact in done.contacts} == {"dns"}
    assert done.vantage is not None
    assert (done.vantage.online, done.vantage.port25) == (True, "unknown")


@pytest.mark.parametrize(
    ("level", "agreed", "asked"),
    [(0, (), False), (0, ("logo.third.example",), False), (1, (), False), (1, ("logo.third.example",), True)],
)
def test_a_logo_at_a_third_party_is_fetched_only_when_that_was_agreed(
    level: int, agreed: tuple[str, ...], *, asked: bool
) -> None:
    town, _, _ = measured(given(scope("own.example"), level=level, found=agreed), "bimi")
    assert town.at("third") == ({443} if asked else set())


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_the_contact_log_is_what_was_sent(level: int) -> None:
    about = scope("own.example", "second.example", mail_hosts=("mail.own.example",))
    town, done, asked = measured(given(about, level=level, found=("mx.own.example",)))
    questions = Counter(f"{rdtype} {name.rstrip('.') or '.'}" for _, name, rdtype in asked.questions)
    logged = Counter(contact.detail for contact in done.contacts if contact.what == "dns")
    assert logged == questions
    connections = Counter(contact.port for contact in done.contacts if contact.transport in ("tcp", "tls"))
    for (_, port), count in town.seen.items():
        connections[port] -= count
    assert {port: left for port, left in connections.items() if left} == {}


def test_no_address_sees_more_connections_than_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    walked = probes.walk()
    fewer = tuple(dataclasses.replace(probe, connections=min(probe.connections, 1)) for probe in walked)
    monkeypatch.setattr(probes, "walk", lambda: fewer)
    about = scope("own.example", mail_hosts=("mail.own.example",))
    town, done, _ = measured(given(about, found=("mx.own.example",)))
    said = sum(probe.connections for probe in fewer if not probe.named_hosts_only)
    by_name = Counter(
        contact.target for contact in done.contacts if contact.transport in ("tcp", "tls") and OWN in contact.target
    )
    assert by_name.keys() >= {f"mail.own.example [{OWN}]", f"mx.own.example [{OWN}]"}
    assert max(by_name.values()) == said
    assert "budget_spent" in {attempt.reason for attempt in done.attempts}
    assert sum(count for (address, _), count in town.seen.items() if address == OWN) <= 3 * said


def test_a_probe_that_breaks_leaves_nothing_unlogged_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    look, count = admin_pages._page, 0

    async def breaks(url: str, at: object) -> object:
        nonlocal count
        count += 1
        if count == 5:
            raise ZeroDivisionError
        return await look(url, at)  # type: ignore[arg-type]

    monkeypatch.setattr(admin_pages, "_page", breaks)
    about = scope("own.example", mail_hosts=("mail.own.example",))
    with caplog.at_level(logging.CRITICAL + 1, "fumimori.engine.measuring"):
        town, done, _ = measured(given(about), "admin_pages")
    assert Status.OUR_BUG in {each.status for each in done.attempts if each.probe == "admin_pages"}
    logged = Counter(contact.port for contact in done.contacts if contact.transport in ("tcp", "tls"))
    sent: Counter[int] = Counter()
    for (_, port), times in town.seen.items():
        sent[port] += times
    assert logged == sent


def test_what_was_on_its_way_when_it_was_stopped_is_in_the_log() -> None:
    async def stopped() -> tuple[Counter[str], Counter[str]]:
        zone = from_table(ZONE)

        def slow(query: object, transport: str) -> bytes | None:
            # Some answers never come, so that questions are under way whenever it stops.
            name = query.question[0].name.to_text()  # type: ignore[attr-defined]
            return None if name.startswith(("mx.", "_dmarc.")) else zone(query, transport)  # type: ignore[arg-type]

        async with name_server(slow) as (resolver, asked):
            chosen = rules()
            network = RealNetwork(
                resolver=resolver, limits=LIMITS, route=lambda _a, _p: ("127.0.0.1", 9), anchors=anchors(chosen)
            )
            tools = Toolkit(probes=probes.walk(), rules=chosen, bank=bank(), open_network=lambda _: network)
            stop = asyncio.Event()
            asyncio.get_running_loop().call_later(0.4, stop.set)
            try:
                done = await measure(
                    tools, given(scope("own.example"), level=0), network, NetworkSettings(), cancel=stop
                )
            finally:
                await network.close()
            await asyncio.sleep(0.2)
        assert done.cancelled
        return (
            Counter(f"{rdtype} {name.rstrip('.') or '.'}" for _, name, rdtype in asked.questions),
            Counter(contact.detail for contact in done.contacts),
        )

    questions, logged = asyncio.run(asyncio.wait_for(stopped(), 30))
    assert questions
    assert logged == questions
