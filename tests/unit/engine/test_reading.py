"""What people hand over is recognised by its content, read within bounds, asked about when it is of somebody else."""

import bz2
import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from fumimori import checks
from fumimori.checks.contract import About, Damaged, Document, ReadContext, Reader, Reading, Secret
from fumimori.checks.observations import FactsKey, Observations
from fumimori.engine import Toolkit, unpacking
from fumimori.engine.exchange import read_scan, scan_json
from fumimori.engine.reading import Progress, ReadResult, document_of, read_documents
from fumimori.model import (
    Assessment,
    Control,
    DomainScope,
    Outcome,
    OutcomeRule,
    Record,
    Rules,
    Run,
    RunKind,
    Scope,
    Severity,
)
from loopback.fake_network import rules as paper_rules

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class Note(Record):
    """What a note says: `note: DOMAIN WORD`."""

    words: tuple[str, ...]


NOTES = FactsKey("notes", Note)


def accepts(document: Document) -> float:
    return 0.9 if document.content.startswith(b"note:") else 0.0


def read(document: Document, _context: ReadContext) -> Sequence[Reading]:
    lines = document.content.decode().splitlines()
    if "broken" in lines[0]:
        raise Damaged("line 1")
    if "password" in lines[0]:
        raise Secret
    if "bug" in lines[0]:
        raise ZeroDivisionError
    said = [line.split() for line in lines]
    return [Reading(subject=domain, facts=Note(words=(word,)), part=word) for _, domain, word in said]


def judge(observations: Observations, _rules: Rules) -> Iterable[Outcome]:
    for attempt, facts in observations.all(NOTES):
        for word in facts.words:
            yield Outcome(code="notes.said", subject=attempt.subject, values=(("word", word),))


def reader(**fields: Any) -> Reader:
    given: dict[str, Any] = {
        "control": Control.PEOPLE,
        "facts": NOTES,
        "accepts": accepts,
        "read": read,
        "judge": judge,
        **fields,
    }
    return Reader(**given)


def tools(*readers: Reader) -> Toolkit:
    rule = OutcomeRule(code="notes.said", severity=Severity.LOW, control=Control.PEOPLE, source="a test", date="2026")
    rules = Rules(version="1", outcomes={"notes.said": rule}, thresholds={}, tables={})
    return Toolkit(
        probes=(), rules=rules, bank=(), open_network=lambda _: pytest.fail("nothing is sent"), readers=readers
    )


def assessment(*names: str) -> Assessment:
    return Assessment(id="1", created=NOW, scope=Scope(domains=tuple(DomainScope(name=name) for name in names)))


def handed(content: bytes | str, name: str = "a.txt") -> Document:
    return document_of(name, content.encode() if isinstance(content, str) else content, NOW, "Sato")


def result(
    *documents: Document, into: Assessment | None = None, readers: Sequence[Reader] = (), **more: Any
) -> ReadResult:
    return read_documents(tools(*(readers or (reader(),))), into or assessment("example.jp"), documents, NOW, **more)


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def problems(found: ReadResult) -> list[tuple[str, str]]:
    return [(one.name, one.problem) for one in found.documents]


def test_a_reading_is_a_run_that_says_where_it_comes_from_and_is_judged():
    found = result(handed("note: example.jp good"))
    taken = found.added_to(assessment("example.jp"))
    (run,) = taken.runs
    assert (run.kind, run.vantage, run.contacts, run.cancelled) == (RunKind.READ, None, (), False)
    (source,) = run.sources
    assert (source.name, source.size, source.from_whom, source.at) == ("a.txt", 21, "Sato", NOW)
    assert run.attempts[0].source == source.sha256
    (outcome,) = tools(reader()).outcomes(taken)
    assert (outcome.code, outcome.subject, outcome.values) == ("notes.said", "example.jp", (("word", "good"),))


def test_a_run_of_an_older_file_is_a_measurement():
    old = b'{"id":"a","started":"2026-01-01T00:00:00Z","ended":"2026-01-01T00:00:00Z","attempts":[{"probe":"spf",'
    old += b'"subject":"example.jp","status":"completed","started":"2026-01-01T00:00:00Z",'
    old += b'"ended":"2026-01-01T00:00:00Z"}]}'
    run = msgspec.json.decode(old, type=Run)
    assert (run.kind, run.sources, run.attempts[0].part, run.attempts[0].source) == (RunKind.MEASURED, (), "", "")


