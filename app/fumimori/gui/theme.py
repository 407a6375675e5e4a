"""The theme: the brand's tokens as Qt's palette, fonts, sizes and icons; no colour or size is written anywhere else."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from fumimori.gui.settings import Settings

SCALES = (100, 110, 125, 150, 175, 200)
"""Per cent, the steps of Ctrl + and Ctrl −."""

FAMILY = "Noto Sans JP"
MONO = "Noto Sans Mono"


class Theme:
    """Colours, fonts and sizes for one brightness and one scale; `high_contrast` leaves the colours to the system."""

    def __init__(self, resources: Path, *, dark: bool, scale: int = 100, high_contrast: bool = False) -> None:
        self.dark = dark
        self.scale = scale
        self.high_contrast = high_contrast
        self._icons = resources / "icons"
        self._pictures: dict[tuple[str, str, int, int, float], QPixmap] = {}
        tokens = _tokens(resources / "brand" / "tokens.toml")
        self._colours: Mapping[str, str] = tokens["dark" if dark else "light"]
        self._printed: Mapping[str, str] = tokens["light"]
        self._severities: Mapping[str, Mapping[str, str]] = tokens["severity"]
        self._states: Mapping[str, Mapping[str, str]] = tokens["state"]
        self._sizes: Mapping[str, float] = tokens["window"]

    def px(self, at_100_per_cent: float) -> int:
        """A length in logical pixels at this scale."""
        return round(at_100_per_cent * self.scale / 100)

    def size(self, token: str) -> int:
        """The window's length called `token` (content, sidebar, hit …) at this scale."""
        return self.px(self._sizes[token])

    @property
    def gap(self) -> int:
        """The grid's step."""
        return self.size("grid")

    def colour(self, name: str) -> str:
        """#RRGGBB of `paper surface ink quiet_ink line accent on_accent accent_wash seal`."""
        if self.high_contrast:
            role = _SYSTEM_ROLES.get(name)
            if role is not None:
                return QGuiApplication.palette().color(role).name()
        return self._colours[name]

    def printed(self, name: str) -> str:
        """#RRGGBB of a colour as the report prints it, whatever the window's brightness."""
        return self._printed[name]

    def severity(self, word: str) -> Mapping[str, str]:
        """`fill`, `ink`, `shape`, perhaps `outline`, of a severity; the same in both brightnesses."""
        return self._severities[word]

    def state(self, word: str) -> Mapping[str, str]:
        """`fill`, `ink`, `shape` and a line colour of `unknown` or `not_applicable`."""
        return self._states[word]

    def font(self, size: str = "body", *, bold: bool = False, mono: bool = False) -> QFont:
        """The face at the size called `body`, `title`, `small`, or `large` (between body and title)."""
        points = {"large": 13.0}.get(size) or self._sizes[size]
        font = QFont([MONO, FAMILY] if mono else [FAMILY])
        font.setPointSizeF(points * self.scale / 100)
        font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
        return font

    def palette(self) -> QPalette:
        """Fusion's palette in these colours; the system's own under high contrast."""
        if self.high_contrast:
            return QGuiApplication.palette()
        palette = QPalette()
        for role, name in _ROLES.items():
            palette.setColor(role, QColor(self.colour(name)))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(self.colour("quiet_ink")))
        return palette

    def sheet(self) -> str:
        """The few rules that a palette cannot say: hairlines, radius, the focus ring, the two kinds of buttons."""
        names = ("paper", "surface", "ink", "quiet_ink", "line", "accent", "on_accent", "accent_wash")
        values = {name: self.colour(name) for name in names}
        values |= {
            "radius": f"{self.size('radius')}px",
            "ring": f"{self.size('focus')}px",
            "off": f"{2 * self.size('focus')}px",
            "hit": f"{self.size('hit')}px",
            "gap": f"{self.gap}px",
            "half": f"{self.px(4)}px",
        }
        sheet = _SHEET
        for name, value in sorted(values.items(), key=lambda item: -len(item[0])):
            sheet = sheet.replace(f"@{name}", value)
        return sheet

    def icon(self, name: str, colour: str = "ink") -> QIcon:
        """The outline icon `name` in a colour of the theme."""
        return QIcon(self.picture(name, colour, QSize(self.px(20), self.px(20))))

    def picture(self, name: str, colour: str, size: QSize) -> QPixmap:
        """The drawing `<name>.svg` of the icons' folder, as large as fits `size`, its current colour replaced."""
        ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
        key = (name, colour, size.width(), size.height(), ratio)
        if key not in self._pictures:
            self._pictures[key] = self._drawn(name, colour, size, ratio)
        return self._pictures[key]

    def _drawn(self, name: str, colour: str, size: QSize, ratio: float) -> QPixmap:
        path = self._icons / f"{name}.svg"
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        if not path.exists():
            return pixmap
        svg = path.read_text(encoding="utf-8").replace("currentColor", self.colour(colour))
        renderer = QSvgRenderer(QByteArray(svg.encode()))
        drawn = QSize(renderer.defaultSize()).scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, top = (size.width() - drawn.width()) / 2, (size.height() - drawn.height()) / 2
        renderer.render(painter, QRectF(left, top, drawn.width(), drawn.height()))
        painter.end()
        return pixmap


def themed(settings: Settings, resources: Path) -> Theme:
    """The brightness that people chose; the system's present one where they leave it to the system."""
    hints = QGuiApplication.styleHints()
    dark = settings.theme == "dark" or (settings.theme == "system" and hints.colorScheme() is Qt.ColorScheme.Dark)
    high = hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast
    scale = settings.scale if settings.scale in SCALES else 100
    return Theme(resources, dark=dark, scale=scale, high_contrast=high)


