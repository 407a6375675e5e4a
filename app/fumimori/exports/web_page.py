"""The report as one HTML file that needs nothing else: no script, no picture, nothing fetched."""

from html import escape

from fumimori.exports.material import Material
from fumimori.exports.outline import Block, Heading, Paragraph, outline
from fumimori.model import Finding, Repair
from fumimori.texts import Texts, sanitize
from fumimori.wording.repairs import part_words, proof_words, snippet_title

TEXT_MOST = 4000
SHORT = 10
"""Characters of a column that is never parted: a day, points."""
STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --line: #c8ccd2; --head: #1f3a5f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --paper: #16191d; --line: #4a515b; --head: #9cc1f0; } }
body { font: 16px/1.7 "Yu Gothic", "Hiragino Sans", "Noto Sans JP", system-ui, sans-serif; color: var(--ink);
  background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { color: var(--head); line-height: 1.3; } h3 { margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } th { text-align: left; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; vertical-align: top; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); padding: .6rem; }
p, li, dd, td, h3 { overflow-wrap: anywhere; } td.short, th.short, a { white-space: nowrap; }
dt { font-weight: bold; } a { color: inherit; } .strong { font-size: 1.2rem; font-weight: bold; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } h3 { break-after: avoid; }
  pre { break-inside: avoid; } }
"""


def page(material: Material) -> bytes:
    """The management pages, then every finding with its steps; each number is a link to its finding."""
    title = escape(sanitize(material.texts("exports.workbook", name=material.organisation), TEXT_MOST))
    body = [_block(block, material) for block in outline(material)]
    body.append(f"<h2>{_said(material.texts('exports.findings.name'))}</h2>")
    body += [_finding(finding, material) for finding in material.result.findings]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(material.texts.style.tag)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n"
        "<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    ).encode("utf-8", "replace")


def _block(block: Block, material: Material) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{_said(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        strong = ' class="strong"' if block.strong else ""
        return f"<p{strong}>{_said(block.text)}</p>"
    widest = [max((len(f"{row[at]}") for row in block.rows), default=0) for at in range(len(block.head))]
    marks = [' class="short"' if most <= SHORT else "" for most in widest]
    heads = zip(marks, block.head, strict=True)
    head = "".join(f'<th scope="col"{mark}>{_said(title)}</th>' for mark, title in heads)
    numbers = {material.wording.number(finding) for finding in material.result.findings}
    rows = "\n".join(
        "<tr>"
        + "".join(f"<td{mark}>{_linked(f'{cell}', numbers)}</td>" for mark, cell in zip(marks, row, strict=True))
        + "</tr>"
        for row in block.rows
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _linked(text: str, numbers: set[str]) -> str:
    """The numbers of findings among the words of a cell lead to them."""
    words = (f'<a href="#{word}">{word}</a>' if word in numbers else _said(word) for word in text.split(" "))
    return " ".join(words)


def _finding(finding: Finding, material: Material) -> str:
    wording, say = material.wording, material.texts
    number, repair = wording.number(finding), material.repair(finding)
    heads = say.lines("exports.findings.head")
    facts = (
        (heads[1], wording.word("severity", finding.severity.word)),
        (heads[3], finding.subject),
        (heads[5], wording.saw(finding)),
        (heads[6], wording.risk(finding)),
        (heads[9], wording.confirm(finding)),
    )
    told = "".join(f"<dt>{_said(name)}</dt><dd>{_said(value)}</dd>" for name, value in facts if value)
    steps = "".join(f"<li>{_said(step)}</li>" for step in wording.fix(finding))
    copied = "".join(
        _copied(snippet_title(say, piece), piece.content or say("repairs.delete")) for piece in repair.snippets
    )
    copied += "".join(_copied(" ".join(proof_words(say, proof)), proof.command) for proof in repair.proof)
    notes = "".join(_notes(say, repair, part) for part in ("before", "after", "risks", "back"))
    listed = f"<ol>{steps}</ol>" if steps else ""
    return f'<h3 id="{number}">{number} {_said(wording.title(finding))}</h3>\n<dl>{told}</dl>\n{listed}{notes}{copied}'


def _notes(say: Texts, repair: Repair, part: str) -> str:
    """The sentences of one part of a repair under their heading; empty when there are none."""
    said = "".join(f"<li>{_said(words)}</li>" for words in part_words(say, repair, part))
    return f"<p><b>{_said(say(f'repairs.{part}'))}</b></p><ul>{said}</ul>" if said else ""


def _copied(title: str, untrusted_content: str) -> str:
    lines = "\n".join(sanitize(line, TEXT_MOST) for line in untrusted_content.splitlines())
    return f"<p>{_said(title)}</p><pre>{escape(lines)}</pre>"


def _said(untrusted_text: str) -> str:
    return "<br>".join(escape(sanitize(line, TEXT_MOST)) for line in untrusted_text.split("\n"))
