"""The cover: whose report it is, for whom, when, how confidential. No grade and no chart: it lies on desks."""

from datetime import datetime

from fumimori.report.blocks import Block, Columns, Gap, Hairline, Prose, Stack
from fumimori.report.brand import Logo, LogoBlock, addressee, author, confidentiality
from fumimori.report.canvas import Node, PdfCanvas
from fumimori.report.context import ReportContext
from fumimori.report.grid import Grid
from fumimori.report.page_style import MM
from fumimori.report.paging import Part
from fumimori.report.shapes import SealMark


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


def cover(m: ReportContext, logo: Logo | None) -> Part:
    """The cover's page."""
    a, paper, faces = m.assessment, m.paper, m.faces
    word = confidentiality(a.brand, a.mode)
    first, second = addressee(a.organisation, m.wording.texts.style)
    sign: Block = (
        LogoBlock(logo, width=60, height=20, alt=m.say("cover.logo", name=author(a)))
        if logo
        else SealMark(m.icons / "mark.svg", paper.seal, size=20, alt=m.say("cover.mark"))
    )
    large, name = paper.sized(25, 1.4).bold(), paper.sized(15, 1.45)
    domains = [domain.name for domain in a.scope.domains]
    blocks: list[Block] = [
        Columns([(80 * MM, sign), (81 * MM, Stamp(m.say(f"confidential.{word}"), m))]),
        Gap(34),
        Prose(m.say("title_lines"), large.inked(paper.ink), faces, kind="H1"),
        Gap(3),
        Prose(m.say("cover.quick") if a.quick else m.say("cover.full"), paper.heading3.inked(paper.quiet), faces),
        Gap(5),
        Hairline(paper.accent, width=1.6, millimetres=3),
        Gap(9),
        Prose(first, name.bold() if not second else name, faces),
    ]
    if second:
        blocks.append(Prose(second, name.bold(), faces))
    rows = [
        (m.say("cover.domain"), m.wording.listed(domains[:6]) + (" …" if len(domains) > 6 else "")),
        (m.say("cover.period"), _period(m)),
        (m.say("cover.issued"), m.wording.texts.day(m.issued)),
        (m.say("cover.number"), m.say("cover.version", number=m.document_number, version=a.document_version)),
        (m.say("cover.author"), m.wording.free(author(a), 120)),
    ]
    if a.brand.contact:
        rows.append((m.say("cover.contact"), m.wording.free(a.brand.contact, 200)))
    table = Grid([34, 110], [row for row in rows if row[1]], paper, row_heads=True, padding=1.7)
    used = sum(block.height(paper.width) for block in blocks)
    foot: list[Block] = [table]
    if word == "named":
        foot += [Gap(5), m.note(m.say("cover.distribution")), *[Hairline(paper.line, millimetres=8) for _ in range(3)]]
    foot += [Gap(5), m.note(m.say(f"cover.handling_{word}"))]
    spare = paper.height - used - sum(block.height(paper.width) for block in foot)
    return Part(name="", blocks=(Stack([*blocks, Gap(max(spare, 0) / MM - 0.1), *foot]),))


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
