"""How many findings come with something to copy, why the others cannot, and that each of those has steps."""

import sys
from collections.abc import Iterator

import msgspec
import pytest

from fumimori import checks, resources
from fumimori.__main__ import repair, rules
from fumimori.checks import remediation
from fumimori.checks.bimi import facts as bimi
from fumimori.checks.caa import probe as caa
from fumimori.checks.client_settings import facts as client_settings
from fumimori.checks.contract import Probe
from fumimori.checks.dane import facts as dane
from fumimori.checks.dkim import probe as dkim
from fumimori.checks.dmarc import facts as dmarc_facts
from fumimori.checks.dmarc import probe as dmarc
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.checks.spf import probe as spf
from fumimori.checks.system_accounts import facts as system_accounts
from fumimori.checks.tls.facts import TlsSupport
from fumimori.checks.tls_rpt import probe as tls_rpt
from fumimori.model import (
    Answer,
    Assessment,
    Attempt,
    Basis,
    DomainScope,
    Finding,
    Hosting,
    Outcome,
    Record,
    Scope,
    Severity,
    Values,
)
from fumimori.network.dns import DnsAnswer, DnsStatus, Security
from fumimori.network.mail import MailService
from fumimori.texts import Texts
from fumimori.wording.repairs import repair_lines
from loopback.fake_network import NOW, FakeNetwork, attempt, looked, scope_of
from loopback.further_zones import further_zones, receiving
from loopback.recorded_runs import run_of
from loopback.signed_mail import signed_messages
from loopback.written_texts import WHOLE
from unit.checks import test_caa, test_dane, test_dkim, test_dmarc, test_mta_sts, test_mx, test_spf, test_tls_rpt

DOMAIN = "example.jp"
HOST = f"mail.{DOMAIN}"
KNOWN = Answer(question="sender_auth.senders_known", value="yes", at=NOW)

NO_CHECKS = ("combinations.", "register_")
ASKED = {"dane.bogus", "mx.all_missing", "mx.all_private", "mail_ports.large_hello"}
"""Only somebody else can change it; the letter names it."""
RIGHT_AS_IT_IS = {"spf.softfail_alone"}
"""The policy of DMARC is what is missing."""
BY_HAND = {code for code, rule in rules().outcomes.items() if rule.by_hand is not None}
NOT_COPIED = BY_HAND | ASKED | RIGHT_AS_IT_IS
"""Codes from *low* upwards with nothing to copy."""


def faults() -> set[str]:
    """Those of checks: a combination is repaired by its parts, and an entry of a register is a matter of people."""
    outcomes = rules().outcomes.items()
    return {code for code, rule in outcomes if rule.severity >= Severity.LOW and not code.startswith(NO_CHECKS)}


def told() -> Iterator[tuple[Outcome, Assessment]]:
    """What the judges say of the zones in their own tests, with the assessment that they say it of."""
    tables: list[tuple[tuple[Probe, ...], list]] = [
        ((mx.PROBE,), test_mx.ROWS),
        ((mx.PROBE, dmarc.PROBE, spf.PROBE), test_spf.ROWS),
        ((mx.PROBE, dkim.PROBE), test_dkim.ROWS),
        ((mx.PROBE, dmarc.PROBE), [(name, test_dmarc.MAIL | zone, words) for name, zone, words in test_dmarc.ROWS]),
        (
            (mx.PROBE, mta_sts.PROBE, tls_rpt.PROBE),
            [(name, receiving(zone), words) for name, zone, words in test_tls_rpt.ROWS],
        ),
        ((mx.PROBE, caa.PROBE), test_caa.ROWS),
    ]
    for probes, rows in tables:
        for _, zone, _ in rows:
            yield from _judged(probes, FakeNetwork(zone), scope_of(DOMAIN))
    for _, page, _ in test_mta_sts.PAGES:
        pages = {test_mta_sts.URL: page} if page is not None else {}
        yield from _judged((mx.PROBE, mta_sts.PROBE), FakeNetwork(test_mta_sts.ZONE, pages), scope_of(DOMAIN))
    for _, page, first, second, _ in test_mta_sts.SERVERS:
        ports = (
            test_mta_sts.port(HOST, certificates=first),
            test_mta_sts.port(f"mail2.{DOMAIN}", certificates=second),
        )
        network = FakeNetwork(test_mta_sts.TWO, {test_mta_sts.URL: page})
        yield from _judged((mx.PROBE, mta_sts.PROBE), network, scope_of(DOMAIN), ports)
    uncovered = test_mta_sts.page(test_mta_sts.policy(mx_lines="mx: old.example.jp\r\n"))
    testing = test_mta_sts.page(test_mta_sts.policy(mode="testing", mx_lines="mx: old.example.jp\r\n"))
    one = test_mta_sts.page()
    for zone, page in ((test_mta_sts.ZONE, uncovered), (test_mta_sts.TWO, one), (test_mta_sts.ZONE, testing)):
        yield from _judged((mx.PROBE, mta_sts.PROBE), FakeNetwork(zone, {test_mta_sts.URL: page}), scope_of(DOMAIN))
    for _, zone, _ in test_mta_sts.RECORDS:
        network = FakeNetwork(zone, {test_mta_sts.URL: one})
        yield from _judged((mx.PROBE, mta_sts.PROBE), network, scope_of(DOMAIN))
    parked = Scope(domains=(DomainScope(name=DOMAIN, sends_mail=False),))
    yield from _judged((mx.PROBE, dmarc.PROBE, spf.PROBE), FakeNetwork(receiving({})), parked)
    of_check = {probes[-1].id: probes for probes, _ in tables}
    for _, check, zone, scope in further_zones():
        yield from _judged(of_check[check], FakeNetwork(zone), scope, signed_messages(scope, NOW))


