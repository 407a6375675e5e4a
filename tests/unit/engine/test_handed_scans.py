"""Several measurements of elsewhere at once: the first one's domains are the assessment's, others wait to be asked."""

import dataclasses

from fumimori.checks.contract import Document
from fumimori.engine.exchange import scan_json
from fumimori.engine.reading import ReadResult, document_of, read_documents
from fumimori.model import Assessment
from unit.engine import test_exchange as exchange
from unit.engine.test_counting import NOW, tools
from unit.engine.test_reading import assessment, handed, reader


def measurement(domain: str) -> Document:
    made = exchange.measured(domain, id=domain.replace(".", "-"))
    return document_of(f"{domain}.json", scan_json(made, tools().assess(made, NOW)), NOW)


def read(*documents: Document, into: Assessment) -> ReadResult:
    return read_documents(dataclasses.replace(tools(), readers=(reader(),)), into, documents, NOW)


def domains(taken: Assessment) -> list[str]:
    return [domain.name for domain in taken.scope.domains]


def test_an_assessment_without_a_domain_is_about_the_first_and_asks_about_the_others() -> None:
    found = read(measurement("one.example"), measurement("two.example"), into=assessment())
    assert [other.subject for other in found.others] == ["two.example"]
    assert domains(found.added_to(assessment())) == ["one.example"]
    both = found.added_to(assessment(), also=["two.example"])
    assert domains(both) == ["one.example", "two.example"]
    assert [run.id for run in both.runs] == ["one-example", "two-example"]


def test_a_domain_that_measurement_and_document_bring_is_there_once() -> None:
    found = read(measurement("other.example"), handed("note: other.example a"), into=assessment("example.jp"))
    taken = found.added_to(assessment("example.jp"), also=["other.example"])
    assert domains(taken) == ["example.jp", "other.example"]
    assert len(taken.runs) == 2
