"""A chain is trusted when a path leads to a root, and when it does not, the reason names what to put right."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from fumimori.grammar.domain_names import name_matches
from fumimori.net.certificates import chain_of, load_roots
from loopback.toy_ca import Leaf, ToyCa, weak_rsa

NAME = "mail.example.jp"


@pytest.fixture(scope="module")
def ca() -> ToyCa:
    return ToyCa()


def judged(ca: ToyCa, leaf: Leaf, *, name: str = NAME):
    ders = [certificate.public_bytes(Encoding.DER) for certificate in (leaf.certificate, *leaf.issuers)]
    return chain_of(ders, name=name, at=ca.now, roots=[ca.root])


def test_a_sound_chain_is_trusted(ca):
    chain = judged(ca, ca.leaf(NAME))
    assert (chain.trusted, chain.trust_error, chain.name_matches) == (True, "", True)
    leaf = chain.certificates[0]
    assert (leaf.key, leaf.key_bits, leaf.signature_hash, leaf.names) == ("ec", 256, "sha256", (NAME,))


def test_trust_and_name_are_told_apart(ca):
    chain = judged(ca, ca.leaf("other.example.jp"))
    assert (chain.trusted, chain.name_matches) == (True, False)


def test_a_wildcard_certificate_is_trusted(ca):
    chain = judged(ca, ca.leaf("*.example.jp"))
    assert (chain.trusted, chain.name_matches) == (True, True)


@pytest.mark.parametrize(
    ("wanted", "how"),
    [
        ("expired", {"days_left": -3}),
        ("not_yet_valid", {"days_left": 90, "lifetime": 30}),
        ("self_signed", {"self_signed": True}),
        ("incomplete", {"with_intermediate": False}),
        ("weak", {"key": weak_rsa()}),
    ],
)
def test_the_reason_names_the_fault(ca, wanted, how):
    chain = judged(ca, ca.leaf(NAME, **how))
    assert (chain.trusted, chain.trust_error) == (False, wanted)


def test_a_sha1_signature_is_weak(ca):
    chain = judged(ca, ca.signed_with_sha1(ca.leaf(NAME)))
    assert (chain.trusted, chain.trust_error, chain.certificates[0].signature_hash) == (False, "weak", "sha1")


def test_a_private_authority_is_an_unknown_issuer(ca):
    stranger = ToyCa(ca.now)
    leaf = stranger.leaf(NAME)
    chain = judged(ca, replace(leaf, issuers=(*leaf.issuers, stranger.root)))
    assert (chain.trusted, chain.trust_error) == (False, "unknown_issuer")


def test_trust_is_that_of_the_moment(ca):
    ders = [c.public_bytes(Encoding.DER) for c in (ca.leaf(NAME).certificate, ca.intermediate)]
    later = chain_of(ders, name=NAME, at=ca.now + timedelta(days=61), roots=[ca.root])
    assert later.trust_error == "expired"


def test_roots_are_read_from_a_file(ca, tmp_path):
    file = tmp_path / "root.pem"
    file.write_bytes(b"# a comment\n" + ca.root_pem + b"-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
    assert load_roots(file) == (ca.root,)


def test_a_file_without_certificates_is_refused(tmp_path):
    file = tmp_path / "none.pem"
    file.write_text("nothing")
    with pytest.raises(ValueError, match="no certificate"):
        load_roots(file)


@pytest.mark.parametrize(
    ("name", "offered", "matches"),
    [
        ("mail.example.jp", "mail.example.jp", True),
        ("MAIL.example.jp.", "mail.Example.jp", True),
        ("mail.example.jp", "*.example.jp", True),
        ("a.mail.example.jp", "*.example.jp", False),
        ("example.jp", "*.example.jp", False),
        ("example.jp", "*.jp", False),
        ("mail.example.jp", "m*.example.jp", False),
        ("mail.example.jp", "*", False),
        ("", "", False),
    ],
)
def test_a_wildcard_is_one_whole_label(name, offered, matches):
    assert name_matches(name, [offered]) is matches


@given(st.lists(st.binary(max_size=300), max_size=4))
def test_absurd_octets_never_raise(ders):
    ca = ToyCa()
    chain = chain_of(ders, name=NAME, at=ca.now, roots=[ca.root])
    assert (chain.trusted, chain.trust_error) == (False, "other")


def test_a_certificate_with_a_broken_octet_never_raises(ca):
    der = bytearray(ca.leaf(NAME).certificate.public_bytes(Encoding.DER))
    for position in range(0, len(der), 3):
        broken = bytes(der[:position] + bytes((der[position] ^ 0xFF,)) + der[position + 1 :])
        chain = chain_of([broken], name=NAME, at=ca.now, roots=[ca.root])
        assert not chain.trusted
