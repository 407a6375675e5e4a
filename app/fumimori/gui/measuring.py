"""The measurement under way: it belongs to the session, so it continues while people read or answer elsewhere."""

import dataclasses
import logging
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from fumimori.gui.bridge import Job, Say
from fumimori.model import Assessment, Consent, Finding, Grade, Record

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from fumimori.engine import Measurement, NetworkSettings, Progress, Targets
    from fumimori.gui.session import Session

log = logging.getLogger(__name__)

MAIL_IN_DNS = ("mx",)
"""The probe that asks DNS who takes the mail, and nobody else anything."""

TELL_EVERY_MS = 400
"""Faster changes would take the place away from a screen reader."""


class Rechecked(Record):
    """Findings that are measured again, and the grade that there was before."""

    assessment: str
    findings: tuple[Finding, ...]
    before: Grade


class Measuring(QObject):
    """At most one measurement at a time; its result is put into the assessment."""

    changed = Signal()
    """Progress, at most a few times a second."""
    ended = Signal()
    """It is over, whatever way; `fault` says whether it was ours."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._job: Job | None = None
        self._judged_next = False
        self._for = ""
        self.progress: dict[tuple[str, str], Progress] = {}
        self.done = self.total = 0
        self.stopping = self.cancelled = False
        self.thorough = self.from_outside = False
        """What people say about the next runs; neither is kept in the file, because both belong to here and now."""
        self.fault = ""
        self._rechecked: Rechecked | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TELL_EVERY_MS)
        self._timer.timeout.connect(self.changed)
        self._begun: Assessment | None = None
        session.changed.connect(self._still_allowed)

    @property
    def running(self) -> bool:
        """Whether a measurement is under way, or its result is still being judged."""
        return self._job is not None or self._judged_next

    def settings(self) -> "NetworkSettings":
        """How the next run connects."""
        usual = self._session.services.network()
        thorough, outside = usual.thorough or self.thorough, usual.from_outside or self.from_outside
        return dataclasses.replace(usual, thorough=thorough, from_outside=outside)

    def remarks(self) -> list[str]:
        """What is to be known about the last run and the place that it was made from, as words of the page's texts."""
        remarks = [word for word, so in (("fault", self.fault), ("cancelled", self.cancelled)) if so]
        seen = self._session.open.vantages
        if not seen or self.running:
            return remarks
        here = seen[-1]
        told = {
            "offline": not here.online,
            "port25": here.online and here.port25 == "blocked",
            "captive": here.captive_portal,
            "intercepted": here.intercepted,
            "inside": here.inside,
        }
        return [*remarks, *(word for word, so in told.items() if so)]

    def ask_dns(self) -> None:
        """Ask DNS alone who takes the domains' mail, before anything is consented to."""
        self.start(only=MAIL_IN_DNS)

    @property
    def rechecked(self) -> "Rechecked | None":
        """What the last run measured again, or the one under way does; None when it was another kind of run."""
        known = self._rechecked
        return known if known and self._session.assessment and known.assessment == self._session.assessment.id else None

    def targets(self, findings: "Sequence[Finding]") -> "Targets":
        """The attempts that these findings rest on; none where they come from answers, documents and registers."""
        from fumimori.engine import targets

        session = self._session
        return targets(findings, session.toolkit.probes, session.judging.observations())

    def again(self, findings: "Sequence[Finding]") -> None:
        """Measure only what these findings rest on, under the consent that was given; nothing while one runs."""
        if self.running:
            return
        session, attempts = self._session, self.targets(findings)
        kept = Rechecked(assessment=session.open.id, findings=tuple(findings), before=session.result.grade)
        self.start(again=attempts)
        self._rechecked = kept

    def start(self, *, only: "Sequence[str]" = (), again: "Targets | None" = None) -> None:
        """Measure the assessment as it stands, or `only` what public information tells; nothing while one runs.

        With `again` only those attempts.
        """
        if self.running:
            return
        self._rechecked = None
        from fumimori.engine import measure

        self.progress, self.done, self.total = {}, 0, 0
        self.stopping = self.cancelled = False
        self.fault = ""
        assessment, toolkit, settings = self._session.open, self._session.toolkit, self.settings()
        if only:
            assessment = msgspec.structs.replace(assessment, consent=Consent())
        self._for, self._begun = assessment.id, assessment

        async def work(stop: "asyncio.Event", say: Say) -> "Measurement":
            network = toolkit.open_network(settings)
            try:
                return await measure(
                    toolkit,
                    assessment,
                    network,
                    settings,
                    observer=say,
                    cancel=stop,
                    only=only or None,
                    again=again,
                )
            finally:
                await network.close()

        self._job = self._session.bridge.run(work, done=self._on_finished, failed=self._failed, said=self._on_progress)
        self.changed.emit()

    def stop(self) -> None:
        """Ask it to end; what is finished is kept."""
        if self._job is not None:
            self.stopping = True
            self._job.cancel()
            self.changed.emit()

    def _still_allowed(self) -> None:
        """A consent that was withdrawn, and a domain that was taken out or corrected, end the run at once."""
        now, begun = self._session.assessment, self._begun
        if self._job is None or self.stopping or now is None or begun is None or now.id != self._for:
            return
        left = {domain.name for domain in begun.scope.domains} - {domain.name for domain in now.scope.domains}
        if left or now.consent.confirmed_level < begun.consent.confirmed_level:
            self.stop()

    def _on_progress(self, what: object) -> None:
        from fumimori.engine import Progress

        if not isinstance(what, Progress):
            return
        self.progress[(what.probe, what.subject)] = what
        self.done, self.total = what.done, what.total
        if not self._timer.isActive():
            self._timer.start()

    def _on_finished(self, measurement: "Measurement") -> None:
        self._job = None
        self.cancelled = measurement.cancelled
        if self._session.assessment is not None and self._session.assessment.id == self._for:
            self._judged_next = True
            self._session.put(measurement.added_to(self._session.assessment))
            self._session.judging.when_exact(self._end, self)
        else:
            self._end()

    def _end(self) -> None:
        self._judged_next = False
        self._timer.stop()
        self.changed.emit()
        self.ended.emit()

    def _failed(self, error: BaseException) -> None:
        self._job = None
        self.fault = type(error).__name__
        log.error("the measurement broke off", exc_info=error)
        self.changed.emit()
        self.ended.emit()
