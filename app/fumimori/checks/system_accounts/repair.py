"""Repairs of the server's own accounts: what has no password is locked until its owner sets one."""

import re
from collections.abc import Callable, Mapping

from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import Context, note
from fumimori.checks.system_accounts.facts import SYSTEM_ACCOUNTS
from fumimori.model import Proof, Repair

_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
"""Names that may stand in a command (useradd(8))."""
LOCKED_MOST = 20


def _locked(context: Context) -> Repair:
    """Each account without a password, but for those whose shell lets nobody in."""
    if not context.own_server:
        return Repair()
    lists = [
        facts for attempt, facts in context.observations.all(SYSTEM_ACCOUNTS) if attempt.subject == context.subject
    ]
    shut = {one.name for facts in lists for one in facts.accounts if one.may_log_in is False}
    open_ones = [one.name for facts in lists for one in facts.accounts if one.state == "NP" and one.name not in shut]
    names = [name for name in dict.fromkeys(open_ones) if _NAME.fullmatch(name)][:LOCKED_MOST]
    if not names:
        return Repair()
    return Repair(
        before=(note("account_other_way"),),
        snippets=(server.command("\n".join(f"sudo passwd -l {name}" for name in names), "Linux"),),
        risks=(note("account_locked"),),
        back=(note("back_account"),),
        proof=(Proof(command=f"sudo passwd -S {names[0]}", repaired=f"{names[0]} L", broken=f"{names[0]} NP"),),
    )


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {"no_password": _locked}
"""The outcome's name and what puts it right."""
