"""One place for how the app looks: palettes, spacing, fonts, verdicts, confidence, icons.

Everything around a photo is a neutral grey (red = green = blue), so that nothing tints the eye's
judgement of the photo. There is one accent colour; green and red are kept for verdicts.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

Mode = Literal["system", "light", "dark"]

SPACING = 4
"""The step of every margin and gap, in pixels."""

_Role = QPalette.ColorRole

_LIGHT = {
    _Role.Window: "#efefef",
    _Role.WindowText: "#1c1c1c",
    _Role.Base: "#ffffff",
    _Role.AlternateBase: "#f6f6f6",
    _Role.Text: "#1c1c1c",
    _Role.PlaceholderText: "#6a6a6a",
    _Role.Button: "#e6e6e6",
    _Role.ButtonText: "#1c1c1c",
    _Role.BrightText: "#ffffff",
    _Role.ToolTipBase: "#ffffff",
    _Role.ToolTipText: "#1c1c1c",
    _Role.Highlight: "#1f5fae",
    _Role.HighlightedText: "#ffffff",
    _Role.Accent: "#1f5fae",
    _Role.Link: "#1f5fae",
    _Role.LinkVisited: "#1f5fae",
    _Role.Light: "#ffffff",
    _Role.Midlight: "#f4f4f4",
    _Role.Mid: "#b8b8b8",
    _Role.Dark: "#9a9a9a",
    _Role.Shadow: "#6e6e6e",
}
_DARK = {
    _Role.Window: "#2c2c2c",
    _Role.WindowText: "#e4e4e4",
    _Role.Base: "#222222",
    _Role.AlternateBase: "#282828",
    _Role.Text: "#e4e4e4",
    _Role.PlaceholderText: "#9c9c9c",
    _Role.Button: "#3a3a3a",
    _Role.ButtonText: "#e4e4e4",
    _Role.BrightText: "#ffffff",
    _Role.ToolTipBase: "#3a3a3a",
    _Role.ToolTipText: "#f0f0f0",
    _Role.Highlight: "#2a6bbd",
    _Role.HighlightedText: "#ffffff",
    _Role.Accent: "#2a6bbd",
    _Role.Link: "#7db5f3",
    _Role.LinkVisited: "#7db5f3",
    _Role.Light: "#4a4a4a",
    _Role.Midlight: "#424242",
    _Role.Mid: "#1e1e1e",
    _Role.Dark: "#181818",
    _Role.Shadow: "#0c0c0c",
}
_BARS = {False: "#7dabdc", True: "#1f5292"}  # fills that the text of the palette reads on
_FAINT_ROLES = (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.HighlightedText)
_FAINT = {False: "#8f8f8f", True: "#7a7a7a"}

_VERDICTS = {  # name: (on light, on dark, icon)
    "accepted": ("#1a7431", "#5ec576", "mdi6.check-circle"),
    "corrected": ("#00697a", "#4cc3d2", "mdi6.pencil-circle"),
    "rejected": ("#c0262d", "#ff8582", "mdi6.close-circle"),
    "excluded": ("#7a5600", "#d9b15a", "mdi6.cancel"),
    "unreviewed": ("#636363", "#a6a6a6", "mdi6.circle-outline"),
    "removed": ("#636363", "#a6a6a6", "mdi6.minus-circle-outline"),
}
_NO_SCORE = QColor("#b4b4b4")

# Okabe and Ito's colours, told apart by colour-blind eyes too, but for black and their red
_GROUPS = ("#56b4e9", "#e69f00", "#f0e442", "#cc79a7", "#0072b2", "#009e73", "#b0b0b0")

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class _SystemFollower(QObject):
    """Repaints the app when the system turns dark or light, as long as the mode is 'system'."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.mode: Mode = "system"
        app.styleHints().colorSchemeChanged.connect(self.follow)

    @Slot(Qt.ColorScheme)
    def follow(self, _scheme: Qt.ColorScheme) -> None:
        if self.mode == "system":
            _set_palette(wants_dark("system"))


def apply(app: QApplication, mode: Mode) -> bool:
    """Give the app the Fusion style and our palette; returns whether that palette is dark.

    Icons made by `icon` keep the colour they were made with: views make theirs again on
    `QEvent.Type.PaletteChange`.
    """
    followers = app.findChildren(_SystemFollower)
    follower = followers[0] if followers else _SystemFollower(app)
    follower.mode = mode
    app.styleHints().setColorScheme(_SCHEMES[mode])  # native title bars and menus go along
    if app.style().name() != "fusion":
        app.setStyle("Fusion")
    dark = wants_dark(mode)
    _set_palette(dark)
    return dark


def wants_dark(mode: Mode) -> bool:
    """Whether `mode` asks for the dark palette; a system that does not say counts as light."""
    if mode == "system":
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return mode == "dark"


def is_dark(shown: QPalette | None = None) -> bool:
    """Whether the palette in use (the app's, unless one is given) is a dark one."""
    shown = shown or QGuiApplication.palette()
    return shown.color(_Role.Window).lightness() < 128


def palette(dark: bool) -> QPalette:
    """Our light or dark palette, every role set for every state."""
    made = QPalette()
    for role, colour in (_DARK if dark else _LIGHT).items():
        made.setColor(role, QColor(colour))
    for role in _FAINT_ROLES:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(_FAINT[dark]))
    made.setColor(QPalette.ColorGroup.Disabled, _Role.Highlight, QColor(_FAINT[dark]).darker(130))
    return made


