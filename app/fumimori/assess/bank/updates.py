"""Control 5: whether known holes are closed before somebody uses them, and whether a way back exists."""

from fumimori.assess.bank.options import EVERYBODY, G, M, P, R, V, W, X, met, not_met, partly, yes_partly_no
from fumimori.model import Condition, Cost, Effort, HostingSeverity, Measured, Owner, Question, Severity, Work

__all__ = ["QUESTIONS"]

_NOT_THE_PROVIDER = (Condition(question="updates.responsible", values=("yes", "contractor", "partly", "no")),)
"""What a provider updates by itself is out of scope; everybody else is asked, most of all when it is nobody's job."""

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="updates.responsible",
        number=1,
        options=(
            met("yes"),
            met("contractor"),
            met("provider"),
            partly("partly", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=EVERYBODY,
        core=True,
        may_be_not_applicable=False,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.HOURS, cost=Cost.UNDER_300K),
    ),
    Question(
        id="updates.versions_known",
        number=2,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=(P, V),
        ask_if=_NOT_THE_PROVIDER,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS),
    ),
    Question(
        id="updates.supported",
        number=3,
        options=(
            *yes_partly_no(Severity.HIGH),
            not_met("exchange", Severity.CRITICAL),
        ),
        hosting=(P, V, X),
        core=True,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.DAYS, cost=Cost.OVER_300K, exposed=True),
    ),
    Question(
        id="updates.fix_delay",
        number=4,
        options=yes_partly_no(Severity.HIGH),
        hosting=(P, V),
        core=True,
        ask_if=_NOT_THE_PROVIDER,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HALF_DAY, exposed=True),
    ),
    Question(
        id="updates.automatic",
        number=5,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=(P, V),
        ask_if=_NOT_THE_PROVIDER,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS),
    ),
    Question(
        id="updates.firmware",
        number=6,
        options=yes_partly_no(Severity.HIGH),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HALF_DAY, cost=Cost.UNDER_300K, exposed=True),
    ),
    Question(
        id="updates.notices",
        number=7,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        hosting_severities=(HostingSeverity(hosting=(R, G, M, W, X), option="no", severity=Severity.LOW),),
        work=Work(owner=Owner.IT, effort=Effort.MINUTES),
    ),
    Question(
        id="updates.webmail_addons",
        number=8,
        options=yes_partly_no(Severity.HIGH),
        hosting=(P, V, R),
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HALF_DAY, cost=Cost.UNDER_50K, exposed=True),
    ),
    Question(
        id="updates.service_end",
        number=9,
        options=yes_partly_no(Severity.HIGH),
        hosting=(R, G, M, W, X),
        core=True,
        measured=Measured.PART,
        # Amazon WorkMail ends on 2027-03-31: without a finished plan the time is short, even when planning has begun.
        hosting_severities=(HostingSeverity(hosting=(W,), option="partly", severity=Severity.HIGH),),
        dated=True,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.DAYS, cost=Cost.UNDER_300K),
    ),
    Question(
        id="updates.restore_test",
        number=10,
        options=yes_partly_no(Severity.HIGH),
        hosting=EVERYBODY,
        may_be_not_applicable=False,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HALF_DAY, cost=Cost.UNDER_50K),
    ),
)
"""C5-1 to C5-10."""
