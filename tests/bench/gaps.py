#!/usr/bin/env python3
"""How long the window's thread is busy with itself: the longest gap of a 10 ms timer at each thing that people do.

python3 tests/bench/gaps.py [--times 3] [--findings 300] [--domains 20]

Shows the sample company, offscreen unless QT_QPA_PLATFORM says otherwise; prints the median of the longest gaps in ms,
and of the most processor time that the thread spent in one gap, which other work on the machine lengthens less.
`--findings`: with so many more findings, of every code that there is; `--domains`: with so many more domains.
"""

import argparse
import dataclasses
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import msgspec

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "app"))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if TYPE_CHECKING:
    from fumimori.engine import Judged, Toolkit
    from fumimori.model import Assessment

PARTS = ("title", "saw", "risk", "action", "fix", "confirm")
"""The texts of an outcome."""


def main() -> int:
    """Do everything some times and print the table."""
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("--times", type=int, default=3)
    line.add_argument("--findings", type=int, default=0)
    line.add_argument("--domains", type=int, default=0)
    options = line.parse_args()
    found: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as settings:
        for _ in range(options.times):
            for name, gap in actions(Path(settings), options.findings, options.domains):
                found.setdefault(name, []).append(gap)
    for name, gaps in found.items():
        waited, worked = (statistics.median(column) for column in zip(*gaps, strict=True))
        sys.stdout.write(f"{waited:6.0f} {worked:6.0f}  {name}\n")
    return 0


def actions(settings: Path, findings: int, domains: int) -> list[tuple[str, tuple[float, float]]]:
    """One window from its opening to its end: what was done and the longest gap meanwhile."""
    from PySide6.QtWidgets import QApplication

    from fumimori import __main__ as entry
    from fumimori.gui.program import prepare, read_texts
    from fumimori.gui.session import Session
    from fumimori.gui.settings import Settings, save
    from fumimori.gui.window import Window
    from fumimori.wizard.steps import ROW, Group, Route

    application = QApplication.instance() or QApplication(sys.argv[:1])
    save(settings, Settings(language="ja"))
    services = entry.services(settings)
    if findings:
        services = dataclasses.replace(services, toolkit=cache(partial(with_more, services.toolkit(), findings)))
    prepare(application, services)
    session = Session(services, "ja")
    read_texts(session)  # the program does so beside the window
    window = Window(session)
    window.resize(1160, 820)
    window.show()
    sample = with_domains(entry.sample(), domains)
    routes = [
        *(Route(step.id) for step in ROW if step.group is Group.PREPARATION),
        Route("technician"),
        Route("hub"),
        Route("question", "defaults.admin_passwords"),
        Route("summary", "protocols"),
        Route("summary", "sender_auth"),
        Route("interview", "defaults"),
        Route("open_points"),
        Route("plan"),
    ]
    done = [("open a file", longest(lambda: (session.show(sample), window.go(Route("hub")))))]
    done += [(f"page {route.page} {route.item}".strip(), longest(partial(window.go, route))) for route in routes]
    for name, do in (
        ("language on the plan", window.other_language),
        ("language back", window.other_language),
        ("larger text on the plan", lambda: window.resize_text(1)),
        ("usual text", lambda: window.resize_text(0)),
        ("dark on the plan", lambda: window.use_theme("dark")),
        ("light", lambda: window.use_theme("light")),
        ("help on the plan", window.toggle_help),
        ("help away", window.toggle_help),
    ):
        done.append((name, longest(do)))
    window.go(Route("question", "defaults.admin_passwords"))
    longest(lambda: None)
    for value in ("yes", "partly"):
        done.append((f"answer {value}", longest(partial(session.answer, "defaults.admin_passwords", value))))
    window.close()
    return done


def with_more(tools: "Toolkit", count: int) -> "Toolkit":
    """The toolkit, with so many faults beside what it finds: one code after the other, at one host after the other."""
    from fumimori.__main__ import texts
    from fumimori.model import Outcome, Severity

    say, rules = texts("ja"), tools.rules.outcomes
    bad = [code for code, rule in sorted(rules.items()) if rule.severity >= Severity.LOW]
    found = []
    for at in range(count):
        code, host = bad[at % len(bad)], f"host{at // len(bad)}.example.jp"
        words = "\n".join(line for part in PARTS if say.has(f"{code}.{part}") for line in say.lines(f"{code}.{part}"))
        names = sorted({name for _, name, _, _ in Formatter().parse(words) if name and name != "subject"})
        found.append(Outcome(code=code, subject=host, values=tuple((name, "1") for name in names)))

    class More(type(tools)):
        def judged(self, assessment: "Assessment") -> "Judged":
            judged = super().judged(assessment)
            return dataclasses.replace(judged, outcomes=(*judged.outcomes, *found))

    return More(**{one.name: getattr(tools, one.name) for one in dataclasses.fields(tools) if one.init})


def with_domains(assessment: "Assessment", count: int) -> "Assessment":
    """The assessment with so many more domains in its scope, of which nothing was seen."""
    from fumimori.model import DomainScope

    more = tuple(DomainScope(name=f"further{number}.example.jp") for number in range(count))
    scope = msgspec.structs.replace(assessment.scope, domains=(*assessment.scope.domains, *more))
    return msgspec.structs.replace(assessment, scope=scope)


def longest(do: Callable[[], object]) -> tuple[float, float]:
    """The longest wait of a timer of 10 ms while `do` was done and half a second after, and the most work, in ms."""
    from PySide6.QtCore import QEventLoop, QTimer

    gap, work, last, used = 0.0, 0.0, time.perf_counter(), time.thread_time()

    def tick() -> None:
        nonlocal gap, work, last, used
        now, spent = time.perf_counter(), time.thread_time()
        gap, work, last, used = max(gap, now - last), max(work, spent - used), now, spent

    waiting, timer = QEventLoop(), QTimer()
    timer.timeout.connect(tick)
    timer.start(10)
    QTimer.singleShot(30, do)
    QTimer.singleShot(600, waiting.quit)
    waiting.exec()
    timer.stop()
    return gap * 1000, work * 1000


if __name__ == "__main__":
    sys.exit(main())
