"""`fumimori collector` writes the script that is in the resources, and overwrites no assessment."""

import pytest

from fumimori import resources
from unit.cli.process import fumimori


@pytest.mark.parametrize(("more", "name"), [((), "collect.sh"), (("--windows",), "collect.ps1")])
def test_the_script_is_written_as_it_is_tested(tmp_path, more, name):
    done = fumimori(tmp_path, "collector", *more, "--out", "script")
    assert done.returncode == 0
    assert (tmp_path / "script").read_bytes() == (resources.path("collect") / name).read_bytes()
    assert "script" in done.stderr


def test_it_asks_where_to(tmp_path):
    assert fumimori(tmp_path, "collector").returncode == 2
