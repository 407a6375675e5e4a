"""Control 4: whether others can tell our mail from mail that only pretends to be ours (RFC 7208, 6376, 9989)."""

from fumimori.assess.bank.options import EVERYBODY, yes_partly_no
from fumimori.model import Cost, Effort, Measured, Owner, Question, Severity, Work

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="sender_auth.domains",
        number=1,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        core=True,
        may_be_not_applicable=False,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HOURS),
    ),
    Question(
        id="sender_auth.spf",
        number=2,
        options=yes_partly_no(Severity.HIGH),
        hosting=EVERYBODY,
        core=True,
        measured=Measured.FULL,
        may_be_not_applicable=False,
        work=Work(owner=Owner.DNS, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="sender_auth.dkim",
        number=3,
        options=yes_partly_no(Severity.HIGH),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.DNS, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="sender_auth.dmarc",
        number=4,
        options=yes_partly_no(Severity.HIGH),
        hosting=EVERYBODY,
        core=True,
        measured=Measured.FULL,
        may_be_not_applicable=False,
        work=Work(owner=Owner.DNS, effort=Effort.DAYS, exposed=True),
    ),
    Question(
        id="sender_auth.senders_known",
        number=5,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HALF_DAY),
    ),
    Question(
        id="sender_auth.dmarc_reports",
        number=6,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        measured=Measured.PART,
        parent="sender_auth.dmarc",
        work=Work(owner=Owner.IT, effort=Effort.HOURS, cost=Cost.UNDER_50K),
    ),
    Question(
        id="sender_auth.unused_domains",
        number=7,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        measured=Measured.FULL,
        work=Work(owner=Owner.DNS, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="sender_auth.incoming_checks",
        number=8,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.IT, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="sender_auth.dkim_key",
        number=9,
        options=yes_partly_no(Severity.HIGH, Severity.LOW),
        hosting=EVERYBODY,
        measured=Measured.FULL,
        work=Work(owner=Owner.DNS, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="sender_auth.bimi",
        number=10,
        options=yes_partly_no(Severity.LOW),
        hosting=EVERYBODY,
        measured=Measured.PART,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.DAYS, cost=Cost.UNDER_300K),
    ),
)
"""C4-1 to C4-10."""
