"""No line starts or ends with a character that may not stand there, at any width; words, names and units stay whole."""

import re
import time

import pytest

from fumimori import resources
from fumimori.report.canvas import AIR, laid_out
from fumimori.report.kinsoku import HANGING, LOOSE_START, NO_END, NO_START, Chance, break_lines, chances
from fumimori.report.page_style import Ink, Style
from fumimori.report.typefaces import REGULAR, Typefaces

BLACK = Ink(0, 0, 0)
NASTY = (
    "「DMARC（なりすましメールの扱いの宣言）」が、まだありません。『SPF』は〔12回〕の問い合わせが必要で、上限の10回を超えています！"
    "ポート465番・587番・993番……と、証明書（有効期限は2026年11月24日、あと30日）を確かめてください——いえ、"
    "「ｽﾞ」ではなく「ズ」。キャッシュサーバー、ファイアウォール、ッ、ョ、ーー、々。example.co.jpの担当者様、"
    "株式会社みほん御中。￥5,000／月、（（二重））、〈山〉《谷》【墨】“引用”‘単独’。F-03とF-12を参照。"
    "Amazon WorkMailは2027年3月31日に終了します。100％、3か月、第12条、1,024ビット。"
)
LATIN = (
    "The certificate of mail.example.co.jp expires in 30 days (on 24 November 2026); see https://www.example.com/help/"
    "mail/settings?lang=en&topic=tls-rpt for “what to do”. Findings F-03, F-12: well-known, self-signed, MTA-STS."
)


@pytest.fixture(scope="module")
def faces():
    return Typefaces(resources.path("fonts"))


def lines(text: str, width: float, faces: Typefaces, size: float = 10.5) -> list[str]:
    style = Style(REGULAR, size, size * 1.6, BLACK)
    return ["".join(part for part, _ in line) for line in laid_out([(text, style)], width, faces)]


def test_no_line_of_japanese_starts_or_ends_wrongly_at_any_width(faces):
    wrong = []
    for width in range(120, 470, 2):  # narrower than the longest row of signs that hang together nothing can be right
        broken = lines(NASTY, width, faces)
        wrong += [(width, "start", line) for line in broken[1:] if line[0] in NO_START]
        wrong += [(width, "end", line) for line in broken[:-1] if line[-1] in NO_END]
    assert wrong == []


def test_narrow_columns_keep_to_kinsoku_as_far_as_their_width_allows(faces):
    """Only a row of signs that hang together and is wider than the line is parted, and then where loose rules do."""
    knot = "ル、ッ、ョ、ーー、々。"
    for size in (8.0, 9.0, 10.5):
        for width in range(int(4 * size) + 1, 120, 2):
            broken = lines(NASTY, width, faces, size)
            assert not [line for line in broken[:-1] if line[-1] in NO_END]
            for line in broken[1:]:
                if line[0] in NO_START:
                    assert line[0] in LOOSE_START, (size, width, line)
                    assert line[0] in knot, (size, width, line)
                    assert len(knot) * size > width, (size, width, line)
            without = lines(NASTY.replace(knot, "ル"), width, faces, size)
            assert not [line for line in without[1:] if line[0] in NO_START], (size, width)


def test_no_line_is_wider_than_its_column_but_for_half_a_closing_sign(faces):
    for text in (NASTY, LATIN):
        for width in range(60, 470, 7):
            style = Style(REGULAR, 10.5, 16.8, BLACK)
            for line in laid_out([(text, style)], width, faces):
                whole = "".join(part for part, _ in line)
                hanging = faces.advance(whole[-1], REGULAR) / 2 if whole and whole[-1] in HANGING else 0.0
                assert (sum(faces.advance(char, REGULAR) for char in whole) - hanging) * 10.5 <= width + 0.01


def test_nothing_is_lost_between_lines(faces):
    for text in (NASTY, LATIN):
        for width in range(60, 470, 11):
            assert "".join(lines(text, width, faces)).replace(" ", "") == text.replace(" ", "")


