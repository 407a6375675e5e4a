"""How far the collector of `resources/collect/` could see on a server.

Objective  Distinguish what is not there and what could not be looked at, when a server was described from inside.
Inputs     The list of parts of the one file that the collector writes; the parts themselves go to the readers that know
           them, by their content like any other document.
Steps      The file is unpacked by engine/unpacking.py, which refuses one that was changed.
Outcomes   part_missing (info); complete (ok).
"""

from collections.abc import Iterator, Sequence

from fumimori.checks.collected.facts import COLLECTED, Facts
from fumimori.checks.contract import About, Document, ReadContext, Reader, Reading
from fumimori.checks.listing import shown
from fumimori.checks.observations import Observations
from fumimori.grammar.collected import PARTS_HEAD
from fumimori.grammar.lines import lines_of, text_of
from fumimori.model import Control, Outcome, Rules, Values

LINES_MOST = 300


def accepts(document: Document) -> float:
    """By its first line."""
    return 1.0 if document.content.startswith(PARTS_HEAD.encode()) else 0.0


def read(document: Document, _context: ReadContext) -> Sequence[Reading[Facts]]:
    """Which parts there are."""
    pairs = [line.partition(": ")[::2] for line in lines_of(text_of(document.content), LINES_MOST)]
    head = dict(pairs)
    facts = Facts(
        at=head.get("at", "")[:40],
        root=head.get("root") == "yes",
        seen=tuple(value[:40] for key, value in pairs if key == "seen"),
        missing=tuple(value[:40] for key, value in pairs if key == "missing"),
    )
    return (Reading(subject="", facts=facts),)


def judge(observations: Observations, _rules: Rules) -> Iterator[Outcome]:
    """What could not be seen on each host."""
    for attempt, facts in observations.all(COLLECTED):
        values: Values = (("host", attempt.subject), ("at", facts.at[:10]), ("count", len(facts.seen)))
        if facts.missing:
            values = (*values, ("missing", shown(facts.missing)))
            yield COLLECTED.outcome("part_missing", attempt.subject, values)
        else:
            yield COLLECTED.outcome("complete", attempt.subject, values)


READER = Reader(
    facts=COLLECTED,
    control=Control.DEFAULTS,
    about=About.HOST,
    accepts=accepts,
    read=read,
    judge=judge,
)
