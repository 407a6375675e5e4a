"""The style of what checks and controls say: facts as titles, imperatives as actions, the trade's words, real quotes.

The files are found by walking, so that a new check or control is held to the same. A message names the key, what was
found there, and what to write instead.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

import pytest

from fumimori import resources
from fumimori.__main__ import bank
from fumimori.model import Severity

ROOT = resources.root()
FILES = {
    language: sorted((*ROOT.glob(f"checks/*/{language}.toml"), *ROOT.glob(f"controls/*/{language}.toml")))
    for language in ("ja", "en")
}
JA_FILES, EN_FILES = FILES["ja"], FILES["en"]
CHECKS = sorted(rules.parent for rules in ROOT.glob("checks/*/rules.toml"))
ALL_FILES = [*JA_FILES, *EN_FILES]
WORDS = {
    language: [
        *files,
        *sorted(ROOT.glob(f"registers/*/{language}.toml")),
        *sorted(ROOT.glob(f"texts/{language}/*.toml")),
    ]
    for language, files in FILES.items()
}
"""Every file that people read, the words of window, report and command line among them."""

TITLES = {"title", "finding", "finding_partly"}
ADVICE = {"risk", "action", "fix", "confirm"}

POLITE = re.compile(r"(?:です|ます|でした|ました|ません|ましょう|ください)(?:か)?[。」]?(?:（[^（）]*）)?$|。$")
"""Ends of a sentence; a title is a noun or a plain form, with or without a remark in brackets."""

IMPERATIVE_JA = re.compile(r"[うくぐすつぬぶむる](?:（[^（）]*）)?$")
"""The dictionary form of a verb, with or without a remark in brackets."""
NO_VERB_EN = re.compile(
    r"^(?:A|An|The|There|This|That|These|It|Its|You|Your|Some|Any|All|No|None|One|Two|Several|Please)\b|[.。]$"
)
"""How a sentence or a noun begins, and how a sentence ends; an action begins with its verb and has no full stop."""
ACTION_MOST = {"ja": 48, "en": 90}
"""Characters of an action as it is written, placeholders included."""

CODE = (
    r"(?<![\w-])--?[A-Za-z][\w-]*[ =](['\"])[^'\"]+\1",  # an option of a command with its value
    r"\b[A-Za-z][\w.-]* ?= ?(['\"])[^'\"]*\1",  # a setting with its value
    r"\b\d{1,3} (?:issue|issuewild|issuemail|issuevmc|iodef) \"[^\"]*\"",  # a CAA record
)
"""Where a straight quote is part of what somebody copies; everywhere else it is a typewriter's."""

