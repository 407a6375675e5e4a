"""HTTPS as a probe sees it: one GET, no redirect followed, certificate and all."""

from typing import Protocol

from fumimori.core.model import Record
from fumimori.core.network.tls import CertificateChain


class WebAnswer(Record):
    """The answer to one GET; `status` 0 when the server closed without an HTTP answer."""

    url: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    """Names in lower case; untrusted values."""
    untrusted_body: str = ""
    truncated: bool = False
    chain: CertificateChain | None = None
    tls_error: str = ""
    """A code when no trusted TLS connection came about: `expired`, `wrong_name`, `untrusted`, `handshake`."""


class WebLook(Protocol):
    """HTTP and HTTPS requests."""

    async def get(self, url: str, *, limit: int = 65536) -> WebAnswer:
        """The answer to one GET of `url`: no redirect followed, at most `limit` bytes of body read.

        A certificate that does not hold is reported in `tls_error` (the body is then empty). Raises NotSeen when
        nothing answered.
        """
