"""`fumimori read` says what each file is and proves, adds what was read, and leaves everything else as it was."""

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fumimori import store
from fumimori.__main__ import toolkit
from fumimori.checks.mail_ports.facts import Facts as PortFacts
from fumimori.engine.exchange import scan_json
from fumimori.model import Assessment, Attempt, DomainScope, RunKind, Scope, Status
from fumimori.network.mail import MailService
from loopback.readings import NOW, looked
from loopback.recorded_runs import run_of
from loopback.signed_mail import dkim_signed, received
from unit.cli.process import fumimori
from unit.engine.test_counting import exchangers, stood

SECRET = "correct horse battery staple"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """An assessment of example.jp, and beside it the file of its passphrase."""
    path = tmp_path / "a.fumimori"
    scope = Scope(domains=(DomainScope(name="example.jp"),))
    store.AssessmentFile.create(path, SECRET, start=Assessment(id="1", created=NOW, scope=scope)).close()
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    return path


def read(kept: Path, *files: str, language: str = "en", more: tuple[str, ...] = ()):
    options = ("--into", kept.name, "--passphrase-file", "secret", "--language", language, *more)
    return fumimori(kept.parent, "read", *files, *options)


def opened(kept: Path) -> Assessment:
    with store.AssessmentFile.open(kept, SECRET) as file:
        return file.assessment


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_message_is_read_into_the_assessment(kept: Path, language: str) -> None:
    (kept.parent / "m.eml").write_bytes(received(dkim_signed()))
    ran = read(kept, "m.eml", language=language, more=("--source", "Sato"))
    assert ran.returncode == 0, ran.stderr
    assert {"en": "Saved message", "ja": "保存したメール"}[language] in ran.stderr
    assert {"en": "proves nothing by itself", "ja": "それだけでは証拠にならない"}[language] in ran.stderr
    after = opened(kept)
    (run,) = after.runs
    assert (run.kind, [source.name for source in run.sources], run.sources[0].from_whom) == (
        RunKind.READ,
        ["m.eml"],
        "Sato",
    )
    assert after.scope.domains[0].mail_selectors == ("s1",)


def test_a_message_counts_once_somebody_says_that_it_is_their_own(kept: Path) -> None:
    (kept.parent / "m.eml").write_bytes(received(dkim_signed()))
    ran = read(kept, "m.eml", more=("--own-messages",))
    assert "left over an encrypted connection" in ran.stderr
    assert "proves nothing" not in ran.stderr


def measured_elsewhere(name: str) -> bytes:
    """The JSON of a scan from a place where port 25 is open."""
    mine = run_of(*looks_at(f"mx.{name}", name), vantage=stood())
    there = Assessment(id="2", created=NOW, scope=Scope(domains=(DomainScope(name=name),)), runs=(mine,))
    return scan_json(there, toolkit().assess(there, NOW))


def looks_at(host: str, domain: str) -> list[Attempt]:
    service = MailService(
        host=host, address="192.0.2.1", port=25, protocol="smtp", open=True, starttls=True, tls_works=True
    )
    look = looked("mail_ports", f"{host}:25", PortFacts(service=service))
    return [exchangers(domain, host), look]


def test_a_scan_from_where_port_25_is_open_fills_in_what_was_blocked_here(kept: Path) -> None:
    (kept.parent / "there.json").write_bytes(measured_elsewhere("example.jp"))
    blocked = Attempt(
        probe="mail_ports",
        subject="mx.example.jp:25",
        status=Status.NOT_TESTABLE_HERE,
        started=NOW,
        ended=NOW,
        reason="port25_blocked",
    )
    here = run_of(exchangers("example.jp", "mx.example.jp"), blocked, id="here")
    with store.AssessmentFile.open(kept, SECRET) as file:
        file.save(msgspec.structs.replace(file.assessment, runs=(here,)))
    ran = read(kept, "there.json")
    assert ran.returncode == 0, ran.stderr
    assert "there.json – Measurement made elsewhere" in ran.stderr
    after = opened(kept)
    assert [(run.id == "here", run.imported) for run in after.runs] == [(True, False), (False, True)]
    judged = toolkit().assess(after, NOW)
    assert "mail_ports.starttls" in {outcome.code for outcome in judged.good}
    assert not [one for one in judged.open_points if one.reason == "port25_blocked"]
    assert read(kept, "there.json").returncode == 3, "nothing new"
    assert len(opened(kept).runs) == 2


def test_a_scan_of_another_domain_asks_and_a_broken_one_says_so(kept: Path) -> None:
    (kept.parent / "theirs.json").write_bytes(measured_elsewhere("example.net"))
    ran = read(kept, "theirs.json")
    assert (ran.returncode, "--also-domain example.net" in ran.stderr) == (3, True)
    assert opened(kept).runs == ()
    assert read(kept, "theirs.json", more=("--also-domain", "example.net")).returncode == 0
    assert [domain.name for domain in opened(kept).scope.domains] == ["example.jp", "example.net"]
    (kept.parent / "broken.json").write_bytes(b'{"schema": "fumimori-scan-2", "runs": [')
    ran = read(kept, "broken.json")
    assert (ran.returncode, "broken.json – not read" in ran.stderr) == (3, True)


def test_what_cannot_be_read_says_why_and_changes_nothing(kept: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    folder = kept.parent / "drop"
    folder.mkdir()
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "odd.bin").write_bytes(b"\0\1\2")
    (folder / "n\u202eame\x1b[2J.eml").write_bytes(
        received(dkim_signed(domain="other.example")).replace(b"example.jp", b"other.example")
    )
    before = opened(kept)
    ran = read(kept, "drop")
    assert ran.returncode == 3, ran.stderr
    assert "private key" in ran.stderr
    assert "does not know this kind" in ran.stderr
    assert "--also-domain other.example" in ran.stderr
    assert not [sign for sign in ran.stderr if sign != "\n" and not sign.isprintable()]
    assert msgspec.json.encode(opened(kept)) == msgspec.json.encode(before)
    again = read(kept, "drop", more=("--also-domain", "other.example"))
    assert again.returncode == 0, again.stderr
    assert [domain.name for domain in opened(kept).scope.domains] == ["example.jp", "other.example"]


def test_of_many_alike_the_first_are_named_and_the_others_counted(kept: Path) -> None:
    folder = kept.parent / "many"
    folder.mkdir()
    for number in range(50):
        (folder / f"odd{number:02}.bin").write_bytes(b"\0\1\2")
    (folder / "other.zip").write_bytes(b"PK\3\4broken")
    ran = read(kept, "many")
    assert (ran.stderr.count("odd"), ran.stderr.count("And 30 more – not read")) == (20, 1)
    assert "other.zip – not read" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("read", "nowhere.eml", "--into", "a.fumimori", "--passphrase-file", "secret"), "nowhere.eml"),
        (("read", "secret", "--into", "b.fumimori", "--passphrase-file", "secret"), "b.fumimori"),
        (("read", "secret"), "--into"),
    ],
)
def test_wrong_use_says_so(kept: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = fumimori(kept.parent, *arguments)
    assert (ran.returncode, said in ran.stderr, "Traceback" in ran.stderr) == (2, True, False), ran.stderr
