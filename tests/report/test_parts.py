"""The parts of the report print alone, every number in them is a link to what is there, and no action is lost."""

import re
import subprocess
from io import BytesIO

import msgspec
import pikepdf
import pytest
from pikepdf import Name

from fumimori.assess.mail_path import Protection, Segment, mail_path
from fumimori.model import Outcome
from loopback.recorded_runs import run_of
from loopback.signed_mail import signed_messages
from report import example


def printed(content: bytes, *options: str) -> str:
    command = ["pdftotext", *options, "-", "-"]
    return subprocess.run(command, input=content, check=True, capture_output=True).stdout.decode()


@pytest.fixture(scope="module", params=["management", "repairs", "proof"])
def part(request):
    return request.param, example.pdf(language="en", parts=request.param)


def test_each_part_has_its_own_sections_and_no_other(part):
    name, content = part
    found = {int(number) for number in re.findall(r"^T(\d+) ", printed(content), re.MULTILINE)}
    assert found == {"management": set(), "repairs": set(range(1, 5)), "proof": set(range(5, 14))}[name]


def test_every_link_of_a_part_leads_to_a_place_in_it(part):
    name, content = part
    with pikepdf.open(BytesIO(content)) as document:
        assert document.Root.PageMode == Name.UseOutlines
        pages = {page.objgen for page in document.pages}
        links = [one for page in document.pages for one in page.obj.get(Name.Annots, [])]
        targets = document.Root.get(Name.Dests, {})
        for link in links:
            target = link.get(Name.Dest)
            place = target if isinstance(target, pikepdf.Array) else targets[str(target)]
            assert place[0].objgen in pages
    assert bool(links) == (name != "management")


def test_a_number_in_running_text_is_a_link_to_its_card():
    with pikepdf.open(BytesIO(example.made("ja"))) as document:
        page = document.pages[1].obj
        words = [str(link.Contents) for number in (2, 3) for link in document.pages[number].obj.get(Name.Annots, [])]
        assert page is not None
        assert any(re.fullmatch(r"F-\d\d(–\d\d)?", word) for word in words)


def test_no_action_is_lost_from_the_management_part():
    result = example.result(example.assessment())
    content = printed(example.pdf(language="en", parts="management"), "-raw")
    wording = "".join(content.split())
    assert len(result.actions) > 14
    for number in range(1, len(result.actions) + 1):
        assert re.search(rf"^{number} ", content, re.MULTILINE), number
    assert "Actionsandtimeperowner" in wording
    assert "Thepathyourmailtakes" in wording


def test_a_report_without_a_measurement_says_so():
    about = example.assessment(runs=())
    content = printed(example.pdf(about, following=example.result(about, ()), language="ja", parts="management"))
    assert "測定なし" in content
    assert "の範囲で行いました" not in content


def test_a_stretch_of_the_way_is_open_protected_or_unseen():
    about = example.assessment(answers=(), runs=(), disputes=())
    weak = Outcome(code="mail_ports.login_clear", subject="mail.example.jp:143", values=(("host", "a"), ("port", 143)))
    good = Outcome(code="mail_ports.login_protected", subject="mail.example.jp:587")
    links = {link.segment: link for link in mail_path(example.result(about, (weak, good)))}
    assert list(links) == list(Segment)
    assert links[Segment.READ].protection is Protection.OPEN
    assert links[Segment.READ].finding.code == weak.code
    assert links[Segment.SENT].protection is Protection.PROTECTED
    assert links[Segment.NAMED].protection is Protection.UNSEEN


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_scope_says_where_each_selector_came_from(language):
    about = example.assessment()
    first = msgspec.structs.replace(about.scope.domains[0], selectors=("typed1",), mail_selectors=("mail1",))
    scope = msgspec.structs.replace(about.scope, domains=(first, *about.scope.domains[1:]))
    messages = signed_messages(scope, example.MEASURED)
    about = msgspec.structs.replace(about, scope=scope, runs=(*about.runs, run_of(*messages)))
    content = printed(example.pdf(about, language=language, parts="repairs"), "-layout")
    t = example.texts(language)
    for name, origin in (
        ("typed1", t("words.selector_origin.typed")),
        ("mail1", t("words.selector_origin.mail_on", day=f"{example.MEASURED:%Y-%m-%d}")),
    ):
        assert re.search(rf"example\.jp +{name} +{re.escape(origin)}", content), name
