"""Repairs of MTA-STS and BIMI, proved: a web server hands the policy out, or logo and certificate; the printed file and
records take the place of the old ones; measured again the finding is gone and nothing new came.
"""  # noqa: D205 - one sentence

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fumimori.checks.bimi import probe as bimi
from fumimori.checks.dmarc import probe as dmarc
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import probe as mx
from fumimori.checks.spf import probe as spf
from fumimori.checks.tls_rpt import probe as tls_rpt
from fumimori.model import Assessment, Attempt, Repair, Severity, SnippetKind
from loopback.fake_network import Zone, scope_of
from loopback.sample_vmc import LOGO, ToyMarks
from loopback.tls_faults import server_context
from network.test_sender_probes import CA, files, looked
from servers.repaired import PROVED, assessment_of, faults, new_faults, printed, published
from servers.unproved import told

DOMAIN = "example.jp"
SCOPE = scope_of(DOMAIN)
PROBES = (mx.PROBE, mta_sts.PROBE, tls_rpt.PROBE)
TWO = {
    DOMAIN: {"MX": ["10 mail.example.jp.", "20 mail2.example.jp."]},
    "mail.example.jp": {"A": ["192.0.2.25"]},
    "mail2.example.jp": {"A": ["192.0.2.26"]},
    "mta-sts.example.jp": {"A": ["192.0.2.80"]},
    "_smtp._tls.example.jp": {"TXT": ["v=TLSRPTv1; rua=mailto:tls@example.jp"]},
}
BOTH = "mx: mail.example.jp\nmx: mail2.example.jp\n"


def policy(mode: str = "enforce", servers: str = BOTH, age: str = "1209600") -> str:
    return f"version: STSv1\nmode: {mode}\n{servers}max_age: {age}\n"


def announced(*texts: str) -> Zone:
    return TWO | {"_mta-sts.example.jp": {"TXT": list(texts)}}


