"""Names stand in the order in which people look for them."""

import pytest

from fumimori.grammar.order import natural


@pytest.mark.parametrize(
    "names",
    [
        ["shop-2.example", "shop-10.example"],
        ["mail.example:25", "mail.example:110", "mail.example:465"],
        ["192.0.2.8", "192.0.2.9", "192.0.2.31"],
        ["a.example", "a.example:25", "b.example"],
        ["", "7", "a", "a007", "a7", "a" + "9" * 40],
        ["²", "é", "見本2.example", "見本10.example"],
    ],
)
def test_numbers_count_as_numbers(names):
    backwards = names[::-1]
    assert sorted(backwards, key=natural) == names


def test_two_names_never_have_the_same_place():
    names = ["a7", "a07", "a007", "7", "07", "a" * 2000, "a" * 2001]
    assert len({natural(name) for name in names}) == len(names)
