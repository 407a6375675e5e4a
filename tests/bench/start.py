"""How long the window takes from a cold start, against a bare window in the same run: prints both and the ratio.

python tests/bench/start.py [RUNS]      (set QT_QPA_PLATFORM to choose the platform; offscreen where it is not set)
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

_WATCH = """
import sys, time
started = float(sys.argv.pop(1))
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

class FirstPaint(QObject):
    def eventFilter(self, target, event):
        if event.type() == QEvent.Type.Paint and isinstance(target, QWidget) and target.window().isVisible():
            print(time.time() - started, flush=True)
            import os
            os._exit(0)
        return False

run = QApplication.exec
def watched(*arguments):
    watch = FirstPaint()
    QApplication.instance().installEventFilter(watch)
    for window in QApplication.topLevelWidgets():
        window.update()
    return run()
QApplication.exec = watched
"""
_BARE = (
    _WATCH
    + """
from PySide6.QtWidgets import QMainWindow
application = QApplication([])
window = QMainWindow()
window.resize(1024, 700)
window.show()
QApplication.exec()
"""
)
_OURS = (
    _WATCH
    + """
from fumimori.__main__ import main
main([])
"""
)


def seconds(program: str, home: str) -> float:
    """Seconds from the start of the process to the first painted window."""
    environment = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home)
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    line = [sys.executable, "-c", program, repr(time.time())]
    run = subprocess.run(line, capture_output=True, text=True, check=True, timeout=60, env=environment)
    return float(run.stdout.split()[-1])


def main() -> int:
    """Print the medians and their ratio."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as home:
        for program in (_BARE, _OURS):
            seconds(program, home)  # the first run warms the disk's cache for both alike
        pairs = [(seconds(_BARE, home), seconds(_OURS, home)) for _ in range(runs)]
    bare, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(second / first for first, second in pairs)
    line = f"bare window {bare * 1000:.0f} ms, Fumimori {ours * 1000:.0f} ms, ratio {ratio:.2f}, {runs} pairs"
    sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
