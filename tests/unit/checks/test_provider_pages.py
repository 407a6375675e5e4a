"""A domain whose mail a known provider runs is told that provider's own steps, and nobody else's."""

import msgspec
import pytest

from fumimori.__main__ import repair
from fumimori.checks.mx import probe as mx
from fumimori.gui.mail_receivers import provider_notes
from fumimori.model import Assessment, Basis, Control, Finding, Hosting, Severity
from loopback.fake_network import NOW, FakeNetwork, looked, rules, scope_of
from loopback.recorded_runs import run_of

DOMAIN = "example.jp"
HOST = {"A": ["192.0.2.25"]}
BEHIND_OWN_NAME = {
    DOMAIN: {"MX": ["10 example.jp."], "A": ["192.0.2.25"], "TXT": ["v=spf1 +a:sv1234.xserver.jp +mx ~all"]},
    "sv1234.xserver.jp": HOST,
}
MX = {
    "Sakura Internet": "www1234.sakura.ne.jp",
    "Xserver": "sv1234.xserver.jp",
    "ConoHa": "mail90.conoha.ne.jp",
    "Onamae.com": "mail50.onamae.ne.jp",
    "Lolipop!": "mx01.lolipop.jp",
    "heteml": "mx01.heteml.jp",
    "KAGOYA": "dmail.kagoya.net",
    "CPI": "ham1005.secure.ne.jp",
    "NTTPC SuiteX (arena)": "mx1.arena.ne.jp",
    "Otsuka Alpha Mail": "mxi.alpha-prm.jp",
    "LINE WORKS": "jp1-aspmx1.worksmobile.com",
    "Rackspace Email": "mx1.emailsrvr.com",
    "Proton Mail": "mail.protonmail.ch",
    "Fastmail": "in1-smtp.messagingengine.com",
    "Google Workspace": "smtp.google.com",
    "Microsoft 365": "example-jp.mail.protection.outlook.com",
}
PAGES = [row for row in rules().tables["provider_pages"].dicts() if row["provider"] in MX]


def measured(zone: dict[str, dict[str, list[str]]]) -> Assessment:
    scope = scope_of(DOMAIN)
    return Assessment(id="1", created=NOW, scope=scope, runs=(run_of(*looked([mx.PROBE], FakeNetwork(zone), scope)),))


def asked(question: str) -> Finding:
    return Finding(
        code=f"{question}.no", subject="", control=Control.PROTOCOLS, severity=Severity.HIGH, basis=Basis.ANSWERED
    )


def told(of: Assessment, question: str) -> list[tuple[str, str]]:
    """Provider and page of what the repair of a finding from an answer begins with."""
    values = [dict(note.values) for note in repair(asked(question), of).before]
    return [(str(one["provider"]), str(one.get("url") or one.get("menu"))) for one in values]


@pytest.mark.parametrize("row", PAGES, ids=lambda row: f"{row['provider']}-{row['questions'].split()[0]}")
def test_a_domain_at_a_provider_gets_that_provider_s_steps_for_each_of_its_questions(row):
    of = measured({DOMAIN: {"MX": [f"10 {MX[row['provider']]}."]}, MX[row["provider"]]: HOST})
    expected = [(row["provider"], one) for one in (row["menu"], row["url"]) if one]
    for question in row["questions"].split():
        assert told(of, question) == expected
        shown = provider_notes(of, rules(), question)
        assert [str(dict(note.values).get("url") or dict(note.values)["menu"]) for note in shown] == [
            page for _, page in expected
        ]


def test_every_provider_with_a_page_of_its_own_is_tried_here():
    with_pages = {row["provider"] for row in rules().tables["provider_pages"].dicts()}
    assert with_pages - set(MX) == {"Amazon WorkMail"}, "it shares its MX with another service"


def test_a_rental_server_behind_the_domain_s_own_name_is_told_its_steps_by_spf():
    of = measured(BEHIND_OWN_NAME)
    page = "https://support.xserver.ne.jp/manual/man_mail_dmarc.php"
    assert told(of, "sender_auth.dmarc") == [("Xserver", "サーバーパネル > DMARC設定"), ("Xserver", page)]


def test_a_server_that_nobody_knows_gets_no_provider_s_steps():
    of = measured({DOMAIN: {"MX": ["10 mail.example.jp."]}, "mail.example.jp": HOST})
    assert told(of, "sender_auth.dmarc") == []
    assert provider_notes(of, rules(), "sender_auth.dmarc") == ()


def test_who_said_that_the_server_is_their_own_is_not_sent_to_a_provider_s_panel():
    of = measured(BEHIND_OWN_NAME)
    domain = msgspec.structs.replace(of.scope.domains[0], hosting=Hosting.VPS)
    own = msgspec.structs.replace(of, scope=msgspec.structs.replace(of.scope, domains=(domain,)))
    assert told(own, "sender_auth.dmarc") == []
    assert provider_notes(own, rules(), "sender_auth.dmarc") == ()
