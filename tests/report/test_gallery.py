"""What people stumbled over who looked at every page of very different reports."""

import msgspec
import pytest

from fumimori import resources
from fumimori.assess.mail_path import Protection, Segment, mail_path
from fumimori.model import About, Answer, Confidence, DomainScope, Outcome, Scope, Severity, Status
from fumimori.report.figures import LETTERS, GradeScale
from fumimori.report.glossary import _holds
from fumimori.report.page_style import PageStyle
from fumimori.report.plan_lines import Line, number_width
from fumimori.report.typefaces import Typefaces
from fumimori.wording.report import Wording
from report import example
from report.test_contents import text

LANGUAGES = pytest.mark.parametrize("language", ["ja", "en"])


def printed(about, result=None, language="ja", parts="all", *options):
    return text(example.pdf(about, following=result, language=language, parts=parts), *(options or ("-layout",)))


def flat(content: str) -> str:
    return "".join(content.split())


@LANGUAGES
def test_domains_that_are_not_named_are_counted(language):
    names = tuple(f"shop-{number}.example" for number in range(20))
    scope = Scope(domains=tuple(DomainScope(name=name) for name in names))
    about = example.assessment(scope=scope, answers=(), runs=(), disputes=(), evidence=())
    said = flat(printed(about, example.result(about, ()), language, "management"))
    t = example.texts(language)
    assert "…" not in said
    for shown in (6, 5):
        some = t("words.action.and_more", names=t.listed(names[:shown]), count=20 - shown)
        assert flat(some) in said


@LANGUAGES
def test_places_are_listed_as_people_count(language):
    hosts = [f"mx{number}.example.jp" for number in range(11)]
    said = tuple(Outcome(code="mail_behaviour.vrfy_tells", subject=f"{h}:25", values=(("host", h),)) for h in hosts)
    about = example.assessment(answers=(), runs=(), disputes=())
    result = example.result(about, said)
    wording = Wording(about, result, example.texts(language), example.ISSUED)
    found = [finding for finding in result.findings if finding.code == said[0].code]
    assert [finding.subject for finding in found] == [f"{host}:25" for host in hosts]
    assert wording.subjects(found, 20) == example.texts(language).listed([f"{host}:25" for host in hosts])
    assert [action.place for action in result.actions if action.place in hosts] == hosts


@LANGUAGES
def test_a_grade_that_stays_withheld_is_said_in_a_sentence(language):
    about = example.assessment(runs=(), answers=(), disputes=(), evidence=())
    said = (Outcome(code="register_accounts.admins_some_no_mfa", subject="", values=(("names", "root"),)),)
    result = example.result(about, said)
    assert result.grade.letter is None
    assert result.expected.letter is None
    score = Wording(about, result, example.texts(language), example.ISSUED).range(
        result.expected.score_low, result.expected.score_high
    )
    content = flat(printed(about, result, language, "management", "-raw"))
    wanted = example.texts(language)("report.plan.expected_withheld", score=score)
    assert flat(wanted) in content
    t = example.texts(language)
    assert flat(t("report.summary.registers_only")) in content
    assert flat(t("report.summary.nothing_known")) not in content


@LANGUAGES
def test_evidence_of_a_finding_that_is_gone_names_it_in_words(language):
    one = msgspec.structs.replace(
        example.evidence()[0], about=About.FINDING, subject="mail_ports.certificate_incomplete mail.example.jp:993"
    )
    about = example.assessment(runs=(), answers=(), disputes=(), evidence=(one,))
    content = printed(about, example.result(about, ()), language, "proof")
    assert "certificate_incomplete" not in content
    assert "mail.example.jp:993" in flat(content)
    assert flat(example.texts(language)("checks.mail_ports.certificate_incomplete.title")) in flat(content)


@LANGUAGES
def test_remarks_on_tables_stand_only_below_a_table(language):
    about = example.assessment(runs=(), answers=(), disputes=(), evidence=())
    content = flat(printed(about, example.result(about, ()), language, "proof"))
    t = example.texts(language)
    for key in ("t6.holes", "t6.intro"):
        assert flat(t(f"report.{key}")[:20]) not in content


@LANGUAGES
def test_what_failed_alike_shares_a_row(language):
    failed = tuple(
        example.looks()[0].__class__(
            probe=probe,
            subject="example.jp",
            status=Status.NOT_TESTABLE_HERE,
            reason="offline",
            started=example.MEASURED,
            ended=example.MEASURED,
        )
        for probe in ("spf", "dmarc", "dkim", "bimi")
    )
    about = example.assessment(runs=(example.measured(failed),), answers=(), disputes=(), evidence=())
    result = example.result(about, ())
    content = flat(printed(about, result, language, "proof", "-raw"))
    t = example.texts(language)
    listed = t.listed(Wording(about, result, t, example.ISSUED).probe(one.probe) for one in failed)
    assert flat(listed) in content


