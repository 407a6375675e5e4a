"""The whole wizard can be walked, by keyboard and mouse, in both languages; what was entered is in the file."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt

from fumimori.engine import NetworkSettings, Toolkit
from fumimori.gui.widgets.answers import REASONS
from fumimori.gui.widgets.choice import ChoiceGroup
from fumimori.model import (
    NOT_APPLICABLE,
    Consent,
    ConsentLevel,
    DomainScope,
    Hosting,
    QuestionState,
    Scope,
    Status,
    Vantage,
)
from fumimori.network import Notes
from fumimori.network.dns import DnsAnswer
from fumimori.store import AssessmentFile
from fumimori.wizard import progress
from fumimori.wizard.steps import Route
from gui import demonstration
from gui.driver import Driver, Open
from loopback.fake_network import FakeNetwork

DOMAIN = "sakura.example.jp"
PASSPHRASE = "four unrelated plain words"


class Paper(FakeNetwork):
    """A network on paper as a run wants it."""

    def for_attempt(self, notes: Notes) -> "Paper":
        del notes
        return self

    async def lies_inside(self, host: str) -> bool:
        return host.startswith("inside.")

    async def probe_environment(
        self, targets: Sequence[str], *, control_hosts: object, from_outside: bool, early: object
    ) -> Vantage:
        del targets, control_hosts, from_outside, early
        return Vantage(at=self.now(), online=True, resolver="paper", port25="open")

    async def close(self) -> None:
        self.asked.append(("closed", ""))


def paper_instruments() -> Toolkit:
    network = Paper(
        {
            DOMAIN: {"MX": (f"10 mail.{DOMAIN}.",), "TXT": ("v=spf1 mx -all",)},
            f"mail.{DOMAIN}": {"A": ("192.0.2.10",)},
            f"_dmarc.{DOMAIN}": {"TXT": ("v=DMARC1; p=none",)},
        }
    )
    real = demonstration.offline_instruments()
    return Toolkit(probes=real.probes, rules=real.rules, bank=real.bank, open_network=lambda _settings: network)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_wizard_from_the_first_page_to_the_saved_report(opened: Open, tmp_path: Path, language: str):
    driver = opened(language, toolkit=paper_instruments())
    path = tmp_path / "first.fumimori"
    make_file(driver, path)
    prepare(driver)
    measure(driver)
    answer_one_control(driver)
    conclude(driver, tmp_path / "report.pdf")
    before = driver.session.open
    driver.window.close()
    with AssessmentFile.open(path, PASSPHRASE) as file:
        assert file.assessment == before
    assert before.organisation.name == "Sakura"
    assert before.scope.hosting is Hosting.VPS


def make_file(driver: Driver, path: Path) -> None:
    driver.press("start-new")
    assert driver.route.page == "new"
    driver.type("place", str(path))
    driver.press("choice:passphrase")
    driver.type("passphrase", "short")
    driver.press("next")
    assert driver.route.page == "new"
    driver.type("passphrase", PASSPHRASE)
    driver.type("passphrase-again", PASSPHRASE)
    driver.key(Qt.Key.Key_Return)
    assert driver.route.page == "organisation"


def prepare(driver: Driver) -> None:
    driver.press("next")
    assert driver.route.page == "organisation"
    assert driver.shows(driver.page.say("name_missing"))
    driver.type("name", "Sakura")
    driver.key(Qt.Key.Key_Return)
    assert driver.route.page == "environment"
    driver.type("domain", f"info@{DOMAIN}")
    driver.key(Qt.Key.Key_Return)
    assert [domain.name for domain in driver.session.open.scope.domains] == [DOMAIN]
    driver.press("choice:vps")
    driver.press("next")
    assert driver.route.page == "consent"
    driver.press("choice:0")
    driver.press("next")
    assert driver.route.page == "consent"
    driver.press("ours")
    driver.press("next")
    assert driver.route.page == "measuring"
    assert driver.session.open.consent.at is not None


def measure(driver: Driver) -> None:
    with driver.qtbot.waitSignal(driver.session.measuring.ended, timeout=20_000):
        driver.press("next")
    attempts = {attempt.probe: attempt.status for attempt in driver.session.open.attempts}
    assert attempts["dmarc"] is Status.COMPLETED
    assert attempts["mail_ports"] is Status.NOT_TESTABLE_HERE
    driver.press("next")
    assert driver.route.page == "confirm"
    assert driver.shows(DOMAIN)
    driver.press("next")
    assert driver.route.page == "documents"
    driver.press("next")
    assert driver.route.page == "hub"


def answer_one_control(driver: Driver) -> None:
    driver.press("open:access")
    asked = [question.id for question in progress.asked(driver.session.result, "access")]
    assert len(asked) > 2
    for identity in asked:
        assert driver.route == Route("question", identity)
        driver.key(Qt.Key.Key_1)
        assert driver.session.open.answer(identity).value == driver.session.result.of_bank(identity).options[0].id
        driver.key(Qt.Key.Key_Return)
    assert driver.route == Route("summary", "access")
    driver.press(f"change:{asked[0]}")
    driver.key(Qt.Key.Key_3)
    driver.press("next")
    assert driver.route == Route("summary", "access")
    assert len(driver.session.open.answer(asked[0]).history) == 1
    driver.press("sidebar:open_points:")
    assert driver.route.page == "open_points"


def conclude(driver: Driver, report: Path) -> None:
    driver.press("next")
    assert driver.route.page == "plan"
    driver.press("next")
    assert driver.route.page == "report"
    driver.qtbot.waitUntil(lambda: driver.find("save-report").isEnabled(), timeout=20_000)
    driver.page.save_to(report)
    assert report.read_bytes().startswith(b"%PDF")
    assert driver.shows(report.name)


def test_a_report_that_cannot_be_written_says_what_to_do(opened: Open, tmp_path: Path):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("report")
    driver.qtbot.waitUntil(lambda: driver.find("save-report").isEnabled(), timeout=20_000)
    driver.page.save_to(tmp_path / "missing" / "report.pdf")
    assert driver.shows(driver.page.say("trouble_no_folder"))
    assert driver.find("other-name").isEnabled()


def test_a_wrong_passphrase_says_so_and_may_be_tried_again(opened: Open, tmp_path: Path):
    path = tmp_path / "locked.fumimori"
    with AssessmentFile.create(path, PASSPHRASE) as file:
        file.save(demonstration.assessment())
    driver = opened("ja")
    driver.go("unlock", str(path))
    driver.type("passphrase", "not the right words")
    driver.press("next")
    assert driver.shows(driver.page.t("words.store_error.wrong_secret"))
    driver.type("passphrase", PASSPHRASE)
    driver.press("next")
    assert driver.route.page == "hub"


def test_rental_servers_are_never_offered_levels_two_and_three(opened: Open):
    base = demonstration.assessment()
    domain = msgspec.structs.replace(base.scope.domains[0], hosting=Hosting.RENTAL)
    scope = msgspec.structs.replace(base.scope, domains=(domain,))
    driver = opened("ja", msgspec.structs.replace(base, scope=scope, consent=Consent()))
    driver.go("consent")
    assert not driver.find("choice:2").isEnabled()
    assert not driver.find("choice:3").isEnabled()
    assert driver.find("choice:1").isEnabled()
    assert driver.shows(driver.page.say("refused_title"))


def test_level_two_asks_for_name_and_role(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("consent")
    driver.press("choice:2")
    driver.press("ours")
    driver.press("next")
    assert driver.route.page == "consent"
    driver.type("name", "Owner")
    driver.type("role", "CEO")
    driver.press("next")
    assert driver.route.page == "measuring"
    consent = driver.session.open.consent
    assert (consent.level, consent.name, consent.role) == (ConsentLevel.AUTHORISED, "Owner", "CEO")


def test_a_contradiction_is_settled_with_a_reason(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    assert [one.question for one in driver.session.result.contradictions] == ["sender_auth.dmarc"]
    driver.go("question", "sender_auth.dmarc")
    driver.press("answered")
    assert driver.session.result.contradictions
    driver.type("because", "Measured before the change")
    driver.press("answered")
    assert not driver.session.result.contradictions
    assert driver.session.open.answer("sender_auth.dmarc").settled == "answer"


def test_an_answer_can_be_taken_back_and_unknown_asks_who_knows(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("question", "updates.responsible")
    driver.press("choice:no")
    assert driver.session.open.answer("updates.responsible").value == "no"
    driver.press("withdraw")
    assert driver.session.open.answer("updates.responsible") is None
    driver.press("choice:unknown")
    driver.type("who_knows", "保守業者")
    assert driver.session.open.answer("updates.responsible").who_knows == "保守業者"


def test_the_interview_sheet_answers_by_digits_and_walks_by_arrows(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("interview", "people")
    driver.type("respondent", "Reception")
    first, second = driver.page.rows[:2]
    first.setFocus()
    driver.key(Qt.Key.Key_Down)
    assert second.hasFocus()
    driver.key(Qt.Key.Key_2)
    identity = progress.asked(driver.session.result, "people")[1].id
    answer = driver.session.open.answer(identity)
    assert answer.value == driver.session.result.of_bank(identity).options[1].id
    assert answer.respondent == "Reception"


def test_what_does_not_apply_is_given_a_reason_on_the_interview_sheet(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("interview", "people")
    question = next(one for one in progress.asked(driver.session.result, "people") if one.may_be_not_applicable)
    row = next(one for one in driver.page.rows if one.property("place") == f"sheet:{question.id}")
    assert not row.findChildren(ChoiceGroup)
    driver.press(f"{question.id}={NOT_APPLICABLE}")
    assert driver.session.result.question(question.id).state is QuestionState.UNANSWERED
    (group,) = row.findChildren(ChoiceGroup)
    group.cards[1].click()
    assert driver.session.open.answer(question.id).reason == REASONS[1]
    assert driver.session.result.question(question.id).state is QuestionState.NOT_APPLICABLE


class Slow(Paper):
    """A network whose DNS does not come back for a minute."""

    async def dns(self, name: str, rdtype: str) -> DnsAnswer:
        await asyncio.sleep(60)
        return await super().dns(name, rdtype)


def slow_instruments(network: Slow) -> Toolkit:
    real = demonstration.offline_instruments()
    return Toolkit(probes=real.probes, rules=real.rules, bank=real.bank, open_network=lambda _settings: network)


def start_measuring(driver: Driver) -> None:
    driver.go("measuring")
    driver.press("again")
    driver.qtbot.waitUntil(lambda: any(one.state == "running" for one in driver.session.measuring.progress.values()))


def test_stopping_keeps_what_is_finished(opened: Open):
    slow = Slow({})
    driver = opened("en", demonstration.assessment("en"), slow_instruments(slow))
    start_measuring(driver)
    with driver.qtbot.waitSignal(driver.session.measuring.ended, timeout=5_000):
        driver.press("stop")
    assert driver.session.measuring.cancelled
    assert driver.session.open.attempts
    assert ("closed", "") in slow.asked


@pytest.mark.parametrize("change", ["withdrawn", "domain"])
def test_what_is_not_allowed_any_more_ends_at_once(opened: Open, change: str):
    driver = opened("en", demonstration.assessment("en"), slow_instruments(Slow({})))
    assert driver.session.open.consent.confirmed_level >= ConsentLevel.CONNECTIONS
    start_measuring(driver)
    driver.session.edit_organisation(name="Another name")
    assert not driver.session.measuring.stopping
    with driver.qtbot.waitSignal(driver.session.measuring.ended, timeout=5_000):
        if change == "withdrawn":
            driver.go("consent")
            driver.press("withdraw")
        else:
            driver.session.edit_scope(domains=(DomainScope(name="corrected.example.jp"),))
    assert driver.session.measuring.cancelled


def test_closing_while_measuring_keeps_what_is_finished_and_leaves_no_thread(opened: Open, tmp_path: Path):
    slow = Slow({})
    driver = opened("ja", None, slow_instruments(slow))
    path = tmp_path / "closing.fumimori"
    driver.session.create(path, PASSPHRASE, demonstration.assessment())
    start_measuring(driver)
    driver.window.close()
    driver.qtbot.waitUntil(lambda: not driver.window.isVisible(), timeout=5_000)
    assert ("closed", "") in slow.asked
    assert not [thread for thread in threading.enumerate() if thread.name == "network"]
    with AssessmentFile.open(path, PASSPHRASE) as file:
        assert {attempt.status for attempt in file.assessment.attempts} >= {Status.COMPLETED}


def test_the_measurement_goes_on_while_somebody_answers_elsewhere(opened: Open):
    public = msgspec.structs.replace(demonstration.assessment("en"), consent=Consent())
    driver = opened("en", public, paper_instruments())
    driver.go("measuring")
    with driver.qtbot.waitSignal(driver.session.measuring.ended, timeout=20_000):
        driver.press("again")
        driver.go("question", "updates.responsible")
        driver.press("choice:yes")
    assert driver.session.open.answer("updates.responsible").value == "yes"
    assert not driver.session.measuring.running


def test_without_a_keyring_the_window_says_so_and_asks_for_a_passphrase(opened: Open, tmp_path: Path):
    import keyring
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        driver = opened("ja")
        driver.press("start-new")
        driver.type("place", str(tmp_path / "no-keyring.fumimori"))
        driver.press("next")
        assert any(driver.page.t("words.store_error.no_keyring") in one.accessibleName() for one in driver.visible())
        driver.type("passphrase", PASSPHRASE)
        driver.type("passphrase-again", PASSPHRASE)
        driver.press("next")
    finally:
        keyring.set_keyring(before)
    assert driver.route.page == "organisation"


def test_network_settings_reach_the_run():
    assert demonstration.services(Path("unused")).network() == NetworkSettings()


def test_a_measurement_made_elsewhere_is_taken_over_and_a_wrong_file_is_not(opened: Open, tmp_path: Path):
    from fumimori.engine.exchange import scan_json

    measured = demonstration.assessment()
    driver = opened("ja", msgspec.structs.replace(measured, runs=()))
    driver.go("measuring")
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}", encoding="utf-8")
    driver.page.take(wrong)
    assert driver.shows(driver.page.say("not_a_scan"))
    assert not driver.session.open.attempts
    right = tmp_path / "scan.json"
    result = driver.session.toolkit.assess(measured, driver.session.services.now())
    right.write_bytes(scan_json(measured, result))
    driver.page.take(right)
    assert len(driver.session.open.attempts) == len(measured.attempts)
    assert driver.session.open.runs[-1].imported


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_measurement_of_another_domain_is_asked_about(opened: Open, tmp_path: Path, language: str):
    from fumimori.engine.exchange import scan_json

    measured = demonstration.assessment()
    other = Scope(domains=(DomainScope(name="other.example"),))
    driver = opened(language, msgspec.structs.replace(measured, runs=(), scope=other))
    driver.go("measuring")
    path = tmp_path / "scan.json"
    path.write_bytes(scan_json(measured, driver.session.toolkit.assess(measured, driver.session.services.now())))
    driver.page.take(path)
    question = driver.page.say("other_domain", theirs=demonstration.DOMAIN, ours="other.example")
    assert driver.shows(question)
    assert not driver.session.open.runs
    driver.press("import-leave")
    assert not driver.shows(question)
    assert driver.session.open.scope == other
    driver.page.take(path)
    driver.press("import-take")
    assert [domain.name for domain in driver.session.open.scope.domains] == ["other.example", demonstration.DOMAIN]
    assert driver.session.open.runs[-1].imported