ONE = announced("v=STSv1; id=1")
CASES = [
    ("absent", TWO, ""),
    ("two announcements", announced("v=STSv1; id=1", "v=STSv1; id=2"), policy()),
    ("no id", announced("v=STSv1;"), policy()),
    ("a hyphen in the id", announced("v=STSv1; id=2026-11"), policy()),
    ("testing", ONE, policy("testing")),
    ("short", ONE, policy(age="86400")),
    ("very short", ONE, policy(age="600")),
    ("one server missing", ONE, policy(servers="mx: mail.example.jp\n")),
    ("every server missing", ONE, policy(servers="mx: old.example.jp\n")),
    ("missing while testing", ONE, policy("testing", servers="mx: mail.example.jp\n")),
    ("no mode", ONE, policy().replace("mode: enforce\n", "")),
    ("no server", ONE, policy(servers="")),
    ("a page", ONE, "<html></html>"),
    ("more than anybody reads", ONE, policy() + "x: y\n" * 20000),
    ("switched off", ONE, policy("none")),
    ("a server that is gone", ONE, policy(servers=BOTH + "mx: old.example.jp\n")),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("policy")
    (made / "root.pem").write_bytes(CA.root_pem)
    return made


def measured(
    zone: Zone, body: str, folder: Path, earlier: tuple[Attempt, ...] = (), at: datetime | None = None
) -> Assessment:
    context = server_context(CA.leaf("mta-sts.example.jp", days_left=300, lifetime=600), folder)
    site = files({"/.well-known/mta-sts.txt": body.encode()} if body else {}, kind="text/plain")
    attempts = asyncio.run(looked(PROBES, zone, SCOPE, folder, web=site, tls=context, earlier=earlier, at=at))
    return assessment_of(SCOPE, attempts)


def applied(made: Repair, zone: Zone, body: str) -> tuple[Zone, str]:
    """Zone and policy with what is printed."""
    new = next((one.content for one in made.snippets if one.kind is SnippetKind.FILE), body)
    return published(zone, made.snippets), new


@pytest.mark.parametrize(("zone", "body"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_printed_policy_ends_its_finding_and_begins_no_other(folder, zone, body):
    before = measured(zone, body, folder)
    found = faults(before, Severity.INFO)
    wanted = {key: one for key, one in found.items() if key[0].startswith("mta_sts.")}
    assert wanted
    for (code, subject), finding in wanted.items():
        made = printed(finding, before)
        if not made.snippets and finding.severity < Severity.LOW:
            continue
        assert made.snippets, code
        now = measured(*applied(made, zone, body), folder)
        left = faults(now)
        assert (code, subject) not in faults(now, Severity.INFO)
        # a policy begins with testing, which is a step and no end
        assert new_faults(found, left, frozenset(("mta_sts.mode_testing",))) == set()
        PROVED.add(code)


def test_an_old_id_behind_a_new_policy_gets_another(folder):
    now = datetime.now(UTC)
    first = measured(ONE, policy(age="1209600"), folder, at=now - timedelta(days=5))
    second = measured(ONE, policy(age="2419200"), folder, first.attempts, at=now)
    found = faults(second)
    finding = found["mta_sts.id_unchanged", DOMAIN]
    zone, body = applied(printed(finding, second), ONE, policy(age="2419200"))
    left = faults(measured(zone, body, folder, second.attempts, at=now + timedelta(minutes=5)))
    assert new_faults(found, left, frozenset()) == set()
    assert ("mta_sts.id_unchanged", DOMAIN) not in left
    PROVED.add("mta_sts.id_unchanged")


def test_a_test_that_never_ended_becomes_a_policy(folder):
    now = datetime.now(UTC)
    first = measured(ONE, policy("testing"), folder, at=now - timedelta(days=200))
    second = measured(ONE, policy("testing"), folder, first.attempts, at=now)
    found = faults(second, Severity.INFO)
    finding = found["mta_sts.testing_long", DOMAIN]
    zone, body = applied(printed(finding, second), ONE, policy("testing"))
    left = faults(measured(zone, body, folder, second.attempts, at=now + timedelta(minutes=5)))
    assert new_faults(found, left, frozenset()) == set()
    assert ("mta_sts.testing_long", DOMAIN) not in left
    PROVED.add("mta_sts.testing_long")


LOGO_AT, MARK_AT = "https://www.example.jp/logo.svg", "https://www.example.jp/vmc.pem"
SHOWN = f"v=BIMI1; l={LOGO_AT}; a={MARK_AT}"
ENFORCED = "v=DMARC1; p=reject; rua=mailto:d@example.jp"
LOGOS = [
    ("several", (SHOWN, SHOWN + ";"), ENFORCED),
    ("several", ("v=BIMI1; l=ftp://x", SHOWN), ENFORCED),
    ("malformed", (SHOWN.replace("https:", "http:"),), ENFORCED),
    ("malformed", (f"l={LOGO_AT}; a={MARK_AT}; v=BIMI1",), ENFORCED),
    ("malformed", (f"v=BIMI1; a={MARK_AT}; logo={LOGO_AT}",), ENFORCED),
    ("dmarc_weak", (SHOWN,), ENFORCED.replace("reject", "none")),
    ("dmarc_weak", (SHOWN,), ENFORCED.replace("reject", "reject; sp=none")),
    ("dmarc_weak", (SHOWN,), ENFORCED.replace("reject", "quarantine; pct=20")),
]


@pytest.mark.parametrize(("word", "records", "policy"), LOGOS)
def test_a_printed_record_brings_the_logo_with_its_certificate(folder, word, records, policy):
    zone = with_logo(*records) | {"_dmarc.example.jp": {"TXT": [policy]}}
    before = seen(zone, folder)
    found = faults(before, Severity.INFO)
    made = printed(found[f"bimi.{word}", DOMAIN], before)
    assert made.snippets
    now = faults(seen(published(zone, made.snippets), folder), Severity.OK)
    assert not {code for code, _ in now} & {"bimi.several", "bimi.malformed", "bimi.dmarc_weak"}
    assert {code for code, _ in now} >= {"bimi.published", "bimi.logo_good", "bimi.certificate_good"}
    worse = {key: finding for key, finding in now.items() if finding.severity >= Severity.LOW}
    assert new_faults(found, worse, frozenset()) == set()
    PROVED.add(f"bimi.{word}")


def with_logo(*records: str) -> Zone:
    return TWO | {
        DOMAIN: TWO[DOMAIN] | {"TXT": ["v=spf1 mx -all"]},
        "www.example.jp": {"A": ["192.0.2.80"]},
        "default._bimi.example.jp": {"TXT": list(records)},
    }


@pytest.mark.parametrize(
    ("code", "records"),
    [
        ("none", ()),
        ("lookalike", ("DMARC1; p=reject",)),
        ("several", ("v=DMARC1; p=none", "v=DMARC1; p=none; rua=mailto:d@example.jp")),
    ],
)
def test_before_a_logo_dmarc_begins_as_its_own_finding_says(folder, code, records):
    """Two repairs must not print two new records for one name: with both, receivers would read none."""
    zone = with_logo(SHOWN) | ({"_dmarc.example.jp": {"TXT": list(records)}} if records else {})
    before = seen(zone, folder)
    found = faults(before, Severity.INFO)
    made = printed(found[f"dmarc.{code}", DOMAIN], before)
    assert set(printed(found["bimi.dmarc_weak", DOMAIN], before).snippets) <= set(made.snippets)
    zone = published(zone, made.snippets)
    then = seen(zone, folder)
    weak = faults(then).get(("bimi.dmarc_weak", DOMAIN))
    left = faults(seen(published(zone, printed(weak, then).snippets), folder) if weak else then, Severity.OK)
    assert not {code for code, _ in left} & {f"dmarc.{code}", "bimi.dmarc_weak"}
    assert ("bimi.certificate_good", DOMAIN) in left


def seen(zone: Zone, folder: Path) -> Assessment:
    """What is said of the domain whose web server has a logo and its certificate."""
    marks = ToyMarks(CA).pem(DOMAIN).encode()
    site = files({"/logo.svg": LOGO.encode(), "/vmc.pem": marks})
    context = server_context(CA.leaf("www.example.jp"), folder)
    probes = (mx.PROBE, spf.PROBE, dmarc.PROBE, bimi.PROBE)
    return assessment_of(SCOPE, asyncio.run(looked(probes, zone, SCOPE, folder, web=site, tls=context)))


def test_how_many_policies_were_proved(capsys):
    told("policies", capsys)
