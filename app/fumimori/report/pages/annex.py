"""The annex's first pages: how to use it, contents, T1 document control, T2 scope and authorisation."""

from collections.abc import Mapping, Sequence

from fumimori.checks.dkim.known import known_selectors
from fumimori.checks.observations import Observations
from fumimori.grammar.suffixes import list_date
from fumimori.model import Consent, Run, RunKind, Status
from fumimori.report.blocks import Block, Gap
from fumimori.report.brand import author, confidentiality
from fumimori.report.canvas import Node, PdfCanvas
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell
from fumimori.report.page_style import MM
from fumimori.wording.selectors import origin

SECTIONS = {
    "repairs": tuple(f"t{number}" for number in range(1, 5)),
    "proof": tuple(f"t{number}" for number in range(5, 14)),
}
"""What is in each part of the annex."""
RUNS = 12
"""Measurements that T2 names, the latest of them."""
SELECTORS = 20
"""Of one domain, that T2 names."""
COVERED = 20
"""Domains and hosts of the consent that T2 names."""


class Contents(Block):
    """The table of contents; page numbers are known when it is drawn."""

    def __init__(self, entries: Sequence[tuple[str, str]], m: ReportContext) -> None:
        self._entries, self._m = entries, m
        self.page_of: Mapping[str, int] = {}
        self.node = Node("TOC")

    def height(self, width: float) -> float:  # noqa: ARG002
        """A line for each entry."""
        return len(self._entries) * self._line

    @property
    def _line(self) -> float:
        return self._m.paper.table.leading + 1 * MM

    def draw(self, canvas: PdfCanvas, x: float, top: float, width: float, parent: Node) -> None:
        """Title, hairline, page number; each line is a link."""
        node, style, paper = parent.adopt(self.node), self._m.paper.table, self._m.paper
        for key, title in self._entries:
            link = node.adopt(Node("TOCI")).adopt(Node("Link"))
            number = str(self.page_of.get(key, ""))
            baseline = top - (style.leading - style.size) / 2 - 0.86 * style.size
            place = x + width - canvas.width(number, style)
            with canvas.marked(link):
                end = canvas.text(x, baseline, [(f"{title}", style)])
                canvas.text(place, baseline, [(number, style)])
            canvas.line((end + 2 * MM, baseline + 1), (place - 2 * MM, baseline + 1), paper.line)
            canvas.link(link, key, f"{title} {number}", (x, top - style.leading, x + width, top))
            top -= self._line


def opening(m: ReportContext, part: str) -> list[Block]:
    """Title, how to use this part of the annex, its contents."""
    entries = [(f"{name}.heading", m.say(f"{name}.heading")) for name in SECTIONS[part]]
    return [
        m.heading(f"annex.{part}", 1),
        m.prose(m.say(f"annex.use_{part}"), m.paper.table),
        Gap(4),
        Contents(entries, m),
        Gap(6),
    ]


def versions(m: ReportContext) -> list[Block]:
    """T1: which program, rules, questions and dated lists this report was made with."""
    a, result = m.assessment, m.result
    rows: list[tuple[str, Cell]] = [
        (m.say("t1.number"), m.say("cover.version", number=m.document_number, version=a.document_version)),
        (m.say("t1.issued"), m.moment(m.issued)),
        (m.say("t1.author"), m.wording.free(author(a), 120)),
        (m.say("t1.confidentiality"), m.say(f"confidential.{confidentiality(a.brand, a.mode)}")),
        (m.say("t1.kind"), m.wording.word("kind", "quick" if a.quick else "full")),
        (m.say("t1.tool"), f"Fumimori {m.tool_version}"),
        (m.say("t1.rules"), result.rules_version),
        (m.say("t1.bank"), result.bank_version),
    ]
    dated: dict[str, list[str]] = {}
    for name in sorted(m.rules.tables):
        dated.setdefault(m.rules.tables[name].date, []).append(m.say(f"t1.table.{name}"))
    dated.setdefault(list_date(), []).append(m.say("t1.table.public_suffixes"))
    rows += [(m.say("t1.tables", date=date), m.wording.listed(names)) for date, names in sorted(dated.items())]
    return [m.heading("t1.heading"), m.pairs(rows, first=36, small=True), *_history(m), Gap(5)]


def _history(m: ReportContext) -> list[Block]:
    """Every version that was handed out before, oldest first, and this one."""
    a, free = m.assessment, m.wording.free
    rows: list[list[Cell]] = [[free(one.number, 20), free(one.day, 20), free(one.changed)] for one in a.versions]
    if a.document_version not in {one.number for one in a.versions}:
        rows.append([free(a.document_version, 20), f"{m.issued:%Y-%m-%d}", m.say("t1.this")])
    return [Gap(3), m.heading("t1.history", 3), m.list_or_none([22, 28, 115], "t1.history_heads", rows)]


