"""The question bank: one module per control with its QUESTIONS, and `surroundings`, which is asked without score."""

from fumimori.assess.bank.access import QUESTIONS as ACCESS
from fumimori.assess.bank.defaults import QUESTIONS as DEFAULTS
from fumimori.assess.bank.firewall import QUESTIONS as FIREWALL
from fumimori.assess.bank.mta_sts import QUESTIONS as MTA_STS
from fumimori.assess.bank.people import QUESTIONS as PEOPLE
from fumimori.assess.bank.protocols import QUESTIONS as PROTOCOLS
from fumimori.assess.bank.sender_auth import QUESTIONS as SENDER_AUTH
from fumimori.assess.bank.signing import QUESTIONS as SIGNING
from fumimori.assess.bank.ssh import QUESTIONS as SSH
from fumimori.assess.bank.surroundings import QUESTIONS as SURROUNDINGS
from fumimori.assess.bank.updates import QUESTIONS as UPDATES
from fumimori.model import Question, only

__all__ = ["BANK", "BANK_VERSION", "question"]

BANK_VERSION = "2026-11"
"""Goes up when a question, an option or a condition changes; the report prints it."""

BANK: tuple[Question, ...] = (
    *DEFAULTS,
    *MTA_STS,
    *PROTOCOLS,
    *SENDER_AUTH,
    *UPDATES,
    *FIREWALL,
    *ACCESS,
    *SSH,
    *PEOPLE,
    *SIGNING,
    *SURROUNDINGS,
)
"""Every question in printed order."""


def question(identity: str) -> Question:
    """The bank's question with this id; KeyError when there is none."""
    return only(question for question in BANK if question.id == identity)
