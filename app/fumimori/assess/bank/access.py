"""C7, access management: who holds which key to mail, names and machines, and when it is taken back."""

from fumimori.assess.bank.options import EVERYBODY, G, M, P, V, met, not_met, partly, yes_partly_no
from fumimori.model import Cost, Effort, Owner, Question, Severity, Work

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="access.admin_list",
        number=1,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        core=True,
        may_be_not_applicable=False,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.HOURS),
    ),
    Question(
        id="access.own_accounts",
        number=2,
        options=(
            met("yes"),
            partly("one_login", Severity.MEDIUM),
            partly("partly", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="access.admin_mfa",
        number=3,
        options=(
            met("yes"),
            partly("not_offered", Severity.MEDIUM),
            partly("partly", Severity.HIGH),
            not_met("no", Severity.HIGH),
        ),
        hosting=EVERYBODY,
        core=True,
        may_be_not_applicable=False,
        work=Work(owner=Owner.IT, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="access.leavers",
        number=4,
        options=(
            met("yes"),
            partly("within_week", Severity.LOW),
            partly("late", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="access.contractors",
        number=5,
        options=(met("yes"), partly("always_on", Severity.MEDIUM), not_met("no", Severity.HIGH)),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="access.separate_accounts",
        number=6,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="access.review",
        number=7,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.HALF_DAY),
    ),
    Question(
        id="access.shared_mailbox",
        number=8,
        options=(met("yes"), partly("changed", Severity.MEDIUM), not_met("no", Severity.HIGH)),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.HALF_DAY),
    ),
    Question(
        id="access.domain_registration",
        number=9,
        options=(
            met("yes"),
            partly("one_person", Severity.MEDIUM),
            not_met("expiring", Severity.HIGH),
            not_met("other_owner", Severity.HIGH),
        ),
        hosting=EVERYBODY,
        core=True,
        may_be_not_applicable=False,
        dated=True,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.DAYS, cost=Cost.UNDER_50K),
    ),
    Question(
        id="access.admin_log",
        number=10,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=(P, V, G, M),
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="access.locked_room",
        number=11,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=(P,),
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HALF_DAY, cost=Cost.UNDER_50K),
    ),
    Question(
        id="access.least_privilege",
        number=12,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.IT, effort=Effort.HALF_DAY),
    ),
    Question(
        id="access.time_limited",
        number=13,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HOURS),
    ),
)
"""The questions of C7 in printed order."""
