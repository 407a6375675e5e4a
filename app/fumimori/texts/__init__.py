"""Texts by key and language; the language is an argument, so a Japanese interview can print an English report."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

_CONTROL_CHARACTERS = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if code != 10}
_CONTROL_CHARACTERS |= dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")
_BREAKS = dict.fromkeys((0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029), " ")
_UNSEEN = dict.fromkeys(
    (
        *range(0x200B, 0x2010),  # spaces without width, joiners, direction marks
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFFF9, 0xFFFC),
        *range(0xE0000, 0xE0080),  # tags
        *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x180E, 0x3164, 0xFEFF, 0xFFA0),
    )
)
"""Invisible characters and direction overrides; selectors of a character's form (of kanji, too) stay."""
VALUE_MOST = 4000
"""Characters of what fills a placeholder: this program's sentences, and all that a person typed into one field."""
_HARMLESS = _CONTROL_CHARACTERS | _BREAKS | _UNSEEN


def sanitize(untrusted_text: str, limit: int = 400) -> str:
    """`untrusted_text` as one sanitized line: no control or invisible characters, at most `limit` characters."""
    bounded = untrusted_text[: 2 * limit]  # first, so that a long text costs no more than a short one
    cleaned = bounded.translate(_HARMLESS)
    whole = len(cleaned) <= limit and len(bounded) == len(untrusted_text)
    return cleaned if whole else cleaned[: limit - 1] + "…"


@dataclass(frozen=True, kw_only=True)
class Language:
    """How a language is written: what `texts/<code>/language.toml` says. No other place knows a language by name."""

    code: str
    """The folder's name, such as `ja`; it is in files and settings."""
    name: str
    """Its own name, for those who read no other."""
    tag: str
    """The BCP 47 tag that a PDF declares."""
    order: int
    """Its place among the languages to choose from."""
    locales: tuple[str, ...]
    """Beginnings of the system's locale names that mean it."""
    day: str
    """A day, with `{year}`, `{month}`, `{day}` and `{weekday}`."""
    day_of_year: str
    """The same without the year, where that is known."""
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    list_separator: str
    short_separator: str
    """Between two short facts in a narrow cell."""
    brackets: str
    bullet: str
    sentence_end: str
    no_value: str
    address: str
    """How a letter addresses an organisation (`{name}`)."""
    address_with_person: str
    """The same above the line of a person."""
    person: str
    person_with_title: str
    body_size_step: float
    """Points by which the report's running text is larger than the look's, as the script needs it."""
    fallback: bool = False
    """For systems whose locale names no language of the program."""


@cache
def languages(folder: Path) -> Mapping[str, Language]:
    """Every language below the resources' `folder`, by code, in the order to choose from; ValueError for a bad file."""
    found = []
    for file in folder.glob("texts/*/language.toml"):
        fields = tomllib.loads(file.read_text(encoding="utf-8"))
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        try:
            found.append(Language(code=file.parent.name, **{**fields, **lists}))
        except TypeError as error:
            raise ValueError(f"{file.parent.name}/language.toml: {error}") from error
    return {language.code: language for language in sorted(found, key=lambda language: language.order)}


def language_of(locale: str, known: Mapping[str, Language]) -> str:
    """The code of the language that a system's locale name means; that of the fallback for any other."""
    for language in known.values():
        if locale.lower().startswith(language.locales):
            return language.code
    return next(language.code for language in known.values() if language.fallback)


class MissingTextError(LookupError):
    """A key without a text: a bug of our own that the crossing test finds."""


class Texts:
    """All texts of one language below the resources' folder.

    They are in `texts/<language>/<name>.toml` and, next to what they describe, in `<language>.toml` of `checks/<id>/`,
    `controls/<id>/` and `registers/<id>/`. A key is the file's name or place and the place in the file, joined by
    dots: `controls/ssh/ja.toml`, `[used] question` is `controls.ssh.used.question`. Placeholders are named: `{days}`.
    """

    def __init__(self, folder: Path, language: str) -> None:
        if language not in languages(folder):
            raise ValueError(f"no texts in {language!r}")
        self.language = language
        self.known = languages(folder)
        """Every language that there is, in the order to choose from."""
        self.style = self.known[language]
        whole = (folder / "texts" / language).glob("*.toml")
        self._files = {file.stem: file for file in whole if file.stem != "language"}
        for place in ("checks", "controls", "registers"):
            for file in folder.glob(f"{place}/*/{language}.toml"):
                self._files[f"{place}.{file.parent.name}"] = file
        self._read: dict[str, dict[str, str | tuple[str, ...]]] = {}

    def __call__(self, key: str, /, **values: object) -> str:
        """The text at `key` with its placeholders filled; strings among `values` are sanitized first."""
        text = self._find(key)
        if not isinstance(text, str):
            raise MissingTextError(f"{self.language}: {key}")
        return _filled(text, values)

    def lines(self, key: str, /, **values: object) -> tuple[str, ...]:
        """The list of texts at `key`, such as numbered steps; a single text is a list of one."""
        text = self._find(key)
        if text is None:
            raise MissingTextError(f"{self.language}: {key}")
        return tuple(_filled(line, values) for line in ((text,) if isinstance(text, str) else text))

    def has(self, key: str) -> bool:
        """Whether `key` has a text."""
        return self._find(key) is not None

    def keys(self) -> frozenset[str]:
        """Every key of every file."""
        return frozenset(key for prefix in self._files for key in self._texts(prefix))

    def read_all(self) -> None:
        """Read every file now, so that nobody waits for one later."""
        for prefix in self._files:
            self._texts(prefix)

    def _find(self, key: str) -> str | tuple[str, ...] | None:
        """The text at `key`, from the file with the longest name that the key begins with."""
        words = key.split(".")
        for length in range(len(words) - 1, 0, -1):
            prefix = ".".join(words[:length])
            if prefix in self._files:
                return self._texts(prefix).get(key)
        return None

    def _texts(self, prefix: str) -> dict[str, str | tuple[str, ...]]:
        """The texts of one file, read when the first of them is needed: the window opens without the others."""
        if prefix not in self._read:
            with self._files[prefix].open("rb") as opened:
                self._read[prefix] = dict(_flat(prefix, tomllib.load(opened)))
        return self._read[prefix]

    def day(self, moment: date | datetime, *, known_year: int | None = None) -> str:
        """A day in running text: 2026年11月24日（火） or 24 November 2026; without the year in the `known_year`."""
        style = self.style
        form = style.day_of_year if moment.year == known_year else style.day
        month, weekday = style.months[moment.month - 1], style.weekdays[moment.weekday()]
        return form.format(year=moment.year, month=month, day=moment.day, weekday=weekday)

    def listed(self, items: Iterable[str]) -> str:
        """Things of one kind, one after the other."""
        return self.style.list_separator.join(items)

    def moment(self, moment: datetime) -> str:
        """A moment in tables, in the zone that it carries: 2026-11-24 10:30 JST."""
        return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".rstrip()


def _flat(prefix: str, table: Mapping[str, object]) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict):
            yield from _flat(key, value)
        elif isinstance(value, list):
            yield key, tuple(str(line) for line in value)
        else:
            yield key, str(value)


def _filled(text: str, values: Mapping[str, object]) -> str:
    if not values:
        return text
    return text.format_map(
        {name: sanitize(value, VALUE_MOST) if isinstance(value, str) else value for name, value in values.items()}
    )
