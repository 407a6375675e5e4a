"""SSH is judged by how it would let people in, and by the weakest that it would agree to."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from fumimori import resources
from fumimori.checks.contract import ProbeContext
from fumimori.checks.observations import Observations
from fumimori.checks.ssh import facts as ssh_facts
from fumimori.checks.ssh import probe as ssh
from fumimori.checks.ssh.algorithms import fits
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Attempt, ConsentLevel, Scope, Severity, Status, Vantage
from fumimori.network import NotObserved
from fumimori.network.ssh import SshService
from loopback.scenarios import network_of_servers
from loopback.ssh_faults import SshScript
from loopback.witnesses import outcome_names

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOST = "ssh.example.jp"
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
GOOD = {
    "key_exchanges": ("mlkem768x25519-sha256", "curve25519-sha256"),
    "host_keys": ("ssh-ed25519", "rsa-sha2-512"),
    "ciphers": ("aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"),
    "macs": ("hmac-sha2-256-etm@openssh.com",),
    "strict_kex": True,
    "host_key": "ssh-ed25519",
    "host_key_bits": 256,
}


def service(**changes) -> SshService:
    given = {
        "address": "192.0.2.1",
        "port": 22,
        "open": True,
        "untrusted_version": "SSH-2.0-OpenSSH_10.6",
        "methods": ("publickey",),
        **GOOD,
    }
    return SshService(**(given | changes))


def attempt(one: SshService) -> Attempt:
    facts = msgspec.Raw(msgspec.json.encode(ssh_facts.Facts(host=HOST, service=one)))
    return Attempt(probe="ssh", subject=HOST, status=Status.COMPLETED, started=NOW, ended=NOW, facts=facts)


def words(one: SshService, *, inside: bool = False) -> set[str]:
    vantage = Vantage(at=NOW, online=True, resolver="192.0.2.53", inside=inside)
    outcomes = ssh.judge(Observations(Scope(), [attempt(one)], vantage), RULES)
    return {outcome.code.removeprefix("ssh.") for outcome in outcomes}


FINE = {"algorithms_good"}
CLAIMS = [
    (service(), {"keys_only", "reachable_keys", *FINE}),
    (service(open=False, closed="connect_timeout", untrusted_version=""), {"not_reachable"}),
    (service(methods=("publickey", "password")), {"password", "reachable", *FINE}),
    (
        service(methods=("publickey", "password", "keyboard-interactive")),
        {"password", "reachable", *FINE},
    ),
    (service(methods=("publickey", "keyboard-interactive")), {"keyboard_interactive", "reachable", *FINE}),
    (service(methods=("publickey", "gssapi-with-mic")), {"keys_only", "reachable_keys", *FINE}),
    (service(methods=(), none_accepted=True), {"none_accepted", "reachable", *FINE}),
    (service(methods=None, error="no_common_algorithm"), {"reachable", "unseen", *FINE}),
    (service(untrusted_version="", error="not_the_protocol"), {"unseen"}),
    (
        service(untrusted_version="SSH-1.5-x", protocol_1=True, methods=None, key_exchanges=()),
        {"protocol_1", "reachable"},
    ),
    (
        service(untrusted_version="SSH-1.99-x", protocol_1=True),
        {"protocol_1_too", "keys_only", "reachable_keys", *FINE},
    ),
]


@pytest.mark.parametrize(("one", "expected"), CLAIMS)
def test_a_door_is_judged_by_its_keys(one, expected):
    assert words(one) == expected


def test_from_inside_a_password_weighs_less_and_reach_is_not_judged():
    assert words(service(methods=("publickey", "password")), inside=True) == {"password_inside", *FINE}


ALGORITHMS = [
    ({"key_exchanges": ("mlkem768x25519-sha256", "diffie-hellman-group1-sha1")}, {"algorithms_broken"}),
    ({"host_keys": ("ssh-ed25519", "ssh-dss")}, {"algorithms_broken"}),
    ({"host_keys": ("ssh-ed25519", "ssh-rsa")}, {"algorithms_weak"}),
    ({"ciphers": ("aes256-ctr", "none")}, {"algorithms_broken"}),
    ({"ciphers": ("aes256-ctr", "3des-cbc"), "macs": ("hmac-sha2-256",)}, {"algorithms_weak"}),
    ({"macs": ("hmac-sha2-256", "hmac-sha1")}, {"algorithms_dated"}),
    ({"key_exchanges": ("curve25519-sha256",)}, {"no_post_quantum", "algorithms_good"}),
    ({"key_exchanges": ("sntrup761x25519-sha512@openssh.com",)}, {"algorithms_good"}),
    ({"strict_kex": False}, {"terrapin"}),
    ({"strict_kex": False, "ciphers": ("aes256-ctr",)}, {"algorithms_good"}),
    (
        {"strict_kex": False, "ciphers": ("aes256-cbc",), "macs": ("hmac-sha2-256-etm@openssh.com",)},
        {"terrapin", "algorithms_dated"},
    ),
    ({"host_key": "ssh-rsa", "host_key_bits": 1024}, {"host_key_short", "algorithms_good"}),
    ({"host_key": "ssh-rsa", "host_key_bits": 2048}, {"host_key_modest", "algorithms_good"}),
    ({"host_key": "ssh-rsa", "host_key_bits": 3072}, {"algorithms_good"}),
    ({"host_key_sha256": "x" * 43}, {"host_key_seen", "algorithms_good"}),
    ({"host_key": "ssh-rsa", "host_key_bits": 4096}, {"algorithms_good"}),
    ({"key_exchanges": ("mlkem768x25519-sha256", "unheard-of@example.jp")}, {"algorithms_good"}),
]


@pytest.mark.parametrize(("changes", "expected"), ALGORITHMS)
def test_algorithms_are_graded_by_the_table(changes, expected):
    assert words(service(**changes)) - {"keys_only", "reachable_keys"} == expected


def changed(*looks: SshService) -> list[dict[str, str | int]]:
    """What is told of the host key after these looks, a day apart."""
    attempts = [msgspec.structs.replace(attempt(one), ended=NOW + timedelta(days=day)) for day, one in enumerate(looks)]
    found = ssh.judge(Observations(Scope(), reversed(attempts)), RULES)
    return [dict(one.values) for one in found if one.code == "ssh.host_key_changed"]


def test_another_host_key_than_at_the_last_look_is_told():
    old, new = service(host_key_sha256="a" * 43), service(host_key_sha256="b" * 43)
    (told,) = changed(old, old, new)
    assert (told["before"], told["fingerprint"]) == (f"SHA256:{'a' * 43}", f"SHA256:{'b' * 43}")
    assert told["seen"] == "2026-11-25"
    assert changed(old, new, new) == []
    assert changed(old) == changed(old, service(open=False)) == []
    # another kind of key may only have been chosen otherwise; what was not seen in between is looked past
    other = service(host_key="ssh-rsa", host_key_bits=4096, host_key_sha256="b" * 43)
    assert changed(old, other) == []
    assert len(changed(old, service(open=False), new)) == 1


def test_a_star_of_the_table_stands_at_the_end_and_means_every_name_that_begins_so():
    patterns = [row["algorithm"] for row in RULES.tables["ssh_algorithms"].dicts()]
    assert not {sign for one in patterns for sign in one.removesuffix("*")} & set("*?[]")
    assert fits("gss-group1-sha1-toWM5Slw5Ew8Mqkay+al2g==", "gss-group1-sha1-*")
    assert not fits("gss-group14-sha1-x", "gss-group1-sha1-*")
    assert (fits("ssh-rsa", "ssh-rsa"), fits("ssh-rsa-x", "ssh-rsa"), fits("ssh-rs", "ssh-rsa")) == (True, False, False)


def test_many_names_are_shortened():
    one = service(ciphers=("arcfour", "arcfour128", "arcfour256", "des-cbc", "des-cfb", "des-ofb", "none"))
    seen = Observations(Scope(), [attempt(one)])
    (broken,) = [outcome for outcome in ssh.judge(seen, RULES) if outcome.code == "ssh.algorithms_broken"]
    assert dict(broken.values)["algorithms"].endswith("(+1)")


def test_settled_severities():
    severities = {word: RULES.outcomes[f"ssh.{word}"].severity for word in outcome_names(ssh.PROBE)}
    assert severities["none_accepted"] is Severity.CRITICAL
    assert (severities["password"], severities["password_inside"]) == (Severity.HIGH, Severity.MEDIUM)
    assert severities["keyboard_interactive"] is Severity.MEDIUM
    assert {severities["reachable"], severities["no_post_quantum"]} == {Severity.INFO}


def test_every_word_has_a_rule_and_no_rule_is_without_a_word():
    rules = {code.removeprefix("ssh.") for code in RULES.outcomes if code.startswith("ssh.")}
    assert rules == set(outcome_names(ssh.PROBE))


def test_it_needs_written_authorisation():
    assert ssh.PROBE.consent is ConsentLevel.AUTHORISED


class ScriptedNetwork:
    """A network with one SSH server."""

    def __init__(self, *services, addresses=("192.0.2.1",)) -> None:
        self.services = list(services)
        self.known = addresses
        self.asked = []

    async def addresses(self, _host):
        return self.known

    async def ssh_service(self, host, address, port):
        self.asked.append((host, address, port))
        return self.services.pop(0)


def look_at(subject: str, network: ScriptedNetwork) -> ssh_facts.Facts:
    return asyncio.run(
        ssh.collect(subject, ProbeContext(network=network, observations=Observations(Scope(), []), rules=RULES))
    )


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("ssh.example.jp", ("ssh.example.jp", 22)),
        ("ssh.example.jp:2222", ("ssh.example.jp", 2222)),
        ("[2001:db8::1]:2222", ("2001:db8::1", 2222)),
        ("2001:db8::1", ("2001:db8::1", 22)),
    ],
)
def test_a_subject_names_host_and_port(subject, expected):
    network = ScriptedNetwork(service())
    look_at(subject, network)
    assert [(host, port) for host, _, port in network.asked] == [expected]


def test_the_next_address_is_tried_once_the_first_is_closed():
    network = ScriptedNetwork(service(open=False), service(), addresses=("192.0.2.1", "192.0.2.2"))
    assert look_at("h", network).service.open
    assert [address for _, address, _ in network.asked] == ["192.0.2.1", "192.0.2.2"]


def test_a_name_without_address_is_unreachable():
    with pytest.raises(NotObserved) as caught:
        look_at("h", ScriptedNetwork(addresses=()))
    assert caught.value.reason == "no_address"


@pytest.mark.parametrize(
    ("bits", "thorough", "word"), [(1024, True, True), (2048, True, False), (1024, False, False), (0, True, False)]
)
def test_the_smallest_group_is_asked_for_in_a_thorough_run(bits, thorough, word):
    script = SshScript(key_exchanges=("curve25519-sha256", "diffie-hellman-group-exchange-sha256"), group_bits=bits)

    async def look() -> ssh_facts.Facts:
        async with network_of_servers({"ssh.example.jp": {"A": ["192.0.2.1"]}}, {("192.0.2.1", 22): script}) as network:
            observations = Observations(Scope(ssh_hosts=("ssh.example.jp",)), [])
            return await ssh.collect(
                "ssh.example.jp",
                ProbeContext(network=network, observations=observations, rules=RULES, thorough=thorough),
            )

    facts = asyncio.run(asyncio.wait_for(look(), 10))
    attempt = Attempt(
        probe="ssh",
        subject="ssh.example.jp",
        status=Status.COMPLETED,
        started=NOW,
        ended=NOW,
        facts=msgspec.Raw(msgspec.json.encode(facts)),
    )
    said = {outcome.code for outcome in ssh.judge(Observations(Scope(), [attempt]), RULES)}
    assert ("ssh.group_short" in said) is word
    assert facts.service.methods == ("publickey",)
