#!/usr/bin/env python3
"""Pictures of every page: both languages, light and dark, 100 % and 150 %, and a small window.

python3 packaging/tour.py FOLDER [--only PAGE,…] [--quick]

Works offscreen and under a real display; shows the sample company.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "app"))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SIZES = {"": (1160, 820), "-150": (1280, 900), "-small": (1280, 720)}


def main() -> int:
    """Take the pictures that the command line asks for."""
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("folder", type=Path)
    line.add_argument("--only", default="", help="page names, separated by commas")
    line.add_argument("--quick", action="store_true", help="only Japanese light and English dark at 100 %%")
    options = line.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    wanted = {name for name in options.only.split(",") if name}
    shots = [("ja", "light", ""), ("en", "dark", "")]
    if not options.quick:
        shots = [(language, theme, size) for language in ("ja", "en") for theme in ("light", "dark") for size in SIZES]
    for language, theme, size in shots:
        take(options.folder, language, theme, size, wanted)
    return 0


def take(folder: Path, language: str, theme: str, size: str, wanted: set[str]) -> None:
    """All pages in one language, brightness and size."""
    from msgspec import structs
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from fumimori import __main__ as entry
    from fumimori import resources
    from fumimori.core.model import Control
    from fumimori.gui.course import PREPARATION, Route
    from fumimori.gui.desk import Desk
    from fumimori.gui.parts import Parts
    from fumimori.gui.program import prepare
    from fumimori.gui.settings import Settings, save
    from fumimori.gui.widgets.action import ActionCard
    from fumimori.gui.window import Window

    application = QApplication.instance() or QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as settings:
        scale = 150 if size == "-150" else 100
        save(Path(settings), Settings(language=language, scale=scale, theme=theme))
        parts = Parts(
            instruments=entry.instruments,
            texts=entry.texts,
            make_report=entry.make_report,
            sample=entry.sample,
            sample_passphrase=entry.SAMPLE_PASSPHRASE,
            resources=resources.root(),
            settings_folder=Path(settings),
            control_hosts=entry.control_hosts,
        )
        prepare(application, parts)
        desk = Desk(parts, language)
        window = Window(desk)
        window.resize(*SIZES[size])
        window.show()
        routes = [
            ("start", Route("start")),
            ("new", Route("new")),
            ("unlock", Route("unlock", "sample.fumimori")),
            *((page, Route(page)) for page in (*PREPARATION, "hub")),
            ("question", Route("question", "defaults.admin_passwords")),
            ("question-measured", Route("question", "sender_auth.dmarc")),
            ("question-inventory", Route("question", "protocols.inventory")),
            ("question-long", Route("question", "ssh.password_login")),
            ("question-help", Route("question", "defaults.admin_passwords")),
            ("summary", Route("summary", Control.SENDER_AUTH.value)),
            ("interview", Route("interview", Control.DEFAULTS.value)),
            *((page, Route(page)) for page in ("open_points", "plan", "report")),
        ]
        for name, route in routes:
            if wanted and name not in wanted:
                continue
            if desk.assessment is None and route.page not in ("start", "new", "unlock"):
                desk.show(structs.replace(entry.sample(), report_language=language))
            window.go(route)
            if name.endswith("-help"):
                window.toggle_help()
            if name == "plan" and window.page is not None:
                window.page.findChildren(ActionCard)[0].toggle()
            waiting = QEventLoop()
            QTimer.singleShot({"report": 8000, "plan": 400}.get(route.page, 60), waiting.quit)
            waiting.exec()
            base = f"{name}-{language}-{theme}{size}"
            window.grab().save(str(folder / f"{base}.png"))
            if window.page is not None and size == "":
                window.page.grab().save(str(folder / f"{base}-whole.png"))
            if name.endswith("-help"):
                window.toggle_help()
        window.close()


if __name__ == "__main__":
    sys.exit(main())
