#!/usr/bin/env python3
"""Pictures of every page: both languages, light and dark, 100 % and 150 %, and a small window.

python3 packaging/tour.py FOLDER [--only PAGE,…] [--quick]
python3 packaging/tour.py --readme

Works offscreen and under a real display; shows the sample company. `--readme` makes the pictures in packaging/pictures.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "app"))
if TYPE_CHECKING:
    from fumimori.gui.session import Session
    from fumimori.gui.window import Window

Theme = Literal["light", "dark"]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SIZES = {"": (1160, 820), "-150": (1280, 900), "-small": (1280, 720)}


def main() -> int:
    """Take the pictures that the command line asks for."""
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("folder", type=Path, nargs="?", default=ROOT / "packaging" / "pictures")
    line.add_argument("--readme", action="store_true", help="only the pictures of the README")
    line.add_argument("--only", default="", help="page names, separated by commas")
    line.add_argument("--quick", action="store_true", help="only Japanese light and English dark at 100 %%")
    options = line.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.readme:
        return readme(options.folder)
    wanted = {name for name in options.only.split(",") if name}
    shots: list[tuple[str, Theme, str]] = [("ja", "light", ""), ("en", "dark", "")]
    if not options.quick:
        themes: tuple[Theme, ...] = ("light", "dark")
        shots = [(language, theme, size) for language in ("ja", "en") for theme in themes for size in SIZES]
    for language, theme, size in shots:
        take(options.folder, language, theme, size, wanted)
    return 0


def take(folder: Path, language: str, theme: Theme, size: str, wanted: set[str]) -> None:
    """All pages in one language, brightness and size."""
    from PySide6.QtWidgets import QApplication

    from fumimori import __main__ as entry
    from fumimori.gui.program import prepare
    from fumimori.gui.session import Session
    from fumimori.gui.settings import Settings, save
    from fumimori.gui.theme import LATER_FACES, load_fonts
    from fumimori.gui.widgets.action import ActionCard
    from fumimori.gui.window import Window
    from fumimori.model import Control
    from fumimori.wizard.steps import ROW, Group, Route

    application = cast("QApplication", QApplication.instance() or QApplication(sys.argv[:1]))
    with tempfile.TemporaryDirectory() as settings:
        scale = 150 if size == "-150" else 100
        save(Path(settings), Settings(language=language, scale=scale, theme=theme))
        services = entry.services(Path(settings))
        prepare(application, services)
        load_fonts(services.resources / "fonts", LATER_FACES)
        session = Session(services, language)
        window = Window(session)
        window.resize(*SIZES[size])
        window.show()
        routes = [
            ("start", Route("start")),
            ("new", Route("new")),
            ("unlock", Route("unlock", "sample.fumimori")),
            *((step.id, Route(step.id)) for step in ROW if step.group is Group.PREPARATION),
            ("technician", Route("technician")),
            ("round_trip", Route("round_trip")),
            ("hub", Route("hub")),
            ("environment-several", Route("environment")),
            ("measuring-running", Route("measuring")),
            ("question", Route("question", "defaults.admin_passwords")),
            ("question-measured", Route("question", "sender_auth.dmarc")),
            ("question-inventory", Route("question", "protocols.inventory")),
            ("question-long", Route("question", "ssh.password_login")),
            ("question-help", Route("question", "defaults.admin_passwords")),
            ("summary", Route("summary", Control.SENDER_AUTH.value)),
            ("interview", Route("interview", Control.DEFAULTS.value)),
            *((step.id, Route(step.id)) for step in ROW if step.group is Group.CONCLUSION),
            *((page, Route(page)) for page in ("key", "registers", "branding", "exports", "about")),
            *((f"register-{one}", Route("registers", one)) for one in ("accounts", "senders")),
        ]
        for name, route in routes:
            if wanted and name not in wanted:
                continue
            if session.assessment is None and route.page not in ("start", "new", "unlock"):
                session.show(entry.sample(language))
            if name == "environment-several":
                several(session)
            judged(session)
            window.go(route)
            if name == "measuring-running":
                half_way(session)
            if name.endswith("-help"):
                window.toggle_help()
            if name == "plan" and window.page is not None:
                window.page.findChildren(ActionCard)[with_repair(session)].toggle()
            pause({"report": 8000, "plan": 400}.get(route.page, 60))
            whole(window)
            pictured(window, folder / f"{name}-{language}-{theme}{size}", entire=size == "")
            if name.endswith("-help"):
                window.toggle_help()
            if name == "measuring-running":
                pose(session, running=False)
        window.close()


def pictured(window: "Window", base: Path, *, entire: bool) -> None:
    """The window as it stands, and the `entire` page."""
    window.grab().save(f"{base}.png")
    if window.page is not None and entire:
        window.page.grab().save(f"{base}-whole.png")


def pause(milliseconds: int) -> None:
    """Let the window go on for a while."""
    from PySide6.QtCore import QEventLoop, QTimer

    waiting = QEventLoop()
    QTimer.singleShot(milliseconds, waiting.quit)
    waiting.exec()


def whole(window: "Window") -> None:
    """Let the window go on until everything that it makes in turns is there."""
    while window.sidebar.busy or (window.page is not None and window.page.growing.busy):
        pause(10)
    # What came last gets its place in the turn after.
    pause(20)


def judged(session: "Session") -> None:
    """Let the window go on until what was measured is judged."""
    while session.judging.busy:
        pause(10)


def several(session: "Session") -> None:
    """Two more domains, one of which nobody sends from."""
    from msgspec import structs

    from fumimori.model import DomainScope

    first = session.open.scope.domains[0]
    more = (DomainScope(name="shop.mihon.example", sends_mail=True), DomainScope(name="xn--r8jz45g.example"))
    scope = structs.replace(session.open.scope, domains=(first, *more))
    session.show(structs.replace(session.open, scope=scope))


def half_way(session: "Session") -> None:
    """The recorded measurement as it stands half-way through it."""
    from fumimori.engine import Progress

    measuring, attempts = session.measuring, session.open.attempts
    states = ("running", "done", "waiting", "done", "done", "done")
    for number, one in enumerate(attempts):
        state = states[number % len(states)]
        status, reason = (one.status, one.reason) if state == "done" else (None, "")
        entry = Progress(probe=one.probe, subject=one.subject, state=state, status=status, reason=reason)
        measuring.progress[one.probe, one.subject] = entry
    measuring.done = sum(entry.state == "done" for entry in measuring.progress.values())
    measuring.total = len(measuring.progress)
    pose(session, running=True)


def pose(session: "Session", *, running: bool) -> None:
    """Have the pages show a measurement under way, without one."""
    session.measuring._judged_next = running  # noqa: SLF001 - the page is posed, not measured
    session.measuring.changed.emit()


def with_repair(session: "Session") -> int:
    """The place in the plan of the first action that has something to copy; 0 when there is none."""
    repair = session.services.repairs(session.result, session.open)
    actions = enumerate(session.result.actions)
    return next((at for at, one in actions if any(repair(each).snippets for each in one.findings)), 0)


def readme(folder: Path) -> int:
    """The overview of the sample company, and the second page of its report, in English."""
    from datetime import UTC, datetime

    import pypdfium2
    from PIL import Image, ImageOps

    from fumimori import __main__ as entry

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as taken:
        take(Path(taken), "en", "light", "", {"hub"})
        with Image.open(Path(taken) / "hub-en-light.png") as picture:
            picture.convert("RGB").save(folder / "hub-en.png", optimize=True)
    assessment = entry.sample("en")
    result = entry.toolkit().assess(assessment, datetime.now(UTC).astimezone())
    document = pypdfium2.PdfDocument(entry.make_report(assessment, result, entry.texts("en"), "a4"))
    sheet = document[1].render(scale=90 / 72).to_pil().convert("RGB")
    document.close()
    ImageOps.expand(sheet, border=1, fill="#D9D6CF").save(folder / "report-en.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
