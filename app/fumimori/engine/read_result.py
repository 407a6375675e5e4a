"""The result of reading documents, before any of it counts."""

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from fumimori.checks.contract import About, Reader
from fumimori.checks.observations import host_of
from fumimori.engine.counting import belongs
from fumimori.engine.scan_import import ImportedScan, with_scans
from fumimori.model import Assessment, Attempt, DomainScope, Outcome, Record, Run, Scope, Tool


class DocumentResult(Record):
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
    """A progress event of a reading."""

    name: str
    done: int
    total: int
    """Those that were handed over and came out of archives so far."""
    share: float = 0.0
    """How much of this document was read, 0 to 1, where its reader says it."""


class ReadResult(Record):
    """The result of a reading; nothing counts before `added_to`."""

    run: Run
    documents: tuple[DocumentResult, ...]
    others: tuple[OtherDomain, ...] = ()
    teaches: tuple[tuple[Reader[Any], tuple[Record, ...]], ...] = ()
    tools: tuple[tuple[str, Tool], ...] = ()
    """Of the documents that are results of another program: digest and program."""
    scans: tuple[ImportedScan, ...] = ()
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
        attempts = tuple(one for one in self.run.attempts if (self._named(one), self._about_of(one)) not in left)
        if not attempts:
            return assessment
        for reader, facts in self.teaches:
            scope = reader.teaches(scope, facts)
        kept = {(one.probe, one.subject) for one in attempts}
        digests = {one.sha256 for one in self.documents if any((one.reader, name) in kept for name in one.subjects)}
        sources = tuple(source for source in self.run.sources if source.sha256 in digests)
        run = msgspec.structs.replace(self.run, attempts=attempts, sources=sources, scope=scope)
        return msgspec.structs.replace(assessment, scope=scope, runs=(*assessment.runs, *self._by_tool(run)))

    def _by_tool(self, run: Run) -> Iterator[Run]:
        """The reading, and one run for each result of another program, dated when that program ran."""
        tools = dict(self.tools)
        rest = tuple(one for one in run.attempts if one.source not in tools)
        if rest:
            sources = tuple(one for one in run.sources if one.sha256 not in tools)
            yield msgspec.structs.replace(run, attempts=rest, sources=sources)
        for number, source in enumerate(one for one in run.sources if one.sha256 in tools):
            attempts = tuple(one for one in run.attempts if one.source == source.sha256)
            yield msgspec.structs.replace(
                run, id=f"{run.id}-{number}", attempts=attempts, sources=(source,), tool=tools[source.sha256]
            )

    def speaks_in(self, outcome: Outcome) -> bool:
        """Whether the outcome is one that these documents bring or change."""
        check = outcome.code.partition(".")[0]
        looked = self.run.attempts if outcome.tool else tuple(one for run in self.measured for one in run.attempts)
        return check in self._about or any(one.probe == check for one in looked)

    @property
    def claims(self) -> tuple[str, ...]:
        """What a person can say of some of the documents so that they prove more (see `Reader.claim`)."""
        return tuple(sorted({reader.claim for reader, _ in self.teaches if reader.vouched is not None}))

    def vouched(self, claims: Collection[str] | None = None) -> "ReadResult":
        """The same, where a person makes these claims, or all that can be made."""
        readers = {
            reader.id: reader
            for reader, _ in self.teaches
            if reader.vouched is not None and (claims is None or reader.claim in claims)
        }
        attempts = tuple(
            _vouched(one, readers[one.probe]) if one.probe in readers else one for one in self.run.attempts
        )
        teaches = tuple(
            (reader, tuple(reader.vouched(one) for one in facts) if reader.id in readers and reader.vouched else facts)
            for reader, facts in self.teaches
        )
        return msgspec.structs.replace(self, run=msgspec.structs.replace(self.run, attempts=attempts), teaches=teaches)

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
            one if one.subject or self._about_of(one) is not About.HOST else msgspec.structs.replace(one, subject=host)
            for one in self.run.attempts
        )
        documents = tuple(
            msgspec.structs.replace(one, subjects=tuple(name or host for name in one.subjects))
            if about.get(one.reader) is About.HOST
            else one
            for one in self.documents
        )
        belonging = belongs(About.HOST, host, self.run.scope)
        run = msgspec.structs.replace(self.run, attempts=attempts)
        return msgspec.structs.replace(
            self, run=run, documents=documents, others=(*others, *(() if belonging else (mine,)))
        )

    @property
    def _about(self) -> dict[str, About]:
        return {reader.id: reader.about for reader, _ in self.teaches}

    def _about_of(self, attempt: Attempt) -> About:
        """What its subject is; a probe's, that another program looked at, is a host's."""
        return self._about.get(attempt.probe, About.HOST)

    def _named(self, attempt: Attempt) -> str:
        return host_of(attempt.subject) if self._about_of(attempt) is About.HOST else attempt.subject


def _vouched(attempt: Attempt, reader: Reader[Any]) -> Attempt:
    if attempt.facts is None or reader.vouched is None:
        return attempt
    facts = reader.vouched(msgspec.json.decode(attempt.facts, type=reader.facts.kind))
    return msgspec.structs.replace(attempt, facts=msgspec.Raw(msgspec.json.encode(facts)))


def _with(scope: Scope, subject: str, about: About) -> Scope:
    """The scope with this domain, or this host as one of the organisation's own, where it does not name it yet."""
    if about is About.DOMAIN and all(domain.name != subject for domain in scope.domains):
        return msgspec.structs.replace(scope, domains=(*scope.domains, DomainScope(name=subject)))
    if about is About.HOST and subject and subject not in scope.mail_hosts:
        return msgspec.structs.replace(scope, mail_hosts=(*scope.mail_hosts, subject))
    return scope
