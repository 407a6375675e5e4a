"""The question bank: one module per control with its QUESTIONS, and `surroundings`, which is asked without score."""

from fumimori.core.controls import (
    access,
    defaults,
    firewall,
    mta_sts,
    people,
    protocols,
    sender_auth,
    signing,
    ssh,
    surroundings,
    updates,
)
from fumimori.core.model import Question

__all__ = ["BANK", "BANK_VERSION"]

BANK_VERSION = "2026-11"
"""Goes up when a question, an option or a condition changes; the report prints it."""

BANK: tuple[Question, ...] = (
    *defaults.QUESTIONS,
    *mta_sts.QUESTIONS,
    *protocols.QUESTIONS,
    *sender_auth.QUESTIONS,
    *updates.QUESTIONS,
    *firewall.QUESTIONS,
    *access.QUESTIONS,
    *ssh.QUESTIONS,
    *people.QUESTIONS,
    *signing.QUESTIONS,
    *surroundings.QUESTIONS,
)
"""Every question in printed order."""
