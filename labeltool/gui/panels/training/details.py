"""The fold of the round's panel: curves, and faces as the network sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr
from labeltool.rounds.quality.round_course import RoundCourse

if TYPE_CHECKING:  # it loads the plot library, which the first window does not need
    from labeltool.gui.panels.training.charts import Chart


HEIGHT_PIXELS = 116
"""Enough for a curve; the rest of the window is for the photo."""


class RoundDetails(QWidget):
    """Curves of a training; while it is hidden, it draws nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.losses: Chart | None = None
        self.errors: Chart | None = None
        self._course = RoundCourse()
        self.no_errors = QLabel()
        self.no_errors.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.no_errors.setWordWrap(True)
        self._errors = QStackedWidget()
        self._errors.addWidget(self.no_errors)
        self._columns = QHBoxLayout(self)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(3 * theme.SPACING)
        self.setFixedHeight(HEIGHT_PIXELS)

    def add_column(self, title: str, widget: QWidget) -> None:
        """Add a widget on the right, below its title."""
        head = QLabel(title)
        font = theme.small(head.font())
        font.setBold(True)
        head.setFont(font)
        column = QVBoxLayout()
        column.setSpacing(theme.SPACING)
        column.addWidget(head)
        column.addWidget(widget)
        column.addStretch(1)
        self._columns.addLayout(column, 3)

    def show_course(self, course: RoundCourse) -> None:
        """Show what a round has reported so far."""
        self._course = course
        if self.isVisible():
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Catch up."""
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        course = self._course
        if self.losses is None or self.errors is None:
            from labeltool.gui.panels.training import charts  # noqa: PLC0415

            self.losses, self.errors = charts.loss_chart(), charts.error_chart()
            self._errors.addWidget(self.errors)
            self._columns.insertWidget(0, self.losses, 3)
            self._columns.insertWidget(1, self._errors, 2)
        self.losses.show_curves(course.losses)
        if course.errors["nme"].x:
            self.errors.show_curves(course.errors)
            self._errors.setCurrentWidget(self.errors)
            return
        self._errors.setCurrentWidget(self.no_errors)
        self.no_errors.setText(
            tr("The error is unknown: there are no faces to measure by.")
            if course.is_error_unknown
            else tr("The error is measured after each epoch.")
        )

    def recolour(self) -> None:
        """Follow the palette."""
        for chart in (self.losses, self.errors):
            if chart is not None:
                chart.recolour()
