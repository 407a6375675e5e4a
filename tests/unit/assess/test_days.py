"""A day is read only where nobody could mean another one."""

from datetime import date

import pytest

from fumimori.model.days import iso_day, typed_day


@pytest.mark.parametrize("text", ["2026-12-31", " 2026-12-31 "])
def test_an_iso_day_is_read(text):
    assert (iso_day(text), typed_day(text)) == (date(2026, 12, 31), date(2026, 12, 31))


@pytest.mark.parametrize(
    "text", ["2026/12/31", "2026.12.31", "2026年12月31日", "２０２６－１２－３１", "2026年１２月31日"]
)
def test_what_people_type_with_the_year_first_is_read_when_they_type_it(text):
    assert (iso_day(text), typed_day(text)) == (None, date(2026, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31.12.2025",
        "3/4/2026",
        "2026-13-01",
        "2026-02-30",
        "20261231",
        "2026-W53-4",
        "来年3月",
        "9999",
        "0000-01-01",
    ],
)
def test_what_is_no_day_is_none(text):
    assert (iso_day(text), typed_day(text)) == (None, None)
