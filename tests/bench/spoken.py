"""What a screen reader on Linux hears of every page, asked over AT-SPI: names, roles, cells, the order of Tab.

dbus-run-session -- python tests/bench/spoken.py [ja|en]      (needs Xvfb and at-spi2-core)

Prints a line for each page; 1 when something that can be used has no name, or a question is not answered.
"""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
DISPLAY = ":97"
LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
ACCESSIBLE, TABLE = "org.a11y.atspi.Accessible", "org.a11y.atspi.Table"
FOCUSABLE, SHOWING = 11, 25
"""Bits of the state (AtspiStateType)."""
USED = frozenset({"push button", "check box", "radio button", "text", "combo box", "link", "menu item", "cell"})
ROUTES = (
    *("start", "organisation", "environment", "consent", "measuring", "confirm", "documents", "round_trip"),
    *("technician", "hub", "question access.admin_list", "question protocols.inventory", "summary protocols"),
    *("interview defaults", "registers", "registers staff", "open_points", "plan", "branding", "report", "exports"),
    *("new", "key"),
)

WINDOW = """
import json, sys, tempfile
from datetime import UTC, datetime
from pathlib import Path
from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication
from fumimori import __main__ as entry
from fumimori.gui.program import prepare
from fumimori.gui.session import Session
from fumimori.gui.window import Window
from fumimori.model import About, Evidence, EvidenceKind, RegisterRow
from fumimori.wizard.steps import Route

language = sys.argv[1]
application = QApplication([])
services = entry.services(Path(tempfile.mkdtemp()))
prepare(application, services)
session = Session(services, language)
window = Window(session)
window.resize(1280, 700)
window.show()
session.show(entry.sample(language))
session.edit(registers=tuple(RegisterRow(id=str(at), register="staff", cells={"name": f"A {at}"}) for at in range(5)))
piece = Evidence(
    number=1, kind=EvidenceKind.FILE, name="list.txt", sha256=session.keep(b"a list"), size=6, added=datetime.now(UTC),
    about=About.QUESTION, subject="access.admin_list",
)
session.edit(evidence=(piece,), evidence_numbers=1)

def told():
    page = window.page
    if session.judging.busy or window.rebuilding.busy or window.sidebar.busy or page is None or page.growing.busy:
        QTimer.singleShot(50, told)
        return
    stops = [stop.mapTo(window, stop.rect().topLeft()) for stop in window.tab_order() if page.isAncestorOf(stop)]
    print(json.dumps([(at.x(), at.y()) for at in stops]), flush=True)

def go():
    words = sys.stdin.readline().split()
    if not words:
        application.quit()
        return
    window.go(Route(*words))
    QTimer.singleShot(200, told)

listening = QSocketNotifier(0, QSocketNotifier.Type.Read)
listening.activated.connect(go)
print("there", flush=True)
application.exec()
"""


class Node(NamedTuple):
    """One thing that can be heard."""

    place: tuple[str, str]
    role: str
    name: str
    state: int

    def has(self, bit: int) -> bool:
        """Whether this state is set."""
        return bool(self.state >> bit & 1)


class Bus:
    """The bus on which programs tell assistive technology what they show."""

    def __init__(self) -> None:
        from jeepney import DBusAddress, Properties, new_method_call
        from jeepney.io.blocking import open_dbus_connection

        self._address, self._properties, self._call = DBusAddress, Properties, new_method_call
        session = open_dbus_connection("SESSION")
        bus = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
        found = session.send_and_get_reply(new_method_call(bus, "GetAddress")).body[0]
        switch = Properties(DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Status"))
        session.send_and_get_reply(switch.set("IsEnabled", "b", value=True))
        self._bus = open_dbus_connection(found)

    def ask(self, place: tuple[str, str], interface: str, method: str, types: str = "", values: tuple = ()) -> Any:
        """The answer to a question; RuntimeError when the program does not answer."""
        message = self._call(self._address(place[1], place[0], interface), method, types or None, values)
        return self._answer(message)[0]

    def read(self, place: tuple[str, str], interface: str, name: str) -> Any:
        """A property."""
        return self._answer(self._properties(self._address(place[1], place[0], interface)).get(name))[0][1]

    def _answer(self, message: Any) -> Any:
        reply = self._bus.send_and_get_reply(message, timeout=30)
        if reply.header.message_type.name == "error":
            raise RuntimeError(reply.body)
        return reply.body

    def nodes(self, place: tuple[str, str]) -> Iterator[Node]:
        """What stands at `place` and everything in it."""
        role, name = self.ask(place, ACCESSIBLE, "GetRoleName"), self.read(place, ACCESSIBLE, "Name")
        low, high = self.ask(place, ACCESSIBLE, "GetState")
        yield Node(place, role, name.strip(), low | high << 32)
        for child in self.ask(place, ACCESSIBLE, "GetChildren"):
            yield from self.nodes(tuple(child))


def heard(bus: Bus, window: "subprocess.Popen[str]", program: tuple[str, str], route: str) -> int:
    """Print what is heard of one page; how much of it has no name."""
    assert window.stdin is not None
    assert window.stdout is not None
    window.stdin.write(f"{route}\n")
    window.stdin.flush()
    stops = json.loads(window.stdout.readline())
    nodes = [node for node in bus.nodes(program) if node.has(SHOWING)]
    nameless = [node for node in nodes if not node.name and (node.role in USED or node.has(FOCUSABLE))]
    cells = 0
    for table in (node for node in nodes if node.role == "table"):
        for row in range(bus.read(table.place, TABLE, "NRows")):
            cell = bus.ask(table.place, TABLE, "GetAccessibleAt", "ii", (row, 0))
            cells += bool(bus.read(tuple(cell), ACCESSIBLE, "Name"))
    upward = sum(below[1] < above[1] - 4 and below[0] <= above[0] for above, below in itertools.pairwise(stops))
    line = (
        f"{route:30} {len(nodes):4} nodes, {len(nameless)} nameless, {cells:2} rows of tables read, "
        f"{len(stops):2} stops, {upward} of them upward\n"
    )
    sys.stdout.write(line + "".join(f"    {node.role}\n" for node in nameless))
    return len(nameless)


def main() -> int:
    """Walk the pages."""
    language = sys.argv[1] if len(sys.argv) > 1 else "ja"
    paths = f"{ROOT / 'app'}:{ROOT / 'tests'}"
    switches = {"DISPLAY": DISPLAY, "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
    environment = {**os.environ, **switches, "PYTHONPATH": paths, "PYTHONFAULTHANDLER": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    screen = subprocess.Popen(["Xvfb", DISPLAY, "-screen", "0", "1280x720x24"], **quiet)
    time.sleep(1)
    launcher = subprocess.Popen([LAUNCHER, "--launch-immediately"], **quiet)
    time.sleep(1)
    try:
        bus = Bus()
        command = [sys.executable, "-c", WINDOW, language]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, env=environment, **pipes) as window:
            window.stdout.readline()
            time.sleep(2)
            root = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
            program = tuple(bus.ask(root, ACCESSIBLE, "GetChildren")[-1])
            nameless = sum(heard(bus, window, program, route) for route in ROUTES)
            window.stdin.close()
    finally:
        launcher.terminate()
        screen.terminate()
    return int(nameless > 0)


if __name__ == "__main__":
    sys.exit(main())
