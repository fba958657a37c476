"""The cumulative error distribution of a round, and of the one it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QWidget

from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr

OTHER = {False: "#8a5a00", True: "#e6b35a"}
"""The colour of the other round's curve, by whether the palette is dark."""

Curve = Sequence[tuple[float, float]]
"""See `Evaluation.ced`."""


class ErrorPlot(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """Curves of the share of faces over their error in percent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        self.setLabel("bottom", tr("Error of a face (% of the norm)"))
        self.setLabel("left", tr("Share of faces (%)"))
        self.showGrid(x=True, y=True, alpha=0.25)
        for side in ("left", "bottom"):
            self.getAxis(side).setStyle(maxTickLevel=0)
        self.setYRange(0, 100, padding=0.02)
        self._legend: Any = self.addLegend(offset=(-12, -12))
        self._curves: list[Any] = []

    def show_curves(self, own: tuple[str, Curve], other: tuple[str, Curve] | None) -> None:
        """Replace the curves: names and points."""
        self.clear()
        self._legend.clear()
        self._curves = []
        for name, points in (own, *([other] if other else [])):
            errors, shares = zip(*points, strict=True)
            self._curves.append(
                self.plot([e * 100 for e in errors], [s * 100 for s in shares], name=name)
            )
        self.setXRange(0, own[1][-1][0] * 100, padding=0.02)
        self.recolour()

    def recolour(self) -> None:
        """Follow the palette."""
        palette = QGuiApplication.palette()
        text = palette.color(QPalette.ColorRole.Text)
        self.setBackground(palette.color(QPalette.ColorRole.Base))
        for side in ("left", "bottom"):
            self.getAxis(side).setPen(text)
            self.getAxis(side).setTextPen(text)
        for _, label in self._legend.items:
            label.setText(label.text, color=text)
        link = palette.color(QPalette.ColorRole.Link)
        colours = (link, QColor(OTHER[theme.is_dark(palette)]))
        styles = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)
        for curve, colour, style in zip(self._curves, colours, styles, strict=False):
            curve.setPen(pyqtgraph.mkPen(colour, width=2, style=style))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Redraw for a new palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_curves"):
            self.recolour()
