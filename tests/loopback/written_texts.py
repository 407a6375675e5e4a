"""The texts of each language, and what a language that is still being written lacks."""

from collections import defaultdict

from fumimori import resources
from fumimori.texts import Texts, languages

ALL = {code: Texts(resources.root(), code) for code in languages(resources.root())}
FIRST, *OTHERS = ALL
WHOLE = {code: texts for code, texts in ALL.items() if ALL[FIRST].keys() <= texts.keys()}
"""Those with every key of the first: what else is tested of texts is tested of these, so that a language that is
begun shows what it lacks in one list, and nothing else."""


def lacking(code: str) -> list[str]:
    """The files of a language to write, with the keys that are not there yet: all, or those by name."""
    wanted: dict[str, list[str]] = defaultdict(list)
    there: dict[str, int] = defaultdict(int)
    for key in sorted(ALL[FIRST].keys()):
        file, rest = _place(key, code)
        there[file] += ALL[code].has(key)
        if not ALL[code].has(key):
            wanted[file].append(rest)
    return [
        f"{file}: all {len(keys)} keys" if not there[file] else f"{file}: {', '.join(keys)}"
        for file, keys in wanted.items()
    ]


def _place(key: str, code: str) -> tuple[str, str]:
    part, _, rest = key.partition(".")
    if part in ("checks", "controls", "registers"):
        name, _, rest = rest.partition(".")
        return f"resources/{part}/{name}/{code}.toml", rest
    return f"resources/texts/{code}/{part}.toml", rest
