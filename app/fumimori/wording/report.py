"""The words of one report: printed numbers, days, owners and shares, in addition to what `Words` says."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from fumimori.model import (
    Action,
    Addressee,
    Assessment,
    Control,
    Finding,
    Mode,
    QuestionResult,
    QuestionState,
    Result,
)
from fumimori.texts import Language, Texts, sanitize
from fumimori.wording.words import Words, kinds
from fumimori.wording.work import cost_words, due_words, late_words

NOTE_LIMIT = 1200
_EARNING = (QuestionState.MEASURED, QuestionState.RECORDED, QuestionState.ANSWERED)


def addressee(about: Assessment, style: Language) -> tuple[str, str]:
    """The two lines of the address; the second is empty without a person.

    御中 or 様, never both; and nobody writes 御中 to themselves.
    """
    organisation = about.organisation
    name, person, title = organisation.name, organisation.addressee_name, organisation.addressee_title
    if organisation.addressee is Addressee.PERSON and person:
        form = style.person_with_title if title else style.person
        return style.address_with_person.format(name=name), form.format(person=person, title=title)
    form = style.address_with_person if about.mode is Mode.SELF else style.address
    return form.format(name=name), ""


class Wording(Words):
    """The sentences of one report; knows which printed number belongs to which finding."""

    def __init__(self, assessment: Assessment, result: Result, texts: Texts, issued: datetime) -> None:
        super().__init__(texts, result.bank)
        self._numbers = {(f.code, f.subject): n for n, f in enumerate(result.findings, start=1)}
        self._assessment, self._issued = assessment, issued

    def say(self, key: str, **values: object) -> str:
        """The text `report.<key>`."""
        return self.texts(f"report.{key}", **values)

    # --- findings ---

    def number(self, finding: Finding) -> str:
        """The printed number: F-01."""
        return f"F-{self._numbers[finding.code, finding.subject]:02d}"

    def numbers(self, findings: Sequence[Finding], most: int = 3) -> str:
        """All printed numbers, adjacent ones drawn together, the first few runs spelled out."""
        found = _runs(self._numbers[finding.code, finding.subject] for finding in findings)
        left_out = sum(len(run) for run in found[most:])
        more = [self.texts("words.more_numbers", count=left_out)] if left_out else []
        return " ".join([*_spelled("F", 2, found[:most]), *more])

    def steps(self, findings: Sequence[Finding]) -> list[tuple[str, list[str]]]:
        """What repairs the findings of one action: the numbers of each kind and its steps, none said twice."""
        known: set[str] = set()
        told = []
        for alike in kinds(findings).values():
            steps = [step for step in self.fix(alike[0]) if step not in known]
            known |= set(steps)
            if steps:
                told.append((self.numbers(alike, most=len(alike)), steps))
        return told

    def confirmations(self, findings: Sequence[Finding]) -> list[tuple[str, str]]:
        """What shows that the findings of one action are repaired: the numbers of those that each text is true of."""
        by_text: dict[str, list[Finding]] = {}
        for alike in kinds(findings).values():
            by_text.setdefault(self.confirm(alike[0]), []).extend(alike)
        by_text.pop("", None)
        return [(self.numbers(alike, most=len(alike)), text) for text, alike in by_text.items()]

    # --- actions ---

    def owner(self, action: Action, *, short: bool = False) -> str:
        """The named person, else the usual role; `short` leaves out what the role's brackets explain."""
        role = self.role(action) if short else self.word("owner", action.work.owner)
        return self.named_owner(action) or role

    def role(self, action: Action) -> str:
        """The usual role, without what its brackets explain."""
        return self.word("owner", action.work.owner).partition("（")[0]

    def named_owner(self, action: Action) -> str:
        """The person who is named for it; empty when there is none."""
        return sanitize(action.entry.owner_name, 60) if action.entry else ""

    def effort_and_cost(self, action: Action) -> str:
        """What it takes, as short as the language allows."""
        parts = self.word("effort", action.work.effort), self.cost(action, short=True)
        return self.texts.style.short_separator.join(parts)

    def cost(self, action: Action, *, short: bool = False) -> str:
        """What it costs, or that a contract says so; `short` for narrow columns."""
        return cost_words(self.texts, action.work, short=short)

    def due(self, action: Action) -> str:
        """By when, in short form: 2026-11-26, or what people agreed in their own words."""
        return due_words(action, self.say("plan.renewal"))

    def due_sentence(self, action: Action) -> str:
        """By when, to stand in a sentence: *by 26 November 2026*, *today*, *at renewal*."""
        if action.due is None:
            return self.due(action)
        if action.due <= self._issued.date():
            return self.say("due_today")
        in_words = action.entry is not None and action.entry.due.strip() and action.entry.due_day is None
        return self.say("due_by", day=self.due(action) if in_words else self.day_near(action.due))

    def day_near(self, day: date) -> str:
        """A day in a sentence, without the year when the report is of the same one."""
        return self.texts.day(day, known_year=self._issued.year)

    def late(self, action: Action) -> str:
        """That the agreed day lies after the day of the thing itself; empty when it does not."""
        return late_words(self.texts, action)

    # --- controls, probes and questions ---

    def probe(self, probe: str) -> str:
        """What a probe is called."""
        key = f"checks.{probe}.name"
        return self.texts(key) if self.texts.has(key) else sanitize(probe)

    def control(self, control: Control) -> str:
        """The control's short name."""
        return self.texts(f"controls.{control}.name")

    def state(self, result: QuestionResult) -> str:
        """Where a question stands, in one word."""
        if result.state in _EARNING and result.credit is not None:
            return self.word("credit", result.credit)
        return self.word("state", result.state)

    # --- small things ---

    def bracketed(self, text: str) -> str:
        """`text` in the brackets of the language."""
        return self.texts.style.brackets.format(text=text)

    def range(self, low: int | None, high: int | None) -> str:
        """58 or 58–64."""
        if low is None or high is None:
            return self.texts.style.no_value
        return f"{low}" if low == high else f"{low}–{high}"

    def percent(self, share: float) -> str:
        """A share as whole per cent."""
        return f"{int(share * 100 + 0.5)}%"

    def free(self, untrusted_text: str, limit: int = NOTE_LIMIT) -> str:
        """What somebody typed, sanitized and bounded."""
        return sanitize(untrusted_text, limit)


def runs(letter: str, digits: int, numbers: Iterable[int]) -> list[str]:
    """Printed numbers such as M-003 with neighbours drawn together: M-007–009."""
    return _spelled(letter, digits, _runs(numbers))


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return found


def _spelled(letter: str, digits: int, found: Iterable[Sequence[int]]) -> list[str]:
    sign = f"{letter}-" if letter else ""
    return [f"{sign}{run[0]:0{digits}d}" + (f"–{run[-1]:0{digits}d}" if len(run) > 1 else "") for run in found]
