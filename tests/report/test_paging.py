"""From blocks to pages."""

import pytest

from fumimori.report.blocks import Gap, Stack
from fumimori.report.page_style import MM
from fumimori.report.paging import Part, paged


class Filled(Gap):
    """A block of a height that is no white space."""

    optional_at_top = False


@pytest.mark.parametrize("behind", [[], [Gap(5)], [Gap(5), Gap(50)], [Gap(1), Gap(1)]])
def test_white_space_at_the_end_makes_no_page(behind):
    pages = paged([Part("", (Filled(60), Filled(39), *behind)), Part("", (Filled(1),))], 100, 100 * MM)
    assert [len([block for _, block in page.placed if isinstance(block, Filled)]) for page in pages] == [2, 1]


def test_what_may_be_parted_may_be_parted_below_its_heading_too():
    heading = Filled(10)
    heading.keep_next = True
    card = Stack([Filled(20), Filled(20), Filled(20)], cut_from=24)
    pages = paged([Part("", (Filled(40), heading, card))], 100, 100 * MM)
    assert [round(sum(block.height(100) for _, block in page.placed) / MM) for page in pages] == [90, 20]


def test_white_space_between_blocks_ends_a_page_and_begins_none():
    pages = paged([Part("", (Filled(99), Gap(5), Filled(1)))], 100, 100 * MM)
    assert [[type(block) for _, block in page.placed] for page in pages] == [[Filled], [Filled]]
