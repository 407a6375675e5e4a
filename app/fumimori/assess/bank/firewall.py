"""C6, firewall and limits: what is open, who may relay, how much may leave, and what is filtered and recorded."""

from fumimori.assess.bank.options import EVERYBODY, G, M, P, R, V, met, not_met, partly, yes_partly_no
from fumimori.model import Cost, Effort, HostingSeverity, Measured, Owner, Question, Severity, Work

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="firewall.open_ports",
        number=1,
        options=(
            met("yes"),
            partly("unneeded_mail", Severity.LOW),
            not_met("unneeded_other", Severity.HIGH),
            not_met("dangerous", Severity.CRITICAL),
        ),
        hosting=(P, V),
        core=True,
        measured=Measured.FULL,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="firewall.admin_sources",
        number=2,
        options=(
            met("yes"),
            partly("mfa", Severity.LOW),
            partly("partly", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=(P, V, R, G, M),
        core=True,
        # At the two clouds the way in is their login page for the whole world; conditional access is an extra wall.
        hosting_severities=(HostingSeverity(hosting=(G, M), option="no", severity=Severity.MEDIUM),),
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="firewall.open_relay",
        number=3,
        options=(met("yes"), partly("inside", Severity.MEDIUM), not_met("no", Severity.CRITICAL)),
        hosting=(P, V),
        core=True,
        measured=Measured.FULL,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="firewall.send_limit",
        number=4,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="firewall.alerts",
        number=5,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.MINUTES),
    ),
    Question(
        id="firewall.size_limit",
        number=6,
        options=yes_partly_no(Severity.LOW),
        hosting=EVERYBODY,
        measured=Measured.PART,
        work=Work(owner=Owner.IT, effort=Effort.MINUTES),
    ),
    Question(
        id="firewall.attachments",
        number=7,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="firewall.filter",
        number=8,
        options=yes_partly_no(Severity.HIGH),
        hosting=EVERYBODY,
        core=True,
        work=Work(owner=Owner.IT, effort=Effort.HOURS, cost=Cost.UNDER_50K),
    ),
    Question(
        id="firewall.login_attempts",
        number=9,
        options=(
            met("yes"),
            partly("mfa", Severity.MEDIUM),
            partly("partly", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=(P, V, R),
        # A rental customer has fewer switches than the owner of a server, and neighbours who are watched too.
        hosting_severities=(HostingSeverity(hosting=(R,), option="no", severity=Severity.MEDIUM),),
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="firewall.logs",
        number=10,
        options=(
            met("yes"),
            partly("under_90", Severity.LOW),
            partly("under_30", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=EVERYBODY,
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="firewall.outbound_port25",
        number=11,
        options=yes_partly_no(Severity.MEDIUM),
        hosting=(P, V),
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS),
    ),
)
"""The questions of C6 in printed order."""
