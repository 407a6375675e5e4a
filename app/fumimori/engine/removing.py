"""Taking a document, or a measurement made elsewhere, out of an assessment, with what it alone had taught the scope."""

from collections.abc import Iterable, Mapping

import msgspec

from fumimori.engine.toolkit import Toolkit
from fumimori.model import Assessment, Run, Scope


def without_run(toolkit: Toolkit, assessment: Assessment, run: str) -> Assessment:
    """The assessment without that run, where it was handed over, and without the selectors that nothing else shows."""
    gone = tuple(one for one in assessment.runs if one.handed_over and one.id == run)
    left = tuple(one for one in assessment.runs if one not in gone)
    lost, still = (_selectors(toolkit, assessment.scope, runs) for runs in (gone, left))
    domains = tuple(
        msgspec.structs.replace(
            domain,
            mail_selectors=tuple(
                name for name in domain.mail_selectors if name not in lost[domain.name] or name in still[domain.name]
            ),
        )
        for domain in assessment.scope.domains
    )
    scope = assessment.scope
    if domains != scope.domains:
        scope = msgspec.structs.replace(scope, domains=domains)
    return msgspec.structs.replace(assessment, scope=scope, runs=left)


def _selectors(toolkit: Toolkit, scope: Scope, runs: Iterable[Run]) -> Mapping[str, tuple[str, ...]]:
    """Domain → the selectors that the documents of these runs teach."""
    bare = tuple(msgspec.structs.replace(domain, mail_selectors=()) for domain in scope.domains)
    taught = msgspec.structs.replace(scope, domains=bare)
    attempts = [attempt for run in runs for attempt in run.attempts if attempt.facts is not None]
    for reader in toolkit.readers:
        facts = [
            msgspec.json.decode(attempt.facts, type=reader.facts.kind)
            for attempt in attempts
            if attempt.probe == reader.id and attempt.facts is not None
        ]
        taught = reader.teaches(taught, facts)
    return {domain.name: domain.mail_selectors for domain in taught.domains}
