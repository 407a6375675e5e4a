"""Tables part where they may, and their words are those of the report's language."""

import pytest

from fumimori import resources
from fumimori.assess.mail_path import ROWS
from fumimori.model import Answer, Outcome
from fumimori.report.blocks import Gap, Stack
from fumimori.report.code_block import WHOLE, CodeBlock
from fumimori.report.grid import Grid
from fumimori.report.page_style import MM, PageStyle
from fumimori.report.pages.mail_path import CHIPS, gap
from fumimori.report.pages.servers import _common_name
from fumimori.report.shapes import ChipSign
from fumimori.report.steps import Steps
from fumimori.report.typefaces import Typefaces
from fumimori.wording.report import Wording
from report import example

STEPS = [f"step {number}" for number in range(6)]


@pytest.fixture(scope="module")
def paper():
    faces = Typefaces(resources.path("fonts"))
    return PageStyle(resources.toml("brand/tokens.toml"), faces, paper="a4", body_size_step=0, colour="")


@pytest.fixture(params=["ja", "en"])
def wording(request):
    about = example.assessment()
    return Wording(about, example.result(about), example.texts(request.param), example.ISSUED)


def row_of_steps(paper, *, part_rows):
    rows = [("what", "a fact"), ("fix", Stack([Steps(STEPS, paper.table, paper)], together=False))]
    return Grid([25, 140], rows, paper, row_heads=True, part_rows=part_rows)


def test_a_row_that_may_be_parted_fills_the_page_and_loses_nothing(paper):
    table = row_of_steps(paper, part_rows=True)
    whole = table.height(paper.width)
    head, rest = table.split(paper.width, whole * 0.6)
    assert whole * 0.4 < head.height(paper.width) <= whole * 0.6
    assert head.height(paper.width) + rest.height(paper.width) >= whole
    assert rest.split(paper.width, whole) is None


def test_a_row_that_may_not_be_parted_goes_to_the_next_page(paper):
    table = row_of_steps(paper, part_rows=False)
    head, rest = table.split(paper.width, table.height(paper.width) * 0.6)
    assert head.height(paper.width) < rest.height(paper.width)


def test_a_short_piece_to_copy_stays_whole(paper):
    short, long = (
        CodeBlock("\n".join(["v=spf1 -all"] * count), paper, ground=paper.wash) for count in (WHOLE, WHOLE + 1)
    )
    assert short.split(paper.width, short.height(paper.width) / 2) is None
    assert long.split(paper.width, long.height(paper.width) / 2) is not None


def test_items_of_an_inventory_are_said_in_words(wording):
    question = wording.questions["protocols.inventory"]
    said = wording.answer(
        question, Answer(question=question.id, items=("copier", "Telefax"), value="copier", at=example.MEASURED)
    )
    assert wording.texts("controls.protocols.inventory.option.copier") in said
    assert "Telefax" in said
    assert "copier," not in said


def test_ports_of_one_host_are_drawn_together_and_addresses_are_not_taken_for_ports(wording):
    subjects = ("mx2.example.jp:25", "mx1.example.jp:993", "mx1.example.jp:25", "2001:db8::1", "2001:db8::2")
    said = wording.subjects([Outcome(code="ssh.reachable", subject=subject) for subject in subjects], 9)
    assert said == wording.listed(["2001:db8::1", "2001:db8::2", "mx1.example.jp:25/993", "mx2.example.jp:25"])


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("CN=mx.example.jp,O=Example", "mx.example.jp"),
        ("O=Example,CN=a\\,b,C=JP", "a\\,b"),
        ("O=CN=no,C=JP", "O=CN=no,C=JP"),
        ("O=Example", "O=Example"),
    ],
)
def test_a_certificate_is_called_by_its_common_name(subject, name):
    assert _common_name(subject) == name


def test_sources_without_a_printed_name_are_named_in_both_languages():
    sources = {part for rule in example.rules().outcomes.values() for part in rule.source.split("; ")}
    plain_words = {source for source in sources if source == source.lower() and " " in source and source[0].isalpha()}
    assert "our judgement" in plain_words
    said = example.texts("ja")
    for source in plain_words - {source for source in plain_words if source.startswith("draft-")}:
        assert said.has(f"report.t10.source.{source.replace(' ', '_')}"), source


@pytest.mark.parametrize("size", ["a4", "letter"])
def test_the_state_of_a_stretch_fits_between_its_two_stations(size, wording):
    faces = Typefaces(resources.path("fonts"))
    paper = PageStyle(resources.toml("brand/tokens.toml"), faces, paper=size, body_size_step=0, colour="")
    for protection, chip in CHIPS.items():
        words = wording.texts(f"report.mail_path.{protection}")
        width = ChipSign(chip, words, paper).natural_width()
        for row in ROWS:
            assert width < gap(paper.width, len(row)), words


def grid(paper, rows: int, height: float = 10) -> Grid:
    """A table without a head whose rows are so many points high."""
    return Grid([50], [[Gap(height / MM)] for _ in range(rows)], paper, padding=0)


@pytest.mark.parametrize(
    ("rows", "room", "kept"), [(8, 75, 6), (8, 55, 5), (4, 35, 2), (3, 25, 0), (2, 15, 0), (1, 5, 0)]
)
def test_no_row_is_left_alone_and_a_short_table_stays_whole(paper, rows, room, kept):
    pieces = grid(paper, rows).split(100, room)
    assert (0 if pieces is None else round(pieces[0].height(100) / 10)) == kept


def test_few_high_rows_are_parted(paper):
    pieces = grid(paper, 3, 300).split(100, 650)
    assert pieces is not None
    assert [round(piece.height(100)) for piece in pieces] == [600, 300]
