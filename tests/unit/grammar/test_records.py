"""The grammars of DMARC, DKIM, MTA-STS and TLS-RPT: the edge cases of their RFCs, and no input that raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fumimori.grammar import dkim, dmarc, mta_sts, tls_rpt
from fumimori.grammar.tags import parse_tags
from fumimori.grammar.uris import parse_uris
from fumimori.network.dns import DnsAnswer, DnsStatus


def walked(domain: str, **texts: str) -> dmarc.DmarcFound:
    """The result of a walk over records by name, dots written as `__`."""
    answers = {
        name.replace("__", "."): DnsAnswer(
            name=name.replace("__", "."), rdtype="TXT", status=DnsStatus.ANSWER, records=(text,)
        )
        for name, text in texts.items()
    }
    return dmarc.found_by_walk(domain, answers)


P = "v=DMARC1; p=reject"


@pytest.mark.parametrize(
    ("domain", "names"),
    [
        ("example.jp", ("example.jp", "jp")),
        ("a.example.co.jp", ("a.example.co.jp", "example.co.jp", "co.jp", "jp")),
        (
            "a.b.c.d.e.f.g.h.i",
            ("a.b.c.d.e.f.g.h.i", "c.d.e.f.g.h.i", "d.e.f.g.h.i", "e.f.g.h.i", "f.g.h.i", "g.h.i", "h.i", "i"),
        ),
    ],
)
def test_the_walk_goes_up_and_jumps_once(domain, names):
    assert dmarc.walk_names(domain) == names


@pytest.mark.parametrize(
    ("domain", "records", "organizational", "at"),
    [
        ("example.jp", {}, "example.jp", ""),
        ("example.jp", {"example__jp": P}, "example.jp", "example.jp"),
        ("a.example.jp", {"example__jp": P}, "example.jp", "example.jp"),
        ("a.example.jp", {"a__example__jp": P, "example__jp": P}, "example.jp", "a.example.jp"),
        ("a.example.jp", {"a__example__jp": P + "; psd=n", "example__jp": P}, "a.example.jp", "a.example.jp"),
        ("a.example.bank", {"bank": P + "; psd=y"}, "example.bank", "bank"),
        ("a.example.bank", {"example__bank": P, "bank": P + "; psd=y"}, "example.bank", "example.bank"),
        ("bank", {"bank": P + "; psd=y"}, "bank", "bank"),
        ("a.b.example.jp", {"b__example__jp": P + "; psd=n", "example__jp": P}, "b.example.jp", "b.example.jp"),
    ],
)
def test_the_organizational_domain(domain, records, organizational, at):
    found = walked(domain, **records)
    assert (found.organizational_domain, found.at) == (organizational, at)


@pytest.mark.parametrize("text", ["v=DMARC1; p=reject; p=none", "v=DMARC1; p=reject; rua=mailto:a@b.example; p=reject"])
def test_a_record_with_a_tag_twice_protects_nothing(text):
    for domain in ("example.jp", "a.example.jp"):
        found = walked(domain, example__jp=text)
        assert (found.written, found.effective) == ("none", "none")


@pytest.mark.parametrize(
    ("text", "own", "sub", "nonexistent"),
    [
        ("p=reject", "reject", "reject", "reject"),
        ("p=reject; sp=none", "reject", "none", "none"),
        ("p=reject; np=none", "reject", "reject", "none"),
        ("p=none; sp=quarantine; np=reject", "none", "quarantine", "reject"),
        ("p=bad; rua=mailto:a@example.jp", "none", "none", "none"),
    ],
)
def test_policies_by_relation(text, own, sub, nonexistent):
    record = dmarc.parse_dmarc("v=DMARC1; " + text)
    assert [record.policy(relation) for relation in ("own", "sub", "nonexistent")] == [own, sub, nonexistent]


@pytest.mark.parametrize(
    ("txt", "true"),
    [
        ("v=DMARC1", True),
        ("v=DMARC1;p=none", True),
        ("v =  DMARC1 ; p=none", True),
        ("V=DMARC1", True),
        (" v=DMARC1", False),
        ("\tv=DMARC1; p=reject", False),
        ("v=DMARC1x", False),
        ("p=none; v=DMARC1", False),
        ("v=dmarc1", False),
    ],
)
def test_what_counts_as_dmarc(txt, true):
    assert dmarc.is_dmarc(txt) is true


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("mailto:a@example.jp", [("mailto", "example.jp", False)]),
        ("MAILTO:a@EXAMPLE.jp!10m", [("mailto", "example.jp", True)]),
        ("mailto:a@example.jp?subject=x", [("mailto", "example.jp", False)]),
        ("https://r.example.jp:8443/x?y", [("https", "r.example.jp", False)]),
        ("http://r.example.jp/", [("", "", False)]),
        ("a@example.jp, mailto:b@example.jp", [("", "", False), ("mailto", "example.jp", False)]),
        ("mailto:@example.jp", [("", "", False)]),
        (",,", []),
    ],
)
def test_report_addresses(value, expected):
    assert [(uri.scheme, uri.domain, uri.size_limit) for uri in parse_uris(value)] == expected


@pytest.mark.parametrize(
    ("pattern", "host", "true"),
    [
        ("mail.example.jp", "mail.example.jp", True),
        ("mail.example.jp", "MAIL.example.jp.", True),
        ("*.example.jp", "mail.example.jp", True),
        ("*.example.jp", "a.mail.example.jp", False),
        ("*.example.jp", "example.jp", False),
        ("example.jp", "mail.example.jp", False),
    ],
)
def test_mx_patterns(pattern, host, true):
    assert mta_sts.covers(pattern, host) is true


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("version: STSv1\nmode: none\nmax_age: 0\n", ""),
        ("version:STSv1\nmode:enforce\nmax_age:86400\nmx:a.example.jp", ""),
        ("mode: none\nmax_age: 0\n", "no_version"),
        ("version: STSv2\nmode: none\nmax_age: 0\n", "no_version"),
        ("version: STSv1\nmax_age: 0\n", "no_mode"),
        ("version: STSv1\nmode: Enforce\nmax_age: 0\nmx: a.test\n", "bad_mode"),
        ("version: STSv1\nmode: none\n", "no_max_age"),
        ("version: STSv1\nmode: none\nmax_age: -1\n", "bad_max_age"),
        ("version: STSv1\nmode: testing\nmax_age: 86400\n", "no_mx"),
        ("version: STSv1\nmode: testing\nmax_age: 86400\nmx: *\n", "bad_mx"),
        ("version: STSv1\nmode: testing\nmax_age: 86400\nmx: m*.example.jp\n", "bad_mx"),
        ("hello\n", "bad_line"),
    ],
)
def test_policy_files(body, fault):
    assert mta_sts.parse_sts_policy(body).fault == fault


def test_a_key_record_may_hold_a_bare_rsa_public_key():
    assert dkim.rsa_bits(b"\x30\x68\x02\x61\x00" + b"\xc1" * 96 + b"\x02\x03\x01\x00\x01") == 768


@pytest.mark.parametrize(
    "der", [b"", b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x02\x01\x01", b"\x30\x02\x30\x00"]
)
def test_what_is_no_key_has_no_bits(der):
    assert dkim.rsa_bits(der) == 0


@given(st.text(max_size=200))
def test_nothing_raises(text):
    parse_tags(text)
    parse_uris(text)
    dkim.parse_dkim(text)
    dmarc.parse_dmarc("v=DMARC1;" + text)
    mta_sts.parse_sts_policy(text)
    mta_sts.parse_sts_record("v=STSv1;" + text)
    tls_rpt.parse_tls_rpt("v=TLSRPTv1;" + text)


@given(st.binary(max_size=200))
def test_no_octets_break_the_key_reader(der):
    assert dkim.rsa_bits(der) >= 0
