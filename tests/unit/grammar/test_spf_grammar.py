"""The SPF grammar takes what RFC 7208 section 12 takes, names the fault in what it does not, and never raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fumimori.grammar.spf import Qualifier, is_spf, parse_spf


@pytest.mark.parametrize(
    "term",
    [
        "all",
        "+all",
        "-ALL",
        "include:example.jp",
        "include:%{d}.example.jp",
        "include:_spf.example.jp.",
        "a",
        "a/24",
        "a//64",
        "a/24//64",
        "a:example.jp/24//64",
        "mx:example.jp/0",
        "ptr",
        "ptr:example.jp",
        "ip4:192.0.2.1",
        "ip4:192.0.2.0/24",
        "ip6:2001:db8::/32",
        "ip6:::ffff:192.0.2.1",
        "exists:%{ir}.%{v}._spf.%{d2}",
        "exists:%{l1r+-}._spf.%{d}",
        "redirect=example.jp",
        "exp=explain.%{d}",
        "ra=postmaster",
        "moo=",
    ],
)
def test_good_terms(term):
    assert parse_spf(f"v=spf1 {term}").faults == ()


@pytest.mark.parametrize(
    ("term", "code"),
    [
        ("all:example.jp", "unexpected_value"),
        ("all/24", "unexpected_value"),
        ("include", "missing_value"),
        ("include:", "missing_value"),
        ("include:jp", "bad_domain"),
        ("include:example.123", "bad_domain"),
        ("include:example.jp/24", "bad_domain"),
        ("include:ex ample", "bad_domain"),
        ("exists", "missing_value"),
        ("exists:%{z}.example.jp", "bad_domain"),
        ("exists:%d.example.jp", "bad_domain"),
        ("ptr:", "missing_value"),
        ("a:", "bad_domain"),
        ("a/33", "bad_prefix"),
        ("a/024", "bad_prefix"),
        ("a//129", "bad_prefix"),
        ("ip4", "missing_value"),
        ("ip4:", "missing_value"),
        ("ip4:192.0.2", "bad_network"),
        ("ip4:192.0.2.256", "bad_network"),
        ("ip4:192.0.2.1/", "bad_prefix"),
        ("ip4:2001:db8::1", "bad_network"),
        ("ip6:192.0.2.1", "bad_network"),
        ("ip6:2001:db8::1%eth0", "bad_network"),
        ("ipv4:192.0.2.1", "unknown_mechanism"),
        ("example.jp", "unknown_mechanism"),
        ("-", "bad_term"),
        ("192.0.2.1", "bad_term"),
        ("redirect=", "missing_value"),
        ("redirect=jp", "bad_domain"),
        ("moo=%q", "bad_macro"),
    ],
)
def test_bad_terms(term, code):
    assert parse_spf(f"v=spf1 {term}").faults[0].code == code


def test_a_repeated_redirect_is_a_fault():
    faults = parse_spf("v=spf1 redirect=a.test redirect=b.test").faults
    assert [fault.code for fault in faults] == ["repeated_modifier"]


@pytest.mark.parametrize(
    ("txt", "true"),
    [
        ("v=spf1", True),
        ("v=spf1 -all", True),
        ("V=SPF1 -all", True),
        ("v=spf10", False),
        ("v=spf1;", False),
        (" v=spf1", False),
        ("", False),
    ],
)
def test_what_counts_as_spf(txt, true):
    assert is_spf(txt) is true


def test_the_first_all_ends_the_record():
    record = parse_spf("v=spf1 a ~all mx -all")
    assert record.ending is Qualifier.SOFTFAIL
    assert [directive.text for directive in record.effective] == ["a", "~all"]


@given(st.text(max_size=300))
def test_nothing_raises(text):
    parse_spf("v=spf1 " + text)
