"""Real Postfix servers that take messages into a mailbox, and hand on what is for somebody else's."""

import os
import pwd
import smtplib
import ssl
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from loopback import daemons
from loopback.toy_ca import ToyCa


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A running server and the one mailbox behind it."""

    address: str
    folder: Path

    def lying(self) -> set[Path]:
        """The messages in it."""
        return set(self.folder.glob("*")) if self.folder.exists() else set()

    def next_after(self, before: set[Path]) -> bytes:
        """The message that comes next; TimeoutError when none does."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if new := self.lying() - before:
                return new.pop().read_bytes()
            time.sleep(0.1)
        raise TimeoutError("nothing was delivered")

    def submit(
        self, message: bytes, sender: str, recipient: str, *, encrypted: bool, newest: ssl.TLSVersion | None = None
    ) -> None:
        """Hand a message to the server as a mail program does; an old one speaks nothing newer than `newest`."""
        with smtplib.SMTP(self.address, 25, local_hostname="mail.example.jp", timeout=20) as client:
            if encrypted:
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                if newest is not None:
                    context.set_ciphers("DEFAULT:@SECLEVEL=0")
                    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                        context.minimum_version = context.maximum_version = newest
                client.starttls(context=context)
            client.sendmail(sender, [recipient], message)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a mailbox is: the server's address and name, and the user and the domain that it takes messages for."""

    address: str
    host: str
    user: str
    domain: str


@contextmanager
def mailbox(folder: Path, place: Place, more: Mapping[str, str]) -> Iterator[Mailbox]:
    """A Postfix with the mailbox at `place`, and `more` settings."""
    for above in (folder, *folder.parents):  # its processes run as somebody else
        if above.stat().st_uid == os.getuid() and str(above).startswith("/tmp/"):
            above.chmod(above.stat().st_mode | 0o011)
    mail = folder / "mail"
    mail.mkdir()
    owner = pwd.getpwnam("postfix")
    os.chown(mail, owner.pw_uid, owner.pw_gid)
    leaf = ToyCa(datetime.now(UTC)).leaf(place.host)
    chain = folder / "chain.pem"
    key = leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(key + leaf.chain_pem)
    settings = {
        "myhostname": place.host,
        "smtpd_data_restrictions": "",
        "smtpd_tls_chain_files": str(chain),
        "smtpd_tls_security_level": "may",
        "smtpd_tls_received_header": "yes",
        "virtual_mailbox_domains": place.domain,
        "virtual_mailbox_base": str(mail),
        "virtual_mailbox_maps": f"static:{place.user}/",
        "virtual_minimum_uid": "1",
        "virtual_uid_maps": f"static:{owner.pw_uid}",
        "virtual_gid_maps": f"static:{owner.pw_gid}",
    }
    services = [
        f"{place.address}:25 inet n - n - - smtpd",
        "virtual unix - n n - - virtual",
        "smtp unix - - n - - smtp",
    ]
    server = daemons.postfix(folder, place.host, services, settings | dict(more))
    try:
        daemons.wait_for(place.address, 25, server)
        yield Mailbox(address=place.address, folder=mail / place.user / "new")
    finally:
        server.stop()
