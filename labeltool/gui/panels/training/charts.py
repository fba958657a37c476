"""A small plot of a few curves. Importing it loads the plot library."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr
from labeltool.rounds.quality.round_course import Curve

MIN_WIDTH_PIXELS = 150

MAX_EPOCH_TICKS = 5


def ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Round numbers for an axis from `low` to `high`, both above 0, few enough not to overlap:
    their logarithms to the base 10, and as text."""
    decades = math.log10(high / low)
    digits = (1, 2, 5) if decades < 1.2 else (1, 3) if decades < 2.4 else (1,)
    places = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    values = [digit * 10.0**place for place in places for digit in digits]
    return [(math.log10(value), f"{value:.6g}") for value in values]


class Chart(QWidget):
    """Curves over one axis, below a line that names them.

    Args:
        title, tip: what it shows, and the same in more words.
        names: of the curves, by their keys, translated.
        is_logarithmic: whether a step up means so many times more.
    """

    def __init__(
        self, title: str, tip: str, names: Mapping[str, str], *, is_logarithmic: bool
    ) -> None:
        super().__init__()
        self._title, self._names = title, names
        self._is_logarithmic = is_logarithmic
        self.legend = QLabel()
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setFont(theme.small(self.legend.font()))
        self.plot: Any = pyqtgraph.PlotWidget()
        self.plot.setMinimumWidth(MIN_WIDTH_PIXELS)
        self.plot.setMinimumHeight(0)
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setLogMode(y=is_logarithmic)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setTickFont(self.legend.font())
        self._curves = {key: self.plot.plot([], [], connect="finite") for key in names}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.legend)
        layout.addWidget(self.plot, 1)
        self.setToolTip(tip)
        self.recolour()

    def show_curves(self, curves: Mapping[str, Curve]) -> None:
        """Draw the curves as they are now."""
        drawn = [value for curve in curves.values() for value in curve.y if value > 0]
        if self._is_logarithmic and drawn:
            self.plot.getAxis("left").setTicks([ticks(min(drawn), max(drawn)), []])
        if not self._is_logarithmic:  # over whole epochs
            last = int(max((x for curve in curves.values() for x in curve.x), default=1))
            epochs = range(0, last + 1, math.ceil(last / MAX_EPOCH_TICKS) or 1)
            self.plot.getAxis("bottom").setTicks([[(epoch, str(epoch)) for epoch in epochs], []])
        for key, item in self._curves.items():
            x, y = np.array(curves[key].x, float), np.array(curves[key].y, float)
            if self._is_logarithmic:
                y = np.where(y > 0, y, np.nan)
            # a line has at least two points
            item.setData(x, y, symbol="o" if len(x) == 1 else None)

    def recolour(self) -> None:
        """Follow the palette."""
        # the window is told of a new palette before its child widgets have it
        palette = QGuiApplication.palette()
        dark = theme.is_dark(palette)
        text = palette.color(QPalette.ColorRole.Text)
        self.plot.setBackground(palette.color(QPalette.ColorRole.Base))
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setPen(text)
            self.plot.getAxis(side).setTextPen(text)
        words = [f"<b>{self._title}</b>"]
        for place, (key, name) in enumerate(self._names.items()):
            colour = theme.curve_colour(place, dark)
            self._curves[key].setPen(colour, width=2 if place == 0 else 1)
            self._curves[key].setSymbolBrush(colour)
            self._curves[key].setSymbolPen(None)
            self._curves[key].setSymbolSize(6)
            words.append(f'<span style="color:{colour.name()}">■</span>&nbsp;{name}')
        self.legend.setText(" &nbsp; ".join(words))


def loss_chart() -> Chart:
    """What a training makes smaller, over the images trained on."""
    names = {
        "total": tr("Total"), "cell": tr("Cell"), "place": tr("Place in the cell"),
        "neighbours": tr("Neighbours"),
    }  # fmt: skip
    tip = tr(
        "The loss, which the training makes smaller, over the images that it has seen. Cell: in "
        "which cell of its grid the network sees a landmark. Place in the cell: where in it. "
        "Neighbours: where it expects the landmarks nearby."
    )
    return Chart(tr("Loss"), tip, names, is_logarithmic=True)


def error_chart() -> Chart:
    """The error on the audit faces in percent, by epoch."""
    names = {"nme": tr("Landmarks"), "nme_curve": tr("Curves")}
    tip = tr(
        "The mean error (NME) on the faces to measure by, after each epoch, in percent of what the "
        "scheme measures by, such as the distance of the eyes. Curves: the distance to the curves "
        "through the landmarks."
    )
    return Chart(tr("Error, %"), tip, names, is_logarithmic=False)
