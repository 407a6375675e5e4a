"""What a reading of handed-over documents brings home, before any of it counts."""

from collections.abc import Collection
from typing import Any

import msgspec

from fumimori.checks.contract import About, Reader
from fumimori.engine.counting import belongs
from fumimori.engine.handed_scans import HandedScan, with_scans
from fumimori.model import Assessment, DomainScope, Record, Run, Scope


class Handed(Record):
    """What became of one document, those in archives one by one."""

    name: str
    sha256: str = ""
    size: int = 0
    reader: str = ""
    """Which reader took it; empty when none knows it."""
    subjects: tuple[str, ...] = ()
    """What it speaks of, each once."""
    others: tuple[str, ...] = ()
    """Those among them that the assessment is not about."""
    problem: str = ""
    """Why nothing could be read: a code with a text under `words.not_readable`; empty when it was read."""
    detail: str = ""


class OtherDomain(Record):
    """A domain or a host that the assessment is not about and that documents speak of: somebody has to say."""

    subject: str
    about: About
    documents: tuple[str, ...]
    """Their names."""


class Progress(Record):
    """A step of a reading, for whoever watches."""

    name: str
    done: int
    total: int
    """Those that were handed over and came out of archives so far."""
    share: float = 0.0
    """How much of this document was read, 0 to 1, where its reader says it."""


class ReadResult(Record):
    """What a reading brought home; nothing counts before `added_to`."""

    run: Run
    handed: tuple[Handed, ...]
    others: tuple[OtherDomain, ...] = ()
    teaches: tuple[tuple[Reader[Any], tuple[Record, ...]], ...] = ()
    scans: tuple[HandedScan, ...] = ()
    """Measurements that were made elsewhere; each becomes the runs that it holds."""
    cancelled: bool = False

    def added_to(self, assessment: Assessment, also: Collection[str] = ()) -> Assessment:
        """The assessment with what was read behind the older runs; as it was when nothing is left of it.

        Of the `others` only those in `also` are taken, and belong to the scope from now on.
        """
        return self._read_into(with_scans(self.scans, assessment, also), also)

    def _read_into(self, assessment: Assessment, also: Collection[str]) -> Assessment:
        """The same for what readers read."""
        scope = assessment.scope
        for other in self.others:
            scope = _with(scope, other.subject, other.about) if other.subject in also else scope
        left = {(other.subject, other.about) for other in self.others if other.subject not in also}
        about = self._about
        attempts = tuple(one for one in self.run.attempts if (one.subject, about[one.probe]) not in left)
        if not attempts:
            return assessment
        for reader, facts in self.teaches:
            scope = reader.teaches(scope, facts)
        kept = {(one.probe, one.subject) for one in attempts}
        digests = {one.sha256 for one in self.handed if any((one.reader, name) in kept for name in one.subjects)}
        sources = tuple(source for source in self.run.sources if source.sha256 in digests)
        run = msgspec.structs.replace(self.run, attempts=attempts, sources=sources, scope=scope)
        return msgspec.structs.replace(assessment, scope=scope, runs=(*assessment.runs, run))

    @property
    def measured(self) -> tuple[Run, ...]:
        """The runs of all measurements that were made elsewhere."""
        return tuple(run for one in self.scans for run in one.scan.runs)

    @property
    def nameless(self) -> tuple[str, ...]:
        """The documents that speak of a host and do not say of which."""
        return next((one.documents for one in self.others if not one.subject and one.about is About.HOST), ())

    def of_host(self, host: str) -> "ReadResult":
        """The same, where a person says that the documents without a host of their own are of `host`."""
        if not self.nameless:
            return self
        about, mine = self._about, OtherDomain(subject=host, about=About.HOST, documents=self.nameless)
        others = [one for one in self.others if one.subject and (one.subject, one.about) != (host, About.HOST)]
        attempts = tuple(
            one if one.subject or about[one.probe] is not About.HOST else msgspec.structs.replace(one, subject=host)
            for one in self.run.attempts
        )
        handed = tuple(
            msgspec.structs.replace(one, subjects=tuple(name or host for name in one.subjects))
            if about.get(one.reader) is About.HOST
            else one
            for one in self.handed
        )
        belonging = belongs(About.HOST, host, self.run.scope)
        run = msgspec.structs.replace(self.run, attempts=attempts)
        return msgspec.structs.replace(self, run=run, handed=handed, others=(*others, *(() if belonging else (mine,))))

    @property
    def _about(self) -> dict[str, About]:
        return {reader.id: reader.about for reader, _ in self.teaches}


def _with(scope: Scope, subject: str, about: About) -> Scope:
    """The scope with this domain, or this host as one of the organisation's own, where it does not name it yet."""
    if about is About.DOMAIN and all(domain.name != subject for domain in scope.domains):
        return msgspec.structs.replace(scope, domains=(*scope.domains, DomainScope(name=subject)))
    if about is About.HOST and subject and subject not in scope.mail_hosts:
        return msgspec.structs.replace(scope, mail_hosts=(*scope.mail_hosts, subject))
    return scope
