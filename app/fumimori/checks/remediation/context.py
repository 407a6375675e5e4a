"""What a repair is made from: the finding, everything that was seen and said, and the dated rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import msgspec

from fumimori.checks.mx import facts as mx
from fumimori.checks.observations import Observations, host_of
from fumimori.model import Assessment, Finding, Hosting, Note, Rules

SENDERS_KNOWN = "sender_auth.senders_known"
PLACEHOLDER = "REPLACE"
"""What stands where somebody has to fill in a value of their own."""
_WORD = re.compile(r"[A-Za-z0-9_*][A-Za-z0-9_.:@*-]{0,253}")


def word(untrusted: str) -> str:
    """A name as it may stand in a command or a setting: one that a shell would read as more is a place to fill in."""
    return untrusted if _WORD.fullmatch(untrusted) else PLACEHOLDER


@dataclass(frozen=True)
class Context:
    """One finding with what is known around it."""

    finding: Finding
    assessment: Assessment
    rules: Rules

    @cached_property
    def observations(self) -> Observations:
        """Everything that was measured."""
        return Observations.of_assessment(self.assessment)

    @property
    def subject(self) -> str:
        """What the finding is about: a domain, a host or `host:port`."""
        return self.finding.subject

    @property
    def host(self) -> str:
        """The subject's host, as it may stand in commands and settings."""
        return word(host_of(self.subject))

    @property
    def port(self) -> int:
        """The subject's port; 0 where it has none."""
        digits = self.subject.rpartition(":")[2] if ":" in self.subject else ""
        return int(digits) if digits.isdecimal() and len(digits) <= len("65535") else 0

    @cached_property
    def values(self) -> Mapping[str, str | int]:
        """The values of the outcome."""
        return dict(self.finding.values)

    @cached_property
    def measured(self) -> datetime:
        """When the finding's subject was looked at; the assessment's beginning where that is not known."""
        attempt = self.observations.attempt(self.finding.code.partition(".")[0], self.subject)
        return attempt.ended if attempt else self.assessment.created

    @cached_property
    def senders_known(self) -> bool:
        """Whether somebody said that everything that sends in the domains' names is known."""
        answer = self.assessment.answer(SENDERS_KNOWN)
        return answer is not None and answer.value == "yes"

    def hosting(self, domain: str) -> Hosting | None:
        """Who runs the mail of `domain`: as somebody said, else as its records show."""
        named = next((one.hosting for one in self.assessment.scope.domains if one.name == domain), None)
        facts = self.observations.facts(mx.MX, domain)
        return named or (facts.hosting if facts is not None else None)

    @cached_property
    def domain(self) -> str:
        """The domain that the subject is, whose mail it takes, or in which it lies; the first of the scope else."""
        domains = [word(one.name) for one in self.assessment.scope.domains]
        for name in domains:
            facts = self.observations.facts(mx.MX, name)
            if self.host == name or (facts is not None and self.host in facts.mail_hosts):
                return name
        inside = [name for name in domains if self.host.endswith("." + name)]
        return max(inside, key=len) if inside else (domains[0] if domains else self.host)

    def about(self, subject: str) -> "Context":
        """The same finding with another subject, such as a server that a domain's finding names."""
        return replace(self, finding=msgspec.structs.replace(self.finding, subject=subject))

    @property
    def own_server(self) -> bool:
        """Whether the organisation itself can change the server's settings; where nobody knows, it may."""
        hosting = self.hosting(self.domain)
        return hosting is None or hosting.own_server


def note(key: str, **values: str | int) -> Note:
    """The sentence `repairs.note.<key>`."""
    return Note(key=key, values=tuple(values.items()))
