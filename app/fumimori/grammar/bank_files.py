"""From the text of `resources/controls/<control>/questions.toml` to the question bank; pure, strict, loud."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from fumimori.model import (
    NOT_APPLICABLE,
    Condition,
    Control,
    Credit,
    Hosting,
    HostingSeverity,
    Measured,
    Option,
    Question,
    QuestionKind,
    Record,
    Severity,
    Work,
)

SURROUNDINGS = "surroundings"
"""The block that is asked without score, behind the ten controls."""


class BankError(ValueError):
    """A file of questions that does not say what it must; names the file and the question."""


class _HostingSeverity(Record, forbid_unknown_fields=True):
    hosting: tuple[Hosting, ...]
    option: str
    severity: str


class _Work(Work, forbid_unknown_fields=True):
    pass


class _Question(Record, forbid_unknown_fields=True):
    number: int
    options: dict[str, str]
    """By id in printed order: the credit, and behind it the severity when that is not `ok`."""
    hosting: tuple[Hosting, ...] = tuple(Hosting)
    kind: QuestionKind = QuestionKind.CHOICE
    core: bool = False
    measured: Measured = Measured.NO
    register: str = ""
    scored: bool = True
    ask_if: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    parent: str | None = None
    hosting_severities: tuple[_HostingSeverity, ...] = ()
    may_be_not_applicable: bool = True
    dated: bool = False
    work: dict[str, object] = msgspec.field(default_factory=dict)
    work_for: dict[str, dict[str, object]] = msgspec.field(default_factory=dict)
    """By option: what of its repair differs from `work`."""


def parse_bank(files: Mapping[str, Mapping[str, object]]) -> tuple[Question, ...]:
    """Every question in printed order, from `files` (control or `surroundings` → parsed TOML).

    Raises BankError: for a key, a word or a control that nobody knows, for two questions with one number, and for a
    condition, a parent or a hosting's severity that names a question or an option that is not there.
    """
    order = [*(control.value for control in Control), SURROUNDINGS]
    for name in files:
        if name not in order:
            raise BankError(f"{name}: no control is called so")
    bank = tuple(_question(f"{name}.{word}", raw) for name in order for word, raw in files.get(name, {}).items())
    by_id: dict[str, Question] = {}
    numbers: set[str] = set()
    for question in bank:
        if question.printed in numbers:
            raise BankError(f"{question.id}: a second {question.printed}")
        _check_names(question, by_id)
        numbers.add(question.printed)
        by_id[question.id] = question
    return bank


def bank_version(bank: Sequence[Question]) -> str:
    """Eight hexadecimal digits that change with every question, option and condition; the report prints them."""
    return hashlib.sha256(msgspec.json.encode(tuple(bank))).hexdigest()[:8]


def _question(identity: str, content: object) -> Question:
    try:
        raw = msgspec.convert(content, _Question)
        return Question(
            id=identity,
            number=raw.number,
            options=_options(raw),
            hosting=raw.hosting,
            kind=raw.kind,
            core=raw.core,
            measured=raw.measured,
            register=raw.register,
            scored=raw.scored,
            ask_if=tuple(Condition(question=question, values=values) for question, values in raw.ask_if.items()),
            parent=raw.parent,
            hosting_severities=tuple(
                HostingSeverity(hosting=entry.hosting, option=entry.option, severity=Severity.of(entry.severity))
                for entry in raw.hosting_severities
            ),
            may_be_not_applicable=raw.may_be_not_applicable,
            dated=raw.dated,
            work=_work(raw.work),
        )
    except (msgspec.ValidationError, ValueError) as error:
        raise BankError(f"{identity}: {error}") from error


def _work(said: Mapping[str, object]) -> Work:
    read = msgspec.convert(said, _Work)
    return Work(owner=read.owner, effort=read.effort, cost=read.cost, exposed=read.exposed)


def _options(question: _Question) -> tuple[Option, ...]:
    missing = question.work_for.keys() - question.options.keys()
    if missing:
        raise ValueError(f"work_for names an option {sorted(missing)} that is not there")
    return tuple(_option(name, words, question) for name, words in question.options.items())


def _option(name: str, words: str, question: _Question) -> Option:
    """`met`, `partly medium`: what the option earns and how bad it is."""
    if name in ("unknown", NOT_APPLICABLE):
        raise ValueError(f"the option {name} belongs to every question")
    credit, space, severity = words.partition(" ")
    own = question.work_for.get(name)
    return Option(
        id=name,
        credit=Credit(credit),
        severity=Severity.of(severity) if space else Severity.OK,
        work=None if own is None else _work({**question.work, **own}),
    )


def _check_names(question: Question, before: Mapping[str, Question]) -> None:
    for condition in question.ask_if:
        gate = before.get(condition.question)
        if gate is None:
            raise BankError(f"{question.id}: no question before it is called {condition.question}")
        missing = set(condition.values) - {option.id for option in gate.options} - {NOT_APPLICABLE}
        if missing:
            raise BankError(f"{question.id}: {gate.id} has no option {sorted(missing)}")
    if question.parent is not None and question.parent not in before:
        raise BankError(f"{question.id}: no question before it is called {question.parent}")
    for entry in question.hosting_severities:
        if entry.option != "unknown" and question.option(entry.option) is None:
            raise BankError(f"{question.id}: hosting_severities names an option {entry.option} that is not there")
