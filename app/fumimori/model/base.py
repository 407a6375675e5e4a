"""What every record is made of: the frozen record, the ten controls, severities."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import TypeVar, dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen, keyword-only piece of what the program knows; codes and values, never sentences."""


T = TypeVar("T")


def only(found: Iterable[T]) -> T:
    """The first of `found`; KeyError when there is none, because a name that nobody has is a bug of our own."""
    for one in found:
        return one
    raise KeyError


class Severity(IntEnum):
    """How much harm a finding means, from none to *act today*."""

    OK = 0
    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5

    @property
    def word(self) -> str:
        """The severity's word in code, files and JSON: `ok info low medium high critical`."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Severity":
        """The severity that `word` names; ValueError for any other word."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"no severity is called {word!r}") from None

    def one_step_lower(self) -> "Severity":
        """The next milder severity; LOW and milder stay as they are, so that lowering never makes a fault vanish."""
        return Severity(self - 1) if self > Severity.LOW else self


class Control(StrEnum):
    """One of the ten controls; its value is its identity in code, files and JSON, its number is only printed."""

    DEFAULTS = "defaults"
    MTA_STS = "mta_sts"
    PROTOCOLS = "protocols"
    SENDER_AUTH = "sender_auth"
    UPDATES = "updates"
    FIREWALL = "firewall"
    ACCESS = "access"
    SSH = "ssh"
    PEOPLE = "people"
    SIGNING = "signing"

    @property
    def number(self) -> int:
        """1 to 10, the order that never changes."""
        return _NUMBERS[self]

    @property
    def printed(self) -> str:
        """The code on paper and screen: C1 to C10."""
        return f"C{self.number}"


_NUMBERS = {control: number for number, control in enumerate(Control, start=1)}

Values = tuple[tuple[str, str | int], ...]
