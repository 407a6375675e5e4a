"""The MX probe tells every way in which mail has, or has not, a place to go."""

import pytest

from fumimori.core.model import Hosting
from fumimori.core.seen import Seen
from fumimori.probes import mx
from loopback.paper_network import SERVFAIL, PaperNetwork, looked, outcomes, rules, scope_of

HOST = {"A": ["192.0.2.25"]}

ROWS = [
    ("one server", {"example.jp": {"MX": ["10 mail.example.jp."]}, "mail.example.jp": HOST}, {"found"}),
    ("null MX", {"example.jp": {"MX": ["0 ."]}}, {"null_mx"}),
    (
        "null MX beside a server",
        {"example.jp": {"MX": ["0 .", "10 mail.example.jp."]}, "mail.example.jp": HOST},
        {"null_mx_mixed", "found"},
    ),
    ("address only", {"example.jp": {"A": ["192.0.2.1"]}}, {"address_only"}),
    ("nothing", {"example.jp": {"TXT": ["x"]}}, {"no_mail"}),
    ("no such domain", {"example.com": {}}, {"no_domain"}),
    ("an address as target", {"example.jp": {"MX": ["10 192.0.2.25."]}}, {"target_address"}),
    ("a target that does not exist", {"example.jp": {"MX": ["10 gone.example.jp."]}}, {"all_missing"}),
    (
        "one of two targets missing",
        {"example.jp": {"MX": ["10 mail.example.jp.", "20 gone.example.jp."]}, "mail.example.jp": HOST},
        {"target_missing"},
    ),
    (
        "a target that is an alias",
        {
            "example.jp": {"MX": ["10 mail.example.jp."]},
            "mail.example.jp": {"CNAME": ["host.example.com"]},
            "host.example.com": HOST,
        },
        {"target_alias", "found"},
    ),
    (
        "a target that cannot be looked up is no fault",
        {"example.jp": {"MX": ["10 mail.example.jp."]}, "mail.example.jp": {SERVFAIL: []}},
        {"found"},
    ),
    (
        "placeholder",
        {"example.jp": {"MX": ["32767 ms12345678.msv1.invalid."]}, "ms12345678.msv1.invalid": HOST},
        {"placeholder", "found"},
    ),
    (
        "Google",
        {"example.jp": {"MX": ["1 smtp.google.com."]}, "smtp.google.com": HOST},
        {"provider", "found"},
    ),
    (
        "WorkMail, told from plain receiving by its autodiscover alias",
        {
            "example.jp": {"MX": ["10 inbound-smtp.us-east-1.amazonaws.com."]},
            "inbound-smtp.us-east-1.amazonaws.com": HOST,
            "autodiscover.example.jp": {"CNAME": ["autodiscover.mail.us-east-1.awsapps.com."]},
        },
        {"provider", "service_ends", "found"},
    ),
    (
        "the same MX without the alias",
        {
            "example.jp": {"MX": ["10 inbound-smtp.us-east-1.amazonaws.com."]},
            "inbound-smtp.us-east-1.amazonaws.com": HOST,
        },
        {"found"},
    ),
]


@pytest.mark.parametrize(("zone", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_outcomes(zone, expected):
    assert set(outcomes(mx.PROBE, PaperNetwork(zone), scope_of("example.jp"))) == expected


@pytest.mark.parametrize(
    ("host", "provider", "hosting"),
    [
        ("aspmx.l.google.com", "Google Workspace", Hosting.GOOGLE),
        ("example-jp.mail.protection.outlook.com", "Microsoft 365", Hosting.MICROSOFT),
        ("example-com.o-v1.mx.microsoft", "Microsoft 365", Hosting.MICROSOFT),
        ("www1234.sakura.ne.jp", "Sakura Internet", Hosting.RENTAL),
        ("ik1-234-56789.vs.sakura.ne.jp", "", None),
        ("sv1234.xserver.jp", "Xserver", Hosting.RENTAL),
        ("mx0a-00512b01.gslb.pphosted.com", "Proofpoint Enterprise", None),
        ("mail.example.jp", "", None),
        ("smtp.google.com.example.jp", "", None),
    ],
)
def test_hosting_is_guessed_from_the_server_name(host, provider, hosting):
    assert mx.hosting_guess([host], rules().tables["providers"]) == (provider, hosting)


def test_hosts_lie_by_preference_in_lower_case():
    zone = {"example.jp": {"MX": ["20 B.example.jp.", "10 A.example.jp."]}, "a.example.jp": HOST, "b.example.jp": HOST}
    seen = Seen(scope_of("example.jp"), looked([mx.PROBE], PaperNetwork(zone), scope_of("example.jp")))
    facts = seen.facts("mx", "example.jp", mx.Facts)
    assert facts is not None
    assert facts.mail_hosts == ("a.example.jp", "b.example.jp")


def test_servfail_says_nothing_about_the_domain():
    assert outcomes(mx.PROBE, PaperNetwork({"example.jp": {SERVFAIL: []}}), scope_of("example.jp")) == {}


def test_a_domain_without_mail_is_not_among_the_receiving_ones():
    zone = {"example.jp": {"MX": ["0 ."]}}
    scope = scope_of("example.jp")
    assert mx.receiving_domains(Seen(scope, looked([mx.PROBE], PaperNetwork(zone), scope))) == ()
    assert mx.receiving_domains(Seen(scope, ())) == ("example.jp",)
