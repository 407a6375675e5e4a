"""A customer's logo, colour and mark are printed; a logo that asks for more than shapes is refused."""

import itertools
import re
import shutil
import subprocess
from io import BytesIO

import msgspec
import pikepdf
import pytest
from PIL import Image

from fumimori import resources
from fumimori.model import Addressee, Brand, Mode, Organisation, ReportVersion
from fumimori.report.brand import confidentiality
from fumimori.report.page_style import WHITE, Ink, PageStyle
from fumimori.report.typefaces import Typefaces
from fumimori.texts import languages
from fumimori.wording.report import addressee
from report import example

STYLES = languages(resources.root())

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40" viewBox="0 0 120 40">
<rect x="1" y="1" width="38" height="38" rx="6" fill="#2E7D32"/><text x="46" y="27" font-size="20"
 font-family="Helvetica" font-weight="bold">Mihon</text></svg>"""


def png(width: int = 400, height: int = 120) -> bytes:
    output = BytesIO()
    Image.new("RGBA", (width, height), (46, 125, 50, 128)).save(output, "PNG")
    return output.getvalue()


def text(content: bytes, tmp_path, *options: str) -> str:
    path = tmp_path / "brand.pdf"
    path.write_bytes(content)
    tool = shutil.which("pdftotext")
    return subprocess.run([tool, *options, str(path), "-"], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(("logo", "kind"), [(png(), "png"), (SVG, "svg")])
def test_a_logo_is_printed_without_a_foreign_face(tmp_path, logo, kind):
    about = example.assessment(**example.CONSULTANT)
    about = msgspec.structs.replace(about, brand=msgspec.structs.replace(about.brand, logo=logo, logo_type=kind))
    content = example.pdf(about, parts="management")
    printed = text(content, tmp_path, "-l", "1")
    assert "みほんコンサルティング" in printed
    assert "関係者外秘" in printed
    assert "MC-2026-014" in printed
    assert ("Mihon" in printed) == (kind == "svg")
    fonts = subprocess.run(
        [shutil.which("pdffonts"), str(tmp_path / "brand.pdf")], check=True, capture_output=True, text=True
    ).stdout.splitlines()[2:]
    assert all("+Noto" in row for row in fonts)


@pytest.mark.parametrize("colour", ["#FFFF00", "#FFFFFF", "#8FB4DA", "#2E7D32", "#000000", ""])
def test_a_customers_colour_is_darkened_until_it_can_be_read(colour):
    tokens = resources.toml("brand/tokens.toml")
    made = PageStyle(tokens, Typefaces(resources.path("fonts")), paper="a4", body_size_step=0, colour=colour)
    assert made.accent.contrast(WHITE) >= 4.5
    if colour in ("#2E7D32", "#000000"):
        assert made.accent == Ink.of(colour)


def test_severity_words_can_be_read_on_their_grounds():
    tokens = resources.toml("brand/tokens.toml")
    made = PageStyle(tokens, Typefaces(resources.path("fonts")), paper="a4", body_size_step=0, colour="")
    for word in ("critical", "high", "medium", "low", "info", "ok", "met", "partly_met", "not_met", "unknown"):
        chip = made.chip(word)
        assert chip.ink.contrast(chip.fill) >= 4.5, word


def test_an_organisation_is_addressed_onchu_and_a_person_sama_never_both():
    company = example.assessment(mode=Mode.CONSULTANT, organisation=Organisation(name="株式会社みほん"))
    told = Organisation(
        name="株式会社みほん", addressee=Addressee.PERSON, addressee_title="代表取締役", addressee_name="責任者"
    )
    person = msgspec.structs.replace(company, organisation=told)
    assert addressee(company, STYLES["ja"]) == ("株式会社みほん 御中", "")
    assert addressee(person, STYLES["ja"]) == ("株式会社みほん", "代表取締役　責任者 様")
    assert addressee(person, STYLES["en"]) == ("株式会社みほん", "Attn: 責任者, 代表取締役")


def test_nobody_writes_onchu_to_themselves():
    own = example.assessment(mode=Mode.SELF, organisation=Organisation(name="株式会社みほん"))
    assert addressee(own, STYLES["ja"]) == ("株式会社みほん", "")


def test_who_assesses_decides_the_mark_unless_it_was_chosen():
    assert confidentiality(Brand(), Mode.SELF) == "internal"
    assert confidentiality(Brand(), Mode.CONSULTANT) == "named"
    assert confidentiality(Brand(confidentiality="internal"), Mode.CONSULTANT) == "internal"


FULL = Brand(
    logo=SVG,
    logo_type="svg",
    client_logo=png(),
    client_logo_type="png",
    sender="みほんコンサルティング",
    contact="03-0000-0000",
    legal="診断時点の状態を示すものです。" * 40,
    footer="みほんコンサルティング株式会社 " * 12,
    seals=("作成", "確認", "承認", "社長"),
    recipients=tuple(f"配付先の方{number}" for number in range(7)),
    numbering="MC-[year]-[id]-[unknown]",
)
VERSIONS = tuple(ReportVersion(number=f"0.{one}", day=f"2026-11-1{one}", changed=f"変更点{one}") for one in range(7))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_cover_holds_both_logos_versions_and_recipients_on_one_page(tmp_path, language, paper):
    about = example.assessment(brand=FULL, mode=Mode.CONSULTANT, versions=VERSIONS, document_number="N-" * 33)
    content = example.pdf(about, language=language, paper=paper, parts="management", draft=True)
    printed = text(content, tmp_path, "-l", "1")
    assert example.texts(language)("report.summary.heading") in text(content, tmp_path, "-f", "2", "-l", "2")
    assert all(f"変更点{one}" in printed for one in range(2, 7))
    assert "変更点1" not in printed
    assert "配付先の方4" in printed
    assert "配付先の方5" not in printed
    assert printed.count("N-" * 33) == 2  # on the cover and, whole, in its footer
    assert example.texts(language)("report.cover.draft") in printed
    with pikepdf.open(BytesIO(content)) as pdf:
        assert [image.Width for image in pdf.pages[0].get_images().values()] == [400]


def test_a_draft_is_seen_across_the_cover_and_the_final_version_is_not():
    def pale(content: bytes) -> list[int]:
        with pikepdf.open(BytesIO(content)) as pdf:
            return [
                number
                for number, page in enumerate(pdf.pages)
                for one in pikepdf.parse_content_stream(page)
                if str(one.operator) == "rg" and [round(float(part), 2) for part in one.operands] == [0.91] * 3
            ]

    assert pale(example.pdf(language="en", parts="management", draft=True)) == [0]
    assert pale(example.pdf(language="en", parts="management")) == []


@pytest.mark.parametrize("number", ["FM-1", "N-" * 33, "あ" * 66, "W" * 300])
def test_nothing_overprints_in_the_footer(tmp_path, number):
    about = example.assessment(brand=FULL, document_number=number)
    path = tmp_path / "brand.pdf"
    path.write_bytes(example.pdf(about, parts="management"))
    text(path.read_bytes(), tmp_path)
    page = subprocess.run(
        [shutil.which("pdftotext"), "-f", "2", "-l", "2", "-bbox", str(path), "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    words = [
        tuple(map(float, found))
        for found in re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"', page)
    ]
    foot = [word for word in words if word[1] > 841.9 - 82]
    assert len(foot) > 4
    for one, other in itertools.combinations(foot, 2):
        apart = one[2] <= other[0] + 0.5 or other[2] <= one[0] + 0.5
        # the box of a word is as high as its face, which is higher than the line
        assert apart or abs(one[1] - other[1]) > 8, (one, other)
    assert max(word[2] for word in foot) < 595.3 - 50


@pytest.mark.parametrize(("seals", "expected"), [(None, ("作成", "確認", "承認")), ((), ()), (("検印",), ("検印",))])
def test_the_boxes_for_seals_are_those_that_were_chosen(tmp_path, seals, expected):
    content = example.pdf(example.assessment(brand=Brand(seals=seals)), parts="management")
    path = tmp_path / "brand.pdf"
    path.write_bytes(content)
    tool = shutil.which("pdftotext")
    page = subprocess.run([tool, "-f", "3", "-l", "3", str(path), "-"], check=True, capture_output=True, text=True)
    lines = page.stdout.split()
    assert tuple(word for word in ("作成", "確認", "承認", "検印") if word in lines) == expected


def test_the_numbering_fills_what_it_knows_and_a_given_number_wins():
    assert FULL.number("", "3f2a9c1e", example.ISSUED) == "MC-2026-3F2A9C-[unknown]"
    assert FULL.number("K-7", "3f2a9c1e", example.ISSUED) == "K-7"
    assert Brand().number("", "3f2a9c1e", example.ISSUED) == "FM-20261124-3F2A9C"