def test_parts_count_side_by_side_and_without_one_the_newer_takes_the_place_of_the_older():
    first = result(handed("note: example.jp a\nnote: example.jp b")).added_to(assessment("example.jp"))
    again = result(handed("note: example.jp c"), into=first).added_to(first)
    assert [dict(o.values)["word"] for o in tools(reader()).outcomes(again)] == ["a", "b", "c"]

    def whole(document: Document, context: ReadContext) -> Sequence[Reading]:
        return [msgspec.structs.replace(one, part="") for one in read(document, context)]

    settings = reader(read=whole)
    first = result(handed("note: example.jp a"), readers=[settings]).added_to(assessment("example.jp"))
    later = read_documents(tools(settings), first, [handed("note: example.jp b")], NOW + timedelta(hours=1))
    assert [dict(o.values)["word"] for o in tools(settings).outcomes(later.added_to(first))] == ["b"]


def test_another_domain_asks_and_counts_only_when_somebody_takes_it():
    found = result(handed("note: example.jp a\nnote: sub.example.jp b\nnote: other.example c"))
    assert [(other.subject, other.documents) for other in found.others] == [("other.example", ("a.txt",))]
    assert found.documents[0].others == ("other.example",)
    left = found.added_to(assessment("example.jp"))
    assert {attempt.subject for attempt in left.attempts} == {"example.jp", "sub.example.jp"}
    taken = found.added_to(assessment("example.jp"), also=["other.example"])
    assert [domain.name for domain in taken.scope.domains] == ["example.jp", "other.example"]
    assert {o.subject for o in tools(reader()).outcomes(taken)} == {"example.jp", "sub.example.jp", "other.example"}


def test_nothing_of_ours_leaves_the_assessment_as_it_was():
    before = assessment("example.jp")
    assert result(handed("note: other.example c")).added_to(before) is before
    assert result(handed("whatever")).added_to(before) is before


def test_the_host_that_a_person_names_is_that_of_a_document_that_does_not_say_it():
    hosts = reader(about=About.HOST, read=lambda _d, _c: [Reading(subject="", facts=Note(words=("x",)))])
    asked = result(handed("note:"), readers=[hosts])
    assert [other.subject for other in asked.others] == [""]
    said = result(handed("note:"), readers=[hosts], about="mail.example.jp")
    assert [attempt.subject for attempt in said.added_to(assessment("example.jp")).attempts] == ["mail.example.jp"]


def test_what_cannot_be_read_says_why_and_leaves_the_others_alone(expect_log):
    expect_log("a reader failed")
    found = result(
        handed("note: broken", "a"),
        handed("note: password", "b"),
        handed("note: bug", "c"),
        handed("nobody knows it", "d"),
        handed("note: example.jp a", "e"),
        handed("note: example.jp a", "f"),
    )
    assert problems(found) == [
        ("a", "damaged"),
        ("b", "secret"),
        ("c", "our_bug"),
        ("d", "not_recognised"),
        ("e", ""),
        ("f", "twice"),
    ]
    assert len(found.run.attempts) == 1


def test_the_surest_reader_gets_it_and_one_that_is_not_sure_does_not():
    sure = reader(facts=FactsKey("sure", Note), accepts=lambda _document: 1.0)
    unsure = reader(accepts=lambda _document: 0.4)
    assert result(handed("note: example.jp a"), readers=[reader(), sure]).documents[0].reader == "sure"
    assert result(handed("note: example.jp a"), readers=[unsure]).documents[0].problem == "not_recognised"


def test_a_reader_that_merges_makes_one_attempt_of_many_documents():
    def merge(facts: Sequence[Any]) -> Note:
        return Note(words=tuple(word for one in facts for word in one.words))

    merging = reader(merge=merge)
    found = result(handed("note: example.jp a"), handed("note: example.jp b", "b"), readers=[merging])
    (attempt,) = found.run.attempts
    assert (attempt.source, len(attempt.part), len(found.run.sources)) == ("", 16, 2)
    taken = found.added_to(assessment("example.jp"))
    assert [dict(o.values)["word"] for o in tools(merging).outcomes(taken)] == ["a", "b"]


