"""The command line says in one line what was wrong, exits with 2, and leaves nothing behind."""

from pathlib import Path

import pytest

from servers.command import fumimori


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
        (("scan", "good.example", "--batch", "list"), "good.example"),
        (("scan", "--batch", "list", "--mail-host", "mail.good.example"), "--mail-host"),
        (("scan", "--batch", "list"), "--json"),
        (("scan", "--batch", "list", "--own-host", "mail.good.example"), "--own-host"),
        (("scan", "good.example", "--control-host", "foo:abc"), "foo:abc"),
        (("scan", "good.example", "--control-host", "x:99999"), "x:99999"),
        (("scan", "good.example", "--consent", "1", "--control-host", "x:0"), "x:0"),
    ],
)
def test_wrong_use_exits_with_2_and_names_the_mistake(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = fumimori(tmp_path, *arguments)
    assert (ran.returncode, said in ran.stderr, "Traceback" in ran.stderr) == (2, True, False), ran.stderr
    assert list(tmp_path.glob("*.*")) == []


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
