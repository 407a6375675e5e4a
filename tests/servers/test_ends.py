"""A scan that is told to end, in any way, writes what it has and whom it contacted."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unit.cli.process import APP


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_scan_keeps_what_it_has(tmp_path: Path, how: signal.Signals) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = f"127.0.0.1:{silent.getsockname()[1]}"
        command = ["scan", "good.example", "--resolver", resolver, "--control-host", "127.0.0.1", "--json", "x.json"]
        with subprocess.Popen(
            [sys.executable, "-m", "fumimori", *command],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(APP), "LANG": "C.UTF-8"},
            stderr=subprocess.DEVNULL,
        ) as process:
            silent.settimeout(60)
            silent.recv(512)
            time.sleep(0.5)
            process.send_signal(how)
            assert process.wait(20) in (0, 3)
    content = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert content["runs"][0]["contacts"]
