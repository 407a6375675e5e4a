"""Which documents say something about a question, to hand over instead of answering from memory."""

from collections.abc import Mapping, Sequence
from typing import Any

from fumimori.checks.contract import About, Reader
from fumimori.model import Effect, Hosting, Question, Rules

OWN_SERVER = (None, Hosting.ON_PREMISES, Hosting.VPS)
"""Where somebody can run commands on the mail server, or where it is not known yet."""

_ON_THE_SERVER = {
    "mail_config": "postconf -n; postconf -M; doveconf -n",
    "packages": "cat /etc/os-release; dpkg -l; apt list --upgradable",
    "firewall": "nft list ruleset; ss -ltnp",
    "ssh_config": "sshd -T",
    "ssh_keys": "cat ~/.ssh/authorized_keys",
    "system_accounts": "getent passwd",
    "upkeep": "sudo sh collect.sh",
}
_AT_A_CLOUD: Mapping[Hosting, Mapping[str, str]] = {
    Hosting.MICROSOFT: {"other_tools": "Invoke-SCuBA"},
    Hosting.GOOGLE: {"other_tools": "scubagoggles gws"},
}
"""ScubaGear and ScubaGoggles, tools of CISA that read the settings of these clouds, as their own pages start them."""
_OF_CLOUDS = "other_tools.cloud_"


def command_for(reader: str, hosting: Hosting | None) -> str:
    """What somebody types to get the document that `reader` reads; empty where nothing is typed."""
    if hosting in OWN_SERVER:
        return _ON_THE_SERVER.get(reader, "")
    return _AT_A_CLOUD.get(hosting, {}).get(reader, "") if hosting else ""


TOOLS = {Hosting.MICROSOFT: "ScubaGear", Hosting.GOOGLE: "ScubaGoggles"}
"""What those tools are called."""


def told_by(reader: str, hosting: Hosting | None) -> str:
    """The key of what the document is: of a cloud's own tool, else of whatever the reader takes."""
    cloud = reader == "other_tools" and hosting in TOOLS
    return f"ui.documents.by_tool_{hosting}" if cloud else f"checks.{reader}.what"


def documents_for(
    question: Question, rules: Rules, readers: Sequence[Reader[Any]], hosting: Hosting | None
) -> list[Reader[Any]]:
    """The readers with an outcome about `question`, without those of servers where nobody can ask the server.

    What the tools of clouds find counts at those clouds alone.
    """
    codes = [
        rule.code for rule in rules.outcomes.values() if rule.question == question.id and rule.effect is not Effect.NONE
    ]
    cloud = hosting in TOOLS
    touching = {code.partition(".")[0] for code in codes if cloud or not code.startswith(_OF_CLOUDS)}
    mine = [reader for reader in readers if reader.id in touching]
    return [
        one for one in mine if one.about is not About.HOST or hosting in OWN_SERVER or _of_cloud(one, codes, hosting)
    ]


def _of_cloud(reader: Reader[Any], codes: Sequence[str], hosting: Hosting | None) -> bool:
    mine = [code for code in codes if code.partition(".")[0] == reader.id]
    return hosting in TOOLS and any(code.startswith(_OF_CLOUDS) for code in mine)
