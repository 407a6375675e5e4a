"""Repairs of MTA-STS, proved: a web server hands the policy out, the printed file takes its place and the printed
record that of the announcement; measured again the finding is gone and nothing new came.
"""  # noqa: D205 - one sentence

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import probe as mx
from fumimori.checks.tls_rpt import probe as tls_rpt
from fumimori.model import Assessment, Attempt, Repair, Severity, SnippetKind
from loopback.fake_network import Zone, scope_of
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


def test_how_many_policies_were_proved(capsys):
    told("policies", capsys)
