"""Which documents say something about a question, to hand over instead of answering from memory."""

from collections.abc import Sequence
from typing import Any

from fumimori.checks.contract import About, Reader
from fumimori.model import Effect, Hosting, Question, Rules

OWN_SERVER = (None, Hosting.ON_PREMISES, Hosting.VPS)
"""Where somebody can run commands on the mail server, or where it is not known yet."""

COMMANDS = {
    "mail_config": "postconf -n; postconf -M; doveconf -n",
    "packages": "cat /etc/os-release; dpkg -l; apt list --upgradable",
    "firewall": "nft list ruleset; ss -ltnp",
    "ssh_config": "sshd -T",
    "ssh_keys": "cat ~/.ssh/authorized_keys",
    "system_accounts": "getent passwd",
}
"""The commands that the administrator of an own server types; the same in every language."""


def documents_for(
    question: Question, rules: Rules, readers: Sequence[Reader[Any]], hosting: Hosting | None
) -> list[Reader[Any]]:
    """The readers with an outcome about `question`, without those of servers where nobody can ask the server."""
    touching = {
        rule.code.partition(".")[0]
        for rule in rules.outcomes.values()
        if rule.question == question.id and rule.effect is not Effect.NONE
    }
    mine = [reader for reader in readers if reader.id in touching]
    return [one for one in mine if one.about is not About.HOST or hosting in OWN_SERVER]
