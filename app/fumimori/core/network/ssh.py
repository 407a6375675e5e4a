"""SSH as a probe sees it: version, key-exchange lists, authentication methods."""

from typing import Protocol


class SshLook(Protocol):
    """Conversations with SSH servers."""
