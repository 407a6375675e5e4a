"""The whole report: pages in order, headers and footers, structure, metadata, attachments."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from fumimori.assess.reconcile import may_be_final
from fumimori.model import Assessment, Finding, Repair, Result, Rules
from fumimori.report.attachments import attachments
from fumimori.report.blocks import Block, Heading, Stack
from fumimori.report.brand import Logo, LogoError, author, confidentiality, read_logo
from fumimori.report.canvas import PdfCanvas
from fumimori.report.context import ReportContext
from fumimori.report.glossary import Glossary
from fumimori.report.numbering import card_key, facts_of
from fumimori.report.page_style import MM, Ink, PageStyle, Style
from fumimori.report.pages import (
    annex,
    answers,
    cards,
    closing,
    contacts,
    controls,
    cover,
    evidence,
    findings,
    limits,
    measurements,
    plan,
    servers,
    summary,
)
from fumimori.report.pages import score as score_page
from fumimori.report.paging import Page, Part, paged
from fumimori.report.questions import answered, scored
from fumimori.report.tagging import About, completed
from fumimori.report.typefaces import typefaces
from fumimori.texts import Texts, sanitize
from fumimori.wording.report import Wording

NUMBER_MOST = 100
"""Characters of a document number; as many as fit into one line of the footer."""
WATERMARK = 130 * MM
"""How wide the word across a draft's cover is."""
WATERMARK_INK = Ink(0.91, 0.91, 0.91)


def make(
    assessment: Assessment,
    result: Result,
    *,
    rules: Rules,
    texts: Texts,
    tokens: Mapping[str, Any],
    fonts: Path,
    icons: Path,
    repair: Callable[[Finding], Repair],
    paper: str,
    issued: datetime,
    tool_version: str,
    parts: str = "all",
    draft: bool = False,
) -> bytes:
    """The report as PDF, on `a4` or `letter`, in the language of `texts`; the same bytes for the same arguments.

    `parts` is `all`, `management` (nothing attached), `repairs` (T1 to T4) or `proof` (T5 to T13). A draft says so in
    its header; a report with a critical contradiction that nobody has settled is one, whatever `draft` says. A logo
    that cannot be printed is left out, and the report says so.
    """
    assessment = msgspec.structs.replace(assessment, runs=result.runs)
    brand = assessment.brand
    faces = typefaces(fonts)
    wording = Wording(assessment, result, texts, issued)
    logo, unprinted = _logo(brand.logo, brand.logo_type)
    client_logo, client_unprinted = _logo(brand.client_logo, brand.client_logo_type)
    m = ReportContext(
        assessment=assessment,
        result=result,
        rules=rules,
        paper=PageStyle(tokens, faces, paper=paper, body_size_step=texts.style.body_size_step, colour=brand.colour),
        wording=wording,
        issued=issued,
        tool_version=tool_version,
        icons=icons,
        document_number=sanitize(brand.number(assessment.document_number, assessment.id, issued), NUMBER_MOST),
        repair=repair,
        annexed=parts != "management",
        unprinted_logo=unprinted or client_unprinted,
        draft=draft or not may_be_final(result.contradictions),
    )
    pages = paged(_parts(m, logo, client_logo, parts), m.paper.width, m.paper.height)
    title = m.say("title_about", name=wording.free(assessment.organisation.name, 120))
    canvas = PdfCanvas(m.paper, title=title, tag=texts.style.tag)
    _number_contents(pages)
    canvas.references = _references(m, parts)
    _draw(m, pages, canvas)
    about = About(
        title=title,
        author=wording.free(author(assessment), 120),
        language=texts.style.tag,
        made=issued,
        producer=f"Fumimori {tool_version}",
    )
    files = attachments(assessment, result, wording, repair) if m.annexed else {}
    return completed(canvas.finished(), canvas.root, about, files)


def _logo(content: bytes, kind: str) -> tuple[Logo | None, str]:
    """The logo, or why there is none; a picture never stops a report."""
    if not content:
        return None, ""
    try:
        return read_logo(content, kind), ""
    except LogoError as error:
        return None, error.code


def _parts(m: ReportContext, logo: Logo | None, client_logo: Logo | None, parts: str) -> list[Part]:
    """Management, repairs, proof and rules: each with a contents of its own, so that it can be printed alone."""
    made: list[Part] = []
    if parts in ("all", "management"):
        made.append(cover.cover(m, logo, client_logo))
        glossary = Glossary(m)
        for page in (summary.summary, plan.plan, controls.controls, limits.limits):
            found = page(m, glossary)
            made += found
            glossary.learn(block for part in found for block in part.blocks)
    if parts in ("all", "repairs"):
        repairs: list[Block] = [
            *annex.opening(m, "repairs"),
            *annex.versions(m),
            *annex.scope(m),
            *findings.finding_list(m),
            *cards.cards(m),
            *cards.facts(m),
            *cards.good_points(m),
        ]
        made.append(Part(name=m.say("part.repairs"), blocks=tuple(repairs)))
    if parts in ("all", "proof"):
        proof: list[Block] = [
            *annex.opening(m, "proof"),
            *answers.answers(m),
            *servers.servers(m),
            *measurements.exchanges(m),
            *evidence.evidence(m),
            *measurements.not_measured(m),
            *findings.disputes(m),
            *findings.sources(m),
            *score_page.score(m),
            *closing.closing(m),
            *contacts.contacts(m),
        ]
        made.append(Part(name=m.say("part.proof"), blocks=tuple(proof)))
    return made


