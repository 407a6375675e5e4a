"""A message that a real Postfix took and delivered is read as it is in the mailbox, and so is a whole round trip."""

import ssl
from collections.abc import Iterator

import msgspec
import pytest

from fumimori.__main__ import texts
from fumimori.checks.mail_message.facts import Direction, Facts
from fumimori.wording.round_trip import hop_rows, unproved
from loopback.mailboxes import Mailbox, Place, mailbox
from loopback.readings import about, handed_over, words_of
from loopback.signed_mail import MESSAGE, dkim_signed, keys_seen

HOST, OUTSIDE = "mx.receiver.example", "mx.outside.example"


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    """The mailbox of b@receiver.example."""
    place = Place(address="127.0.77.1", host=HOST, user="b", domain="receiver.example")
    old = {"smtpd_tls_protocols": ">=TLSv1", "tls_medium_cipherlist": "DEFAULT:@SECLEVEL=0"}
    with mailbox(tmp_path_factory.mktemp("postfix"), place, old) as running:
        yield running


def delivered(receiver: Mailbox, message: bytes, *, encrypted: bool) -> bytes:
    """The message as it is in the mailbox after it went over the wire."""
    before = receiver.lying()
    receiver.submit(message, "sato@example.jp", "b@receiver.example", encrypted=encrypted)
    return receiver.next_after(before)


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_delivered_message_keeps_its_signature_and_tells_its_way(receiver: Mailbox, *, encrypted: bool) -> None:
    lying = delivered(receiver, dkim_signed(MESSAGE), encrypted=encrypted)
    _, after, outcomes = handed_over(lying, into=about("example.jp", attempts=[keys_seen("s1")]))
    assert words_of(outcomes, "mail_message") == ["dkim_valid"]
    facts = msgspec.json.decode(after.attempts[-1].facts or b"", type=Facts)
    (hop,) = facts.hops
    assert (hop.name, hop.address, hop.by) == ("mail.example.jp", "127.0.0.1", HOST)
    assert (hop.tls, hop.protocol) == (("yes", "ESMTPS") if encrypted else ("no", "ESMTP"))
    assert hop.tls_version == ("TLS 1.3" if encrypted else "")
    assert hop.at is not None
    assert facts.envelope == "example.jp"


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_an_old_hop_and_an_open_end_are_told_of_what_postfix_wrote(receiver: Mailbox, newest: ssl.TLSVersion) -> None:
    """Loopback is no hop over the Internet: only the address that Postfix noted is another in what is read."""
    before = receiver.lying()
    signed = dkim_signed(MESSAGE, length=True)
    receiver.submit(signed, "sato@example.jp", "b@receiver.example", encrypted=True, newest=newest)
    lying = receiver.next_after(before).replace(b"[127.0.0.1]", b"[192.175.48.1]")
    _, _, outcomes = handed_over(lying, into=about("example.jp", attempts=[keys_seen("s1")]))
    assert words_of(outcomes, "mail_message") == ["dkim_length", "dkim_valid", "handed_over_old"]
    old = next(one for one in outcomes if one.code.endswith("handed_over_old"))
    version = {ssl.TLSVersion.TLSv1: "TLS 1.0", ssl.TLSVersion.TLSv1_1: "TLS 1.1"}[newest]
    assert dict(old.values) == {"by": HOST, "version": version}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mailbox, Mailbox]]:
    """The company's server and one outside, each of which hands the other's messages on: out by TLS 1.3, in by 1.2."""
    ours = Place(address="127.0.77.2", host="mail.example.jp", user="sato", domain="example.jp")
    theirs = Place(address="127.0.77.3", host=OUTSIDE, user="b", domain="outside.example")

    def onward(here: Place, there: Place, version: str) -> dict[str, str]:
        return {
            "mynetworks": "127.0.0.1/32",
            "smtp_bind_address": here.address,
            "smtp_tls_security_level": "encrypt",
            "smtp_tls_mandatory_protocols": version,
            "transport_maps": f"inline:{{ {there.domain}=smtp:[{there.address}]:25 }}",
        }

    make = tmp_path_factory.mktemp
    with (
        mailbox(make("ours"), ours, onward(ours, theirs, "TLSv1.3")) as company,
        mailbox(make("theirs"), theirs, onward(theirs, ours, "TLSv1.2")) as outside,
    ):
        yield company, outside


def one(message: bytes) -> tuple[Facts, list[str]]:
    """What was read of a message, and the outcomes that followed."""
    _, after, outcomes = handed_over(message, into=about("example.jp", attempts=[keys_seen("s1")]))
    return msgspec.json.decode(after.runs[-1].attempts[-1].facts or b"", type=Facts), words_of(outcomes, "mail_message")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_round_trip_shows_each_hop_with_its_encryption(both: tuple[Mailbox, Mailbox], language: str) -> None:
    company, outside = both
    t = texts(language)
    before = outside.lying()
    out = MESSAGE.replace(b"b@receiver.example", b"b@outside.example")
    company.submit(dkim_signed(out), "sato@example.jp", "b@outside.example", encrypted=False)
    facts, words = one(outside.next_after(before))
    assert (facts.direction, words) == (Direction.SENT, ["dkim_valid"])
    first, second = hop_rows(t, facts)
    assert first[1] == t("ui.round_trip.way", sender="mail.example.jp [127.0.0.1]", receiver="mail.example.jp")
    assert first[2] == t("ui.round_trip.tls_no")
    assert second[1] == t("ui.round_trip.way", sender="mail.example.jp [127.0.77.2]", receiver=OUTSIDE)
    assert second[2] == "TLS 1.3"
    assert second[4] in [t("ui.round_trip.seconds", count=count) for count in range(20)]
    open_points = unproved(t, facts, words)
    assert t("ui.round_trip.unproved_smime") in open_points
    assert t("ui.round_trip.unproved_certificate") in open_points
    assert t("ui.round_trip.unproved_verdicts", methods=t.listed(("SPF", "DKIM", "DMARC"))) in open_points
    assert t("ui.round_trip.unproved_dkim", selectors="s1") not in open_points
    assert t("ui.round_trip.unproved_dkim", selectors="s1") in unproved(t, facts, ())

    before = company.lying()
    back = b"From: b@outside.example\r\nTo: sato@example.jp\r\nSubject: x\r\n\r\nback\r\n"
    outside.submit(back, "b@outside.example", "sato@example.jp", encrypted=True)
    facts, words = one(company.next_after(before))
    assert (facts.direction, words) == (Direction.RECEIVED, [])
    first, second = hop_rows(t, facts)
    assert (first[2], second[2]) == ("TLS 1.3", "TLS 1.2")
    assert second[1] == t("ui.round_trip.way", sender=f"{OUTSIDE} [127.0.77.3]", receiver="mail.example.jp")
    assert t("ui.round_trip.unproved_others_received") in unproved(t, facts, words)
