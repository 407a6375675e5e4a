"""Versions are ordered as makers and Debian order them; `dpkg` is the oracle where it is installed."""

import itertools
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fumimori.grammar.versions import DebianVersion, Upstream, belongs, older

RISING = [
    ["4.9", "4.99", "4.99.1", "4.100", "4.100.1"],
    ["4.0rc1", "4.0", "4.0.1"],
    ["9.2", "9.2p1", "9.2p2", "9.3p1", "10.0p1", "10.2p1"],
    ["2007e.404", "2007f"],
    ["15.1.2507.72", "15.2.221.12", "15.2.1748.49", "15.2.2562.17", "15.2.2562.46"],
    ["100.0.9413", "100.0.9511", "100.0.9526"],
]
DEBIAN = [
    ["1:9.2p1-2+deb12u2", "1:9.2p1-2+deb12u10", "1:10.0p1-7+deb13u4"],
    ["1.0~rc1-1", "1.0-1~deb12u1", "1.0-1", "1.0-1+deb12u1", "1.0-1.1", "1.0-2", "1.0+dfsg-1", "1.0.1-1", "1:0.1-1"],
    ["8.17.1.9-2+deb12u1", "8.17.1.9-2+deb12u2", "8.18.1-6"],
]


@pytest.mark.parametrize("versions", RISING)
def test_makers_count_up(versions):
    for left, right in itertools.combinations(versions, 2):
        assert older(left, right)
        assert not older(right, left)


@pytest.mark.parametrize("versions", DEBIAN)
def test_packages_count_up(versions):
    for left, right in itertools.combinations(versions, 2):
        assert DebianVersion(left) < DebianVersion(right), (left, right)
        assert DebianVersion(right) > DebianVersion(left)


def test_zeros_at_the_end_say_nothing():
    assert Upstream("1.6") == Upstream("1.6.0")
    assert Upstream("9.0p1") == Upstream("9p1")
    assert len({Upstream("1.6"), Upstream("1.6.0")}) == 1
    assert DebianVersion("1.0-01") == DebianVersion("1.0-1")


def test_lines_are_not_mixed_up():
    assert belongs("1.6.11", "1.6")
    assert belongs("1.6", "1.6")
    assert not belongs("1.60.1", "1.6")
    assert belongs("2007e.404", "2007e")


_VERSION = st.from_regex(r"[0-9][0-9a-z.+~]{0,8}(-[0-9a-z.+~]{1,6})?", fullmatch=True)


@given(_VERSION, _VERSION)
def test_the_order_is_an_order(left, right):
    one, other = DebianVersion(left), DebianVersion(right)
    assert (one < other) + (one == other) + (other < one) == 1


@pytest.mark.parametrize(("left", "right"), [pair for each in DEBIAN for pair in itertools.pairwise(each)])
def test_dpkg_agrees(left, right):
    dpkg = shutil.which("dpkg")
    if dpkg is None:
        assert DebianVersion(left) < DebianVersion(right)
        return
    assert subprocess.run([dpkg, "--compare-versions", left, "lt", right], check=False).returncode == 0
