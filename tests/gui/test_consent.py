"""On the page of the consent nothing counts before it is confirmed, and everything that is shown is what is covered."""

import dataclasses

import msgspec
import pytest

from fumimori.model import Assessment, Consent, ConsentLevel, DomainScope, Hosting, Scope
from gui import demonstration
from gui.driver import Open
from gui.test_walk import Paper

DOMAIN = demonstration.DOMAIN


def chosen(level: int, hosting: Hosting = Hosting.VPS, **scope: tuple[str, ...]) -> Assessment:
    """Nothing measured yet, a level chosen and everything said but not confirmed."""
    base = demonstration.assessment("en")
    return msgspec.structs.replace(
        base,
        scope=Scope(domains=(DomainScope(name=DOMAIN, hosting=hosting, hosting_confirmed=True),), **scope),
        consent=Consent(level=ConsentLevel(level), name="Owner", role="CEO", own_server=True),
        runs=(),
    )


def test_confirming_keeps_what_was_shown(opened: Open):
    hands = opened("en", chosen(2, mail_hosts=(f"mail.{DOMAIN}",)))
    hands.go("consent")
    assert hands.session.open.consent.confirmed_level is ConsentLevel.PUBLIC
    hands.press("ours")
    hands.press("next")
    consent = hands.session.open.consent
    assert consent.confirmed_level is ConsentLevel.AUTHORISED
    assert (consent.domains, consent.hosts) == ((DOMAIN,), (f"mail.{DOMAIN}",))


@pytest.mark.parametrize("change", ["level", "name", "tick"])
def test_what_is_changed_has_to_be_confirmed_again(opened: Open, change: str):
    hands = opened("en", chosen(2, mail_hosts=(f"mail.{DOMAIN}",)))
    hands.go("consent")
    hands.press("ours")
    hands.press("next")
    hands.go("consent")
    if change == "level":
        hands.press("choice:3")
    elif change == "name":
        hands.type("name", "Somebody else")
    else:
        hands.press("ours")
    assert hands.session.open.consent.confirmed_level is ConsentLevel.PUBLIC


def test_a_level_that_the_hosting_rules_out_falls_back_and_says_so(opened: Open):
    hands = opened("en", chosen(2, Hosting.MICROSOFT))
    hands.go("consent")
    assert hands.session.open.consent.level is ConsentLevel.CONNECTIONS
    assert hands.find("choice:1").isChecked()
    assert not hands.find("choice:2").isChecked()
    assert hands.shows(hands.page.say("fell_back", chosen=2))


def test_a_host_that_came_later_is_said_not_to_be_covered(opened: Open):
    hands = opened("en", chosen(1, mail_hosts=(f"mail.{DOMAIN}",)))
    hands.go("consent")
    hands.press("ours")
    hands.press("next")
    hands.session.edit_scope(mail_hosts=(f"mail.{DOMAIN}", f"imap.{DOMAIN}"))
    hands.go("consent")
    assert hands.shows(hands.page.say("outgrown"))
    assert not hands.find("ours").isChecked()


def test_a_consent_can_be_withdrawn(opened: Open):
    hands = opened("en", chosen(2, mail_hosts=(f"mail.{DOMAIN}",)))
    hands.go("consent")
    hands.press("ours")
    hands.press("next")
    hands.go("consent")
    hands.press("withdraw")
    assert hands.session.open.consent == Consent()
    assert not hands.find("ours").isChecked()


def test_without_a_host_ssh_is_not_promised_and_an_own_server_is_offered(opened: Open):
    hands = opened("en", chosen(2, mail_hosts=(f"mail.{DOMAIN}",)))
    hands.go("consent")
    assert hands.shows(hands.page.say("ssh_none"))
    hands.press("looks")
    ssh = hands.page.say("look", name=hands.page.t("checks.ssh.name"), what=hands.page.say("no_host"))
    assert hands.shows(ssh)
    hands.press(f"ssh:mail.{DOMAIN}")
    assert hands.session.open.scope.ssh_hosts == (f"mail.{DOMAIN}",)
    assert not hands.shows(ssh)


def test_the_servers_that_dns_names_are_asked_for_shown_and_then_covered(opened: Open):
    zone = {DOMAIN: {"MX": (f"10 mail.{DOMAIN}.",)}, f"mail.{DOMAIN}": {"A": ("192.0.2.10",)}}
    real = demonstration.offline_instruments()
    hands = opened("en", chosen(2), dataclasses.replace(real, open_network=lambda _settings: Paper(zone)))
    hands.go("consent")
    with hands.qtbot.waitSignal(hands.session.measuring.ended, timeout=20_000):
        hands.press("ask-dns")
    taking = f"mail.{DOMAIN}"
    where = hands.page.say("host_found", domain=DOMAIN)
    line = hands.page.say("host", host=taking, where=where)
    assert hands.shows(f"{line}\n{hands.page.say('host_closely')}")
    assert {attempt.probe for attempt in hands.session.open.attempts} == {"mx"}
    hands.press("ours")
    hands.press("next")
    assert hands.session.open.consent.hosts == (taking,)
    assert hands.route.page == "measuring"
    assert hands.shows(hands.page.say("ready"))


@pytest.mark.parametrize(("level", "named"), [(0, False), (1, True)])
def test_control_hosts_are_named_only_where_they_are_contacted(opened: Open, level: int, *, named: bool):
    hands = opened("en", chosen(level))
    hands.go("consent")
    hosts = ", ".join(hands.session.services.control_hosts()) or hands.page.say("usual_hosts")
    assert hands.shows(hands.page.say("third_parties", hosts=hosts)) is named
    assert hands.shows(hands.page.say("resolver_only")) is not named


def test_a_level_that_is_pressed_again_stays(opened: Open):
    hands = opened("en", chosen(1))
    before = hands.session.open.consent
    hands.go("consent")
    hands.press("choice:1")
    assert hands.session.open.consent == before
    assert hands.find("choice:1").isChecked()


def test_what_is_going_to_happen_is_said_before_name_and_role_are_typed(opened: Open):
    """Nothing was refused yet: a consent cannot be confirmed without name and role."""
    assessment = chosen(2, mail_hosts=(f"mail.{DOMAIN}",))
    unnamed = msgspec.structs.replace(assessment.consent, name="", role="", own_server=False)
    hands = opened("en", msgspec.structs.replace(assessment, consent=unnamed))
    hands.go("consent")
    assert not hands.shows(hands.page.t("words.reason.no_authority"))
    assert hands.shows(hands.page.say("host_closely"))
    hands.press("choice:3")
    assert hands.shows(hands.page.say("host_closely"))
    assert hands.session.open.consent.confirmed_level is ConsentLevel.PUBLIC


def test_a_host_that_is_not_known_to_be_ones_own_is_said_to_be_left_out_without_a_past(opened: Open):
    hands = opened("en", chosen(2, mail_hosts=("mail.elsewhere.example",)))
    hands.go("consent")
    assert hands.shows(hands.page.say("host_owner_unknown"))
    assert not hands.shows(hands.page.t("words.reason.owner_unknown"))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("why", ["not_covered", "not_own_server", "owner_unknown", "private_address"])
def test_every_refusal_of_a_host_has_a_sentence_for_before_the_measurement(opened: Open, language: str, why: str):
    assert opened(language).session.texts.has(f"ui.consent.host_{why}")
