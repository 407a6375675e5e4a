"""Texts that once cost exponential or quadratic time, or raised, are read at once; false readings stay mended."""

import time

import pytest

from fumimori.grammar import bimi, caa, dkim, mta_sts, spf, svg
from loopback.fake_network import rules

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" viewBox="0 0 96 {1}"/>'


def profile():
    tables = rules().tables
    return svg.profile(tables["svg_tiny_ps"], tables["svg_tiny_ps_values"])


@pytest.mark.parametrize(
    "read",
    [
        lambda: caa.parse_caa('0 issue "; ' + "a=a" * 1000 + ' b"'),
        lambda: mta_sts.parse_sts_policy("version: STSv1\nmode: x" + " " * 64000 + "y"),
        lambda: svg.read_svg(LOGO.format("0" * 32000 + "x", "1" * 32000 + "x"), profile()),
        lambda: spf.parse_spf("v=spf1 exists:%{d" + "9" * 60000 + "}.example a" + "/" * 60000),
        lambda: spf.parse_spf("v=spf1 a:" + "%{d" * 20000),
    ],
    ids=["caa", "mta_sts", "svg", "spf digits", "spf macros"],
)
def test_hostile_text_is_read_at_once(read):
    start = time.thread_time()
    read()
    assert time.thread_time() - start < 0.5


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("ca.example; a=b", ""),
        (";", ""),
        ("ca.example; a=b;", "issuer"),
        ("; -a=b", "issuer"),
        ("ca..example", "issuer"),
    ],
)
def test_issue_values_are_read_to_the_letter(value, fault):
    assert caa.parse_caa(f'0 issue "{value}"').fault == fault


def test_a_quoted_local_part_may_stand_in_iodef():
    record = caa.parse_caa(r'0 iodef "mailto:\"a b\"@example.com"')
    assert (record.fault, record.value) == ("", 'mailto:"a b"@example.com')


@pytest.mark.parametrize(
    "tail", ["ID=1", "id = 1", "id=1; garbage", "; id=1", "id=1; x" + "y" * 32 + "=1", "id=1; t=="]
)
def test_announcements_are_read_to_the_letter(tail):
    assert mta_sts.parse_sts_record(f"v=STSv1; {tail}").fault


@pytest.mark.parametrize("term", ["exists:%{d0}.example.jp", "a:%{s00}.example.jp"])
def test_a_macro_keeps_one_label_at_least(term):
    assert spf.parse_spf(f"v=spf1 {term} -all").faults


def test_a_modifier_of_a_later_time_may_use_every_letter():
    assert not spf.parse_spf("v=spf1 foo=%{c} -all").faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("v=DKIM1; p=; p=", "repeated_tag"),
        ("v=DKIM1; p=; garbage", "bad_list"),
        ("v=DKIM1; P=AAAA", "no_key"),
        ("h=sha512; p=", "unknown_hash"),
        ("k=unknown; p=", "unknown_kind"),
        ("v=DKIM1; p=", ""),
    ],
)
def test_keys_are_read_to_the_letter(text, fault):
    assert dkim.parse_dkim(text).fault == fault


@pytest.mark.parametrize(
    "rest", ["a=", "l=https://a.example/a.svg; l=", "l=https://a.example/a.svg,https://b.example/b.svg"]
)
def test_a_logo_is_named_once(rest):
    record = bimi.parse_bimi(f"v=BIMI1; {rest}")
    assert record.fault
    assert not record.declined
