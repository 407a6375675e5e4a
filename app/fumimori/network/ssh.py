"""SSH as a probe sees it: version, key-exchange lists, host key, authentication methods (RFC 4251 to 4254)."""

from typing import Protocol

from fumimori.model import Record

POST_QUANTUM = ("mlkem", "sntrup")
"""How the names of key exchanges begin that also withstand quantum computers."""


class SshService(Record):
    """What an SSH server sent before any login; names of algorithms are untrusted text."""

    address: str
    port: int
    open: bool
    closed: str = ""
    """Why not: `connection_refused`, `connect_timeout`, `no_route`; empty when it is open."""
    untrusted_version: str = ""
    """The identification line, such as `SSH-2.0-OpenSSH_9.2p1 Debian-2`."""
    protocol_1: bool = False
    """The server speaks the broken protocol 1 (also)."""
    key_exchanges: tuple[str, ...] = ()
    host_keys: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    """Both directions, each name once."""
    macs: tuple[str, ...] = ()
    compressions: tuple[str, ...] = ()
    strict_kex: bool = False
    """The server announces the protection against Terrapin (kex-strict-s-v00@openssh.com)."""
    key_exchange: str = ""
    """The exchange that this conversation used; empty when none was common."""
    host_key: str = ""
    """The type of the key that was shown, such as `ssh-ed25519`."""
    host_key_bits: int = 0
    host_key_sha256: str = ""
    """Its fingerprint as OpenSSH prints it, without the prefix."""
    methods: tuple[str, ...] | None = None
    """Ways to log in that were offered to a random user name; None when the conversation did not get so far."""
    none_accepted: bool = False
    """The server let the random name in without any credential; the connection was closed at once."""
    untrusted_banner: str = ""
    error: str = ""
    """Why there are no methods: `no_common_algorithm`, `not_the_protocol`, `bad_packet`, `reply_timeout`,
    `connection_closed`, `connection_reset`, `too_much`; empty when there are."""


class SshClient(Protocol):
    """Conversations with SSH servers."""

    async def ssh_service(self, host: str, address: str, port: int) -> SshService:
        """Version, algorithms, host key and the answer to ONE `none` request with one random user name.

        No key, no password, no second attempt. A port that does not answer is a fact (`open` false). Raises NotObserved
        when something answered that fell silent or closed before its identification line.
        """

    async def ssh_group_size(self, host: str, address: str, port: int) -> int:
        """Bits of the smallest group that the server offers in a group exchange (RFC 4419); 0 without one in common.

        A second conversation, broken off before any key is made. Raises NotObserved when it did not get so far.
        """
