"""The toy worlds of the tests keep out of each other's way."""

from loopback.domains import addresses


def test_two_worlds_share_no_address():
    assert not set(addresses(10).values()) & set(addresses(11).values())
