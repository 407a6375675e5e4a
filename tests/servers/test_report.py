"""The report of a real measurement: in both languages, on both papers, with what was found and nothing cut off."""

import itertools
import re
import subprocess
from pathlib import Path

import pytest

from servers.command import Scan, pdf_text, report, squeezed

PRINTS = tuple(itertools.product(("ja", "en"), ("a4", "letter")))


@pytest.fixture(scope="module")
def printed(scans: dict[str, Scan], tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """The bad domain's report, every language on every paper."""
    folder = tmp_path_factory.mktemp("reports")
    made = {}
    for language, paper in PRINTS:
        out = folder / f"{language}-{paper}.pdf"
        ran = report(scans["bad.example"], out, language, paper)
        assert ran.returncode == 0, ran.stderr
        made[language, paper] = out
    return made


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_finding_is_printed_with_its_title(
    printed: dict[tuple[str, str], Path], scans: dict[str, Scan], language: str
) -> None:
    from fumimori import resources
    from fumimori.texts import Texts

    texts = Texts(resources.root(), language)
    text = squeezed(pdf_text(printed[language, "a4"]))
    missing = []
    for finding in scans["bad.example"].content["findings"]:
        probe, _, word = finding["code"].partition(".")
        key = f"checks.{probe}.{word}.title"
        if texts.has(key) and squeezed(texts(key, **finding["values"])) not in text:
            missing.append(finding["code"])
    assert missing == []


@pytest.mark.parametrize(("language", "paper"), PRINTS)
def test_the_pdf_is_sound(printed: dict[tuple[str, str], Path], language: str, paper: str) -> None:
    check = ["qpdf", "--check", str(printed[language, paper])]
    assert subprocess.run(check, capture_output=True, check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("language", ["ja", "en"])
def test_both_papers_have_the_same_pages(printed: dict[tuple[str, str], Path], language: str) -> None:
    pages = [pdf_text(printed[language, paper]).count("\f") for paper in ("a4", "letter")]
    assert pages[0] == pages[1] > 4


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_key_of_a_text_and_no_empty_placeholder_is_printed(
    printed: dict[tuple[str, str], Path], language: str
) -> None:
    text = pdf_text(printed[language, "a4"])
    assert re.findall(r"\{[a-z_]+\}|\b(?:probes|words|report|controls)\.[a-z_]+\.[a-z_]+", text) == []


def test_no_page_is_blank(printed: dict[tuple[str, str], Path]) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(printed["ja", "a4"])
    inked = [len(set(bytes(page.render(scale=0.3, grayscale=True).buffer))) > 3 for page in document]
    document.close()
    assert all(inked)


def test_management_gets_the_cover_and_a_few_pages_alone(scans: dict[str, Scan], tmp_path: Path) -> None:
    out = tmp_path / "management.pdf"
    ran = report(scans["bad.example"], out, "en", "a4", "--parts", "management")
    assert ran.returncode == 0, ran.stderr
    said = subprocess.run(["pdfinfo", str(out)], capture_output=True, text=True, check=True, timeout=60).stdout
    assert re.search(r"^Pages:\s+[5-9]$", said, re.MULTILINE)
