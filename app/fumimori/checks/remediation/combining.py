"""One text for a record that several findings edit.

Each repair starts from the published record: entered one after the other, the last would undo those before it.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from fumimori.checks.remediation import zone
from fumimori.checks.remediation.context import PLACEHOLDER, note
from fumimori.model import Assessment, Attempt, Finding, Repair, Snippet, SnippetKind

One = Callable[[Finding, Assessment], Repair]
"""The repair of one finding, made from what an assessment says is published."""
Key = tuple[str, str]
"""Name and type of a record, and its present text."""
SAME_RECORD = "same_record"
"""The note that says that one record takes the changes of several findings."""


def edits(repair: Repair) -> dict[Key, Snippet]:
    """What changes a published record, by that record; and new TXT records, of which a name takes one of a kind."""
    return {
        (one.place, one.current): one
        for one in repair.snippets
        if one.kind is SnippetKind.DNS_RECORD and (one.current or one.place.endswith(" TXT"))
    }


def differ(one: Repair, other: Repair) -> set[Key]:
    """The records that the two change in different ways."""
    mine, theirs = edits(one), edits(other)
    return {key for key in mine.keys() & theirs.keys() if not _agree(mine[key], theirs[key])}


def _agree(one: Snippet, other: Snippet) -> bool:
    kinds = {text.partition(" ")[0].partition(";")[0] for text in (one.content, other.content)}
    return one.content == other.content or (not one.current and len(kinds) > 1)


def marked(repair: Repair, keys: set[Key]) -> Repair:
    """The repair that says first that these records take the changes of other findings too."""
    notes = [note("same_record", record=place) for place in sorted({place for place, _ in keys})]
    return msgspec.structs.replace(repair, before=tuple(dict.fromkeys((*notes, *repair.before))))


def combined(findings: Sequence[Finding], assessment: Assessment, repair: One) -> list[Repair]:
    """The repairs of the findings of one cause: a record that several edit has one new text, with all edits in it.

    Each repair is made again from the record as the one before it leaves it; what has to be filled in comes last, for
    no grammar reads it. Where that is not possible the repairs stay as they are and say that they meet in one record.
    """
    alone = [repair(finding, assessment) for finding in findings]
    shared: set[Key] = set()
    for number, one in enumerate(alone):
        for other in alone[:number]:
            shared |= differ(one, other)
    if not shared:
        return alone
    texts = {key: key[1] for key in shared}
    counted: dict[str, Repair] = {}
    apart = {
        key for key in shared if not key[1] or any(key in edits(one) and not edits(one)[key].content for one in alone)
    }
    order = sorted(range(len(alone)), key=lambda i: any(PLACEHOLDER in one.content for one in alone[i].snippets))
    published = assessment
    for i in order:
        if not shared & edits(alone[i]).keys():
            continue
        again = repair(findings[i], published)
        counted |= {remark.key: again for remark in again.after}
        for key in shared - apart:
            place, old = key[0], texts[key]
            wanted = edits(again).get((place, old))
            if wanted is not None and wanted.content:
                texts[key] = wanted.content
                published = _with(published, {one.subject for one in findings}, old, wanted.content)
            elif old != key[1] and key in edits(again):
                apart.add(key)
    return [
        _finished(one, {key: text for key, text in texts.items() if key not in apart}, apart, counted) for one in alone
    ]


def _finished(repair: Repair, texts: Mapping[Key, str], apart: set[Key], counted: Mapping[str, Repair]) -> Repair:
    """The repair with the whole texts, the proofs and the figures of the records as they will be in the end."""
    mine = edits(repair)
    snippets, proofs, long = [], {proof: proof for proof in repair.proof}, False
    for snippet in repair.snippets:
        whole = snippet
        text = texts.get((snippet.place, snippet.current)) if snippet in mine.values() else None
        if text is not None:
            whole = msgspec.structs.replace(snippet, content=text)
            proofs[zone.look_up(snippet)] = zone.look_up(whole)
            long = long or len(text) > zone.STRING_LONGEST
        snippets.append(whole)
    after = [
        next((new for new in counted[one.key].after if new.key == one.key), one) if one.key in counted else one
        for one in repair.after
    ]
    risks = (*repair.risks, *([zone.long_text()] if long else []))
    made = msgspec.structs.replace(
        repair,
        snippets=tuple(snippets),
        after=tuple(after),
        risks=tuple(dict.fromkeys(risks)),
        proof=tuple(dict.fromkeys(proofs.values())),
    )
    return marked(made, apart & mine.keys()) if apart & mine.keys() else made


def _with(assessment: Assessment, subjects: set[str], old: str, new: str) -> Assessment:
    """The assessment as if `new` stood wherever `old` was seen in what was looked at of these subjects."""
    runs = tuple(
        msgspec.structs.replace(
            run, attempts=tuple(_seen(one, old, new) if one.subject in subjects else one for one in run.attempts)
        )
        for run in assessment.runs
    )
    return msgspec.structs.replace(assessment, runs=runs)


def _seen(attempt: Attempt, old: str, new: str) -> Attempt:
    if attempt.facts is None:
        return attempt
    facts = _replaced(msgspec.json.decode(attempt.facts), old, new)
    return msgspec.structs.replace(attempt, facts=msgspec.Raw(msgspec.json.encode(facts)))


def _replaced(value: object, old: str, new: str) -> object:
    """The same JSON value with every text that reads `old` in a zone file replaced."""
    if isinstance(value, str):
        return new if zone.cleaned(value) == old else value
    if isinstance(value, list):
        return [_replaced(one, old, new) for one in value]
    if isinstance(value, dict):
        return {key: _replaced(one, old, new) for key, one in value.items()}
    return value
