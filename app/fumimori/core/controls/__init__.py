"""The question bank: one module per control with its QUESTIONS, and `surroundings`, which is asked without score."""

from fumimori.core.controls.access import QUESTIONS as ACCESS
from fumimori.core.controls.defaults import QUESTIONS as DEFAULTS
from fumimori.core.controls.firewall import QUESTIONS as FIREWALL
from fumimori.core.controls.mta_sts import QUESTIONS as MTA_STS
from fumimori.core.controls.people import QUESTIONS as PEOPLE
from fumimori.core.controls.protocols import QUESTIONS as PROTOCOLS
from fumimori.core.controls.sender_auth import QUESTIONS as SENDER_AUTH
from fumimori.core.controls.signing import QUESTIONS as SIGNING
from fumimori.core.controls.ssh import QUESTIONS as SSH
from fumimori.core.controls.surroundings import QUESTIONS as SURROUNDINGS
from fumimori.core.controls.updates import QUESTIONS as UPDATES
from fumimori.core.model import Question

__all__ = ["BANK", "BANK_VERSION"]

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
