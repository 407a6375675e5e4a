"""Facts that the reader `ssh_config` records."""

from fumimori.checks.observations import FactsKey
from fumimori.grammar.sshd_config import MatchBlock
from fumimori.model import Record

KEPT = frozenset(
    {
        *("allowgroups", "allowusers", "authenticationmethods", "ciphers", "denygroups", "denyusers"),
        *("hostkeyalgorithms", "kbdinteractiveauthentication", "kexalgorithms", "listenaddress", "logingracetime"),
        *("macs", "maxauthtries", "passwordauthentication", "permitemptypasswords", "permitrootlogin", "port"),
        *("pubkeyauthentication", "usepam"),
    }
)
"""The keywords that are recorded; nothing else of the file is kept."""


class Facts(Record):
    """The settings of one SSH server."""

    settings: tuple[tuple[str, str], ...]
    """By keywords in lower case, outside of `Match` blocks."""
    matches: tuple[MatchBlock, ...] = ()
    silent: tuple[str, ...] = ()
    """Keywords that decide who gets in and that the text does not mention at all, not even in a comment: it may be a
    piece of the settings only."""
    unread: tuple[str, ...] = ()
    """Files that it includes and that were not handed over with it."""

    def get(self, keyword: str, default: str = "") -> str:
        """The value of `keyword`, or what counts where nothing is said."""
        return next((value for name, value in self.settings if name == keyword), default)


SSH_CONFIG = FactsKey("ssh_config", Facts)
"""Key to read these facts from `Observations`."""
