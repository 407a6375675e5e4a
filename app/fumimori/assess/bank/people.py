"""C9, user training and account protection: what people know, what they do, and whom they call."""

from fumimori.assess.bank.options import EVERYBODY, met, not_met, partly, yes_partly_no
from fumimori.model import Cost, Effort, Owner, Question, Severity, Work

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="people.training",
        number=1,
        options=(
            met("yes"),
            partly("management_absent", Severity.LOW),
            partly("partly", Severity.LOW),
            not_met("no", Severity.MEDIUM),
        ),
        hosting=EVERYBODY,
        core=True,
        may_be_not_applicable=False,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HALF_DAY),
    ),
    Question(
        id="people.report_path",
        number=2,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.HOURS),
    ),
    Question(
        id="people.user_mfa",
        number=3,
        options=(
            met("yes"),
            partly("partly", Severity.MEDIUM),
            partly("not_offered", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.IT, effort=Effort.DAYS, exposed=True),
    ),
    Question(
        id="people.passwords",
        number=4,
        options=(
            met("yes"),
            partly("forced_change", Severity.LOW),
            partly("notes", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.IT, effort=Effort.DAYS, cost=Cost.UNDER_50K, exposed=True),
    ),
    Question(
        id="people.payment_changes",
        number=5,
        options=yes_partly_no(Severity.HIGH),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.HOURS),
    ),
    Question(
        id="people.auto_forward",
        number=6,
        options=(met("yes"), partly("not_checked", Severity.MEDIUM), not_met("no", Severity.HIGH)),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="people.shadow_it",
        number=7,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HALF_DAY),
    ),
    Question(
        id="people.responsible_manager",
        number=8,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        may_be_not_applicable=False,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.MINUTES),
    ),
    Question(
        id="people.incident_page",
        number=9,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HALF_DAY),
    ),
    Question(
        id="people.exercises",
        number=10,
        options=yes_partly_no(Severity.LOW),
        hosting=EVERYBODY,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HALF_DAY, cost=Cost.UNDER_300K),
    ),
    Question(
        id="people.misdirected",
        number=11,
        options=(
            met("yes"),
            partly("partly", Severity.LOW),
            not_met("no", Severity.LOW),
            not_met("no_bulk", Severity.MEDIUM),
        ),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="people.screen_lock",
        number=12,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="people.unapproved_software",
        number=13,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.HALF_DAY),
    ),
    Question(
        id="people.password_making",
        number=14,
        options=yes_partly_no(Severity.LOW),
        hosting=EVERYBODY,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HOURS),
    ),
)
"""The questions of C9 in printed order."""
