"""Texts are shown as they are: a file called `<b>a</b>.jpg` is not a bold a."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel


class PlainText(QObject):
    """An event filter of the application: no label guesses whether its text is HTML.

    Labels are also what message boxes and tooltips consist of. One that is meant to show HTML says
    so by its text format.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Set the format of a label before it is shown for the first time."""
        # first what costs least: this sees every event of the program
        if (
            isinstance(watched, QLabel)
            and event.type() == QEvent.Type.Polish
            and watched.textFormat() == Qt.TextFormat.AutoText
        ):
            watched.setTextFormat(Qt.TextFormat.PlainText)
        return False