def _references(m: ReportContext, parts: str) -> dict[str, str]:
    """The words that are links, with their targets: only to what is printed in this document."""
    found: dict[str, str] = {}
    if parts in ("all", "repairs"):
        groups = (*(kind for card in m.cards for kind in card.kinds), *facts_of(m.result))
        found |= {m.wording.number(finding): card_key(group) for group in groups for finding in group}
    if parts in ("all", "proof"):
        found |= {number: number for number, _ in m.measured}
        found |= {one.printed: one.printed for one in evidence.printed(m)}
        found |= {**scored(m), **answered(m)}
    for part, sections in annex.SECTIONS.items():
        if parts in ("all", part):
            found |= {name.upper(): f"{name}.heading" for name in sections}
    return found


def _number_contents(pages: Sequence[Page]) -> None:
    """Tell the contents on which page each heading is."""
    page_of: dict[str, int] = {}
    contents: list[annex.Contents] = []
    for number, page in enumerate(pages, start=1):
        for block in _all(block for _, block in page.placed):
            if isinstance(block, Heading) and block.key:
                page_of[block.key] = number
            elif isinstance(block, annex.Contents):
                contents.append(block)
    for block in contents:
        block.page_of = page_of


def _all(blocks: Iterable[Block]) -> Iterable[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Stack):
            yield from _all(block.blocks)


def _draw(m: ReportContext, pages: Sequence[Page], canvas: PdfCanvas) -> None:
    paper = m.paper
    top = paper.bottom + paper.height
    if pages and not pages[0].part:
        canvas.bookmark("cover", top, m.say("part.cover"))
    for number, page in enumerate(pages, start=1):
        if m.draft and number == 1:
            _draft(m, canvas)
        with canvas.artifact("Pagination"):
            _running(m, canvas, page.part, number, len(pages))
        for below, block in page.placed:
            block.draw(canvas, paper.left, top - below, paper.width, canvas.root)
        canvas.next_page()


def _draft(m: ReportContext, canvas: PdfCanvas) -> None:
    """The word across the cover, so pale that nothing on it is harder to read."""
    paper, text = m.paper, m.faces.settable(m.say("draft"))
    style = paper.sized(WATERMARK / max(canvas.width(text, paper.sized(1.0).bold()), 1)).bold().inked(WATERMARK_INK)
    canvas.watermark(text, style, (paper.paper[0] / 2, paper.paper[1] / 2), 35)


def _running(m: ReportContext, canvas: PdfCanvas, part: str, number: int, total: int) -> None:
    """Header (not on the cover) and footer."""
    paper, style = m.paper, m.paper.note
    right, above, below = paper.left + paper.width, paper.bottom + paper.height + 7 * MM, paper.bottom - 7.5 * MM
    if m.draft:
        draft = style.bold().inked(paper.ink)
        middle_of_page = paper.left + (paper.width - canvas.width(m.say("draft"), draft)) / 2
        canvas.text(middle_of_page, above, [(m.say("draft"), draft)])
    if part:
        canvas.text(paper.left, above, [(m.say("title"), style)])
        canvas.text(right - canvas.width(part, style), above, [(part, style)])
        canvas.line((paper.left, above - 2.2 * MM), (right, above - 2.2 * MM), paper.line)
    word = m.say(f"confidential.{confidentiality(m.assessment.brand, m.assessment.mode)}_short")
    middle = m.say("footer.middle", day=f"{m.issued:%Y-%m-%d}", tool=m.tool_version)
    place = m.say("footer.page", number=number, total=total)
    middle_at = right - 24 * MM - canvas.width(middle, style)
    canvas.text(right - canvas.width(place, style), below, [(place, style)])
    canvas.text(middle_at, below, [(middle, style)])
    named = m.faces.settable(m.say("footer.left", number=m.document_number, version=m.assessment.document_version))
    room = middle_at - paper.left - canvas.width(word, style.bold()) - 8 * MM
    fits = canvas.width(named, style) <= room
    end = canvas.text(paper.left, below, [(named, style)]) + 4 * MM if fits else paper.left
    canvas.text(end, below, [(word, style.bold())])
    footer = m.faces.settable(m.wording.free(m.assessment.brand.footer, 200))
    second = "    ".join(part for part in ("" if fits else named, footer) if part)
    if second:
        canvas.text(paper.left, below - style.leading, [(_cut(canvas, second, style, paper.width), style)])


def _cut(canvas: PdfCanvas, text: str, style: Style, width: float) -> str:
    """`text`, or as much of its beginning as is no wider than `width`, with an ellipsis."""
    if canvas.width(text, style) <= width:
        return text
    while text and canvas.width(text + "…", style) > width:
        text = text[:-1]
    return text + "…"
