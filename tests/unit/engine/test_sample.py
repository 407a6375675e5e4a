"""The sample company is whole in every language: its registers, documents and evidence, and they agree."""

import hashlib
from datetime import timedelta

import msgspec
import pytest

from fumimori import __main__ as program
from fumimori import resources, store
from fumimori.model import About, Evidence, QuestionState, RunKind
from fumimori.texts import languages

LANGUAGES = tuple(languages(resources.root()))
each_language = pytest.mark.parametrize("language", LANGUAGES)


@each_language
def test_every_register_is_filled_in_words_of_the_language(language: str) -> None:
    company = program.sample(language)
    assert {row.register for row in company.registers} == {one.id for one in program.registers()}
    written = msgspec.json.encode(company).decode()
    assert '"@' not in written
    assert company.organisation.name in written
    assert company.report_language == language


@each_language
def test_its_documents_and_registers_answer_questions_and_contradict_nothing(language: str) -> None:
    company = program.sample(language)
    read = {one.probe for run in company.runs if run.kind is RunKind.READ for one in run.attempts}
    assert read == {"dmarc_reports", "ssh_config", "mail_config", "mail_message"}
    result = program.toolkit().assess(company, company.created + timedelta(hours=1))
    assert any(one.state is QuestionState.RECORDED for one in result.questions)
    assert [one.question for one in result.questions if one.contradicted] == []


def test_evidence_is_about_something_that_is_there_and_keeps_its_octets() -> None:
    company = program.sample()
    result = program.toolkit().assess(company, company.created + timedelta(hours=1))
    there = {
        About.QUESTION: {one.question for one in result.questions},
        About.FINDING: {f"{one.code} {one.subject}".rstrip() for one in result.findings},
        About.REGISTER: {row.id for row in company.registers},
    }
    assert [one.number for one in company.evidence] == [1, 2, 3]
    assert {one.about for one in company.evidence} == set(About)
    assert all(one.subject in there[one.about] for one in company.evidence)
    assert any(one.covered and one.thumbnail for one in company.evidence)
    kept = dict(program.sample_evidence())
    assert {one.sha256: one.size for one in company.evidence} == {sha: len(octets) for sha, octets in kept.items()}
    assert all(hashlib.sha256(octets).hexdigest() == sha256 for sha256, octets in kept.items())


def test_the_recorded_file_is_small() -> None:
    assert sum(path.stat().st_size for path in resources.path("sample").iterdir()) < 400_000


def test_the_written_sample_holds_its_evidence(tmp_path) -> None:
    assert program.main(["sample", "--out", str(tmp_path)]) == 0
    with store.AssessmentFile.open(tmp_path / "sample.fumimori", program.SAMPLE_PASSPHRASE) as file:
        pieces: tuple[Evidence, ...] = file.assessment.evidence
        assert pieces
        assert all(file.octets(one.sha256) for one in pieces)
