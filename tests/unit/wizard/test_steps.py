"""Every step is named once, and the sidebar and the row of Next are made of that."""

import pytest

from fumimori.wizard import steps
from fumimori.wizard.steps import BLOCK, ROW, STEPS, Group, Route, blocks, marked, sidebar


def test_no_step_has_the_name_or_the_page_of_another():
    assert len({one.id for one in STEPS}) == len({one.page for one in STEPS}) == len(STEPS)


def test_what_hangs_under_a_step_hangs_under_one_of_the_row():
    assert {one.under for one in STEPS if one.under} <= {one.id for one in ROW}


def test_the_row_keeps_its_groups_together_in_the_order_of_the_groups():
    groups = [one.group for one in ROW]
    assert groups == sorted(groups, key=list(Group).index)


def test_the_sidebar_offers_the_row_and_every_block_behind_the_hub():
    offered = dict(sidebar())
    assert list(offered) == [Group.PREPARATION, Group.CONTROLS, Group.CONCLUSION]
    assert offered[Group.CONTROLS][: 1 + len(blocks())] == (Route("hub"), *(Route(BLOCK, name) for name in blocks()))
    whole = [route.page for routes in offered.values() for route in routes if route.page != BLOCK]
    assert whole == [one.id for one in ROW if one.group is not Group.START]


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        (Route("plan"), Route("plan")),
        (Route("technician"), Route("confirm")),
        (Route("question", "ssh.used"), Route(BLOCK, "ssh")),
        (Route("summary", "ssh"), Route(BLOCK, "ssh")),
        (Route("interview", "surroundings"), Route(BLOCK, "surroundings")),
        (Route(BLOCK, "ssh"), Route(BLOCK, "ssh")),
    ],
)
def test_one_place_of_the_sidebar_is_marked(route: Route, expected: Route):
    assert marked(route) == expected


def test_where_the_keyboard_begins_makes_no_other_place():
    assert Route("environment", at="domain") == Route("environment")


def test_a_name_that_is_no_step_is_a_mistake():
    with pytest.raises(LookupError):
        steps.step("nowhere")
