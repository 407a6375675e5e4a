"""The program as a process of its own: exit code, output, and nothing of this machine's surroundings."""

import subprocess
import sys
from pathlib import Path

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
