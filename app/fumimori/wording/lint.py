"""What should be put in order before printing, in words."""

from fumimori.assess.lint import LintEntry
from fumimori.model import Result
from fumimori.texts import Texts, sanitize
from fumimori.wording.report import Wording

_QUOTED = 40


def lint_words(entry: LintEntry, result: Result, wording: Wording) -> str:
    """One sentence: what it is and where."""
    about = sanitize(entry.about, _QUOTED)
    action = next((one for one in result.actions if one.id == entry.about), None)
    if entry.page == "plan" and action is not None:
        about = wording.action(action)
    elif entry.page == "question":
        question = result.of_bank(entry.item)
        about = f"{question.printed} {wording.texts(f'controls.{question.id}.label')}"
    return wording.texts(f"lint.{entry.code}", about=about)


def lint_line(entry: LintEntry, result: Result, wording: Wording) -> str:
    """The sentence behind the place where it is put in order and whether it stops a final version."""
    t: Texts = wording.texts
    kind = t("lint.stops" if entry.stops else "lint.advises")
    place = t(f"ui.sidebar.{'hub' if entry.page == 'question' else entry.page}")
    return t("lint.line", kind=kind, place=place, text=lint_words(entry, result, wording))
