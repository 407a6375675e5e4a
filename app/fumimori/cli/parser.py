"""The command line's grammar: commands, options and their help in both languages."""

import argparse
from collections.abc import Callable
from typing import NoReturn

from fumimori import VERSION_LINE
from fumimori.cli.files import WrongUseError
from fumimori.exports import FORMATS, HANDOVER
from fumimori.texts import Texts


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are shown as every other wrong use is, in two lines."""

    texts: Texts

    def error(self, message: str) -> NoReturn:
        raise WrongUseError(f"{self.texts('cli.wrong_use', detail=message)}\n{self.prog} --help")


def parser(texts: Texts) -> argparse.ArgumentParser:
    """The command line's grammar with its help in the language of `texts`."""

    def say(name: str) -> str:
        return texts(f"cli.help.{name}").replace("%", "%%")

    _Parser.texts = texts
    top = _Parser(prog="fumimori", description=texts("cli.description"), allow_abbrev=False)
    top.add_argument("--version", action="version", version=VERSION_LINE)
    commands = top.add_subparsers(dest="command", required=True, parser_class=_Parser)
    secret = _Parser(add_help=False, allow_abbrev=False)
    secret.add_argument("--passphrase-file", metavar="FILE", help=say("passphrase_file"))
    secret.add_argument("--language", choices=list(texts.known), help=say("language"))

    outward = _Parser(add_help=False, allow_abbrev=False)
    for name, shown in (
        ("resolver", "RESOLVER"),
        ("second-resolver", "RESOLVER"),
        ("dnssec-anchor", "FILE"),
        ("ca-file", "PEM"),
    ):
        outward.add_argument(f"--{name}", metavar=shown, help=say(name.replace("-", "_")))
    outward.add_argument("--control-host", action="append", default=[], metavar="HOST", help=say("control_host"))

    window = commands.add_parser("window", help=say("window"), parents=[outward], allow_abbrev=False)
    window.add_argument("file", metavar="FILE.fumimori", nargs="?", help=say("file"))
    window.add_argument("--language", choices=list(texts.known), help=say("language"))

    scan = commands.add_parser("scan", help=say("scan"), parents=[secret, outward], allow_abbrev=False)
    scan.add_argument("domain", metavar="DOMAIN", nargs="?", help=say("domain"))
    scan.add_argument("--batch", metavar="FILE", help=say("batch"))
    for name in ("mail-host", "ssh-host", "webmail-host", "own-host", "also-contact"):
        scan.add_argument(f"--{name}", action="append", default=[], metavar="HOST", help=say(name.replace("-", "_")))
    scan.add_argument("--selector", action="append", default=[], metavar="NAME", help=say("selector"))
    for name in ("also-domain", "parked-domain"):
        scan.add_argument(f"--{name}", action="append", default=[], metavar="DOMAIN", help=say(name.replace("-", "_")))
    scan.add_argument("--consent", type=int, choices=[0, 1, 2, 3], default=0, help=say("consent"))
    scan.add_argument("--authorised-by", metavar='"NAME, ROLE"', default="", help=say("authorised_by"))
    scan.add_argument("--own-server", action="store_true", help=say("own_server"))
    scan.add_argument("--thorough", action="store_true", help=say("thorough"))
    scan.add_argument("--from-outside", action="store_true", help=say("from_outside"))
    scan.add_argument("--address", action="append", default=[], metavar="ADDRESS", help=say("address"))
    scan.add_argument("--sending-address", action="append", default=[], metavar="IP", help=say("sending_address"))
    scan.add_argument("--blocklists", action="store_true", help=say("blocklists"))
    scan.add_argument("--blocklist", action="append", default=[], metavar="ZONE", help=say("blocklist"))
    scan.add_argument("--json", metavar="FILE", help=say("json"))
    scan.add_argument("--save", metavar="FILE.fumimori", help=say("save"))
    scan.add_argument("--replace", action="store_true", help=say("replace"))

    _files(commands, say, secret, texts)
    sample = commands.add_parser("sample", help=say("sample"), parents=[secret], allow_abbrev=False)
    sample.add_argument("--out", metavar="DIR", required=True, help=say("out"))
    sample.add_argument("--replace", action="store_true", help=say("replace"))
    return top


def _files(
    commands: "argparse._SubParsersAction[_Parser]", say: Callable[[str], str], secret: _Parser, texts: Texts
) -> None:
    """What is made from an assessment, and an assessment from a scan."""
    report = commands.add_parser("report", help=say("report"), parents=[secret], allow_abbrev=False)
    report.add_argument("file", metavar="FILE.fumimori", help=say("file"))
    report.add_argument("--lang", choices=list(texts.known), required=True, help=say("lang"))
    report.add_argument("--paper", choices=["a4", "letter"], default="a4", help=say("paper"))
    report.add_argument("--parts", choices=["all", "management", "repairs", "proof"], default="all", help=say("parts"))
    report.add_argument("--as", dest="version", choices=["draft", "final"], default="", help=say("version"))
    report.add_argument("--pdf-passphrase-file", metavar="FILE", help=say("pdf_passphrase_file"))
    report.add_argument("--sign", metavar="KEY.p12", help=say("sign"))
    report.add_argument("--sign-passphrase-file", metavar="FILE", help=say("sign_passphrase_file"))
    report.add_argument("--out", metavar="FILE.pdf", required=True, help=say("out"))

    export = commands.add_parser("export", help=say("export"), parents=[secret], allow_abbrev=False)
    export.add_argument("file", metavar="FILE.fumimori", help=say("file"))
    export.add_argument("--lang", choices=list(texts.known), required=True, help=say("lang"))
    export.add_argument("--format", action="append", choices=[*FORMATS, HANDOVER], default=[], help=say("format"))
    export.add_argument("--out", metavar="DIR", required=True, help=say("out_folder"))
    export.add_argument("--replace", action="store_true", help=say("replace"))

    opened = commands.add_parser("open-json", help=say("open_json"), parents=[secret], allow_abbrev=False)
    opened.add_argument("file", metavar="FILE", help=say("json"))
    opened.add_argument("--save", metavar="FILE.fumimori", help=say("save_new"))
    opened.add_argument("--replace", action="store_true", help=say("replace"))
    collector = commands.add_parser("collector", help=say("collector"), allow_abbrev=False)
    collector.add_argument("--windows", action="store_true", help=say("collector_windows"))
    collector.add_argument("--out", metavar="FILE", required=True, help=say("collector_out"))
    read = commands.add_parser("read", help=say("read"), epilog=say("round_trip"), parents=[secret], allow_abbrev=False)
    _read(read, say)


def _read(read: argparse.ArgumentParser, say: Callable[[str], str]) -> None:
    read.add_argument("files", metavar="FILE", nargs="+", help=say("files"))
    read.add_argument("--into", metavar="FILE.fumimori", required=True, help=say("into"))
    read.add_argument("--about", metavar="HOST", default="", help=say("about"))
    read.add_argument("--also-domain", action="append", default=[], metavar="DOMAIN", help=say("read_also"))
    read.add_argument("--own-messages", action="store_true", help=say("own_messages"))
    read.add_argument("--genuine-reports", action="store_true", help=say("genuine_reports"))
    read.add_argument("--source", metavar="NAME", default="", help=say("source"))
