"""Patches of photos around a landmark, turned and scaled alike by the shape of each face.

Positions in photos are complex numbers, x + iy: to turn and to scale is then one product.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from labeltool.domain import Points
from labeltool.gui.images.thumbnails import Square

MIN_POINTS = 2
"""Landmarks that tell how a face is turned and how large it is."""


@dataclass(frozen=True, slots=True)
class PatchFrame:
    """How a patch of `side` pixels lies in its photo.

    `centre`: pixels of the upright photo, in the middle of the patch. `turn`: pixels of the patch
    over pixels of the photo; its argument is the angle by which the photo is turned.
    """

    centre: complex
    turn: complex
    side: int

    @property
    def zoom(self) -> float:
        """Pixels of the patch for each pixel of the photo."""
        return abs(self.turn)

    def to_patch(self, at: complex) -> complex:
        """A place of the photo, in pixels of the patch from its top-left corner."""
        return (at - self.centre) * self.turn + complex(self.side / 2, self.side / 2)

    def to_photo(self, step: complex) -> complex:
        """A way in the patch, as a way in the photo."""
        return step / self.turn

    def leaves(self, part: Square) -> bool:
        """Whether the patch shows something beyond a part of the photo."""
        left, top, width = part
        half = self.side / 2
        corners = [
            self.centre + self.to_photo(complex(x, y)) + complex(0.5, 0.5)
            for x in (-half, half)
            for y in (-half, half)
        ]
        return any(
            not (left <= at.real <= left + width and top <= at.imag <= top + width)
            for at in corners
        )

    def cut(self, image: QImage, part: Square, grey: tuple[int, int, int] = (92, 92, 92)) -> QImage:
        """The patch, from an image that shows a `part` of the photo (see `thumbnails.square`)."""
        left, top, width = part
        scale = image.width() / width
        # a pixel of the patch -> of the photo -> of the image; + 0.5: counted from its corner
        back = 1 / self.turn
        middle = complex(self.side / 2, self.side / 2)
        start = (self.centre + complex(0.5, 0.5) - complex(left, top)
                 + (complex(0.5, 0.5) - middle) * back) * scale - complex(0.5, 0.5)  # fmt: skip
        step = back * scale
        warp = np.array([[step.real, -step.imag, start.real], [step.imag, step.real, start.imag]])
        image = image.convertToFormat(QImage.Format.Format_RGB32)
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(
            image.height(), image.width(), 4
        )
        made = QImage(self.side, self.side, QImage.Format.Format_RGB32)
        target = np.frombuffer(made.bits(), np.uint8).reshape(self.side, self.side, 4)
        smooth = cv2.INTER_CUBIC if abs(step) < 1 else cv2.INTER_LINEAR
        target[:] = cv2.warpAffine(
            pixels, warp, (self.side, self.side),
            flags=smooth | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT, borderValue=(*grey, 255),
        )  # fmt: skip
        return made


def frame_of(
    points: Points, landmark: int, mean: Points, extent: float, side: int
) -> PatchFrame | None:
    """The frame of a landmark's patch; None if the face does not have the landmark.

    The least squares similarity takes the face to the mean shape, so that all patches show the same
    surroundings.

    Args:
        points: (N, 2) pixels of the upright photo, NaN where absent.
        mean: (N, 2) in units of the mean face's size.
        extent: what a patch shows, in those units.
    """
    placed = np.asarray(np.isfinite(points).all(-1))
    if not placed[landmark]:
        return None
    face, model = _complex(points), _complex(mean)
    turn = complex(1.0)
    if placed.sum() >= MIN_POINTS:
        apart = face[placed] - face[placed].mean()
        wanted = model[placed] - model[placed].mean()
        size = float((np.abs(apart) ** 2).sum())
        if size > 0:
            turn = complex((np.conj(apart) * wanted).sum() / size)
    if abs(turn) < 1e-9:
        turn = complex(1e-9)
    return PatchFrame(complex(face[landmark]), turn * side / extent, side)


def _complex(points: Points) -> NDArray[np.complex128]:
    made: NDArray[np.complex128] = points[:, 0] + 1j * points[:, 1]
    return made
