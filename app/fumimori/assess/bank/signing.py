"""C10, signing and encryption: how confidential files travel, who signs, and whether lost keys and devices matter."""

from fumimori.assess.bank.options import EVERYBODY, met, not_met, partly, yes_partly_no
from fumimori.model import Condition, Cost, Effort, Measured, Owner, Question, Severity, Work

_CONFIDENTIAL = Condition(question="signing.confidential_mail", values=("yes",))

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="signing.confidential_mail",
        number=1,
        options=(met("yes"), met("no")),
        hosting=EVERYBODY,
        core=True,
        scored=False,
        may_be_not_applicable=False,
    ),
    Question(
        id="signing.file_protection",
        number=2,
        options=(
            met("link"),
            met("smime"),
            partly("tls_agreed", Severity.LOW),
            not_met("ppap", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=EVERYBODY,
        core=True,
        ask_if=(_CONFIDENTIAL,),
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.DAYS, cost=Cost.UNDER_50K),
    ),
    Question(
        id="signing.signed",
        number=3,
        options=(
            met("yes"),
            partly("partly", Severity.LOW),
            not_met("no", Severity.LOW),
            not_met("no_impersonated", Severity.MEDIUM),
        ),
        hosting=EVERYBODY,
        measured=Measured.PART,
        work=Work(owner=Owner.IT, effort=Effort.HALF_DAY, cost=Cost.UNDER_50K),
    ),
    Question(
        id="signing.certificate_list",
        number=4,
        options=yes_partly_no(Severity.LOW),
        hosting=EVERYBODY,
        ask_if=(Condition(question="signing.signed", values=("yes", "partly")),),
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="signing.key_backup",
        number=5,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        # Both gates stand here, so that closing the first one closes this question too.
        ask_if=(_CONFIDENTIAL, Condition(question="signing.file_protection", values=("smime",))),
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="signing.check_signature",
        number=6,
        options=yes_partly_no(Severity.LOW),
        hosting=EVERYBODY,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.MINUTES),
    ),
    Question(
        id="signing.device_encryption",
        number=7,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.DAYS),
    ),
    Question(
        id="signing.contract_demands",
        number=8,
        options=(
            met("yes"),
            met("none"),
            partly("partly", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=EVERYBODY,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.DAYS, cost=Cost.UNDER_50K),
    ),
)
"""The questions of C10 in printed order; the first decides whether the second and the fifth exist."""
