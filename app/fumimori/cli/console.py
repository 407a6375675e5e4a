"""What the command line says on standard error while it measures and when it is done."""

import contextlib
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fumimori.assess.absent import absent_domains
from fumimori.engine import Measurement, Progress, Toolkit, file_hosts, planned, third_parties
from fumimori.grammar.domain_names import unicode_domain
from fumimori.model import Assessment, ConsentLevel, Result, Status
from fumimori.texts import Texts


@dataclass(frozen=True)
class Console:
    """Speaks to the person at the terminal."""

    texts: Texts

    def say(self, key: str, **values: str | int) -> None:
        """One line on standard error; nobody listening there is no reason to stop measuring."""
        with contextlib.suppress(OSError, ValueError):
            print(self.texts(f"cli.{key}", **values), file=sys.stderr)

    def announce(
        self,
        toolkit: Toolkit,
        assessments: Sequence[Assessment],
        control_hosts: Sequence[str],
        *,
        thorough: bool,
    ) -> None:
        """Everything that will be contacted besides the resolver, and how often; printed before anything is sent."""
        self._budget(toolkit, assessments, thorough=thorough)
        self._closely(toolkit, assessments)
        connecting = any(one.consent.confirmed_level >= ConsentLevel.CONNECTIONS for one in assessments)
        hosts = dict.fromkeys(control_hosts if connecting else ())
        for assessment in assessments:
            for asked in third_parties(toolkit, assessment).values():
                hosts.update(dict.fromkeys(asked))
        agreed = {host: None for one in assessments for host in one.consent.hosts if host not in one.scope.named_hosts}
        hosts.update(agreed)
        self.say("third_parties" if hosts else "no_third_parties", hosts=", ".join(hosts))

    def _budget(self, toolkit: Toolkit, assessments: Sequence[Assessment], *, thorough: bool) -> None:
        """How often a host will be connected to at most; nothing when no host is."""
        plans = {
            plan.probe: plan.connections
            for assessment in assessments
            for plan in planned(toolkit, assessment, thorough=thorough)
            if plan.allowed and plan.connections
        }
        if plans:
            names = ", ".join(f"{self.texts(f'checks.{probe}.name')} {most}" for probe, most in plans.items())
            self.say("budget", connections=sum(plans.values()), probes=names)

    def _closely(self, toolkit: Toolkit, assessments: Sequence[Assessment]) -> None:
        """The hosts that the written authorisation covers; nothing without one."""
        if all(one.consent.confirmed_level < ConsentLevel.AUTHORISED for one in assessments):
            return
        hosts = dict.fromkeys(host for one in assessments for plan in planned(toolkit, one) for host in plan.hosts)
        self.say("closely" if hosts else "closely_none", hosts=", ".join(hosts))

    def left_out(self, toolkit: Toolkit, assessment: Assessment) -> None:
        """Hosts of others that the domains' records name, and that nobody agreed to ask."""
        hosts = [host for host in file_hosts(toolkit, assessment) if host not in assessment.consent.hosts]
        if hosts:
            self.say("left_out", hosts=", ".join(hosts))

    def progress(self, progress: Progress) -> None:
        """One attempt has ended."""
        if progress.state != "done" or progress.status is None:
            return
        status = self.texts(f"words.status.{progress.status}")
        if progress.reason:
            status += f" ({progress.reason})"
        name = self.texts(f"checks.{progress.probe}.name")
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
        failed = (Status.UNREACHABLE, Status.TIMED_OUT, Status.REFUSED)
        # What was not to be done explains nothing; what failed does, the commonest failure first.
        reasons = Counter(one.reason for one in measurement.attempts if one.status in failed and one.reason)
        reasons.update(one.reason for one in measurement.attempts if one.reason == "offline")
        named = [reason for reason, _ in sorted(reasons.items(), key=lambda each: (-each[1], each[0]))] or ["offline"]
        self.say("nothing_measured", reason=" ".join(self.texts(f"words.reason.{name}") for name in named))

    def absent(self, result: Result) -> int:
        """Which domains do not exist, a sentence each; how many there are."""
        names = absent_domains(result.findings)
        for name in names:
            self.say("no_domain", domain=unicode_domain(name))
        return len(names)

    def interrupted(self) -> None:
        """It was stopped by hand."""
        self.say("interrupted")

    def grade(self, result: Result) -> None:
        """The grade."""
        grade, findings = result.grade, len(result.findings)
        if grade.letter is None:
            self.say("withheld", lower=grade.lower_bound, findings=findings)
            return
        score = f"{grade.score_low}-{grade.score_high}"
        self.say("grade", letter=grade.letter, lower=grade.lower_bound, score=score, findings=findings)
