"""T3 the list of findings, T9 disputes and accepted risks, T10 where the rules come from."""

import re
from collections.abc import Mapping

from fumimori.model import Dispute, Finding, Severity
from fumimori.report.blocks import Block, Gap, Prose
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell
from fumimori.report.numbering import card_key
from fumimori.wording.references import frameworks, references
from fumimori.wording.report import runs
from fumimori.wording.words import kinds, place_of

SUBJECTS = 3
"""Subjects that a row names, or one where there are more; its card names more, the attached findings.csv all."""


def finding_list(m: ReportContext) -> list[Block]:
    """T3: every finding by number, those of one kind in one row, with a link to its card and the actions' numbers."""
    small = m.paper.note.inked(m.paper.ink)
    card_of = {(f.code, f.subject): card for card in m.cards for f in card.findings}
    rows: list[list[Cell]] = []
    for findings in kinds(f for f in m.result.findings if f.severity > Severity.INFO).values():
        first = findings[0]
        found = [card_of[f.code, f.subject] for f in findings]
        title = m.wording.title(first)
        if first.dispute is not None:
            title += m.wording.bracketed(m.wording.word("dispute", first.dispute.kind))
        rows.append(
            [
                f"{m.wording.numbers(findings, most=len(findings))} {first.control.printed}",
                m.severity(first.severity),
                Prose(title, small, m.faces, link=card_key(findings)),
                m.wording.subjects(findings, SUBJECTS if len(set(map(place_of, findings))) <= SUBJECTS else 1) or "－",
                " ".join(runs("", 1, {card.number for card in found} - {0})) or "－",
            ]
        )
    number = 26 if len(m.result.findings) > 99 else 20
    table = m.list_or_none([number, 20, 94 - number, 39, 12], "t3.heads", rows)
    blocks: list[Block] = [m.heading("t3.heading"), table]
    facts = [finding for finding in m.result.findings if finding.severity <= Severity.INFO]
    if facts:
        blocks += [Gap(1), m.note(m.say("t3.facts", numbers=m.wording.numbers(facts, most=len(facts))))]
    return [*blocks, Gap(5)]


def disputes(m: ReportContext) -> list[Block]:
    """T9: what somebody settled about findings, whether it holds today or not, and what it does to the score."""
    said = {(dispute.code, dispute.subject): dispute for dispute in m.assessment.disputes}
    rows: list[list[Cell]] = [
        [
            m.wording.number(finding),
            m.wording.title(finding),
            m.wording.word("dispute", dispute.kind),
            _reason(m, dispute),
            m.wording.free(dispute.approver, 60),
            _until(m, dispute),
        ]
        for finding in m.result.findings
        if (dispute := said.get((finding.code, finding.subject))) is not None
    ]
    effect: list[Block] = [m.note(m.say("t9.effect"), keep_next=True), Gap(1)] if rows else []
    return [m.heading("t9.heading"), *effect, m.list_or_none([14, 42, 24, 42, 21, 22], "t9.heads", rows), Gap(5)]


def _reason(m: ReportContext, dispute: Dispute) -> str:
    reason = m.wording.free(dispute.reason, 300)
    return (
        f"{reason}\n{m.say('t9.evidence', text=m.wording.free(dispute.evidence, 300))}" if dispute.evidence else reason
    )


def _until(m: ReportContext, dispute: Dispute) -> str:
    until = m.wording.free(dispute.until, 20)
    if dispute.holds(m.issued.date()):
        return until or m.say("t9.for_good")
    return m.say("t9.expired" if dispute.last_day is not None else "t9.until_unclear", text=until or "–")


def sources(m: ReportContext) -> list[Block]:
    """T10: the source and the date of every rule that made a finding; rules from one source share a row."""
    found = kinds(m.result.findings)
    by_source: dict[tuple[str, str], list[str]] = {}
    for code in found:
        rule = m.rules.outcomes.get(code)
        source = (rule.source, rule.date) if rule else (m.say("t10.bank"), m.result.bank_version)
        by_source.setdefault(source, []).append(code)
    published = {row["name"]: row["published"] for row in m.rules.tables["sources"].dicts()}
    rows: list[list[Cell]] = [
        [
            m.wording.numbers([finding for code in codes for finding in found[code]], most=len(m.result.findings)),
            m.wording.listed(codes) if codes[0] in m.rules.outcomes else "－",
            m.wording.listed([_source(m, part, date, published) for part in source.split("; ")]),
        ]
        for (source, date), codes in by_source.items()
    ]
    return [
        m.heading("t10.heading"),
        m.note(m.say("t10.law"), keep_next=True),
        Gap(1),
        m.list_or_none([24, 60, 81], "t10.heads", rows),
        Gap(3),
        *_requirements(m),
        Gap(5),
    ]


def _requirements(m: ReportContext) -> list[Block]:
    """T10: what the findings are about in well-known frameworks; findings with the same requirements share a row."""
    hosting = m.assessment.scope.hosting
    same: dict[str, list[Finding]] = {}
    for finding in m.result.findings:
        if finding.severity > Severity.INFO:
            ids = references(m.rules, finding.code, hosting)
            same.setdefault("; ".join(f"{name} {found}" for name, found in ids.items()), []).append(finding)
    rows: list[list[Cell]] = [
        [m.wording.numbers(findings, most=len(findings)), m.cell(ids, small=True)]
        for ids, findings in same.items()
        if ids
    ]
    if not rows:
        return []
    named = [f"{one['name']}: {one['source']} ({one['published']})" for one in frameworks(m.rules, hosting)]
    return [
        m.heading("t10.requirements", 3),
        m.note(m.say("t10.requirements_intro"), keep_next=True),
        Gap(1),
        m.list_or_none([34, 131], "t10.requirement_heads", rows),
        Gap(1),
        *(m.note(one) for one in named),
    ]


def _source(m: ReportContext, named: str, checked: str, published: Mapping[str, str]) -> str:
    """A paper with the date that it bears itself, else with the day on which a rule was compared with it.

    What has no name in print, such as our own judgement, is named in the report's language.
    """
    key = f"report.t10.source.{re.sub(r'[^a-z0-9]+', '_', named.lower())}"
    if m.wording.texts.has(key):
        return m.say("t10.checked", name=m.wording.texts(key), day=checked)
    begins = f"{named},"
    of = next((day for name, day in published.items() if begins.startswith((f"{name} ", f"{name},"))), "")
    return f"{named}{m.wording.bracketed(of)}" if of else m.say("t10.checked", name=named, day=checked)
