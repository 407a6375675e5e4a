"""Block S, the surroundings: what a mail server rests on; asked and printed as facts, never scored."""

from fumimori.assess.bank.options import EVERYBODY, P, yes_partly_no
from fumimori.model import Cost, Effort, Owner, Question, Severity, Work

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="surroundings.mail_at_rest",
        number=1,
        options=yes_partly_no(Severity.INFO),
        hosting=EVERYBODY,
        scored=False,
        work=Work(owner=Owner.MAINTENANCE, effort=Effort.DAYS),
    ),
    Question(
        id="surroundings.staff_networks",
        number=2,
        options=yes_partly_no(Severity.INFO),
        hosting=EVERYBODY,
        scored=False,
        work=Work(owner=Owner.IT, effort=Effort.HALF_DAY),
    ),
    Question(
        id="surroundings.physical_protection",
        number=3,
        options=yes_partly_no(Severity.INFO),
        hosting=EVERYBODY,
        scored=False,
        work=Work(owner=Owner.GENERAL_AFFAIRS, effort=Effort.HALF_DAY, cost=Cost.UNDER_50K),
    ),
    Question(
        id="surroundings.provider_protects",
        number=4,
        options=yes_partly_no(Severity.INFO),
        hosting=tuple(hosting for hosting in EVERYBODY if hosting is not P),
        scored=False,
        work=Work(owner=Owner.MANAGEMENT, effort=Effort.HALF_DAY),
    ),
)
"""The questions of block S in printed order."""
