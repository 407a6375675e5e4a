"""Whatever is handed over ends soon with a word, is written nowhere, and what is beside it is read."""

import gzip
import io
import os
import tarfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from fumimori import checks
from fumimori.__main__ import toolkit
from fumimori.engine import unpacking
from fumimori.engine.input_files import documents_in, files_in
from fumimori.engine.reading import DocumentResult, document_of, read_documents
from fumimori.model import Assessment, DomainScope, Scope

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
GOOD = b"==> /etc/ssh/sshd_config <==\nPermitRootLogin no\nPasswordAuthentication no\nPort 22\n"
ZEROS = b"\0" * (30 << 20)
SECONDS = 10.0


def zipped(members: dict[str, bytes]) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return octets.getvalue()


def tarred(name: str, *, kind: bytes = tarfile.REGTYPE, target: str = "") -> bytes:
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        member.size = len(GOOD) if kind == tarfile.REGTYPE else 0
        archive.addfile(member, io.BytesIO(GOOD) if kind == tarfile.REGTYPE else None)
    return octets.getvalue()


def nested_mail(depth: int) -> bytes:
    head = b"From: a@example.jp\r\nContent-Type: message/rfc822\r\n\r\n"
    return head * depth + b"From: a@example.jp\r\n\r\nend\r\n"


def multiparts(depth: int) -> bytes:
    text = b"From: a@example.jp\r\nMIME-Version: 1.0\r\n"
    for level in range(depth):
        text += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
    return text + b"\r\nend\r\n"


def lying_mail() -> bytes:
    message = EmailMessage()
    message["From"] = "a@example.jp"
    message.set_content("see attachment")
    message.add_attachment(b"MZ" + b"\0" * 5000, maintype="application", subtype="zip", filename="report.xml.zip")
    message.add_attachment(zipped({"../../x": ZEROS}), maintype="text", subtype="xml", filename="r.xml")
    return message.as_bytes()


def entities() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE nmaprun [<!ENTITY l0 "ha">{levels}]><nmaprun><host>&l9;</host></nmaprun>'.encode()


def read(*contents: bytes) -> tuple[list[DocumentResult], Assessment]:
    scope = Scope(domains=(DomainScope(name="example.jp"),), mail_hosts=("mail.example.jp",))
    before = Assessment(id="1", created=NOW, scope=scope)
    documents = [document_of(f"{number}", content, NOW) for number, content in enumerate(contents)]
    result = read_documents(toolkit(), before, documents, NOW, about="mail.example.jp")
    return list(result.documents), result.added_to(before)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "zip bomb in a zip in a zip": lambda: zipped({"a": zipped({"b": zipped({"c": ZEROS})})}),
    "gzip of a gzip of zeros": lambda: gzip.compress(gzip.compress(ZEROS)),
    "zip in itself many times": lambda: zipped(
        {f"z{n}": zipped({f"y{m}": b"x" for m in range(90)}) for n in range(90)}
    ),
    "cut gzip": lambda: gzip.compress(GOOD * 200)[:60],
    "cut zip": lambda: zipped({"a": GOOD * 50})[:-30],
    "link in a tar": lambda: tarred("a", kind=tarfile.SYMTYPE, target="/etc/passwd"),
    "hard link in a tar": lambda: tarred("a", kind=tarfile.LNKTYPE, target="/etc/passwd"),
    "device in a tar": lambda: tarred("a", kind=tarfile.CHRTYPE),
    "messages in messages": lambda: nested_mail(5_000),
    "parts in parts": lambda: multiparts(5_000),
    "billion laughs": entities,
    "wide XML": lambda: b"<nmaprun>" + b"<host/>" * 3_000_000,
    "deep XML": lambda: b"<nmaprun>" + b"<host>" * 500_000,
    "deep JSON": lambda: b'{"scanResult": ' + b"[" * 2_000_000,
    "wide JSON": lambda: (
        b'[{"severity": "HIGH", "finding": "x", "id": "y", "ip": "a/b"}' + b',{"severity":1}' * 400_000 + b"]"
    ),
    "one long line": lambda: b"PermitRootLogin " + b"a" * (20 << 20),
    "many lines": lambda: b"a@example.jp,yes\n" * 1_000_000,
    "odd UTF-16": lambda: "メールアドレス,転送先\n".encode("utf-16") + b"\x00",
    "UTF-16 of half pairs": lambda: b"\xff\xfe" + b"\x00\xd8" * 200_000,
    "escapes of ISO-2022-JP": lambda: b"\x1b$B" + b"\x1b(B\x1b$B" * 300_000,
    "random": lambda: os.urandom(2 << 20),
    "false signature": lambda: (
        b"From: a@example.jp\r\nDKIM-Signature: v=1; a=rsa-sha256; d=example.jp; s=s; h=from; bh="
        + b"A" * 200_000
        + b"; b="
        + b"A" * 200_000
        + b"\r\n\r\nx\r\n"
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_soon_with_a_word_and_what_lies_beside_it_is_read(name: str) -> None:
    content = HOSTILE[name]()
    started = time.monotonic()
    handed, after = read(content, GOOD)
    assert time.monotonic() - started < SECONDS
    assert handed, "nothing is dropped without a word"
    assert all(one.reader or one.problem for one in handed)
    assert not [one for one in handed if one.problem == "our_bug"]
    assert ("1", "ssh_config", "") in [(one.name, one.reader, one.problem) for one in handed]
    assert toolkit().outcomes(after)


@pytest.mark.parametrize(
    "archive", [zipped({"../../../tmp/slip": GOOD, "C:\\slip": GOOD + b"#"}), tarred("../../slip")]
)
def test_a_path_out_of_an_archive_leads_nowhere(
    archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "a" / "b" / "c"
    place.mkdir(parents=True)
    monkeypatch.chdir(place)
    handed, _ = read(archive)
    assert {one.reader for one in handed} == {"ssh_config"}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert not Path("/tmp/slip").exists()


def test_names_are_shown_on_one_line_and_turn_nothing_around() -> None:
    handed, _ = read(zipped({"a\r\nX: y\u202egpj.exe\x1b[2J": GOOD}))
    assert not set(handed[0].name) & {"\r", "\n", "\x1b", "\u202e"}


def test_what_its_mail_says_of_an_attachment_is_not_believed() -> None:
    handed, _ = read(lying_mail(), GOOD)
    assert not [one for one in handed if one.problem == "our_bug"]
    assert handed[-1].reader == "ssh_config"


def test_a_file_of_two_gigabytes_is_not_read_in(tmp_path: Path) -> None:
    """Sparse, so that the test needs no room; the program must not need it either."""
    with (tmp_path / "big.log").open("wb") as file:
        file.truncate(2 << 30)
    (tmp_path / "sshd").write_bytes(GOOD)
    most = max(reader.limit for reader in checks.readers())
    skipped: list[DocumentResult] = []
    tracemalloc.start()
    try:
        documents = documents_in(files_in([tmp_path]), checks.readers(), NOW, skipped=skipped)
        scope = Scope(domains=(DomainScope(name="example.jp"),))
        result = read_documents(toolkit(), Assessment(id="1", created=NOW, scope=scope), documents, NOW)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * most
    said = {one.name: (one.reader, one.problem) for one in (*result.documents, *skipped)}
    assert said["sshd"] == ("ssh_config", "")
    assert said["big.log"][1] in ("too_much", "not_recognised")


def test_the_bounds_of_archives_are_those_that_are_told() -> None:
    assert unpacking.DEPTH_MOST == 4
    assert unpacking.BYTES_MOST <= 1 << 29
