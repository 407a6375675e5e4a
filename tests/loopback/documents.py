"""What people hand over, read by the whole program: from a document to the outcomes of its judge."""

from collections.abc import Sequence
from datetime import UTC, datetime

from fumimori.__main__ import toolkit
from fumimori.engine.reading import ReadResult, document_of, read_documents
from fumimori.model import Assessment, DomainScope, Outcome, Scope
from loopback.witnesses import witnessed

HOST = "mail.example.jp"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def handed_over(*documents: str | bytes | tuple[str, str | bytes], about: str = HOST) -> tuple[Assessment, ReadResult]:
    """The assessment of example.jp after these were handed over, and what became of each."""
    named = [one if isinstance(one, tuple) else (f"{number}.txt", one) for number, one in enumerate(documents)]
    scope = Scope(domains=(DomainScope(name="example.jp"),))
    before = Assessment(id="1", created=NOW, scope=scope)
    made = [document_of(name, text.encode() if isinstance(text, str) else text, NOW) for name, text in named]
    result = read_documents(toolkit(), before, made, NOW, about=about)
    return result.added_to(before), result


def outcomes_of(*documents: str | bytes | tuple[str, str | bytes], about: str = HOST) -> dict[str, Outcome]:
    """The outcomes by their codes; AssertionError when one of the documents was not read."""
    after, result = handed_over(*documents, about=about)
    problems = [(one.name, one.problem, one.detail) for one in result.documents if one.problem]
    assert not problems, problems
    return {outcome.code: outcome for outcome in witnessed(toolkit().outcomes(after))}


def words_of(check: str, *documents: str | bytes | tuple[str, str | bytes]) -> set[str]:
    """The outcomes of one check, without its name."""
    codes: Sequence[str] = list(outcomes_of(*documents))
    return {code.partition(".")[2] for code in codes if code.startswith(f"{check}.")}


def problem_of(document: str | bytes) -> str:
    """Why it was not read."""
    (one,) = handed_over(document)[1].documents
    return one.problem
