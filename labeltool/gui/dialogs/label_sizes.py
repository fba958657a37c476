"""Labels that were made on pictures of another size: whether to turn or scale them, with a look."""

from __future__ import annotations

import numpy as np
from PIL import Image
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labeltool.domain import Points
from labeltool.exchange.label_import import LabelSource
from labeltool.gui import theme
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import read, tr
from labeltool.gui.images.photo_cache import to_qimage
from pipnet.data.images import ImageError, open_reduced
from pipnet.data.label_frames import SizeMismatch

LONGEST = 320
"""Pixels of the longest side of a preview."""


class LabelSizesDialog(BaseDialog):
    """Asks what the landmarks of photos with another stated size mean; nothing is taken yet.

    `turn`, `scale`: what was chosen. Faces that neither explains are left out.
    """

    def __init__(self, source: LabelSource, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Labels of another size"), tr("Import"))
        self._source = source
        self._wrong: dict[str, SizeMismatch] = {
            name: mismatch
            for name, mismatch in source.frames()[1].items()
            if mismatch.frame is not None
        }
        frames = [mismatch.frame for mismatch in self._wrong.values() if mismatch.frame]
        turned = sum(frame.turned for frame in frames)
        scaled = sum(frame.scaled for frame in frames)
        self.add_text(
            tr(
                "%Ln photo(s) of {file} were labelled at another size. Check whether the points "
                "fit, and choose what to do. What you do not choose is left out.",
                "", len(self._wrong), file=source.path.name,
            )
        )  # fmt: skip
        self.photo = QComboBox()
        self.photo.setAccessibleName(tr("Photo"))
        self.photo.addItems(list(self._wrong))
        self.body.addWidget(self.photo)
        self.said = self.add_text("")
        self.as_stated, self.as_explained = QLabel(), QLabel()
        row = QHBoxLayout()
        for title, shown in (
            (tr("As the file says"), self.as_stated),
            (tr("Turned or scaled"), self.as_explained),
        ):
            shown.setMinimumSize(LONGEST, LONGEST)
            shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column = QVBoxLayout()
            column.addWidget(QLabel(title))
            column.addWidget(shown)
            row.addLayout(column)
        self.body.addLayout(row)
        self.turning = QCheckBox(
            tr("Turn: the labels were made before the EXIF turn (%Ln photo(s))", "", turned)
        )
        self.scaling = QCheckBox(
            tr("Scale: the labels were made on copies of another size (%Ln photo(s))", "", scaled)
        )
        for box, count in ((self.turning, turned), (self.scaling, scaled)):
            box.setVisible(count > 0)
            self.body.addWidget(box)
        self.setMinimumWidth(2 * LONGEST + 12 * theme.SPACING)
        self.add_buttons()
        self.photo.currentTextChanged.connect(self._show)
        self._show(self.photo.currentText())

    @property
    def turn(self) -> bool:
        """Whether labels are to be turned with their photos."""
        return self.turning.isChecked()

    @property
    def scale(self) -> bool:
        """Whether labels are to be scaled to their photos."""
        return self.scaling.isChecked()

    @Slot(str)
    def _show(self, name: str) -> None:
        mismatch = self._wrong[name]
        frame = mismatch.frame
        assert frame is not None
        self.said.setText(read(mismatch.sentence(self._source.path.name)) + ".")
        faces = [row.points for row in self._source.read.rows if row.photo == name]
        try:
            reduced, scale = open_reduced(mismatch.file, LONGEST)
        except ImageError as error:
            self.as_stated.setText(read(str(error)))
            self.as_explained.clear()
            return
        self.as_stated.setPixmap(_drawn(reduced, scale, faces))
        self.as_explained.setPixmap(
            _drawn(reduced, scale, [frame.to_upright(points) for points in faces])
        )


def _drawn(photo: Image.Image, scale: tuple[float, float], faces: list[Points]) -> QPixmap:
    """The reduced photo with the landmarks of some faces on it."""
    pixmap = QPixmap.fromImage(to_qimage(np.asarray(photo)))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor("#000000"))
    painter.setBrush(QColor(theme.palette(True).color(QPalette.ColorRole.Accent)))
    for points in faces:
        for x, y in (points[np.isfinite(points).all(1)] + 0.5) * scale:
            painter.drawEllipse(QPointF(x, y), 2.5, 2.5)
    painter.end()
    return pixmap
