"""Documents read and judged as the program does it, and what came about remembered for the proof of every outcome."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fumimori import __main__ as program
from fumimori.engine import Toolkit
from fumimori.engine.reading import ReadResult, document_of, read_documents
from fumimori.model import Assessment, Attempt, DomainScope, Outcome, Record, Run, Scope, Status
from fumimori.net.certificates import chain_of, load_roots
from fumimori.network.tls import CertificateChain
from loopback.witnesses import witnessed

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def tools(roots: Path | None = None) -> Toolkit:
    """The program's own tools; certificates are trusted by the roots in the PEM file alone."""
    trusted = load_roots(roots) if roots is not None else ()

    def chain(ders: Sequence[bytes], at: datetime) -> CertificateChain:
        return chain_of(ders, name="", at=at, roots=trusted, any_use=True)

    return dataclasses.replace(program.toolkit(), chain=chain)


def about(*names: str, attempts: Sequence[Attempt] = ()) -> Assessment:
    """An assessment of these domains, in which `attempts` were made before."""
    run = Run(id="measured", started=NOW, ended=NOW, attempts=tuple(attempts))
    scope = Scope(domains=tuple(DomainScope(name=name) for name in names))
    return Assessment(id="1", created=NOW, scope=scope, runs=(run,) if attempts else ())


def looked(check: str, subject: str, facts: Record) -> Attempt:
    """A completed attempt of a probe."""
    raw = msgspec.Raw(msgspec.json.encode(facts))
    return Attempt(probe=check, subject=subject, status=Status.COMPLETED, started=NOW, ended=NOW, facts=raw)


def handed_over(
    *contents: bytes, into: Assessment, roots: Path | None = None, at: datetime = NOW, own: bool = True
) -> tuple[ReadResult, Assessment, list[Outcome]]:
    """What becomes of the documents: the reading, the assessment after it, and the outcomes of the readers.

    Of `own` ones somebody says that they sent the messages among them.
    """
    toolkit = tools(roots)
    documents = [document_of(f"{number}", content, at) for number, content in enumerate(contents)]
    result = read_documents(toolkit, into, documents, at)
    after = (result.vouched() if own else result).added_to(into)
    known = {reader.id for reader in toolkit.readers}
    said = [one for one in toolkit.outcomes(after) if one.code.partition(".")[0] in known]
    return result, after, witnessed(said)


def words_of(outcomes: Sequence[Outcome], check: str) -> list[str]:
    """The words behind `check.` of the outcomes, sorted."""
    return sorted(one.code.removeprefix(f"{check}.") for one in outcomes if one.code.startswith(f"{check}."))
