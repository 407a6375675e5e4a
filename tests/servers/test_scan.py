"""Scans of the test world from the command line find what is true of each domain, and nothing else."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import msgspec
import pytest

from loopback.world import World
from servers.command import CONSENTED, Scan, fumimori, scan
from servers.truth import TRUTHS, Truth

SCHEMA = Path(__file__).resolve().parents[2] / "resources/schema/scan.schema.json"


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.domain)
def test_everything_that_is_true_is_found(scans: dict[str, Scan], truth: Truth) -> None:
    done = scans[truth.domain]
    assert done.code == 0, done.said
    missing = {code: set(truth.subjects(code)) - done.codes.get(code, set()) for code in truth.present}
    assert {code: subjects for code, subjects in missing.items() if subjects} == {}, f"found: {sorted(done.codes)}"


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.domain)
def test_a_fault_of_one_service_is_found_at_that_service_alone(scans: dict[str, Scan], truth: Truth) -> None:
    codes = scans[truth.domain].codes
    assert {code: codes.get(code, set()) for code in truth.only} == {
        code: set(subjects) for code, subjects in truth.only.items()
    }


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.domain)
def test_nothing_that_is_untrue_is_found(scans: dict[str, Scan], truth: Truth) -> None:
    codes = scans[truth.domain].codes
    assert {code: codes[code] for code in truth.absent if code in codes} == {}


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.domain)
def test_no_severity_is_worse_than_the_truth(scans: dict[str, Scan], truth: Truth) -> None:
    order = ("ok", "info", "low", "medium", "high", "critical")
    found = {entry["code"]: entry["severity"] for entry in scans[truth.domain].content["findings"]}
    worst = max((severity for severity in found.values()), key=order.index, default="ok")
    assert worst == truth.worst, found


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.domain)
def test_no_probe_broke(scans: dict[str, Scan], truth: Truth) -> None:
    attempts = scans[truth.domain].content["runs"][0]["attempts"]
    assert [entry for entry in attempts if entry["status"] == "our_bug"] == []


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.domain)
def test_the_json_keeps_its_published_schema(scans: dict[str, Scan], truth: Truth) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(scans[truth.domain].content)


@pytest.mark.parametrize("domain", ["good.example", "bad.example", "subtle.example"])
def test_with_authority_all_is_completed_but_what_asks_for_more_or_has_no_registry(
    scans: dict[str, Scan], domain: str
) -> None:
    attempts = scans[domain].content["runs"][0]["attempts"]
    left = {(entry["probe"], entry["reason"]) for entry in attempts if entry["status"] != "completed"}
    assert left <= {("open_relay", "consent"), ("registration", "no_registry")}


def test_the_good_domain_scores_above_the_subtle_one_and_that_above_the_bad_one(scans: dict[str, Scan]) -> None:
    for control in ("mta_sts", "protocols", "sender_auth"):
        scores = [score(scans[f"{name}.example"], control) for name in ("good", "subtle", "bad")]
        assert scores == sorted(scores, reverse=True), control


def score(done: Scan, control: str) -> int:
    return next(entry["score_low"] for entry in done.content["controls"] if entry["id"] == control)


def test_the_window_finds_what_the_command_line_finds(world: World, scans: dict[str, Scan]) -> None:
    """The same domain measured through the engine, as the window does it."""
    from fumimori.__main__ import toolkit
    from fumimori.engine import confirmed, measure
    from fumimori.model import Assessment, Consent, ConsentLevel, DomainScope, Organisation, Scope

    now = datetime.now(UTC)
    tools = toolkit()
    assessment = Assessment(
        id="1",
        created=now,
        organisation=Organisation(name="Subtle"),
        scope=Scope(
            domains=(DomainScope(name="subtle.example"),),
            mail_hosts=("mail.subtle.example",),
            ssh_hosts=("mail.subtle.example",),
            own_hosts=("mx1.subtle.example", "mx2.subtle.example"),
        ),
        consent=Consent(level=ConsentLevel.AUTHORISED, name="Owner", role="CEO"),
    )
    assessment = msgspec.structs.replace(assessment, consent=confirmed(assessment, now))
    settings = world.settings()

    async def run() -> Assessment:
        return (await measure(tools, assessment, tools.open_network(settings), settings)).added_to(assessment)

    result = tools.assess(asyncio.run(run()), now)
    here = {(finding.code, finding.subject, finding.severity.word) for finding in result.findings}
    there = scans["subtle.example"].content["findings"]
    assert here == {(finding["code"], finding["subject"], finding["severity"]) for finding in there}


def test_without_consent_only_the_resolver_and_hosts_of_public_files_are_contacted(
    world: World, tmp_path: Path
) -> None:
    done = scan(world, tmp_path, "good.example", "--mail-host", "mail.good.example", "--ssh-host", "ssh.good.example")
    allowed = {world.at["resolver"], "mta-sts.good.example", "www.good.example"}
    assert {entry["target"].split()[0].partition(":")[0] for entry in done.content["runs"][0]["contacts"]} <= allowed
    assert done.contacts("imap", "pop3", "tls_hello", "tls_handshake", "ssh_kexinit", "ssh_none") == []
    assert {entry["status"] for entry in done.attempts("mail_ports").values()} == {"not_testable_here"}


def test_with_consent_to_connections_ssh_is_left_alone(world: World, tmp_path: Path) -> None:
    done = scan(world, tmp_path, "good.example", "--consent", "1", "--ssh-host", "ssh.good.example")
    ssh = done.attempts("ssh")["ssh.good.example"]
    assert (ssh["status"], ssh["reason"], done.contacts("ssh_kexinit", "ssh_none")) == (
        "not_testable_here",
        "consent",
        [],
    )


def test_a_cloud_server_is_never_looked_at_beyond_ordinary_connections(world: World, tmp_path: Path) -> None:
    done = scan(world, tmp_path, "hosted.example", *CONSENTED, "--ssh-host", "ssh.good.example")
    assert done.attempts("ssh")["ssh.good.example"]["reason"] == "not_own_server"


def test_a_blocked_port_25_is_said_and_not_judged(world: World, tmp_path: Path) -> None:
    done = scan(world, tmp_path, "bad.example", *CONSENTED, control=world.control_closed)
    port25 = done.attempts("mail_ports")["mail.bad.example:25"]
    assert done.content["runs"][0]["vantage"]["port25"] == "blocked"
    assert (port25["status"], port25["reason"]) == ("not_testable_here", "port25_blocked")
    assert [code for code, subjects in done.codes.items() if "mail.bad.example:25" in subjects] == []


def test_a_domain_that_does_not_exist_is_said_and_not_judged(world: World, tmp_path: Path) -> None:
    done = scan(world, tmp_path, "absent.example")
    assert done.code == 3, done.said
    told = [line for line in done.said.splitlines() if not line.startswith(("[", "Written"))]
    assert told[-1] == "There is no domain called absent.example. Please check the spelling."
    assert "Grade" not in done.said
    assert [entry["code"] for entry in done.content["findings"] if entry["subject"]] == ["mx.no_domain"]
    assert done.content["findings"][0]["severity"] == "info"
    assert done.content["good"] == []


def test_beside_a_domain_that_exists_a_wrong_name_is_said(world: World, tmp_path: Path) -> None:
    done = scan(world, tmp_path, "good.example", "--also-domain", "absent.example")
    assert done.code == 0, done.said
    assert "There is no domain called absent.example." in done.said
    assert {code for code, subjects in done.codes.items() if "absent.example" in subjects} == {"mx.no_domain"}


def test_without_any_answer_the_exit_code_is_3(world: World, tmp_path: Path) -> None:
    ran = fumimori(tmp_path, "scan", "good.example", "--resolver", f"{world.at['silent']}:53", "--json", "x.json")
    assert ran.returncode == 3, ran.stderr
    told = ran.stderr.splitlines()[-1]
    assert told.partition(". ")[2].startswith("The DNS server"), told
    assert "consent" not in told
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["findings"] == []


@pytest.mark.parametrize("domain", ["bogus.example", "lame.example"])
def test_a_domain_that_does_not_resolve_is_unmeasured_and_not_unprotected(
    world: World, tmp_path: Path, domain: str
) -> None:
    done = scan(world, tmp_path, domain)
    dns = [entry for entry in done.content["runs"][0]["attempts"] if entry["probe"] in ("spf", "dmarc", "mx")]
    assert {entry["status"] for entry in dns} == {"refused"}
    assert not {"spf.none", "dmarc.none"} & set(done.codes)


def test_a_scan_as_json_opens_as_an_assessment_with_the_same_findings(scans: dict[str, Scan], tmp_path: Path) -> None:
    done = scans["subtle.example"]
    secret = ("--passphrase-file", str(done.passphrase_file))
    source = done.file.with_name("scan.json")
    opened = fumimori(tmp_path, "open-json", str(source), "--save", "again.fumimori", *secret)
    printed = fumimori(tmp_path, "report", "again.fumimori", "--lang", "en", "--out", "again.pdf", *secret)
    assert (opened.returncode, printed.returncode) == (0, 0), opened.stderr + printed.stderr
    assert (tmp_path / "again.pdf").stat().st_size > 10_000
