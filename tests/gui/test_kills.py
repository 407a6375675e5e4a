"""A window that is killed loses the last two seconds at most, and its file opens."""

import sys
from pathlib import Path

import pytest

from bench.kills import MOST_LOST_S, kill_once

if sys.platform != "win32":

    @pytest.mark.parametrize("after", [(0.0, 3.0), (0.3, 2.2), (1.1, 2.6), (0.7, 3.4)])
    def test_kill_9_while_typing(tmp_path: Path, after: tuple[float, float]):
        for number, seconds in enumerate(after):
            lost = kill_once(tmp_path / "a.fumimori", number, seconds)
            assert lost.seconds <= MOST_LOST_S, lost
            assert lost.typed > 0

    def test_kill_9_while_evidence_comes_in_and_a_register_is_filled(tmp_path: Path):
        for number, seconds in enumerate((0.1, 2.4)):
            lost = kill_once(tmp_path / "a.fumimori", number, seconds, full=True)
            assert lost.seconds <= MOST_LOST_S, lost
            assert lost.typed > 0
