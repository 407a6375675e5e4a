"""HTTPS as a probe sees it: one GET, no redirect followed, certificate and all."""

from typing import Protocol
from urllib.parse import urljoin, urlsplit

from fumimori.model import Record
from fumimori.network.tls import CertificateChain

REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""The answers that lead elsewhere by their Location (RFC 9110 section 15.4)."""
TARGET_MOST = 2000
"""Characters of an address that are followed."""


class WebAnswer(Record):
    """The answer to one GET; `status` 0 when the server closed without an HTTP answer."""

    url: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    """Names in lower case; untrusted values."""
    untrusted_body: str = ""
    truncated: bool = False
    """The body was longer than the limit."""
    incomplete: bool = False
    """The body ended before its announced end, or its pieces could not be distinguished."""
    chain: CertificateChain | None = None
    tls_error: str = ""
    """A code when no trusted TLS connection could be made: `expired`, `wrong_name`, `untrusted`, `handshake`."""
    tls_version: str = ""
    """`tls1.3` and the like; empty for http."""

    def header(self, name: str) -> str:
        """The first header called `name`; empty without one."""
        return next((value for key, value in self.headers if key == name.lower()), "")

    @property
    def target(self) -> str:
        """Where a redirect leads, in full; empty when the answer is not a redirect, or its target is unreadable."""
        if self.status not in REDIRECTS or not self.header("location"):
            return ""
        try:
            target = urljoin(self.url, self.header("location"))
            return target if len(target) <= TARGET_MOST and urlsplit(target).port != 0 else ""
        except ValueError:  # brackets that do not close, an invalid port
            return ""

    @property
    def target_unreadable(self) -> bool:
        """Whether it is a redirect to something that is no address."""
        return self.status in REDIRECTS and bool(self.header("location")) and not self.target


class WebClient(Protocol):
    """HTTP and HTTPS requests."""

    async def get(self, url: str, *, limit: int = 65536, any_certificate: bool = False) -> WebAnswer:
        """The answer to one GET of `url`: no redirect followed, at most `limit` bytes of body read.

        A certificate that does not hold is reported in `tls_error` (the body is then empty, nothing was asked), unless
        `any_certificate` says that the page is to be read anyway: admin pages come with self-made ones.
        Raises NotObserved when nothing answered: as `DnsClient.addresses`, `no_address`, `connection_refused`,
        `connect_timeout`, `reply_timeout`.
        """
