"""Very different reports as PDF, with a contact sheet of all pages each, so that people can look at them.

python packaging/gallery.py FOLDER [NAME …]
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import msgspec
import pypdfium2
from PIL import Image

from fumimori.__main__ import bank, make_report, rules, sample, texts, toolkit
from fumimori.assess.judging import assess
from fumimori.model import (
    Answer,
    Assessment,
    Confidence,
    Credit,
    DomainScope,
    Hosting,
    Organisation,
    Outcome,
    Result,
    Severity,
    Status,
)

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
ACROSS = 6
SCALE = 0.7
"""Of the pages on a contact sheet: 1 is 72 dots an inch."""
HOSTILE = "<b>見本</b> & \u202egnp.exe\u2066 ）」。、(Tj) ET Q =1+1"

VALUES: dict[str, str | int] = {
    "day": "2026-12-20",
    "date": "2026-12-20",
    "port": 443,
    "ports": "443",
    "path": "/admin",
}
"""What some placeholders of the texts stand for; a number else."""

Made = tuple[Assessment, Result]


def judged(about: Assessment, said: tuple[Outcome, ...] | None = None) -> Made:
    """The assessment with what follows from it, or from outcomes that are only said."""
    if said is None:
        return about, toolkit().assess(about, NOW)
    return about, assess(about, bank(), rules(), said, NOW)


def faults(hosts: tuple[str, ...], each: int) -> tuple[Outcome, ...]:
    """The first `each` kinds of faults, on every host."""
    codes = [code for code, rule in sorted(rules().outcomes.items()) if rule.severity >= Severity.LOW][:each]
    return tuple(Outcome(code=code, subject=host, values=named(code, host)) for code in codes for host in hosts)


def named(code: str, host: str) -> tuple[tuple[str, str | int], ...]:
    """A value for each placeholder in the texts of a check's outcome, as its judge would give it."""
    say = texts("en")
    keys = [f"checks.{code}.{part}" for part in ("title", "saw", "risk", "action", "fix", "confirm")]
    words = "\n".join(line for key in keys if say.has(key) for line in say.lines(key))
    names = {name for _, name, _, _ in Formatter().parse(words) if name and name != "subject"}
    return tuple(
        (name, host if name.startswith(("host", "name", "domain")) else VALUES.get(name, 12)) for name in sorted(names)
    )


def answered(credit: Credit) -> tuple[Answer, ...]:
    """Every question answered by its first option with this credit."""
    given = ((one.id, next((o.id for o in one.options if o.credit is credit), None)) for one in bank())
    return tuple(
        Answer(question=name, value=value, at=NOW, confidence=Confidence.CONFIRMED) for name, value in given if value
    )


def many_domains(about: Assessment) -> Made:
    """Twenty domains with faults in each."""
    names = tuple(f"shop-{number}.example" for number in range(20))
    scope = msgspec.structs.replace(about.scope, domains=tuple(DomainScope(name=name) for name in names))
    return judged(msgspec.structs.replace(about, scope=scope), faults(names, 40))


def offline(about: Assessment) -> Made:
    """A measurement that reached nothing."""
    runs = tuple(
        msgspec.structs.replace(
            run,
            vantage=msgspec.structs.replace(run.vantage, online=False) if run.vantage else None,
            contacts=(),
            attempts=tuple(
                msgspec.structs.replace(one, status=Status.NOT_TESTABLE_HERE, reason="offline", facts=None, evidence=())
                for one in run.attempts
            ),
        )
        for run in about.runs
    )
    return judged(msgspec.structs.replace(about, runs=runs, answers=()))


def of_name(about: Assessment, name: str) -> Made:
    """The company under another name."""
    return judged(msgspec.structs.replace(about, organisation=Organisation(name=name)))


def hosted(about: Assessment) -> Made:
    """The company on hosted Microsoft 365."""
    domains = tuple(
        msgspec.structs.replace(one, hosting=Hosting.MICROSOFT, hosting_confirmed=True) for one in about.scope.domains
    )
    scope = msgspec.structs.replace(about.scope, domains=domains)
    return judged(msgspec.structs.replace(about, scope=scope))


LONG = {
    "ja": "株式会社" + "非常に長い名前の会社" * 8,
    "en": "A Company of " + "Considerably " * 6 + "Long Names Limited",
}
"""A name by language."""

ASSESSMENTS: dict[str, Callable[[Assessment], Made]] = {
    "sample": judged,
    "many_domains": many_domains,
    "many_findings": lambda about: judged(about, faults(tuple(f"host{n}.example" for n in range(5)), 60)),
    "not_measured": lambda about: judged(msgspec.structs.replace(about, runs=())),
    "perfect": lambda about: judged(msgspec.structs.replace(about, answers=answered(Credit.MET), runs=()), ()),
    "offline": offline,
    "hostile": lambda about: of_name(about, HOSTILE),
    "long_names": lambda about: of_name(about, LONG[about.report_language]),
    "quick": lambda about: judged(msgspec.structs.replace(about, quick=True, runs=(), answers=())),
    "hosted": hosted,
}
"""What each makes of the sample company as the language names it."""


def contact_sheet(content: bytes) -> Image.Image:
    """All pages beside and below each other."""
    with pypdfium2.PdfDocument(content) as document:
        pages = [page.render(scale=SCALE).to_pil() for page in document]
    width, height = pages[0].size
    sheet = Image.new("RGB", (width * ACROSS, height * -(-len(pages) // ACROSS)), "grey")
    for number, page in enumerate(pages):
        sheet.paste(page, (number % ACROSS * width, number // ACROSS * height))
    return sheet


def main(folder: Path, names: list[str]) -> int:
    """Make every report in both languages, or only those of these names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or ASSESSMENTS:
        for language in ("ja", "en"):
            about, result = ASSESSMENTS[name](sample(language))
            content = make_report(about, result, texts(language), "a4")
            (folder / f"{name}-{language}.pdf").write_bytes(content)
            contact_sheet(content).save(folder / f"{name}-{language}.png")
            sys.stdout.write(f"{name} {language}: {len(content)} bytes\n")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
