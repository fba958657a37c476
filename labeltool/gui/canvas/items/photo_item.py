"""The photo as it is painted: from halved copies, with a tone curve for viewing.

Scene units are image pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

ToneCurve = NDArray[np.uint8]
"""(256,) what each brightness is shown as; of the picture on the screen only, never of data."""

MIN_PIXELATED_ZOOM = 20.0
"""From this zoom on single pixels are shown as squares."""


def photo_rect(image: QImage) -> QRectF:
    """The area a photo covers, in image pixels."""
    return QRectF(-0.5, -0.5, image.width(), image.height())


def draw_photo(
    painter: QPainter, image: QImage, full: QRectF, exposed: QRectF, curve: ToneCurve | None = None
) -> None:
    """Draw the part of `image` (stretched over `full`) that lies in `exposed`, image pixels.

    Only that part is handed to the painter: its engine fails on very large targets. The tone
    curve is applied to that part only: some 5 ms at each repaint, and none without a curve.
    """
    per_x, per_y = image.width() / full.width(), image.height() / full.height()
    seen = exposed.intersected(full)
    if seen.isEmpty():
        return
    # Whole source pixels, and one more around them for the smooth edge between two repaints.
    left = max(0, math.floor((seen.left() - full.left()) * per_x) - 1)
    top = max(0, math.floor((seen.top() - full.top()) * per_y) - 1)
    right = min(image.width(), math.ceil((seen.right() - full.left()) * per_x) + 1)
    bottom = min(image.height(), math.ceil((seen.bottom() - full.top()) * per_y) + 1)
    target = QRectF(
        full.left() + left / per_x,
        full.top() + top / per_y,
        (right - left) / per_x,
        (bottom - top) / per_y,
    )
    source = QRectF(left, top, right - left, bottom - top)
    if curve is not None:
        part = image.copy(source.toRect())
        image, source = apply_tone_curve(part, curve), QRectF(0, 0, *_size(source))
    painter.drawImage(target, image, source)


def _size(rect: QRectF) -> tuple[float, float]:
    return rect.width(), rect.height()


def apply_tone_curve(image: QImage, curve: ToneCurve) -> QImage:
    """A copy with red, green and blue of every pixel looked up in the curve."""
    made = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(made.bits(), np.uint8).reshape(made.height(), made.width(), 4)
    opaque = np.full(256, 255, np.uint8)
    cv2.LUT(pixels, np.stack([curve, curve, curve, opaque], -1)[None], pixels)
    return made


class PhotoItem(QGraphicsItem):
    """The photo, drawn from a copy halved until it is close to the size on the screen.

    Shrinking 24 megapixels at every repaint would flicker (no pixel is averaged); from a halved
    copy a repaint takes about 1 ms. Copies that were not given are made when they are first needed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._levels: dict[int, QImage] = {}
        self._rect = QRectF()
        self._zoom = 1.0
        self.tone_curve: ToneCurve | None = None

    def set_image(self, image: QImage | None, copies: Sequence[QImage] = ()) -> None:
        self.prepareGeometryChange()
        self._levels = {} if image is None else dict(enumerate((image, *copies)))
        self._rect = QRectF() if image is None else photo_rect(image)
        self.update()

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom

    def set_tone_curve(self, curve: ToneCurve | None) -> None:
        self.tone_curve = curve
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._rect

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        if not self._levels:
            return
        ratio = widget.devicePixelRatioF() if widget is not None else 1.0
        smooth = self._zoom < MIN_PIXELATED_ZOOM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        level = self.level(self._zoom * ratio)
        draw_photo(painter, level, self._rect, option.exposedRect, self.tone_curve)

    def level(self, zoom: float) -> QImage:
        """The photo halved as often as it can be without falling below the size shown."""
        full = self._levels[0]
        most = int(math.log2(max(1, min(full.width(), full.height()))))
        halvings = min(most, max(0, math.floor(-math.log2(zoom))))
        if halvings not in self._levels:
            self._levels[halvings] = full.scaled(
                max(1, full.width() >> halvings),
                max(1, full.height() >> halvings),
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        return self._levels[halvings]
