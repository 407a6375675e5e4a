"""The round trip is led step by step: what is dropped is shown hop by hop, each way, with what stays unproved."""

import msgspec
import pytest

from fumimori.__main__ import toolkit
from fumimori.gui.widgets.table import Table
from fumimori.model import DomainScope, Scope
from gui import demonstration
from gui.driver import Open
from loopback.signed_mail import dkim_signed, received

RESULTS = b"spf=pass smtp.mailfrom=example.jp; dkim=pass header.d=example.jp; dmarc=pass header.from=example.jp"
BACK = (
    b"Received: from out.outside.example (out.outside.example [198.51.100.9])\r\n"
    b"\t(using TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits))\r\n"
    b"\tby mail.example.jp (Postfix) with ESMTPS id 1\r\n\tfor <sato@example.jp>; Tue, 24 Nov 2026 10:05:00 +0000\r\n"
    b"From: b@outside.example\r\nTo: sato@example.jp\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nback\r\n"
)


def hand_over(driver, *files):
    driver.session.document_import.add(files)
    driver.qtbot.waitUntil(lambda: not driver.session.document_import.running, timeout=20_000)
    driver.go("documents")
    driver.press("own")
    driver.press("take-in")
    driver.judged()
    driver.press("round-trip")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_each_way_shows_its_hops_and_what_they_leave_open(opened: Open, language: str, tmp_path):
    scope = Scope(domains=(DomainScope(name="example.jp"),))
    about = msgspec.structs.replace(demonstration.assessment(language), scope=scope, runs=())
    driver = opened(language, about, toolkit=toolkit())
    t = driver.session.texts
    driver.go("documents")
    driver.press("round-trip")
    assert driver.route.page == "round_trip"
    assert driver.shows(t("ui.round_trip.nothing_sent"))
    assert driver.shows(t.lines("ui.round_trip.steps_sent", domain="example.jp")[0])
    assert driver.shows(t("ui.round_trip.not_yet"))
    (tmp_path / "out.eml").write_bytes(received(dkim_signed(), RESULTS))
    (tmp_path / "back.eml").write_bytes(BACK)
    hand_over(driver, tmp_path / "out.eml")
    assert driver.shows(t("ui.round_trip.not_yet"))
    out = driver.find("hops:sent")
    assert isinstance(out, Table)
    hops = out.rowCount()
    assert hops >= 1
    assert driver.shows(t("checks.mail_message.dmarc_passed.title", receiver="mx.receiver.example"))
    assert driver.shows(t("ui.round_trip.unproved_smime"))
    hand_over(driver, tmp_path / "back.eml")
    assert not driver.shows(t("ui.round_trip.not_yet"))
    back = driver.find("hops:received")
    assert isinstance(back, Table)
    assert [back.item(0, column).text() for column in (2, 4)] == ["TLS 1.2", t("ui.round_trip.minutes", count=5)]
    assert driver.shows(t("ui.round_trip.unproved_verdicts", methods=t.listed(("SPF", "DKIM", "DMARC"))))
    driver.window.other_language()
    driver.settle()
    assert driver.find("hops:sent").rowCount() == hops
