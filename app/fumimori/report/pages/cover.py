"""The cover: whose report it is, for whom, when, how confidential. No grade and no chart: it lies on desks."""

from datetime import datetime

from fumimori.grammar.brand_profile import TEXT_MOST
from fumimori.model.brand import RECIPIENTS_MOST, VERSIONS_MOST
from fumimori.report.blocks import Block, Columns, Gap, Hairline, Prose, Stack
from fumimori.report.brand import Logo, LogoBlock, author, confidentiality
from fumimori.report.canvas import Node, PdfCanvas
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell, Grid
from fumimori.report.page_style import MM
from fumimori.report.paging import Part
from fumimori.report.shapes import SealMark
from fumimori.wording.report import addressee

DOMAINS = 6
"""Domains that the cover names; further ones are counted."""
TITLE_AT_MOST = 26
"""Millimetres between the logo's row and the title, where there is room for them."""


class Stamp(Block):
    """The mark of confidentiality in its frame, at the right edge."""

    def __init__(self, text: str, m: ReportContext) -> None:
        self._style = m.paper.table.bold().inked(m.paper.ink)
        self._text, self._m, self.node = text, m, Node("P")

    def height(self, width: float) -> float:  # noqa: ARG002
        """A frame of 9 mm."""
        return 9 * MM

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """Frame and words."""
        length = canvas.width(self._text, self._style) + 8 * MM
        left = x + width - length
        canvas.rectangle((left, top - 8 * MM, length, 8 * MM), outline=self._m.paper.ink, width=0.9)
        with canvas.marked(parent.adopt(self.node)):
            canvas.text(left + 4 * MM, top - 4 * MM - 0.36 * self._style.size, [(self._text, self._style)])


def cover(m: ReportContext, logo: Logo | None, client_logo: Logo | None) -> Part:
    """The cover's page."""
    paper = m.paper
    head = _head(m, logo, client_logo)
    for versions in range(VERSIONS_MOST, 0, -1):
        foot = _foot(m, versions)
        spare = (paper.height - sum(block.height(paper.width) for block in (*head, *foot))) / MM - 0.1
        if spare >= 0:
            break
    spare = max(spare, 0)
    above = min(spare * 0.4, TITLE_AT_MOST)
    return Part(name="", blocks=(Stack([head[0], Gap(above), *head[1:], Gap(spare - above), *foot]),))


def _head(m: ReportContext, logo: Logo | None, client_logo: Logo | None) -> list[Block]:
    """Logo and mark, then title and addressee."""
    a, paper, faces = m.assessment, m.paper, m.faces
    word = confidentiality(a.brand, a.mode)
    first, second = addressee(a, m.wording.texts.style)
    sign: Block = (
        LogoBlock(logo, width=60, height=20, alt=m.say("cover.logo", name=author(a)))
        if logo
        else SealMark(m.icons / "mark.svg", paper.seal, size=20, alt=m.say("cover.mark"))
    )
    large, name = paper.sized(25, 1.4).bold(), paper.sized(15, 1.45)
    stamps = [Stamp(m.say(f"confidential.{word}"), m)]
    if m.draft:
        stamps.append(Stamp(m.say("cover.draft"), m))
    blocks: list[Block] = [
        Columns([(80 * MM, sign), (81 * MM, Stack(stamps, gap=2))]),
        Gap(8),
        Prose(m.say("title_lines"), large.inked(paper.ink), faces, kind="H1"),
        Gap(3),
        Prose(m.say("cover.quick") if a.quick else m.say("cover.full"), paper.heading3.inked(paper.quiet), faces),
        Gap(5),
        Hairline(paper.accent, width=1.6, millimetres=3),
        Gap(6),
    ]
    if client_logo:
        blocks += [
            LogoBlock(client_logo, width=50, height=16, alt=m.say("cover.logo", name=a.organisation.name)),
            Gap(3),
        ]
    blocks.append(Prose(first, name.bold() if not second else name, faces))
    if second:
        blocks.append(Prose(second, name.bold(), faces))
    return blocks


def _foot(m: ReportContext, most: int) -> list[Block]:
    """What was assessed, the number, at most `most` versions, who is given it, and how to treat it."""
    a, paper = m.assessment, m.paper
    word = confidentiality(a.brand, a.mode)
    domains = [domain.name for domain in a.scope.domains]
    number = m.say("cover.version", number=m.document_number, version=a.document_version)
    rows: list[tuple[str, Cell]] = [
        (m.say("cover.domain"), m.wording.some(domains, DOMAINS)),
        (m.say("cover.period"), _period(m)),
        (m.say("cover.issued"), m.wording.texts.day(m.issued)),
        (m.say("cover.number"), number),
        (m.say("cover.author"), m.wording.free(author(a), 120)),
        (m.say("cover.contact"), m.wording.free(a.brand.contact, 200)),
    ]
    versions = a.versions[-most:]
    if versions:
        told = [
            m.say("cover.history_line", version=one.number, day=one.day, changed=m.wording.free(one.changed, 90))
            for one in versions
        ]
        rows.append((m.say("cover.history"), Stack([m.cell(line) for line in told])))
    recipients = [m.wording.free(one, 80) for one in a.brand.recipients[:RECIPIENTS_MOST] if one.strip()]
    if recipients:
        rows.append((m.say("cover.recipients"), m.wording.listed(recipients)))
    foot: list[Block] = [Grid([34, 131], [row for row in rows if row[1]], paper, row_heads=True, padding=1.5)]
    if word == "named" and not recipients:
        foot += [Gap(4), m.note(m.say("cover.distribution")), *[Hairline(paper.line, millimetres=8) for _ in range(3)]]
    foot += [Gap(4), m.note(m.say(f"cover.handling_{word}"))]
    if a.brand.legal.strip():
        foot += [Gap(1.5), m.note(m.wording.free(a.brand.legal, TEXT_MOST))]
    return foot


def _period(m: ReportContext) -> str:
    """From the first to the last day on which something was measured or answered."""
    moments: list[datetime] = [attempt.started for attempt in m.assessment.attempts]
    moments += [attempt.ended for attempt in m.assessment.attempts]
    moments += [answer.at for answer in m.assessment.answers]
    zone = m.issued.tzinfo
    days = sorted({(moment.astimezone(zone) if moment.tzinfo else moment).date() for moment in moments})
    if not days:
        return m.wording.texts.day(m.issued)
    if days[0] == days[-1]:
        return m.wording.texts.day(days[0])
    return m.say("cover.from_to", first=m.wording.texts.day(days[0]), last=m.wording.texts.day(days[-1]))
