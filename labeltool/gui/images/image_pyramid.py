"""A photo halved again and again, so that zooming out stays smooth."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtGui import QImage


def halved(image: QImage) -> list[QImage]:
    """The image halved again and again, down to about 500 pixels: for `PhotoItem.set_image`.

    For the thread that decodes: it takes some 30 ms for 24 megapixels.
    """
    copies: list[QImage] = []
    last = image.convertToFormat(QImage.Format.Format_RGB32)
    while min(last.width(), last.height()) > 1000:
        width, height = last.width() // 2, last.height() // 2
        pixels = np.frombuffer(last.constBits(), np.uint8).reshape(last.height(), last.width(), 4)
        small = QImage(width, height, QImage.Format.Format_RGB32)
        target = np.frombuffer(small.bits(), np.uint8).reshape(height, width, 4)
        cv2.resize(pixels, (width, height), dst=target, interpolation=cv2.INTER_AREA)
        copies.append(small)
        last = small
    return copies
