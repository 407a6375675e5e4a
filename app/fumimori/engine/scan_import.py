"""Measurements that this program made elsewhere, among what people hand over: recognised, read, and taken over."""

from collections.abc import Collection, Iterator, Sequence

from fumimori.checks.contract import About, Damaged, Document, TooMuch
from fumimori.engine.exchange import IMPORT_LIMIT, Scan, foreign_domains, imported, read_scan
from fumimori.engine.scan_limits import NotAScanError
from fumimori.engine.toolkit import Toolkit
from fumimori.grammar.lines import beginning_of, text_of
from fumimori.model import Assessment, Record

SCAN = "scan"
"""Stands where a reader's name stands; its texts are `words.scan`."""


class ImportedScan(Record):
    """One measurement, before it counts."""

    name: str
    """Of the document."""
    sha256: str
    scan: Scan


def is_scan(document: Document) -> bool:
    """Whether it says in its first members that it is a measurement of this program, in any encoding."""
    begin = beginning_of(document.content).lstrip()
    return begin.startswith("{") and '"fumimori-scan-' in begin[:1_000]


def read_scan_document(document: Document, toolkit: Toolkit) -> ImportedScan:
    """The measurement in the document; Damaged for one that cannot be, TooMuch for one that is too large."""
    if len(document.content) > IMPORT_LIMIT:
        raise TooMuch
    try:
        scan = read_scan(text_of(document.content).encode(), toolkit, document.at)
    except NotAScanError as error:
        raise Damaged(str(error)[:200]) from error
    return ImportedScan(name=document.name, sha256=document.sha256, scan=scan)


def foreign(scans: Sequence[ImportedScan], assessment: Assessment) -> Iterator[tuple[str, About, str]]:
    """Each domain that the assessment is not about, with the document that is about it.

    Where the assessment names no domain yet, it will be about those of the first measurement.
    """
    known = {domain.name for domain in assessment.scope.domains}
    for one in scans:
        names = [domain.name for domain in one.scan.scope.domains]
        known = known or set(names)
        yield from ((name, About.DOMAIN, one.name) for name in names if name not in known)


def with_scans(scans: Sequence[ImportedScan], assessment: Assessment, also: Collection[str]) -> Assessment:
    """The assessment with those measurements of which every domain is its own or in `also`."""
    before = after = assessment
    for one in scans:
        before = before if before.scope.domains else after
        others = foreign_domains(one.scan, before)
        if all(domain in also for domain in others):
            after = imported(one.scan, after, widen=bool(others))
    return after if after.runs != assessment.runs else assessment
