"""Control 2: whether those who deliver mail to us are told to insist on encryption (RFC 8461, RFC 8460)."""

from fumimori.assess.bank.options import EVERYBODY, P, V, met, not_met, yes_partly_no
from fumimori.model import Effort, Measured, Owner, Question, Severity, Work

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="mta_sts.published",
        number=1,
        options=yes_partly_no(Severity.MEDIUM, Severity.MEDIUM),
        hosting=EVERYBODY,
        core=True,
        measured=Measured.FULL,
        work=Work(owner=Owner.DNS, effort=Effort.HALF_DAY, exposed=True),
    ),
    Question(
        id="mta_sts.enforce",
        number=2,
        options=(
            *yes_partly_no(Severity.MEDIUM),
            not_met("testing_long", Severity.MEDIUM),
        ),
        hosting=EVERYBODY,
        measured=Measured.FULL,
        parent="mta_sts.published",
        work=Work(owner=Owner.DNS, effort=Effort.MINUTES, exposed=True),
    ),
    Question(
        id="mta_sts.policy_matches",
        number=3,
        options=(
            *yes_partly_no(Severity.HIGH, Severity.LOW),
            not_met("testing_mismatch", Severity.MEDIUM),
        ),
        hosting=EVERYBODY,
        measured=Measured.FULL,
        parent="mta_sts.published",
        work=Work(owner=Owner.DNS, effort=Effort.MINUTES, exposed=True),
    ),
    Question(
        id="mta_sts.tls_rpt",
        number=4,
        options=yes_partly_no(Severity.LOW),
        hosting=EVERYBODY,
        measured=Measured.FULL,
        work=Work(owner=Owner.DNS, effort=Effort.MINUTES),
    ),
    Question(
        id="mta_sts.reports_read",
        number=5,
        options=yes_partly_no(Severity.LOW),
        hosting=EVERYBODY,
        parent="mta_sts.tls_rpt",
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="mta_sts.dns_owner",
        number=6,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        core=True,
        may_be_not_applicable=False,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.HOURS),
    ),
    Question(
        id="mta_sts.policy_certificate",
        number=7,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        measured=Measured.PART,
        parent="mta_sts.published",
        dated=True,
        work=Work(owner=Owner.DNS, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="mta_sts.dane",
        number=8,
        options=(
            met("yes"),
            # MTA-STS is asked for; DANE is another road to the same place, so its absence is no fault.
            not_met("no", Severity.OK),
            not_met("broken", Severity.HIGH),
        ),
        hosting=(P, V),
        measured=Measured.FULL,
        scored=False,
        work=Work(owner=Owner.DNS, effort=Effort.HALF_DAY, exposed=True),
    ),
)
"""C2-1 to C2-8."""
