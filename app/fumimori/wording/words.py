"""From codes to the words of one language: findings, answers, actions; window and report say them alike."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from fumimori.grammar.order import natural
from fumimori.model import NOT_APPLICABLE, Action, Answer, Credit, Finding, Outcome, Question, Tool, Values
from fumimori.texts import Texts, sanitize

_HOST_MOST = 255
"""Characters of a host or subject that are shown."""
_TOOL_MOST = 60
_ITEMS = 30
"""Things of an inventory that are named."""


class Words:
    """What a finding, an answer and an action are called, under the questions that were judged."""

    def __init__(self, texts: Texts, bank: Iterable[Question]) -> None:
        self.texts = texts
        self.questions: Mapping[str, Question] = {question.id: question for question in bank}

    def word(self, group: str, code: object) -> str:
        """The shared word `words.<group>.<code>`; the code itself when it has none, so that nothing is hidden."""
        key = f"words.{group}.{code}"
        return self.texts(key) if self.texts.has(key) else sanitize(str(code))

    def listed(self, items: Iterable[str]) -> str:
        """Items in one sentence."""
        return self.texts.listed(items)

    # --- findings ---

    def title(self, finding: Finding | Outcome) -> str:
        """The fact as a title, without a full stop; its code where there is none."""
        return (self._line("title", finding) or finding.code).rstrip("。.")

    def saw(self, finding: Finding | Outcome) -> str:
        """The fact: what was measured, or what was answered; marked where another tool measured it."""
        said = self._saw_alone(finding)
        also = finding.also if isinstance(finding, Finding) else ()
        return " ".join(dict.fromkeys([said, *map(self._saw_alone, also)]))

    def _saw_alone(self, finding: Finding | Outcome) -> str:
        said = self._seen(finding)
        if finding.tool is None or (finding.code.startswith("other_tools.") and not finding.stale):
            return said
        tool, day = self.tool(finding.tool)
        return self.texts(f"words.imported.{'stale' if finding.stale else 'saw'}", saw=said, tool=tool, day=day)

    def tool(self, tool: Tool) -> tuple[str, str]:
        """Name and version of another program, and the day when it ran."""
        day = self.texts.day(tool.at) if tool.at else self.texts("words.imported.no_day")
        return sanitize(f"{tool.name} {tool.version}".strip(), _TOOL_MOST), day

    def _seen(self, finding: Finding | Outcome) -> str:
        question, option = self._answered(finding.code)
        if isinstance(finding, Finding) and finding.joins:
            facts = dict.fromkeys(self._fact(code, finding) for code, _ in finding.joins)
            return self.texts("words.action.together", facts=self.listed(facts))
        if question is None:
            return self._line("saw", finding)
        label = self.texts(f"controls.{question.id}.question")
        return self.texts("words.action.said", question=label, answer=self.option(question, option).rstrip("。."))

    def _fact(self, code: str, finding: Finding) -> str:
        """One of the facts that meet in a combination: an outcome's title, or what was answered to what."""
        question, option = self._answered(code)
        if question is None:
            return self.texts(
                "words.action.fact", fact=self.title(Outcome(code=code, subject=finding.subject, values=finding.values))
            )
        answer = self.option(question, option).rstrip("。.")
        return self.texts("words.action.fact_said", label=self.texts(f"controls.{question.id}.label"), answer=answer)

    def risk(self, finding: Finding) -> str:
        """What can happen to the business."""
        return self._line("risk", finding)

    def advice(self, finding: Finding) -> str:
        """What somebody is to do, as an imperative; the title where there is none."""
        return self._line("action", finding).rstrip("。.") or self.title(finding)

    def fix(self, finding: Finding) -> tuple[str, ...]:
        """The numbered steps."""
        return self._lines("fix", finding)

    def confirm(self, finding: Finding) -> str:
        """How to prove that it is done."""
        return " ".join(self._lines("confirm", finding))

    def subjects(self, findings: Iterable[Finding | Outcome], most: int) -> str:
        """What the findings are about."""
        return self.places((finding.subject for finding in findings), most)

    def places(self, subjects: Iterable[str], most: int) -> str:
        """Hosts, ports of each drawn together, as people count: `most` named, the others counted."""
        ports: dict[str, list[str]] = {}
        for subject in dict.fromkeys(sanitize(one, _HOST_MOST) for one in subjects if one):
            host, _, port = subject.rpartition(":")
            one_port = port.isdecimal() and bool(host) and (":" not in host or host.endswith("]"))
            known = ports.setdefault(host if one_port else subject, [])
            if one_port:
                known.append(port)
        return self.some(
            [
                f"{host}:{'/'.join(sorted(ports[host], key=int))}" if ports[host] else host
                for host in sorted(ports, key=natural)
            ],
            most,
        )

    def some(self, names: Sequence[str], most: int) -> str:
        """The first `most` of `names`, and how many others there are."""
        listed, extra = self.listed(names[:most]), len(names) - most
        return self.texts("words.action.and_more", names=listed, count=extra) if extra > 0 else listed

    def first_sentence(self, text: str) -> str:
        """`text` up to its first full stop."""
        found = re.match(r".*?(?:。|\.(?=\s|$))", text)
        return found.group() if found else text

    def _answered(self, code: str) -> tuple[Question | None, str]:
        name, _, option = code.rpartition(".")
        return self.questions.get(name), option

    def _key(self, code: str, part: str) -> str:
        """Where the words stand: those of the option before those of its question."""
        question, option = self._answered(code)
        if question is None:
            return f"{code if code.startswith('combinations.') else f'checks.{code}'}.{part}"
        base, part = f"controls.{question.id}", "finding" if part == "title" else part
        chosen = question.option(option)
        partly = chosen is not None and chosen.credit is Credit.PARTLY
        keys = [f"{base}.for.{option}.{part}", *([f"{base}.finding_partly"] if partly and part == "finding" else [])]
        return next((key for key in keys if self.texts.has(key)), f"{base}.{part}")

    def _lines(self, part: str, finding: Finding | Outcome) -> tuple[str, ...]:
        key = self._key(finding.code, part)
        if not self.texts.has(key):
            return ()
        return _filled(lambda **given: self.texts.lines(key, **given), finding.subject, finding.values)

    def _line(self, part: str, finding: Finding | Outcome) -> str:
        return " ".join(self._lines(part, finding))

    # --- actions ---

    def action(self, action: Action) -> str:
        """What to do, as an imperative: repair the cause, or ask those who know."""
        question = self.asked(action)
        if question is not None:
            return self.texts("words.action.find_out", label=self.texts(f"controls.{question.id}.label"))
        if not action.findings:
            return sanitize(action.id)
        kinds = dict.fromkeys(finding.code for finding in action.findings)
        key = f"causes.{action.cause}"
        if len(kinds) == 1 or not self.texts.has(key):
            return self._advice_everywhere(action.findings)
        checks = dict.fromkeys(kind.partition(".")[0] for kind in kinds)
        names = [self.texts(name) for check in checks if self.texts.has(name := f"checks.{check}.name")]
        short = (re.split(r"（| \(", name)[0] for name in names)
        return self.texts(key, place=sanitize(action.place, _HOST_MOST), names=self.listed(short))

    def _advice_everywhere(self, findings: Sequence[Finding]) -> str:
        """The first finding's advice; where it names its place, with the count of the others of its kind."""
        first = findings[0]
        places = dict.fromkeys(place_of(one) for one in findings if one.code == first.code and one.subject)
        if len(places) < 2:
            return self.advice(first)
        here = place_of(first)
        said = self.texts("words.action.and_others", place=sanitize(here, _HOST_MOST), count=len(places) - 1)
        values = tuple((name, said if value in (here, first.subject) else value) for name, value in first.values)
        return self.advice(msgspec.structs.replace(first, subject=said, values=values))

    def asked(self, action: Action) -> Question | None:
        """The question that a *find out* action is about."""
        return self.questions.get(action.id.rpartition(".")[0]) if action.asks else None

    def why(self, action: Action) -> str:
        """One sentence: what happens otherwise."""
        question = self.asked(action)
        if question is not None:
            return self.first_sentence(self.texts(f"controls.{question.id}.why"))
        return self.first_sentence(self.risk(action.findings[0])) if action.findings else ""

    # --- answers ---

    def option(self, question: Question, option: str) -> str:
        """What an option means, in its own words where it has any."""
        key = f"controls.{question.id}.option.{option}"
        return self.texts(key) if self.texts.has(key) else self.word("answer", option)

    def answer(self, question: Question, answer: Answer | None) -> str:
        """What was answered."""
        if answer is None:
            return self.word("answer", "unanswered")
        if answer.items:
            given = [self.option(question, item) if question.option(item) else item for item in answer.items[:_ITEMS]]
            return self.listed([sanitize(item, 80) for item in given])
        if answer.value is None:
            return self.word("answer", "unknown")
        if answer.value == NOT_APPLICABLE:
            reason = self.word("not_applicable_reason", answer.reason) if answer.reason else ""
            return self.word("answer", "not_applicable") + (
                self.texts.style.brackets.format(text=reason) if reason else ""
            )
        return self.option(question, answer.value)


def place_of(finding: Finding | Outcome) -> str:
    """The subject without its port."""
    host, _, port = finding.subject.rpartition(":")
    return host if host and port.isdecimal() and (":" not in host or host.endswith("]")) else finding.subject


def kinds(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings by their code, in the order of each code's first."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.code, []).append(finding)
    return found


def _filled(read: Callable[..., tuple[str, ...]], subject: str, values: Values) -> tuple[str, ...]:
    """What `read` says; a value that was not recorded is printed as a dash: a report always comes out."""
    # What servers said is cut shorter than the texts would: a title is one line.
    said = {"subject": subject, **dict(values)}
    given: dict[str, object] = {name: sanitize(one) if isinstance(one, str) else one for name, one in said.items()}
    while True:
        try:
            return read(**given)
        except KeyError as error:
            given[str(error.args[0])] = "–"
