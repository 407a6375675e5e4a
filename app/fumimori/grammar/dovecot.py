"""The settings of Dovecot: `doveconf -n` of 2.3 and 2.4, or a file of its own (doveconf(1))."""

from fumimori.grammar.lines import lines_of
from fumimori.model import Record

LINES_MOST = 50_000
DEPTH_MOST = 30


class DovecotSetting(Record):
    """One setting with the blocks that it is in."""

    path: tuple[str, ...]
    """The blocks from the outside, such as `("service imap-login", "inet_listener imap")`."""
    name: str
    value: str


class DovecotConfig(Record):
    """The settings of a Dovecot."""

    version: str = ""
    """As the first line of `doveconf` or `dovecot_config_version` says; empty where neither stands."""
    settings: tuple[DovecotSetting, ...] = ()
    blocks: tuple[tuple[str, ...], ...] = ()
    """Every block by its path, in order, each once."""
    truncated: bool = False

    def get(self, name: str) -> str | None:
        """The last value of `name` outside of all blocks; None where nothing is said about it."""
        found = [setting.value for setting in self.settings if not setting.path and setting.name == name]
        return found[-1] if found else None


def parse_dovecot(text: str) -> DovecotConfig:
    """The settings in `text`; never raises. Values of secrets, which `doveconf` hides, are dropped by the reader."""
    settings: list[DovecotSetting] = []
    blocks: dict[tuple[str, ...], None] = {}
    path: list[str] = []
    version = ""
    for number, line in enumerate(lines_of(text, LINES_MOST)):
        bare = line.strip()
        if number < 3 and bare.startswith("# ") and not version:
            word = bare[2:].partition(" ")[0].rstrip(":")
            version = word[:40] if word[:1].isdigit() else ""
        if not bare or bare.startswith("#"):
            continue
        name, equals, value = bare.partition("=")
        if equals and "{" not in name:
            settings.append(DovecotSetting(path=tuple(path), name=name.strip()[:100], value=value.strip()[:4096]))
        elif bare.endswith("{"):
            if len(path) < DEPTH_MOST:
                path.append(" ".join(bare[:-1].split())[:100])
                blocks.setdefault(tuple(path))
        elif bare == "}" and path:
            path.pop()
    said = next((s.value for s in settings if s.name == "dovecot_config_version" and not s.path), "")
    return DovecotConfig(
        version=said or version,
        settings=tuple(settings),
        blocks=tuple(blocks),
        truncated=text.count("\n") >= LINES_MOST,
    )
