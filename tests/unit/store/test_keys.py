"""Keys are in a real keyring or nowhere; without one the program says so and writes nothing down."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backends import chainer, fail, null
from keyring.errors import InitError, KeyringLocked

from fumimori.store import AssessmentFile, Damaged, NoKeyring, keys, snapshots
from unit.store.example import MemoryKeyring, assessment

TESTS = Path(__file__).parents[2]


@pytest.fixture
def use():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


@pytest.fixture
def memory(use):
    backend = MemoryKeyring()
    use(backend)
    return backend


def saved(place, secret=None):
    with AssessmentFile.create(place, secret) as file:
        file.save(assessment())
    return place


def opened(place, secret=None):
    with AssessmentFile.open(place, secret) as file:
        return file.assessment


def test_without_a_passphrase_the_keyring_opens_the_file(tmp_path, memory):
    assert opened(saved(tmp_path / "a.fumimori")) == assessment()
    assert {len(value) for value in memory.kept.values()} == {64}


def test_the_keyring_tells_no_path(tmp_path, memory):
    saved(tmp_path / "client.fumimori")
    assert "client" not in str(memory.kept)


@pytest.mark.usefixtures("memory")
def test_a_moved_file_still_finds_its_key(tmp_path):
    place = saved(tmp_path / "a.fumimori").rename(tmp_path / "b.fumimori")
    assert opened(place) == assessment()


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("head", [16, 4096])
def test_a_file_with_a_damaged_head_finds_its_key_by_its_place(tmp_path, head):
    place = saved(tmp_path / "a.fumimori")
    content = bytearray(place.read_bytes())
    content[:head] = os.urandom(head)
    place.write_bytes(content)
    with pytest.raises(Damaged) as damage:
        AssessmentFile.open(place, None)
    AssessmentFile.restore(place, damage.value.snapshot)
    assert opened(place).answers == assessment().answers


@pytest.mark.usefixtures("memory")
def test_two_files_have_two_keys(tmp_path):
    first, second = saved(tmp_path / "a.fumimori"), saved(tmp_path / "b.fumimori")
    assert keys.recall(first, first.read_bytes()[:16]) != keys.recall(second, second.read_bytes()[:16])


def test_a_passphrase_takes_the_place_of_the_keyring_and_back(tmp_path, memory):
    place = saved(tmp_path / "a.fumimori")
    with AssessmentFile.open(place, None) as file:
        file.change_secret("word")
    assert (memory.kept, opened(place, "word")) == ({}, assessment())
    with AssessmentFile.open(place, "word") as file:
        file.change_secret(None)
    assert opened(place) == assessment()


@pytest.mark.usefixtures("memory")
def test_a_file_whose_key_is_elsewhere_asks_for_a_passphrase(tmp_path):
    place = saved(tmp_path / "a.fumimori", "word")
    with pytest.raises(NoKeyring) as trouble:
        AssessmentFile.open(place, None)
    assert (trouble.value.code, trouble.value.reason) == ("no_keyring", "no_entry")


class Failing(MemoryKeyring):
    """A keyring that fails in a given way."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def set_password(self, *_):
        raise self.error

    def get_password(self, *_):
        raise self.error


class Plain(MemoryKeyring):
    """A keyring that writes secrets into a text file."""


Plain.__module__ = "keyrings.alt.file"


class Chain(chainer.ChainerBackend):
    """Two keyrings one after the other, the second in plain text."""

    backends = (MemoryKeyring(), Plain())


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        (fail.Keyring(), "absent"),
        (null.Keyring(), "absent"),
        (Failing(KeyringLocked("locked")), "locked"),
        (Failing(InitError("prompt dismissed")), "failed"),
        (Failing(OSError("no bus")), "failed"),
        (Plain(), "unsafe"),
        (Chain(), "unsafe"),
    ],
)
def test_a_keyring_that_keeps_nothing_safe_is_told_and_no_file_is_left(tmp_path, use, backend, reason):
    use(backend)
    with pytest.raises(NoKeyring) as trouble:
        AssessmentFile.create(tmp_path / "a.fumimori", None)
    assert (trouble.value.reason, list(tmp_path.iterdir())) == (reason, [])
    saved(tmp_path / "b.fumimori", "word")
    with pytest.raises(NoKeyring) as trouble:
        AssessmentFile.open(tmp_path / "b.fumimori", None)
    assert trouble.value.reason == reason


@pytest.mark.usefixtures("memory")
def test_a_change_that_the_keyring_refuses_leaves_the_old_secret(tmp_path, use):
    place = saved(tmp_path / "a.fumimori", "word")
    with AssessmentFile.open(place, "word") as file:
        use(null.Keyring())
        with pytest.raises(NoKeyring):
            file.change_secret(None)
    assert opened(place, "word") == assessment()
    assert {path.suffix for path in tmp_path.iterdir()} == {".fumimori", ".snapshots"}
    assert snapshots.all_of(place)


REAL = """
import sys
from pathlib import Path
from unit.store.example import assessment
from fumimori.store import AssessmentFile, NoKeyring
place = Path(sys.argv[1])
try:
    with AssessmentFile.create(place, None) as file:
        file.save(assessment())
    with AssessmentFile.open(place, None) as file:
        print(file.assessment == assessment())
except NoKeyring as error:
    print(error.code, error.reason, place.exists())
"""


def in_a_session(tmp_path, before):
    """What the program prints in a desktop session of its own after the shell line `before`."""
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS")},
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "PYTHONPATH": str(TESTS),
    }
    line = f'{before} exec "$0" -c "$1" "$2"'
    command = ["dbus-run-session", "--", "bash", "-c", line, sys.executable, REAL, str(tmp_path / "a.fumimori")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout


if sys.platform == "linux" and shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session"):

    def test_the_desktop_keyring_keeps_the_key(tmp_path):
        unlock = "eval $(printf pw | gnome-keyring-daemon --unlock --components=secrets);"
        assert in_a_session(tmp_path, unlock) == "True\n"

    def test_a_desktop_keyring_that_nobody_unlocks_is_told(tmp_path):
        code, reason, left = in_a_session(tmp_path, "").split()
        assert (code, left) == ("no_keyring", "False")
        assert reason in ("failed", "locked", "absent")
