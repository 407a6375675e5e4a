"""On the page of the consent nothing counts before it is confirmed, and everything that is shown is what is covered."""

import dataclasses
from pathlib import Path

import msgspec
import pypdfium2
import pytest

from fumimori.gui.widgets.authorisation import AuthorisationForm
from fumimori.model import Assessment, Consent, ConsentLevel, DomainScope, Hosting, Scope
from gui import demonstration
from gui.driver import Driver, Open
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
    driver = opened("en", chosen(2, mail_hosts=(f"mail.{DOMAIN}",)))
    driver.go("consent")
    assert driver.session.open.consent.confirmed_level is ConsentLevel.PUBLIC
    driver.press("ours")
    driver.press("next")
    consent = driver.session.open.consent
    assert consent.confirmed_level is ConsentLevel.AUTHORISED
    assert (consent.domains, consent.hosts) == ((DOMAIN,), (f"mail.{DOMAIN}",))


@pytest.mark.parametrize("change", ["level", "name", "tick"])
def test_what_is_changed_has_to_be_confirmed_again(opened: Open, change: str):
    driver = opened("en", chosen(2, mail_hosts=(f"mail.{DOMAIN}",)))
    driver.go("consent")
    driver.press("ours")
    driver.press("next")
    driver.go("consent")
    if change == "level":
        driver.press("choice:3")
    elif change == "name":
        driver.type("name", "Somebody else")
    else:
        driver.press("ours")
    assert driver.session.open.consent.confirmed_level is ConsentLevel.PUBLIC


def test_a_level_that_the_hosting_rules_out_falls_back_and_says_so(opened: Open):
    driver = opened("en", chosen(2, Hosting.MICROSOFT))
    driver.go("consent")
    assert driver.session.open.consent.level is ConsentLevel.CONNECTIONS
    assert driver.find("choice:1").isChecked()
    assert not driver.find("choice:2").isChecked()
    assert driver.shows(driver.page.say("fell_back", chosen=2))


def test_a_host_that_came_later_is_said_not_to_be_covered(opened: Open):
    driver = opened("en", chosen(1, mail_hosts=(f"mail.{DOMAIN}",)))
    driver.go("consent")
    driver.press("ours")
    driver.press("next")
    driver.session.edit_scope(mail_hosts=(f"mail.{DOMAIN}", f"imap.{DOMAIN}"))
    driver.go("consent")
    assert driver.shows(driver.page.say("outgrown"))
    assert not driver.find("ours").isChecked()


def test_what_is_not_covered_any_more_is_said_at_once(opened: Open):
    driver = opened("ja", chosen(2, mail_hosts=(f"mail.{DOMAIN}",)))
    driver.go("consent")
    driver.press("ours")
    driver.press("next")
    driver.go("consent")
    words = driver.page.say("outgrown")
    assert driver.find("ours").isChecked()
    assert not driver.shows(words)
    driver.press(f"ssh:mail.{DOMAIN}")
    driver.session.edit_scope(mail_hosts=(f"mail.{DOMAIN}", f"imap.{DOMAIN}"))
    assert driver.shows(words)
    assert not driver.find("ours").isChecked()
    driver.type("name", "Somebody else")
    assert not driver.shows(words)
    assert driver.session.open.consent.at is None
    assert not driver.page._withdrawal.isVisibleTo(driver.page)


def withdrawn(opened: Open) -> Driver:
    """A window in which a consent was confirmed and then withdrawn."""
    driver = opened("en", chosen(2, mail_hosts=(f"mail.{DOMAIN}",)))
    driver.go("consent")
    driver.press("ours")
    driver.press("next")
    driver.go("consent")
    driver.press("withdraw")
    return driver


def test_a_consent_can_be_withdrawn(opened: Open):
    driver = withdrawn(opened)
    assert driver.session.open.consent == Consent()
    assert not driver.find("ours").isChecked()


def test_no_undoing_gives_a_consent_back_that_was_withdrawn(opened: Open):
    driver = withdrawn(opened)
    driver.window.undo()
    consent = driver.session.open.consent
    assert (consent.level, consent.name) == (ConsentLevel.AUTHORISED, "Owner")
    assert consent.confirmed_level is ConsentLevel.PUBLIC
    assert not driver.find("ours").isChecked()
    driver.window.redo()
    assert driver.session.open.consent == Consent()


