"""The terms of the trade: each is explained on the management page that uses it first, and all of them in T12."""

import re
from collections.abc import Iterable

from fumimori.report.blocks import Block, Gap, Hairline, Prose
from fumimori.report.canvas import Run
from fumimori.report.context import ReportContext

TERMS = (
    "domain",
    "subdomain",
    "dns",
    "mx",
    "smtp",
    "ip_address",
    "port",
    "spf",
    "dkim",
    "selector",
    "dmarc",
    "none",
    "bimi",
    "tls",
    "certificate",
    "mta_sts",
    "enforce",
    "tls_rpt",
    "dane",
    "dnssec",
    "caa",
    "reverse_dns",
    "mfa",
    "ssh",
    "passphrase",
    "firewall",
    "firmware",
    "relay",
    "vulnerability",
    "blocklist",
    "vrfy",
    "ppap",
    "smime",
    "hsts",
    "vpn",
    "post_quantum",
    "phishing",
)
"""The tables `report.glossary.<term>`, in printed order."""


class Glossary:
    """Which terms the pages so far have explained."""

    def __init__(self, m: ReportContext) -> None:
        self._m = m
        self._patterns = {term: _pattern(m.wording.texts.lines(f"report.glossary.{term}.words")) for term in TERMS}
        self._known: set[str] = set()

    def fresh(self, blocks: Iterable[Block]) -> list[str]:
        """The terms in these blocks that no page before has explained."""
        said = "\n".join(_said(blocks))
        return [term for term in TERMS if term not in self._known and self._patterns[term].search(said)]

    def explained(self, blocks: Iterable[Block]) -> list[Block]:
        """What explains the fresh terms of these blocks; nothing where there is none."""
        m, small = self._m, self._m.paper.note
        runs: list[Run] = []
        for term in self.fresh(blocks):
            word, meaning = entry(m, term)
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


def entry(m: ReportContext, term: str) -> tuple[str, str]:
    """A term's printed word and what it means."""
    words = m.wording.texts.lines(f"report.glossary.{term}.words")
    return words[0], m.say(f"glossary.{term}.meaning")


def _said(blocks: Iterable[Block]) -> Iterable[str]:
    for block in blocks:
        yield block.said
        yield from _said(block.inside)


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words as a word of its own: TLS is not in MTLS nor in TLS-RPT; small letters match large ones too."""
    return re.compile("|".join(_one(word) for word in words))


def _one(word: str) -> str:
    if not word.isascii():
        return re.escape(word)
    free = re.escape(word) if word != word.lower() or "=" in word else f"(?i:{re.escape(word)})s?"
    return rf"(?<![A-Za-z0-9.-]){free}(?![A-Za-z0-9]|-[A-Za-z]|\.[A-Za-z])"
