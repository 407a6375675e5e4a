"""How long the report of the sample company takes: the first with imports, the next, and a blank page.

python tests/bench/report.py
"""

import io
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from fumimori.__main__ import make_report, sample, texts, toolkit


def seconds(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def blank() -> None:
    """One empty page by the PDF library alone."""
    from reportlab.pdfgen.canvas import Canvas

    page = Canvas(io.BytesIO())
    page.showPage()
    page.save()


def main() -> int:
    """Print the figures and the ratio of the second report to a blank page."""
    company = sample()
    result = toolkit().assess(company, datetime.now(UTC))
    first, second = (seconds(lambda: make_report(company, result, texts("ja"), "a4")) for _ in range(2))
    blank()
    bare = seconds(blank)
    sys.stdout.write(f"first report {first:.2f} s, second {second:.2f} s, a blank page {bare * 1000:.1f} ms, ")
    sys.stdout.write(f"ratio {second / bare:.0f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
