"""A label for text that may be too long for its place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

MIN_TEXT_PIXELS = 40


class ElidedLabel(QLabel):
    """A label that elides long text in the middle and shows all of it as a tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.full_text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_full_text(self, text: str) -> None:
        """Show as much of `text` as fits."""
        if text != self.full_text:
            self.full_text = text
            self.setToolTip(text)
            self._elide()

    def _elide(self) -> None:
        width = max(MIN_TEXT_PIXELS, self.width())
        middle = Qt.TextElideMode.ElideMiddle
        self.setText(self.fontMetrics().elidedText(self.full_text, middle, width))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Elide to the new width."""
        super().resizeEvent(event)
        self._elide()
