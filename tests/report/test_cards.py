"""A card of T4 tells everything about its cause, and a card that parts says on the next page whose it is."""

import re

import msgspec
import pytest

from fumimori.__main__ import sample, toolkit
from fumimori.model import Finding, Hosting, Outcome, Repair, Severity, Snippet, SnippetKind
from fumimori.report.numbering import cards_of, facts_of
from fumimori.wording.report import Wording
from report import example
from report.test_contents import text


def squeezed(words: str) -> str:
    return "".join(words.split())


@pytest.fixture(scope="module", params=["ja", "en"])
def of_sample(request):
    """The sample's result, its words, and its repairs part without any space, page titles and footers left out."""
    about, texts = sample(), example.texts(request.param)
    result = toolkit().assess(about, example.ISSUED)
    content = text(example.pdf(about, language=request.param, following=result, parts="repairs"), "-raw")
    again = re.compile(re.escape(squeezed(texts("report.t4.again", title="@@"))).replace("@@", ".*"))
    furniture = [texts("report.title"), texts("report.part.repairs"), texts("report.draft")]
    lines = [line for line in content.splitlines() if not again.fullmatch(squeezed(line)) and line not in furniture]
    issued = f"{example.ISSUED:%Y-%m-%d}"
    kept = [line for line in lines if not (issued in line and "Fumimori 0.1.0" in line)]
    return about, result, Wording(about, result, texts, example.ISSUED), squeezed("".join(kept))


def test_every_finding_stands_in_one_card_or_among_the_facts(of_sample):
    _, result, _, _ = of_sample
    told = [f for card in cards_of(result, example.rules()) for f in card.findings]
    told += [finding for findings in facts_of(result) for finding in findings]
    assert sorted((f.code, f.subject) for f in told) == sorted((f.code, f.subject) for f in result.findings)


def test_a_card_loses_nothing_of_the_other_findings_of_its_cause(of_sample):
    _, result, wording, printed = of_sample
    cards = [card for card in cards_of(result, example.rules()) if len(card.kinds) > 1]
    assert len(cards) > 4
    for card in cards:
        wanted = [wording.action(card.action)]
        for findings in card.kinds:
            first = findings[0]
            wanted += [wording.title(first), wording.risk(first), *wording.fix(first), wording.confirm(first)]
        assert [words for words in wanted if squeezed(words) not in printed] == []


def test_what_was_seen_at_each_place_is_told(of_sample):
    _, result, wording, printed = of_sample
    for card in cards_of(result, example.rules()):
        for findings in card.kinds:
            places = wording.subjects(findings, 12)
            assert squeezed(places) in printed


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("hosting", [None, *Hosting])
def test_no_card_begins_at_the_foot_of_a_page_without_what_was_seen(language, hosting):
    """A title, or title and owner, alone below the card before would be read as an empty card."""
    about, texts = sample(), example.texts(language)
    domains = tuple(msgspec.structs.replace(one, hosting=hosting) for one in about.scope.domains)
    about = msgspec.structs.replace(about, scope=msgspec.structs.replace(about.scope, domains=domains))
    result = toolkit().assess(about, example.ISSUED)
    words = Wording(about, result, texts, example.ISSUED)
    pages = text(example.pdf(about, language=language, following=result, parts="repairs"), "-raw").split("\f")
    begun = 0
    for card in cards_of(result, example.rules()):
        if card.action is None:
            continue
        title = words.say("t4.title", number=card.number, action=words.action(card.action))
        continued = squeezed(words.say("t4.again", title=title))
        for page in pages:
            _, found, rest = squeezed(page).replace(continued, "").partition(squeezed(title))
            if found:
                begun += 1
                assert squeezed(words.numbers(card.kinds[0], most=99)) in rest, f"card {card.number} begins at a foot"
    assert begun >= 10


def test_every_repair_of_a_cause_can_be_copied(of_sample):
    about, result, _, printed = of_sample
    repair = example.repairs_of(about)
    for card in cards_of(result, example.rules()):
        whole = Repair.joined(repair(finding) for finding in card.findings)
        pieces = [*(one.content for one in whole.snippets), *(one.command for one in whole.proof)]
        lines = [squeezed(line) for piece in pieces for line in piece.splitlines()]
        assert [line for line in lines if line not in printed] == []


