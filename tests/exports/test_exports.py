"""Every format opens in a reader of its own kind, says the plan in every language, and carries nothing that runs."""

import csv
import hashlib
import io
import re
import time
import zipfile
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from html.parser import HTMLParser
from urllib.parse import unquote

import docx
import icalendar
import msgspec
import openpyxl
import pypdfium2
import pytest
from msgspec import Raw

from fumimori import resources
from fumimori.__main__ import rules
from fumimori.engine.exchange import scan_json
from fumimori.exports import FORMATS, HANDOVER, Material, PackageTooLargeError, exported, handover, work_orders
from fumimori.exports import sheets as sheets_of
from fumimori.exports.sheets import sender_rule_met
from fumimori.model import (
    Answer,
    Assessment,
    Consent,
    ConsentLevel,
    Credit,
    DomainScope,
    Organisation,
    Outcome,
    Owner,
    Scope,
    Severity,
    Verdict,
)
from fumimori.report import sheets
from loopback.fake_network import attempt
from loopback.recorded_runs import run_of
from report import example

HOSTILE = '=HYPERLINK("http://evil.example")<script>alert(1)</script>\u202e\x07 & Co.'


def material(language: str = "ja", about: Assessment | None = None) -> Material:
    given = about or example.assessment()
    return Material(
        assessment=given,
        result=example.result(given),
        rules=rules(),
        texts=example.texts(language),
        issued=example.ISSUED,
        repair=example.repairs_of(given),
        tool_version="test",
        print_sheet=partial(
            sheets.make,
            brand=given.brand,
            author="test",
            texts=example.texts(language),
            tokens=resources.toml("brand/tokens.toml"),
            fonts=resources.path("fonts"),
            issued=example.ISSUED,
            tool_version="test",
        ),
        print_report=lambda part: example.pdf(given, language=language, parts=part, draft=False),
        scan=lambda: scan_json(given, example.result(given)),
        languages=(example.texts("ja"), example.texts("en")),
    )


@pytest.fixture(params=["ja", "en"], scope="module")
def whole(request: pytest.FixtureRequest) -> Material:
    return material(request.param)


@pytest.fixture(scope="module")
def package(whole: Material) -> bytes:
    """The hand-over package, made once for all tests that read it."""
    (content,) = exported(whole, (HANDOVER,)).values()
    return content


def test_the_workbook_holds_every_action_and_finding_with_days_as_days(whole):
    book = openpyxl.load_workbook(io.BytesIO(exported(whole, ("xlsx",))["fumimori.xlsx"]))
    actions, findings = book.worksheets
    assert (actions.max_row - 1, findings.max_row - 1) == (len(whole.result.actions), len(whole.result.findings))
    first = whole.result.actions[0]
    assert actions["B2"].value == whole.wording.action(first)
    due = actions["E2"].value
    assert isinstance(due, datetime)
    assert due.date() == first.due
    assert actions.freeze_panes == "B2"
    assert actions.auto_filter.ref is not None


