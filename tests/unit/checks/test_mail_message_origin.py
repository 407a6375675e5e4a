"""Whose word a message is: what strangers can write proves nothing, and what an S/MIME certificate proves."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fumimori.checks.mail_message.vouching import signed_with
from loopback.readings import NOW, about, handed_over, words_of
from loopback.signed_mail import (
    DOMAIN,
    HOPS,
    MESSAGE,
    arc_sealed,
    dkim_signed,
    keys_seen,
    received,
    smime_signed,
)
from unit.checks.mail_cases import LOGIN, PASSED, facts_of, judged

# --- whose word it is ---------------------------------------------------------------------------------------------

STRANGERS = b"Received: from x.stranger.example ([198.51.100.7]) by mail.example.jp with ESMTP id 9; "
STRANGERS += b"Tue, 24 Nov 2026 10:00:00 +0900\r\n"
"""What our own server wrote on top of a message that a stranger sent in our name."""
OTHER = rsa.generate_private_key(65537, 2048)
FORGERIES = {
    "nothing signed": MESSAGE,
    "signed by somebody else": dkim_signed(domain="sender-service.example"),
    "a signature of ours that does not fit": dkim_signed().replace(b"the invoice", b"another invoice"),
    "verdicts written into it": b"Authentication-Results: mx.receiver.example; " + PASSED + b"\r\n" + HOPS + MESSAGE,
    "verdicts in the name of our server": b"Authentication-Results: mail.example.jp; " + PASSED + b"\r\n" + MESSAGE,
    "a bad verdict": b"Authentication-Results: mail.example.jp; spf=fail; dkim=none; dmarc=fail\r\n" + MESSAGE,
    "a way of its own": LOGIN + MESSAGE,
    "an old way": HOPS.replace(b"TLS1_3", b"TLS1_0") + MESSAGE,
    "an open end that our key did not sign": dkim_signed(key=OTHER, length=True),
    "an open end that was put in": dkim_signed().replace(b"; s=s1", b"; l=3; s=s1"),
    "an old program, the inside and a list": b"X-Mailer: Microsoft Outlook 14.0\r\nX-Originating-IP: 10.1.2.3\r\n"
    b"List-ID: <a.example.jp>\r\n" + MESSAGE,
    "a broken seal": arc_sealed(MESSAGE).replace(b"Subject: Invoice 11", b"Subject: Invoice 12"),
}


@pytest.mark.parametrize("forged", list(FORGERIES.values()), ids=list(FORGERIES))
def test_nothing_follows_from_what_a_stranger_can_write(forged):
    """Our own server took it from a stranger, or nobody did: the file is all there is."""
    for message in (STRANGERS + forged, forged, received(forged)):
        into = about(DOMAIN, attempts=[keys_seen("s1")])
        _, _, outcomes = handed_over(message, into=into, own=False)
        assert words_of(outcomes, "mail_message") == ["unproved"]
        _, _, outcomes = handed_over(message, into=into)
        assert "unproved" not in words_of(outcomes, "mail_message")


def test_what_a_stranger_wrote_around_a_right_signature_does_not_count():
    """A message that we once sent, sent back to us with fields that the signature does not cover."""
    lies = b"Authentication-Results: mx.receiver.example; spf=fail; dmarc=fail\r\nX-Mailer: Microsoft Outlook 14.0\r\n"
    message = STRANGERS + lies + LOGIN + dkim_signed()
    _, _, outcomes = handed_over(message, into=about(DOMAIN, attempts=[keys_seen("s1")]), own=False)
    assert words_of(outcomes, "mail_message") == ["dkim_valid"]


def test_a_seal_and_a_certificate_prove_themselves(authority, tmp_path):
    sealed = received(arc_sealed(MESSAGE))
    _, _, outcomes = handed_over(sealed, into=about(DOMAIN, attempts=[keys_seen("s1")]), own=False)
    assert words_of(outcomes, "mail_message") == ["arc_valid"]
    signed = smime_signed(tmp_path, authority.signer("sato@example.jp"))
    _, _, outcomes = handed_over(signed, into=about(DOMAIN), roots=authority.roots, own=False)
    assert words_of(outcomes, "mail_message") == ["smime_valid"]
    old = authority.signer("sato@example.jp", start=NOW - timedelta(days=800), end=NOW - timedelta(days=3))
    replayed = smime_signed(tmp_path, old)
    _, _, outcomes = handed_over(replayed, into=about(DOMAIN), roots=authority.roots, own=False)
    assert words_of(outcomes, "mail_message") == ["unproved"]


def test_what_the_own_server_wrote_above_everything_counts():
    from_us = MESSAGE.replace(b"b@receiver.example", b"suzuki@example.jp")
    from_others = from_us.replace(b"sato@example.jp", b"c@other.example")
    for server, message, words in (
        (b"mail.example.jp", from_us, ["dkim_passed", "dmarc_passed"]),
        (b"mail.example.jp", from_others, ["incoming_checked"]),
        (b"mx.elsewhere.example", from_us, ["unproved"]),
        (b"mx.elsewhere.example", from_others, ["unproved"]),
    ):
        written = b"Authentication-Results: " + server + b"; " + PASSED + b"\r\n"
        for above, expected in ((written + STRANGERS + message, words), (STRANGERS + written + message, ["unproved"])):
            _, _, outcomes = handed_over(above, into=about(DOMAIN), own=False)
            assert words_of(outcomes, "mail_message") == expected


def test_the_own_server_vouches_for_a_selector():
    written = b"Authentication-Results: mail.example.jp; " + PASSED.replace(b"header.i=@", b"header.d=") + b"\r\n"
    _, after, _ = handed_over(written + STRANGERS + dkim_signed(), into=about(DOMAIN), own=False)
    assert signed_with(facts_of(after), DOMAIN) == {"s1"}
    _, after, _ = handed_over(STRANGERS + written + dkim_signed(), into=about(DOMAIN), own=False)
    assert (signed_with(facts_of(after), DOMAIN), after.scope.domains[0].mail_selectors) == (set(), ("s1",))


# --- S/MIME -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options", [(), ("-nodetach",), ("-keyopt", "rsa_padding_mode:pss"), ("-noattr",), ("-keyid",)]
)
def test_a_signed_message_is_verified_to_its_authority(authority, tmp_path, options):
    signer = authority.signer("sato@example.jp")
    message = smime_signed(tmp_path, signer, *options)
    assert [word for word in judged(message, roots=authority.roots) if word.startswith("smime")] == ["smime_valid"]


def test_a_signed_message_that_was_changed(authority, tmp_path):
    message = smime_signed(tmp_path, authority.signer("sato@example.jp")).replace(b"account 123", b"account 666")
    assert "smime_broken" in judged(message, roots=authority.roots)


def test_certificates_that_others_do_not_accept(authority, tmp_path):
    untrusted = smime_signed(tmp_path, authority.signer("sato@example.jp"))
    assert "smime_untrusted" in judged(untrusted)
    other = smime_signed(tmp_path, authority.signer("suzuki@example.jp"))
    assert "smime_wrong_address" in judged(other, roots=authority.roots)
    old = authority.signer("sato@example.jp", start=NOW - timedelta(days=800), end=NOW - timedelta(days=3))
    assert "smime_expired" in judged(smime_signed(tmp_path, old), roots=authority.roots)
    soon = authority.signer("sato@example.jp", start=NOW - timedelta(days=360), end=NOW + timedelta(days=5))
    assert {"smime_valid", "smime_ends_soon"} <= set(judged(smime_signed(tmp_path, soon), roots=authority.roots))


def test_an_encrypted_message_says_so(authority, tmp_path):
    import subprocess

    certificate, _ = authority.signer("sato@example.jp")
    (tmp_path / "plain").write_bytes(b"secret\r\n")
    made = subprocess.run(
        ["openssl", "cms", "-encrypt", "-aes256", "-in", tmp_path / "plain", certificate],
        check=True,
        capture_output=True,
    ).stdout
    _, after, _ = handed_over(b"From: sato@example.jp\r\nTo: b@c.example\r\n" + made, into=about(DOMAIN))
    assert (facts_of(after).encrypted, facts_of(after).smime) == (True, None)
