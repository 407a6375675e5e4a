"""Whatever is handed over ends soon with a word, is written nowhere, and what is beside it is read."""

import gzip
import io
import os
import struct
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
from fumimori.grammar import cms
from fumimori.grammar.tar import tar_files
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


def packed(method: int) -> bytes:
    """A ZIP file whose member is spoiled in its middle."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", method) as archive:
        archive.writestr("a", GOOD * 20)
    spoiled = bytearray(octets.getvalue())
    spoiled[50:70] = bytes(octet ^ 0xFF for octet in spoiled[50:70])
    return bytes(spoiled)


def huge_dictionary() -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", GOOD * 20)
    return octets.getvalue().replace(b"\x5d\x00\x00\x80\x00", b"\x5d\xff\xff\xff\xff", 1)


def far_away(place: int) -> bytes:
    """A ZIP file whose member begins at `place`, as its ZIP64 record says."""
    kept = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 45, 0, 45, *[0] * 6, 10, 10, 1, 12, *[0] * 4, 0xFFFFFFFF)
    kept += b"a" + struct.pack("<HHQ", 1, 8, place)
    begin = b"PK\3\4" + bytes(40)
    return begin + kept + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(kept), len(begin), 0)


def pax_digits() -> bytes:
    """A pax header in which a search for a number begins anew at every digit (CVE-2024-6232 and its like)."""
    octets, digits = io.BytesIO(), b"1" * 4_000_000
    with tarfile.open(fileobj=octets, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        head = tarfile.TarInfo("x")
        head.type, head.size = tarfile.XHDTYPE, len(digits)
        archive.addfile(head)
        octets.write(digits + bytes(-len(digits) % 512))
    return octets.getvalue()


def tlv(tag: int, contents: bytes) -> bytes:
    length = len(contents)
    return bytes([tag]) + (bytes([length]) if length < 128 else b"\x84" + length.to_bytes(4, "big")) + contents


def pieces_of_a_string() -> bytes:
    """Signed data whose content comes in millions of pieces of nothing."""
    string = tlv(0xA0, tlv(0x24, b"\4\1\0" * 6_000_000))
    content = tlv(0x30, cms.SIGNED_DATA[:-1] + b"\1" + string)
    data = tlv(0x30, tlv(2, b"\1") + tlv(0x31, b"") + content + tlv(0x31, b""))
    return tlv(0x30, cms.SIGNED_DATA + tlv(0xA0, data))


def includes() -> bytes:
    """Files that include what is named by thousands of patterns."""
    line = "Include " + " ".join(f"x*y*z*{number}" for number in range(20)) + "\n"
    files = [f"==> /etc/ssh/d/{number} <==\n{line * 99}" for number in range(199)]
    return "".join(["==> /etc/ssh/sshd_config <==\nPermitRootLogin no\nPort 22\nInclude d/*\n", *files]).encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "zip bomb in a zip in a zip": lambda: zipped({"a": zipped({"b": zipped({"c": ZEROS})})}),
    "gzip of a gzip of zeros": lambda: gzip.compress(gzip.compress(ZEROS)),
    "zip in itself many times": lambda: zipped(
        {f"z{n}": zipped({f"y{m}": b"x" for m in range(90)}) for n in range(90)}
    ),
    "cut gzip": lambda: gzip.compress(GOOD * 200)[:60],
    "cut zip": lambda: zipped({"a": GOOD * 50})[:-30],
    "spoiled LZMA": lambda: packed(zipfile.ZIP_LZMA),
    "spoiled bzip2": lambda: packed(zipfile.ZIP_BZIP2),
    "LZMA with a dictionary of 4 GiB": huge_dictionary,
    "a member behind the end": lambda: far_away(2**63 + 5),
    "a member at the last place there is": lambda: far_away(2**64 - 1),
    "a million empty gzip members": lambda: gzip.compress(b"") * 1_000_000,
    "digits in a pax header": pax_digits,
    "pieces of a signed string": pieces_of_a_string,
    "includes of includes": includes,
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


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_of_every_kind_gives_its_files_under_their_names(form: int) -> None:
    names = ["short", "folder/" + "n" * 60 + "/" + "m" * 60, "日本語/設定"]
    if form != tarfile.USTAR_FORMAT:
        names.append("very/" * 60 + "long")
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w", format=form) as archive:
        for number, name in enumerate(names):
            folder = tarfile.TarInfo(f"d{number}")
            folder.type = tarfile.DIRTYPE
            archive.addfile(folder)
            member = tarfile.TarInfo(name)
            member.size, member.mtime = number * 511, 1_700_000_000.5
            archive.addfile(member, io.BytesIO(bytes([65 + number]) * member.size))
    given = list(tar_files(octets.getvalue()))
    assert given == [(name, bytes([65 + number]) * (number * 511)) for number, name in enumerate(names)]


def test_what_came_before_the_cut_of_a_tar_is_read() -> None:
    octets = tarred("first")[: -(-len(GOOD) // 512) * 512 + 512] + tarred("second")[:520]
    handed, _ = read(octets)
    assert [(one.reader, one.problem) for one in handed] == [("ssh_config", ""), ("", "damaged")]


def test_gzip_members_one_behind_the_other_are_one_document() -> None:
    half = len(GOOD) // 2
    handed, _ = read(gzip.compress(GOOD[:half]) + gzip.compress(b"") + gzip.compress(GOOD[half:]) + bytes(100))
    assert [(one.reader, one.problem) for one in handed] == [("ssh_config", "")]
    handed, _ = read(gzip.compress(GOOD) + b"more")
    assert [(one.reader, one.problem) for one in handed] == [("", "damaged")]


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
