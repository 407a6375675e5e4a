"""What the command line says on standard error while it measures and when it is done."""

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from fumimori.core.model import Assessment, Result, Status
from fumimori.engine import Instruments, Measurement, Progress, planned, registries
from fumimori.texts import Texts


@dataclass(frozen=True)
class Teller:
    """Speaks to the person at the terminal."""

    texts: Texts

    def say(self, key: str, **values: str | int) -> None:
        """One line on standard error; a terminal that was closed meanwhile does not stop the work."""
        with contextlib.suppress(OSError):
            print(self.texts(f"cli.{key}", **values), file=sys.stderr)

    def budget(self, instruments: Instruments, assessment: Assessment) -> None:
        """How often a host will be connected to at the most; nothing when no host is."""
        plans = [plan for plan in planned(instruments, assessment) if plan.allowed and plan.connections]
        if plans:
            names = ", ".join(f"{self.texts(f'probes.{plan.probe}.name')} {plan.connections}" for plan in plans)
            self.say("budget", connections=sum(plan.connections for plan in plans), probes=names)

    def third_parties(
        self, instruments: Instruments, assessments: Sequence[Assessment], control_hosts: Sequence[str]
    ) -> None:
        """Everybody who is contacted beside the targets and the resolver; said before anything is sent."""
        hosts = dict.fromkeys(control_hosts)
        for assessment in assessments:
            hosts.update(dict.fromkeys((*registries(instruments, assessment), *assessment.scope.blocklists)))
        self.say("third_parties", hosts=", ".join(hosts))

    def progress(self, progress: Progress) -> None:
        """One attempt has ended."""
        if progress.state != "done" or progress.status is None:
            return
        status = self.texts(f"words.status.{progress.status}")
        if progress.reason:
            status += f" ({progress.reason})"
        name = self.texts(f"probes.{progress.probe}.name")
        self.say(
            "progress",
            done=progress.done,
            total=progress.total,
            probe=name,
            subject=progress.subject,
            status=status,
        )
        if progress.status is Status.OUR_BUG:
            self.say("bug", probe=name)

    def nothing_measured(self, measurement: Measurement) -> None:
        """Why nothing at all could be measured."""
        reasons = {attempt.reason for attempt in measurement.attempts} or {"offline"}
        self.say(
            "nothing_measured", reason=" ".join(self.texts(f"words.reason.{name}") for name in sorted(reasons) if name)
        )

    def interrupted(self) -> None:
        """It was stopped by hand."""
        self.say("interrupted")

    def grade(self, result: Result) -> None:
        """What came out."""
        grade, findings = result.grade, len(result.findings)
        if grade.letter is None:
            self.say("withheld", lower=grade.lower_bound, findings=findings)
            return
        score = f"{grade.score_low}-{grade.score_high}"
        self.say("grade", letter=grade.letter, lower=grade.lower_bound, score=score, findings=findings)
