"""Consent is decided for each target by itself, counts once it was confirmed, and covers what was shown then."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from fumimori.checks.contract import Delivery, Probe
from fumimori.checks.observations import FactsKey, Observations
from fumimori.engine import Toolkit, confirmed, planned, third_parties
from fumimori.engine.consent import Allowed, Decision, Grounds, Target, allowed, allowed_file
from fumimori.model import Assessment, Consent, ConsentLevel, Control, DomainScope, Hosting, Record, Rules, Scope
from fumimori.model import Table as RulesTable

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
OWN = Scope(
    domains=(DomainScope(name="own.example", hosting=Hosting.VPS),),
    mail_hosts=("mail.own.example",),
    ssh_hosts=("mail.own.example:2222",),
)
PROVIDERS = RulesTable(
    columns=("provider", "layer", "hosting", "mx", "autodiscover"),
    rows=(
        ("Google Workspace", "platform", "google", r"(^|\.)google\.com$", ""),
        ("Sakura", "platform", "rental", r"\.sakura\.ne\.jp$", ""),
    ),
    date="2026-11-24",
)
RULES = Rules(version="1", outcomes={}, thresholds={}, tables={"providers": PROVIDERS})


def grounds(
    scope: Scope = OWN, *deliveries: Delivery, level: int = 3, found: Sequence[str] = (), **consent: Any
) -> Grounds:
    """Grounds with everything confirmed, but for what `consent` says otherwise."""
    usual = {"name": "Owner", "role": "CEO", "own_server": True}
    given = Assessment(
        id="1", created=NOW, scope=scope, consent=Consent(level=ConsentLevel(level), **{**usual, **consent})
    )
    sure = confirmed(given, NOW, found)
    changed = {name: value for name, value in consent.items() if name in ("at", "domains", "hosts")}
    return Grounds(consent=msgspec.structs.replace(sure, **changed), scope=scope, rules=RULES, deliveries=deliveries)


def why(decision: Decision) -> str:
    return "" if isinstance(decision, Allowed) else decision.why


def at(level: int, host: str, given: Grounds, **target: Any) -> str:
    return why(allowed(ConsentLevel(level), Target(host=host, **target), given))


@pytest.mark.parametrize(
    ("consent", "counts"),
    [
        (Consent(level=ConsentLevel.RELAY, name="x", role="y", own_server=True), 0),
        (Consent(level=ConsentLevel.CONNECTIONS, at=NOW), 1),
        (Consent(level=ConsentLevel.AUTHORISED, at=NOW), 1),
        (Consent(level=ConsentLevel.AUTHORISED, at=NOW, name="x", role=" "), 1),
        (Consent(level=ConsentLevel.AUTHORISED, at=NOW, name="x", role="y"), 2),
        (Consent(level=ConsentLevel.RELAY, at=NOW, name="x", role="y"), 2),
        (Consent(level=ConsentLevel.RELAY, at=NOW, name="x", role="y", own_server=True), 3),
    ],
)
def test_a_level_counts_when_all_that_it_needs_was_said_and_confirmed(consent: Consent, counts: int) -> None:
    assert consent.confirmed_level == counts


@pytest.mark.parametrize(
    ("level", "given", "reason"),
    [
        (1, grounds(level=0), "consent"),
        (1, grounds(at=None), "consent_not_confirmed"),
        (3, grounds(at=None), "consent_not_confirmed"),
        (2, grounds(name=""), "no_authority"),
        (2, grounds(role=""), "no_authority"),
        (3, grounds(own_server=False), "own_server_not_said"),
        (3, grounds(level=2), "consent"),
        (3, grounds(), ""),
        (2, grounds(own_server=False), ""),
    ],
)
def test_each_missing_word_is_named(level: int, given: Grounds, reason: str) -> None:
    assert at(level, "mail.own.example", given) == reason


def test_public_information_needs_nobodys_leave() -> None:
    assert at(0, "anything.example", grounds(level=0, at=None, domains=(), hosts=())) == ""


def test_a_domain_or_host_that_came_later_is_not_covered() -> None:
    more = msgspec.structs.replace(
        OWN,
        domains=(*OWN.domains, DomainScope(name="later.example", hosting=Hosting.VPS)),
        mail_hosts=("mail.own.example", "mail.later.example"),
    )
    given = grounds(more, domains=("own.example",), hosts=("mail.own.example",))
    assert [at(level, "mail.later.example", given) for level in (1, 2, 3)] == ["not_covered"] * 3
    assert [at(level, "mail.own.example", given) for level in (1, 2, 3)] == [""] * 3


def test_ordinary_connections_go_to_whoever_takes_the_mail_of_a_covered_domain() -> None:
    takes = Delivery(domain="own.example", hosts=("mx.elsewhere.example",))
    assert at(1, "mx.elsewhere.example", grounds(OWN, takes)) == ""
    assert at(1, "mx.elsewhere.example", grounds(OWN)) == "not_covered"


def test_what_dns_names_is_nobodys_permission() -> None:
    takes = Delivery(domain="own.example", hosts=("mail.innocent.example",))
    assert at(2, "mail.innocent.example", grounds(OWN, takes)) == "not_covered"
    assert at(2, "mail.innocent.example", grounds(OWN, takes, found=("mail.innocent.example",))) == "owner_unknown"


def test_the_own_exchanger_is_reached_once_it_was_shown_and_confirmed() -> None:
    takes = Delivery(domain="own.example", hosts=("mx.own.example",))
    assert at(2, "mx.own.example", grounds(OWN, takes)) == "not_covered"
    assert at(2, "mx.own.example", grounds(OWN, takes, found=("mx.own.example",))) == ""


SECOND = msgspec.structs.replace(
    OWN,
    domains=(*OWN.domains, DomainScope(name="second.example")),
    own_hosts=("aspmx.l.google.com", "mail.second.example"),
)
AT_GOOGLE = Delivery(
    domain="second.example",
    hosts=("aspmx.l.google.com",),
    addresses=("203.0.113.9",),
    provider="Google Workspace",
    hosting=Hosting.GOOGLE,
)


def test_a_second_domain_at_a_cloud_provider_is_left_alone_whoever_was_asked_first() -> None:
    given = grounds(SECOND, AT_GOOGLE)
    assert [at(level, "aspmx.l.google.com", given) for level in (1, 2, 3)] == ["", "not_own_server", "not_own_server"]
    assert at(2, "mail.second.example", given) == "not_own_server"
    assert at(3, "mail.own.example", given) == ""


def test_another_name_of_the_providers_address_is_the_providers() -> None:
    assert at(2, "mail.own.example", grounds(SECOND, AT_GOOGLE), addresses=("203.0.113.9",)) == "not_own_server"


@pytest.mark.parametrize("hosting", [one for one in Hosting if not one.own_server])
def test_no_named_host_of_a_hosted_domain_is_looked_at_closely(hosting: Hosting) -> None:
    scope = msgspec.structs.replace(OWN, domains=(DomainScope(name="own.example", hosting=hosting),))
    assert at(2, "mail.own.example", grounds(scope)) == "not_own_server"
    outside = msgspec.structs.replace(scope, ssh_hosts=("ssh.elsewhere.example",))
    assert at(2, "ssh.elsewhere.example", grounds(outside)) == "not_own_server"


def test_what_the_records_show_wins_over_what_was_said() -> None:
    shown = Delivery(domain="own.example", hosts=("mx.rented.example",), hosting=Hosting.RENTAL)
    assert at(2, "mail.own.example", grounds(OWN, shown)) == "not_own_server"


def test_a_rental_server_behind_an_own_name_is_known_by_the_name_of_its_address() -> None:
    assert at(2, "mail.own.example", grounds(), names=("www123.sakura.ne.jp",)) == "not_own_server"


def test_an_owner_who_is_not_known_is_somebody_else() -> None:
    scope = Scope(
        domains=(DomainScope(name="own.example", hosting=Hosting.VPS),),
        mail_hosts=("mail.rental-of-somebody.example",),
        webmail_hosts=("webmail.third.example", "webmail.own.example"),
    )
    given = grounds(scope)
    assert at(2, "mail.rental-of-somebody.example", given) == "owner_unknown"
    assert at(2, "webmail.third.example", given) == "owner_unknown"
    assert at(2, "webmail.own.example", given) == ""
    assert at(2, "webmail.own.example", given, alias="customer.third.example") == "owner_unknown"


def test_hosting_that_is_not_known_is_own_only_at_hosts_that_a_person_named() -> None:
    scope = Scope(domains=(DomainScope(name="own.example"),), mail_hosts=("mail.own.example",))
    takes = Delivery(domain="own.example", hosts=("mx.own.example",))
    given = grounds(scope, takes, found=("mx.own.example",))
    assert at(2, "mail.own.example", given) == ""
    assert at(2, "mx.own.example", given) == "owner_unknown"


def test_as_long_as_dns_did_not_say_who_takes_the_mail_a_word_is_not_enough() -> None:
    scope = Scope(domains=(DomainScope(name="own.example"),), ssh_hosts=("mail.own.example", "ssh.elsewhere.example"))
    silent = grounds(scope)
    assert [at(2, host, silent) for host in scope.ssh_hosts] == ["owner_unknown"] * 2
    before = dataclasses.replace(silent, beforehand=True)
    assert [at(2, host, before) for host in scope.ssh_hosts] == ["", ""]
    answered = grounds(scope, Delivery(domain="own.example"))
    assert [at(2, host, answered) for host in scope.ssh_hosts] == ["", ""]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.5", "::1", "fe80::1", "fd00::1", "100.64.3.4"])
def test_a_private_address_is_looked_at_only_where_a_person_named_the_host(address: str) -> None:
    takes = Delivery(domain="own.example", hosts=("mx.own.example",), addresses=(address,))
    given = grounds(OWN, takes, found=("mx.own.example",))
    assert at(2, "mx.own.example", given, addresses=(address,)) == "private_address"
    assert at(2, "mail.own.example", given, addresses=(address,)) == ""


def test_files_come_from_the_domains_own_hosts_and_from_hosts_that_were_agreed() -> None:
    assert allowed_file("www.own.example", "own.example", grounds(level=0, at=None))
    assert not allowed_file("logo.third.example", "own.example", grounds())
    assert allowed_file("logo.third.example", "own.example", grounds(level=1, found=("logo.third.example",)))
    assert not allowed_file(
        "logo.third.example", "own.example", grounds(level=1, found=("logo.third.example",), at=None)
    )


def probe(name: str, consent: int, **more: Any) -> Probe:
    async def collect(_subject: str, _look: object) -> Record:
        raise AssertionError

    return Probe(
        control=Control.SSH,
        consent=ConsentLevel(consent),
        facts=FactsKey(name, Record),
        subjects=more.pop("subjects", lambda _seen: ()),
        collect=collect,
        judge=lambda _seen, _rules: (),
        **more,
    )


def toolkit(*probes: Probe) -> Toolkit:
    def nowhere(_settings: object) -> Any:
        raise AssertionError

    return Toolkit(probes=probes, rules=RULES, bank=(), open_network=nowhere)


def test_the_plan_names_the_hosts_and_promises_nothing_where_none_was_named() -> None:
    def ssh_hosts(observations: Observations) -> Sequence[str]:
        return observations.scope.ssh_hosts

    tools = toolkit(
        probe("ssh", 2, subjects=ssh_hosts, named_hosts_only=True, connections=1, connections_thorough=5),
        probe("ports", 2, connections=7),
        probe("relay", 3),
    )
    given = Assessment(
        id="1", created=NOW, scope=OWN, consent=Consent(level=ConsentLevel.AUTHORISED, name="x", role="y")
    )
    assert [plan.allowed for plan in planned(tools, given)] == [False, False, False]
    given = msgspec.structs.replace(given, consent=confirmed(given, NOW))
    shown = [(plan.allowed, plan.no_host, plan.hosts, plan.connections) for plan in planned(tools, given)]
    assert shown == [
        (True, False, ("mail.own.example",), 1),
        (True, False, ("mail.own.example",), 7),
        (False, False, (), 0),
    ]
    assert [plan.connections for plan in planned(tools, given, thorough=True)] == [5, 7, 0]
    without = msgspec.structs.replace(given, scope=msgspec.structs.replace(OWN, ssh_hosts=()))
    ssh = planned(tools, without)[0]
    assert (ssh.allowed, ssh.no_host) == (False, True)


def test_third_parties_are_named_by_the_probes_that_ask_them() -> None:
    from fumimori.checks.registration import probe as registration

    table = RulesTable(columns=("tld", "service"), rows=(("com", "https://rdap.example/com/v1/"),), date="2026-11-24")
    tools = Toolkit(
        probes=(registration.PROBE,),
        rules=msgspec.structs.replace(RULES, tables={"rdap": table}),
        bank=(),
        open_network=toolkit().open_network,
    )
    scope = Scope(domains=tuple(DomainScope(name=name) for name in ("example.com", "example.jp", "second.com")))
    given = Assessment(id="1", created=NOW, scope=scope)
    assert third_parties(tools, given) == {"registration": ("rdap.example",)}
