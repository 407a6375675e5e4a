"""What every export is made from: one assessment, what follows from it, and the words of one language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fumimori.model import Action, Assessment, Finding, Owner, Register, Repair, Result, Rules
from fumimori.texts import Texts, sanitize
from fumimori.wording.registers import RegisterWords, register_table
from fumimori.wording.report import Wording
from fumimori.wording.rows import Table
from fumimori.wording.sheet import Sheet


class PackageTooLargeError(ValueError):
    """More files or bytes than an archive shall hold."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """The assessment with its result, and how to say it."""

    assessment: Assessment
    result: Result
    rules: Rules
    texts: Texts
    issued: datetime
    """With a zone; days are counted from it."""
    repair: Callable[[Finding], Repair]
    tool_version: str
    print_sheet: Callable[[Sheet], bytes]
    """A sheet as PDF."""
    print_report: Callable[[str], bytes]
    """A part of the report (`management`, `repairs`, `proof`) as PDF."""
    scan: Callable[[], bytes]
    """The measurements as JSON."""
    languages: tuple[Texts, ...] = ()
    """Every language's texts, for what is said in all of them."""
    registers: tuple[Register, ...] = ()
    """What the registers are made of; of those that hold rows there is a table each."""

    @property
    def wording(self) -> Wording:
        """The words of findings and actions, numbered as in the report."""
        return Wording(self.assessment, self.result, self.texts, self.issued)

    def register_tables(self) -> dict[str, Table]:
        """The registers that hold rows, by id."""
        return {
            register.id: register_table(
                RegisterWords(register, (self.texts,)), rows, self.texts(f"registers.{register.id}.name")
            )
            for register in self.registers
            if (rows := self.assessment.register(register.id))
        }

    @property
    def organisation(self) -> str:
        """Whom it is about, harmless; empty when nobody said."""
        return sanitize(self.assessment.organisation.name, 120)

    @property
    def open_actions(self) -> tuple[Action, ...]:
        """What is still to be done, in the plan's order."""
        return tuple(action for action in self.result.actions if not (action.entry and action.entry.done))

    def by_owner(self) -> dict[tuple[str, Owner], tuple[Action, ...]]:
        """The open actions by who is to do them: the name that people agreed on, or the usual role."""
        found: dict[tuple[str, Owner], list[Action]] = {}
        for action in self.open_actions:
            found.setdefault((self.wording.owner(action), action.work.owner), []).append(action)
        return {owner: tuple(actions) for owner, actions in found.items()}
