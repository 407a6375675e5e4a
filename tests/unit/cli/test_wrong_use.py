"""The command line says in one line what was wrong, exits with 2, and leaves nothing behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from unit.cli.process import APP, fumimori


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scan",), "DOMAIN"),
        (("scan", "good.example", "--consent", "2"), "--authorised-by"),
        (("scan", "good.example", "--consent", "2", "--authorised-by", "Owner"), "--authorised-by"),
        (("scan", "good.example", "--consent", "3", "--authorised-by", "Owner, CEO"), "--own-server"),
        (("scan", "good.example", "--consent", "4"), "--consent"),
        (("scan", "not a domain"), "not a domain"),
        (("scan", "good.example", "--ca-file", "nowhere.pem"), "nowhere.pem"),
        (("scan", "good.example", "--passphrase-file", "nowhere"), "nowhere"),
        (("report", "nowhere.fumimori", "--lang", "ja", "--out", "x.pdf"), "nowhere.fumimori"),
        (("report", "nowhere.fumimori", "--lang", "fr", "--out", "x.pdf"), "fr"),
        (("open-json", "nowhere.json"), "nowhere.json"),
        (("scan", "good.example", "--frobnicate"), "--frobnicate"),
        (("scan", "good.example", "--resolver", "dns.example"), "dns.example"),
        (("scan", "good.example", "--second-resolver", "tls://dns.example"), "tls://dns.example"),
        (("scan", "good.example", "--dnssec-anchor", "nowhere.key"), "nowhere.key"),
        (("scan", "good.example", "--dnssec-anchor", "/dev/null"), "/dev/null"),
        (("scan", "good.example", "--address", "nobody"), "nobody"),
        (("scan", "good.example", "--control-host", "x:99999"), "x:99999"),
        (("scan", "good.example", "--control-host", "foo:abc"), "foo:abc"),
        (("scan", "good.example", "--control-host", "a b"), "a b"),
        (("frob",), "frob"),
        (("frob", "--language", "en"), "frob"),
        (("nowhere.fumimori",), "nowhere.fumimori"),
        (("",), "--help"),
        (("-",), "-"),
        (("--frob",), "--frob"),
        (("report", "x", "--lang"), "--lang"),
        (("scan", "good.example", "--batch", "list"), "good.example"),
        (("scan", "--batch", "list", "--mail-host", "mail.good.example"), "--mail-host"),
        (("scan", "--batch", "list"), "--json"),
        (("scan", "--batch", "list", "--own-host", "mail.good.example"), "--own-host"),
        (("scan", "good.example", "--consent", "1", "--control-host", "x:0"), "x:0"),
    ],
)
def test_wrong_use_exits_with_2_and_names_the_mistake(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = fumimori(tmp_path, *arguments)
    assert (ran.returncode, said in ran.stderr, "Traceback" in ran.stderr) == (2, True, False), ran.stderr
    assert list(tmp_path.glob("*.*")) == []


@pytest.mark.parametrize("arguments", [(), ("window",), ("--",)])
@pytest.mark.parametrize("display", ["", ":977"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_window_without_a_display_says_so_in_one_sentence(tmp_path, arguments, display, language):
    where = {"DISPLAY": display, "LANG": f"{language}_XX.UTF-8", "PYTHONUTF8": "1"}
    ran = fumimori(tmp_path, *arguments, **where)
    said = ran.stderr.strip().splitlines()
    assert (ran.returncode, len(said), ran.stdout) == (2, 1, ""), ran.stderr
    assert any(ord(letter) > 0x3000 for letter in said[0]) is (language == "ja")


def test_an_option_the_parser_refuses_is_two_lines_and_no_page(tmp_path):
    ran = fumimori(tmp_path, "scan", "good.example", "--consent", "9")
    assert ran.stderr.splitlines()[1:] == ["fumimori scan --help"]


@pytest.mark.parametrize("form", [("--language", "ja"), ("--language=ja",)])
def test_the_language_can_be_written_both_ways(tmp_path, form):
    ran = fumimori(tmp_path, "scan", "not a domain", *form)
    assert any(ord(letter) > 0x3000 for letter in ran.stderr)


def test_help_comes_out_where_the_terminal_has_no_such_letters(tmp_path):
    ran = fumimori(tmp_path, "scan", "--help", "--language", "ja", PYTHONIOENCODING="ascii")
    assert (ran.returncode, "Traceback" in ran.stderr, "--consent" in ran.stdout) == (0, False, True)


@pytest.mark.parametrize(
    "redirection", ["> /dev/full", ">&-", "2>&-", "> /dev/full 2>&1", "| true", "2>&1 | true", ">&- 2>&-"]
)
def test_nobody_at_the_other_end_is_no_traceback(tmp_path, redirection):
    """No resolver answers at the discard port of this machine, so that the scan has something to say at once."""
    line = f"{sys.executable} -m fumimori scan good.example --resolver 127.0.0.1:9 {redirection}; echo over"
    environment = {"PYTHONPATH": str(APP), "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    ran = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert "Traceback" not in ran.stderr
    assert ran.stdout.endswith("over\n")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_wrong_use_is_explained_in_the_language_asked_for(tmp_path: Path, language: str) -> None:
    ran = fumimori(tmp_path, "scan", "not a domain", "--language", language)
    assert any(ord(letter) > 0x3000 for letter in ran.stderr) is (language == "ja")


def test_a_file_that_is_no_scan_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"schema": "something-else"}', encoding="utf-8")
    ran = fumimori(tmp_path, "open-json", "other.json")
    assert (ran.returncode, "other.json" in ran.stderr) == (2, True)


def test_a_file_that_is_no_assessment_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.fumimori").write_bytes(b"not an assessment" * 300)
    (tmp_path / "secret").write_text("whatever\n", encoding="utf-8")
    line = ("report", "other.fumimori", "--lang", "en", "--out", "x.pdf", "--passphrase-file", "secret")
    ran = fumimori(tmp_path, *line)
    assert (ran.returncode, "Traceback" in ran.stderr, (tmp_path / "x.pdf").exists()) == (2, False, False)


def test_the_version_is_said_without_loading_what_measures(tmp_path: Path):
    shown = "import sys; from fumimori.__main__ import main; main(['--version']); print(*sorted(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", shown],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(APP), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    said, modules = ran.stdout.splitlines()
    assert said == fumimori(tmp_path, "--version").stdout.strip()
    assert {name for name in modules.split() if name.startswith("fumimori.")} <= {
        "fumimori.__main__",
        "fumimori.resources",
        "fumimori.texts",
    }
    assert not {"asyncio", "msgspec", "argparse"} & {*modules.split()}
