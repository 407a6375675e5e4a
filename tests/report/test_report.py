"""The report says the same in both languages, breaks alike on both papers, and embeds every face."""

import re
import shutil
import subprocess
from datetime import timedelta

import msgspec
import pikepdf
import pytest

from fumimori import report, resources
from fumimori.model import Addressee, Answer, Assessment, Contact, Exchange, Organisation, Outcome
from fumimori.report.context import ReportContext
from report import example


def run(*command: str) -> str:
    found = shutil.which(command[0])
    assert found, f"{command[0]} is not installed"
    return subprocess.run([found, *command[1:]], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("reports")
    for language in ("ja", "en"):
        for paper in ("a4", "letter"):
            (made / f"{language}-{paper}.pdf").write_bytes(example.made(language, paper))
    return made


def text(path, *options: str) -> str:
    return run("pdftotext", *options, str(path), "-")


def squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


def numbers_in(printed: str) -> set[int]:
    """The numbers of findings that `printed` names, also within a range such as F-03–04."""
    ranges = re.findall(r"F-(\d+)(?:–(\d+))?", printed)
    return {number for first, last in ranges for number in range(int(first), int(last or first) + 1)}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_title_of_a_finding_is_printed(folder, language):
    printed = squeezed(text(folder / f"{language}-a4.pdf", "-raw"))
    findings = example.result(example.assessment()).findings
    assert len(findings) > 10
    said = example.texts(language)
    for finding in findings:
        key = f"checks.{finding.code}.title"
        if said.has(key):
            title = said(key, **{"subject": finding.subject, **dict(finding.values)})
            assert squeezed(title.rstrip("。.")) in printed, finding.code


def test_japanese_and_english_name_the_same_findings_and_score(folder):
    numbers = [sorted(set(re.findall(r"F-\d\d+", text(folder / f"{name}-a4.pdf")))) for name in ("ja", "en")]
    assert numbers[0] == numbers[1]
    result = example.result(example.assessment())
    score = f"{result.grade.score_low}–{result.grade.score_high}"
    for name in ("ja", "en"):
        assert score in text(folder / f"{name}-a4.pdf", "-f", "2", "-l", "2")


def test_the_parts_follow_each_other(folder):
    lines = text(folder / "ja-a4.pdf", "-raw").splitlines()
    titles = (
        "総括",
        "対策計画",
        "対策項目別の結果",
        "確認できなかった事項・範囲と限界",
        "技術資料：対策編",
        "技術資料：根拠資料編",
    )
    places = [lines.index(title) for title in titles]
    assert places == sorted(places)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_both_papers_break_alike(folder, language):
    pages = [text(folder / f"{language}-{paper}.pdf", "-raw").split("\f") for paper in ("a4", "letter")]
    assert pages[0] == pages[1]


def test_every_page_carries_document_number_confidentiality_and_page_number(folder):
    pages = text(folder / "ja-a4.pdf").split("\f")[:-1]
    for number, page in enumerate(pages, start=1):
        assert f"{number} / {len(pages)} ページ" in page
        assert "FM-20261124-3F2A9C" in page
        assert "社外秘" in page
        assert "2026-11-24" in page


def test_every_face_is_embedded_and_none_is_foreign(folder):
    for path in folder.iterdir():
        rows = run("pdffonts", str(path)).splitlines()[2:]
        assert rows
        for row in rows:
            assert re.match(r"[A-Z]{6}\+Noto", row), row
            assert re.search(r"\syes\s+yes\s+yes\s", row), row


def test_qpdf_finds_nothing_wrong(folder):
    for path in folder.iterdir():
        assert "No syntax or stream encoding errors found" in run("qpdf", "--check", str(path))


def test_the_same_input_gives_the_same_bytes():
    assert example.pdf() == example.made()


def test_the_contents_name_the_page_on_which_each_part_begins(folder):
    pages = text(folder / "en-a4.pdf").split("\f")
    printed = text(folder / "en-a4.pdf", "-layout")
    listed = dict(re.findall(r"^(T\d+) .*?\s(\d+)$", printed, re.MULTILINE))
    assert len(listed) == 13
    for name, number in listed.items():
        assert re.search(rf"^{name} ", pages[int(number) - 1], re.MULTILINE), name


def test_the_score_can_be_computed_again_from_t11(folder):
    printed = text(folder / "en-a4.pdf", "-layout")
    table = printed[printed.index("Score × weight") :]
    rows = re.findall(r"^\s*C\d+ .*?\s(\d+)(?:–(\d+))?\s+(\d+)\s+[\d–]+\s*$", table, re.MULTILINE)
    assert len(rows) == 10
    weights = sum(int(weight) for _, _, weight in rows)
    low = sum(int(low) * int(weight) for low, _, weight in rows)
    high = sum(int(high or low) * int(weight) for low, high, weight in rows)
    grade = example.result(example.assessment()).grade
    assert (grade.score_low, grade.score_high) == (int(low / weights + 0.5), int(high / weights + 0.5))


def test_a_characters_without_type_is_named_and_printed_as_geta(tmp_path):
    fonts = resources.path("fonts")
    assert report.missing_glyphs("髙﨑 𠮷野 株式会社 é ①", fonts) == ()
    assert report.missing_glyphs("漢\U0002a6d6字\u0e01\u0e01", fonts) == ("\U0002a6d6", "\u0e01")
    about = example.assessment(organisation=Organisation(name="株式会社\u0e01み"))
    path = tmp_path / "geta.pdf"
    path.write_bytes(example.pdf(about, parts="management"))
    assert "株式会社〓み" in text(path, "-l", "1")


HOSTILE = (
    "<b>bold</b> <img src='http://x.example/a.png'/> &amp; ]]> <para>",
    "\x00\x07\x1b[31m\u202egnp.exe\u2066\r\nInjected: yes",
    "(Tj) ET Q endstream endobj << /S /JavaScript >>",
    "い" * 10_000,
    "W" * 10_000,
    "）」。、" * 300,
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_values_are_printed_as_text_and_break_nothing(tmp_path, hostile):
    about = example.assessment()
    answers = tuple(
        msgspec.structs.replace(a, note=hostile, respondent=hostile, who_knows=hostile) for a in about.answers[:20]
    )
    exchange = Exchange(at=example.MEASURED, target=hostile, sent=hostile, untrusted_received=hostile)
    attempts = tuple(
        msgspec.structs.replace(a, subject=hostile, evidence=(exchange,) if a.evidence else (), reason="")
        for a in about.attempts
    )
    contact = Contact(at=example.MEASURED, target=hostile, port=1, transport="tcp", what=hostile, detail=hostile)
    about = msgspec.structs.replace(
        about,
        organisation=Organisation(name=hostile, addressee=Addressee.PERSON, addressee_name=hostile),
        answers=answers,
        runs=(example.measured(attempts, contacts=(contact,)),),
    )
    said = tuple(
        Outcome(code=o.code, subject=hostile, values=tuple((name, hostile) for name, _ in o.values))
        for o in example.outcomes()
    )
    path = tmp_path / "hostile.pdf"
    path.write_bytes(example.pdf(about, following=example.result(about, said)))
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", str(path))
    printed = text(path)
    assert not re.search(r"[\x00-\x08\x0b\x0e-\x1f\u202a-\u202e\u2066-\u2069]", printed)
    if hostile.startswith("<b>"):
        assert "<b>bold</b>" in printed
    with pikepdf.open(path) as pdf:
        assert pikepdf.Name.OpenAction not in pdf.Root
        assert pikepdf.Name.JavaScript not in pdf.Root.Names


def test_an_empty_assessment_still_makes_a_report(tmp_path):
    about = Assessment(id="0" * 8, created=example.MEASURED, organisation=Organisation(name="空の会社"))
    path = tmp_path / "empty.pdf"
    path.write_bytes(example.pdf(about, following=example.result(about, ())))
    printed = text(path)
    assert "判定保留" in printed
    assert "通信は行っていません" in printed
    first = text(path, "-f", "2", "-l", "2")
    assert "まず確かめること" in first
    assert "C1-1 管理者の初期パスワード" in first
    assert "簡易診断なので最高でBです" in "".join(first.split())


def test_two_hundred_findings_keep_the_management_part_to_its_pages(tmp_path):
    about = example.assessment()
    said = tuple(
        msgspec.structs.replace(outcome, subject=f"host{number}.example.jp")
        for outcome in example.outcomes()
        for number in range(12)
    )
    result = example.result(about, said)
    assert len(result.findings) > 200
    content = example.pdf(about, following=result)
    path = tmp_path / "many.pdf"
    path.write_bytes(content)
    management = text(path).partition("技術資料：対策編")[0]
    assert re.findall(r"^\d+$", management, re.MULTILINE)
    assert "確認できなかった事項・範囲と限界" in management
    assert numbers_in(text(path)) >= set(range(1, len(result.findings) + 1))


def test_nothing_of_the_pdf_libraries_is_loaded_before_it_is_needed():
    code = "import sys, fumimori.report; print(sorted({'reportlab', 'pikepdf', 'svglib', 'PIL'} & set(sys.modules)))"
    import sys

    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said.strip() == "[]"


def test_both_languages_have_the_same_report_texts():
    ja, en = ({key for key in example.texts(name).keys() if key.startswith("report.")} for name in ("ja", "en"))  # noqa: SIM118
    assert ja == en
    for key in ja:
        both = [example.texts(name) for name in ("ja", "en")]
        holes = [set(re.findall(r"\{(\w+)\}", "\n".join(said.lines(key)))) for said in both]
        assert holes[0] == holes[1], key
        assert len(both[0].lines(key)) == len(both[1].lines(key)), key


def test_an_answer_that_was_given_later_moves_the_period(tmp_path):
    about = example.assessment()
    late = Answer(question=about.answers[0].question, value="yes", at=example.MEASURED + timedelta(days=2))
    path = tmp_path / "period.pdf"
    path.write_bytes(
        example.pdf(msgspec.structs.replace(about, answers=(late, *about.answers[1:])), parts="management")
    )
    assert "2026年11月20日（金） から 2026年11月22日（日） まで" in text(path, "-l", "1")


def test_the_manuscript_is_frozen():
    assert ReportContext.__dataclass_params__.frozen


def test_one_sound_port_is_not_praised_while_another_fails(tmp_path):
    good = Outcome(code="mail_ports.login_protected", subject="mail.example.jp:993")
    bad = Outcome(code="mail_ports.login_clear", subject="mail.example.jp:143", values=(("host", "a"), ("port", 143)))
    about = example.assessment(answers=())
    title = squeezed(example.texts("en")("checks.mail_ports.login_protected.title"))
    praised = []
    for said in ((good,), (good, bad)):
        out = tmp_path / f"{len(said)}.pdf"
        out.write_bytes(example.pdf(about, language="en", following=example.result(about, said)))
        praised.append(title in squeezed(text(out, "-raw", "-f", "4", "-l", "4")))
    assert praised == [True, False]
