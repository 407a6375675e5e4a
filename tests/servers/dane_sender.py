"""A Postfix that sends as one elsewhere does: by DNS alone, with opportunistic DANE (RFC 7672)."""

import re
import smtplib
import time
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from loopback import daemons

_DNS = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
_STATUS = r"{id}: to=<[^>]*>, .* status=(\w+) \((.*)\)"
_TLS = re.compile(r"(Verified|Trusted|Untrusted|Anonymous) TLS connection established to")


class Delivery(StrEnum):
    """How a message came to the other server, the worst first."""

    REFUSED = "refused"
    """It did not: the sender keeps it and tries again."""
    CLEAR = "clear"
    ENCRYPTED = "encrypted"
    VERIFIED = "verified"
    """After the certificate had matched what the signed DNS says."""


class Sender:
    """It takes messages at `address` and knows the names of one resolver; `resolv_conf` is the file that says which."""

    def __init__(self, folder: Path, address: str, resolv_conf: Path, more: Mapping[str, str] | None = None) -> None:
        self.folder, self.address, self.log = folder, address, folder / "postfix.mail.log"
        settings = {
            "myhostname": "sender.example",
            "mynetworks": "127.0.0.0/8",
            "default_transport": "smtp",
            "smtpd_data_restrictions": "",
            "smtpd_peername_lookup": "no",
            "smtp_tls_security_level": "dane",
            "smtp_dns_support_level": "dnssec",
            "smtp_host_lookup": "dns",
            "smtp_tls_loglevel": "1",
            "smtp_tls_connection_reuse": "no",
            "max_use": "1",  # a process keeps TLSA records for as long as it lives
            "default_destination_concurrency_failed_cohort_limit": "1000",
            **(more or {}),
        }
        services = (f"{address}:25 inet n - n - - smtpd", "smtp unix - - n - - smtp")
        line = ("unshare", "--mount", "sh", "-c", _DNS, str(resolv_conf))
        self.daemon = daemons.postfix(folder, "sender.example", services, settings, line)
        daemons.wait_for(address, 25, self.daemon)

    def stop(self) -> None:
        """End it."""
        self.daemon.stop()

    def sent(self, recipient: str) -> Delivery:
        """What becomes of a message to this recipient at the first attempt."""
        begun = len(self.log.read_text())
        with smtplib.SMTP(self.address, timeout=10) as connection:
            connection.ehlo("here.example")
            connection.mail("<>")
            connection.rcpt(recipient)
            reply = connection.data(b"Subject: x\r\n\r\nx\r\n")
        queued = reply[1].decode().rpartition(" ")[2]
        end = time.monotonic() + 20
        while (status := re.search(_STATUS.format(id=queued), lines := self.log.read_text()[begun:])) is None:
            assert time.monotonic() < end, lines
            time.sleep(0.02)
        if status[1] == "deferred" or " said: " not in status[2]:
            return Delivery.REFUSED
        made = _TLS.findall(lines)
        if not made:
            return Delivery.CLEAR
        return Delivery.VERIFIED if made[-1] == "Verified" else Delivery.ENCRYPTED
