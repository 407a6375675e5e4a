"""An action that is done is measured again alone, and the plan says whether the repair worked."""

import msgspec
import pytest

from fumimori.__main__ import sample
from fumimori.engine import Toolkit
from fumimori.model import DomainScope, Scope
from gui import demonstration
from gui.driver import Open
from gui.test_walk import DOMAIN, Paper

RECORD = f"_dmarc.{DOMAIN}"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("repaired", "gone"), [("v=DMARC1; p=reject", True), ("v=DMARC1; p=none", False)])
def test_a_repair_is_proved_by_measuring_it_alone(opened: Open, language: str, repaired: str, *, gone: bool):
    zone = {DOMAIN: {"MX": (f"10 mail.{DOMAIN}.",)}, RECORD: {"TXT": ("v=DMARC1; p=none",)}}
    network = Paper(zone)
    real = demonstration.offline_instruments()
    tools = Toolkit(probes=real.probes, rules=real.rules, bank=real.bank, open_network=lambda _settings: network)
    scope = Scope(domains=(DomainScope(name=DOMAIN),))
    about = msgspec.structs.replace(demonstration.assessment(language), scope=scope, runs=(), answers=())
    driver = opened(language, about, toolkit=tools)
    measuring = driver.session.measuring
    with driver.qtbot.waitSignal(measuring.ended, timeout=20_000):
        measuring.start()
    driver.go("plan")
    action = next(one for one in driver.session.result.actions if one.cause == "dmarc_rollout")
    before, runs = driver.session.result.grade, len(driver.session.open.runs)
    zone[RECORD]["TXT"] = (repaired,)
    driver.press(f"more:{action.id}")
    with driver.qtbot.waitSignal(measuring.ended, timeout=20_000):
        driver.press(f"again:{action.id}")
    looked = {attempt.probe for attempt in driver.session.open.runs[runs].attempts}
    assert looked == {"dmarc"}
    t, title = driver.page.t, "ui.rechecked.done" if gone else "ui.rechecked.open"
    assert driver.shows(t(title))
    after = driver.session.result.grade
    assert (after.score_low > before.score_low) is gone
    assert driver.shows(f"{before.score_low}")
    measuring.start()
    assert measuring.rechecked is None
    driver.qtbot.waitSignal(measuring.ended, timeout=20_000).wait()


def test_what_no_measurement_can_repeat_says_what_renews_it(opened: Open):
    driver = opened("en", sample("en"))
    driver.go("plan")
    actions = driver.session.result.actions
    read = next(one for one in actions if all(each.code.startswith("register_") for each in one.findings))
    driver.press(f"more:{read.id}")
    assert driver.shows(driver.page.t("ui.action.again_read"))
    assert f"again:{read.id}" not in {widget.property("place") for widget in driver.visible()}
