"""Control 1: whether the settings, names and passwords that everything was delivered with are gone."""

from fumimori.assess.bank.options import EVERYBODY, G, M, P, R, V, W, X, met, not_met, yes_partly_no
from fumimori.model import Cost, Effort, HostingSeverity, Measured, Owner, Question, Severity, Work

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="defaults.admin_passwords",
        number=1,
        options=(
            *yes_partly_no(Severity.HIGH, Severity.HIGH),
            not_met("exposed", Severity.CRITICAL),
        ),
        hosting=EVERYBODY,
        core=True,
        may_be_not_applicable=False,
        # A provider makes a sign-up password for one customer; nobody can look it up in a manual.
        hosting_severities=(HostingSeverity(hosting=(R, G, M, W, X), option="exposed", severity=Severity.HIGH),),
        work=Work(owner=Owner.IT, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="defaults.default_names",
        number=2,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=(P, V, R, X),
        work=Work(owner=Owner.IT, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="defaults.unused_mailboxes",
        number=3,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="defaults.password_keeping",
        number=4,
        options=yes_partly_no(Severity.HIGH, Severity.MEDIUM),
        hosting=EVERYBODY,
        core=True,
        may_be_not_applicable=False,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.HALF_DAY, cost=Cost.UNDER_50K, exposed=True),
    ),
    Question(
        id="defaults.device_passwords",
        number=5,
        options=yes_partly_no(Severity.HIGH),
        hosting=(P,),
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HALF_DAY),
    ),
    Question(
        id="defaults.unneeded_features",
        number=6,
        options=(
            *yes_partly_no(Severity.MEDIUM),
            not_met("exposed", Severity.HIGH),
        ),
        hosting=(P, V, R, G, M),
        work=Work(owner=Owner.IT, effort=Effort.HALF_DAY, exposed=True),
    ),
    Question(
        id="defaults.banner",
        number=7,
        options=(
            met("yes"),
            not_met("no", Severity.INFO),
        ),
        hosting=(P, V),
        measured=Measured.FULL,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.MINUTES, exposed=True),
    ),
    Question(
        id="defaults.settings_record",
        number=8,
        options=yes_partly_no(Severity.LOW),
        hosting=(P, V, R),
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HALF_DAY),
    ),
)
"""C1-1 to C1-8."""
