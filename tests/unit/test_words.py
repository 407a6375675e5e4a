"""Words of an option come before those of its question, and an imperative before a title."""

import msgspec
import pytest

from fumimori import resources
from fumimori.model import Basis, Control, Credit, Finding, Option, Question, Severity
from fumimori.texts import Texts
from fumimori.wording.words import Words

CONTROL = """
[key]
question = "Are keys safe?"
finding = "Keys lie about"
finding_partly = "Some keys lie about"
risk = "Anybody gets in."
action = "Lock the keys up."
fix = ["Buy a safe.", "Use it."]
confirm = "Look."

[key.option]
yes = "They are."
partly = "Some are."
lent = "They are lent."
no = "No."

[key.for.lent]
finding = "Keys are lent"
risk = "A friend gets in."
action = "Take the keys back."
"""
CHECK = """
[old]
title = "{subject} is old."
saw = "{host} is old"
risk = "It breaks."

[broken]
title = "{subject} is broken"
action = "Repair {subject} by {day}."
"""
QUESTION = Question(
    id="ssh.key",
    number=1,
    options=(
        Option(id="yes", credit=Credit.MET),
        Option(id="partly", credit=Credit.PARTLY, severity=Severity.LOW),
        Option(id="lent", credit=Credit.PARTLY, severity=Severity.LOW),
        Option(id="no", credit=Credit.NOT_MET, severity=Severity.HIGH),
    ),
    hosting=(),
)


@pytest.fixture
def words(tmp_path):
    (tmp_path / "texts").symlink_to(resources.path("texts"))
    for place, text in (("controls/ssh", CONTROL), ("checks/server", CHECK)):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "en.toml").write_text(text, encoding="utf-8")
    return Words(Texts(tmp_path, "en"), (QUESTION,))


def finding(code, subject="", **values):
    usual = {"control": Control.SSH, "severity": Severity.LOW, "basis": Basis.ANSWERED}
    return Finding(code=code, subject=subject, values=tuple(values.items()), **usual)


@pytest.mark.parametrize(
    ("option", "title", "risk", "advice"),
    [
        ("no", "Keys lie about", "Anybody gets in.", "Lock the keys up"),
        ("partly", "Some keys lie about", "Anybody gets in.", "Lock the keys up"),
        ("lent", "Keys are lent", "A friend gets in.", "Take the keys back"),
    ],
)
def test_an_option_speaks_for_itself_where_it_has_words(words, option, title, risk, advice):
    said = finding(f"ssh.key.{option}")
    assert (words.title(said), words.risk(said), words.advice(said)) == (title, risk, advice)
    assert (words.fix(said), words.confirm(said)) == (("Buy a safe.", "Use it."), "Look.")
    assert "Are keys safe?" in words.saw(said)


def test_an_outcome_without_an_imperative_is_called_by_its_title(words):
    assert words.advice(finding("server.old", "a.example")) == "a.example is old"
    assert words.advice(finding("server.broken", "a.example", day="2026-11-29")) == "Repair a.example by 2026-11-29"


def test_a_value_that_was_not_recorded_is_a_dash_and_a_code_without_words_stands_for_itself(words):
    assert words.saw(finding("server.old", "a.example")) == "– is old"
    assert words.title(finding("server.unheard")) == "server.unheard"
    assert (words.risk(finding("server.unheard")), words.fix(finding("server.unheard"))) == ("", ())


def test_the_work_of_an_option_is_its_own():
    own = msgspec.structs.replace(QUESTION.work, exposed=True)
    lent = msgspec.structs.replace(QUESTION.option("lent"), work=own)
    assert QUESTION.work_for(lent) == own
    assert QUESTION.work_for(QUESTION.option("no")) == QUESTION.work
