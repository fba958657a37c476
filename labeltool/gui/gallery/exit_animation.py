"""Cards that leave a view slide out of it, so that one sees which they were."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractAnimation, QPoint, QRect, QVariantAnimation, Slot
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QStyle, QWidget

from labeltool.domain import Card
from labeltool.gui.gallery.card_painter import CardPainter, Look

SLIDE_MS = 110
"""How long it takes; the faces that are left stand in their places at once."""

MOST = 60
"""Cards that slide at a time; more are a change that no motion explains."""


class ExitAnimation(QVariantAnimation):
    """What is gone from `view`, painted over what is there for a moment; `way`: where it goes."""

    def __init__(self, view: QWidget, way: QPoint) -> None:
        super().__init__(view)
        self._view, self._way = view, way
        self._cards: list[tuple[Card, QRect]] = []
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setDuration(SLIDE_MS)
        self.valueChanged.connect(self._step)
        self.finished.connect(self._end)

    @property
    def is_running(self) -> bool:
        return self.state() == QAbstractAnimation.State.Running

    def begin(self, cards: Sequence[tuple[Card, QRect]]) -> None:
        """Let these cards slide from where they were, unless the system wants no animations."""
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        self.stop()
        self._step()
        self._cards = []
        if len(cards) <= MOST and self._view.style().styleHint(hint, None, self._view) > 0:
            self._cards = list(cards)
        if self._cards:
            self.start()

    def paint(self, painter: QPainter, cards: CardPainter, region: QRegion) -> None:
        """Draw those that are still on their way through a part of the view."""
        if not self.is_running:
            return
        painter.setOpacity(1 - float(self.currentValue()))
        for card, rect in self._cards:
            place = rect.translated(self._moved(rect))
            if region.intersects(place):
                cards.paint(painter, place, card, Look(), self._view.palette())
        painter.setOpacity(1)

    def _moved(self, rect: QRect) -> QPoint:
        half = float(self.currentValue()) / 2
        return QPoint(
            round(self._way.x() * rect.width() * half), round(self._way.y() * rect.height() * half)
        )

    @Slot()
    def _step(self) -> None:
        for _, rect in self._cards:
            end = rect.translated(
                self._way.x() * rect.width() // 2, self._way.y() * rect.height() // 2
            )
            self._view.update(rect.united(end))

    @Slot()
    def _end(self) -> None:
        self._step()
        self._cards = []