BANNED = {
    "ja": {
        r"番地": "IPアドレス",
        r"(?<!ポート（通信の)出入口|受信口|(?:番|ポート)[^。]{0,12}入口|入口(?:が開|を開|を閉|に制限|が閉)": "ポート",
        r"宣言文|MTA-STSの(?:知らせ|宣言)": "MTA-STSのポリシー（ファイル）かDNSレコード",
        r"ことを見ます|かを見ます": "…ことを確認します",
        r"メールソフト(?=.*(?:Postfix|Sendmail|Exim|Dovecot|main\.cf))": "メールサーバー（ソフトはOutlookなど）",
        r"ウェブメール": "Webメール",
        r"控えを取": "バックアップを取",
        r"大きな被害": "何が止まり、だれが困るか",
        r"(?<!様子)を見(?:る|ます)(?=。|受信)": "確認する、参照する",
        r"に見られていません": "注意を払っていません",
        r"受信拒否の一覧": "ブロックリスト",
    },
    "en": {
        r"\b(?:puts?|putting) (?:\w+ ){0,3}right\b(?! (?:away|now))": "fix, correct, repair",
        r"\bstrangers?\b": "anybody, attackers, unauthenticated senders",
        r"\bmanners\b": "replies",
        r"\b(?:back|front|side)?doors?\b(?! (?:systems?|locks?|keys?))": "port",
        r"\bmails\b": "messages",
        r"\b(?:runs?|ran|running) out\b(?! of)": "expires",
        r"\bfor want of\b": "the reason in plain words",
        r"\bsecond proof\b": "second factor",
        r"\bmail entrance\b": "port 25",
        r"\bwhoever\b": "anyone who, someone who, the person who",
        r"\b(?:and|or) the like\b": "for example, such as, and so on",
        r"\bso that it be\b|\bthe one who\b|\bhave a look\b|\blest\b|\bupon\b|\bshall\b": "plain words of today",
        r"\bat the (?:latest|most)\b": "at least … before, not later than, at most",
        r"\b(?:is|are|be) told\b": "gets a notice, is informed",
        r"\bhand(?:s|ed|ing)? (?:\w+ ){0,3}over\b|\bhand-over\b": "give, send",
        r"\bhand (?:\w+ ){1,8}to this program\b": "import into this program",
        r"\be-mails?\b(?![”)])": "message, mail",
        r"\bholes?\b": "weakness, vulnerability",
        r"\bMX hosts?\b": "MX server",
        r"\bgiv(?:e|es|ing) (?:\w+ ){0,3}away\b|\bgave nothing away\b": "reveal, expose, leak",
        r"\bfalse (?!positive|negative)": "fake, forged",
        r"\bsee (?:whether|that)\b": "check",
        r"\bturn(?:s|ed)? (?:\w+ ){0,5}away\b": "refuse",
        r"\bweb sites?\b": "website",
        r"\bper cent\b": "%",
        r"\bof your own making\b": "self-made",
        r"\bwithout a word\b": "without any notice, without any reply",
        r"\bknows? of\b": "know about",
        r"\bland(?:s|ed)? in\b": "go to, end up in",
        r"\b(?:become|is|are) wary\b": "become suspicious",
        r"\bcompulsory\b": "require, required, mandatory",
        r"\b(?:look|looks|looked|looking) (?:at|through|after)\b": "check, review, maintain",
        r"\b(?:take|took|taken) (?:\w+ ){0,2}in\b": "import",
        r"\bthe whole world\b": "anyone, from all over the world",
        r"\bby themselves or by hand\b": "automatically or manually",
    },
}
"""Words and images that are not said, as patterns, and what is said instead."""

LONG_VOWEL = (
    *("サーバ", "ユーザ", "ブラウザ", "フォルダ", "コンピュータ", "プリンタ", "スキャナ", "ルータ", "フィルタ"),
    *("ヘッダ", "リゾルバ", "メモリ", "ライブラリ", "パラメータ", "プロバイダ", "ベンダ", "メーカ", "ドライバ"),
)
"""Written with ー at their end."""
SPELLING = {
    **{rf"{word}(?![ー])": f"{word}ー" for word in LONG_VOWEL},
    r"メイル": "メール",
    r"ウィルス": "ウイルス",
    r"ウェブ|ウエブ": "Web",
    r"出来(?=[るなまて])": "でき",
    r"下さい": "ください",
    r"(?<![一合])致し": "いたし",
    r"頂[きいけ]": "いただ",
    r"(?<!安)全て": "すべて",
    r"又は": "または",
    r"(?<!が)及び(?!ま)": "および",
    r"既に": "すでに",
    r"直ぐ": "すぐ",
    r"予め": "あらかじめ",
    r"(?<!変)更に": "さらに",
    r"様々": "さまざま",
    r"(?<!有)無い": "ない",
    r"(?<!その)他の": "ほかの",
    r"一つ|ひとつ": "1つ",
    r"一人|ひとり": "1人",
    r"[ヶヵカケ]月": "か月",
    r"気付": "気づ",
    r"近付": "近づ",
    r"片づ": "片付",
    r"問合せ|打合せ|組合せ": "…合わせ",
    r"切替": "切り替え",
    r"読込": "読み込",
    r"貼付": "貼り付け",
    r"見積り": "見積もり",
    r"(?<=[のた])後[でに]": "あと",
    r"わかり": "分かり",
    r"(?<=[、。「])いま(?!せ)": "今",
    r"お客さま": "お客様",
    r"[A-Za-z]'[a-z]": "’（英語のアポストロフィ）",
}
"""Japanese words have one spelling each: what is found → what is written."""

