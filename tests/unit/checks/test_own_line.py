"""Port 25 outwards means something only in the organisation's own network, and only when it was found out."""

import asyncio

import msgspec
import pytest

from fumimori.checks.contract import ProbeContext
from fumimori.checks.observations import Observations
from fumimori.checks.own_line import probe as own_line
from fumimori.model import Scope, Vantage
from fumimori.network import NotTestableHere
from loopback.fake_network import NOW, FakeNetwork, attempt, rules


def looked(vantage):
    context = ProbeContext(network=FakeNetwork({}), observations=Observations(Scope(), [], vantage), rules=rules())
    facts = asyncio.run(own_line.collect(own_line.LINE, context))
    taken = attempt("own_line", own_line.LINE, facts=msgspec.Raw(msgspec.json.encode(facts)))
    return {outcome.code for outcome in own_line.judge(Observations(Scope(), [taken], vantage), rules())}


@pytest.mark.parametrize(
    ("port25", "inside", "expected"),
    [
        ("open", True, {"own_line.port25_open"}),
        ("blocked", True, {"own_line.port25_closed"}),
        ("open", False, set()),
        ("blocked", False, set()),
    ],
)
def test_the_line(port25, inside, expected):
    assert looked(Vantage(at=NOW, online=True, resolver="x", port25=port25, inside=inside)) == expected


@pytest.mark.parametrize("vantage", [None, Vantage(at=NOW, online=False, resolver="x")])
def test_what_was_not_found_out_is_not_judged(vantage):
    with pytest.raises(NotTestableHere):
        looked(vantage)
