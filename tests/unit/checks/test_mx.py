"""The MX probe tells every way in which mail has, or has not, a place to go."""

from datetime import timedelta

import msgspec
import pytest

from fumimori.checks.mx import facts as mx_facts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.model import Hosting, Vantage
from fumimori.network import Refused
from fumimori.network.dns import DnsAnswer, DnsStatus
from loopback.fake_network import NOW, SERVFAIL, FakeNetwork, attempt, looked, outcomes, rules, scope_of

HOST = {"A": ["192.0.2.25"]}

ROWS = [
    ("one server", {"example.jp": {"MX": ["10 mail.example.jp."]}, "mail.example.jp": HOST}, {"found"}),
    ("null MX", {"example.jp": {"MX": ["0 ."]}}, {"null_mx"}),
    (
        "null MX beside a server",
        {"example.jp": {"MX": ["0 .", "10 mail.example.jp."]}, "mail.example.jp": HOST},
        {"null_mx_mixed"},
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
        {"target_unanswered"},
    ),
    (
        "one of two targets cannot be looked up",
        {
            "example.jp": {"MX": ["10 mail.example.jp.", "20 mute.example.jp."]},
            "mail.example.jp": HOST,
            "mute.example.jp": {SERVFAIL: []},
        },
        {"target_unanswered"},
    ),
    (
        "one missing, the other cannot be looked up",
        {"example.jp": {"MX": ["10 gone.example.jp.", "20 mute.example.jp."]}, "mute.example.jp": {SERVFAIL: []}},
        {"target_unanswered", "target_missing"},
    ),
    (
        "an address and a name that does not exist",
        {"example.jp": {"MX": ["10 192.0.2.25.", "20 gone.example.jp."]}},
        {"target_address", "all_missing"},
    ),
    (
        "one missing, the other inside",
        {"example.jp": {"MX": ["10 gone.example.jp.", "20 in.example.jp."]}, "in.example.jp": {"A": ["10.0.0.5"]}},
        {"target_missing", "all_private"},
    ),
    (
        "one inside, the other cannot be looked up",
        {
            "example.jp": {"MX": ["10 in.example.jp.", "20 mute.example.jp."]},
            "in.example.jp": {"A": ["10.0.0.5"]},
            "mute.example.jp": {SERVFAIL: []},
        },
        {"target_private", "target_unanswered"},
    ),
    (
        "a mapped internal address",
        {"example.jp": {"MX": ["10 mail.example.jp."]}, "mail.example.jp": {"AAAA": ["::ffff:10.0.0.5"]}},
        {"all_private"},
    ),
    (
        "a group's address",
        {"example.jp": {"MX": ["10 mail.example.jp."]}, "mail.example.jp": {"A": ["224.0.0.5"]}},
        {"all_private"},
    ),
    (
        "one server listed twice",
        {"example.jp": {"MX": ["10 mail.example.jp.", "20 mail.example.jp."]}, "mail.example.jp": HOST},
        {"target_twice", "found"},
    ),
    (
        "two servers with one preference",
        {"example.jp": {"MX": ["10 a.example.jp.", "10 b.example.jp."]}, "a.example.jp": HOST, "b.example.jp": HOST},
        {"found"},
    ),
    (
        "an address of an internal network",
        {"example.jp": {"MX": ["10 mail.example.jp."]}, "mail.example.jp": {"A": ["192.168.1.10"]}},
        {"all_private"},
    ),
    (
        "one of two servers inside",
        {
            "example.jp": {"MX": ["10 mail.example.jp.", "20 in.example.jp."]},
            "mail.example.jp": HOST,
            "in.example.jp": {"A": ["10.0.0.5"], "AAAA": ["fd00::5"]},
        },
        {"target_private"},
    ),
    (
        "an internal address beside a public one",
        {"example.jp": {"MX": ["10 mail.example.jp."]}, "mail.example.jp": {"A": ["10.0.0.5", "192.0.2.25"]}},
        {"found"},
    ),
    ("this machine", {"example.jp": {"MX": ["10 localhost."]}, "localhost": {"A": ["127.0.0.1"]}}, {"all_private"}),
    (
        "a rental server behind the domain's own name, told by the name of its address",
        {
            "example.jp": {"MX": ["10 example.jp."], "A": ["192.0.2.25"]},
            "25.2.0.192.in-addr.arpa": {"PTR": ["www1234.sakura.ne.jp."]},
        },
        {"provider_behind", "found"},
    ),
    (
        "a rental server behind the domain's own name, told by SPF and the same address",
        {
            "example.jp": {
                "MX": ["10 example.jp."],
                "A": ["192.0.2.25"],
                "TXT": ["v=spf1 +a:sv1234.xserver.jp +a:example.jp +mx ~all"],
            },
            "sv1234.xserver.jp": {"A": ["192.0.2.25"]},
        },
        {"provider_behind", "found"},
    ),
    (
        "a rental server that only sends as well",
        {
            "example.jp": {
                "MX": ["10 mail.example.jp."],
                "TXT": ["v=spf1 a:sv1234.xserver.jp mx -all"],
            },
            "mail.example.jp": HOST,
            "sv1234.xserver.jp": {"A": ["198.51.100.7"]},
        },
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
        {"provider", "service_ends_soon", "found"},
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
    assert set(outcomes(mx.PROBE, FakeNetwork(zone), scope_of("example.jp"))) == expected


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
    observations = Observations(scope_of("example.jp"), looked([mx.PROBE], FakeNetwork(zone), scope_of("example.jp")))
    facts = observations.facts(mx_facts.MX, "example.jp")
    assert facts is not None
    assert facts.mail_hosts == ("a.example.jp", "b.example.jp")


def test_servfail_says_nothing_about_the_domain():
    assert outcomes(mx.PROBE, FakeNetwork({"example.jp": {SERVFAIL: []}}), scope_of("example.jp")) == {}


def test_addresses_of_one_family_are_kept_when_the_other_is_not_answered():
    class HalfMute(FakeNetwork):
        async def dns(self, name, rdtype):
            if rdtype == "AAAA":
                raise Refused("dns_servfail")
            return await super().dns(name, rdtype)

    scope = scope_of("example.jp")
    for address, word in (("192.0.2.25", "found"), ("10.0.0.5", "target_unanswered")):
        zone = {"example.jp": {"MX": ["10 mail.example.jp."]}, "mail.example.jp": {"A": [address]}}
        attempts = looked([mx.PROBE], HalfMute(zone), scope)
        observations = Observations(scope, attempts)
        facts = observations.facts(mx_facts.MX, "example.jp")
        assert facts is not None
        assert facts.hosts[0].addresses == (address,)
        assert [outcome.code for outcome in mx.PROBE.judge(observations, rules())] == [f"mx.{word}"]


def test_a_domain_without_mail_is_not_among_the_receiving_ones():
    zone = {"example.jp": {"MX": ["0 ."]}}
    scope = scope_of("example.jp")
    assert mx.receiving_domains(Observations(scope, looked([mx.PROBE], FakeNetwork(zone), scope))) == ()
    assert mx.receiving_domains(Observations(scope, ())) == ("example.jp",)


def test_from_inside_an_internal_address_may_be_meant_for_us_alone():
    zone = {"example.jp": {"MX": ["10 mail.example.jp."]}, "mail.example.jp": {"A": ["192.168.1.10"]}}
    scope = scope_of("example.jp")
    vantage = Vantage(at=NOW, online=True, resolver="192.0.2.53", inside=True)
    observations = Observations(scope, looked([mx.PROBE], FakeNetwork(zone), scope), vantage)
    assert [outcome.code for outcome in mx.PROBE.judge(observations, rules())] == ["mx.found"]


@pytest.mark.parametrize(
    ("zone", "word"),
    [
        ({"example.jp": {"MX": ["0 ."]}}, "unused_closed"),
        ({"example.jp": {"TXT": ["x"]}}, "unused_closed"),
        ({"example.jp": {"A": ["192.0.2.1"]}}, "unused_open"),
        ({"example.jp": {"MX": ["10 mail.example.jp."]}, "mail.example.jp": HOST}, "unused_open"),
    ],
)
def test_a_domain_without_mail_takes_none(zone, word):
    assert set(outcomes(mx.PROBE, FakeNetwork(zone), scope_of("example.jp", sends_mail=False))) == {word}


def test_hosting_told_by_the_address_keeps_a_rental_server_from_being_probed_deeply():
    zone = {
        "example.jp": {"MX": ["10 example.jp."], "A": ["192.0.2.25"]},
        "25.2.0.192.in-addr.arpa": {"PTR": ["sv77.xserver.jp."]},
    }
    scope = scope_of("example.jp")
    facts = Observations(scope, looked([mx.PROBE], FakeNetwork(zone), scope)).facts(mx_facts.MX, "example.jp")
    assert facts is not None
    assert (facts.provider, facts.provider_by, facts.hosting) == ("Xserver", "reverse", Hosting.RENTAL)


def last_day(ends):
    """The outcomes about the end of a service whose last day is written so."""
    facts = mx_facts.Facts(
        answer=DnsAnswer(name="example.jp", rdtype="MX", status=DnsStatus.ANSWER),
        hosts=(mx_facts.MxHost(preference=10, host="mail.example.jp", addresses=("192.0.2.25",)),),
        provider="Some Mail",
        ends=ends,
    )
    observations = Observations(
        scope_of("example.jp"), [attempt("mx", "example.jp", facts=msgspec.Raw(msgspec.json.encode(facts)))]
    )
    return [outcome for outcome in mx.PROBE.judge(observations, rules()) if "service_ends" in outcome.code]


@pytest.mark.parametrize(
    ("days", "word"),
    [(-1, "service_ends_soon"), (182, "service_ends_soon"), (183, "service_ends"), (400, "service_ends")],
)
def test_a_service_that_ends_within_half_a_year_is_an_outcome_of_its_own(days, word):
    day = (NOW.date() + timedelta(days=days)).isoformat()
    (outcome,) = last_day(day)
    assert outcome.code == f"mx.{word}"
    assert dict(outcome.values)["day"] == day


@pytest.mark.parametrize("ends", ["", "ssl2", "2027-13-45", "2027-3-1", "{days}"])
def test_what_is_no_day_ends_nothing(ends):
    assert last_day(ends) == []
