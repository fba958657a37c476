"""The base of dialogs that ask something: text and widgets above OK and Cancel."""

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
    """A modal question: `body` holds widgets, above an OK button named after the action.

    A subclass fills `body` and calls `add_buttons` last.
    """

    def __init__(self, parent: QWidget | None, title: str, action: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(*[4 * theme.SPACING] * 4)
        self.body.setSpacing(3 * theme.SPACING)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(action)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.setMinimumWidth(460)

    def add_buttons(self) -> None:
        """Add OK and Cancel below everything else."""
        self.body.addWidget(self.buttons)

    def add_text(self, text: str, *, bold: bool = False) -> QLabel:
        """Add a paragraph, bold if `bold`; returns its label."""
        label = QLabel(text)
        label.setWordWrap(True)
        if bold:
            font = label.font()
            font.setBold(True)
            label.setFont(font)
        self.body.addWidget(label)
        return label
