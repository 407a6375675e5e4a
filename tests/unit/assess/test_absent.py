"""Of a domain that does not exist nothing is said but that, and what its registry says about it."""

import pytest

from fumimori.assess.absent import about_existing
from fumimori.checks.mx import probe as mx
from fumimori.model import Outcome
from loopback.fake_network import FakeNetwork, outcomes, scope_of


def test_only_what_is_true_of_a_missing_domain_is_kept() -> None:
    codes = ("mx.no_domain", "dnssec.unsigned", "registration.expired", "client_settings.none")
    said = [Outcome(code=code, subject="gone.example") for code in codes]
    other = [
        Outcome(code="spf.none", subject="there.example"),
        Outcome(code="dnssec.unsigned", subject="there.example"),
    ]
    kept = about_existing([*said, *other])
    assert [one.code for one in kept if one.subject == "gone.example"] == ["mx.no_domain", "registration.expired"]
    assert [one for one in kept if one.subject != "gone.example"] == other


@pytest.mark.parametrize("parked", [False, True])
def test_a_wrong_name_is_told_for_a_parked_domain_too(parked: bool) -> None:  # noqa: FBT001 - the row's own word
    scope = scope_of("example.jp", sends_mail=False if parked else None)
    assert set(outcomes(mx.PROBE, FakeNetwork({"example.com": {}}), scope)) == {"no_domain"}
