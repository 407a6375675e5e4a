"""The program as a process of its own: exit code, output, and nothing of this machine's surroundings."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

APP = Path(__file__).resolve().parents[3] / "app"


def fumimori(folder: Path, *arguments: str, seconds: float = 240, **variables: str) -> subprocess.CompletedProcess[str]:
    """The program with these arguments, in an environment that is the same on every machine but for `variables`."""
    environment = {
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(APP),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONWARNINGS": "error",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-m", "fumimori", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


class Started(subprocess.Popen):
    """A program as a desktop starts it, whatever `nohup` or CI ignores; a test that fails does not wait for it."""

    def __init__(self, command: list[str], **options: Any) -> None:
        super().__init__(command, preexec_fn=_usual_signals if os.name == "posix" else None, **options)

    def __exit__(self, kind: type[BaseException] | None, *others: object) -> None:
        """Wait for the end, or bring it about."""
        if kind is not None:
            self.kill()
        super().__exit__(kind, *others)


def _usual_signals() -> None:
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_DFL)