def test_the_csv_files_hold_what_the_workbook_holds(whole):
    files = exported(whole, ("csv",))
    assert sorted(files) == ["actions.csv", "findings.csv"]
    rows = list(csv.reader(io.StringIO(files["actions.csv"].decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == [whole.wording.action(action) for action in whole.result.actions]


def test_the_calendar_has_a_day_for_each_open_action_and_replaces_itself(whole):
    content = exported(whole, ("ics",))["fumimori.ics"]
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    due = {str(one["UID"]): one["DTSTART"].dt for one in events}
    for action in whole.open_actions:
        if action.due is not None:
            assert due[f"due-{action.id}@{whole.assessment.id}.fumimori"] == action.due
    assert len(due) == len(events)
    assert content == exported(whole, ("ics",))["fumimori.ics"]
    assert max(due.values()) >= date(2027, 11, 24)


def test_the_document_has_headings_tables_and_every_action(whole):
    paper = docx.Document(io.BytesIO(exported(whole, ("docx",))["management.docx"]))
    assert [one.style.name for one in paper.paragraphs].count("Heading 2") >= 2
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    for action in whole.result.actions:
        assert whole.wording.action(action) in cells
    assert paper.core_properties.language == whole.texts.style.tag


def test_the_page_fetches_nothing_and_every_number_leads_to_its_finding(whole):
    text = exported(whole, ("html",))["report.html"].decode()
    names, targets = set(re.findall(r'id="(F-\d+)"', text)), set(re.findall(r'href="#(F-\d+)"', text))
    assert targets
    assert targets <= names == {whole.wording.number(one) for one in whole.result.findings}
    assert not re.findall(r"<(?:script|img|link|iframe|object)|(?:href|src)=\"(?!#)", text)


def test_each_order_holds_the_actions_of_its_owner_and_no_others(whole):
    files = {name: one for name, one in exported(whole, ("orders",)).items() if name.endswith("txt")}
    assert len(files) == len(whole.by_owner())
    for content, actions in zip(files.values(), whole.by_owner().values(), strict=True):
        text = content.decode("utf-8-sig")
        mine = {whole.wording.action(action) for action in actions}
        assert all(f". {one}\r\n" in text for one in mine)
        others = {whole.wording.action(one) for one in whole.open_actions} - mine
        assert not [one for one in others if f". {one}\r\n" in text]


def test_an_order_tells_the_steps_and_proofs_of_every_finding_of_its_action(whole):
    """As the report's card does: a worker who has only this sheet must not repair half."""
    texts = "".join(
        content.decode("utf-8-sig") for name, content in exported(whole, ("orders",)).items() if name[-1] == "t"
    )
    told = 0
    for action in whole.open_actions:
        for finding in action.findings:
            assert all(f". {step}\r\n" in texts for step in whole.wording.fix(finding))
            assert whole.wording.confirm(finding) in texts
        told += len({finding.code for finding in action.findings}) > 1
    assert told


def test_settings_lie_in_one_folder_whatever_a_place_is_called():
    for name in exported(material(), ("settings",)):
        assert re.fullmatch(r"settings/[a-z0-9][a-z0-9.-]*\.txt", name)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_people_typed_runs_nowhere(language):
    about = example.assessment(organisation=Organisation(name=HOSTILE, size=""))
    plan = tuple(msgspec.structs.replace(entry, owner_name=HOSTILE, note=HOSTILE) for entry in about.plan)
    made = exported(material(language, msgspec.structs.replace(about, plan=plan)), tuple(FORMATS))
    book = openpyxl.load_workbook(io.BytesIO(made["fumimori.xlsx"]))
    assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    for name in ("actions.csv", "findings.csv"):
        rows = csv.reader(io.StringIO(made[name].decode("utf-8-sig")))
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    tags: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag, _attrs):
            tags.add(tag)

    Reader().feed(made["report.html"].decode())
    assert "script" not in tags
    icalendar.Calendar.from_ical(made["fumimori.ics"])
    docx.Document(io.BytesIO(made["management.docx"]))
    for name, content in made.items():
        if name.endswith(("docx", "xlsx")):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                assert not [part for part in archive.namelist() if "vba" in part.lower() or "external" in part.lower()]
        elif not name.endswith("pdf"):
            assert "\u202e" not in content.decode("utf-8-sig")


def test_an_assessment_without_anything_is_exported_too():
    empty = example.assessment(runs=(), answers=(), plan=(), disputes=())
    made = exported(material("ja", empty), tuple(FORMATS))
    assert {"fumimori.xlsx", "fumimori.ics", "management.docx", "report.html"} <= set(made)


def printed(content: bytes) -> list[str]:
    """The text of each page, without spaces and ends of lines, which differ where a line was broken."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [re.sub(r"\s+", "", page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


@pytest.mark.parametrize("level", list(ConsentLevel))
def test_the_form_to_sign_says_how_far_and_about_what(whole: Material, level: ConsentLevel):
    consent = Consent(level=level, name="責任者", role="代表取締役", hosts=("mx.a.example", "ssh.a.example"))
    about = msgspec.structs.replace(whole.assessment, consent=consent)
    text = "".join(printed(exported(replace(whole, assessment=about), ("authorisation",))["authorisation.pdf"]))
    say = whole.texts
    for one in ConsentLevel:
        told = say(f"words.consent.{int(one)}.server_sees")
        assert (re.sub(r"\s+", "", told) in text) is (one <= level)
    for line in (*say.lines("exports.authorisation.never_do"), *say.lines("exports.authorisation.sign")):
        assert re.sub(r"\s+", "", line) in text
    for name in (*(domain.name for domain in about.scope.domains), *consent.hosts, "責任者"):
        assert name in text
    assert (re.sub(r"\s+", "", say("exports.authorisation.relay")) in text) is (level is ConsentLevel.RELAY)


def test_before_any_host_is_known_the_form_names_those_of_the_domain(whole: Material):
    scope = Scope(domains=(DomainScope(name="a.example"),))
    about = msgspec.structs.replace(whole.assessment, consent=Consent(), scope=scope)
    text = "".join(printed(exported(replace(whole, assessment=about), ("authorisation",))["authorisation.pdf"]))
    assert re.sub(r"\s+", "", whole.texts("exports.authorisation.hosts_public")) in text


def test_each_order_is_printed_with_the_same_tasks_and_room_to_sign(whole):
    files = exported(whole, ("orders",))
    texts = {name: one for name, one in files.items() if name.endswith("txt")}
    assert {name.removesuffix("txt") + "pdf" for name in texts} == set(files) - set(texts)
    for name, actions in zip(texts, whole.by_owner().values(), strict=True):
        pages = "".join(printed(files[name.removesuffix("txt") + "pdf"]))
        for number, action in enumerate(actions, start=1):
            assert re.sub(r"\s+", "", f"{number}. {whole.wording.action(action)}")[:40] in pages
        assert all(re.sub(r"\s+", "", one) in pages for one in whole.texts.lines("exports.order.sign"))


def test_the_letter_to_the_provider_holds_the_points_of_providers_alone(whole):
    pages = "".join(printed(exported(whole, ("provider",))["provider.pdf"]))
    numbered = set(re.findall(r"F-\d\d", pages))
    theirs = [one for one in whole.open_actions if one.work.owner in (Owner.PROVIDER, Owner.DNS)]
    assert theirs
    for action in theirs:
        assert set(re.findall(r"F-\d\d", whole.wording.numbers(action.findings, 10))) <= numbered
    others = [one for one in whole.open_actions if one not in theirs and one.findings]
    assert not {whole.wording.number(one) for other in others for one in other.findings} & numbered


def test_without_a_point_for_a_provider_there_is_no_letter():
    about = material()
    nothing = replace(about, result=msgspec.structs.replace(about.result, actions=()))
    assert exported(nothing, ("provider",)) == {}


def test_the_sheet_for_partners_is_one_page_without_any_weakness(whole):
    pages = printed(exported(whole, ("partner",))["partner.pdf"])
    assert len(pages) == 1
    assert "example.jp" in pages[0]
    assert not re.findall(r"F-\d\d", pages[0])
    for finding in whole.result.findings:
        if finding.severity >= Severity.LOW:
            assert re.sub(r"\s+", "", whole.wording.title(finding)) not in pages[0]
    for control in whole.result.controls:
        named = re.sub(r"\s+", "", f"{control.control.printed} {whole.wording.control(control.control)}") in pages[0]
        assert named == (control.verdict is Verdict.MET)


def test_the_sheet_for_partners_names_the_requirements_that_the_answers_support(whole):
    ids = [row["id"] for row in rules().tables["framework_ids"].dicts() if row["framework"] == "scs"]
    met = tuple(msgspec.structs.replace(one, credit=Credit.MET, contradicted=False) for one in whole.result.questions)
    best = replace(whole, result=msgspec.structs.replace(whole.result, questions=met))
    pages = printed(exported(best, ("partner",))["partner.pdf"])
    named = set(re.findall(r"\b\d-\d-\d-\d\b", pages[0]))
    assert len(pages) == 1
    assert {"4-1-3-2", "4-4-4-2"} <= named <= set(ids)
    assert "5か条-3" in pages[0]
    none = tuple(msgspec.structs.replace(one, credit=Credit.NOT_MET) for one in whole.result.questions)
    worst = replace(whole, result=msgspec.structs.replace(whole.result, questions=none))
    assert (
        re.sub(r"\s+", "", whole.texts("exports.partner.schemes"))
        not in printed(exported(worst, ("partner",))["partner.pdf"])[0]
    )


def test_the_sheet_for_partners_says_who_asks_for_a_rule_with_source_and_day(whole):
    good = tuple(Outcome(code=f"{one}.x", subject="example.jp") for one in ("spf", "dkim", "dmarc", "reverse_dns"))
    looks = tuple(attempt(one, "example.jp", facts=Raw(b"{}")) for one in ("spf", "dkim", "dmarc", "reverse_dns"))
    clean = msgspec.structs.replace(whole.result, good=good, findings=(), runs=(run_of(*looks),))
    page = printed(exported(replace(whole, result=clean), ("partner",))["partner.pdf"])[0]
    for row in rules().tables["sender_rules"].dicts():
        assert re.sub(r"\s+", "", row["service"]) in page
        assert row["source"].partition(",")[0] in page
        assert row["since"] in page
    assert "5,000" in page
    texts = {one for one in whole.texts.keys() if one.startswith("exports.partner.rule_")}  # noqa: SIM118
    named = {f"exports.partner.rule_{row['rule']}" for row in rules().tables["sender_rules"].dicts()}
    assert texts == named | {"exports.partner.rule_heads"}


def test_a_sender_rule_is_met_only_when_it_was_measured_praised_and_without_fault():
    about = material()
    good = Outcome(code="dmarc.rejects", subject="example.jp")
    clean = tuple(one for one in about.result.findings if "dmarc" not in one.code)
    fault = next(one for one in about.result.findings if one.code.startswith("dmarc."))

    def met(**changes: object) -> bool:
        result = msgspec.structs.replace(about.result, **{"good": (good,), "findings": clean, **changes})
        return sender_rule_met(replace(about, result=result), "dmarc")

    assert met()
    assert not met(good=())
    assert not met(runs=())
    assert not met(findings=(*clean, msgspec.structs.replace(fault, severity=Severity.HIGH)))
    asked = msgspec.structs.replace(fault, code="sender_auth.dmarc.no", severity=Severity.HIGH)
    assert not met(findings=(*clean, asked))


def test_the_sheet_for_staff_is_one_page_and_names_whom_to_tell():
    about = example.assessment(organisation=Organisation(name="A", responsible="総務部長"))
    for language in ("ja", "en"):
        given = material(language, about)
        pages = printed(exported(given, ("staff",))["staff.pdf"])
        assert len(pages) == 1
        assert "総務部長" in pages[0]
        assert re.sub(r"\s+", "", given.texts.lines("exports.staff.clicked_do")[0]) in pages[0]


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of the hand-over package by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_package_holds_everything_once_in_the_folder_of_its_reader(whole, package):
    files = unpacked(package)
    singly = exported(whole, tuple(FORMATS))
    inside = {name.partition("/")[2]: content for name, content in files.items() if "/" in name}
    assert set(inside) == {*singly, "report-management.pdf", "report-repairs.pdf", "report-proof.pdf", "scan.json"}
    assert all(inside[name] == content for name, content in singly.items())
    assert {name.partition("/")[0] for name in files if "/" in name} == set(handover.READERS)
    assert set(handover.FOLDERS) == set(FORMATS)
    for part in ("management", "repairs", "proof"):
        assert printed(inside[f"report-{part}.pdf"])


def test_the_index_of_the_package_names_each_file_with_its_sum_in_every_language(whole, package):
    files = unpacked(package)
    index = files["index.html"].decode().replace("<wbr>", "")
    first, second = index.split("<section")[1:]
    assert f'lang="{whole.texts.style.tag}"' in first.partition(">")[0]
    listed = dict(line.split("  ", 1)[::-1] for line in files["SHA256SUMS.txt"].decode().splitlines())
    assert set(listed) == {name for name in files if "/" in name}
    for name, digest in listed.items():
        assert hashlib.sha256(files[name]).hexdigest() == digest
        assert first.count(digest) == second.count(digest) == list(listed.values()).count(digest)
    for texts, chapter in ((whole.texts, first), (next(t for t in whole.languages if t is not whole.texts), second)):
        for reader in handover.READERS:
            assert texts(f"exports.handover.who.{reader}") in chapter
    targets = {unquote(one) for one in re.findall(r'href="([^"]+)"', index)}
    assert targets == set(listed)
    assert not re.findall(r"<(?:script|img|link|iframe|object)", index)


def test_the_same_assessment_gives_the_same_package(whole, package, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: time.struct_time((2030, 1, 1, 0, 0, 0, 1, 1, 0)))
    assert list(exported(whole, (HANDOVER,)).values()) == [package]


def test_the_package_holds_neither_answers_taken_back_nor_more_than_it_may(monkeypatch):
    taken_back = (Answer(question="ssh.used", value="yes", note="PRIVATE-NOTE-8231", at=example.MEASURED),)
    about = material("ja", example.assessment(withdrawn=taken_back))
    files = unpacked(*exported(about, (HANDOVER,)).values())
    inside = {name: content for name, content in files.items() if name.endswith((".csv", ".json", ".html"))}
    assert inside
    assert not [name for name, content in inside.items() if b"PRIVATE-NOTE" in content]
    monkeypatch.setattr(handover, "OCTETS_MOST", 100_000)
    with pytest.raises(PackageTooLargeError):
        exported(about, (HANDOVER,))


def test_the_document_keeps_rows_whole_and_numbers_on_one_line(whole):
    paper = docx.Document(io.BytesIO(exported(whole, ("docx",))["management.docx"]))
    for table in paper.tables:
        assert all(row._tr.trPr is not None and row._tr.trPr.xpath("./w:cantSplit") for row in table.rows)
        assert table.rows[0]._tr.trPr.xpath("./w:tblHeader")
    numbers = [one for table in paper.tables for one in table._tbl.xpath(".//w:t[contains(., 'F-')]")]
    assert numbers == []
    assert any("F-01" in cell.text for table in paper.tables for row in table.rows for cell in row.cells)


def test_no_row_of_the_workbook_is_lower_than_its_words(whole):
    for sheet in openpyxl.load_workbook(io.BytesIO(exported(whole, ("xlsx",))["fumimori.xlsx"])):
        for row in sheet.iter_rows(min_row=2):
            height = sheet.row_dimensions[row[0].row].height
            for cell in row:
                if isinstance(cell.value, datetime):
                    continue
                width = sheet.column_dimensions[cell.column_letter].width
                lines = sum(
                    max(1, -(-sum(2 if ord(one) > 0x2E7F else 1 for one in part) // width))
                    for part in str(cell.value or "").split("\n")
                )
                assert height >= min(400, 15 * lines), cell.coordinate


def test_the_parts_of_a_repair_stand_out_in_a_work_order(whole):
    found = work_orders.for_providers(whole)
    blocks = sheets_of.order_sheet(whole, found).blocks
    strong = {block.text for block in blocks if getattr(block, "strong", False)}
    assert whole.texts("exports.order.steps") in strong
    assert strong <= {whole.texts("exports.order.steps"), *(whole.texts(f"repairs.{one}") for one in sheets_of.PARTS)}
