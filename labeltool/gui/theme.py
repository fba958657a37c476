"""The look of the app: palettes, spacing, fonts, colours of verdicts and errors, icons.

Everything around a photo is neutral grey (red = green = blue), so that it does not influence how
the colours of the photo are seen. There is one accent colour; green and red mean verdicts.
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
"""The unit of every margin and gap, in pixels."""

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
_BARS = {False: "#7dabdc", True: "#1f5292"}  # the palette's text is readable on them
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
_TRUST = {  # name: (on light, on dark, icon)
    "holds": ("#1a7431", "#5ec576", "mdi6.check-circle-outline"),
    "doubtful": ("#7a5600", "#e0b14e", "mdi6.alert-outline"),
    "fails": ("#c0262d", "#ff8582", "mdi6.alert-octagon"),
}
_UNKNOWN = QColor("#b4b4b4")

# the colours of Okabe and Ito, which colour-blind people can tell apart, without black and red
_GROUPS = ("#56b4e9", "#e69f00", "#f0e442", "#cc79a7", "#0072b2", "#009e73", "#b0b0b0")

_CURVES = (  # (on light, on dark)
    ("#1f5fae", "#7db5f3"), ("#9c4a00", "#f0a13c"), ("#006b53", "#38c9a0"), ("#9c3f78", "#dd8fc0"),
)  # fmt: skip

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class _SystemFollower(QObject):
    """Changes the palette when the system turns dark or light, while the mode is 'system'."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.mode: Mode = "system"
        app.styleHints().colorSchemeChanged.connect(self.follow)

    @Slot(Qt.ColorScheme)
    def follow(self, _scheme: Qt.ColorScheme) -> None:
        if self.mode == "system":
            _set_palette(wants_dark("system"))


def apply(app: QApplication, mode: Mode) -> bool:
    """Set the Fusion style and our palette; returns whether the palette is dark.

    An icon of `icon` keeps the colour that it was created with, so views create theirs again on
    `QEvent.Type.PaletteChange`.
    """
    followers = app.findChildren(_SystemFollower)
    follower = followers[0] if followers else _SystemFollower(app)
    follower.mode = mode
    app.styleHints().setColorScheme(_SCHEMES[mode])  # also changes native title bars and menus
    if app.style().name() != "fusion":
        app.setStyle("Fusion")
    dark = wants_dark(mode)
    _set_palette(dark)
    return dark


def wants_dark(mode: Mode) -> bool:
    """Whether `mode` means the dark palette; a system without a colour scheme counts as light."""
    if mode == "system":
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return mode == "dark"


def is_dark(shown: QPalette | None = None) -> bool:
    """Whether a palette (by default the app's) is dark."""
    shown = shown or QGuiApplication.palette()
    return shown.color(_Role.Window).lightness() < 128


def palette(dark: bool) -> QPalette:
    """The light or the dark palette, with every role set for every state."""
    made = QPalette()
    for role, colour in (_DARK if dark else _LIGHT).items():
        made.setColor(role, QColor(colour))
    for role in _FAINT_ROLES:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(_FAINT[dark]))
    made.setColor(QPalette.ColorGroup.Disabled, _Role.Highlight, QColor(_FAINT[dark]).darker(130))
    return made


def bar_palette(dark: bool) -> QPalette:
    """The palette of progress bars: the text has the same colour on the bar and beside it."""
    made = palette(dark)
    made.setColor(_Role.Highlight, QColor(_BARS[dark]))
    made.setColor(_Role.HighlightedText, made.color(_Role.Text))
    return made


def spacing(steps: int = 1) -> int:
    """A margin or gap of so many units, in pixels."""
    return SPACING * steps


def tabular(font: QFont) -> QFont:
    """The font with digits of equal width, so that changing numbers do not move."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def small(font: QFont) -> QFont:
    """The font in the smaller of the two text sizes."""
    made = QFont(font)
    if font.pixelSize() > 0:
        made.setPixelSize(round(font.pixelSize() * 0.9))
    else:
        made.setPointSizeF(font.pointSizeF() * 0.9)
    return made


def canvas_colour(dark: bool) -> QColor:
    """The grey around a photo; medium grey in the light theme, so that the photo is brighter."""
    return QColor("#1a1a1a" if dark else "#9c9c9c")


def canvas_text_colour(dark: bool) -> QColor:
    """The colour of text on `canvas_colour`."""
    return QColor("#c8c8c8" if dark else "#141414")


def verdict_colour(verdict_name: str, dark: bool) -> QColor:
    """The colour of a verdict; its contrast to the palette's base and window is at least 4.5:1."""
    light_hex, dark_hex, _ = _VERDICTS[verdict_name]
    return QColor(dark_hex if dark else light_hex)


