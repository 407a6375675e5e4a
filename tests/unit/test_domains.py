"""What people type becomes one form of a domain name, or a clear no."""

import pytest

from fumimori.grammar.domain_names import BadDomainError, ascii_domain, ascii_host, split_host, unicode_domain


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("example.jp", "example.jp"),
        (" Example.JP. ", "example.jp"),
        ("info@example.jp", "example.jp"),
        ("<info@example.jp>", "example.jp"),
        ("mailto:info@example.jp", "example.jp"),
        ("https://www.example.jp/contact?x=1", "www.example.jp"),
        ("日本語.jp", "xn--wgv71a119e.jp"),
        ("受付@日本語.jp", "xn--wgv71a119e.jp"),
        ("ＥＸＡＭＰＬＥ．ｊｐ", "example.jp"),
        ("受付＠ｅｘａｍｐｌｅ．ｊｐ", "example.jp"),
        ("ｈｔｔｐｓ：／／ｗｗｗ．ｅｘａｍｐｌｅ．ｊｐ／", "www.example.jp"),
        ("https：／／example。jp／contact", "example.jp"),
        ("_dmarc.example.jp", "_dmarc.example.jp"),
    ],
)
def test_typed_text_becomes_a_domain(typed: str, name: str) -> None:
    assert ascii_domain(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "localhost",
        "exa mple.jp",
        "-a.jp",
        "a..jp",
        "a" * 64 + ".jp",
        "x." * 130 + "jp",
        "ex\x00.jp",
        "@",
        "…",
        "127.0.0.1",
        "192.0.2.1",
        "http://192.0.2.1/",
        "x\n.com",
        "x.com\n.jp",
        "[::1]",
        "2001:db8::1",
        "example.1",
    ],
)
def test_what_is_no_domain_is_refused(typed: str) -> None:
    with pytest.raises(BadDomainError):
        ascii_domain(typed)


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("mail.example.jp", "mail.example.jp"),
        ("MAIL.example.jp:2222", "mail.example.jp:2222"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_hosts_may_carry_a_port(typed: str, host: str) -> None:
    assert ascii_host(typed) == host


@pytest.mark.parametrize("typed", ["mail.example.jp:0", "mail.example.jp:65536", "mail.example.jp:x", "a:1:2", ""])
def test_what_is_no_host_is_refused(typed: str) -> None:
    with pytest.raises(BadDomainError):
        ascii_host(typed)


@pytest.mark.parametrize(
    "host", ["a.jp:", "a.jp:x", "a.jp:27:33.8Z", "a.jp:0", "a.jp:65536", "a.jp:²", "a.jp:" + "9" * 5000]
)
def test_what_is_no_port_leaves_the_usual_one(host: str) -> None:
    assert split_host(host, 22) == ("a.jp", 22)


def test_split_host_fills_in_the_usual_port() -> None:
    assert [split_host("a.jp", 22), split_host("a.jp:2222", 22)] == [("a.jp", 22), ("a.jp", 2222)]


def test_people_see_their_own_letters() -> None:
    assert [unicode_domain("xn--wgv71a119e.jp"), unicode_domain("xn--a.jp"), unicode_domain("example.jp")] == [
        "日本語.jp",
        "xn--a.jp",
        "example.jp",
    ]