def bar_palette(dark: bool) -> QPalette:
    """The palette of progress bars: their text has one colour on the fill and beside it."""
    made = palette(dark)
    made.setColor(_Role.Highlight, QColor(_BARS[dark]))
    made.setColor(_Role.HighlightedText, made.color(_Role.Text))
    return made


def spacing(steps: int = 1) -> int:
    """A margin or gap of so many steps, in pixels."""
    return SPACING * steps


def tabular(font: QFont) -> QFont:
    """The same font with figures of one width, so that changing numbers do not jump."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def small(font: QFont) -> QFont:
    """The second, smaller text size; there are only two."""
    made = QFont(font)
    if font.pixelSize() > 0:
        made.setPixelSize(round(font.pixelSize() * 0.9))
    else:
        made.setPointSizeF(font.pointSizeF() * 0.9)
    return made


def canvas_colour(dark: bool) -> QColor:
    """The grey around a photo; a middle grey in the light theme, so that the photo outshines it."""
    return QColor("#1a1a1a" if dark else "#9c9c9c")


def canvas_text_colour(dark: bool) -> QColor:
    """Text that stands on `canvas_colour`."""
    return QColor("#c8c8c8" if dark else "#141414")


def verdict_colour(verdict_name: str, dark: bool) -> QColor:
    """The colour of a verdict, at least 4.5:1 against the palette's base and window."""
    light_hex, dark_hex, _ = _VERDICTS[verdict_name]
    return QColor(dark_hex if dark else light_hex)


def verdict_icon(verdict_name: str) -> QIcon:
    """The shape of a verdict in its colour for the palette in use: colour alone never tells."""
    return _verdict_icon(verdict_name, verdict_colour(verdict_name, is_dark()).name())


def verdict_pixmap(verdict_name: str, side: int, ratio: float, selected: bool = False) -> QPixmap:
    """The same, `side` logical pixels wide on a screen with `ratio` pixels to one of them.

    On a selected row it takes the text's colour, which reads on the highlight.
    """
    role = QPalette.ColorRole.HighlightedText
    colour = (
        QGuiApplication.palette().color(role)
        if selected
        else verdict_colour(verdict_name, is_dark())
    )
    return _verdict_pixmap(verdict_name, colour.name(), side, ratio)


@cache
def _verdict_icon(verdict_name: str, colour: str) -> QIcon:
    return icon(_VERDICTS[verdict_name][2], QColor(colour))


@cache
def _verdict_pixmap(verdict_name: str, colour: str, side: int, ratio: float) -> QPixmap:
    """Lists draw many of these, and the icon would draw its letter each time."""
    return _verdict_icon(verdict_name, colour).pixmap(QSize(side, side), ratio)


@cache
def confidence_table() -> npt.NDArray[np.uint8]:
    """The confidence ramp (cividis) from score 0 to 1, (256, 3) RGB, read only."""
    # pyqtgraph takes a tenth of a second to import, and the first window needs none of it.
    from pyqtgraph import colormap  # noqa: PLC0415

    table = np.array(colormap.get("cividis").getLookupTable(0.0, 1.0, 256)[:, :3], np.uint8)
    table.setflags(write=False)
    return table


def confidence_colour(score: float) -> QColor:
    """The ramp's colour for a score, clamped to 0..1; a neutral grey for no score (NaN)."""
    if math.isnan(score):
        return QColor(_NO_SCORE)
    return _confidence_colours()[round(min(max(score, 0.0), 1.0) * 255)]


@cache
def _confidence_colours() -> list[QColor]:
    return [QColor(*row) for row in confidence_table().tolist()]


def group_colour(place: int) -> QColor:
    """The colour of a region of the face, by its place in the scheme; grey for none (-1)."""
    return QColor(_NO_SCORE) if place < 0 else QColor(_GROUPS[place % len(_GROUPS)])


def icon(name: str, colour: QColor | None = None) -> QIcon:
    """An icon such as 'mdi6.check' in the current palette's text colour, or in `colour`."""
    import qtawesome  # noqa: PLC0415 (it loads all its fonts)

    text = QGuiApplication.palette()
    made: QIcon = qtawesome.icon(
        name,
        color=colour or text.color(_Role.ButtonText),
        color_disabled=text.color(QPalette.ColorGroup.Disabled, _Role.ButtonText),
        color_selected=text.color(_Role.HighlightedText),
    )
    return made


@cache
def no_icon() -> QIcon:
    """An empty one, so that rows without an icon stand in line with those that have one."""
    pixmap = QPixmap(16, 16)
    pixmap.fill(Qt.GlobalColor.transparent)
    return QIcon(pixmap)


def _set_palette(dark: bool) -> None:
    QApplication.setPalette(palette(dark))
    box = palette(dark)
    if dark:  # the style draws the outline of a box a shade darker than its surroundings
        box.setColor(QPalette.ColorRole.Window, QColor(190, 190, 190))
    QApplication.setPalette(box, "QCheckBox")  # type: ignore[arg-type]
    QApplication.setPalette(bar_palette(dark), "QProgressBar")  # type: ignore[arg-type]