EACH_CHECK = pytest.mark.parametrize("check", CHECKS, ids=lambda folder: folder.name)


def name_of(file: Path) -> str:
    """What a file is called in messages: checks/spf/ja.toml."""
    return f"{file.parent.parent.name}/{file.parent.name}/{file.name}"


def texts(file: Path) -> Iterator[tuple[str, str, str]]:
    """Each line of a file of texts: its key, the key's last word, the line."""

    def walk(table: dict[str, object], at: str) -> Iterator[tuple[str, str, str]]:
        for word, value in table.items():
            key = f"{at}.{word}" if at else word
            if isinstance(value, dict):
                yield from walk(value, key)
            else:
                lines = value if isinstance(value, list) else [value]
                yield from ((key, word, str(line)) for line in lines)

    yield from walk(tomllib.loads(file.read_text(encoding="utf-8")), "")


def without_code(line: str) -> str:
    """`line` without what is copied as it is."""
    for pattern in CODE:
        line = re.sub(pattern, "", line)
    return line


def placeholders(lines: Iterable[str]) -> set[str]:
    return {name for line in lines for _, name, _, _ in Formatter().parse(line) if name is not None}


def outcomes(check: Path) -> dict[str, Severity]:
    """The outcomes of a check and how bad each is."""
    rules = tomllib.loads((check / "rules.toml").read_text(encoding="utf-8"))
    return {word: Severity[rule["severity"].upper()] for word, rule in rules["outcomes"].items()}


def none_of(wrong: Iterable[str]) -> None:
    """Fails with every line of `wrong`, uncut."""
    told = list(wrong)
    assert not told, "\n".join(["", *told])


# --- the walk itself ----------------------------------------------------------------------------------------------


def test_there_is_something_to_read():
    assert len(JA_FILES) == len(EN_FILES) > len(CHECKS) > 20
    assert {name_of(file).removesuffix("ja.toml") for file in JA_FILES} == {
        name_of(file).removesuffix("en.toml") for file in EN_FILES
    }
    assert {file.parent for file in JA_FILES if file.parent.parent.name == "checks"} == set(CHECKS)


@pytest.mark.parametrize(
    ("line", "polite"),
    [
        ("DNSSECが有効になっていない", False),
        ("社内から管理画面が開く（参考）", False),
        ("証明書の期限まであと{days}日", False),
        ("DMARCがありません", True),
        ("DMARCがありません。", True),
        ("鍵が短め（{bits}ビット）です", True),
        ("ポリシーが読めません（{status}）", True),
        ("レコードが2個ある。", True),
        ("鍵がありました", True),
    ],
)
def test_what_counts_as_polite(line: str, *, polite: bool):
    assert bool(POLITE.search(line)) is polite


@pytest.mark.parametrize(
    ("line", "straight"),
    [
        ('Add 0 issue "letsencrypt.org" to the DNS.', False),
        ("Run openssl s_client -cipher 'DEFAULT@SECLEVEL=0' now.", False),
        ('Set PermitRootLogin = "no" there.', False),
        ("the company’s “own” name", False),
        ("the company's name", True),
        ('a record that says "no key"', True),
        ('0 issue "letsencrypt.org" is the authority\'s value', True),
    ],
)
def test_what_counts_as_a_straight_quote(line: str, *, straight: bool):
    assert bool(re.search(r"['\"]", without_code(line))) is straight


