"""What the plots of a report have in common."""

from __future__ import annotations

import pyqtgraph
from PySide6.QtCore import QEvent
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QWidget


class ReportPlot(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """A plot that cannot be moved or scaled and that follows the palette.

    Args:
        bottom: the text below the horizontal axis.
        left: the text beside the vertical axis.
    """

    def __init__(self, bottom: str, left: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._built = False  # Qt may report a new palette while a subclass is being built.
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        self.setLabel("bottom", bottom)
        self.setLabel("left", left)
        self.showGrid(x=True, y=True, alpha=0.25)
        for side in ("left", "bottom"):
            self.getAxis(side).setStyle(maxTickLevel=0)

    def recolour(self) -> None:
        """Follow the palette."""
        palette = QGuiApplication.palette()
        text = palette.color(QPalette.ColorRole.Text)
        self.setBackground(palette.color(QPalette.ColorRole.Base))
        for side in ("left", "bottom"):
            self.getAxis(side).setPen(text)
            self.getAxis(side).setTextPen(text)
        self.colour_items(palette)
        self._built = True

    def colour_items(self, palette: QPalette) -> None:
        """Colour what is drawn in the plot."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Redraw for a new palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and getattr(self, "_built", False):
            self.recolour()