def test_latin_words_domain_names_and_finding_numbers_stay_whole(faces):
    kept = ("example.co.jp", "WorkMail", "F-03", "F-12", "DMARC", "mail.example.co.jp", "self-signed", "MTA-STS")
    for text in (NASTY, LATIN):
        for width in range(120, 470, 5):
            broken = lines(text, width, faces)
            for word in kept:
                expected = len(re.findall(re.escape(word), text))
                assert sum(len(re.findall(re.escape(word), line)) for line in broken) == expected, (width, word)


def test_numbers_keep_their_units_and_names_their_titles(faces):
    kept = ("12回", "465番", "30日", "3か月", "第12条", "1,024ビット", "100％", "者様", "ん御中")
    for width in range(80, 470, 5):
        broken = lines(NASTY, width, faces)
        for word in kept:
            assert any(word in line for line in broken), (width, word)


def test_addresses_break_behind_their_signs_when_they_are_longer_than_half_a_line(faces):
    address = "https://www.example.com/help/mail/settings?lang=en&topic=tls-rpt&id=1234567890"
    for width in range(80, 300, 10):
        for line in lines(address, width, faces)[:-1]:
            assert line[-1] in "/.?&=-"


def test_a_word_wider_than_the_line_is_cut_rather_than_lost():
    spans = break_lines("A" * 50, [10.0] * 50, 95.0)
    assert [end - start for start, end in spans] == [9, 9, 9, 9, 9, 5]


def test_a_newline_always_ends_a_line_and_an_empty_text_is_one_empty_line():
    assert break_lines("一\n\n二", [10.0] * 4, 100.0) == [(0, 1), (2, 2), (3, 4)]
    assert break_lines("", [], 100.0) == [(0, 0)]


@pytest.mark.parametrize("text", ["1," * 50_000, "a1." * 50_000, "=" + "x" * 200_000, "第1" + ",1" * 50_000])
def test_a_long_number_costs_no_more_than_its_length(text: str):
    started = time.process_time()
    break_lines(text[:20_000], [5.0] * min(len(text), 20_000), 300.0)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize("number", ["1,024", "12.5", "第1,2", ",234", "3"])
def test_a_number_stays_with_its_unit(number: str):
    text = f"あ{number}円"
    start = next(i for i, char in enumerate(text) if char.isdigit())
    assert all(chance <= Chance.EMERGENCY for chance in chances(text)[start + 1 :])


def test_a_closing_sign_may_hang_and_what_follows_it_does_not():
    assert break_lines("あいう。え", [10.0] * 5, 35.0) == [(0, 4), (4, 5)]
    assert break_lines("あいう。え", [10.0] * 5, 34.0) == [(0, 2), (2, 5)]


def test_air_between_two_scripts_counts_within_a_line_and_not_at_its_start():
    gaps = [0.0, 0.0, 5.0, 0.0]
    assert break_lines("あいab", [10.0] * 4, 45.0, gaps) == [(0, 4)]
    assert break_lines("あいab", [10.0] * 4, 44.0, gaps) == [(0, 2), (2, 4)]


def test_what_fits_only_without_its_air_is_broken(faces):
    text = "あa" * 20
    bare = faces.width(text, REGULAR, 10.5)
    assert len(lines(text, bare + 1, faces)) == 2
    assert len(lines(text, bare + 39 * AIR * 10.5, faces)) == 1


def test_setting_a_text_once_more_is_far_cheaper(faces):
    """A report that is set again says nearly all of it again."""
    texts = [NASTY[i:] + LATIN for i in range(len(NASTY))]

    def seconds(width: float) -> float:
        started = time.process_time()
        for text in texts:
            lines(text, width, faces)
        return time.process_time() - started

    assert min(seconds(271.5), seconds(272.5)) > 3 * min(seconds(271.5), seconds(271.5))
