"""Results of other tools: told with tool and day, never good, and nothing hostile in them gets through."""

import json

import pytest

from fumimori.checks.other_tools.formats import KEPT, read_results
from fumimori.checks.other_tools.reader import READER
from fumimori.model import Effect, Severity
from loopback.documents import handed_over, outcomes_of, problem_of, words_of
from loopback.witnesses import outcome_names

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


def scuba(*failed, tool="ScubaGear"):
    controls = [{"Control ID": name, "Result": "Fail", "Requirement": "x"} for name in failed]
    controls.append({"Control ID": "MS.AAD.2.1v1", "Result": "Pass", "Requirement": "y"})
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
    assert (values["tool"], values["at"], values["count"]) == ("sslyze 6.2.0", "2026-11-20T10:00:00", 2)
    assert str(values["items"]).startswith("heartbleed")


def test_nothing_here_is_good_or_answers_a_question():
    from fumimori.__main__ import rules

    here = [rule for code, rule in rules().outcomes.items() if code.startswith("other_tools.")]
    assert len(here) == len(outcome_names(READER))
    assert all(rule.severity >= Severity.INFO and rule.effect is not Effect.ANSWERS for rule in here)


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
    assert all(facts.items == () for _, facts in read_results(value.encode()))
    assert problem_of(value) in ("not_recognised", "")


def test_no_more_is_kept_than_is_needed():
    many = [{**TESTSSL[0], "id": f"x{n}", "finding": "y" * 5000} for n in range(5000)]
    ((_, facts),) = read_results(text(many).encode())
    assert (len(facts.items), len(facts.items[0].text)) == (KEPT, 200)
