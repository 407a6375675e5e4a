"""Which accounts exist, who administers, and how they log in, as an export of the service says.

Objective  Find accounts that nobody uses, administrators and users without multi-factor authentication, and mail that
           is automatically forwarded to addresses outside.
Inputs     A table that the service exports (CSV in UTF-8, UTF-16 or Shift_JIS, or XLSX): Google Workspace,
           Microsoft 365 and Entra, Exchange, Amazon WorkMail, rental panels. Headings in English or Japanese, as in
           tables/account_columns.tsv.
Steps      Only known columns are kept. A column with passwords is refused. Accounts that are stopped count for
           nothing. What the table does not say is not concluded. A newer export with the same columns replaces an
           older one.
Outcomes   admin_without_mfa (high); forward_outside, nobody_mfa, unused (medium); some_without_mfa, one_admin,
           many_admins, trial_names (low); admin_mfa, users_mfa, no_forward, all_used (ok).
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial

from fumimori.checks.accounts.facts import ACCOUNTS, Facts
from fumimori.checks.contract import About, Damaged, Document, ReadContext, Reader, Reading, Secret, TooMuch
from fumimori.checks.listing import counted, shown
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.grammar.account_table import Account, SecretColumnError, account_table
from fumimori.grammar.lines import beginning_of
from fumimori.grammar.spreadsheet import Watch, table_rows
from fumimori.grammar.xlsx import TableError
from fumimori.model import Control, Outcome, Rules, Scope, Values

ACCOUNTS_MOST = 200_000
PARSING = 0.3
"""Share of the time that goes into taking the table apart; the rest reads its cells."""
TRIAL_NAMES = frozenset({"test", "tests", "tester", "demo", "sample", "guest", "temp", "tmp", "user1", "dummy"})


def accepts(document: Document) -> float:
    """A table whose rows have a mail address in the same column, or a workbook."""
    if document.content.startswith(b"PK\x03\x04"):
        return 0.6 if b"xl/w" in document.content[:65536] or b"xl/w" in document.content[-65536:] else 0.0
    lines = [line for line in beginning_of(document.content).splitlines()[:50] if line.strip()]
    sign = max(",\t;", key=lines[0].count) if lines else ","
    rows = [line.split(sign) for line in lines]
    if len(rows) < 2 or len(rows[0]) < 2 or any("@" in cell for cell in rows[0]):
        return 0.0
    fitting = [row for row in rows[1:] if any("@" in cell and " " not in cell.strip(' "') for cell in row)]
    return 0.6 if 2 * len(fitting) >= len(rows) - 1 else 0.0


def read(document: Document, context: ReadContext) -> Sequence[Reading[Facts]]:
    """The accounts of one export; Secret when it shows passwords, Damaged when no column names accounts."""
    names = {row["heading"]: row["field"] for row in context.rules.tables["account_columns"].dicts()}
    try:
        rows = table_rows(document.content, lambda share: context.watch(share * PARSING))
        rest = partial(_later, context.watch)
        found = account_table(rows, names, most=ACCOUNTS_MOST, watch=rest)
    except SecretColumnError as error:
        raise Secret(str(error)) from error
    except TableError as error:
        raise (TooMuch if error.code == "too_large" else Damaged)(str(error)) from error
    if found is None or not found.accounts:
        raise Damaged
    facts = Facts(accounts=found.accounts, columns=found.columns, truncated=found.truncated)
    domains = sorted({account.name.rpartition("@")[2] for account in found.accounts})[:20]
    part = hashlib.sha256("|".join((*found.columns, *domains)).encode()).hexdigest()[:16]
    return (Reading(subject="", facts=facts, part=part),)


def _later(watch: Watch, share: float) -> None:
    watch(PARSING + share * (1 - PARSING))


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What each export shows."""
    for attempt, facts in observations.all(ACCOUNTS):
        yield from ACCOUNTS.outcomes("", _outcomes(facts, attempt.ended.date(), observations.scope, rules))


def _outcomes(facts: Facts, day: date, scope: Scope, rules: Rules) -> Iterator[NamedOutcome]:
    alive = [account for account in facts.accounts if account.active is not False]
    if "admin" in facts.columns:
        yield from _admins([account for account in alive if account.admin], facts.columns, rules)
    if "mfa" in facts.columns:
        yield from _mfa([account for account in alive if account.mfa is not None])
    if "last_use" in facts.columns:
        yield from _use(alive, day, rules)
    if "forward" in facts.columns:
        outside = [account for account in alive if _leads_outside(account, scope)]
        if outside:
            pairs = [f"{account.name} → {account.forward}" for account in outside]
            yield "forward_outside", (("count", len(outside)), ("accounts", shown(pairs)))
        elif alive:
            yield "no_forward", (("count", len(alive)),)
    trial = [account for account in alive if account.name.partition("@")[0].lower() in TRIAL_NAMES]
    if trial:
        yield "trial_names", _named(trial)


def _admins(admins: Sequence[Account], columns: Sequence[str], rules: Rules) -> Iterator[NamedOutcome]:
    if not admins:
        return
    if "mfa" in columns:
        without = [account for account in admins if account.mfa is False]
        if without:
            yield "admin_without_mfa", _named(without)
        elif all(account.mfa for account in admins):
            yield "admin_mfa", (("count", len(admins)),)
    if len(admins) < rules.number("accounts.admins_least"):
        yield "one_admin", (("accounts", admins[0].name),)
    elif len(admins) > rules.number("accounts.admins_most"):
        yield "many_admins", _named(admins)


def _mfa(known: Sequence[Account]) -> Iterator[NamedOutcome]:
    without = [account for account in known if not account.mfa]
    if known and len(without) == len(known):
        yield "nobody_mfa", (("count", len(known)),)
    elif without:
        yield "some_without_mfa", (*_named(without), ("total", len(known)))
    elif known:
        yield "users_mfa", (("count", len(known)),)


def _use(alive: Sequence[Account], day: date, rules: Rules) -> Iterator[NamedOutcome]:
    limit = day - timedelta(days=int(rules.number("accounts.unused_days")))
    idle = [account for account in alive if account.never_used or (account.last_use and account.last_use < limit)]
    known = [account for account in alive if account.never_used or account.last_use]
    if idle:
        yield "unused", (*_named(idle), ("days", int(rules.number("accounts.unused_days"))))
    elif known and len(known) == len(alive):
        yield "all_used", (("count", len(known)), ("days", int(rules.number("accounts.unused_days"))))


def _leads_outside(account: Account, scope: Scope) -> bool:
    """Whether its mail is forwarded to a domain that is neither assessed nor its own."""
    own = {domain.name for domain in scope.domains} | {account.name.rpartition("@")[2].lower()}
    for address in account.forward.replace(";", ",").replace(" ", ",").split(","):
        domain = address.rpartition("@")[2].strip(" <>\"'")
        if "." in domain and not any(domain == name or domain.endswith("." + name) for name in own):
            return True
    return False


def _named(accounts: Sequence[Account]) -> Values:
    return counted("accounts", [account.name for account in accounts])


READER = Reader(
    facts=ACCOUNTS,
    control=Control.ACCESS,
    about=About.ORGANISATION,
    accepts=accepts,
    read=read,
    judge=judge,
)
