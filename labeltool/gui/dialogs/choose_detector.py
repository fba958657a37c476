"""Which detector proposes landmarks: an installed plug-in, or an ONNX file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QPushButton, QWidget

from labeltool.domain import UserError
from labeltool.gui import theme
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import tr, translate
from labeltool.rounds.proposals.other_detectors import OtherDetector, find_detector

ROW_PIXELS = 6 * theme.SPACING
ROWS_SHOWN = 4
"""The list is as high as so many detectors."""


class ChooseDetectorDialog(BaseDialog):
    """Lists the detectors of `installed` plug-ins, and files that the user adds.

    `faces`: how many would get new proposals.
    """

    def __init__(
        self, installed: Sequence[OtherDetector], faces: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, tr("Predict with another detector"), tr("Predict"))
        self.add_text(
            tr(
                "It proposes landmarks for %Ln unreviewed or rejected face(s), in place of the "
                "proposals that they have.", "", faces,
            )
        )  # fmt: skip
        self.detectors = QListWidget()
        self.detectors.setAccessibleName(tr("Detectors"))
        self.detectors.setFixedHeight(ROWS_SHOWN * ROW_PIXELS + 2 * self.detectors.frameWidth())
        for detector in installed:
            self._add(detector)
        self.body.addWidget(self.detectors)
        self.empty = self.add_text(
            tr("No plug-in with a detector is installed. Choose an ONNX file.")
        )
        self.add_file = QPushButton(tr("ONNX file…"))
        self.add_file.setToolTip(tr("A network with a TOML file beside it that describes it"))
        self.add_file.setAutoDefault(False)
        self.add_file.clicked.connect(self._choose_file)
        self.body.addWidget(self.add_file, alignment=Qt.AlignmentFlag.AlignLeft)
        self.add_text(
            tr(
                "Decisions stay as they are. New photos are predicted by it too, until you roll "
                "back to another round."
            )
        )
        self.add_buttons()
        self.detectors.itemDoubleClicked.connect(self.accept)
        self._update()

    def chosen(self) -> OtherDetector | None:
        """The selected detector; None without one."""
        if self.detectors.currentRow() < 0:
            return None
        found = self.detectors.currentItem().data(Qt.ItemDataRole.UserRole)
        assert isinstance(found, OtherDetector)
        return found

    @Slot()
    def _choose_file(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, tr("Network"), "", tr("Networks ({patterns})", patterns="*.onnx")
        )
        if not file:
            return
        try:
            self._add(find_detector(str(Path(file))))
        except UserError as error:
            self.empty.setText(translate(error.message))
            self.empty.setVisible(True)
            return
        self.detectors.setCurrentRow(self.detectors.count() - 1)
        self._update()

    def _add(self, detector: OtherDetector) -> None:
        origin = detector.package if detector.file is None else str(detector.file.parent)
        item = QListWidgetItem(f"{detector.name}  ({origin})" if origin else detector.name)
        item.setSizeHint(QSize(0, ROW_PIXELS))
        item.setData(Qt.ItemDataRole.UserRole, detector)
        self.detectors.addItem(item)

    def _update(self) -> None:
        has_some = self.detectors.count() > 0
        if has_some and self.detectors.currentRow() < 0:
            self.detectors.setCurrentRow(0)
        self.detectors.setVisible(has_some)
        self.empty.setVisible(not has_some)
        self.adjustSize()
        self.ok.setEnabled(has_some)
