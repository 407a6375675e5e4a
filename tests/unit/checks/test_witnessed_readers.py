"""Every outcome of every reader came about from a real document in this session, as far as its witness ran."""

import pytest

from fumimori import checks
from loopback.witnesses import WITNESSED, outcome_names


@pytest.mark.parametrize("reader", checks.readers(), ids=lambda reader: reader.id)
def test_every_outcome_happened(request, reader):
    module = f"test_{reader.id}"
    collected = {item.path.stem for item in request.session.items if item.path.parent == request.path.parent}
    missing = {f"{reader.id}.{word}" for word in outcome_names(reader)} - WITNESSED
    assert not (module in collected and missing), f"{module} never made them happen: {sorted(missing)}"
