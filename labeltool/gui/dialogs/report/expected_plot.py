"""The expected error of each face to measure by, against the one that was measured."""

from __future__ import annotations

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from labeltool.gui import theme
from labeltool.gui.dialogs.report.report_plot import ReportPlot
from labeltool.gui.i18n.translate import tr

Errors = NDArray[np.float64]


class ExpectedPlot(ReportPlot):
    """A dot for each face, and the line on which both errors are equal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Expected error (% of the norm)"), tr("Measured error (%)"), parent)
        self.setToolTip(
            tr(
                "Each dot is a face to measure by: on the line, its error is as large as expected; "
                "above it, larger."
            )
        )
        self._line = self.plot()
        self.dots = pyqtgraph.ScatterPlotItem(size=7)
        self.addItem(self.dots)
        self.recolour()

    def show_errors(self, expected: Errors, measured: Errors) -> None:
        """Show F faces, (F,) errors each, shares of the norm."""
        top = 100 * float(max(expected.max(), measured.max()))
        self._line.setData([0, top], [0, top])
        self.dots.setData(x=100 * expected, y=100 * measured)
        self.setXRange(0, top, padding=0.03)
        self.setYRange(0, top, padding=0.03)

    def colour_items(self, palette: QPalette) -> None:
        """See `ReportPlot`."""
        dark = theme.is_dark(palette)
        fill = theme.curve_colour(0, dark)
        fill.setAlpha(170)
        self.dots.setBrush(pyqtgraph.mkBrush(fill))
        self.dots.setPen(pyqtgraph.mkPen(None))
        style = Qt.PenStyle.DashLine
        self._line.setPen(pyqtgraph.mkPen(theme.curve_colour(1, dark), width=2, style=style))