@LANGUAGES
def test_no_word_of_the_scale_ends_with_a_line_of_a_few_signs(language):
    faces = Typefaces(resources.path("fonts"))
    t = example.texts(language)
    paper = PageStyle(
        resources.toml("brand/tokens.toml"), faces, paper="a4", body_size_step=t.style.body_size_step, colour=""
    )
    words = {letter: t(f"words.grade.{letter}") for letter in LETTERS}
    for letter in (*LETTERS, None):
        scale = GradeScale(letter, words, {}, paper, alt="x")
        for one, said in scale._words.items():
            last = said.lines(scale._column(one, paper.width))[-1]
            assert len("".join(part for part, _ in last)) > 4, (letter, words[one])


def test_the_numbers_of_many_actions_fit_their_column():
    faces = Typefaces(resources.path("fonts"))
    style = PageStyle(resources.toml("brand/tokens.toml"), faces, paper="a4", body_size_step=0, colour="").table
    for first, last in ((1, 1), (99, 99), (2, 21), (87, 106), (187, 306)):
        line = Line(first, (None,) * (last - first + 1), "")
        room = (number_width([line]) - 2) * 72 / 25.4
        assert faces.width(line.printed, style.face, style.size) <= room, line.printed


def test_encrypted_programs_protect_both_ways_by_the_answers():
    met = tuple(
        Answer(question=f"protocols.{word}", value=value, at=example.MEASURED, confidence=Confidence.CONFIRMED)
        for word, value in (("client_settings", "yes"), ("incoming_starttls", "yes"))
    )
    about = example.assessment(answers=met, runs=(), disputes=(), evidence=())
    result = example.result(about, ())
    links = {link.segment: link.protection for link in mail_path(result)}
    assert {links[one] for one in (Segment.READ, Segment.SENT, Segment.ARRIVES)} == {Protection.PROTECTED}
    assert links[Segment.NAMED] is Protection.UNSEEN


@LANGUAGES
def test_where_nothing_was_measured_the_first_decision_is_to_measure(language):
    about = example.assessment(runs=(), disputes=(), evidence=())
    t = example.texts(language)
    measure = flat(t("report.decide.measure"))
    assert measure in flat(printed(about, example.result(about, ()), language, "management", "-raw"))
    assert measure not in flat(printed(example.assessment(), None, language, "management", "-raw"))


@LANGUAGES
def test_what_may_be_exploited_today_is_begun_today(language):
    about, t = example.assessment(answers=(), disputes=()), example.texts(language)
    begun = flat(t("report.summary.at_once", due="@")).split("@", maxsplit=1)[0]
    page = Outcome(code="admin_pages.installer", subject="example.jp", values=(("url", "https://example.jp/"),))
    mild = tuple(one for one in example.outcomes() if example.rules().outcomes[one.code].severity < Severity.CRITICAL)
    for said, soon in (((page,), True), (mild, False)):
        result = example.result(about, said)
        assert (result.actions[0].severity is Severity.CRITICAL) is soon
        assert (begun in flat(printed(about, result, language, "management", "-raw"))) is soon


@LANGUAGES
def test_the_line_about_points_is_made_of_sentences_and_says_nothing_twice(language):
    t = example.texts(language)
    for quick in (True, False):
        about = example.assessment(quick=quick)
        result = example.result(about)
        grade = result.grade
        content = flat(printed(about, result, language, "management", "-raw"))
        assert (flat(t("report.summary.quick")) in content) is (
            quick and grade.letter == "B" and grade.reason != "quick"
        )
        lower = flat(t("report.summary.lower", lower=grade.lower_bound))
        assert (lower in content) is (grade.lower_bound != grade.letter)
        key = "score" if grade.score_low == grade.score_high else "scores"
        span = Wording(about, result, t, example.ISSUED).range(grade.score_low, grade.score_high)
        assert flat(t(f"report.summary.{key}", score=span)) in content


def test_a_term_inside_a_longer_word_is_not_explained():
    assert _holds("ポート番号を開く", "ポート")
    assert _holds("SSHのポート", "ポート")
    assert not _holds("サポートとレポート", "ポート")
    assert _holds("サポートのポート", "ポート")
    assert not _holds("TLS-RPT", "TLS")
