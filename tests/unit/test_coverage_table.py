"""The table of features names places that are there, and leaves no row of the design's lists out."""

import re
from pathlib import Path

import pytest

from fumimori import checks as probes
from fumimori import resources
from fumimori.__main__ import bank, texts
from fumimori.cli.parser import parser
from loopback.witnesses import outcome_names

ROOT = Path(__file__).resolve().parents[2]
FEATURES = ROOT.parent / "shared/design/features.md"
ROWS = dict(
    line.split("\t") for line in resources.path("rules/coverage.tsv").read_text(encoding="utf-8").splitlines()[1:]
)
LAST = {
    1: range(1, 17),
    2: range(1, 24),
    3: range(1, 36),
    4: (*range(1, 18), *range(20, 32), *range(40, 54), *range(60, 68)),
    5: range(1, 16),
    6: range(1, 22),
    7: range(1, 15),
    8: range(1, 18),
    10: range(1, 12),
}
"""The rows of those of the design's lists that a look from outside is about."""
REFUSED_BY_DESIGN = {"11.8", "13.12"}
PROBES = {probe.id: set(outcome_names(probe)) for probe in (*probes.walk(), *probes.readers())}
QUESTIONS = {question.id for question in bank()}

each_row = pytest.mark.parametrize("row", ROWS)


@each_row
def test_every_file_named_is_there(row):
    named = re.findall(r"[\w/]+\.(?:py|tsv|toml)\b", ROWS[row])
    gone = [name for name in named if not any((base / name).is_file() for base in (ROOT / "app/fumimori", ROOT))]
    assert gone == []


@each_row
def test_every_outcome_named_is_one_of_its_probe(row):
    for probe, rest in re.findall(r"checks/(\w+)/(?:probe|reader)\.py ((?:[a-z0-9_]+, )*[a-z0-9_]+)", ROWS[row]):
        words = rest.split(", ")
        if probe in PROBES and (len(words) > 1 or "_" in words[0]):
            assert set(words) - PROBES[probe] == set(), f"{probe} in {ROWS[row]}"


@each_row
def test_every_question_named_is_in_the_bank(row):
    for rest in re.findall(r"questions? ((?:[a-z_]+\.[a-z_0-9]+(?:, | and )?)+)", ROWS[row]):
        assert set(re.findall(r"[a-z_]+\.[a-z_0-9]+", rest)) - QUESTIONS == set()


@each_row
def test_every_option_named_is_known(row):
    known = parser(texts("en")).format_help() + _scan_help()
    assert [option for option in re.findall(r"--[a-z-]+", ROWS[row]) if option not in known] == []


@each_row
def test_every_row_names_a_place_or_a_reason(row):
    where = ROWS[row]
    place = re.search(r"\.(py|tsv|toml)\b|scan --|questions? [a-z_]+\.[a-z_]+", where)
    reason = re.match(r"refused[a-z ]*: .{20,}", where)
    assert place or reason or row == "8.3", where
    if where.startswith(("asked: ", "inside only: ")):
        assert re.search(r"questions? [a-z_]+\.|scan --", where), where


def test_no_row_of_the_lists_is_left_out():
    """Against the design where it is beside the project, else against the numbers that it had."""
    wanted = _designed() if FEATURES.is_file() else {f"{part}.{row}" for part, rows in LAST.items() for row in rows}
    firsts = {f"A19.{number}" for number in range(1, 19)}
    assert wanted | firsts | REFUSED_BY_DESIGN <= set(ROWS), sorted(wanted - set(ROWS))


def test_the_numbers_kept_here_are_those_of_the_design():
    if FEATURES.is_file():
        assert _designed() == {f"{part}.{row}" for part, rows in LAST.items() for row in rows}


def _scan_help() -> str:
    import contextlib
    import io

    said = io.StringIO()
    with contextlib.redirect_stdout(said), pytest.raises(SystemExit):
        parser(texts("en")).parse_args(["scan", "--help"])
    return said.getvalue()


def _designed() -> set[str]:
    text = FEATURES.read_text(encoding="utf-8")
    tables = {part: text.partition(f"## A{part}.")[2].partition("\n## A")[0] for part in LAST}
    return {row for part, table in tables.items() for row in re.findall(rf"^\| ({part}\.\d+) \|", table, re.MULTILINE)}