def verdict_icon(verdict_name: str) -> QIcon:
    """The icon of a verdict: each has its own shape, because colour alone is not enough."""
    return _verdict_icon(verdict_name, verdict_colour(verdict_name, is_dark()).name())


def trust_icon(trust_name: str) -> QIcon:
    """The icon of how far circles can be trusted, green, amber or red, each with its own shape."""
    on_light, on_dark, name = _TRUST[trust_name]
    return icon(name, QColor(on_dark if is_dark() else on_light))


def verdict_pixmap(verdict_name: str, side: int, ratio: float, selected: bool = False) -> QPixmap:
    """`verdict_icon` as a pixmap of `side` logical pixels; `ratio`: the screen's pixel ratio.

    On a selected row it has the colour of the text, which is readable on the highlight.
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
    """Cached, because lists draw many, and an icon would render its glyph each time."""
    return _verdict_icon(verdict_name, colour).pixmap(QSize(side, side), ratio)


@cache
def error_table() -> npt.NDArray[np.uint8]:
    """The colours (cividis) of expected errors from 0 to the tolerance, (256, 3) RGB, read-only.

    Blue and dark is no error, yellow and bright the tolerance or more: colour-blind people can tell
    them apart by brightness, and those to look at are the brightest.
    """
    # pyqtgraph takes 0.1 seconds to import, and the first window does not need it.
    from pyqtgraph import colormap  # noqa: PLC0415

    table = np.array(colormap.get("cividis").getLookupTable(0.0, 1.0, 256)[:, :3], np.uint8)
    table.setflags(write=False)
    return table


def error_colour(level: float) -> QColor:
    """The colour of an expected error as a share of the tolerance, clamped to 0..1; neutral grey
    if it is unknown (NaN)."""
    if math.isnan(level):
        return QColor(_UNKNOWN)
    return _error_colours()[round(min(max(level, 0.0), 1.0) * 255)]


def error_colours(levels: npt.NDArray[np.float64]) -> list[QColor]:
    """The same of several at once, (N,)."""
    known = np.nan_to_num(np.clip(levels, 0.0, 1.0))
    table, unknown = _error_colours(), QColor(_UNKNOWN)
    return [
        unknown if is_unknown else table[place]
        for place, is_unknown in zip(
            np.rint(known * 255).astype(int).tolist(), np.isnan(levels).tolist(), strict=True
        )
    ]


@cache
def _error_colours() -> list[QColor]:
    return [QColor(*row) for row in error_table().tolist()]


def group_colour(place: int) -> QColor:
    """The colour of a group of landmarks, by its index in the scheme; grey for none (-1)."""
    return QColor(_UNKNOWN) if place < 0 else QColor(_GROUPS[place % len(_GROUPS)])


def curve_colour(place: int, dark: bool) -> QColor:
    """The colour of a plot's curve; its contrast to the palette's base is at least 4.5:1."""
    return QColor(_CURVES[place % len(_CURVES)][dark])


def icon(name: str, colour: QColor | None = None) -> QIcon:
    """An icon such as 'mdi6.check', in `colour` or the text colour of the palette."""
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
    """An empty icon, which aligns rows without an icon with those that have one."""
    pixmap = QPixmap(16, 16)
    pixmap.fill(Qt.GlobalColor.transparent)
    return QIcon(pixmap)


def _set_palette(dark: bool) -> None:
    QApplication.setPalette(palette(dark))
    box = palette(dark)
    if dark:  # the style outlines a check box slightly darker than the window
        box.setColor(QPalette.ColorRole.Window, QColor(190, 190, 190))
    QApplication.setPalette(box, "QCheckBox")  # type: ignore[arg-type]
    QApplication.setPalette(bar_palette(dark), "QProgressBar")  # type: ignore[arg-type]
