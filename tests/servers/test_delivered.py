"""A message that a real Postfix took and delivered is read as it lies in the mailbox."""

import os
import pwd
import smtplib
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fumimori.checks.mail_message.facts import Facts
from loopback import daemons
from loopback.readings import about, handed_over, words_of
from loopback.signed_mail import MESSAGE, dkim_signed, keys_seen
from loopback.toy_ca import ToyCa

ADDRESS = "127.0.77.1"
HOST = "mx.receiver.example"


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The mailbox of b@receiver.example behind a Postfix at ADDRESS."""
    folder = tmp_path_factory.mktemp("postfix")
    for above in (folder, *folder.parents):  # its processes run as somebody else
        if above.stat().st_uid == os.getuid() and str(above).startswith("/tmp/"):
            above.chmod(above.stat().st_mode | 0o011)
    mail = folder / "mail"
    mail.mkdir()
    owner = pwd.getpwnam("postfix")
    os.chown(mail, owner.pw_uid, owner.pw_gid)
    leaf = ToyCa(datetime.now(UTC)).leaf(HOST)
    chain = folder / "chain.pem"
    key = leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(key + leaf.chain_pem)
    settings = {
        "myhostname": HOST,
        "smtpd_data_restrictions": "",
        "smtpd_tls_chain_files": str(chain),
        "smtpd_tls_security_level": "may",
        "smtpd_tls_received_header": "yes",
        "virtual_mailbox_domains": "receiver.example",
        "virtual_mailbox_base": str(mail),
        "virtual_mailbox_maps": "static:b/",
        "virtual_minimum_uid": "1",
        "virtual_uid_maps": f"static:{owner.pw_uid}",
        "virtual_gid_maps": f"static:{owner.pw_gid}",
    }
    services = [f"{ADDRESS}:25 inet n - n - - smtpd", "virtual unix - n n - - virtual"]
    server = daemons.postfix(folder, HOST, services, settings)
    try:
        daemons.wait_for(ADDRESS, 25, server)
        yield mail / "b" / "new"
    finally:
        server.stop()


def delivered(mailbox: Path, message: bytes, *, encrypted: bool) -> bytes:
    """The message as it lies in the mailbox after it went over the wire."""
    before = set(mailbox.glob("*")) if mailbox.exists() else set()
    with smtplib.SMTP(ADDRESS, 25, local_hostname="mail.example.jp", timeout=20) as client:
        if encrypted:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            client.starttls(context=context)
        client.sendmail("sato@example.jp", ["b@receiver.example"], message)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        new = set(mailbox.glob("*")) - before if mailbox.exists() else set()
        if new:
            return new.pop().read_bytes()
        time.sleep(0.1)
    raise TimeoutError("nothing was delivered")


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_delivered_message_keeps_its_signature_and_tells_its_way(mailbox: Path, *, encrypted: bool) -> None:
    lying = delivered(mailbox, dkim_signed(MESSAGE), encrypted=encrypted)
    _, after, outcomes = handed_over(lying, into=about("example.jp", attempts=[keys_seen("s1")]))
    assert words_of(outcomes, "mail_message") == ["dkim_valid"]
    facts = msgspec.json.decode(after.attempts[-1].facts or b"", type=Facts)
    (hop,) = facts.hops
    assert (hop.name, hop.address, hop.by) == ("mail.example.jp", "127.0.0.1", HOST)
    assert (hop.tls, hop.protocol) == (("yes", "ESMTPS") if encrypted else ("no", "ESMTP"))
    assert hop.at is not None
    assert facts.envelope == "example.jp"
