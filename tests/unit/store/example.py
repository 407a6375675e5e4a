"""A full assessment to save, a clock that moves by itself, and a keyring in memory."""

from datetime import UTC, datetime, timedelta

import msgspec
from keyring.backend import KeyringBackend

from fumimori.model import (
    Answer,
    Assessment,
    Attempt,
    Brand,
    Consent,
    ConsentLevel,
    Contact,
    Dispute,
    DomainScope,
    Exchange,
    Hosting,
    Organisation,
    PlanEntry,
    Scope,
    Status,
    Vantage,
)
from loopback.recorded_runs import run_of

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
SECRETS = (b"Ocean Paper", "海洋紙業".encode(), b"v=spf1 include:hidden", b"198.51.100.77", b"clerk of accounts")
"""Bytes that must not be readable anywhere on the disk."""


def attempt(probe="spf", subject="example.jp", *, facts=b'{"records":["v=spf1 include:hidden.example -all"]}', at=NOW):
    exchange = Exchange(
        at=at, target="198.51.100.77", sent="TXT example.jp", untrusted_received="v=spf1 include:hidden"
    )
    return Attempt(
        probe=probe,
        subject=subject,
        status=Status.COMPLETED if facts else Status.TIMED_OUT,
        started=at,
        ended=at + timedelta(seconds=1),
        facts=msgspec.Raw(facts) if facts else None,
        evidence=(exchange, exchange),
    )


def answers(count):
    return tuple(Answer(question=f"people.q{number}", value="yes", at=NOW) for number in range(count))


def assessment(**fields):
    old = Answer(question="access.admin_mfa", value="no", at=NOW)
    made = Assessment(
        id="example",
        created=NOW,
        organisation=Organisation(name="Ocean Paper 海洋紙業"),
        scope=Scope(domains=(DomainScope(name="example.jp", hosting=Hosting.RENTAL),)),
        consent=Consent(level=ConsentLevel.AUTHORISED, name="A", role="clerk of accounts", at=NOW),
        brand=Brand(logo=b"\x89PNG\x00\xff", logo_type="png"),
        runs=(
            run_of(
                *(attempt(), attempt("mx", facts=None), attempt()),
                contacts=(Contact(at=NOW, target="198.51.100.77", port=53, transport="udp", what="dns"),) * 3,
                vantage=Vantage(at=NOW, online=True, resolver="192.0.2.53"),
            ),
            run_of(attempt("spf"), id="run-2", imported=True),
        ),
        answers=(Answer(question="access.admin_mfa", value="yes", at=NOW, history=(old,), evidence=("E-001",)),),
        plan=(PlanEntry(action="spf.none", owner_name="B", done=True),),
        disputes=(Dispute(code="spf.none", subject="example.jp", reason="r", approver="a", until="2027-01-01"),),
    )
    return msgspec.structs.replace(made, **fields)


class Clock:
    """A clock that is a second later at each look, and can be put forward."""

    def __init__(self):
        self.at = NOW

    def __call__(self):
        self.at += timedelta(seconds=1)
        return self.at


class MemoryKeyring(KeyringBackend):
    """A keyring that forgets everything with the process."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def delete_password(self, service, username):
        from keyring.errors import PasswordDeleteError

        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(username)
