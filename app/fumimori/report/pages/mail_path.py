"""The drawing of the mail path: arriving in the first row, sending in the second."""

from fumimori.assess.mail_path import ROWS, Link, Protection, Segment, mail_path
from fumimori.report.blocks import Block, Gap, Prose, Stack
from fumimori.report.canvas import Node, PdfCanvas
from fumimori.report.context import ReportContext
from fumimori.report.page_style import MM
from fumimori.report.shapes import ChipSign

CHIPS = {Protection.PROTECTED: "met", Protection.OPEN: "not_met", Protection.UNSEEN: "unknown"}
_STATION = 21.5 * MM
_ROW = 23 * MM


def drawing(m: ReportContext) -> list[Block]:
    """The heading, the drawing, and what makes a segment open."""
    links = {link.segment: link for link in mail_path(m.result)}
    notes: list[Block] = []
    for link in links.values():
        if link.finding is not None:
            named = m.say(
                "mail_path.because", name=m.say(f"mail_path.{link.segment}"), title=m.wording.title(link.finding)
            )
            notes.append(m.cell(f"{named}{m.wording.bracketed(m.wording.number(link.finding))}", small=True))
    blocks: list[Block] = [
        m.heading("mail_path.heading", small=True),
        m.note(m.say("mail_path.intro"), keep_next=True),
        Gap(2),
        MailPath(m, links),
        Gap(1),
        *notes,
    ]
    return [Stack(blocks), Gap(3)]


def gap(width: float, stations: int) -> float:
    """How long an arrow is between so many stations in a row of this width, in points."""
    return (width - stations * _STATION) / (stations - 1)


class MailPath(Block):
    """Stations in boxes; between them an arrow with the segment's name and its protection as shape and word."""

    def __init__(self, m: ReportContext, links: dict[Segment, Link]) -> None:
        self._m, self._links = m, links
        said = [
            m.say(
                "mail_path.said", name=m.say(f"mail_path.{link.segment}"), state=m.say(f"mail_path.{link.protection}")
            )
            for link in links.values()
        ]
        self.node = Node("Figure", alt=m.say("mail_path.alt", links=m.wording.listed(said)))

    @property
    def said(self) -> str:
        """The names in the drawing."""
        return self.node.alt

    def height(self, width: float) -> float:  # noqa: ARG002
        """Two rows."""
        return len(ROWS) * _ROW

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """Both rows, each as wide as the column."""
        self.node.box = (x, top - self.height(width), x + width, top)
        figure = parent.adopt(self.node)
        for row in ROWS:
            between = gap(width, len(row))
            left = x
            for name, segment in row:
                self._station(canvas, name, left, top, figure)
                if segment is not None:
                    self._link(canvas, self._links[segment], (left + _STATION, top), between, figure)
                left += _STATION + between
            top -= _ROW

    def _station(self, canvas: PdfCanvas, name: str, left: float, top: float, figure: Node) -> None:
        paper = self._m.paper
        said = Prose(
            self._m.say(f"mail_path.{name}"), paper.note.bold().inked(paper.ink), self._m.faces, align="center"
        )
        height = 15 * MM
        canvas.rectangle((left, top - height - 3 * MM, _STATION, height), outline=paper.ink, radius=1.5 * MM)
        inner = _STATION - MM
        said.draw(canvas, left + MM / 2, top - 3 * MM - (height - said.height(inner)) / 2, inner, figure)

    def _link(self, canvas: PdfCanvas, link: Link, at: tuple[float, float], length: float, figure: Node) -> None:
        paper, (left, top) = self._m.paper, at
        middle, end = top - 10.5 * MM, left + length - 1 * MM
        width = 2.2 if link.protection is Protection.PROTECTED else 0.9
        pieces = [(left + MM, end)]
        if link.protection is not Protection.PROTECTED:
            dash = (3 if link.protection is Protection.OPEN else 1) * MM
            count = int((end - left - MM) / (2 * dash))
            pieces = [(left + MM + 2 * i * dash, left + MM + (2 * i + 1) * dash) for i in range(count)]
        for start, stop in pieces:
            canvas.line((start, middle), (stop, middle), paper.ink, width)
        head = [(end, middle), (end - 2 * MM, middle + 1.2 * MM), (end - 2 * MM, middle - 1.2 * MM)]
        canvas.polygon(head, fill=paper.ink)
        name = Prose(
            self._m.say(f"mail_path.{link.segment}"), paper.note.inked(paper.ink), self._m.faces, align="center"
        )
        name.draw(canvas, left + MM, middle + 1.5 * MM + name.height(length - 2 * MM), length - 2 * MM, figure)
        chip = ChipSign(CHIPS[link.protection], self._m.say(f"mail_path.{link.protection}"), paper)
        chip.draw(canvas, left + (length - chip.natural_width()) / 2, middle - 1.8 * MM, length, figure)
