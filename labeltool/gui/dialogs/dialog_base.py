"""A dialog with a column of widgets over OK and Cancel."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from labeltool.gui import theme


class BaseDialog(QDialog):
    """A dialog with a column of widgets over OK and Cancel."""

    def __init__(self, parent: QWidget | None, title: str, accept: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(*[4 * theme.SPACING] * 4)
        self.body.setSpacing(3 * theme.SPACING)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(accept)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.setMinimumWidth(460)

    def add_buttons(self) -> None:
        """Put the buttons under what was added."""
        self.body.addWidget(self.buttons)

    def add_text(self, text: str) -> QLabel:
        """Add a paragraph."""
        label = QLabel(text)
        label.setWordWrap(True)
        self.body.addWidget(label)
        return label
