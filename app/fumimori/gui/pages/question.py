"""One question: what is asked, what was measured, the answers, and what belongs to them."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from fumimori.gui.mail_receivers import provider_notes
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.answering_documents import answering_documents
from fumimori.gui.widgets.answers import AnswerBox
from fumimori.gui.widgets.controls import button, card, clear, row
from fumimori.gui.widgets.evidence import EvidenceBox
from fumimori.gui.widgets.facts import ContradictionCard, FactBox
from fumimori.gui.widgets.text import Prose
from fumimori.model import About, QuestionKind
from fumimori.wizard import progress
from fumimori.wizard.steps import Route, block_of, code_of
from fumimori.wording.repairs import note_words
from fumimori.wording.window import facts_of, source_of


class QuestionPage(Page):
    """Next never waits for an answer; what is left open stays open and is listed later."""

    def title(self) -> str:
        """The question itself."""
        return self.t(f"controls.{self.route.item}.question")

    def caption(self) -> str:
        """Control and place within it."""
        number, count = progress.position(self.session.open, self.session.result, self.route.item)
        block = self._block
        name = self.t(f"controls.{block}.name")
        return self.say("place", code=code_of(block), name=name, number=number, count=count)

    @property
    def _block(self) -> str:
        return block_of(self.route.item)

    def build(self) -> None:
        """Introduction at a control's first question, hint, facts, answers."""
        session, theme = self.session, self.theme
        question = session.result.of_bank(self.route.item)
        asked = progress.asked(session.result, self._block)
        if asked and asked[0].id == question.id:
            self._introduce()
        if self.t.has(f"controls.{question.id}.hint"):
            self.add(Prose(theme, self.t(f"controls.{question.id}.hint"), quiet=True))
        facts = facts_of(session.result, session.toolkit.rules, question.id)
        standing = session.result.question(question.id)
        answered = session.open.answer(question.id) is not None
        if facts and (not standing.asked or answered):
            self.add(FactBox(session, theme, facts))
        if facts and not standing.asked and not answered:
            source = source_of(facts, {reader.id for reader in session.toolkit.readers})
            self.prose(f"by_{source}", quiet=True)
        self._differs = QVBoxLayout()
        box = AnswerBox(session, theme, question, answered=self._show_difference)
        self.add(box)
        self.add(self._differs)
        self.add(EvidenceBox(session, theme, About.QUESTION, {question.id: self.title()}))
        if question.register:
            register = Route("registers", question.register)
            name = self.t(f"registers.{question.register}.name")
            words = self.say("register", name=name)
            self.add(row(button(theme, words, partial(self.go, register), kind="link", icon="table"), None))
        keys = "keys_inventory" if question.kind is QuestionKind.INVENTORY else "keys"
        count = sum(bool(made.choice.key) for made in box.group.cards)
        self.prose(keys, quiet=True, count=count).setFont(theme.font("small"))
        sheet = Route("interview", self._block)
        self.add(row(button(theme, self.say("sheet"), partial(self.go, sheet), kind="link", icon="list"), None))
        self._show_difference()

    @property
    def later(self) -> bool:
        """A question may always wait."""
        return True

    @property
    def help_prefix(self) -> str:
        """The question's three help texts."""
        return f"controls.{self.route.item}"

    def further_help(self) -> Sequence[QWidget]:
        """What the provider's own pages say, what can be handed over instead, and the way there."""
        pages = provider_notes(self.session.open, self.session.toolkit.rules, self.route.item)
        handed = answering_documents(
            self.session, self.theme, self.route.item, partial(self.navigator.visit, Route("documents"))
        )
        return [*(Prose(self.theme, note_words(self.t, one)) for one in pages), *handed]

    def _introduce(self) -> None:
        theme, block = self.theme, self._block
        if not self.t.has(f"controls.{block}.attack"):
            return
        frame, inside = card(theme)
        drawing = QLabel()
        drawing.setPixmap(theme.picture(f"controls/{block}", "accent", QSize(theme.px(108), theme.px(72))))
        words = QVBoxLayout()
        words.setSpacing(theme.px(8))
        for key in ("attack", "protection"):
            words.addWidget(Prose(theme, self.t(f"controls.{block}.{key}"), size="small"))
        line = row(spacing=theme.px(20))
        line.addWidget(drawing, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        inside.addLayout(line)
        self.column.insertWidget(1, frame)

    def _show_difference(self) -> None:
        clear(self._differs)
        question = self.session.result.of_bank(self.route.item)
        for one in self.session.result.contradictions:
            if one.question == question.id:
                self._differs.addWidget(
                    ContradictionCard(
                        self.session,
                        self.theme,
                        question,
                        one,
                        settled=self._show_difference,
                        measure=partial(self.navigator.visit, Route("measuring")),
                    )
                )
                return
