"""What a registry sells, by the vectors of https://publicsuffix.org (public domain), private names left out."""

import re
import socket

import pytest
from publicsuffixlist import PublicSuffixList

from fumimori.grammar import suffixes

VECTORS = (
    ("COM", ""),
    ("example.COM", "example.com"),
    ("WwW.example.COM", "example.com"),
    (".com", ""),
    (".example", ""),
    (".example.com", ""),
    (".example.example", ""),
    ("example", ""),
    ("example.example", "example.example"),
    ("b.example.example", "example.example"),
    ("a.b.example.example", "example.example"),
    ("biz", ""),
    ("domain.biz", "domain.biz"),
    ("b.domain.biz", "domain.biz"),
    ("a.b.domain.biz", "domain.biz"),
    ("com", ""),
    ("example.com", "example.com"),
    ("b.example.com", "example.com"),
    ("a.b.example.com", "example.com"),
    ("test.ac", "test.ac"),
    ("mm", ""),
    ("c.mm", ""),
    ("b.c.mm", "b.c.mm"),
    ("a.b.c.mm", "b.c.mm"),
    ("jp", ""),
    ("test.jp", "test.jp"),
    ("www.test.jp", "test.jp"),
    ("ac.jp", ""),
    ("test.ac.jp", "test.ac.jp"),
    ("www.test.ac.jp", "test.ac.jp"),
    ("kyoto.jp", ""),
    ("test.kyoto.jp", "test.kyoto.jp"),
    ("ide.kyoto.jp", ""),
    ("b.ide.kyoto.jp", "b.ide.kyoto.jp"),
    ("a.b.ide.kyoto.jp", "b.ide.kyoto.jp"),
    ("c.kobe.jp", ""),
    ("b.c.kobe.jp", "b.c.kobe.jp"),
    ("a.b.c.kobe.jp", "b.c.kobe.jp"),
    ("city.kobe.jp", "city.kobe.jp"),
    ("www.city.kobe.jp", "city.kobe.jp"),
    ("ck", ""),
    ("test.ck", ""),
    ("b.test.ck", "b.test.ck"),
    ("a.b.test.ck", "b.test.ck"),
    ("www.ck", "www.ck"),
    ("www.www.ck", "www.ck"),
    ("us", ""),
    ("test.us", "test.us"),
    ("www.test.us", "test.us"),
    ("ak.us", ""),
    ("test.ak.us", "test.ak.us"),
    ("www.test.ak.us", "test.ak.us"),
    ("k12.ak.us", ""),
    ("test.k12.ak.us", "test.k12.ak.us"),
    ("www.test.k12.ak.us", "test.k12.ak.us"),
    ("食狮.com.cn", "食狮.com.cn"),
    ("食狮.公司.cn", "食狮.公司.cn"),
    ("www.食狮.公司.cn", "食狮.公司.cn"),
    ("shishi.公司.cn", "shishi.公司.cn"),
    ("公司.cn", ""),
    ("食狮.中国", "食狮.中国"),
    ("www.食狮.中国", "食狮.中国"),
    ("shishi.中国", "shishi.中国"),
    ("中国", ""),
    ("xn--85x722f.com.cn", "xn--85x722f.com.cn"),
    ("xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
    ("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
    ("shishi.xn--55qx5d.cn", "shishi.xn--55qx5d.cn"),
    ("xn--55qx5d.cn", ""),
    ("xn--85x722f.xn--fiqs8s", "xn--85x722f.xn--fiqs8s"),
    ("www.xn--85x722f.xn--fiqs8s", "xn--85x722f.xn--fiqs8s"),
    ("shishi.xn--fiqs8s", "shishi.xn--fiqs8s"),
    ("xn--fiqs8s", ""),
    ("uk.com", "uk.com"),
    ("b.example.uk.com", "uk.com"),
    ("co.uk", ""),
    ("a.example.co.uk", "example.co.uk"),
    ("www.example.co.jp", "example.co.jp"),
    ("tokyo.jp", ""),
    ("chiyoda.tokyo.jp", ""),
    ("x.chiyoda.tokyo.jp", "x.chiyoda.tokyo.jp"),
    ("oslo.no", ""),
    ("mail.example.oslo.no", "example.oslo.no"),
    ("mi.it", ""),
    ("mail.example.mi.it", "example.mi.it"),
    ("mail.example.waw.pl", "example.waw.pl"),
    ("mail.example.warszawa.pl", "example.warszawa.pl"),
    ("mail.example.adv.br", "example.adv.br"),
    ("mail.example.airport.aero", "example.airport.aero"),
    ("example.com.", "example.com"),
    ("mail.example.github.io", "github.io"),
    ("", ""),
    (".", ""),
)


@pytest.mark.parametrize(("name", "part"), VECTORS)
def test_what_a_registry_sells(name, part):
    assert suffixes.registrable_part(name) == part


def test_every_rule_of_the_list_says_what_its_library_says():
    library = PublicSuffixList(only_icann=True)
    rules = sorted(library._publicsuffix)
    for rule in rules:
        for below in ("", "a.", "b.a."):
            name = below + rule.lstrip("!").removeprefix("*.")
            assert suffixes.registrable_part(name) == (library.privatesuffix(name) or "")
    assert len(rules) > 7_000
    assert library._maxlabel < suffixes.RULE_LABELS_MOST


@pytest.mark.parametrize(
    "name", ["xn--", "mail.xn--.jp", "xn--é.jp", "a..jp", "*.ck", "!www.ck", "// x", "a" * 99 + ".jp"]
)
def test_what_is_hardly_a_name_never_raises(name):
    assert suffixes.registrable_part(name).count(".") <= 2


def test_the_list_is_dated_and_asks_nobody(monkeypatch):
    def refuse(*_):
        raise AssertionError("a list of suffixes is read from the disk")

    monkeypatch.setattr(socket, "socket", refuse)
    suffixes._rules.cache_clear()
    suffixes.list_date.cache_clear()
    assert suffixes.registrable_part("mail.example.co.jp") == "example.co.jp"
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", suffixes.list_date())
