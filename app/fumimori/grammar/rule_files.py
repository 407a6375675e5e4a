"""From `resources/rules/*.toml` and `resources/checks/<id>/rules.toml` to the Rules record; pure, strict, and loud."""

from collections.abc import Mapping

import msgspec

from fumimori.model import (
    ByHand,
    CauseRule,
    CombinationRule,
    Control,
    Credit,
    Effect,
    Event,
    Hosting,
    HostingSeverity,
    OutcomeRule,
    Place,
    Record,
    Rules,
    Severity,
    Table,
    Threshold,
    Work,
)


class RulesError(ValueError):
    """A rules file that does not say what it must; names the file and the place."""


class _HostingSeverity(Record, forbid_unknown_fields=True):
    hosting: tuple[Hosting, ...]
    severity: str


class _Outcome(Record, forbid_unknown_fields=True):
    severity: str
    control: Control
    source: str
    date: str
    question: str = "none"
    effect: Effect = Effect.NONE
    credit: Credit = Credit.NOT_MET
    contradicts: tuple[str, ...] = ()
    at_least: Credit | None = None
    hosting_severities: tuple[_HostingSeverity, ...] = ()
    work: Work = Work()
    same_as: tuple[str, ...] = ()
    event: Event | None = None
    by_hand: ByHand | None = None


class _Cause(Record, forbid_unknown_fields=True):
    place: Place
    codes: tuple[str, ...]
    """A star at the end stands for everything that begins so."""


class _Defaults(Record, forbid_unknown_fields=True, omit_defaults=True):
    control: str = ""
    source: str = ""
    date: str = ""


class _File(Record, forbid_unknown_fields=True):
    thresholds: dict[str, Threshold] = msgspec.field(default_factory=dict)
    defaults: _Defaults = _Defaults()
    """What an outcome of this file says where it says nothing: the control, and source and date, which go together."""
    outcomes: dict[str, dict[str, object]] = msgspec.field(default_factory=dict)
    causes: dict[str, _Cause] = msgspec.field(default_factory=dict)
    combinations: dict[str, CombinationRule] = msgspec.field(default_factory=dict)
    """When the outcome of the same name holds."""


def parse_rules(version: str, files: Mapping[str, Mapping[str, object]], tables: Mapping[str, str]) -> Rules:
    """The rules in `files` (name without suffix → parsed TOML) and `tables` (name → TSV text).

    An outcome says its control, and source and date together, or takes them from the `[defaults]` of its file.
    A table's first line is `# date: YYYY-MM-DD`, its second the column names. Raises RulesError.
    """
    outcomes: dict[str, OutcomeRule] = {}
    thresholds: dict[str, Threshold] = {}
    causes: list[CauseRule] = []
    combinations: dict[str, CombinationRule] = {}
    for name, content in files.items():
        try:
            file = msgspec.convert(content, _File)
            outcomes.update(
                (f"{name}.{word}", _outcome(f"{name}.{word}", _completed(said, file.defaults)))
                for word, said in file.outcomes.items()
            )
        except (msgspec.ValidationError, ValueError) as error:
            raise RulesError(f"{name}: {error}") from error
        thresholds.update((f"{name}.{word}", threshold) for word, threshold in file.thresholds.items())
        causes += [_cause(word, cause) for word, cause in file.causes.items()]
        combinations.update((f"{name}.{word}", combination) for word, combination in file.combinations.items())
    if stray := combinations.keys() - outcomes.keys():
        raise RulesError(f"{sorted(stray)}: a combination without an outcome")
    return Rules(
        version=version,
        outcomes=outcomes,
        thresholds=thresholds,
        tables={name: parse_table(name, text) for name, text in tables.items()},
        causes=tuple(causes),
        combinations=combinations,
    )


def parse_table(name: str, text: str) -> Table:
    """The dated tab-separated table in `text`; RulesError when a row is not as wide as the head."""
    lines = [line for line in text.splitlines() if line]
    if len(lines) < 2 or not lines[0].startswith("# date: "):
        raise RulesError(f"{name}: the first line must be '# date: YYYY-MM-DD', the second the column names")
    columns = tuple(lines[1].split("\t"))
    rows = tuple(tuple(line.split("\t")) for line in lines[2:])
    for number, row in enumerate(rows, start=3):
        if len(row) != len(columns):
            raise RulesError(f"{name}: row {number} has {len(row)} columns, not {len(columns)}")
    return Table(columns=columns, rows=rows, date=lines[0].removeprefix("# date: ").split()[0])


def _cause(name: str, said: _Cause) -> CauseRule:
    return CauseRule(
        id=name,
        place=said.place,
        codes=tuple(code for code in said.codes if not code.endswith("*")),
        prefixes=tuple(code.removesuffix("*") for code in said.codes if code.endswith("*")),
    )


def _completed(said: Mapping[str, object], defaults: _Defaults) -> dict[str, object]:
    usual = msgspec.to_builtins(defaults)
    if "source" in said or "date" in said:  # half a source would be given the date of another one
        usual = {key: value for key, value in usual.items() if key == "control"}
    return {**usual, **said}


def _outcome(code: str, content: Mapping[str, object]) -> OutcomeRule:
    try:
        raw = msgspec.convert(content, _Outcome)
    except msgspec.ValidationError as error:
        raise ValueError(f"{code}: {error}") from error
    question = None if raw.question == "none" else raw.question
    if (question is None) != (raw.effect is Effect.NONE):
        raise ValueError(f"{code}: an outcome names a question and an effect, or neither")
    if raw.effect is Effect.CONTRADICTS and not raw.contradicts:
        raise ValueError(f"{code}: which options does it contradict?")
    if raw.at_least is not None and (raw.effect is not Effect.SHOWS or raw.at_least.share > raw.credit.share):
        raise ValueError(f"{code}: only what an outcome shows proves anything, and no more than that")
    severity = Severity.of(raw.severity)
    if raw.by_hand is not None and severity < Severity.LOW:
        raise ValueError(f"{code}: nothing of severity {raw.severity} is repaired, by hand or otherwise")
    return OutcomeRule(
        code=code,
        severity=severity,
        control=raw.control,
        source=raw.source,
        date=raw.date,
        question=question,
        effect=raw.effect,
        credit=raw.credit,
        contradicts=raw.contradicts,
        at_least=raw.at_least,
        hosting_severities=tuple(
            HostingSeverity(hosting=entry.hosting, option="", severity=Severity.of(entry.severity))
            for entry in raw.hosting_severities
        ),
        work=raw.work,
        same_as=raw.same_as,
        event=raw.event,
        by_hand=raw.by_hand,
    )
