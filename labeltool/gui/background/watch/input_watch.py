"""Reports a person's inputs to the cost meter of the desk."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QInputEvent
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
        self._is_watching = False  # a project that is only read is not watched

    def start(self) -> None:
        """Begin to watch."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.installEventFilter(self)
            application.applicationStateChanged.connect(self._note_state)
            self._is_watching = True

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Note an input."""
        # first what costs least: this sees every event of the program
        if isinstance(event, QInputEvent) and event.type() in _INPUTS:
            self._desk.meter.note_input(face_id(self._desk))
        return False

    @Slot(Qt.ApplicationState)
    def _note_state(self, state: Qt.ApplicationState) -> None:
        """Note that the program was left."""
        if state != Qt.ApplicationState.ApplicationActive:
            self._desk.meter.pause()

    def close(self) -> None:
        """Watch no more."""
        application = QApplication.instance()
        if self._is_watching and isinstance(application, QApplication):
            self._is_watching = False
            application.removeEventFilter(self)
            application.applicationStateChanged.disconnect(self._note_state)
