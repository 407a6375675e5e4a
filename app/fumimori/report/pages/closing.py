"""T12: how to disagree with a finding, and twelve words explained."""

from fumimori.report.blocks import Block, Gap, Hairline, Stack
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell, Grid


def closing(m: ReportContext) -> list[Block]:
    """The form to dispute a finding and the glossary."""
    names = m.wording.texts.lines("report.t12.words")
    meanings = m.wording.texts.lines("report.t12.meanings")
    rows: list[list[Cell]] = [[m.cell(name, bold=True), meaning] for name, meaning in zip(names, meanings, strict=True)]
    lines = [block for name in m.wording.texts.lines("report.t12.fields") for block in _field(m, name)]
    form = [m.heading("t12.dispute", 3), m.prose(m.say("t12.dispute_text"), m.paper.table), *lines]
    return [
        m.heading("t12.heading"),
        Stack(form),
        Gap(4),
        m.heading("t12.glossary", 3),
        Grid([46, 119], rows, m.paper, row_heads=True, padding=0.5),
        Gap(6),
    ]


def _field(m: ReportContext, name: str) -> list[Block]:
    return [Gap(2.5), m.note(name), Hairline(m.paper.line, millimetres=6)]