# --- titles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", JA_FILES, ids=name_of)
def test_a_japanese_title_is_a_fact_in_plain_form(file: Path):
    """体言止め or plain form; です・ます belong into sentences."""
    none_of(f"{key}: {line}" for key, word, line in texts(file) if word in TITLES and POLITE.search(line))


@pytest.mark.parametrize("file", EN_FILES, ids=name_of)
def test_an_english_title_has_no_full_stop(file: Path):
    none_of(f"{key}: {line}" for key, word, line in texts(file) if word in TITLES and line.endswith("."))


# --- quotes and words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", WORDS["en"], ids=name_of)
def test_english_has_real_quotes(file: Path):
    """Write ’ “ ”; straight ones stand only in what is copied, see CODE."""
    none_of(f"{key}: {line}" for key, _, line in texts(file) if re.search(r"['\"]", without_code(line)))


@pytest.mark.parametrize(
    ("language", "file"),
    [(language, file) for language, files in WORDS.items() for file in files],
    ids=lambda value: value if isinstance(value, str) else name_of(value),
)
def test_the_words_of_the_trade_are_used(language: str, file: Path):
    none_of(
        f"{key}: “{hit.group()}” → {instead}: {line}"
        for key, _, line in texts(file)
        for pattern, instead in BANNED[language].items()
        if (hit := re.search(pattern, line, re.IGNORECASE))
    )


@pytest.mark.parametrize("file", WORDS["ja"], ids=name_of)
def test_a_japanese_word_has_one_spelling(file: Path):
    none_of(
        f"{key}: “{hit.group()}” → {instead}: {line}"
        for key, _, line in texts(file)
        for pattern, instead in SPELLING.items()
        if (hit := re.search(pattern, line))
    )


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("サーバに接続する", True),
        ("サーバーに接続する", False),
        ("ユーザは出来ません", True),
        ("設定できます", False),
        ("Let's Encrypt", True),
        ("更新のあとで確認する", False),
        ("更新の後で確認する", True),
        ("変更に気づく", False),
        ("その他の設定", False),
        ("他の設定", True),
        ("被害が及びます", False),
        ("一致した", False),
    ],
)
def test_what_counts_as_another_spelling(line: str, *, wrong: bool):
    assert any(re.search(pattern, line) for pattern in SPELLING) is wrong


# --- actions ------------------------------------------------------------------------------------------------------


@EACH_CHECK
@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_has_to_be_done_has_an_action(check: Path, language: str):
    """Every outcome from low on, and every one for information with steps; what is all right asks for nothing."""
    told = tomllib.loads((check / f"{language}.toml").read_text(encoding="utf-8"))
    wanted = {word for word, severity in outcomes(check).items() if severity >= Severity.LOW or "fix" in told[word]}
    missing = [f"{word}: no action" for word in sorted(wanted) if not told[word].get("action", "").strip()]
    idle = sorted(word for word in outcomes(check).keys() - wanted if "action" in told[word])
    none_of([*missing, *(f"{word}: an action, and nothing is wrong" for word in idle)])


