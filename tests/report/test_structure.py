"""The PDF is tagged, says what it is, and carries its tables inside."""

import csv
import json
from collections import Counter
from io import BytesIO, StringIO

import msgspec
import pikepdf
import pypdfium2
import pytest
from pikepdf import Name

from fumimori import report
from fumimori.model import Contact, Outcome
from report import example


@pytest.fixture(scope="module", params=["ja", "en"])
def document(request):
    with pikepdf.open(BytesIO(example.made(request.param))) as opened:
        yield opened


def elements(node):
    if isinstance(node, pikepdf.Dictionary) and node.get(Name.S) is not None:
        yield node
        for child in node.get(Name.K, []):
            yield from elements(child)


def kinds(document) -> Counter:
    return Counter(str(element.S) for element in elements(document.Root.StructTreeRoot.K[0]))


def test_the_structure_has_headings_tables_lists_figures_and_links(document):
    found = kinds(document)
    assert found["/H1"] == 7  # cover, four management pages, repairs, proof
    for kind in (
        "/H2",
        "/H3",
        "/P",
        "/Table",
        "/TR",
        "/TH",
        "/TD",
        "/L",
        "/LI",
        "/Lbl",
        "/LBody",
        "/Figure",
        "/Link",
        "/TOC",
    ):
        assert found[kind] > 0, kind


def test_headings_never_skip_a_level(document):
    before = 0
    for element in elements(document.Root.StructTreeRoot.K[0]):
        name = str(element.S)
        if name in ("/H1", "/H2", "/H3"):
            assert int(name[2]) <= before + 1
            before = int(name[2])


def test_every_figure_has_words_and_every_head_cell_a_scope(document):
    for element in elements(document.Root.StructTreeRoot.K[0]):
        if Name.Figure == element.S:
            assert str(element.Alt)
            assert len(element.A.BBox) == 4
        if element.S == Name.TH:
            assert element.A.Scope in (Name.Row, Name.Column)


def test_every_row_of_a_table_has_as_many_cells_as_the_others(document):
    for element in elements(document.Root.StructTreeRoot.K[0]):
        if Name.Table == element.S:
            assert len({len(row.K) for row in element.K}) == 1
            assert any(cell.S == Name.TH for row in element.K for cell in row.K)


def test_every_piece_of_content_is_tagged_or_an_ornament(document):
    drawing = {"Tj", "TJ", "S", "f", "B", "f*", "b", "s", "Do", "sh"}
    for page in document.pages:
        depth = 0
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name in ("BDC", "BMC"):
                depth += 1
                assert depth == 1
            elif name == "EMC":
                depth -= 1
            elif name in drawing:
                assert depth == 1, (name, operands)
        assert depth == 0


def test_every_mark_is_owned_by_an_element(document):
    numbers = list(document.Root.StructTreeRoot.ParentTree.Nums)
    owners = dict(zip(numbers[::2], numbers[1::2], strict=True))
    for page in document.pages:
        marks = [
            int(operands[1].MCID)
            for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) == "BDC" and operands[0] != Name.Artifact
        ]
        assert marks == list(range(len(marks)))
        assert len(owners[page.obj.StructParents]) == len(marks)


def test_language_title_and_standards_are_said(document):
    language = str(document.Root.Lang)
    assert language in ("ja-JP", "en-GB")
    assert document.Root.MarkInfo.Marked
    assert document.Root.ViewerPreferences.DisplayDocTitle
    packet = document.Root.Metadata.read_bytes().decode()
    for words in ("<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", "株式会社みほん製作所"):
        assert words in packet
    assert document.Root.OutputIntents[0].DestOutputProfile.read_bytes()[36:40] == b"acsp"
    assert str(document.docinfo.Author) == "株式会社みほん製作所"
    for page in document.pages:
        assert page.obj.Tabs == Name.S


def test_every_link_leads_somewhere_and_has_words(document):
    for page in document.pages:
        for annotation in page.obj.get(Name.Annots, []):
            assert str(annotation.Contents)
            assert annotation.get(Name.StructParent) is not None
            assert annotation.F == 4


def attached(about, result, language):
    copied = example.repairs_of(about)
    return report.attached(about, result, texts=example.texts(language), issued=example.ISSUED, repair=copied)


def test_the_tables_are_attached_and_saved_beside_alike(document):
    language = "ja" if str(document.Root.Lang) == "ja-JP" else "en"
    about = example.assessment()
    result = example.result(about)
    files = report.attached(
        about, result, texts=example.texts(language), issued=example.ISSUED, repair=example.repairs_of(about)
    )
    assert sorted(files) == ["actions.csv", "contacts.csv", "findings.csv", "measurements.json"]
    for name, content in files.items():
        assert document.attachments[name].get_file().read_bytes() == content
    rows = list(csv.reader(StringIO(files["findings.csv"].decode("utf-8-sig"))))
    assert len(rows) == len(result.findings) + 1
    measured = json.loads(files["measurements.json"])
    assert len(measured["runs"][0]["attempts"]) == len(about.attempts)
    assert len(document.Root.AF) == 4


def test_no_cell_of_a_table_begins_like_a_formula():
    about = example.assessment()
    said = (Outcome(code=example.outcomes()[0].code, subject="=cmd|' /C calc'!A0"),)
    result = example.result(msgspec.structs.replace(about, answers=()), said)
    files = report.attached(
        about, result, texts=example.texts("en"), issued=example.ISSUED, repair=example.repairs_of(about)
    )
    for row in csv.reader(StringIO(files["findings.csv"].decode("utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize(
    "begin", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\t", "\r", " =", "\u3000=", "\u200b=", "−"]
)
def test_a_cell_that_begins_like_a_formula_is_text(begin):
    contact = Contact(at=example.ISSUED, target=f"{begin}1+1", port=25, transport="tcp", what="greeting", detail="")
    about = example.assessment()
    runs = (msgspec.structs.replace(about.runs[0], contacts=(contact,)), *about.runs[1:])
    about = msgspec.structs.replace(about, runs=runs)
    result = example.result(about)
    files = report.attached(
        about, result, texts=example.texts("en"), issued=example.ISSUED, repair=example.repairs_of(about)
    )
    rows = list(csv.reader(StringIO(files["contacts.csv"].decode("utf-8-sig"), newline="")))
    assert rows[1][1] == f"'{begin}1+1"


def test_what_shows_nothing_is_neither_printed_nor_named_in_the_file():
    about = example.assessment()
    named = msgspec.structs.replace(about.organisation, name="Sa\u200bku\u2060ra\u200d Shi\u00adp\u2028ping")
    about = msgspec.structs.replace(about, organisation=named)
    content = example.pdf(about, language="en", parts="management")
    printed = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    assert "Sakura Ship ping" in " ".join(printed.split())
    assert not set(printed) & set("\u200b\u200d\u2060\u00ad\u2028")
    with pikepdf.open(BytesIO(content)) as pdf:
        assert "Sakura Ship ping" in str(pdf.docinfo.Title)
        assert "Sakura Ship ping" in pdf.Root.Metadata.read_bytes().decode()
