"""A customer's logo, colour and mark are printed; a logo that asks for more than shapes is refused."""

import shutil
import subprocess
from io import BytesIO

import msgspec
import pytest
from PIL import Image

from fumimori import resources
from fumimori.model import Addressee, Brand, Mode, Organisation
from fumimori.report.brand import addressee, confidentiality
from fumimori.report.page_style import WHITE, Ink, PageStyle
from fumimori.report.typefaces import Typefaces
from fumimori.texts import languages
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
    company = Organisation(name="株式会社みほん")
    person = Organisation(
        name="株式会社みほん", addressee=Addressee.PERSON, addressee_title="代表取締役", addressee_name="責任者"
    )
    assert addressee(company, STYLES["ja"]) == ("株式会社みほん 御中", "")
    assert addressee(person, STYLES["ja"]) == ("株式会社みほん", "代表取締役　責任者 様")
    assert addressee(person, STYLES["en"]) == ("株式会社みほん", "Attn: 責任者, 代表取締役")


def test_who_assesses_decides_the_mark_unless_it_was_chosen():
    assert confidentiality(Brand(), Mode.SELF) == "internal"
    assert confidentiality(Brand(), Mode.CONSULTANT) == "named"
    assert confidentiality(Brand(confidentiality="internal"), Mode.CONSULTANT) == "internal"
