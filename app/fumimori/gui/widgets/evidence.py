"""Evidence of one question, finding or row: chosen, dropped or pasted, blacked out, named, and taken away again."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import shiboken6
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QFileDialog, QLabel, QVBoxLayout, QWidget

from fumimori.assess.evidence import evidence_of
from fumimori.engine.evidence import EvidenceError, Taken, picture_form, take
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import Field, button, card, clear, row
from fumimori.gui.widgets.redactor import Redactor
from fumimori.gui.widgets.text import Heading, Prose, announce
from fumimori.model import About, Evidence, EvidenceKind
from fumimori.model.evidence import ITEM_MOST
from fumimori.store import StoreError
from fumimori.texts import sanitize


def _upright(content: bytes) -> QImage:
    """The picture as it is kept: turned as the camera was held, so that what is drawn on it lies where it is seen."""
    buffer = QBuffer()
    buffer.setData(content)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    return reader.read()


class EvidenceBox(QWidget):
    """What was handed in for one thing, and the ways to hand in more."""

    def __init__(self, session: Session, theme: Theme, about: About, subject: str) -> None:
        super().__init__()
        self._session, self._theme, self._about, self._subject = session, theme, about, subject
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.gap)
        column.addWidget(Heading(theme, self._say("title"), level=3))
        column.addWidget(Prose(theme, self._say("lead"), quiet=True, size="small"))
        choose = button(theme, self._say("choose"), self._choose, name="evidence")
        paste = button(theme, self._say("paste"), self.paste, name="evidence-paste")
        column.addLayout(row(choose, paste, None))
        self._told = Prose(theme, "", bold=True, size="small")
        column.addWidget(self._told)
        self._asked, self._listed = QVBoxLayout(), QVBoxLayout()
        column.addLayout(self._asked)
        column.addLayout(self._listed)
        self._list()

    def _say(self, word: str, **values: object) -> str:
        return self._session.texts(f"ui.evidence.{word}", **values)

    def _tell(self, word: str, **values: object) -> None:
        words = self._say(word, **values)
        self._told.say(words)
        announce(self._told, words)

    # --- handing in -----------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self._say("choose"), str(Path.home()))
        if name:
            self.take(Path(name))

    def take(self, path: Path) -> None:
        """Take the file at `path` in; a picture is shown first. The file itself is only read."""
        try:
            with path.open("rb") as file:
                content = file.read(ITEM_MOST + 1)
        except OSError:
            self._tell("no_unreadable")
            return
        self._ask(content, path.name)

    def paste(self) -> None:
        """Take the picture or the text on the clipboard in."""
        clipboard = QGuiApplication.clipboard()
        image, words = clipboard.image(), clipboard.text()
        if not image.isNull():
            buffer = QBuffer()
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            image.save(buffer, "PNG")  # type: ignore[call-overload]
            self._ask(bytes(buffer.data().data()), f"{self._say('pasted')}.png")
        elif words.strip():
            self._ask(words.encode(), f"{self._say('pasted')}.txt")
        else:
            self._tell("no_paste")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the first file that is dropped."""
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.take(Path(files[0]))

    def _ask(self, content: bytes, name: str) -> None:
        """A picture is shown with what can be blacked out; everything else is kept at once."""
        clear(self._asked)
        image = _upright(content) if picture_form(content) and len(content) <= ITEM_MOST else QImage()
        if image.isNull():
            self._keep(content, name, None)
            return
        theme = self._theme
        frame, inside = card(theme)
        redactor = Redactor(theme, QPixmap.fromImage(image), self._say("picture"))
        inside.addWidget(Prose(theme, self._say("covering")))
        inside.addWidget(redactor)
        keep = button(theme, self._say("keep"), partial(self._keep, content, name, redactor), name="evidence-keep")
        again = button(theme, self._say("again"), redactor.clear, kind="link", name="evidence-again")
        drop = button(theme, self._say("drop"), partial(clear, self._asked), kind="link", name="evidence-drop")
        inside.addLayout(row(keep, again, drop, None))
        self._asked.addWidget(frame)

    def _keep(self, content: bytes, name: str, redactor: Redactor | None) -> None:
        session, boxes, already = self._session, redactor.boxes if redactor else (), self._session.open.evidence
        clear(self._asked)
        self._tell("busy")

        def work() -> Taken:
            taken = take(content, boxes=boxes, already=already)
            session.keep(taken.octets)
            return taken

        done = partial(self._kept, session.open.id, name)
        session.bridge.compute(work, done=done, failed=self._refused)

    def _kept(self, assessment: str, name: str, taken: Taken) -> None:
        session = self._session
        if session.assessment is None or session.assessment.id != assessment:
            return
        number = session.assessment.evidence_numbers + 1
        made = Evidence(
            number=number,
            kind=taken.kind,
            name=sanitize(name, 120),
            sha256=taken.sha256,
            size=len(taken.octets),
            added=session.services.now(),
            about=self._about,
            subject=self._subject,
            original_sha256=taken.original_sha256,
            thumbnail=taken.thumbnail,
            covered=taken.covered,
        )
        session.edit(evidence=(*session.assessment.evidence, made), evidence_numbers=number)
        if shiboken6.isValid(self):
            self._list()
            self._tell("secret" if taken.looks_secret else "kept", number=made.printed)

    def _refused(self, error: BaseException) -> None:
        if not isinstance(error, (EvidenceError, StoreError)):
            raise error
        if shiboken6.isValid(self):
            self._tell(f"no_{error.code}" if isinstance(error, EvidenceError) else "no_store")

    # --- what is there --------------------------------------------------------------------------------------------

    def _list(self) -> None:
        clear(self._listed)
        for one in evidence_of(self._session.open, self._subject):
            self._listed.addWidget(self._card(one))

    def _card(self, one: Evidence) -> QWidget:
        theme, t = self._theme, self._session.texts
        frame, inside = card(theme)
        words = QVBoxLayout()
        words.addWidget(Prose(theme, f"{one.printed}　{one.name}", bold=True))
        kind, day = t(f"words.evidence_kind.{one.kind}"), f"{one.added:%Y-%m-%d}"
        facts = self._say("facts", kind=kind, size=-(-one.size // 1024), day=day)
        words.addWidget(Prose(theme, facts, quiet=True, size="small"))
        line = row(spacing=theme.px(16))
        picture = QPixmap()
        if one.kind is EvidenceKind.PICTURE and picture.loadFromData(one.thumbnail, "PNG"):
            shown = QLabel()
            shown.setPixmap(picture.scaledToWidth(min(picture.width(), theme.px(120))))
            shown.setAccessibleName(one.name)
            line.addWidget(shown)
        line.addLayout(words, 1)
        inside.addLayout(line)
        for word, hint in (("shows", self._say("shows_hint")), ("source", "")):
            name = f"evidence-{word}:{one.number}"
            changed = self._changed(one.number, word)
            text = getattr(one, word)
            field = Field(theme, label=self._say(word), hint=hint, text=text, changed=changed, name=name, limit=400)
            inside.addWidget(field)
        remove = button(
            theme,
            self._say("remove"),
            partial(self._remove, one.number),
            kind="link",
            name=f"evidence-remove:{one.number}",
        )
        inside.addLayout(row(remove, None))
        return frame

    def _changed(self, number: int, word: str) -> Callable[[str], None]:
        def change(text: str) -> None:
            kept = self._session.open.evidence
            now = (msgspec.structs.replace(one, **{word: text}) if one.number == number else one for one in kept)
            self._session.edit(evidence=tuple(now))

        return change

    def _remove(self, number: int) -> None:
        kept = self._session.open.evidence
        self._session.edit(evidence=tuple(one for one in kept if one.number != number))
        self._list()
