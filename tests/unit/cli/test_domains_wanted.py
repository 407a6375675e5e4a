"""Further domains of one run: those that are used, those that are parked, each once, the first one first."""

import pytest

from fumimori import resources
from fumimori.cli.arguments import assessment
from fumimori.cli.files import WrongUseError
from fumimori.cli.parser import parser
from fumimori.texts import Texts

TEXTS = Texts(resources.root(), "en")


def domains(*words):
    options = parser(TEXTS).parse_args(["scan", "example.jp", *words])
    return [(domain.name, domain.sends_mail) for domain in assessment(options, "example.jp", TEXTS).scope.domains]


def test_domains_are_told_apart():
    said = domains("--also-domain", "shop.example.jp", "--parked-domain", "例え.jp", "--also-domain", "shop.example.jp")
    assert said == [("example.jp", None), ("shop.example.jp", None), ("xn--r8jz45g.jp", False)]


def test_the_first_domain_may_be_parked():
    assert domains("--parked-domain", "example.jp") == [("example.jp", False)]


@pytest.mark.parametrize("option", ["--also-domain", "--parked-domain"])
def test_what_is_no_domain_is_wrong_use(option):
    with pytest.raises(WrongUseError, match="x y"):
        domains(option, "x y")


def test_mail_addresses_and_ip_addresses_are_two_things():
    options = parser(TEXTS).parse_args(
        [
            "scan",
            "example.jp",
            "--address",
            "a@example.jp",
            "--sending-address",
            "192.0.2.1",
            "--sending-address",
            "2001:DB8::1",
        ]
    )
    scope = assessment(options, "example.jp", TEXTS).scope
    assert (scope.addresses, scope.sending_addresses) == (("a@example.jp",), ("192.0.2.1", "2001:db8::1"))


def test_what_is_no_ip_address_is_wrong_use():
    with pytest.raises(WrongUseError, match="example"):
        domains("--sending-address", "mx.example.jp")
