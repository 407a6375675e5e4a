"""Everything for everybody in one archive, with a folder for each reader and an index that says whose each file is."""

import hashlib
from collections.abc import Mapping
from html import escape

from fumimori.exports.archive import archive
from fumimori.exports.material import Material, PackageTooLargeError
from fumimori.exports.web_page import STYLE
from fumimori.texts import Texts, sanitize

FOLDERS = {
    "docx": "management",
    "orders": "owners",
    "provider": "owners",
    "settings": "technician",
    "xlsx": "office",
    "csv": "office",
    "ics": "office",
    "partner": "partners",
    "staff": "staff",
    "authorisation": "office",
    "html": "consultant",
}
"""Whose folder the files of a format are in."""
REPORTS = {"management": "management", "repairs": "technician", "proof": "technician"}
"""Whose folder the parts of the report are in."""
READERS = ("management", "owners", "technician", "office", "partners", "staff", "consultant")
"""In the order of the index."""
OCTETS_MOST = 256 * 1024 * 1024
FILES_MOST = 2_000
INDEX, SUMS = "index.html", "SHA256SUMS.txt"
NAME = "fumimori-handover.zip"


def package(material: Material, made: Mapping[str, Mapping[str, bytes]]) -> bytes:
    """The archive of the files in `made`, by format and name, with the report and the scan; PackageTooLargeError.

    The same assessment issued at the same moment gives the same bytes. It holds what is printed and exported, and so
    neither a key, nor the octets of evidence, nor answers that were taken back.
    """
    files: dict[str, bytes] = {}
    kinds: dict[str, str] = {}
    for part, folder in REPORTS.items():
        files[f"{folder}/report-{part}.pdf"] = material.print_report(part)
        kinds[f"{folder}/report-{part}.pdf"] = f"report_{part}"
    for word, folder in FOLDERS.items():
        for name, content in made[word].items():
            files[f"{folder}/{name}"] = content
            kinds[f"{folder}/{name}"] = word
    files["consultant/scan.json"], kinds["consultant/scan.json"] = material.scan(), "scan"
    if len(files) > FILES_MOST or sum(len(content) for content in files.values()) > OCTETS_MOST:
        raise PackageTooLargeError
    ordered = sorted(files, key=lambda name: (READERS.index(name.partition("/")[0]), name))
    sums = {name: hashlib.sha256(files[name]).hexdigest() for name in ordered}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    whole = {INDEX: _index(material, kinds, sums), SUMS: lines.encode(), **{name: files[name] for name in ordered}}
    return archive(whole, material.issued)


def _index(material: Material, kinds: Mapping[str, str], sums: Mapping[str, str]) -> bytes:
    """The index as one page that fetches nothing: a chapter a language, that of the files first."""
    chapters = sorted(material.languages, key=lambda texts: texts.language != material.texts.language)
    title = _said(material.texts("exports.handover.title", name=material.organisation))
    body = "\n".join(_chapter(material, texts, kinds, sums) for texts in chapters)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(material.texts.style.tag)}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<style>{STYLE}'
        "table { table-layout: fixed; } th:first-child { width: 34%; } td { overflow-wrap: anywhere; }\n"
        "code { font-size: .7rem; } section + section { margin-top: 4rem; break-before: page; }</style>\n"
        f"</head>\n<body>\n{body}\n</body>\n</html>\n"
    ).encode("utf-8", "replace")


def _chapter(material: Material, texts: Texts, kinds: Mapping[str, str], sums: Mapping[str, str]) -> str:
    def say(key: str, **values: object) -> str:
        return _said(texts(f"exports.handover.{key}", **values))

    heads = "".join(f'<th scope="col">{_said(head)}</th>' for head in texts.lines("exports.handover.heads"))
    told = "".join(f"<li>{_said(line)}</li>" for line in texts.lines("exports.handover.care"))
    parts = [
        f"<h1>{say('title', name=material.organisation)}</h1>",
        f"<p>{say('lead', day=texts.day(material.issued), count=len(sums))}</p><ul>{told}</ul>",
    ]
    for reader in READERS:
        rows = "\n".join(
            f'<tr><td><a href="{escape(_reference(name))}">{_said(name.partition("/")[2])}</a></td>'
            f"<td>{say(f'what.{kinds[name]}')}<br><code>{digest[:32]}<wbr>{digest[32:]}</code></td></tr>"
            for name, digest in sums.items()
            if name.startswith(f"{reader}/")
        )
        if rows:
            parts.append(f"<h2>{say(f'who.{reader}')}</h2>\n<p>{say('folder', folder=reader)}</p>")
            parts.append(f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>")
    return f'<section lang="{escape(texts.style.tag)}">\n' + "\n".join(parts) + "\n</section>"


def _reference(name: str) -> str:
    from urllib.parse import quote

    return quote(name)


def _said(untrusted_text: str) -> str:
    return escape(sanitize(untrusted_text))