def _judged(probes, network, scope, extra=()) -> Iterator[tuple[Outcome, Assessment]]:
    of = assessment(scope, looked(probes, network, scope, extra))
    for probe in probes:
        for outcome in probe.judge(Observations.of_assessment(of), rules()):
            yield outcome, of


def assessment(scope: Scope, attempts: tuple[Attempt, ...]) -> Assessment:
    hosted = tuple(msgspec.structs.replace(one, hosting=Hosting.VPS) for one in scope.domains)
    runs = (run_of(*attempts),) if attempts else ()
    return Assessment(
        id="1", created=NOW, scope=msgspec.structs.replace(scope, domains=hosted), answers=(KNOWN,), runs=runs
    )


def kept(check: str, subject: str, facts: Record) -> Attempt:
    return attempt(check, subject, facts=msgspec.Raw(msgspec.json.encode(facts)))


def found(name: str, rdtype: str, *records: str) -> DnsAnswer:
    return DnsAnswer(name=name, rdtype=rdtype, status=DnsStatus.ANSWER, records=records)


def server() -> Assessment:
    """A server of one's own with a certificate, TLSA records, settings for mail programs and a logo's record."""
    chain = msgspec.structs.replace(test_dane.chain(), trusted=True, name_matches=True)
    port = mail_ports.Facts(
        service=MailService(host=HOST, address="192.0.2.25", port=25, protocol="smtp", open=True, chain=chain),
        support=TlsSupport(other_chain=chain),
    )
    look = dane.DaneHost(
        host=HOST, addresses=Security.SECURE, tlsa=found(f"_25._tcp.{HOST}", "TLSA", f"3 1 1 {'ab' * 32}")
    )
    clear = found(f"_imap._tcp.{DOMAIN}", "SRV", f"0 1 143 {HOST}.")
    logos = ("v=BIMI1; l=https://a.example/a.svg", "v=BIMI1; l=http://a.example/b.svg; a=x")
    network = FakeNetwork(test_mta_sts.ZONE, {test_mta_sts.URL: test_mta_sts.page()})
    attempts = (
        kept("mail_ports", f"{HOST}:25", port),
        kept("dane", DOMAIN, dane.Facts(mx=found(DOMAIN, "MX", f"10 {HOST}."), hosts=(look,))),
        kept("client_settings", DOMAIN, client_settings.Facts(srv=(clear,))),
        kept(
            "system_accounts",
            HOST,
            system_accounts.Facts(kind="states", accounts=(system_accounts.SystemAccount(name="old", state="NP"),)),
        ),
        kept("bimi", DOMAIN, bimi.Facts(answer=found(DOMAIN, "TXT", *logos))),
        kept(
            "dmarc",
            DOMAIN,
            dmarc_facts.Facts(walk=(found(DOMAIN, "TXT", "v=DMARC1; p=none; rua=mailto:d@example.jp"),)),
        ),
        *looked((mx.PROBE, mta_sts.PROBE), network, scope_of(DOMAIN)),
    )
    return assessment(scope_of(DOMAIN, mail_hosts=(HOST,)), attempts)


