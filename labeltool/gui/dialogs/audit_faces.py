"""Draw faces to measure rounds by."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QFormLayout, QSpinBox, QWidget

from labeltool.domain import AUDIT_FACES, FOLDER_RULE, NUMBER_RULE, PHOTO_RULE, AuditSet
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import tr

MOST_FACES = 1000
"""More faces to measure by than anybody judges in one go."""


class AuditFacesDialog(BaseDialog):
    """Asks how many faces to draw, and for the first ones, what must not train with them.

    `before_training`: asked because the first round is about to start.
    """

    def __init__(
        self, audit: AuditSet, parent: QWidget | None = None, *, before_training: bool = False
    ) -> None:
        super().__init__(parent, tr("Faces to measure by"), tr("Draw"))
        self._audit = audit
        if before_training:
            self.add_text(tr("Set faces aside to measure by, before the first round?"), bold=True)
        self.add_text(
            tr(
                "They are drawn at random, and no round trains on them: only on such faces can "
                "you see how good a round is. Accept or correct them, then train."
            )
        )
        if audit.faces:
            self.add_text(
                tr(
                    "There are {count} now: {judged} judged, {waiting} to judge.",
                    count=len(audit.usable),
                    judged=len(audit.measuring),
                    waiting=len(audit.waiting),
                )
            )
        self.faces, self.group = QSpinBox(), QComboBox()
        self.faces.setRange(1, MOST_FACES)
        self.faces.setValue(AUDIT_FACES)
        self.group.addItem(tr("Other faces of their photos"), PHOTO_RULE)
        self.group.addItem(tr("Other photos of their folders"), FOLDER_RULE)
        self.group.addItem(tr("Photos with the same name but for the number"), NUMBER_RULE)
        self.group.setToolTip(
            tr(
                "By folder or by name, if a folder, or names that differ only in the number at the "
                "end, hold the frames of one video or person"
            )
        )
        form = QFormLayout()
        form.addRow(tr("Faces to draw"), self.faces)
        if not audit.faces:
            form.addRow(tr("Never train on"), self.group)
        self.body.addLayout(form)
        if before_training:
            self.add_text(tr("Without them, a round runs but its quality is unknown."))
            self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Not now"))
        self.add_buttons()

    @property
    def wanted(self) -> int:
        """How many faces there shall be in all."""
        return len(self._audit.usable) + self.faces.value()

    @property
    def rule(self) -> str:
        """The rule of the groups: that of the faces that there are, or the chosen one."""
        return self._audit.rule or str(self.group.currentData())
