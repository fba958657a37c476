"""Reports a person's inputs to the cost meter of the desk."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from labeltool.gui.background.write_queue import face_id
from labeltool.review.desk import Desk

_INPUTS = (
    QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease,
    QEvent.Type.KeyPress, QEvent.Type.Wheel,
)  # fmt: skip


class InputWatch(QObject):
    """Watches all inputs of the program while its project is open. It takes none of them."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk

    def start(self) -> None:
        """Begin to watch."""
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Note an input, or that the program was left."""
        kind = event.type()
        if kind in _INPUTS:
            self._desk.meter.note_input(face_id(self._desk))
        elif kind == QEvent.Type.ApplicationDeactivate:
            self._desk.meter.pause()
        return False

    def close(self) -> None:
        """Watch no more."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
