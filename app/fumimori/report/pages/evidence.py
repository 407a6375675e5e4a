"""T7: the evidence that was handed in, with what it shows and what it belongs to."""

from io import BytesIO

from fumimori.model import About, Evidence, Outcome
from fumimori.report.blocks import Block, Gap, Stack
from fumimori.report.brand import LogoBlock
from fumimori.report.context import CLOSE, ReportContext
from fumimori.report.grid import Cell, Grid
from fumimori.report.logos import Logo
from fumimori.wording.registers import row_name

PRINTED = 300
"""Pieces of evidence that are printed; further ones are only counted."""
THUMBNAIL_MOST = 64 * 1024
"""Octets of a thumbnail that is read."""


def evidence(m: ReportContext) -> list[Block]:
    """One row for each piece of evidence, by number."""
    shown, left_out = printed(m), len(m.assessment.evidence) - PRINTED
    blocks: list[Block] = [m.heading("t7.heading")]
    if shown:
        blocks += [m.note(m.say("t7.intro"), keep_next=True), Gap(1.5)]
        rows, keys = [_row(m, one) for one in shown], [one.printed for one in shown]
        head = m.wording.texts.lines("report.t7.heads")
        blocks.append(Grid([14, 28, 62, 61], rows, m.paper, head=head, padding=CLOSE, small=True, keys=keys))
    else:
        blocks.append(m.prose(m.say("none"), m.paper.table))
    if left_out > 0:
        blocks += [Gap(1.5), m.note(m.say("t7.more", count=left_out))]
    return [*blocks, Gap(5)]


def printed(m: ReportContext) -> list[Evidence]:
    """The evidence that has a row, by number."""
    return sorted(m.assessment.evidence, key=lambda one: one.number)[:PRINTED]


def _row(m: ReportContext, one: Evidence) -> list[Cell]:
    w = m.wording
    what = [m.cell(w.free(one.name, 120), small=True, bold=True)]
    facts = w.listed([w.word("evidence_kind", one.kind), w.texts("words.octets.kilobytes", count=-(-one.size // 1024))])
    what.append(m.cell(facts, small=True))
    if one.covered:
        what.append(m.cell(m.say("t7.covered", count=one.covered), small=True))
    what.append(m.cell(m.say("t7.digest", digest=one.sha256), small=True, quiet=True))
    shows = [m.cell(w.free(one.shows, 400) or m.say("t7.unsaid"), small=True, quiet=not one.shows.strip())]
    shows.append(m.cell(_belongs(m, one), small=True))
    origin = [word for word in (w.free(one.source, 80), f"{one.added:%Y-%m-%d}") if word]
    shows.append(m.cell(w.listed(origin), small=True, quiet=True))
    return [one.printed, _thumbnail(m, one), Stack(what), Stack(shows)]


def _belongs(m: ReportContext, one: Evidence) -> str:
    w = m.wording
    if one.about is About.QUESTION and one.subject in w.questions:
        question = w.questions[one.subject]
        return f"{question.printed} {w.texts(f'controls.{question.id}.label')}"
    if one.about is About.FINDING:
        for finding in m.result.findings:
            if f"{finding.code} {finding.subject}".rstrip() == one.subject:
                return f"{w.number(finding)} {w.title(finding)}"
        if one.subject.partition(" ")[0] in m.rules.outcomes:
            code, _, where = one.subject.partition(" ")
            return f"{w.title(Outcome(code=code, subject=where))}{w.bracketed(w.free(where, 80)) if where else ''}"
    for row in m.assessment.registers:
        if one.about is About.REGISTER and row.id == one.subject:
            return f"{w.texts(f'registers.{row.register}.name')} {w.free(row_name(w.texts, row), 80)}".rstrip()
    return w.free(one.subject, 80)


def _thumbnail(m: ReportContext, one: Evidence) -> Cell:
    """The small picture; nothing for anything else."""
    if not one.thumbnail or len(one.thumbnail) > THUMBNAIL_MOST:
        return ""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    try:
        with Image.open(BytesIO(one.thumbnail), formats=("PNG",)) as opened:
            if max(opened.size) > 400:
                return ""
            picture = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
    logo = Logo(picture.width, picture.height, image=ImageReader(picture), pixels=picture.width)
    return LogoBlock(logo, width=25, height=19, alt=m.say("t7.alt", number=one.printed))