SUBJECTS = (DOMAIN, f"{HOST}:587", f"{HOST}:143", f"{HOST}:25", HOST, "192.0.2.25")
VALUES: Values = (
    *(("host", HOST), ("hosts", HOST), ("missing", HOST), ("port", 3306), ("other", "2001:db8::1")),
    *(("url", f"https://{HOST}/admin/"), ("product", "Postfix"), ("address", "192.0.2.25"), ("domain", DOMAIN)),
    *(("text", "v=STSv1"), ("selectors", "k1"), ("name", "localhost")),
    *(("services", "Postfix submission, Dovecot"), ("ports", "22 (ssh)"), ("version", "3.7.11")),
)


def copied() -> set[str]:
    """The codes with something to copy, for a server of one's own and where every sender is known."""
    have = set()
    for outcome, of in told():
        if made(outcome.code, outcome.subject, outcome.values, of):
            have.add(outcome.code)
    here = server()
    for code in sorted(faults() - have):
        if any(made(code, subject, VALUES, here) for subject in SUBJECTS):
            have.add(code)
    return have


def made(code: str, subject: str, values: Values, of: Assessment) -> bool:
    rule = rules().outcomes[code]
    finding = Finding(
        code=code, subject=subject, control=rule.control, severity=rule.severity, basis=Basis.MEASURED, values=values
    )
    return bool(repair(finding, of).snippets)


def test_a_firewall_is_switched_on_only_after_ssh_is_let_in():
    """Who leaves REPLACE in place is not locked out: ufw refuses the address, and nothing after it is done."""
    rule = rules().outcomes["firewall.input_open"]
    finding = Finding(
        code="firewall.input_open", subject=HOST, control=rule.control, severity=rule.severity, basis=Basis.MEASURED
    )
    made = repair(finding, server())
    (lines,) = [one.content for one in made.snippets if "ufw enable" in one.content]
    steps = [step.strip() for step in lines.split("&&")]
    assert "\n" not in "".join(steps)
    assert steps.index("sudo ufw allow from REPLACE to any port 22 proto tcp") < steps.index("sudo ufw enable")
    assert made.back
    assert made.proof


@pytest.fixture(scope="module")
def have() -> set[str]:
    return copied()


def test_every_code_has_something_to_copy_or_a_reason_why_not(have, capsys):
    wanted = faults()
    without = wanted - have
    assert without == NOT_COPIED
    assert len(have & wanted) / len(wanted) >= 0.7
    measured = {code for code in wanted if code.startswith(tuple(f"{probe.id}." for probe in checks.walk()))}
    assert len(have & measured) / len(measured) >= 0.84
    with capsys.disabled():
        sys.stdout.write(f"\nfindings with something to copy: {len(have & wanted)} of {len(wanted)}\n")


@pytest.mark.parametrize("code", sorted(NOT_COPIED))
@pytest.mark.parametrize("language", sorted(WHOLE))
def test_what_cannot_be_copied_has_steps(code, language):
    assert Texts(resources.root(), language).lines(f"checks.{code}.fix")


@pytest.mark.parametrize("code", sorted(BY_HAND))
@pytest.mark.parametrize("language", sorted(WHOLE))
def test_what_cannot_be_copied_says_who_does_it(code, language):
    """One or two sentences stand where something to copy would."""
    rule = rules().outcomes[code]
    finding = Finding(code=code, subject=DOMAIN, control=rule.control, severity=rule.severity, basis=Basis.MEASURED)
    made = repair(finding, server())
    assert (made.snippets, len(made.before)) == ((), 1)
    said = repair_lines(Texts(resources.root(), language), made)
    assert said[0] == Texts(resources.root(), language)("repairs.before")
    assert len(said) == 2
    assert 20 < len(said[1]) < 200


def test_every_fault_has_either_a_repair_or_the_reason_why_it_is_done_by_hand():
    repaired = remediation.walk().keys()
    assert set(rules().outcomes) >= repaired
    assert faults() - repaired == BY_HAND
