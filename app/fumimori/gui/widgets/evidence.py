"""Evidence of a question, finding or row: handed in, blacked out, named, opened, saved, and taken away again."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec
import shiboken6
from PySide6.QtCore import QBuffer, QIODevice, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QPixmap,
)
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QVBoxLayout, QWidget

from fumimori.assess.evidence import evidence_of
from fumimori.engine.evidence import EvidenceError, Shown, Taken, picture_form, qr_codes, shown, take
from fumimori.foreign_file import read_at_most
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.viewer_copies import SUFFIXES
from fumimori.gui.widgets.controls import Field, button, card, clear, row
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.redactor import Redactor
from fumimori.gui.widgets.text import Heading, Prose, announce
from fumimori.model import About, Evidence, EvidenceKind
from fumimori.model.evidence import ITEM_MOST
from fumimori.store import StoreError
from fumimori.texts import sanitize


class EvidenceBox(QWidget):
    """What was handed in for `subjects` (each with the name that people know it by), and the ways to hand in more.

    Where there are several, the person says which one the next piece is about.
    """

    def __init__(self, session: Session, theme: Theme, about: About, subjects: Mapping[str, str]) -> None:
        super().__init__()
        self._session, self._theme, self._about, self._subjects = session, theme, about, subjects
        self._of = next(iter(subjects))
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.gap)
        column.addWidget(Heading(theme, self._say("title"), level=3))
        column.addWidget(Prose(theme, self._say(f"lead_{about}"), quiet=True, size="small"))
        if len(subjects) > 1:
            column.addLayout(row(self._which(), None))
        choose = button(theme, self._say("choose"), self._choose, icon="file-text", name="evidence")
        paste = button(theme, self._say("paste"), self.paste, name="evidence-paste")
        column.addLayout(row(choose, paste, None))
        self._status = Prose(theme, "", bold=True, size="small")
        column.addWidget(self._status)
        self._asked, self._listed = QVBoxLayout(), QVBoxLayout()
        column.addLayout(self._asked)
        column.addLayout(self._listed)
        self._list()

    def _which(self) -> QComboBox:
        """What the next piece is about."""
        box = QComboBox()
        box.setFont(self._theme.font("small"))
        box.setAccessibleName(self._say("which"))
        box.setProperty("place", "evidence-about")
        for subject, name in self._subjects.items():
            box.addItem(name, subject)
        box.currentIndexChanged.connect(self._turn)
        return box

    def _turn(self, place: int) -> None:
        self._of = list(self._subjects)[place]

    def _say(self, word: str, **values: object) -> str:
        return self._session.texts(f"ui.evidence.{word}", **values)

    def _tell(self, word: str, **values: object) -> None:
        words = self._say(word, **values)
        self._status.say(words)
        announce(self._status, words)

    # --- handing in -----------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self._say("choose"), str(Path.home()))
        if name:
            self.take(Path(name))

    def take(self, path: Path) -> None:
        """Take the file at `path` in; a picture is shown first. The file itself is only read."""
        try:
            content = read_at_most(path, ITEM_MOST + 1)
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
        """A picture is shown first; everything else is kept at once."""
        clear(self._asked)
        if not picture_form(content):
            self._keep(content, name, None)
            return
        self._tell("busy")
        self._session.bridge.compute(
            partial(shown, content), done=partial(self._show, content, name), failed=self._refused
        )

    def _show(self, content: bytes, name: str, picture: Shown | None) -> None:
        """The picture with what can be blacked out; one that cannot be read is refused with its reason."""
        if not shiboken6.isValid(self):
            return
        clear(self._asked)
        if picture is None:
            self._keep(content, name, None)
            return
        self._status.say("")
        theme = self._theme
        frame, inside = card(theme)
        width, height = picture.width, picture.height
        image = QImage(picture.octets, width, height, 3 * width, QImage.Format.Format_RGB888)
        redactor = Redactor(theme, QPixmap.fromImage(image), self._say("picture"))
        inside.addWidget(Prose(theme, self._say("covering")))
        inside.addWidget(redactor)
        keep = button(theme, self._say("keep"), partial(self._keep, content, name, redactor), name="evidence-keep")
        again = button(theme, self._say("again"), redactor.clear, kind="link", name="evidence-again")
        drop = button(theme, self._say("drop"), partial(clear, self._asked), kind="link", name="evidence-drop")
        inside.addLayout(row(keep, again, drop, None))
        self._asked.addWidget(frame)

        def warn(codes: int) -> None:
            if codes and shiboken6.isValid(redactor):
                inside.insertWidget(0, Notice(theme, title=self._say("code"), icon="triangle-alert"))
                announce(redactor, self._say("code"))

        self._session.bridge.compute(partial(qr_codes, content), done=warn, failed=self._refused)

    def _keep(self, content: bytes, name: str, redactor: Redactor | None) -> None:
        session, boxes, already = self._session, redactor.boxes if redactor else (), self._session.open.evidence
        clear(self._asked)
        self._tell("busy")

        def work() -> Taken:
            taken = take(content, boxes=boxes, already=already)
            session.keep(taken.octets)
            return taken

        done = partial(self._kept, session.open.id, name, self._of)
        session.bridge.compute(work, done=done, failed=self._refused)

    def _kept(self, assessment: str, name: str, subject: str, taken: Taken) -> None:
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
            subject=subject,
            original_sha256=taken.original_sha256,
            thumbnail=taken.thumbnail,
            covered=taken.covered,
        )
        session.edit(evidence=(*session.assessment.evidence, made), evidence_numbers=number)
        if shiboken6.isValid(self):
            self._list()
            word = "secret" if taken.looks_secret else "kept_code" if taken.codes else "kept"
            self._tell(word, number=made.printed)

    def _refused(self, error: BaseException) -> None:
        if not isinstance(error, (EvidenceError, StoreError, OSError)):
            raise error
        if shiboken6.isValid(self):
            self._tell(f"no_{error.code}" if isinstance(error, EvidenceError) else "no_store")

    # --- what is there --------------------------------------------------------------------------------------------

    def _list(self) -> None:
        clear(self._listed)
        for subject in self._subjects:
            for one in evidence_of(self._session.open, subject):
                self._listed.addWidget(self._card(one))

    def _card(self, one: Evidence) -> QWidget:
        theme, t = self._theme, self._session.texts
        frame, inside = card(theme)
        words = QVBoxLayout()
        words.addWidget(Prose(theme, f"{one.printed}　{one.name}", bold=True))
        kind, day = t(f"words.evidence_kind.{one.kind}"), f"{one.added:%Y-%m-%d}"
        facts = self._say("facts", kind=kind, size=-(-one.size // 1024), day=day)
        words.addWidget(Prose(theme, facts, quiet=True, size="small"))
        if len(self._subjects) > 1:
            words.addWidget(Prose(theme, self._subjects[one.subject], quiet=True, size="small"))
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
        acts: dict[str, Callable[[], None]] = {"save": partial(self._save, one), "remove": partial(self._remove, one)}
        if one.kind in SUFFIXES:
            acts = {"open": partial(self._open, one), **acts}
        links = [
            button(theme, self._say(word), act, kind="link", name=f"evidence-{word}:{one.number}")
            for word, act in acts.items()
        ]
        for link in links:
            link.setAccessibleName(f"{one.printed} {link.text()}")
        inside.addLayout(Flow(*links, spacing=theme.gap))
        return frame

    def _changed(self, number: int, word: str) -> Callable[[str], None]:
        def change(text: str) -> None:
            kept = self._session.open.evidence
            now = (msgspec.structs.replace(one, **{word: text}) if one.number == number else one for one in kept)
            self._session.edit(evidence=tuple(now))

        return change

    def _remove(self, removed: Evidence) -> None:
        kept = self._session.open.evidence
        self._session.edit(evidence=tuple(one for one in kept if one.number != removed.number))
        self._list()
        self._tell("removed", number=removed.printed)

    # --- looking at it --------------------------------------------------------------------------------------------

    def _open(self, one: Evidence) -> None:
        """Show a copy of what is kept in the program that the system has for it."""
        session = self._session

        def shown(path: Path | None) -> None:
            opened = path is not None and QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
            if not opened and shiboken6.isValid(self):
                self._tell("no_open", number=one.printed)

        session.bridge.compute(lambda: session.copies.make(one, session.octets(one)), done=shown, failed=self._refused)

    def _save(self, one: Evidence) -> None:
        usual = str(Path.home() / f"{one.printed}{Path(one.name).suffix}")
        name, _ = QFileDialog.getSaveFileName(self, self._say("save"), usual)
        if name:
            self.give(one, Path(name))

    def give(self, one: Evidence, path: Path) -> None:
        """Write what is kept of this piece to `path`, read back before it is put in its place."""
        from fumimori.store import write_whole

        session = self._session

        def work() -> bool:
            octets = session.octets(one)
            if octets is None:
                return False
            write_whole(path, octets)
            return True

        def done(saved: object) -> None:
            if shiboken6.isValid(self):
                self._tell("saved" if saved else "no_open", number=one.printed, name=path.name)

        session.bridge.compute(work, done=done, failed=self._refused)


class FoldedEvidence(QWidget):
    """A link that says how much was handed in, and opens and closes the box."""

    def __init__(self, session: Session, theme: Theme, about: About, subjects: Mapping[str, str], name: str) -> None:
        super().__init__()
        self._session, self._theme, self._about, self._subjects = session, theme, about, subjects
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.gap)
        self._link = button(theme, "", self.toggle, kind="link", name=f"show-evidence:{name}")
        self._column.addLayout(row(self._link, None))
        self._box: EvidenceBox | None = None
        self._say()
        session.changed.connect(self._say)

    def toggle(self) -> None:
        """Open or close it."""
        if self._box is None:
            self._box = EvidenceBox(self._session, self._theme, self._about, self._subjects)
            self._column.addWidget(self._box)
        else:
            self._box.deleteLater()
            self._box = None
        self._say()

    def _say(self) -> None:
        t, assessment = self._session.texts, self._session.assessment
        if assessment is None:
            return
        count = sum(len(evidence_of(assessment, subject)) for subject in self._subjects)
        key = "hide" if self._box is not None else "show" if count else "show_none"
        self._link.setText(t(f"ui.evidence.{key}", count=count))
