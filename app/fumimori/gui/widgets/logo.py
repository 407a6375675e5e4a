"""The logo on the organisation page: chosen, read as the report reads it, and shown as it will be printed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import shiboken6
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QLabel, QVBoxLayout, QWidget

from fumimori.assess.lint import COARSE
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, row
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.preview import Picture, drawn
from fumimori.gui.widgets.text import Prose, announce


@dataclass(frozen=True)
class Looked:
    """How a logo will be printed, or the code of why it will not; `pixels` is 0 for a drawing."""

    code: str = ""
    picture: Picture | None = None
    pixels: int = 0


def look_at(content: bytes, kind: str, fonts: Path, width: int) -> Looked:
    """Read a logo and draw it `width` pixels wide; takes seconds, so in the background."""
    from fumimori import report

    try:
        sheet, pixels = report.logo_sheet(content, kind, fonts)
    except report.LogoError as error:
        return Looked(code=error.code)
    return Looked(picture=drawn(sheet, 0, width), pixels=pixels)


class LogoBox(QWidget):
    """A logo as it will be printed, words about it, and the buttons to choose and to remove it.

    `field` is the brand's: `logo` for the sender's, `client_logo` for that of the organisation assessed.
    """

    def __init__(self, session: Session, theme: Theme, field: str = "logo") -> None:
        super().__init__()
        self._field = field
        self._session, self._theme, self._t = session, theme, session.texts
        self._ticket = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(12))
        self._picture = QLabel()
        self._picture.setAccessibleName(self._say(field))
        self._picture.setStyleSheet(f"background: white; padding: {theme.px(8)}px;")
        self.words = Prose(theme, "", quiet=True, size="small")
        choose = button(theme, self._say("logo_choose"), self._choose, name=field.replace("_", "-"))
        self._remove = button(
            theme, self._say("logo_remove"), self._forget, kind="link", name=f"{field.replace('_', '-')}-remove"
        )
        column.addWidget(self._picture)
        column.addWidget(self.words)
        column.addLayout(row(choose, self._remove, None))
        self._show_kept()

    def take(self, path: Path) -> None:
        """Keep the picture at `path` as the logo once it was read, or say why it cannot be one."""
        from fumimori.foreign_file import read_at_most
        from fumimori.report import LOGO_LIMIT

        try:
            content = read_at_most(path, LOGO_LIMIT + 1)
        except OSError:
            self._refuse(self._say("logo_unreadable"))
            return
        self._look(content, "png" if content.startswith(b"\x89PNG") else "svg", new=True)

    def _say(self, word: str, **values: object) -> str:
        return self._t(f"ui.brand.{word}", **values)

    def _choose(self) -> None:
        kinds = "PNG, SVG (*.png *.svg)"
        name, _ = QFileDialog.getOpenFileName(self, self._say("logo_choose"), str(Path.home()), kinds)
        if name:
            self.take(Path(name))

    def _forget(self) -> None:
        self._ticket += 1
        self._keep(b"", "")
        self._show_kept()

    def _show_kept(self) -> None:
        brand = self._session.open.brand
        content, kind = getattr(brand, self._field), getattr(brand, f"{self._field}_type")
        self._picture.hide()
        self._remove.setVisible(bool(content))
        if content:
            self._look(content, kind, new=False)
        else:
            self.words.say(self._say("logo_none"))

    def _keep(self, content: bytes, kind: str) -> None:
        self._session.edit_brand(**{self._field: content, f"{self._field}_type": kind})

    def _look(self, content: bytes, kind: str, *, new: bool) -> None:
        self._ticket += 1
        self.words.say(self._say("logo_checking"))
        fonts = self._session.services.resources / "fonts"
        width = round(self._theme.px(240) * self.devicePixelRatioF())
        self._session.bridge.compute(
            partial(look_at, content, kind, fonts, width),
            done=partial(self._seen, self._ticket, content if new else b"", kind),
            failed=partial(self._failed, self._ticket),
        )

    def _seen(self, ticket: int, content: bytes, kind: str, looked: Looked) -> None:
        if not shiboken6.isValid(self) or ticket != self._ticket:
            return
        if looked.picture is None:
            self._refuse(self._t(f"words.logo.{looked.code}"))
            return
        if content:
            self._keep(content, kind)
        pixmap = QPixmap.fromImage(looked.picture.image)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self._picture.setPixmap(pixmap)
        self._picture.show()
        self._remove.show()
        small = 0 < looked.pixels < COARSE
        self._tell(self._say("logo_small", width=looked.pixels) if small else self._say("logo_good"))

    def _failed(self, ticket: int, _error: BaseException) -> None:
        if shiboken6.isValid(self) and ticket == self._ticket:
            self._refuse(self._t("words.logo.unchecked"))

    def _refuse(self, why: str) -> None:
        """What was chosen is no logo; one that is shown stays, and that is said."""
        self._tell(f"{why} {self._say('logo_stays')}" if self._picture.isVisibleTo(self) else why)

    def _tell(self, text: str) -> None:
        self.words.say(text)
        announce(self.words, text)


class LogoNotice(QWidget):
    """That the logo which is kept cannot be printed, why, and a way to change it; nothing while it can."""

    def __init__(self, session: Session, theme: Theme, change: Callable[[], None]) -> None:
        super().__init__()
        self._theme, self._t, self._change = theme, session.texts, change
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.hide()
        brand = session.open.brand
        if brand.logo:
            from fumimori import report

            judge = partial(report.check_logo, brand.logo, brand.logo_type)
            session.bridge.compute(judge, done=self._judged, failed=lambda _error: None)

    def _judged(self, code: str) -> None:
        if code and shiboken6.isValid(self):
            t = self._t
            change = button(self._theme, t("ui.report.other_logo"), self._change, name="other-logo")
            title, text = t("ui.report.no_logo"), t(f"words.logo.{code}")
            self._column.addWidget(Notice(self._theme, title=title, text=text, buttons=(change,)))
            self.show()