def test_without_a_host_ssh_is_not_promised_and_an_own_server_is_offered(opened: Open):
    driver = opened("en", chosen(2, mail_hosts=(f"mail.{DOMAIN}",)))
    driver.go("consent")
    assert driver.shows(driver.page.say("ssh_none"))
    driver.press("looks")
    ssh = driver.page.say("look", name=driver.page.t("checks.ssh.name"), what=driver.page.say("no_host"))
    assert driver.shows(ssh)
    driver.press(f"ssh:mail.{DOMAIN}")
    assert driver.session.open.scope.ssh_hosts == (f"mail.{DOMAIN}",)
    assert not driver.shows(ssh)


def test_the_servers_that_dns_names_are_asked_for_shown_and_then_covered(opened: Open):
    zone = {DOMAIN: {"MX": (f"10 mail.{DOMAIN}.",)}, f"mail.{DOMAIN}": {"A": ("192.0.2.10",)}}
    real = demonstration.offline_instruments()
    driver = opened("en", chosen(2), dataclasses.replace(real, open_network=lambda _settings: Paper(zone)))
    driver.go("consent")
    with driver.qtbot.waitSignal(driver.session.measuring.ended, timeout=20_000):
        driver.press("ask-dns")
    taking = f"mail.{DOMAIN}"
    where = driver.page.say("host_found", domain=DOMAIN)
    line = driver.page.say("host", host=taking, where=where)
    assert driver.shows(f"{line}\n{driver.page.say('host_closely')}")
    assert {attempt.probe for attempt in driver.session.open.attempts} == {"mx"}
    driver.press("ours")
    driver.press("next")
    assert driver.session.open.consent.hosts == (taking,)
    assert driver.route.page == "measuring"
    assert driver.shows(driver.page.say("ready"))


@pytest.mark.parametrize(("level", "named"), [(0, False), (1, True)])
def test_control_hosts_are_named_only_where_they_are_contacted(opened: Open, level: int, *, named: bool):
    driver = opened("en", chosen(level))
    driver.go("consent")
    hosts = ", ".join(driver.session.services.control_hosts()) or driver.page.say("usual_hosts")
    assert driver.shows(driver.page.say("third_parties", hosts=hosts)) is named
    assert driver.shows(driver.page.say("resolver_only")) is not named


def test_the_form_to_sign_is_made_for_what_the_page_shows(opened: Open, tmp_path: Path):
    driver = opened("en", chosen(2, mail_hosts=("mail.a.example",)))
    driver.go("consent")
    form = driver.page.findChild(AuthorisationForm)
    place = tmp_path / "form.pdf"
    form.make(place)
    saved = driver.page.t("ui.consent.form_made", name=place.name)
    driver.qtbot.waitUntil(lambda: driver.shows(saved), timeout=20_000)
    document = pypdfium2.PdfDocument(place)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert "mail.a.example" in text
    assert driver.page.t("words.consent.2.name") in text
    assert driver.page.t("words.consent.3.name") not in text
    form.make(tmp_path / "nowhere" / "form.pdf")
    failed = driver.page.t("ui.consent.form_not_made", name=place.name)
    driver.qtbot.waitUntil(lambda: driver.shows(failed), timeout=20_000)


def test_a_level_that_is_pressed_again_stays(opened: Open):
    driver = opened("en", chosen(1))
    before = driver.session.open.consent
    driver.go("consent")
    driver.press("choice:1")
    assert driver.session.open.consent == before
    assert driver.find("choice:1").isChecked()


def test_what_is_going_to_happen_is_said_before_name_and_role_are_typed(opened: Open):
    """Nothing was refused yet: a consent cannot be confirmed without name and role."""
    assessment = chosen(2, mail_hosts=(f"mail.{DOMAIN}",))
    unnamed = msgspec.structs.replace(assessment.consent, name="", role="", own_server=False)
    driver = opened("en", msgspec.structs.replace(assessment, consent=unnamed))
    driver.go("consent")
    assert not driver.shows(driver.page.t("words.reason.no_authority"))
    assert driver.shows(driver.page.say("host_closely"))
    driver.press("choice:3")
    assert driver.shows(driver.page.say("host_closely"))
    assert driver.session.open.consent.confirmed_level is ConsentLevel.PUBLIC


def test_a_host_that_is_not_known_to_be_ones_own_is_said_to_be_left_out_without_a_past(opened: Open):
    driver = opened("en", chosen(2, mail_hosts=("mail.elsewhere.example",)))
    driver.go("consent")
    assert driver.shows(driver.page.say("host_owner_unknown"))
    assert not driver.shows(driver.page.t("words.reason.owner_unknown"))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("why", ["not_covered", "not_own_server", "owner_unknown", "private_address"])
def test_every_refusal_of_a_host_has_a_sentence_for_before_the_measurement(opened: Open, language: str, why: str):
    assert opened(language).session.texts.has(f"ui.consent.host_{why}")
