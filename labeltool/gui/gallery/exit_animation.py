"""Cards that were removed slide out of a view, so that one sees which they were."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractAnimation, QPoint, QRect, QVariantAnimation, Slot
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QStyle, QWidget

from labeltool.domain import Card
from labeltool.gui.gallery.card_painter import CardPainter, Look

DURATION_MS = 110
"""The remaining faces take their new places at once."""

MAX_CARDS = 60
"""A change of more cards is not animated."""


class ExitAnimation(QVariantAnimation):
    """Paints removed cards over a view while they move by half their size in a direction."""

    def __init__(self, view: QWidget, direction: QPoint) -> None:
        super().__init__(view)
        self._view, self._direction = view, direction
        self._cards: list[tuple[Card, QRect]] = []
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setDuration(DURATION_MS)
        self.valueChanged.connect(self._step)
        self.finished.connect(self._end)

    @property
    def cards(self) -> list[Card]:
        """The cards that are sliding."""
        return [card for card, _ in self._cards]

    @property
    def is_running(self) -> bool:
        return self.state() == QAbstractAnimation.State.Running

    def begin(self, cards: Sequence[tuple[Card, QRect]]) -> None:
        """Animate these cards from their last rectangles, unless the system disables animations."""
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        self.stop()
        self._step()
        self._cards = []
        if len(cards) <= MAX_CARDS and self._view.style().styleHint(hint, None, self._view) > 0:
            self._cards = list(cards)
        if self._cards:
            self.start()

    def paint(self, painter: QPainter, cards: CardPainter, region: QRegion) -> None:
        """Draw the cards that are still sliding in a part of the view."""
        if not self.is_running:
            return
        painter.setOpacity(1 - float(self.currentValue()))
        for card, rect in self._cards:
            moved = rect.translated(self._offset(rect))
            if region.intersects(moved):
                cards.paint(painter, moved, card, Look(), self._view.palette())
        painter.setOpacity(1)

    def _offset(self, rect: QRect) -> QPoint:
        half = float(self.currentValue()) / 2
        return QPoint(
            round(self._direction.x() * rect.width() * half),
            round(self._direction.y() * rect.height() * half),
        )

    @Slot()
    def _step(self) -> None:
        for _, rect in self._cards:
            end = rect.translated(
                self._direction.x() * rect.width() // 2, self._direction.y() * rect.height() // 2
            )
            self._view.update(rect.united(end))

    @Slot()
    def _end(self) -> None:
        self._step()
        self._cards = []
