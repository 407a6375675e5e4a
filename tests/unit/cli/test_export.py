"""`fumimori export` writes every format it is asked for, and never over a file that is there."""

import io
import zipfile
from pathlib import Path

import pypdfium2

from unit.cli.process import fumimori


def test_what_is_asked_for_is_written_once_and_replaced_only_when_told(tmp_path: Path) -> None:
    assert fumimori(tmp_path, "sample", "--out", "s").returncode == 0
    (tmp_path / "word").write_text("fumimori-sample\n", encoding="utf-8")
    line = ("export", "s/sample.fumimori", "--passphrase-file", "word", "--lang", "en", "--out", "out")
    few = fumimori(tmp_path, *line, "--format", "ics", "--format", "csv")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert (few.returncode, few.stderr.count("Written")) == (0, len(names)), few.stderr
    registers = [name for name in names if name.startswith("register-")]
    assert "register-senders.csv" in registers
    assert [name for name in names if name not in registers] == ["actions.csv", "findings.csv", "fumimori.ics"]
    kept = (tmp_path / "out" / "actions.csv").read_bytes()
    again = fumimori(tmp_path, *line)
    assert (again.returncode, "--replace" in again.stderr) == (2, True)
    assert not (tmp_path / "out" / "fumimori.xlsx").exists()
    whole = fumimori(tmp_path, *line, "--replace")
    assert whole.returncode == 0, whole.stderr
    assert {"fumimori.xlsx", "management.docx", "report.html", "orders"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }
    assert (tmp_path / "out" / "actions.csv").read_bytes() == kept


def test_the_package_is_one_file_that_says_no_passphrase(tmp_path: Path) -> None:
    assert fumimori(tmp_path, "sample", "--out", "s").returncode == 0
    (tmp_path / "word").write_text("fumimori-sample\n", encoding="utf-8")
    line = ("export", "s/sample.fumimori", "--passphrase-file", "word", "--lang", "en", "--out", "out")
    made = fumimori(tmp_path, *line, "--format", "handover")
    assert (made.returncode, made.stderr.count("Written")) == (0, 1), made.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["fumimori-handover.zip"]
    with zipfile.ZipFile(tmp_path / "out" / "fumimori-handover.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    whole = b"".join(content for name, content in files.items() if not name.endswith((".pdf", ".docx", ".xlsx")))
    for name, content in files.items():
        if name.endswith((".docx", ".xlsx")):
            with zipfile.ZipFile(io.BytesIO(content)) as inner:
                whole += b"".join(inner.read(part) for part in inner.namelist())
        elif name.endswith(".pdf"):
            document = pypdfium2.PdfDocument(content)
            whole += "".join(page.get_textpage().get_text_range() for page in document).encode()
            document.close()
    assert b"F-01" in whole
    assert b"fumimori-sample" not in whole