def test_a_card_that_parts_says_whose_it_is_on_the_next_page(of_sample):
    about, result, wording, _ = of_sample
    language = wording.texts.language
    content = text(example.pdf(about, language=language, following=result, parts="repairs"), "-raw")
    title = re.escape(squeezed(wording.say("t4.title", number=0, action=""))).replace("0", r"\d+")
    begun = re.compile(re.escape(squeezed(wording.say("t4.again", title="@@"))).replace("@@", rf"{title}.+"))
    assert len([line for line in content.splitlines() if begun.fullmatch(squeezed(line))]) >= 5


def test_the_same_work_at_another_place_refers_to_the_card_that_tells_it():
    about = example.assessment(answers=(), runs=(), disputes=())
    said = tuple(Outcome(code="mail_behaviour.vrfy_tells", subject=f"mx{n}.example.jp:25") for n in (1, 2))
    result = example.result(about, said)
    offered = example.repairs_of(sample())

    def repair(_: Finding) -> Repair:
        wanted = next(one for one in toolkit().assess(sample(), example.ISSUED).findings if one.code == said[0].code)
        return offered(wanted)

    assert len(cards_of(result, example.rules())) == 2
    printed = squeezed(text(example.pdf(about, following=result, parts="repairs", to_copy=repair(result.findings[0]))))
    words = example.texts("ja")("report.t4.as_in", number=1, subjects="mx2.example.jp:25")
    assert squeezed(words) in printed


def test_what_is_set_aside_has_a_card_without_an_action():
    about = example.assessment()
    cards = cards_of(example.result(about), example.rules())
    aside = [card for card in cards if card.action is None]
    assert all(finding.set_aside for card in aside for finding in card.findings)
    assert all(card.number == 0 for card in aside)
    assert all(finding.severity > Severity.INFO for card in cards for finding in card.findings)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_card_goes_on_where_it_only_begins(language):
    about, texts = sample(), example.texts(language)
    result = toolkit().assess(about, example.ISSUED)
    pages = text(example.pdf(about, language=language, following=result, parts="repairs"), "-raw").split("\f")
    wording = Wording(about, result, texts, example.ISSUED)
    for card in cards_of(result, example.rules()):
        if card.action is None:
            continue
        title = texts("report.t4.title", number=card.number, action=wording.action(card.action))
        again = squeezed(texts("report.t4.again", title=title))
        begins = next(i for i, page in enumerate(pages) if squeezed(title) in squeezed(page).replace(again, ""))
        assert again not in squeezed(pages[begins])


def of_two_hosts(repair):
    """The text of the repairs part for the same fault at two hosts, each with `repair` for its name; and the result."""
    about = example.assessment(answers=(), runs=(), disputes=())
    said = tuple(Outcome(code="mail_behaviour.vrfy_tells", subject=f"mx{n}.example.jp:25") for n in (1, 2))
    result = example.result(about, said)
    made = {finding: repair(finding.subject.partition(":")[0]) for finding in result.findings}
    return result, squeezed(text(example.pdf(about, following=result, parts="repairs", to_copy=made.__getitem__)))


def setting_of(host: str, content: str) -> Repair:
    return Repair(snippets=(Snippet(kind=SnippetKind.SETTING, place=f"main.cf ({host})", content=content),))


def test_the_same_work_with_another_name_is_told_once_and_names_both():
    _, printed = of_two_hosts(lambda host: setting_of(host, f"myhostname = {host}"))
    say = example.texts("ja")
    words = say("report.t4.renamed", number=1, there="mx1.example.jp", here="mx2.example.jp")
    assert squeezed(words) in printed
    assert squeezed("myhostname = mx1.example.jp") in printed
    assert squeezed("myhostname = mx2.example.jp") not in printed


def test_other_work_of_the_same_kind_is_told_in_full():
    _, printed = of_two_hosts(lambda host: setting_of(host, "a = 1" if "mx1" in host else "a = 2"))
    assert squeezed("a = 1") in printed
    assert squeezed("a = 2") in printed
    assert "読み替え" not in printed


def test_a_piece_that_several_places_get_is_printed_once_with_all_of_them():
    about = example.assessment(answers=(), runs=(), disputes=())
    result = example.result(about, (Outcome(code="mail_behaviour.vrfy_tells", subject="mx1.example.jp:25"),))
    whole = Repair.joined(setting_of(f"shop{n}.example", "same = yes") for n in range(4))
    printed = squeezed(text(example.pdf(about, following=result, parts="repairs", to_copy=lambda _: whole)))
    assert printed.count(squeezed("same = yes")) == 1
    others = example.texts("ja").listed(["shop1.example", "shop2.example", "shop3.example"])
    assert squeezed(example.texts("ja")("report.t4.same_piece", places=others)) in printed
