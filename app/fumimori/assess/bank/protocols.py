"""Control 3: whether mail, passwords and certificates travel on encrypted roads only (RFC 8314)."""

from fumimori.assess.bank.options import EVERYBODY, G, M, P, R, V, W, X, met, not_met, yes_partly_no
from fumimori.model import Effort, HostingSeverity, Measured, Owner, Question, QuestionKind, Severity, Work

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="protocols.inventory",
        number=1,
        options=tuple(
            met(word)
            for word in ("webmail", "pc", "phone", "copier", "web_form", "business_system", "monitoring", "other")
        ),
        hosting=EVERYBODY,
        kind=QuestionKind.INVENTORY,
        core=True,
        scored=False,
        may_be_not_applicable=False,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HOURS),
    ),
    Question(
        id="protocols.client_settings",
        number=2,
        options=yes_partly_no(Severity.HIGH),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.IT, effort=Effort.HALF_DAY, exposed=True),
    ),
    Question(
        id="protocols.login_before_tls",
        number=3,
        options=yes_partly_no(Severity.HIGH),
        hosting=EVERYBODY,
        core=True,
        measured=Measured.FULL,
        # Their customers cannot close a port; what they can do is in the steps.
        hosting_severities=(
            HostingSeverity(hosting=(R, G, M, W, X), option="no", severity=Severity.MEDIUM),
            HostingSeverity(hosting=(R, G, M, W, X), option="partly", severity=Severity.LOW),
        ),
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HALF_DAY, exposed=True),
    ),
    Question(
        id="protocols.incoming_starttls",
        number=4,
        options=yes_partly_no(Severity.HIGH, Severity.LOW),
        hosting=EVERYBODY,
        core=True,
        measured=Measured.FULL,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HALF_DAY, exposed=True),
    ),
    Question(
        id="protocols.tls_versions",
        number=5,
        options=yes_partly_no(Severity.HIGH),
        hosting=(P, V),
        measured=Measured.FULL,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="protocols.certificate_expiry",
        number=6,
        options=(
            *yes_partly_no(Severity.MEDIUM),
            not_met("expired", Severity.HIGH),
        ),
        hosting=(P, V, R),
        core=True,
        measured=Measured.PART,
        dated=True,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="protocols.device_sending",
        number=7,
        options=yes_partly_no(Severity.HIGH),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HALF_DAY),
    ),
    Question(
        id="protocols.legacy_login",
        number=8,
        options=(
            *yes_partly_no(Severity.MEDIUM),
            # Whoever believes in multi-factor authentication does not look for the door beside it.
            not_met("no_despite_mfa", Severity.HIGH),
        ),
        hosting=(G, M, W, X),
        work=Work(owner=Owner.IT, effort=Effort.HALF_DAY, exposed=True),
    ),
    Question(
        id="protocols.webmail_https",
        number=9,
        options=yes_partly_no(Severity.HIGH, Severity.LOW),
        hosting=(P, V, R, X),
        measured=Measured.FULL,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS, exposed=True),
    ),
)
"""C3-1 to C3-9."""
