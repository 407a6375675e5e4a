"""From codes to the words of the report's language: findings, answers, numbers, days."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from fumimori.model import (
    NOT_APPLICABLE,
    Action,
    Answer,
    Assessment,
    Control,
    Credit,
    Finding,
    Outcome,
    Question,
    QuestionResult,
    QuestionState,
    Result,
    Values,
)
from fumimori.texts import Texts, sanitize
from fumimori.wording.work import cost_words, due_words, late_words

NOTE_LIMIT = 1200


class Wording:
    """The sentences of one report; knows which printed number belongs to which finding."""

    def __init__(self, assessment: Assessment, result: Result, texts: Texts, issued: datetime) -> None:
        self.texts = texts
        self.questions: Mapping[str, Question] = {question.id: question for question in result.bank}
        self._numbers = {(f.code, f.subject): n for n, f in enumerate(result.findings, start=1)}
        self._assessment, self._issued = assessment, issued

    def say(self, key: str, **values: object) -> str:
        """The text `report.<key>`."""
        return self.texts(f"report.{key}", **values)

    def word(self, group: str, code: object) -> str:
        """The shared word `words.<group>.<code>`; the code itself when it has none, so that nothing is hidden."""
        key = f"words.{group}.{code}"
        return self.texts(key) if self.texts.has(key) else sanitize(str(code))

    # --- findings ---

    def number(self, finding: Finding) -> str:
        """The printed number: F-01."""
        return f"F-{self._numbers[finding.code, finding.subject]:02d}"

    def numbers(self, findings: Sequence[Finding], most: int = 3) -> str:
        """All printed numbers, neighbours drawn together, the first few runs spelled out."""
        runs: list[list[int]] = []
        for number in sorted(self._numbers[finding.code, finding.subject] for finding in findings):
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        named = [f"F-{run[0]:02d}" + (f"–{run[-1]:02d}" if len(run) > 1 else "") for run in runs]
        left_out = sum(len(run) for run in runs[most:])
        return " ".join(named[:most]) + (f" +{left_out}" if left_out else "")

    def subjects(self, findings: Sequence[Finding | Outcome], most: int) -> str:
        """What the findings are about: ports of one host drawn together, `most` named, the others counted."""
        ports: dict[str, list[str]] = {}
        for subject in dict.fromkeys(sanitize(finding.subject, 100) for finding in findings if finding.subject):
            host, _, port = subject.rpartition(":")
            one_port = port.isdecimal() and bool(host) and (":" not in host or host.endswith("]"))
            known = ports.setdefault(host if one_port else subject, [])
            if one_port:
                known.append(port)
        named = [
            f"{host}:{'/'.join(sorted(known, key=int))}" if known else host for host, known in sorted(ports.items())
        ]
        more = self.say("t4.more", count=len(named) - most) if len(named) > most else ""
        return self.listed(named[:most]) + more

    def _about(self, code: str, part: str, values: Values = (), subject: str = "") -> str:
        key = f"{self._base(code)}.{self._part(code, part)}"
        if not self.texts.has(key):
            return ""
        return _filled(lambda **filled: (self.texts(key, **filled),), {"subject": subject, **dict(values)})[0]

    def _base(self, code: str) -> str:
        question, option = self._answered(code)
        return f"controls.{question.id}" if question and option else f"checks.{code}"

    def _answered(self, code: str) -> tuple[Question | None, str]:
        name, _, option = code.rpartition(".")
        return self.questions.get(name), option

    def _part(self, code: str, part: str) -> str:
        question, option = self._answered(code)
        if question is None or part != "title":
            return part
        chosen = question.option(option)
        partly = chosen is not None and chosen.credit is Credit.PARTLY
        has_own = self.texts.has(f"controls.{question.id}.finding_partly")
        return "finding_partly" if partly and has_own else "finding"

    def title(self, finding: Finding | Outcome) -> str:
        """The title of a finding or an outcome, without a full stop; its code when nobody wrote one."""
        written = self._about(finding.code, "title", finding.values, finding.subject)
        return (written or finding.code).rstrip("。.")

    def saw(self, finding: Finding) -> str:
        """The fact: what was measured, or what was answered."""
        question, option = self._answered(finding.code)
        if question is not None:
            label = self.texts(f"controls.{question.id}.question")
            return self.say("card.said", question=label, answer=self.option(question, option).rstrip("。."))
        return self._about(finding.code, "saw", finding.values, finding.subject)

    def risk(self, finding: Finding) -> str:
        """What can happen to the business."""
        return self._about(finding.code, "risk", finding.values, finding.subject)

    def fix(self, finding: Finding) -> tuple[str, ...]:
        """The numbered steps."""
        key = f"{self._base(finding.code)}.fix"
        if not self.texts.has(key):
            return ()
        return self._lines(key, finding)

    def confirm(self, finding: Finding) -> str:
        """How to prove that it is done."""
        key = f"{self._base(finding.code)}.confirm"
        if not self.texts.has(key):
            return ""
        return " ".join(self._lines(key, finding))

    def _lines(self, key: str, finding: Finding) -> tuple[str, ...]:
        given = {"subject": finding.subject, **dict(finding.values)}
        return _filled(lambda **filled: self.texts.lines(key, **filled), given)

    def first_sentence(self, text: str) -> str:
        """`text` up to its first full stop."""
        found = re.match(r".*?(?:。|\.(?=\s|$))", text)
        return found.group() if found else text

    # --- actions ---

    def action(self, action: Action) -> str:
        """What the action is about: its finding's title, or whom to ask what."""
        question = self.asked(action)
        if question is not None:
            return self.say("plan.ask", question=self.texts(f"controls.{question.id}.label"))
        return self.title(action.findings[0]) if action.findings else sanitize(action.id)

    def asked(self, action: Action) -> Question | None:
        """The question that a *find out* action is about."""
        if not action.asks:
            return None
        named = re.findall(r"(?<![a-z0-9_])[a-z0-9_]+\.[a-z0-9_]+", action.id)
        return next((self.questions[name] for name in named if name in self.questions), None)

    def why(self, action: Action) -> str:
        """One sentence: why the action comes first."""
        question = self.asked(action)
        if question is not None:
            return self.first_sentence(self.texts(f"controls.{question.id}.why"))
        return self.first_sentence(self.risk(action.findings[0])) if action.findings else ""

    def owner(self, action: Action, *, short: bool = False) -> str:
        """The named person, else the usual role; `short` leaves out what the role's brackets explain."""
        named = action.entry.owner_name if action.entry else ""
        role = self.word("owner", action.work.owner)
        return sanitize(named, 60) if named else (role.partition("（")[0] if short else role)

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

    def option(self, question: Question, option: str) -> str:
        """What an option means, in its own words where it has any."""
        key = f"controls.{question.id}.option.{option}"
        return self.texts(key) if self.texts.has(key) else self.word("answer", option)

    def answer(self, question: Question, answer: Answer | None) -> str:
        """What was answered."""
        if answer is None:
            return self.word("answer", "unanswered")
        if answer.items:
            given = [self.option(question, item) if question.option(item) else item for item in answer.items[:30]]
            return self.listed([sanitize(item, 80) for item in given])
        if answer.value is None:
            return self.word("answer", "unknown")
        if answer.value == NOT_APPLICABLE:
            reason = self.word("not_applicable_reason", answer.reason) if answer.reason else ""
            return self.word("answer", "not_applicable") + (self.bracketed(reason) if reason else "")
        return self.option(question, answer.value)

    def state(self, result: QuestionResult) -> str:
        """Where a question stands, in one word."""
        if result.state in (QuestionState.MEASURED, QuestionState.ANSWERED) and result.credit is not None:
            return self.word("credit", result.credit)
        return self.word("state", result.state)

    # --- small things ---

    def bracketed(self, text: str) -> str:
        """`text` in the brackets of the language."""
        return self.texts.style.brackets.format(text=text)

    def listed(self, items: Sequence[str]) -> str:
        """Items in one sentence."""
        return self.texts.listed(items)

    def range(self, low: int | None, high: int | None) -> str:
        """58 or 58–64."""
        if low is None or high is None:
            return self.texts.style.no_value
        return f"{low}" if low == high else f"{low}–{high}"

    def percent(self, share: float) -> str:
        """A share as whole per cent."""
        return f"{int(share * 100 + 0.5)}%"

    def free(self, untrusted_text: str, limit: int = NOTE_LIMIT) -> str:
        """What somebody typed, made harmless and bounded."""
        return sanitize(untrusted_text, limit)


def _filled(read: Callable[..., tuple[str, ...]], given: Mapping[str, object]) -> tuple[str, ...]:
    """What `read` says with `given`; a value that was not recorded is printed as a dash: a report always comes out."""
    values = dict(given)
    while True:
        try:
            return read(**values)
        except KeyError as error:
            values[str(error.args[0])] = "–"
