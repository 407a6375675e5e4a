"""The scan's JSON is what its published schema says, and the schema is this version's."""

import json
from datetime import UTC, datetime

import jsonschema
import pytest

from fumimori import __main__ as program
from fumimori import checks as probes
from fumimori import resources
from fumimori.engine.exchange import imported, read_scan, scan_json, schema
from fumimori.engine.scan_limits import NotAScanError
from fumimori.model import Assessment

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def published():
    return json.loads(resources.path("schema/scan.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sample():
    case = program.sample()
    return case, scan_json(case, program.toolkit().assess(case, NOW))


def test_the_published_schema_is_the_one_of_this_version(published):
    assert published == json.loads(json.dumps(schema((*probes.walk(), *probes.readers())))), "run packaging/schema.py"


def test_the_sample_companys_scan_keeps_it(published, sample):
    jsonschema.Draft202012Validator(published).validate(json.loads(sample[1]))


def test_a_scan_that_was_written_can_be_opened_and_comes_to_the_same(sample):
    case, content = sample
    opened = imported(read_scan(content, program.toolkit()), Assessment(id="2", created=NOW))
    tools = program.toolkit()
    before, after = ({(o.code, o.subject) for o in tools.outcomes(one)} for one in (case, opened))
    assert before == after


@pytest.mark.parametrize("content", [b"", b"[]", b'{"schema": "other"}', b"\xff", b"[" * 100_000, b"null"])
def test_what_is_no_scan_is_refused(content):
    with pytest.raises(NotAScanError):
        read_scan(content, program.toolkit())
