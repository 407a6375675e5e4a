"""What the repairs offer to copy, as files: one for the DNS zone, one for each policy and program."""

import re

from fumimori.checks.remediation.combining import SAME_RECORD
from fumimori.exports.material import Material
from fumimori.model import SnippetKind
from fumimori.texts import sanitize
from fumimori.wording.repairs import note_words

_UNFIT = re.compile(r"[^a-z0-9.-]{1,64}")
FILES_MOST = 200
LINE_MOST = 4000


def files(material: Material) -> dict[str, bytes]:
    """`settings/<place>.txt` by place, each piece once, under the findings that it belongs to; empty without any."""
    pieces: dict[str, dict[str, list[str]]] = {}
    for finding in material.result.findings:
        repair = material.repair(finding)
        shared = [note_words(material.texts, one) for one in repair.before if one.key == SAME_RECORD]
        for snippet in repair.snippets:
            if snippet.kind is SnippetKind.COMMAND:
                continue
            place = "dns-zone" if snippet.kind is SnippetKind.DNS_RECORD else snippet.place
            text = f"{snippet.place} {snippet.content}" if snippet.kind is SnippetKind.DNS_RECORD else snippet.content
            said = pieces.setdefault(place, {}).setdefault(text, [])
            said.append(f"{material.wording.number(finding)} {material.wording.title(finding)}")
            said += [one for one in shared if snippet.place in one and one not in said]
    found: dict[str, bytes] = {}
    for place, texts in list(pieces.items())[:FILES_MOST]:
        blocks = ["".join(f"# {line}\n" for line in lines) + f"{_harmless(text)}\n" for text, lines in texts.items()]
        found[_free(found, place)] = "\n".join(blocks).encode()
    return found


def _harmless(text: str) -> str:
    return "\n".join(sanitize(line, LINE_MOST) for line in text.splitlines())


def _free(taken: dict[str, bytes], place: str) -> str:
    """A file name of letters, digits and dots that is not taken yet; no part of it can lead out of the folder."""
    stem = _UNFIT.sub("-", place.lower())[:80].strip("-.") or "settings"
    name, number = f"settings/{stem}.txt", 2
    while name in taken:
        name, number = f"settings/{stem}-{number}.txt", number + 1
    return name
