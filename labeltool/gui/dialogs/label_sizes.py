"""Labels made on images of another size: preview them rotated or scaled, and choose."""

from __future__ import annotations

import numpy as np
from PIL import Image
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labeltool.domain import Points, photo_problem
from labeltool.exchange.label_problems import size_mismatch
from labeltool.exchange.label_source import LabelSource
from labeltool.gui import theme
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.images.photo_cache import to_qimage
from pipnet.data.images import ImageError, open_reduced
from pipnet.data.label_frames import SizeMismatch

PREVIEW_PIXELS = 320
"""Longest side of a preview."""


class LabelSizesDialog(BaseDialog):
    """Asks how to read the landmarks of photos whose size differs from the file's; imports nothing.

    `turn`, `scale`: the choice. Labels that need an option which is not chosen are left out.
    """

    def __init__(self, source: LabelSource, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Labels of another image size"), tr("Import"))
        self._source = source
        self._mismatches: dict[str, SizeMismatch] = {
            name: mismatch
            for name, mismatch in source.frames()[1].items()
            if mismatch.frame is not None
        }
        frames = [mismatch.frame for mismatch in self._mismatches.values() if mismatch.frame]
        turned = sum(frame.turned for frame in frames)
        scaled = sum(frame.scaled for frame in frames)
        self.add_text(
            tr(
                "%Ln photo(s) in {file} were labelled at another size. Check whether the points "
                "fit, then choose what to apply. All other labels of these "
                "photos are left out.",
                "", len(self._mismatches), file=source.path.name,
            )
        )  # fmt: skip
        self.photo = QComboBox()
        self.photo.setAccessibleName(tr("Photo"))
        self.photo.addItems(list(self._mismatches))
        self.body.addWidget(self.photo)
        self.explanation = self.add_text("")
        self.as_stated, self.as_explained = QLabel(), QLabel()
        row = QHBoxLayout()
        for title, shown in (
            (tr("As in the file"), self.as_stated),
            (tr("Rotated or scaled"), self.as_explained),
        ):
            shown.setMinimumSize(PREVIEW_PIXELS, PREVIEW_PIXELS)
            shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column = QVBoxLayout()
            column.addWidget(QLabel(title))
            column.addWidget(shown)
            row.addLayout(column)
        self.body.addLayout(row)
        self.turn_box = QCheckBox(
            tr("Rotate: the labels ignore the EXIF rotation (%Ln photo(s))", "", turned)
        )
        self.scale_box = QCheckBox(
            tr("Scale: the labels were made on copies of another size (%Ln photo(s))", "", scaled)
        )
        for box, count in ((self.turn_box, turned), (self.scale_box, scaled)):
            box.setVisible(count > 0)
            self.body.addWidget(box)
        self.setMinimumWidth(2 * PREVIEW_PIXELS + 12 * theme.SPACING)
        self.add_buttons()
        self.photo.currentTextChanged.connect(self._show)
        self._show(self.photo.currentText())

    @property
    def turn(self) -> bool:
        """Whether to rotate labels with their photos."""
        return self.turn_box.isChecked()

    @property
    def scale(self) -> bool:
        """Whether to scale labels to their photos."""
        return self.scale_box.isChecked()

    @Slot(str)
    def _show(self, name: str) -> None:
        mismatch = self._mismatches[name]
        frame = mismatch.frame
        assert frame is not None
        self.explanation.setText(translate(size_mismatch(mismatch, self._source.path.name)) + ".")
        faces = [row.points for row in self._source.read.rows if row.photo == name]
        try:
            reduced, scale = open_reduced(mismatch.file, PREVIEW_PIXELS)
        except ImageError as error:
            self.as_stated.setText(translate(photo_problem(error)))
            self.as_explained.clear()
            return
        self.as_stated.setPixmap(_draw_landmarks(reduced, scale, faces))
        self.as_explained.setPixmap(
            _draw_landmarks(reduced, scale, [frame.to_upright(points) for points in faces])
        )


def _draw_landmarks(photo: Image.Image, scale: tuple[float, float], faces: list[Points]) -> QPixmap:
    """A reduced photo with landmarks of its faces: `faces` (N, 2) in pixels of the full photo."""
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
