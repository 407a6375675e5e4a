"""How much CPU time reports take, beside bare documents of the PDF library with as many pages and as much text.

python tests/bench/report.py
"""

import io
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pypdfium2

from fumimori.__main__ import bank, make_report, rules, sample, texts, toolkit
from fumimori.assess.judging import assess
from fumimori.model import Assessment, Outcome, Result, Severity
from fumimori.report.typefaces import REGULAR

ROUNDS = 3
"""Of which the fastest counts."""


def seconds(work: Callable[[], object]) -> float:
    """Seconds of CPU time that `work` takes, whatever else the machine does."""
    began = time.process_time()
    work()
    return time.process_time() - began


def bare(pages: list[list[str]]) -> None:
    """The lines of all pages by the PDF library alone, in one of the report's typefaces."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(io.BytesIO(), pageCompression=1)
    for lines in pages:
        canvas.setFont(REGULAR, 8)
        for number, line in enumerate(lines):
            canvas.drawString(40, 800 - 9 * number, line)
        canvas.showPage()
    canvas.save()


def lines_of(content: bytes) -> list[list[str]]:
    """The lines of text on each page of a PDF."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_range().splitlines() for page in document]


def with_findings(count: int, about: Assessment) -> Result:
    """What follows from so many faults, the kinds one after the other and then on the next host."""
    codes = [code for code, rule in sorted(rules().outcomes.items()) if rule.severity >= Severity.LOW]
    said = tuple(
        Outcome(code=codes[number % len(codes)], subject=f"host{number // len(codes)}.example")
        for number in range(count)
    )
    return assess(about, bank(), rules(), said, datetime.now(UTC))


def told(name: str, about: Assessment, result: Result) -> None:
    """Print what one report takes, and how often as long as the bare document that is."""
    took = min(seconds(lambda: make_report(about, result, texts("ja"), "a4")) for _ in range(ROUNDS))
    pages = lines_of(make_report(about, result, texts("ja"), "a4"))
    beside = min(seconds(lambda: bare(pages)) for _ in range(ROUNDS))
    sys.stdout.write(
        f"{name}: {len(result.findings)} findings, {len(pages)} pages, {took:.2f} s, "
        f"{1000 * took / len(pages):.1f} ms a page, bare document {beside:.2f} s, ratio {took / beside:.1f}\n"
    )


def main() -> int:
    """Print the figures of the first report with its imports, of the next, and of ever more findings."""
    about = sample()
    result = toolkit().assess(about, datetime.now(UTC))
    first = seconds(lambda: make_report(about, result, texts("ja"), "a4"))
    sys.stdout.write(f"first report of the sample, with imports: {first:.2f} s\n")
    told("sample", about, result)
    for count in (150, 300, 600):
        told(f"{count} faults", about, with_findings(count, about))
    return 0


if __name__ == "__main__":
    sys.exit(main())
