"""`fumimori read` says what each file is and proves, adds what was read, and leaves everything else as it was."""

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fumimori import store
from fumimori.model import Assessment, DomainScope, RunKind, Scope
from loopback.readings import NOW
from loopback.signed_mail import dkim_signed, received
from unit.cli.process import fumimori

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
    assert {"en": "left over an encrypted connection", "ja": "暗号化された通信"}[language] in ran.stderr
    after = opened(kept)
    (run,) = after.runs
    assert (run.kind, [source.name for source in run.sources], run.sources[0].from_whom) == (
        RunKind.READ,
        ["m.eml"],
        "Sato",
    )
    assert after.scope.domains[0].mail_selectors == ("s1",)


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
