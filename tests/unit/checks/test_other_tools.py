"""Results of other tools: told with tool and day, never good, and nothing hostile in them gets through."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from fumimori.__main__ import texts, toolkit
from fumimori.checks.mail_ports.facts import Facts as PortFacts
from fumimori.checks.other_tools.formats import KEPT, read_results
from fumimori.checks.other_tools.reader import CLOUD_MET, READER
from fumimori.checks.tls.facts import TlsSupport
from fumimori.engine.exchange import imported as taken_over
from fumimori.engine.exchange import read_scan, scan_json
from fumimori.engine.reading import document_of, read_documents
from fumimori.model import (
    Assessment,
    Attempt,
    Basis,
    DomainScope,
    Effect,
    Hosting,
    QuestionState,
    Run,
    Scope,
    Severity,
    Status,
    Tool,
)
from fumimori.network.mail import MailService
from fumimori.wording.words import Words
from loopback.documents import NOW, handed_over, outcomes_of, problem_of, words_of
from loopback.witnesses import outcome_names, witnessed
from unit.engine.test_counting import exchangers

HANDED = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
"""The day after the tools ran whose results are kept in `loopback/tool_results`."""

HOST = "mail.example.jp"
TESTSSL = [
    {"id": "SSLv3", "ip": f"{HOST}/192.0.2.1", "port": "465", "severity": "HIGH", "finding": "offered"},
    {"id": "TLS1_2", "ip": f"{HOST}/192.0.2.1", "port": "465", "severity": "OK", "finding": "offered"},
]
PRETTY = {
    "version": "3.2",
    "startTime": "1795000000",
    "scanResult": [{"targetHost": HOST, "port": "465", "protocols": [TESTSSL[0]], "service": "smtp"}],
}
SSLYZE = {
    "sslyze_version": "6.2.0",
    "date_scans_completed": "2026-11-20T10:00:00",
    "server_scan_results": [
        {
            "server_location": {"hostname": HOST, "port": 465},
            "scan_result": {
                "tls_1_0_cipher_suites": {"result": {"accepted_cipher_suites": [{"cipher_suite": {}}]}},
                "heartbleed": {"result": {"is_vulnerable_to_heartbleed": True}},
            },
        }
    ],
}
SSH_AUDIT = {
    "banner": {"software": "OpenSSH_7.4"},
    "target": f"{HOST}:22",
    "kex": [{"algorithm": "diffie-hellman-group1-sha1", "notes": {"fail": ["broken"], "warn": []}}],
    "cves": [{"name": "CVE-2018-15473", "description": "names"}],
}
CHECKDMARC = {
    "domain": "example.jp",
    "spf": {"record": "v=spf1 -all", "valid": True, "warnings": ["too wide"]},
    "dmarc": {"record": None, "valid": False, "error": "not found"},
}
INTERNET_NL = {
    "api_version": "2.0",
    "request": {"finished_date": "2026-11-20"},
    "domains": {"example.jp": {"results": {"tests": {"mail_dane": {"status": "failed", "verdict": "bad"}}}}},
}
NMAP = (
    f'<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap" version="7.95" startstr="Tue Nov 24 2026">'
    f'<host><address addr="192.0.2.1"/><hostnames><hostname name="{HOST}"/></hostnames><ports>'
    '<port protocol="tcp" portid="22"><state state="open"/><service name="ssh"/></port>'
    '<port protocol="tcp" portid="23"><state state="closed"/></port></ports></host></nmaprun>'
)
LYNIS = f"lynis_version=3.1.4\nhostname={HOST}\nreport_datetime_start=2026-11-20\nwarning[]=FIRE-4512|no rules|-|-|\n"


def scuba(*failed, tool="ScubaGear", met=()):
    controls = [{"Control ID": name, "Result": "Fail", "Requirement": "x"} for name in failed]
    controls += [{"Control ID": name, "Result": "Pass", "Requirement": "y"} for name in ("MS.AAD.2.1v1", *met)]
    head = {"Tool": tool, "ToolVersion": "1.7.0", "DomainName": "example.jp", "TimestampZulu": "2026-11-20T00:00:00Z"}
    return {"MetaData": head, "Results": {"AAD": [{"GroupName": "a", "Controls": controls}]}}


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


def words(value):
    return words_of("other_tools", text(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (TESTSSL, {"tls_faults"}),
        (TESTSSL[1:], {"nothing_found"}),
        (PRETTY, {"tls_faults"}),
        (SSLYZE, {"tls_faults"}),
        (SSH_AUDIT, {"ssh_faults"}),
        (CHECKDMARC, {"mail_faults"}),
        ([CHECKDMARC, CHECKDMARC], {"mail_faults"}),
        (INTERNET_NL, {"mail_faults"}),
        (NMAP, {"ports_seen"}),
        (LYNIS, {"system_faults"}),
        (LYNIS.replace("warning", "suggestion"), {"nothing_found"}),
        (scuba("MS.AAD.3.1v1"), {"cloud_mfa"}),
        (scuba("MS.AAD.1.1v1", "MS.EXO.1.1v2", "MS.AAD.7.1v1"), {"cloud_legacy", "cloud_forward", "cloud_faults"}),
        (scuba("GWS.COMMONCONTROLS.1.1v0.6", tool="ScubaGoggles"), {"cloud_mfa"}),
        (scuba(), {"nothing_found"}),
    ],
)
def test_what_a_tool_says(value, expected):
    assert words(value) == expected


def test_tool_and_day_are_told():
    values = dict(outcomes_of(text(SSLYZE))["other_tools.tls_faults"].values)
    assert (values["tool"], values["at"], values["count"]) == ("sslyze 6.2.0", "2026-11-20", 2)
    assert str(values["items"]).startswith("heartbleed")


def test_nothing_seen_from_outside_is_good_and_nothing_answers_a_question():
    from fumimori.__main__ import rules

    here = [rule for code, rule in rules().outcomes.items() if code.startswith("other_tools.")]
    assert len(here) == len(outcome_names(READER))
    assert all(rule.effect is not Effect.ANSWERS for rule in here)
    good = {rule.code.partition(".")[2] for rule in here if rule.severity < Severity.INFO}
    assert good == set(CLOUD_MET)


@pytest.mark.parametrize("word", CLOUD_MET)
def test_what_a_cloud_was_found_to_meet_is_shown(word):
    for group in CLOUD_MET[word]:
        names = [f"{name}v{number}" for number, name in enumerate(group, 1)]
        tool = "ScubaGear" if group[0].startswith("MS.") else "ScubaGoggles"
        assert word in codes(imported(scuba(met=names, tool=tool))[1], "other_tools")
        # one of them failed, was not checked, or failed in another version of the baseline
        assert word not in codes(imported(scuba(met=names[1:], tool=tool))[1], "other_tools")
        assert word not in codes(imported(scuba(names[0], met=names[1:], tool=tool))[1], "other_tools")
        assert word not in codes(imported(scuba(f"{group[0]}v9", met=names, tool=tool))[1], "other_tools")


def test_an_old_result_shows_nothing_good():
    after, outcomes = imported(scuba(met=("MS.EXO.1.1v2",)))
    assert "cloud_forward_off" in codes(outcomes, "other_tools")
    (run,) = after.runs
    for days, state in ((0, QuestionState.MEASURED), (89, QuestionState.MEASURED), (92, QuestionState.UNANSWERED)):
        result = toolkit().assess(after, run.tool.at + timedelta(days=days))
        assert result.question("people.auto_forward").state is state


def test_somebody_elses_host_asks():
    _, result = handed_over(text(TESTSSL).replace(HOST, "mail.other.example"))
    assert [other.subject for other in result.others] == ["mail.other.example"]


@pytest.mark.parametrize(
    "value",
    [
        "[" * 200_000,
        '{"scanResult": ' + "[" * 100_000,
        '{"MetaData": {"Tool": 3}, "Results": {"AAD": 1}}',
        '{"api_version": "2", "domains": {"a": {"results": {"tests": [1]}}}}',
        '[{"severity": "HIGH"}]',
        '<!DOCTYPE nmaprun [<!ENTITY a "b">]>\n<nmaprun version="1"/>',
        "<nmaprun><host>",
        "lynis_version=1\n",
    ],
)
def test_what_is_hostile_or_broken_is_no_result(value):
    assert all(found.facts.items == () for found in read_results(value.encode()))
    assert problem_of(value) in ("not_recognised", "")


def test_no_more_is_kept_than_is_needed():
    many = [TESTSSL[1], *({**TESTSSL[0], "id": f"x{n}", "finding": "y" * 5000} for n in range(5000))]
    (found,) = read_results(text(many).encode())
    assert (len(found.facts.items), len(found.facts.items[0].text)) == (KEPT, 200)


# --- as runs of their own: results as the tools themselves wrote them -----------------------------------------------


def recorded(name):
    return (Path(__file__).parents[2] / "loopback" / "tool_results" / name).read_bytes()


def port(*, number=465, day=NOW, starttls=None, **support):
    """Our own look at a port of mail."""
    service = MailService(
        host=HOST, address="192.0.2.1", port=number, protocol="smtp", open=True, tls_works=True, starttls=starttls
    )
    facts = PortFacts(service=service, support=TlsSupport(**support))
    return attempt("mail_ports", f"{HOST}:{number}", facts, day)


def attempt(probe, subject, facts, day=NOW, status=Status.COMPLETED):
    raw = None if facts is None else msgspec.Raw(msgspec.json.encode(facts))
    reason = "" if facts else "port25_blocked"
    return Attempt(probe=probe, subject=subject, status=status, started=day, ended=day, facts=raw, reason=reason)


def before(*attempts, **scope):
    mine = Scope(domains=(DomainScope(name="example.jp", hosting=Hosting.VPS),), mail_hosts=(HOST,), **scope)
    runs = (Run(id="own", started=NOW, ended=NOW, scope=mine, attempts=attempts),) if attempts else ()
    return Assessment(id="1", created=NOW, scope=mine, runs=runs)


def imported(*contents, into=None, at=HANDED):
    """The assessment with these taken in, and all its outcomes."""
    into = into or before()
    documents = [
        document_of(f"{n}", one if isinstance(one, bytes) else text(one).encode(), NOW)
        for n, one in enumerate(contents)
    ]
    after = read_documents(toolkit(), into, documents, at).added_to(into)
    return after, witnessed(toolkit().outcomes(after))


def codes(outcomes, check="mail_ports"):
    return {one.code.partition(".")[2] for one in outcomes if one.code.startswith(f"{check}.")}


@pytest.mark.parametrize("name", ["sslyze.json", "testssl.json", "testssl_pretty.json"])
def test_what_a_tool_saw_counts_where_nobody_here_looked(name):
    after, outcomes = imported(recorded(name))
    (run,) = after.runs
    assert {one.probe for one in run.attempts} == {"mail_ports", "other_tools"}
    assert codes(outcomes) >= {"tls_old", "certificate_self_signed"}
    ours = [one for one in outcomes if one.code.startswith("mail_ports.")]
    assert {one.tool.name for one in ours} == {run.tool.name}
    assert {"fills_in"} <= codes(outcomes, "other_tools")
    result = toolkit().assess(after, HANDED)
    (old,) = [one for one in result.findings if one.code == "mail_ports.tls_old"]
    assert (old.basis, old.tool, old.stale) == (Basis.IMPORTED, run.tool, False)


def test_a_run_has_the_day_of_its_tool_and_an_undated_one_has_none():
    (run,) = imported(recorded("sslyze.json"))[0].runs
    assert run.tool == Tool(name="sslyze", version="6.3.1", at=datetime(2026, 11, 24, 18, 26, 24, 101768, tzinfo=UTC))
    assert (run.started, {one.ended for one in run.attempts}) == (HANDED, {run.tool.at})
    assert run.vantage is None
    (run,) = imported(recorded("testssl.json"))[0].runs
    assert (run.tool.at, run.tool.name) == (None, "testssl.sh")


def test_a_day_that_is_still_to_come_is_not_believed():
    (run,) = imported(recorded("sslyze.json"), at=NOW)[0].runs
    assert (run.tool.at, {one.ended for one in run.attempts}) == (None, {NOW})


def test_results_of_several_tools_are_runs_of_their_own():
    after, outcomes = imported(recorded("sslyze.json"), recorded("testssl.json"), recorded("ssh_audit.json"), LYNIS)
    assert [run.tool.name for run in after.runs] == ["sslyze", "testssl.sh", "ssh-audit", "Lynis"]
    assert len({run.id for run in after.runs}) == 4
    (fills,) = [one for one in outcomes if one.code == "other_tools.fills_in"]
    assert "sslyze 6.3.1" in dict(fills.values)["tool"]
    assert "testssl.sh" in dict(fills.values)["tool"]


def test_our_own_look_is_never_replaced_and_what_differs_is_told():
    own = port(accepted=("tls1.2", "tls1.3"), refused=("ssl3", "tls1.0", "tls1.1"))
    _, alone = imported(into=before(own))
    _, outcomes = imported(recorded("sslyze.json"), into=before(own))
    assert [one for one in outcomes if one.code.startswith("mail_ports.")] == [
        one for one in alone if one.code.startswith("mail_ports.")
    ]
    assert codes(outcomes, "other_tools") == {"saw_more"}
    (more,) = [one for one in outcomes if one.code == "other_tools.saw_more"]
    assert dict(more.values)["items"] == f"{HOST}:465 TLS 1.0, {HOST}:465 TLS 1.1"


def test_an_older_look_of_ours_is_never_replaced_either():
    own = port(accepted=("tls1.2", "tls1.3"), refused=("tls1.0", "tls1.1"), day=datetime(2025, 1, 1, tzinfo=UTC))
    _, outcomes = imported(recorded("sslyze.json"), into=before(own))
    assert "tls_old" not in codes(outcomes)


def test_what_only_our_look_saw_is_told():
    own = port(accepted=("ssl3", "tls1.0", "tls1.1", "tls1.2"), refused=("tls1.3",))
    _, outcomes = imported(recorded("sslyze.json"), into=before(own))
    assert codes(outcomes, "other_tools") == {"saw_less", "saw_more"}
    (less,) = [one for one in outcomes if one.code == "other_tools.saw_less"]
    assert dict(less.values)["items"] == f"{HOST}:465 SSL 3.0"


def test_two_looks_that_agree_are_told():
    _, outcomes = imported(
        recorded("sslyze.json"), into=before(port(accepted=("tls1.0", "tls1.1", "tls1.2", "tls1.3")))
    )
    assert codes(outcomes, "other_tools") == {"agrees"}


def test_a_blocked_port_25_is_filled_in_and_stays_an_open_point():
    mx = exchangers("example.jp", HOST)
    blocked = attempt("mail_ports", f"{HOST}:25", None, status=Status.NOT_TESTABLE_HERE)
    result = json.loads(recorded("sslyze.json"))
    server = result["server_scan_results"][0]
    server["server_location"]["port"] = 25
    server["network_configuration"]["tls_opportunistic_encryption"] = "SMTP"
    after, outcomes = imported(result, into=before(mx, blocked))
    assert {"starttls", "tls_old_mx", "certificate_self_signed_mx"} <= codes(outcomes)
    judged = toolkit().assess(after, HANDED)
    assert [(one.subject, one.reason) for one in judged.open_points if one.kind == "not_measured"] == [
        (f"{HOST}:25", "port25_blocked")
    ]
    (question,) = [one for one in judged.questions if one.question == "protocols.incoming_starttls"]
    assert (question.state, question.verified) == (QuestionState.MEASURED, True)


def test_nothing_else_is_concluded_from_an_imported_look():
    """An old certificate of somebody's file must not make today's TLSA record wrong."""
    mx = exchangers("example.jp", HOST)
    after, _ = imported(recorded("sslyze.json"), into=before(mx))
    seen = toolkit().observations(after)
    assert seen.attempt("mail_ports", f"{HOST}:465") is None
    assert [one for one, _ in seen.imports() if one.probe == "mail_ports"]
    assert seen.with_imports("dane").attempt("mail_ports", f"{HOST}:465") is None
    assert seen.with_imports("mail_ports").attempt("mail_ports", f"{HOST}:465") is not None


def test_an_old_result_is_said_to_be_old():
    after, _ = imported(recorded("sslyze.json"))
    late = toolkit().assess(after, HANDED + timedelta(days=91))
    assert {one.stale for one in late.findings if one.tool} == {True}
    words = Words(texts("en"), toolkit().bank)
    (old,) = [one for one in late.findings if one.code == "mail_ports.tls_old"]
    assert "Imported from sslyze 6.3.1" in words.saw(old)
    assert "the result is old" in words.saw(old)
    fresh = toolkit().assess(after, HANDED + timedelta(days=89))
    assert {one.stale for one in fresh.findings if one.tool} == {False}


def test_ssh_is_taken_over_where_somebody_named_the_server():
    _, outcomes = imported(recorded("ssh_audit.json"))
    assert codes(outcomes, "ssh") == set()
    assert "ssh_faults" in codes(outcomes, "other_tools")
    _, outcomes = imported(recorded("ssh_audit.json"), into=before(ssh_hosts=(HOST,)))
    assert codes(outcomes, "ssh") == {"algorithms_dated", "algorithms_weak", "host_key_modest", "host_key_seen"}
    assert codes(outcomes, "other_tools") == {"fills_in"}


def test_what_nmaps_scripts_saw_counts_where_nobody_here_looked():
    after, outcomes = imported(recorded("nmap.xml"), into=before(ssh_hosts=(HOST,)))
    (run,) = after.runs
    assert (run.tool.name, run.tool.version) == ("nmap", "7.93")
    assert {one.subject for one in run.attempts if one.probe == "mail_ports"} == {f"{HOST}:465", f"{HOST}:587"}
    looks = [msgspec.json.decode(one.facts, type=PortFacts) for one in run.attempts if one.probe == "mail_ports"]
    for look in looks:
        assert (look.support.accepted, look.support.refused) == (("tls1.1", "tls1.2", "tls1.3"), ())
        assert {0x1301, 0x1302, 0x1303, 0xC009, 0xC02B} <= set(look.support.suites)
        assert look.chain is None
    assert codes(outcomes) >= {"tls_old"}
    assert not any("refused" in one or "certificate" in one for one in codes(outcomes))
    assert codes(outcomes, "ssh") == {"algorithms_dated"}
    assert codes(outcomes, "other_tools") == {"fills_in", "ports_seen"}
    assert codes(outcomes, "products") == set()
    banner = b'<script id="banner" output="SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10"/><script id="ssh2-enum-algos"'
    told = recorded("nmap.xml").replace(b'<script id="ssh2-enum-algos"', banner)
    assert "algorithms_dated" in codes(imported(told, into=before(ssh_hosts=(HOST,)))[1], "ssh")
    _, outcomes = imported(recorded("nmap.xml"))
    assert codes(outcomes, "ssh") == set()


def test_a_damaged_or_endless_report_of_nmap_is_bounded():
    whole = recorded("nmap.xml")
    assert all(read_results(whole[:place]) == [] for place in range(0, len(whole) - 20, 997))
    many = b"<nmaprun><host><hostname name='a.jp'/>" + b"<port portid='22'><state state='open'/></port>" * 9_000
    deep = b"<port portid='22'><script id='ssl-enum-ciphers'>" + b"<table key='TLSv1.2'>" * 9_000
    deep += b"<elem key='name'>x</elem>" + b"</table>" * 9_000 + b"</script></port>"
    (found,) = read_results(many + deep + b"</host></nmaprun>")
    assert (len(found.facts.items), found.services) == (300, ())


def test_a_server_that_was_not_reached_is_no_good_news():
    assert read_results(recorded("sslyze_closed.json")) == []
    assert read_results(recorded("testssl_closed.json")) == []


def test_a_certificate_whose_path_we_judge_otherwise_is_left_out():
    result = json.loads(recorded("sslyze.json"))
    info = result["server_scan_results"][0]["scan_result"]["certificate_info"]["result"]
    for path in info["certificate_deployments"][0]["path_validation_results"]:
        path["was_validation_successful"] = True
    assert not {one for one in codes(imported(result)[1]) if one.startswith("certificate")}


def test_a_probe_is_not_led_by_what_others_saw():
    """Only what this program saw itself decides where it looks next."""
    after, _ = imported(recorded("sslyze.json"))
    assert [one.probe for one in toolkit().observations(after).attempts()] == []


def test_the_json_names_tool_and_day_and_comes_back():
    after, _ = imported(recorded("sslyze.json"))
    written = scan_json(after, toolkit().assess(after, HANDED))
    (finding,) = [one for one in json.loads(written)["findings"] if one["code"] == "mail_ports.tls_old"]
    assert (finding["basis"], finding["tool"]["name"], finding["tool"]["at"][:10]) == (
        "imported",
        "sslyze",
        "2026-11-24",
    )
    again = taken_over(read_scan(written, toolkit()), before())
    assert toolkit().outcomes(again) == toolkit().outcomes(after)


def test_ssl_labs_says_grade_and_old_versions():
    endpoint = {"ipAddress": "192.0.2.1", "grade": "B", "details": {"protocols": [{"name": "TLS", "version": "1.0"}]}}
    result = {"host": HOST, "engineVersion": "2.3.1", "testTime": 1795000000000, "endpoints": [endpoint]}
    (found,) = read_results(text(result).encode())
    assert (found.facts.tool, found.facts.at) == ("SSL Labs", "2026-11-18")
    assert [one.id for one in found.facts.items] == ["TLS 1.0", "grade B"]
    assert words(result) == {"tls_faults"}
    assert read_results(text({**result, "endpoints": [{"statusMessage": "Unable to connect"}]}).encode()) == []
