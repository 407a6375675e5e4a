"""Accounts in a table that a panel exported: which column says what, and what its cells mean.

The names of columns are in a table of the rules; no column that they do not name is kept, least of all a password.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from fumimori.grammar.spreadsheet import WATCHED, Watch, unwatched
from fumimori.model import Record

_YES = frozenset(
    {
        "true",
        "yes",
        "y",
        "1",
        "on",
        "enabled",
        "enrolled",
        "enforced",
        "active",
        "registered",
        "capable",
        "○",
        "〇",
        "有",
    }
    | {
        "はい",
        "有効",
        "オン",
        "登録済み",
        "登録済",
        "適用",
        "使用中",
        "利用中",
        "アクティブ",
        "設定済み",
        "設定済",
        "あり",
    }
)
_NO = frozenset(
    {
        "false",
        "no",
        "n",
        "0",
        "off",
        "disabled",
        "not enrolled",
        "not enforced",
        "none",
        "-",
        "×",
        "無",
        "なし",
        "",
        "user",
    }
    | {
        "いいえ",
        "無効",
        "オフ",
        "未登録",
        "未設定",
        "未適用",
        "適用されていません",
        "登録されていません",
        "一般",
        "一般ユーザー",
    }
    | {
        "blocked",
        "suspended",
        "archived",
        "deleted",
        "inactive",
        "停止",
        "停止中",
        "停止済み",
        "ブロック",
        "削除済み",
        "ユーザー",
    }
)
_ADMINISTERS = ("admin", "owner", "管理", "オーナー", "root")
_NEVER = frozenset(
    {
        "never",
        "never logged in",
        "never signed in",
        "none",
        "-",
        "ログインしたことがありません",
        "なし",
        "未ログイン",
        "未使用",
    }
)
_DAY = re.compile(r"(\d{1,4})(?:[/.-]|年 ?)(\d{1,2})(?:[/.-]|月 ?)(\d{1,4})")
SECRET_COLUMNS = (
    "password",
    "passwd",
    "パスワード",
    "pass",
    "pw",
    "initialpassword",
    "初期パスワード",
    "仮パスワード",
    "暗証番号",
)


class Account(Record, omit_defaults=True):
    """One account; what the table does not say keeps its default."""

    name: str
    """The address, or the name to log in with."""
    last_use: date | None = None
    never_used: bool = False
    admin: str = ""
    """The role, or `yes`; empty for none."""
    mfa: bool | None = None
    forward: str = ""
    """Where its mail is automatically forwarded to."""
    active: bool | None = None


class AccountTable(Record):
    """All accounts of one export."""

    accounts: tuple[Account, ...] = ()
    columns: tuple[str, ...] = ()
    """Which of `last_use admin mfa forward active` the table says something about."""
    truncated: bool = False


class SecretColumnError(ValueError):
    """The table shows passwords; the argument is the column's heading."""


def normalised(heading: str) -> str:
    """A heading as the rules name it: full width and upper case made plain, without spaces, signs, [notes], (notes)."""
    text = unicodedata.normalize("NFKC", heading[:200]).lower()
    text = re.sub(r"\[[^\[\]]{0,100}\]|\([^()]{0,100}\)", "", text)
    return "".join(sign for sign in text if sign.isalnum())


def account_table(
    rows: Sequence[Sequence[str]], names: Mapping[str, str], *, most: int, watch: Watch = unwatched
) -> AccountTable | None:
    """The accounts in `rows`, whose heading is among the first ten; None when no column names accounts.

    `names` has the field of every known heading (normalised). Raises SecretColumnError.
    """
    for place, row in enumerate(rows[:10]):
        fields = _fields(row, names)
        if "name" in fields and len([cell for cell in row if cell]) > 1:
            body = rows[place + 1 :]
            _refuse_passwords(row, body)
            return _read(body[:most], fields, watch, truncated=len(body) > most)
    return None


def _fields(heading: Iterable[str], names: Mapping[str, str]) -> dict[str, int]:
    """The place of each field; the first column that names it."""
    fields: dict[str, int] = {}
    for place, cell in enumerate(heading):
        field = names.get(normalised(cell))
        if field:
            fields.setdefault(field, place)
    return fields


def _refuse_passwords(heading: Sequence[str], body: Sequence[Sequence[str]]) -> None:
    for place, cell in enumerate(heading):
        if normalised(cell) in SECRET_COLUMNS:
            shown = (row[place] for row in body if place < len(row))
            if any(value.strip(" *•●x-") for value in shown):
                raise SecretColumnError(cell[:40])


def _read(body: Sequence[Sequence[str]], fields: Mapping[str, int], watch: Watch, *, truncated: bool) -> AccountTable:
    days = _Days(_cell(row, fields["last_use"]) for row in body) if "last_use" in fields else None
    accounts = []
    for number, row in enumerate(body):
        if number % WATCHED == 0:
            watch(number / len(body))
        name = _cell(row, fields["name"])[:254]
        if not name:
            continue
        said = {field: _cell(row, place) for field, place in fields.items()}
        last = said.get("last_use", "")
        blocked = _yes(said["blocked"]) if "blocked" in said else None
        account = Account(
            name=name,
            last_use=days.day(last) if days else None,
            never_used=days is not None and (last.lower() in _NEVER or last.startswith(("1970", "0001", "1601"))),
            admin=_role(said.get("admin", "")),
            mfa=_yes(said["mfa"]) if "mfa" in said else None,
            forward=_forward(said.get("forward", "")),
            active=_yes(said["active"]) if "active" in said else None if blocked is None else not blocked,
        )
        accounts.append(account)
    columns = [field for field in ("last_use", "admin", "mfa", "forward") if field in fields]
    columns += ["active"] if {"active", "blocked"} & set(fields) else []
    return AccountTable(accounts=tuple(accounts), columns=tuple(columns), truncated=truncated)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _yes(text: str) -> bool | None:
    word = unicodedata.normalize("NFKC", text[:60]).lower().strip()
    return True if word in _YES else False if word in _NO else None


def _role(text: str) -> str:
    """The role where it is one that administers; a word that nobody knows is none."""
    known = any(word in text.lower() for word in _ADMINISTERS) and not text.lower().startswith(("no ", "not ", "non"))
    return "yes" if _yes(text) else text[:60] if known else ""


def _forward(text: str) -> str:
    """The addresses in the cell: Exchange writes `smtp:` in front of one."""
    return text[:254].lower().replace("smtp:", "") if "@" in text else ""


class _Days:
    """The days of one column: whether months or days come first is the same in all its cells."""

    def __init__(self, cells: Iterable[str]) -> None:
        months_first = days_first = False
        for cell in cells:
            match = _DAY.match(cell[:60])
            if match and int(match[1]) <= 31 and int(match[3]) > 999:
                days_first = days_first or int(match[1]) > 12
                months_first = months_first or int(match[2]) > 12
        self._first = "day" if days_first and not months_first else "month" if months_first and not days_first else ""

    def day(self, cell: str) -> date | None:
        """The day in the cell; None where there is none, or where nobody knows which part is the month."""
        match = _DAY.match(unicodedata.normalize("NFKC", cell[:60]))
        if match is None:
            return None
        first, middle, last = int(match[1]), int(match[2]), int(match[3])
        if first > 1970:
            return _date(first, middle, last)
        if last <= 1970:
            return None
        if self._first == "day":
            return _date(last, middle, first)
        if self._first == "month" or first == middle:
            return _date(last, first, middle)
        return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
