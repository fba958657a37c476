"""Landmarks drawn into a picture as the canvas shows them, without a window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from labeltool.domain import PredictedFace
from labeltool.domain.tolerance import expected_errors
from labeltool.gui.canvas.displayed_face import make_displayed_face
from labeltool.gui.canvas.items.face_item import FaceItem
from pipnet.data.scheme import Scheme


def draw_predictions(
    scheme: Scheme,
    tolerance: float,
    pixels: NDArray[np.uint8],
    scale: tuple[float, float],
    faces: Sequence[PredictedFace],
) -> NDArray[np.uint8]:
    """A copy of a photo with the points and edges of the faces' predictions; in any thread.

    Args:
        tolerance: of the project, a share of the norm; colours say how much of it is expected.
        pixels: (H, W, 3) RGB, the photo scaled by `scale` in x and y.
        faces: points in pixels of the whole photo, (0, 0) the centre of the top-left pixel.
    """
    height, width = pixels.shape[:2]
    given = np.ascontiguousarray(pixels)
    image = QImage(given.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(*scale)
    painter.translate(0.5, 0.5)  # Qt counts from the corner of the first pixel
    for face in faces:
        prediction = face.prediction
        item = FaceItem()
        item.set_zoom(max(scale))
        item.set_face(
            make_displayed_face(
                prediction.points, expected_errors(prediction, scheme, tolerance), scheme.edges,
                face.box, scheme.names, (), (), face.id,
            )
        )  # fmt: skip
        painter.save()
        item.paint(painter, QStyleOptionGraphicsItem())
        painter.restore()
    painter.end()
    stored = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    bgrx = stored[:, : 4 * width].reshape(height, width, 4)
    return np.ascontiguousarray(bgrx[..., 2::-1])
