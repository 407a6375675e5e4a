"""What the repairs offer to copy, as files: one for the DNS zone, one for each policy and program."""

import re

from fumimori.checks.remediation.combining import SAME_RECORD
from fumimori.exports.material import Material
from fumimori.model import Snippet, SnippetKind
from fumimori.texts import sanitize
from fumimori.wording.repairs import note_words

_UNFIT = re.compile(r"[^a-z0-9.-]{1,64}")
ZONE = "dns-zone"
"""The file for all records."""
STRING_MOST = 255
"""Octets of one string of a TXT record (RFC 1035 section 3.3)."""
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
            record = snippet.kind is SnippetKind.DNS_RECORD
            place = ZONE if record else snippet.place
            said = pieces.setdefault(place, {}).setdefault(_records(snippet) if record else snippet.content, [])
            said.append(f"{material.wording.number(finding)} {material.wording.title(finding)}")
            if snippet.note is not None and (note := note_words(material.texts, snippet.note)) not in said:
                said.append(note)
            if not snippet.content:
                said.append(material.texts("repairs.delete"))
            said += [one for one in shared if snippet.place in one and one not in said]
    found: dict[str, bytes] = {}
    for place, texts in list(pieces.items())[:FILES_MOST]:
        sign = ";" if place == ZONE else "#"
        blocks = [
            "".join(f"{sign} {sanitize(line, LINE_MOST)}\n" for line in lines) + f"{_harmless(text)}\n"
            for text, lines in texts.items()
        ]
        found[_free(found, place)] = "\n".join(blocks).encode()
    return found


def _records(snippet: Snippet) -> str:
    """Lines of a zone file (RFC 1035 section 5.1): the whole name with its dot, a text in quotes in strings of 255.

    What is to be deleted is a remark, so that nobody publishes it.
    """
    name, _, kind = snippet.place.partition(" ")
    head = f"{'' if snippet.content else '; '}{name.rstrip('.')}. IN {kind}"
    contents = (snippet.content or snippet.current).splitlines()
    return "\n".join(f"{head} {_strings(one) if kind == 'TXT' else one}" for one in contents)


def _strings(text: str) -> str:
    octets = text.encode()
    pieces = [octets[at : at + STRING_MOST] for at in range(0, len(octets), STRING_MOST)]
    return " ".join(f'"{"".join(map(_quoted, piece))}"' for piece in pieces)


def _quoted(octet: int) -> str:
    sign = chr(octet)
    if sign in '"\\':
        return f"\\{sign}"
    return sign if 0x20 <= octet < 0x7F else f"\\{octet:03d}"


def _harmless(text: str) -> str:
    return "\n".join(sanitize(line, LINE_MOST) for line in text.splitlines())


def _free(taken: dict[str, bytes], place: str) -> str:
    """A file name of letters, digits and dots that is not taken yet; no part of it can lead out of the folder."""
    stem = _UNFIT.sub("-", place.lower())[:80].strip("-.") or "settings"
    name, number = f"settings/{stem}.txt", 2
    while name in taken:
        name, number = f"settings/{stem}-{number}.txt", number + 1
    return name