FIRST_FACES = ("NotoSansJP-Regular.ttf", "NotoSansJP-Bold.ttf")
"""What the first page is written in; a bold face that came later would move what people already look at."""
LATER_FACES = ("NotoSansMono-Regular.ttf",)


def load_fonts(folder: Path, names: Sequence[str]) -> None:
    """Make bundled faces known to Qt; one that cannot be read leaves the system's in its place."""
    for name in names:
        QFontDatabase.addApplicationFont(str(folder / name))


@cache
def _tokens(path: Path) -> Mapping[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


_Role = QPalette.ColorRole
_ROLES = {
    _Role.Window: "paper",
    _Role.WindowText: "ink",
    _Role.Base: "surface",
    _Role.AlternateBase: "paper",
    _Role.Text: "ink",
    _Role.Button: "surface",
    _Role.ButtonText: "ink",
    _Role.BrightText: "on_accent",
    _Role.Highlight: "accent",
    _Role.HighlightedText: "on_accent",
    _Role.ToolTipBase: "surface",
    _Role.ToolTipText: "ink",
    _Role.PlaceholderText: "quiet_ink",
    _Role.Link: "accent",
    _Role.LinkVisited: "accent",
    _Role.Accent: "accent",
    _Role.Mid: "line",
}
_SYSTEM_ROLES = {
    "paper": _Role.Window,
    "surface": _Role.Base,
    "ink": _Role.WindowText,
    "quiet_ink": _Role.WindowText,
    "line": _Role.WindowText,
    "accent": _Role.Highlight,
    "on_accent": _Role.HighlightedText,
    "accent_wash": _Role.Base,
    "seal": _Role.WindowText,
}

_SHEET = """
QScrollArea { border: none; background: @paper; }
QWidget#paper { background: @paper; }
QFrame#card { background: @surface; border: 1px solid @line; border-radius: @radius; }
QFrame#wash { background: @accent_wash; border: 1px solid @line; border-radius: @radius; }
QFrame#bar { background: @surface; border: none; border-bottom: 1px solid @line; }
QFrame#foot { background: @surface; border: none; border-top: 1px solid @line; }
QFrame#sidebar { background: @surface; border: none; border-right: 1px solid @line; }
QFrame#help_panel { background: @surface; border: none; border-left: 1px solid @line; }
QFrame#hairline { background: @line; border: none; max-height: 1px; min-height: 1px; }
QGroupBox#bare { border: none; margin: 0px; padding: 0px; }
QLabel#quiet { color: @quiet_ink; }
QPushButton { background: @surface; color: @ink; border: 1px solid @quiet_ink; border-radius: @radius;
  padding: 1px @gap; margin: @off; }
QPushButton:focus { outline: none; }
QPushButton:hover { background: @accent_wash; }
QPushButton:pressed, QPushButton:checked { background: @accent_wash; border-color: @accent; }
QPushButton:disabled { color: @quiet_ink; border-color: @line; }
QPushButton#primary { background: @accent; color: @on_accent; border: 1px solid @accent; padding: 1px @gap; }
QPushButton#primary:disabled { background: @line; color: @ink; border-color: @line; }
QPushButton#link { background: transparent; color: @accent; border: 1px solid transparent; padding: 1px @half;
  margin: 1px; text-decoration: underline; }
QPushButton#link:focus { border: @ring solid @accent; padding: 0px @half; }
QPushButton#row { background: transparent; border: 1px solid transparent; border-radius: 0px; text-align: left;
  padding: 0px @gap; margin: 0px; }
QPushButton#row[here="true"] { background: @accent_wash; border-left: @half solid @accent; }
QWidget#inner { background: @surface; }
QPushButton#row:focus { border: @ring solid @accent; }
QLineEdit, QPlainTextEdit { background: @surface; color: @ink; border: 1px solid @quiet_ink; border-radius: @half;
  padding: 1px @gap; margin: 1px; }
QLineEdit, QPlainTextEdit { placeholder-text-color: @quiet_ink; }
QLineEdit { min-height: @hit; }
QLineEdit:focus, QPlainTextEdit:focus { border: @ring solid @accent; padding: 0px @gap; }
QProgressBar { background: @line; border: none; border-radius: @half; min-height: @gap; max-height: @gap; }
QProgressBar::chunk { background: @accent; border-radius: @half; }
QPlainTextEdit#code { background: @paper; border: 1px solid @line; }
QPlainTextEdit#code:focus { border: @ring solid @accent; }
QTableView { background: @surface; color: @ink; border: 1px solid @line; border-radius: @half; }
QTableView:focus { border: @ring solid @accent; }
QTableView::item { padding: @half @gap; border-bottom: 1px solid @line; }
QTableView::item:selected { background: @accent_wash; color: @ink; }
QHeaderView::section { background: @paper; color: @ink; padding: @half @gap; border: none;
  border-bottom: 1px solid @quiet_ink; }
QTabBar::tab { background: transparent; color: @quiet_ink; padding: @half @gap; min-height: @hit;
  border: none; border-bottom: @ring solid @line; }
QTabBar::tab:selected { color: @ink; border-bottom: @ring solid @accent; }
QTabBar::tab:focus { color: @accent; }
QMenuBar { background: @surface; color: @ink; }
QMenuBar::item:selected { background: @accent_wash; }
QToolTip { background: @surface; color: @ink; border: 1px solid @line; }
QScrollBar:vertical { background: transparent; width: @radius; margin: 0px; }
QScrollBar::handle:vertical { background: @line; border-radius: @half; min-height: @hit; }
QScrollBar::handle:vertical:disabled { background: transparent; }
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical { height: 0px; }
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical { background: transparent; }
"""
