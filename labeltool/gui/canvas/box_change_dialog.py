"""The question what becomes of the landmarks of a face whose box changes."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtWidgets import QMessageBox, QWidget

from labeltool.domain import Face
from labeltool.gui.i18n.translate import tr, verdict_word


class BoxChange(Enum):
    """The answer."""

    KEEP_LANDMARKS = auto()
    PROPOSE_NEW = auto()
    CANCEL = auto()


def ask_box_change(face: Face, parent: QWidget) -> BoxChange:
    """Ask, and wait for the answer."""
    box = QMessageBox(parent)
    box.setWindowTitle(tr("Change the box"))
    state = tr("This face is {verdict}.", verdict=verdict_word(face.verdict))
    if face.draft is not None:
        state = tr("You moved points of this face.")
    question = tr("Keep its landmarks, or propose new ones for the new box?")
    box.setText(f"{state} {question}")
    box.setInformativeText(tr("Undo brings back what was."))
    keep = box.addButton(tr("Keep landmarks"), QMessageBox.ButtonRole.AcceptRole)
    propose = box.addButton(tr("Propose new ones"), QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(tr("Leave the box"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    if clicked is keep:
        return BoxChange.KEEP_LANDMARKS
    return BoxChange.PROPOSE_NEW if clicked is propose else BoxChange.CANCEL