def scope(m: ReportContext) -> list[Block]:
    """T2: what was to be looked at, who allowed it, who answered, and from where it was measured."""
    a = m.assessment
    domains = [
        [domain.name, m.wording.word("hosting", domain.hosting or "unknown"), _confirmed(m, domain.hosting_confirmed)]
        for domain in a.scope.domains
    ]
    hosts = [
        (m.say(f"t2.{kind}"), m.wording.listed(names))
        for kind, names in (
            ("mail_hosts", a.scope.mail_hosts),
            ("ssh_hosts", a.scope.ssh_hosts),
            ("webmail_hosts", a.scope.webmail_hosts),
            ("own_hosts", a.scope.own_hosts),
            ("addresses", (*a.scope.addresses, *a.scope.sending_addresses)),
        )
        if names
    ]
    blocks: list[Block] = [
        m.heading("t2.heading"),
        m.pairs(_organisation(m), small=True),
        Gap(3),
        m.list_or_none([75, 60, 30], "t2.domain_heads", domains),
        Gap(3),
    ]
    if selectors := _selectors(m):
        blocks += [m.list_or_none([45, 40, 80], "t2.selector_heads", selectors), Gap(3)]
    if hosts:
        blocks += [m.pairs(list(hosts), small=True), Gap(3)]
    return [
        *blocks,
        m.heading("t2.authorisation", 3),
        m.pairs(_consent(m), small=True),
        Gap(3),
        m.heading("t2.people", 3),
        m.list_or_none([80, 40, 45], "t2.people_heads", _people(m)),
        Gap(3),
        m.heading("t2.vantage", 3),
        m.list_or_none([33, 44, 26, 62], "t2.vantage_heads", [_run(m, run) for run in a.runs[-RUNS:]]),
        Gap(5),
    ]


def _selectors(m: ReportContext) -> list[list[Cell]]:
    """The DKIM selectors of each domain, and where each came from."""
    seen = Observations.of_assessment(m.assessment)
    return [
        [m.wording.free(domain.name, 120), m.wording.free(one.name, 63), origin(m.wording.texts, one)]
        for domain in m.assessment.scope.domains
        for one in known_selectors(seen, domain.name)[:SELECTORS]
    ]


def _confirmed(m: ReportContext, confirmed: bool) -> str:  # noqa: FBT001
    return m.say("t2.confirmed") if confirmed else m.say("t2.not_confirmed")


def _organisation(m: ReportContext) -> list[tuple[str, Cell]]:
    about = m.assessment.organisation
    rows: list[tuple[str, Cell]] = [(m.say("t2.organisation"), m.wording.free(about.name, 120))]
    if about.size:
        rows.append((m.say("t2.size"), m.wording.word("size", about.size)))
    rows += [
        (m.say(f"t2.{word}"), m.wording.free(said, 120))
        for word, said in (("sector", about.sector), ("responsible", about.responsible))
        if said
    ]
    return rows


def _consent(m: ReportContext) -> list[tuple[str, Cell]]:
    consent = m.assessment.consent
    counts = int(consent.confirmed_level)
    level = f"{counts}: {m.wording.word('consent', f'{counts}.name')}"
    unknown = m.say("t2.no_name")
    rows: list[tuple[str, Cell]] = [
        (m.say("t2.level"), level),
        (m.say("t2.by"), m.wording.free(consent.name, 80) or unknown),
        (m.say("t2.role"), m.wording.free(consent.role, 80) or unknown),
        (m.say("t2.at"), m.moment(consent.at) if consent.at else unknown),
    ]
    covered = (*consent.domains, *consent.hosts)
    if consent.at and covered:
        rows.append((m.say("t2.covered"), m.wording.some([m.wording.free(one, 100) for one in covered], COVERED)))
    if consent.own_server:
        rows.append((m.say("t2.own"), m.say("t2.own_said")))
    return rows


def _people(m: ReportContext) -> list[list[Cell]]:
    people: dict[str, list[str]] = {}
    for answer in m.assessment.answers:
        name = m.wording.free(answer.respondent, 80) or m.say("t2.unnamed")
        people.setdefault(name, []).append(f"{answer.at:%Y-%m-%d}")
    return [
        [
            name,
            m.say("t2.answers", count=len(days)),
            min(days) if min(days) == max(days) else f"{min(days)} – {max(days)}",
        ]
        for name, days in sorted(people.items())[:40]
    ]


def _run(m: ReportContext, run: Run) -> list[Cell]:
    """A measurement: when, under which consent (an imported one keeps its own), by which resolver, and from where."""
    if run.kind is RunKind.READ:
        none = m.wording.texts.style.no_value
        said = m.say("t2.read", count=len(run.sources))
        if run.tool is not None:
            tool, day = m.wording.tool(run.tool)
            said = m.say("t2.tool", tool=tool, day=day)
        return [m.moment(run.started), none, none, said]
    vantage = run.vantage
    resolver = m.wording.free(vantage.resolver, 60) if vantage else ""
    return [m.moment(run.started), _allowed(m, run.consent), resolver or m.wording.texts.style.no_value, _state(m, run)]


def _allowed(m: ReportContext, consent: Consent) -> str:
    """The level that counted for a run, and who allowed it."""
    counts = int(consent.confirmed_level)
    who = [m.wording.free(word, 80) for word in (consent.name, consent.role) if word.strip()]
    return f"{counts}: {m.wording.word('consent', f'{counts}.name')}" + (
        m.wording.bracketed(m.wording.listed(who)) if counts and who else ""
    )


def _state(m: ReportContext, run: Run) -> str:
    vantage = run.vantage
    if vantage is None:
        kinds = [m.say("t2.unknown")]
    elif not vantage.online and not any(a.status is Status.COMPLETED for a in run.attempts):
        kinds = [m.say("t2.offline")]
    else:
        port25 = vantage.port25 if vantage.port25 in ("open", "blocked") else "unknown"
        kinds = [m.say(f"t2.port25_{port25}")]
        kinds += [m.say(f"t2.{name}") for name in ("captive_portal", "intercepted", "inside") if getattr(vantage, name)]
        if vantage.second_resolver:
            kinds.append(m.say("t2.second_resolver", resolver=m.wording.free(vantage.second_resolver, 60)))
    kinds += [m.say(f"t2.{name}") for name in ("imported", "cancelled") if getattr(run, name)]
    end = m.wording.texts.style.sentence_end
    return "".join(kind if kind.endswith(("。", ".")) else kind + end for kind in kinds).strip()
