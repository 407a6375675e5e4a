"""What the window remembers between two starts: language, text size, recent files; nothing from mail."""

from pathlib import Path
from typing import Literal

import msgspec

from fumimori.model import Record

RECENT_MAX = 8


class Placement(Record):
    """Where the window stood and how large it was, in logical pixels without the system's frame."""

    left: int
    top: int
    width: int
    height: int
    maximised: bool = False


class Settings(Record):
    """The remembered things."""

    language: str = ""
    scale: int = 100
    theme: Literal["system", "light", "dark"] = "system"
    recent: tuple[str, ...] = ()
    windows: dict[str, Placement] = msgspec.field(default_factory=dict)
    """The window's place on each screen that it was closed on."""

    def with_recent(self, path: Path) -> "Settings":
        """These settings with `path` as the newest of the recent files."""
        name = str(path.absolute())
        others = (known for known in self.recent if known != name)
        return msgspec.structs.replace(self, recent=(name, *others)[:RECENT_MAX])


def load(folder: Path) -> Settings:
    """The settings in `folder`; the usual ones when there are none or they cannot be read."""
    try:
        return msgspec.json.decode((folder / "window.json").read_bytes(), type=Settings)
    except (OSError, msgspec.DecodeError):
        return Settings()


def save(folder: Path, settings: Settings) -> bool:
    """Write the settings, whole and for their owner alone.

    False when the folder does not let us, which is no reason to stop anybody's work.
    """
    from fumimori.store import write_whole

    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "window.json", msgspec.json.encode(settings))
    except OSError:
        return False
    return True
