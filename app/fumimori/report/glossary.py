"""The terms of the trade: each is explained on the management page that uses it first, and all of them in T12."""

from collections.abc import Iterable

from fumimori.report.blocks import Block, Gap, Hairline, Prose
from fumimori.report.canvas import Run
from fumimori.report.context import ReportContext
from fumimori.wording.terms import TERMS, entry, words


class Glossary:
    """Which terms the pages so far have explained."""

    def __init__(self, m: ReportContext) -> None:
        self._m = m
        self._words = {term: words(m.wording.texts, term) for term in TERMS}
        self._known: set[str] = set()

    def fresh(self, blocks: Iterable[Block]) -> list[str]:
        """The terms in these blocks that no page before has explained."""
        said = "\n".join(_said(blocks))
        return [t for t in TERMS if t not in self._known and any(_holds(said, word) for word in self._words[t])]

    def explained(self, blocks: Iterable[Block]) -> list[Block]:
        """What explains the fresh terms of these blocks; nothing where there is none."""
        m, small = self._m, self._m.paper.note
        runs: list[Run] = []
        for term in self.fresh(blocks):
            word, meaning = entry(m.wording.texts, term)
            explained = m.say("glossary.explained", meaning=meaning)
            runs += [("　", small), (word, small.bold().inked(m.paper.ink)), (explained, small)]
        return [Prose([(m.say("glossary.heading"), small.bold()), *runs], small, m.faces)] if runs else []

    def foot(self, blocks: Iterable[Block]) -> list[Block]:
        """The same at the foot of a page."""
        explained = self.explained(blocks)
        return [Gap(1.5), Hairline(self._m.paper.line, millimetres=2), *explained] if explained else []

    def learn(self, blocks: Iterable[Block]) -> None:
        """From now on the terms in these blocks are explained."""
        self._known.update(self.fresh(blocks))


def _said(blocks: Iterable[Block]) -> Iterable[str]:
    for block in blocks:
        yield block.said
        yield from _said(block.inside)


def _holds(said: str, word: str) -> bool:
    """Whether `word` is in `said` as a word of its own; small letters match large ones.

    TLS is not in TLS-RPT, and ポート is not in サポート.
    """
    small = word.isascii() and word == word.lower() and "=" not in word
    text = said.lower() if small else said
    at = text.find(word)
    while at >= 0:
        end = at + len(word) + (small and text.startswith("s", at + len(word)))
        before, after = text[max(0, at - 1) : at], text[end : end + 2]
        if _free(before, after) if word.isascii() else not (_katakana(word[0]) and _katakana(before)):
            return True
        at = text.find(word, at + 1)
    return False


def _katakana(letter: str) -> bool:
    return "\u30a1" <= letter <= "\u30fa" or letter == "ー"


def _free(before: str, after: str) -> bool:
    """Whether a Latin word ends between its neighbours: they are no part of a longer word, name or address."""
    if before.isascii() and (before.isalnum() or before in {".", "-"}):
        return False
    if after[:1].isascii() and after[:1].isalnum():
        return False
    return not (after[:1] in {".", "-"} and after[1:].isascii() and after[1:].isalpha())
