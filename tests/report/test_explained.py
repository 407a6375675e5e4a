"""Terms are explained where management reads them first, numbers add up, and every number leads to what it names."""

import re
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Name

from fumimori.__main__ import sample, toolkit
from fumimori.assess.scoring import weigh
from fumimori.model import ReportVersion
from fumimori.wording.terms import TERMS
from report import example
from report.test_contents import text

KNOWN = {"APPI", "CCPA", "DRAFT", "DSS", "GDPR", "IT", "MIHON", "OS", "PC", "PCI", "PCs", "ZIP", "ZIPs"}
"""Words in capitals that need no gloss: everyday ones, products, and laws that the page's own sentence explains."""
CAPITALS = re.compile(r"(?<![A-Za-z0-9./_-])[A-Z][A-Z/-]*[A-Z](?:-[A-Z]+)?s?(?![A-Za-z0-9_-])")


@pytest.fixture(scope="module", params=["ja", "en"])
def of_sample(request):
    """The sample's result and its management part, page by page."""
    about = sample()
    result = toolkit().assess(about, example.ISSUED)
    content = example.pdf(about, language=request.param, following=result, parts="management")
    return request.param, result, [" ".join(page.split()) for page in text(content, "-raw").split("\f")[1:-1]]


def test_a_term_is_explained_on_the_management_page_that_uses_it_first(of_sample):
    language, _, printed = of_sample
    said = example.texts(language)
    explained = 0
    for term in TERMS:
        words = said.lines(f"report.glossary.{term}.words")
        meaning = said("report.glossary.explained", meaning=said(f"report.glossary.{term}.meaning"))
        gloss = "".join(f"{words[0]}{meaning}".split())
        holding = [
            page for page in printed if any(re.search(rf"(?<![\w-]){re.escape(w)}(?![\w-])", page) for w in words)
        ]
        if holding and words[0].isupper():
            explained += 1
            assert gloss in "".join(holding[0].split()), term
    assert explained >= 5


def test_no_abbreviation_on_a_management_page_is_left_unexplained(of_sample):
    language, _, printed = of_sample
    said = example.texts(language)
    known = KNOWN | {word for term in TERMS for word in said.lines(f"report.glossary.{term}.words")}
    found = {word for page in printed for word in CAPITALS.findall(page)}
    assert found - known == set()


def test_coverage_and_verified_share_can_be_computed_again_from_t11():
    about = sample()
    result = toolkit().assess(about, example.ISSUED)
    printed = text(example.pdf(about, language="en", following=result, parts="proof"), "-layout")
    table = printed[printed.index("Score × weight") :]
    rows = re.findall(r"^\s*C\d+ .*?\s(\d+)\s+(\d+)\s+(\d+)\s+[\d–]+\s+\d+\s+[\d–]+\s*$", table, re.MULTILINE)
    assert len(rows) == 10
    sums = [sum(int(row[column]) for row in rows) for column in range(3)]
    weighed = weigh(result.questions)
    assert sums == [weighed.applicable, weighed.definite, weighed.verified]
    said = " ".join(printed.split())
    grade = result.grade
    for above, below, share in ((sums[1], sums[0], grade.coverage), (sums[2], sums[1], grade.verified)):
        assert f"{above} / {below} = {int(share * 100 + 0.5)}%" in said


def test_every_source_bears_a_date_of_its_own_or_the_day_on_which_it_was_read():
    printed = " ".join(text(example.made("en"), "-raw").split())
    assert re.search(r"RFC 5321 section [\d.]+ \(2008-10\)", printed)
    assert "our judgement (checked 20" in printed


def test_document_control_names_its_tables_in_words_and_every_version():
    versions = (
        ReportVersion(number="0.9", day="2026-11-20", changed="Draft for the interview"),
        ReportVersion(number="1.0", day="2026-11-24", changed="Answers of the provider added"),
    )
    about = example.assessment(versions=versions)
    for language in ("ja", "en"):
        printed = text(example.pdf(about, language=language, parts="repairs"), "-l", "2")
        assert not re.search(r"\b[a-z]+_[a-z_]+\b", printed)
        for version in versions:
            assert version.changed in printed


def targets(content: bytes) -> dict[str, set[str]]:
    """By the words of a link: where they lead."""
    found: dict[str, set[str]] = {}
    with pikepdf.open(BytesIO(content)) as document:
        for page in document.pages:
            for link in page.obj.get(Name.Annots, []):
                found.setdefault(str(link.Contents), set()).add(str(link.get(Name.Dest)))
    return found


def test_questions_and_evidence_are_links_and_lead_back():
    about = example.assessment()
    result = example.result(about)
    links = targets(example.pdf(about, language="en", following=result))
    answered = {one.question for one in about.answers}
    numbers = {question.printed for question in result.bank if question.id in answered}
    # From the answer to its points and back: such a number leads to two places.
    assert len([number for number in numbers if len(links.get(number, ())) == 2]) > 5
    for one in about.evidence:
        assert one.printed in links
    assert any(re.fullmatch(r"M-\d{3}(–\d{3})?", words) for words in links)
    assert any(re.fullmatch(r"F-\d\d(–\d\d)?", words) for words in links)


def test_what_proves_a_work_order_is_never_cut():
    sentence = "もう一度測定します。" * 90
    for language in ("ja", "en"):
        assert sentence in example.texts(language)("exports.order.confirm", confirm=sentence)
