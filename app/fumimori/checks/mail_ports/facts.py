"""Facts that the probe `mail_ports` records."""

from fumimori.checks.observations import FactsKey
from fumimori.checks.tls.facts import TlsSupport
from fumimori.model import Record
from fumimori.network.mail import IMPLICIT_TLS_PORTS, MailService
from fumimori.network.tls import CertificateChain


class Side(Record):
    """One address of one port of one mail host."""

    service: MailService
    support: TlsSupport = TlsSupport()

    @property
    def port(self) -> int:
        """The port's number."""
        return self.service.port

    @property
    def chain(self) -> CertificateChain | None:
        """The certificates; None when no handshake was completed."""
        return self.service.chain

    @property
    def leaf(self) -> str:
        """The fingerprint of the certificate; empty when there is none."""
        return self.chain.certificates[0].sha256 if self.chain is not None and self.chain.certificates else ""

    @property
    def tls(self) -> bool:
        """Whether TLS works, by the full handshake or by any hello that was accepted."""
        return bool(self.service.tls_works or self.support.accepted)


class Facts(Side):
    """One port of one mail host: what its first address that answers showed, and the other family's."""

    others: tuple[Side, ...] = ()
    """The same port at an address of the other family (IPv6 besides IPv4)."""

    @property
    def starttls(self) -> bool | None:
        """Whether the change to TLS is offered and works; None where that is not a question or was not seen."""
        if self.service.starttls is None or self.port in IMPLICIT_TLS_PORTS:
            return None
        return self.service.starttls and self.tls


MAIL_PORTS = FactsKey("mail_ports", Facts)
"""Key to read these facts from `Observations`."""
