"""The cumulative error distribution of a round, and of the one it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from labeltool.gui import theme
from labeltool.gui.dialogs.report.report_plot import ReportPlot
from labeltool.gui.i18n.translate import tr

OTHER = {False: "#8a5a00", True: "#e6b35a"}
"""The colour of the other round's curve, by whether the palette is dark."""

Curve = Sequence[tuple[float, float]]
"""See `Evaluation.ced`."""


class ErrorPlot(ReportPlot):
    """Curves of the share of faces over their error in percent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Error of a face (% of the norm)"), tr("Share of faces (%)"), parent)
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

    def colour_items(self, palette: QPalette) -> None:
        """See `ReportPlot`."""
        text = palette.color(QPalette.ColorRole.Text)
        for _, label in self._legend.items:
            label.setText(label.text, color=text)
        link = palette.color(QPalette.ColorRole.Link)
        colours = (link, QColor(OTHER[theme.is_dark(palette)]))
        styles = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)
        for curve, colour, style in zip(self._curves, colours, styles, strict=False):
            curve.setPen(pyqtgraph.mkPen(colour, width=2, style=style))
