"""A greeting is recognised by what it says, and whatever shows a version is said to show one; in linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fumimori.checks.products.recognition import recognised, release, shown_version
from loopback.fake_network import rules

BANNERS, HINTS = rules().tables["banners"], rules().tables["os_hints"]

PRODUCTS = [
    ("smtp", "mx.example.jp ESMTP Postfix 3.7.11 (Debian/GNU)", "postfix", "3.7.11", "Debian"),
    ("smtp", "mx.example.jp ESMTP Postfix (Debian/GNU)", "postfix", "", "Debian"),
    ("smtp", "mx.example.jp ESMTP Postfix (2.11.0)", "postfix", "2.11.0", ""),
    ("smtp", "mx.example.jp ESMTP Postfix", "postfix", "", ""),
    (
        "imap",
        "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] Dovecot (Debian) 2.3.19.1 ready.",
        "dovecot",
        "2.3.19.1",
        "Debian",
    ),
    ("imap", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] Dovecot (Ubuntu) ready.", "dovecot", "", "Ubuntu"),
    ("imap", "* OK [CAPABILITY IMAP4rev1] Dovecot DA ready.", "dovecot", "", ""),
    ("imap", "* OK Dovecot ready.", "dovecot", "", ""),
    ("pop3", "+OK Dovecot (Debian) 2.3.19.1 ready.", "dovecot", "2.3.19.1", "Debian"),
    ("pop3", "+OK Dovecot ready. <1896.697170952@mx.example.jp>", "dovecot", "", ""),
    ("imap", "* OK mx Cyrus IMAP 3.6.1-Debian-3.6.1-4+deb12u3 server ready", "cyrus-imapd", "3.6.1", "Debian"),
    ("imap", "* OK mx Cyrus IMAP4 v2.3.7-Invoca-RPM-2.3.7-16.el5_11 server ready", "cyrus-imapd", "2.3.7", ""),
    ("pop3", "+OK mx Cyrus POP3 3.6.1-Debian-3.6.1-4+deb12u3 server ready", "cyrus-imapd", "3.6.1", "Debian"),
    ("smtp", "mx ESMTP Service (Lotus Domino Release 8.5.3FP6) ready at Tue", "domino", "8.5.3FP6", ""),
    ("smtp", "mx ESMTP Service (IBM Domino Build V85_M2_08202008) ready at Tue", "domino", "", ""),
    ("ssh", "SSH-2.0-OpenSSH_6.6.1p1 Ubuntu-2ubuntu2.13", "openssh", "6.6.1p1", "Ubuntu"),
    ("ssh", "SSH-2.0-OpenSSH_5.9p1 Debian-5ubuntu1.10", "openssh", "5.9p1", "Debian"),
    ("ssh", "SSH-2.0-OpenSSH_3.9.1", "openssh", "3.9.1", ""),
]


@pytest.mark.parametrize(("protocol", "greeting", "product", "version", "distribution"), PRODUCTS)
def test_products_are_recognised_as_they_show_themselves(protocol, greeting, product, version, distribution):
    found = recognised(protocol, greeting, BANNERS)
    assert found is not None
    assert (found.product, found.version, found.distribution) == (product, version, distribution)


def test_the_package_tells_the_release():
    cyrus = recognised("imap", "* OK mx Cyrus IMAP 3.6.1-Debian-3.6.1-4+deb12u3 server ready", BANNERS)
    assert (cyrus.evidence, cyrus.package, release(cyrus, HINTS)) == ("A", "3.6.1-4+deb12u3", "12")
    trusty = recognised("ssh", "SSH-2.0-OpenSSH_6.6.1p1 Ubuntu-2ubuntu2.13", BANNERS)
    assert release(trusty, HINTS) == "14.04"


SHOWN = [
    *((protocol, greeting) for protocol, greeting, _, version, _ in PRODUCTS if version and protocol != "ssh"),
    ("smtp", "mx ESMTP Service (IBM Domino Build V85_M2_08202008) ready at Tue"),
    ("smtp", "mx ESMTP SonicWall (9.0.5.2079)"),
    ("smtp", "mx ESMTP UnknownMail 4.2"),
    ("smtp", "mx.example.jp ESMTP Hmail/5.6.8-B2574"),
    ("smtp", "mx.example.jp ESMTP (ExampleServer v10.1.0r3)"),
    ("imap", "* OK mx.example.jp IMAP4rev1 ExampleMail 14.2.0 at Tue"),
    ("pop3", "+OK POP3 server example 3.11 ready <1896.697170952@mx.example.jp>"),
    ("sieve", '"IMPLEMENTATION" "Cyrus timsieved v2.4.17"'),
]
QUIET = [
    ("smtp", "mx1.2.example.jp ESMTP"),
    ("smtp", "mx.google.com ESMTP d9443c01a7336-2e0855bs1i.115 - gsmtp"),
    ("smtp", "mx.example.jp ESMTP ready at Tue, 24 Nov 2026 10:00:00 +0900 (JST)"),
    ("smtp", "mx.example.jp ESMTP [192.0.2.25] at your service, 203.0.113.9"),
    ("smtp", "[192.0.2.25] ESMTP"),
    ("smtp", "mx.example.jp ESMTP ready on 24.11.2026"),
    ("smtp", "mx.example.jp ESMTP ready on 2026.11.24"),
    ("smtp", "mx.example.jp ESMTP mail.2.example.co.jp wants TLSv1.2"),
    ("smtp", "mx.example.jp ESMTP Postfix (Debian/GNU)"),
    ("pop3", "+OK ready <1896.697170952@mx.example.jp>"),
    ("imap", "* OK [CAPABILITY IMAP4rev1 X-EXAMPLE=1.2 AUTH=PLAIN] ready"),
    ("imap", "* OK 192.0.2.10 ready on 24.11.2026"),
    ("smtp", ""),
]


@pytest.mark.parametrize(("protocol", "greeting"), SHOWN)
def test_a_version_that_is_shown_is_told(protocol, greeting):
    assert any(character.isdigit() for character in shown_version(protocol, greeting, BANNERS))


@pytest.mark.parametrize(("protocol", "greeting"), QUIET)
def test_names_addresses_dates_and_stamps_are_no_versions(protocol, greeting):
    assert shown_version(protocol, greeting, BANNERS) == ""


PUMPED = [
    "mx ESMTP SmarterMail " + "/" * 65000,
    "mx ESMTP (PowerMTA(TM) v" + "1." * 32000,
    "* OK mx Cyrus IMAP4 v1." + "1" * 65000,
    "* OK mx Cyrus IMAP4 v1" + ".1" * 32000,
    "+OK mx Zimbra 1.1." + "1" * 65000,
    "+OK mx Cyrus POP3 v1.1-" + "a" * 65000,
    "x-owa-version:" + " " * 65000,
    "x-owa-version:\n" * 4000,
    "<title>" * 9000,
    "<title>" + " " * 65000,
    "a." * 32000,
    "a-" * 32000,
    "1." * 32000,
    "[" * 65000,
    "<" * 65000,
    "\n" * 65000,
]


@pytest.mark.parametrize("greeting", PUMPED, ids=range(len(PUMPED)))
def test_no_greeting_costs_more_than_a_moment(greeting):
    before = time.process_time()
    for protocol in ("smtp", "imap", "pop3", "ssh", "http"):
        recognised(protocol, greeting, BANNERS)
        shown_version(protocol, greeting, BANNERS)
    assert time.process_time() - before < 0.5


@given(st.text(max_size=700), st.sampled_from(["smtp", "imap", "pop3", "sieve"]))
def test_no_greeting_confuses_the_reader(text, protocol):
    assert len(shown_version(protocol, text, BANNERS)) <= 80
