"""Every repair belongs to one kind of proof, or is explained."""

import sys

from fumimori.checks import remediation
from servers.unproved import SHARES, UNPROVED, share


def test_every_repair_is_proved_by_one_kind_of_test_or_explained(capsys):
    every, shares = set(remediation.walk()), [share(what) for what in SHARES]
    assert sum(map(len, shares)) == len(set().union(*shares))
    outside = every - set().union(*shares)
    assert sorted(outside - UNPROVED.keys()) == []
    assert sorted(UNPROVED.keys() - every) == []
    assert all(reason.strip() for reason in UNPROVED.values())
    with capsys.disabled():
        left = len(every) - len(UNPROVED)
        sys.stdout.write(f"\nrepairs: {len(every)}, {left} to be proved, {len(UNPROVED)} explained, 0 neither\n")
