"""From a finding to what to do: what to copy, made for this domain and server, in which order, and what proves it.

Each check keeps its repairs in its own `repair.py`, as `REPAIRS`: the outcome's name → a function of the context.
Repairs are pure: they read what was seen and said, and conclude nothing new.
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache

import msgspec

from fumimori import checks
from fumimori.checks.remediation.combining import combined, differ, marked
from fumimori.checks.remediation.context import Context, note
from fumimori.checks.remediation.hosted import own_pages
from fumimori.model import Assessment, Finding, OutcomeRule, Repair, Result, Rules

Repairs = Mapping[str, Callable[[Context], Repair]]


def names() -> tuple[str, ...]:
    """The checks that have repairs, sorted; the freezer asks for the same list."""
    folders = (module.name for module in pkgutil.iter_modules(checks.__path__) if module.ispkg)
    return tuple(sorted(name for name in folders if importlib.util.find_spec(f"{checks.__name__}.{name}.repair")))


@cache
def walk() -> Mapping[str, Callable[[Context], Repair]]:
    """Every repair by the code of its outcome."""
    return {f"{name}.{outcome}": function for name in names() for outcome, function in _repairs_of(name).items()}


def _repairs_of(name: str) -> Repairs:
    found: Repairs = importlib.import_module(f"{checks.__name__}.{name}.repair").REPAIRS
    return found


def repair(finding: Finding, assessment: Assessment, rules: Rules) -> Repair:
    """How `finding` is repaired, or who does it where nothing can be copied; empty where the steps are all there is.

    Where somebody else runs the mail, the provider's own panel and pages come with it.
    """
    function = walk().get(finding.code)
    context = Context(finding, assessment, rules)
    made = _done_by_hand(rules.outcomes.get(finding.code)) if function is None else function(context)
    pages = own_pages(context)
    return msgspec.structs.replace(made, before=(*made.before, *pages)) if pages else made


def _done_by_hand(rule: OutcomeRule | None) -> Repair:
    return Repair(before=(note(f"by_hand_{rule.by_hand}"),)) if rule and rule.by_hand else Repair()


def repairs(result: Result, assessment: Assessment, rules: Rules) -> Callable[[Finding], Repair]:
    """The repair of each finding of `result`, combined with the others'; computed on first use and cached.

    A record that several findings of one action edit has one text with all edits in it; where another action edits it
    too, both say so, as they are done at different times.
    """
    groups = {finding: action.findings for action in result.actions for finding in action.findings}
    made: dict[Finding, Repair] = {}

    def of(finding: Finding) -> Repair:
        if finding not in made:
            group = groups.get(finding, (finding,))
            made.update(
                zip(group, combined(group, assessment, lambda one, seen: repair(one, seen, rules)), strict=True)
            )
        return made[finding]

    @cache
    def among_others(finding: Finding) -> Repair:
        mine, group = of(finding), groups.get(finding, ())
        others = [one for one in groups if one.subject == finding.subject and groups[one] is not group]
        met = {key for one in others for key in differ(mine, of(one))} if mine.snippets else set()
        return marked(mine, met) if met else mine

    return among_others
