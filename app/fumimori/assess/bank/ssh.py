"""C8, SSH key login: how people log in to the server itself, by SSH or by Remote Desktop."""

from fumimori.assess.bank.options import P, R, V, met, not_met, partly, yes_partly_no
from fumimori.model import Condition, Effort, Measured, Owner, Question, Severity, Work

_SSH = (Condition(question="ssh.used", values=("yes",)),)
_RDP = (Condition(question="ssh.used", values=("yes", "rdp_only")),)

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="ssh.used",
        number=0,
        options=(met("yes"), met("rdp_only"), met("no")),
        hosting=(P, V, R),
        core=True,
        scored=False,
        may_be_not_applicable=False,
    ),
    Question(
        id="ssh.password_login",
        number=1,
        options=(
            met("yes"),
            partly("second_proof", Severity.LOW),
            partly("restricted", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=(P, V, R),
        core=True,
        measured=Measured.FULL,
        ask_if=_SSH,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="ssh.root_login",
        number=2,
        options=(
            met("yes"),
            partly("key_only", Severity.LOW),
            not_met("password_off", Severity.MEDIUM),
            not_met("no", Severity.HIGH),
        ),
        hosting=(P, V),
        ask_if=_SSH,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="ssh.own_keys",
        number=3,
        options=(met("yes"), partly("no_passphrase", Severity.MEDIUM), not_met("no", Severity.HIGH)),
        hosting=(P, V, R),
        core=True,
        ask_if=_SSH,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS),
    ),
    Question(
        id="ssh.key_review",
        number=4,
        options=(met("yes"), partly("no_review", Severity.MEDIUM), not_met("no", Severity.HIGH)),
        hosting=(P, V, R),
        ask_if=_SSH,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS),
    ),
    Question(
        id="ssh.key_strength",
        number=5,
        options=(met("yes"), partly("rsa_2048", Severity.LOW), not_met("no", Severity.MEDIUM)),
        hosting=(P, V, R),
        ask_if=_SSH,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS),
    ),
    Question(
        id="ssh.reachable_from",
        number=6,
        options=(met("yes"), partly("key_only", Severity.LOW), not_met("no", Severity.MEDIUM)),
        hosting=(P, V),
        measured=Measured.FULL,
        ask_if=_SSH,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="ssh.key_storage",
        number=7,
        options=yes_partly_no(Severity.HIGH),
        hosting=(P, V, R),
        ask_if=_SSH,
        work=Work(owner=Owner.IT, effort=Effort.HOURS),
    ),
    Question(
        id="ssh.rdp",
        number=8,
        options=(met("yes"), met("not_used"), not_met("no", Severity.CRITICAL)),
        hosting=(P, V),
        core=True,
        measured=Measured.FULL,
        ask_if=_RDP,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS, exposed=True),
    ),
    Question(
        id="ssh.lost_key",
        number=9,
        options=yes_partly_no(Severity.LOW),
        hosting=(P, V),
        ask_if=_SSH,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.HOURS),
    ),
)
"""The questions of C8 in printed order; the first decides whether the others exist."""
