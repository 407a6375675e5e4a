"""Exported lists of accounts: every service's headings in both languages, no password, no guess about a date."""

import io
import time
import zipfile

import pytest

from fumimori.grammar.account_table import account_table, normalised
from fumimori.grammar.spreadsheet import table_rows
from fumimori.grammar.xlsx import TableError
from loopback.documents import handed_over, outcomes_of, problem_of, words_of

GOOGLE = (
    "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Status [READ ONLY],"
    "Last Sign In [READ ONLY],2sv Enrolled [READ ONLY]\n"
)
ENTRA = "userPrincipalName,userDisplayName,isAdmin,isMfaRegistered,lastUpdatedDateTime\n"
EXCHANGE = "PrimarySmtpAddress,ForwardingSmtpAddress,LastLogonTime\n"


def words(text):
    return words_of("accounts", text)


def values(text, word):
    return dict(outcomes_of(text)[f"accounts.{word}"].values)


def workbook(sheet, strings="", styles=""):
    """A workbook of one sheet, as Excel and LibreOffice write it."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", f"<workbook {space}><workbookPr/></workbook>")
        archive.writestr("xl/sharedStrings.xml", f"<sst {space}>{strings}</sst>")
        archive.writestr("xl/styles.xml", f"<styleSheet {space}>{styles}</styleSheet>")
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet {space}><sheetData>{sheet}</sheetData></worksheet>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOGLE + "A,B,a@example.jp,****,Active,2026/11/01 09:00:00,TRUE\n", {"users_mfa", "all_used"}),
        (
            GOOGLE + "A,B,a@example.jp,****,Active,2026/01/01 09:00:00,TRUE\n"
            "C,D,c@example.jp,****,Active,Never logged in,False\n",
            {"some_without_mfa", "unused"},
        ),
        (
            GOOGLE + "A,B,a@example.jp,****,Active,2026/11/01 09:00:00,TRUE\n"
            "C,D,c@example.jp,****,Suspended,Never logged in,False\n",
            {"users_mfa", "all_used"},
        ),
        (
            ENTRA + "a@example.jp,A,True,False,x\nb@example.jp,B,False,False,x\n",
            {"admin_without_mfa", "one_admin", "nobody_mfa"},
        ),
        (ENTRA + "a@example.jp,A,True,True,x\nb@example.jp,B,True,True,x\n", {"admin_mfa", "users_mfa"}),
        (
            ENTRA + "".join(f"a{n}@example.jp,A,True,True,x\n" for n in range(9)),
            {"admin_mfa", "users_mfa", "many_admins"},
        ),
        (EXCHANGE + "a@example.jp,smtp:b@gmail.example,11/23/2026 10:00:00\n", {"forward_outside", "all_used"}),
        (EXCHANGE + "a@example.jp,smtp:b@sub.example.jp,11/23/2026 10:00:00\n", {"no_forward", "all_used"}),
        ("メールアドレス,転送先,最終ログイン\ninfo@example.jp,,2026年11月3日\n", {"no_forward", "all_used"}),
        ("メールアドレス;容量;最終利用日\ntest@example.jp;5;2026-11-01\n", {"trial_names", "all_used"}),
        (
            "ユーザー名\t権限\t多要素認証\na@example.jp\t管理者\t有効\nb@example.jp\t一般\t有効\n",
            {"admin_mfa", "one_admin", "users_mfa"},
        ),
    ],
)
def test_what_an_export_shows(text, expected):
    assert words(text) == expected
    for encoding in ("utf-16", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp"):
        assert words(text.encode(encoding)) == expected, encoding


def test_a_role_that_nobody_knows_is_no_administrator():
    text = (
        "email,role,mfa\na@example.jp,Member,yes\nb@example.jp,Global Administrator,yes\nc@example.jp,not admin,yes\n"
    )
    assert dict(outcomes_of(text)["accounts.one_admin"].values)["accounts"] == "b@example.jp"


def test_a_day_that_can_be_read_two_ways_says_nothing():
    assert words(EXCHANGE + "a@example.jp,,3/4/2026 1:00\n") == {"no_forward"}
    # 23 is no month, so that the other cell is a day in April, too
    two = EXCHANGE + "a@example.jp,,3/4/2026 1:00\nb@example.jp,,23/11/2026 1:00\n"
    assert values(two, "unused")["accounts"] == "a@example.jp"


def test_a_workbook_is_read_as_a_table():
    sheet = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>最終ログイン</t></is></c></row>'
        '<row r="1048576"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"><v>46329</v></c></row>'
    )
    strings = "<si><t>メール</t><r><t>アドレス</t></r><rPh><t>ヨミ</t></rPh></si><si><t>a@example.jp</t></si>"
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    octets = workbook(sheet, strings, styles)
    assert table_rows(octets) == [("メールアドレス", "最終ログイン"), ("a@example.jp", "2026-11-03")]
    assert words(octets) == {"all_used"}


def test_a_hostile_workbook_is_refused():
    doctype = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><worksheet/>'
    for content in (doctype, "<worksheet", "\0"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("xl/worksheets/sheet1.xml", content)
        with pytest.raises(TableError):
            table_rows(buffer.getvalue())


def test_passwords_are_refused_and_stars_are_not():
    after, result = handed_over("email,password\na@example.jp,hunter2\n")
    assert [one.problem for one in result.documents] == ["secret"]
    assert after.runs == ()
    assert problem_of("メールアドレス,初期パスワード\na@example.jp,Secret1\n") == "secret"


def test_columns_that_nobody_asked_for_are_not_kept():
    after, _ = handed_over("email,Recovery Phone,Note\na@example.jp,+81-90-0000,likes cats\n")
    assert all(word not in bytes(after.runs[-1].attempts[0].facts) for word in (b"0000", b"cats"))


def test_a_newer_export_replaces_an_older_one():
    first = "email,mfa\na@example.jp,no\nb@example.jp,yes\n"
    assert words_of("accounts", ("old.csv", first), ("new.csv", first.replace("no", "yes"))) == {"users_mfa"}


def test_other_tables_are_not_taken():
    assert problem_of("date,ip\n2026-01-01,192.0.2.1\n") == "not_recognised"
    assert problem_of("from,to\na@example.jp,b@example.jp\n") == "damaged"


def test_headings_are_compared_without_their_dress():
    assert normalised("Ｅｍａｉｌ Address [Required]") == "emailaddress"
    assert normalised("Last Activity Date (UTC)") == "lastactivitydate"
    assert normalised("多要素認証（登録済みか）") == "多要素認証"


def test_two_hundred_thousand_lines_take_seconds():
    lines = "email,Last Sign In,mfa,isAdmin\n" + "".join(f"u{n}@example.jp,2026-11-01,yes,no\n" for n in range(200_000))
    started = time.monotonic()
    found = account_table(
        table_rows(lines.encode()),
        {"email": "name", "lastsignin": "last_use", "mfa": "mfa", "isadmin": "admin"},
        most=200_000,
    )
    assert found is not None
    assert (len(found.accounts), found.truncated) == (200_000, False)
    assert time.monotonic() - started < 60
