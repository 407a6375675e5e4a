"""What was found from outside and read inside about one host is told once, and answers its question all the same."""

import msgspec
import pytest

from fumimori import resources
from fumimori.__main__ import bank
from fumimori.assess.judging import assess
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Dispute, DisputeKind, Hosting, Outcome, Severity
from fumimori.texts import Texts
from fumimori.wording.words import Words
from unit.assess.small import NOW, assessment

RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
SAME = [(rule.code, code) for rule in RULES.outcomes.values() for code in rule.same_as]
HOST = "mail.example.jp"


def outside(code="ssh.password", subject=f"{HOST}:22", host=HOST):
    return Outcome(code=code, subject=subject, values=(("host", host), ("port", 22)))


def inside(code="ssh_config.password", host=HOST, **values):
    return Outcome(code=code, subject=host, values=(("host", host), *values.items()))


def result_of(*outcomes, disputes=()):
    about = msgspec.structs.replace(assessment(hosting=Hosting.ON_PREMISES), disputes=disputes)
    return assess(about, bank(), RULES, outcomes, NOW)


def told(result):
    return [(one.code, [also.code for also in one.also]) for one in result.findings if one.code.count(".") == 1]


@pytest.mark.parametrize("order", [1, -1])
def test_the_worse_of_two_that_say_the_same_is_told_and_names_the_other(order):
    found = result_of(*[outside(), inside()][::order])
    assert told(found) == [("ssh.password", ["ssh_config.password"])]
    assert found.findings[0].severity is Severity.HIGH
    assert len([one for action in found.actions for one in action.findings]) == 1
    alone = result_of(outside())
    assert found.question("ssh.password_login") == alone.question("ssh.password_login")
    assert found.grade == alone.grade


def test_settings_that_are_worse_than_what_is_seen_from_outside_are_told():
    found = result_of(outside("products.os_unsupported_inside", HOST), inside("packages.os_unsupported"))
    assert told(found) == [("packages.os_unsupported", ["products.os_unsupported_inside"])]


def test_several_ports_stay_and_the_settings_stand_beside_one_of_them():
    ports = [outside("mail_ports.login_clear", f"{HOST}:{port}") for port in (110, 143)]
    found = result_of(*ports, inside("mail_config.login_plain", services="Dovecot"))
    assert told(found) == [("mail_ports.login_clear", ["mail_config.login_plain"]), ("mail_ports.login_clear", [])]


def test_two_views_from_inside_stand_beside_one_from_outside():
    listening = [inside(f"firewall.danger_{word}", services="Redis (6379)") for word in ("allowed", "listens")]
    found = result_of(outside("exposed_ports.dangerous", f"{HOST}:6379"), *listening)
    assert told(found) == [("exposed_ports.dangerous", ["firewall.danger_allowed", "firewall.danger_listens"])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (outside(), inside(host="other.example.jp")),
        (outside(), inside("ssh_config.root_keys", value="x")),
        (outside("ssh.algorithms_weak"), inside("ssh_config.algorithms_dated")),
    ],
)
def test_what_is_about_another_host_or_another_weakness_is_told_too(one, other):
    assert {code for code, _ in told(result_of(one, other))} == {one.code, other.code}


def test_what_is_good_is_told_once_too():
    good = result_of(outside("ssh.keys_only"), inside("ssh_config.keys_only")).good
    assert [one.code for one in good] == ["ssh.keys_only"]


def dispute(code, subject, kind):
    return Dispute(code=code, subject=subject, kind=kind, reason="r", approver="w", until="2999-01-01", evidence="e")


def test_a_look_that_was_wrong_hides_no_settings():
    wrong = dispute("ssh.password", f"{HOST}:22", DisputeKind.WRONG)
    assert ("ssh_config.password", []) in told(result_of(outside(), inside(), disputes=(wrong,)))


def test_an_accepted_risk_covers_what_says_the_same_and_what_was_settled_by_itself_stays():
    accepted = dispute("ssh.password", f"{HOST}:22", DisputeKind.ACCEPTED)
    assert told(result_of(outside(), inside(), disputes=(accepted,))) == [("ssh.password", ["ssh_config.password"])]
    own = dispute("ssh_config.password", HOST, DisputeKind.ACCEPTED)
    assert len(told(result_of(outside(), inside(), disputes=(own,)))) == 2


@pytest.mark.parametrize("language", ["ja", "en"])
def test_both_sources_are_named(language):
    texts = Texts(resources.root(), language)
    words = Words(texts, bank())
    finding = result_of(outside(), inside()).findings[0]
    saw = words.saw(finding)
    assert saw == f"{words.saw(outside())} {words.saw(inside())}"
    assert words.title(finding) == texts("checks.ssh.password.title")


@pytest.mark.parametrize(("code", "other"), SAME)
def test_what_is_the_same_is_about_the_same_question_and_is_no_combination_of_kinds(code, other):
    one, two = RULES.outcomes[code], RULES.outcomes[other]
    assert one.code.partition(".")[0] != two.code.partition(".")[0]
    assert one.control is two.control
    assert one.question in (two.question, None)
    assert (one.severity is Severity.OK) is (two.severity is Severity.OK)
    assert not two.same_as, "what is the same as something is told beside it, and never beside itself"
