"""What should be put in order before a report is printed, each with the place where that is done.

Pure: what only the printing part can know (missing glyphs, how sharp a logo is) is handed in.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from fumimori.grammar.brand_profile import LINE_MOST, SEAL_MOST, TEXT_MOST
from fumimori.model import Assessment, Mode, QuestionState, Record, Result, Severity
from fumimori.model.brand import RECIPIENTS_MOST

FIRST = 5
"""Of the plan, the actions whose owner should have a name: those of the first page."""
COARSE = 300
"""Pixels of width below which a logo looks coarse in print."""
_PLACEHOLDER = re.compile(
    r"ここに入力|置き換えてください|[（(<［\[]置き換え|[〇○]{2}|●{2}"
    r"|(?i:lorem\s{1,9}ipsum|(?<![a-z0-9.-])example\.(?:com|net|org|jp))"
    r"|(?<![A-Za-z0-9])(?:REPLACE|TO-?DO|TBD|X{3})(?![A-Za-z0-9])"
)
"""Placeholder words in capitals or brackets; an ordinary note (“replace the switch”, “for example”) passes."""


class LintEntry(Record):
    """One thing to put in order; `code` names its text `lint.<code>`."""

    code: str
    page: str
    """The wizard's step where it is put in order."""
    item: str = ""
    """The question there; empty for the page as a whole."""
    at: str = ""
    """The field there that gets the keyboard; empty for where the page begins."""
    about: str = ""
    """What it is about: a text, an action's identity, characters; untrusted."""
    stops: bool = False
    """A final version is not made while it stands; a draft is."""


class LogoSeen(Record):
    """What reading a logo showed: the code of why it cannot be printed, or its width in pixels (0: a drawing)."""

    at: str = "logo"
    """`logo` for the sender's, `client-logo` for the client's: where it is chosen."""
    code: str = ""
    pixels: int = 0


class _Typed(Record):
    """A text that somebody typed and that is printed: where it was typed, and how much of it there is room for."""

    text: str
    page: str
    room: int
    at: str


def lint(
    assessment: Assessment,
    result: Result,
    *,
    missing: Callable[[str], tuple[str, ...]],
    logos: Iterable[LogoSeen] = (),
) -> tuple[LintEntry, ...]:
    """Everything to put in order, what stops a final version first. `missing` names characters without a glyph."""
    found = [
        *_people(assessment),
        *_questions(result),
        *_plan(result),
        *_texts(assessment, missing),
        *_logos(logos),
    ]
    return tuple(sorted(found, key=lambda entry: not entry.stops))


def _people(a: Assessment) -> Iterator[LintEntry]:
    if not a.organisation.name.strip():
        yield LintEntry(code="organisation_missing", page="organisation", at="name", stops=True)
    if a.runs and a.consent.level and a.consent.at is None:
        yield LintEntry(code="consent_unconfirmed", page="consent", stops=True)
    named = a.brand.confidentiality == "named" or (a.mode is Mode.CONSULTANT and not a.brand.confidentiality)
    if named and not any(one.strip() for one in a.brand.recipients):
        yield LintEntry(code="recipients_missing", page="branding", at="recipients")
    if len(a.brand.recipients) > RECIPIENTS_MOST:
        yield LintEntry(code="recipients_many", page="branding", at="recipients", about=f"{RECIPIENTS_MOST}")
    if a.mode is Mode.CONSULTANT and not a.brand.sender.strip():
        yield LintEntry(code="sender_missing", page="branding", at="sender")
    if a.versions and a.document_version not in {one.number for one in a.versions}:
        yield LintEntry(code="version_unexplained", page="branding", at="version-changed", about=a.document_version)


def _questions(result: Result) -> Iterator[LintEntry]:
    clashing = {one.question for one in result.contradictions if one.severity is Severity.CRITICAL}
    for question in result.questions:
        if question.question in clashing:
            yield LintEntry(code="contradiction", page="question", item=question.question, stops=True)
        elif question.state is QuestionState.UNANSWERED and question.asked and question.severity is Severity.CRITICAL:
            yield LintEntry(code="critical_unanswered", page="question", item=question.question, stops=True)


def _plan(result: Result) -> Iterator[LintEntry]:
    for action in result.actions:
        if action.late:
            yield LintEntry(code="date_late", page="plan", at=f"due:{action.id}", about=action.id, stops=True)
    for action in result.actions[:FIRST]:
        if not (action.entry and (action.entry.owner_name.strip() or action.entry.done)):
            yield LintEntry(code="owner_missing", page="plan", at=f"owner_name:{action.id}", about=action.id)


def _texts(a: Assessment, missing: Callable[[str], tuple[str, ...]]) -> Iterator[LintEntry]:
    for one in _typed(a):
        if not one.text.strip():
            continue
        folded = unicodedata.normalize("NFKC", one.text[:4000])
        if _PLACEHOLDER.search(one.text[:4000]) or _PLACEHOLDER.search(folded):
            yield LintEntry(code="placeholder", page=one.page, at=one.at, about=one.text, stops=True)
        if len(one.text) > one.room:
            yield LintEntry(code="text_long", page=one.page, at=one.at, about=one.text)
        lacking = missing(one.text)
        if lacking:
            yield LintEntry(code="glyph_missing", page=one.page, at=one.at, about="".join(lacking), stops=True)


def _typed(a: Assessment) -> Iterator[_Typed]:
    o, b = a.organisation, a.brand
    for word in ("name", "addressee_name", "addressee_title", "responsible", "sector"):
        yield _Typed(text=getattr(o, word), page="organisation", room=120, at=word)
    yield _Typed(text=a.document_number, page="branding", room=100, at="document-number")
    for word, room in (("sender", 120), ("contact", LINE_MOST), ("footer", 100), ("legal", TEXT_MOST)):
        yield _Typed(text=getattr(b, word), page="branding", room=room, at=word)
    for title in b.seals or ():
        yield _Typed(text=title, page="branding", room=SEAL_MOST, at="seal-titles")
    for name in b.recipients:
        yield _Typed(text=name, page="branding", room=80, at="recipients")
    for version in a.versions:
        yield _Typed(text=version.changed, page="branding", room=90, at="version-changed")
    for entry in a.plan:
        place = f"owner_name:{entry.action}"
        yield _Typed(text=entry.owner_name, page="plan", room=60, at=place)
        yield _Typed(text=entry.note, page="plan", room=160, at=place)


def _logos(logos: Iterable[LogoSeen]) -> Iterator[LintEntry]:
    for logo in logos:
        if logo.code:
            yield LintEntry(code="logo_unprintable", page="branding", at=logo.at, stops=True)
        elif 0 < logo.pixels < COARSE:
            yield LintEntry(code="logo_coarse", page="branding", at=logo.at, about=f"{logo.pixels}")
