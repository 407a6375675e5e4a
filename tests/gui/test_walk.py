"""The whole wizard can be walked, by keyboard and mouse, in both languages; what was entered is in the file."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt

from fumimori.engine import NetworkSettings, Toolkit
from fumimori.model import Consent, ConsentLevel, DomainScope, Hosting, Scope, Status, Vantage
from fumimori.network import Notes
from fumimori.network.dns import DnsAnswer
from fumimori.store import AssessmentFile
from fumimori.wizard import course
from fumimori.wizard.routes import Route
from gui import demonstration
from gui.driver import Driver, Open
from loopback.paper_network import PaperNetwork

DOMAIN = "sakura.example.jp"
PASSPHRASE = "four unrelated plain words"


class Paper(PaperNetwork):
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
    hands = opened(language, toolkit=paper_instruments())
    path = tmp_path / "first.fumimori"
    make_file(hands, path)
    prepare(hands)
    measure(hands)
    answer_one_control(hands)
    conclude(hands, tmp_path / "report.pdf")
    before = hands.session.open
    hands.window.close()
    with AssessmentFile.open(path, PASSPHRASE) as file:
        assert file.assessment == before
    assert before.organisation.name == "Sakura"
    assert before.scope.hosting is Hosting.VPS


def make_file(hands: Driver, path: Path) -> None:
    hands.press("start-new")
    assert hands.route.page == "new"
    hands.type("place", str(path))
    hands.press("choice:passphrase")
    hands.type("passphrase", "short")
    hands.press("next")
    assert hands.route.page == "new"
    hands.type("passphrase", PASSPHRASE)
    hands.type("passphrase-again", PASSPHRASE)
    hands.key(Qt.Key.Key_Return)
    assert hands.route.page == "organisation"


def prepare(hands: Driver) -> None:
    hands.press("next")
    assert hands.route.page == "organisation"
    assert hands.shows(hands.page.say("name_missing"))
    hands.type("name", "Sakura")
    hands.key(Qt.Key.Key_Return)
    assert hands.route.page == "environment"
    hands.type("domain", f"info@{DOMAIN}")
    hands.key(Qt.Key.Key_Return)
    assert [domain.name for domain in hands.session.open.scope.domains] == [DOMAIN]
    hands.press("choice:vps")
    hands.press("next")
    assert hands.route.page == "consent"
    hands.press("choice:0")
    hands.press("next")
    assert hands.route.page == "consent"
    hands.press("ours")
    hands.press("next")
    assert hands.route.page == "measuring"
    assert hands.session.open.consent.at is not None


def measure(hands: Driver) -> None:
    with hands.qtbot.waitSignal(hands.session.measuring.ended, timeout=20_000):
        hands.press("next")
    attempts = {attempt.probe: attempt.status for attempt in hands.session.open.attempts}
    assert attempts["dmarc"] is Status.COMPLETED
    assert attempts["mail_ports"] is Status.NOT_TESTABLE_HERE
    hands.press("next")
    assert hands.route.page == "confirm"
    assert hands.shows(DOMAIN)
    hands.press("next")
    assert hands.route.page == "hub"


def answer_one_control(hands: Driver) -> None:
    hands.press("open:access")
    asked = [question.id for question in course.asked(hands.session.result, "access")]
    assert len(asked) > 2
    for identity in asked:
        assert hands.route == Route("question", identity)
        hands.key(Qt.Key.Key_1)
        assert hands.session.open.answer(identity).value == hands.session.result.of_bank(identity).options[0].id
        hands.key(Qt.Key.Key_Return)
    assert hands.route == Route("summary", "access")
    hands.press(f"change:{asked[0]}")
    hands.key(Qt.Key.Key_3)
    hands.press("next")
    assert hands.route == Route("summary", "access")
    assert len(hands.session.open.answer(asked[0]).history) == 1
    hands.press("rail:open_points:")
    assert hands.route.page == "open_points"


def conclude(hands: Driver, report: Path) -> None:
    hands.press("next")
    assert hands.route.page == "plan"
    hands.press("next")
    assert hands.route.page == "report"
    hands.qtbot.waitUntil(lambda: hands.find("save-report").isEnabled(), timeout=20_000)
    hands.page.save_to(report)
    assert report.read_bytes().startswith(b"%PDF")
    assert hands.shows(report.name)


def test_a_report_that_cannot_be_written_says_what_to_do(opened: Open, tmp_path: Path):
    hands = opened("en", demonstration.assessment("en"))
    hands.go("report")
    hands.qtbot.waitUntil(lambda: hands.find("save-report").isEnabled(), timeout=20_000)
    hands.page.save_to(tmp_path / "missing" / "report.pdf")
    assert hands.shows(hands.page.say("trouble_no_folder"))
    assert hands.find("other-name").isEnabled()


def test_a_wrong_passphrase_says_so_and_may_be_tried_again(opened: Open, tmp_path: Path):
    path = tmp_path / "locked.fumimori"
    with AssessmentFile.create(path, PASSPHRASE) as file:
        file.save(demonstration.assessment())
    hands = opened("ja")
    hands.go("unlock", str(path))
    hands.type("passphrase", "not the right words")
    hands.press("next")
    assert hands.shows(hands.page.t("words.store_error.wrong_secret"))
    hands.type("passphrase", PASSPHRASE)
    hands.press("next")
    assert hands.route.page == "hub"


def test_rental_servers_are_never_offered_levels_two_and_three(opened: Open):
    base = demonstration.assessment()
    domain = msgspec.structs.replace(base.scope.domains[0], hosting=Hosting.RENTAL)
    scope = msgspec.structs.replace(base.scope, domains=(domain,))
    hands = opened("ja", msgspec.structs.replace(base, scope=scope, consent=Consent()))
    hands.go("consent")
    assert not hands.find("choice:2").isEnabled()
    assert not hands.find("choice:3").isEnabled()
    assert hands.find("choice:1").isEnabled()
    assert hands.shows(hands.page.say("refused_title"))


def test_level_two_asks_for_name_and_role(opened: Open):
    hands = opened("en", demonstration.assessment("en"))
    hands.go("consent")
    hands.press("choice:2")
    hands.press("ours")
    hands.press("next")
    assert hands.route.page == "consent"
    hands.type("name", "Owner")
    hands.type("role", "CEO")
    hands.press("next")
    assert hands.route.page == "measuring"
    consent = hands.session.open.consent
    assert (consent.level, consent.name, consent.role) == (ConsentLevel.AUTHORISED, "Owner", "CEO")


def test_a_contradiction_is_settled_with_a_reason(opened: Open):
    hands = opened("en", demonstration.assessment("en"))
    assert [one.question for one in hands.session.result.contradictions] == ["sender_auth.dmarc"]
    hands.go("question", "sender_auth.dmarc")
    hands.press("answered")
    assert hands.session.result.contradictions
    hands.type("because", "Measured before the change")
    hands.press("answered")
    assert not hands.session.result.contradictions
    assert hands.session.open.answer("sender_auth.dmarc").settled == "answer"


def test_an_answer_can_be_taken_back_and_unknown_asks_who_knows(opened: Open):
    hands = opened("ja", demonstration.assessment())
    hands.go("question", "updates.responsible")
    hands.press("choice:no")
    assert hands.session.open.answer("updates.responsible").value == "no"
    hands.press("withdraw")
    assert hands.session.open.answer("updates.responsible") is None
    hands.press("choice:unknown")
    hands.type("who_knows", "保守業者")
    assert hands.session.open.answer("updates.responsible").who_knows == "保守業者"


def test_the_interview_sheet_answers_by_digits_and_walks_by_arrows(opened: Open):
    hands = opened("en", demonstration.assessment("en"))
    hands.go("interview", "people")
    hands.type("respondent", "Reception")
    first, second = hands.page.rows[:2]
    first.setFocus()
    hands.key(Qt.Key.Key_Down)
    assert second.hasFocus()
    hands.key(Qt.Key.Key_2)
    identity = course.asked(hands.session.result, "people")[1].id
    answer = hands.session.open.answer(identity)
    assert answer.value == hands.session.result.of_bank(identity).options[1].id
    assert answer.respondent == "Reception"


class Slow(Paper):
    """A network whose DNS does not come back for a minute."""

    async def dns(self, name: str, rdtype: str) -> DnsAnswer:
        await asyncio.sleep(60)
        return await super().dns(name, rdtype)


def slow_instruments(network: Slow) -> Toolkit:
    real = demonstration.offline_instruments()
    return Toolkit(probes=real.probes, rules=real.rules, bank=real.bank, open_network=lambda _settings: network)


def start_measuring(hands: Driver) -> None:
    hands.go("measuring")
    hands.press("again")
    hands.qtbot.waitUntil(lambda: any(one.state == "running" for one in hands.session.measuring.progress.values()))


def test_stopping_keeps_what_is_finished(opened: Open):
    slow = Slow({})
    hands = opened("en", demonstration.assessment("en"), slow_instruments(slow))
    start_measuring(hands)
    with hands.qtbot.waitSignal(hands.session.measuring.ended, timeout=5_000):
        hands.press("stop")
    assert hands.session.measuring.cancelled
    assert hands.session.open.attempts
    assert ("closed", "") in slow.asked


def test_closing_while_measuring_keeps_what_is_finished_and_leaves_no_thread(opened: Open, tmp_path: Path):
    slow = Slow({})
    hands = opened("ja", None, slow_instruments(slow))
    path = tmp_path / "closing.fumimori"
    hands.session.create(path, PASSPHRASE, demonstration.assessment())
    start_measuring(hands)
    hands.window.close()
    hands.qtbot.waitUntil(lambda: not hands.window.isVisible(), timeout=5_000)
    assert ("closed", "") in slow.asked
    assert not [thread for thread in threading.enumerate() if thread.name == "network"]
    with AssessmentFile.open(path, PASSPHRASE) as file:
        assert {attempt.status for attempt in file.assessment.attempts} >= {Status.COMPLETED}


def test_the_measurement_goes_on_while_somebody_answers_elsewhere(opened: Open):
    public = msgspec.structs.replace(demonstration.assessment("en"), consent=Consent())
    hands = opened("en", public, paper_instruments())
    hands.go("measuring")
    with hands.qtbot.waitSignal(hands.session.measuring.ended, timeout=20_000):
        hands.press("again")
        hands.go("question", "updates.responsible")
        hands.press("choice:yes")
    assert hands.session.open.answer("updates.responsible").value == "yes"
    assert not hands.session.measuring.running


def test_without_a_keyring_the_window_says_so_and_asks_for_a_passphrase(opened: Open, tmp_path: Path):
    import keyring
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        hands = opened("ja")
        hands.press("start-new")
        hands.type("place", str(tmp_path / "no-keyring.fumimori"))
        hands.press("next")
        assert any(hands.page.t("words.store_error.no_keyring") in one.accessibleName() for one in hands.visible())
        hands.type("passphrase", PASSPHRASE)
        hands.type("passphrase-again", PASSPHRASE)
        hands.press("next")
    finally:
        keyring.set_keyring(before)
    assert hands.route.page == "organisation"


def test_network_settings_reach_the_run():
    assert demonstration.services(Path("unused")).network() == NetworkSettings()


def test_a_measurement_made_elsewhere_is_taken_over_and_a_wrong_file_is_not(opened: Open, tmp_path: Path):
    from fumimori.engine.exchange import scan_json

    measured = demonstration.assessment()
    hands = opened("ja", msgspec.structs.replace(measured, runs=()))
    hands.go("measuring")
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}", encoding="utf-8")
    hands.page.take(wrong)
    assert hands.shows(hands.page.say("not_a_scan"))
    assert not hands.session.open.attempts
    right = tmp_path / "scan.json"
    result = hands.session.toolkit.assess(measured, hands.session.services.now())
    right.write_bytes(scan_json(measured, result))
    hands.page.take(right)
    assert len(hands.session.open.attempts) == len(measured.attempts)
    assert hands.session.open.runs[-1].imported


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_measurement_of_another_domain_is_asked_about(opened: Open, tmp_path: Path, language: str):
    from fumimori.engine.exchange import scan_json

    measured = demonstration.assessment()
    other = Scope(domains=(DomainScope(name="other.example"),))
    hands = opened(language, msgspec.structs.replace(measured, runs=(), scope=other))
    hands.go("measuring")
    path = tmp_path / "scan.json"
    path.write_bytes(scan_json(measured, hands.session.toolkit.assess(measured, hands.session.services.now())))
    hands.page.take(path)
    question = hands.page.say("other_domain", theirs=demonstration.DOMAIN, ours="other.example")
    assert hands.shows(question)
    assert not hands.session.open.runs
    hands.press("import-leave")
    assert not hands.shows(question)
    assert hands.session.open.scope == other
    hands.page.take(path)
    hands.press("import-take")
    assert [domain.name for domain in hands.session.open.scope.domains] == ["other.example", demonstration.DOMAIN]
    assert hands.session.open.runs[-1].imported
