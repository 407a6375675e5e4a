"""The selectors of a domain: which are known without being typed, from where, and how one is taken out."""

from datetime import UTC, datetime

import msgspec
import pytest
from PySide6.QtWidgets import QApplication

from fumimori.__main__ import toolkit
from fumimori.checks.dkim.known import known_selectors
from fumimori.checks.observations import Observations
from fumimori.model import DomainScope, Scope
from gui import demonstration
from gui.driver import Open
from loopback.recorded_runs import run_of
from loopback.signed_mail import keys_seen, signed_messages

DOMAIN = demonstration.DOMAIN
WRITTEN = datetime(2026, 11, 20, tzinfo=UTC)
NAMED = DomainScope(name=DOMAIN, selectors=("typed1",), mail_selectors=("mail1", "mail2"))
ATTEMPTS = (
    keys_seen("mail1", "found1", domain=DOMAIN),
    *signed_messages(Scope(domains=(msgspec.structs.replace(NAMED, mail_selectors=("mail1",)),)), WRITTEN),
)


def test_each_selector_has_its_origin_and_its_day():
    known = known_selectors(Observations(Scope(domains=(NAMED,)), ATTEMPTS), DOMAIN)
    assert [(one.name, one.origin) for one in known] == [
        ("typed1", "typed"),
        ("mail1", "mail"),
        ("mail2", "mail"),
        ("found1", "guessed"),
    ]
    assert [one.at for one in known] == [None, WRITTEN, None, ATTEMPTS[0].ended]
    assert known_selectors(Observations(Scope(domains=(NAMED,)), ATTEMPTS), "other.example") == ()


def test_an_origin_that_only_a_foreign_scan_knows_is_left_out():
    seen = keys_seen("found1", domain=DOMAIN)
    foreign = msgspec.structs.replace(seen, facts=msgspec.Raw(bytes(seen.facts).replace(b"guessed", b"")))
    plain = Scope(domains=(DomainScope(name=DOMAIN),))
    assert known_selectors(Observations(plain, (seen,)), DOMAIN) != ()
    assert known_selectors(Observations(plain, (foreign,)), DOMAIN) == ()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_learned_selector_is_shown_and_taken_out(opened: Open, language: str):
    about = demonstration.assessment(language)
    about = msgspec.structs.replace(
        about,
        scope=msgspec.structs.replace(about.scope, domains=(NAMED,)),
        runs=(*about.runs, msgspec.structs.replace(run_of(*ATTEMPTS), id="later")),
    )
    driver = opened(language, about, toolkit=toolkit())
    t = driver.session.texts
    driver.go("environment")
    learned = t("words.selector_origin.mail_on", day="2026-11-20")
    assert driver.shows(t("ui.environment.selector_known", name="mail1", origin=learned))
    found = t("words.selector_origin.guessed_on", day="2026-11-24")
    assert driver.shows(t("ui.environment.selector_known", name="found1", origin=found))
    driver.press("forget:mail1")
    driver.settle()
    assert driver.session.open.scope.domains[0].mail_selectors == ("mail2",)
    assert not driver.shows(learned)
    assert QApplication.focusWidget() is driver.find("selectors:0")
    driver.window.undo()
    driver.settle()
    assert driver.session.open.scope.domains[0].mail_selectors == ("mail1", "mail2")
    assert driver.shows(learned)