@pytest.mark.parametrize(
    "question",
    [one for one in bank() if one.control and any(option.severity >= Severity.LOW for option in one.options)],
    ids=lambda question: question.id,
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_question_that_finds_something_has_an_action(question, language: str):
    control, _, word = question.id.partition(".")
    told = tomllib.loads((ROOT / "controls" / control / f"{language}.toml").read_text(encoding="utf-8"))[word]
    assert told.get("action", "").strip(), f"controls/{control}/{language}.toml: [{word}] has no action"


@pytest.mark.parametrize("file", ALL_FILES, ids=name_of)
def test_an_action_is_a_short_imperative(file: Path):
    """証明書を更新する and Renew the certificate: neither a sentence nor a noun."""
    language = file.stem
    wrong = []
    for key, word, line in texts(file):
        if word != "action":
            continue
        if language == "ja" and (not IMPERATIVE_JA.search(line) or POLITE.search(line)):
            wrong.append(f"{key}: no dictionary form at its end: {line}")
        if language == "en" and (NO_VERB_EN.search(line) or not re.match(r"[A-Z{]", line)):
            wrong.append(f"{key}: does not begin with a verb, or ends with a full stop: {line}")
        if len(line) > ACTION_MOST[language]:
            wrong.append(f"{key}: {len(line)} characters of {ACTION_MOST[language]}: {line}")
    none_of(wrong)


DAY_NAMED = re.compile(r"今日|本日|明日|今週|\b(?:today|tonight|tomorrow|this week)\b")


@pytest.mark.parametrize("file", [one for files in WORDS.values() for one in files], ids=name_of)
def test_an_action_names_no_day(file: Path):
    """The due date stands beside every action: *today* beside it would be a second answer."""
    none_of(f"{key}: {line}" for key, word, line in texts(file) if word == "action" and DAY_NAMED.search(line))


# --- what advice may name, and what a proof says ------------------------------------------------------------------


@EACH_CHECK
@pytest.mark.parametrize("language", ["ja", "en"])
def test_advice_names_only_what_the_outcome_has(check: Path, language: str):
    """What `saw` or the title names, and {subject}, the target; another placeholder would be printed as a dash."""
    told = tomllib.loads((check / f"{language}.toml").read_text(encoding="utf-8"))
    unknown = []
    for word in outcomes(check):
        parts = {part: [value] if isinstance(value, str) else value for part, value in told[word].items()}
        known = placeholders([*parts["title"], *parts["saw"]]) | {"subject"}
        said = placeholders(line for part in ADVICE & parts.keys() for line in parts[part])
        unknown += [f"{word}: {{{name}}} is neither in its title nor in saw" for name in sorted(said - known)]
    none_of(unknown)


SEEN = {
    "ja": re.compile(r"(?:れば|なら|ときは|場合は|たら|まま(?:で|な)|残ります)"),
    "en": re.compile(
        r"\b(?:[Ii]f|means?|should|[Aa]s long as|[Ww]ith|until|still|[Dd]one when|[Ww]ithout|otherwise)\b"
    ),
}


@EACH_CHECK
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_proof_says_what_one_sees(check: Path, language: str):
    """Not only *measure again*: what appears when it is repaired, and what when it is not."""
    told = tomllib.loads((check / f"{language}.toml").read_text(encoding="utf-8"))
    worth = [word for word, severity in outcomes(check).items() if severity >= Severity.LOW]
    confirms = {word: told[word]["confirm"] for word in worth}
    flat = {word: line if isinstance(line, str) else " ".join(line) for word, line in confirms.items()}
    none_of(f"{word}: {line}" for word, line in flat.items() if not SEEN[language].search(line))


QUOTED = re.compile(r"「(?=[^」]*[ぁ-ん])([^「」]{8,})」")
"""What a Japanese proof quotes at length; in English a quote may as well be what a command prints."""


def test_what_a_proof_quotes_is_really_shown():
    """A title that a proof promises is the title of an outcome, or a text of the window, word for word.

    What a placeholder stands for may be anything, and … stands for what differs.
    """
    told = [line for file in JA_FILES for _, word, line in texts(file) if word == "title"]
    told += [line for file in ROOT.glob("texts/ja/*.toml") for _, _, line in texts(file)]
    shown = {re.sub(r"\{\w+\}", "…", line) for line in told}

    def is_shown(quoted: str) -> bool:
        parts = [re.escape(part) for part in re.sub(r"\{\w+\}", "…", quoted).split("…")]
        return quoted in shown or any(re.fullmatch(".*".join(parts), line) for line in shown)

    none_of(
        f"{name_of(file)}: {key}: nothing is called: {quoted}"
        for file in JA_FILES
        for key, word, line in texts(file)
        if word == "confirm" and file.parent.parent.name == "checks"
        for quoted in QUOTED.findall(line)
        if not is_shown(quoted)
    )
