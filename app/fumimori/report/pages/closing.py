"""T12: how to disagree with a finding, and the terms explained."""

from itertools import zip_longest

from fumimori.report.blocks import Block, Gap, Hairline, Stack
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell, Grid
from fumimori.wording.terms import TERMS, entry


def closing(m: ReportContext) -> list[Block]:
    """The form to dispute a finding and the glossary."""
    entries = [entry(m.wording.texts, term) for term in TERMS]
    half = (len(entries) + 1) // 2
    rows: list[list[Cell]] = [
        [cell for word, meaning in pair for cell in (m.cell(word, bold=True, small=True), m.cell(meaning, small=True))]
        for pair in zip_longest(entries[:half], entries[half:], fillvalue=("", ""))
    ]
    lines = [block for name in m.wording.texts.lines("report.t12.fields") for block in _field(m, name)]
    form = [m.heading("t12.dispute", 3), m.prose(m.say("t12.dispute_text"), m.paper.table), *lines]
    return [
        m.heading("t12.heading"),
        Stack(form),
        Gap(4),
        m.heading("t12.glossary", 3),
        Grid([25, 57, 25, 58], rows, m.paper, row_heads=True, padding=0.15),
        Gap(6),
    ]


def _field(m: ReportContext, name: str) -> list[Block]:
    return [Gap(1.5), m.note(name), Hairline(m.paper.line, millimetres=5)]