def test_archives_are_taken_apart_within_each_other():
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name, content in (("../../etc/a", b"note: example.jp t"), ("b", b"note: example.jp u")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("c")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    outer = zipped(
        x_txt=b"note: example.jp z", y_gz=gzip.compress(b"note: example.jp g"), t_tgz=gzip.compress(tar.getvalue())
    )
    found = result(handed(outer, "all.zip"))
    assert sorted(one.name for one in found.documents) == [
        "all.zip/t.tgz/../../etc/a",
        "all.zip/t.tgz/b",
        "all.zip/x.txt",
        "all.zip/y.gz",
    ]
    assert sorted(attempt.part for attempt in found.run.attempts) == ["g", "t", "u", "z"]


def test_a_mailbox_of_several_is_taken_apart():
    found = result(handed(b"From a\nnote: x\n\nFrom b\nbody\n", "box"))
    assert problems(found) == [("box/1", "not_recognised"), ("box/2", "not_recognised")]


def test_bombs_and_broken_archives_end_with_a_word(monkeypatch):
    monkeypatch.setattr(unpacking, "DOCUMENT_MOST", 1 << 20)
    bomb = gzip.compress(b"\0" * (8 << 20))
    deep: bytes = b"note: example.jp a"
    for _ in range(8):
        deep = gzip.compress(deep)
    many = zipped(**{f"a{number}": b"" for number in range(60)})
    locked = bytearray(zipped(a=b"note: example.jp a"))
    locked[6] |= 1
    directory = locked.find(b"PK\x01\x02")
    locked[directory + 8] |= 1
    found = result(
        handed(bomb, "bomb"),
        handed(zipped(z=b"\0" * (8 << 20), n=b"note: example.jp n"), "zip"),
        handed(deep, "deep"),
        handed(gzip.compress(b"note: " * 100)[:30], "cut"),
        handed(zipped(a=b"x" * 50)[:-10], "half"),
        handed(bytes(locked), "locked"),
        handed(bz2.compress(b"note:"), "bz2"),
        handed(zipped(), "empty"),
    )
    said = dict(problems(found))
    assert said == {
        "bomb": "too_much",
        "zip/z": "too_much",
        "zip/n": "",
        "deep": "too_much",
        "cut": "damaged",
        "half": "damaged",
        "locked/a": "protected",
        "bz2": "not_recognised",
        "empty": "nothing_inside",
    }
    monkeypatch.setattr(unpacking.Allowance, "__init__", lambda self: self.__dict__.update(members=50, octets=1 << 20))
    assert ("many", "too_much") in problems(result(handed(many, "many")))


def test_it_tells_how_far_it_is_and_stops_when_told():
    steps: list[Progress] = []
    documents = [handed(f"note: example.jp w{number}", f"{number}") for number in range(5)]
    found = result(*documents, observer=steps.append, cancelled=lambda: len(steps) >= 2)
    assert [(step.name, step.done) for step in steps] == [("0", 0), ("1", 1)]
    assert (found.cancelled, found.run.cancelled) == (True, True)
    assert [attempt.part for attempt in found.run.attempts] == ["w0", "w1"]


def test_what_was_read_teaches_the_scope():
    def teaches(scope: Scope, facts: Sequence[Record]) -> Scope:
        return msgspec.structs.replace(scope, ssh_hosts=(*scope.ssh_hosts, f"{len(facts)}.example.jp"))

    found = result(handed("note: example.jp a"), readers=[reader(teaches=teaches)])
    assert found.added_to(assessment("example.jp")).scope.ssh_hosts == ("1.example.jp",)


def test_a_reading_goes_out_as_json_and_comes_back():
    taken = result(handed("note: example.jp a")).added_to(assessment("example.jp"))
    with_judge = tools(reader())
    thresholds = paper_rules().thresholds
    with_judge = replace(with_judge, rules=msgspec.structs.replace(with_judge.rules, thresholds=thresholds))
    written = scan_json(taken, with_judge.assess(taken, NOW))
    assert read_scan(written, with_judge).runs[0].sources == taken.runs[0].sources


def test_every_reader_in_the_house_is_found_by_its_folder():
    assert [one.id for one in checks.readers()] == list(checks.names("reader"))
    assert not {one.id for one in checks.readers()} & {one.id for one in checks.walk()}
