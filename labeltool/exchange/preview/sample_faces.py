"""A few faces of a label file with their photos, to be drawn before an import."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labeltool.domain import Points, Progress
from labeltool.exchange.label_source import LabelSource
from labeltool.exchange.mapping.landmark_map import LandmarkMap
from pipnet.data.boxes import tight_box
from pipnet.data.images import ImageError, read_image
from pipnet.data.label_frames import LabelFrame, SizeMismatch
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.label_file import in_pixels

SAMPLE_FACES = 6

SAMPLE_PIXELS = 720
"""The longest side of a sample's picture."""

MARGIN_SHARE = 0.3
"""Of the face's extent, shown on each side."""


@dataclass(frozen=True, eq=False)
class SampleFace:
    """A face of a label file and the part of its photo around it.

    `face`: with the landmarks of the file, in pixels of the picture that was labelled. `names`: of
    all faces of the file. `pixels` (H, W, 3) RGB: the part of the upright photo that begins at
    `corner` (x, y), `scale` times as large. `mismatch`: the photo has another size than the file
    says.
    """

    face: LabelledFace
    names: tuple[str, ...] | None
    pixels: NDArray[np.uint8]
    corner: tuple[float, float]
    scale: float
    mismatch: SizeMismatch | None

    @property
    def photo(self) -> str:
        """The photo's name in the file."""
        return self.face.photo

    def is_used(self, *, turn: bool, scale: bool) -> bool:
        """Whether the face is imported with these options."""
        frame = self._frame
        if self.mismatch is None:
            return True
        if frame is None:
            return False
        return (turn or not frame.turned) and (scale or not frame.scaled)

    @property
    def _frame(self) -> LabelFrame | None:
        return None if self.mismatch is None else self.mismatch.frame

    def points(
        self,
        mapping: LandmarkMap | None,
        shift: tuple[float, float],
        *,
        turn: bool = False,
        scale: bool = False,
    ) -> Points:
        """The landmarks of the scheme (or, without a mapping, of the file) in pixels of `pixels`,
        from the corner of its first one; NaN where absent."""
        face, points = self.face, self.face.points
        fitting = None if mapping is None else mapping.for_face(face, self.names)
        if mapping is not None:
            count = len(mapping.sources)
            points = np.full((count, 2), np.nan) if fitting is None else fitting.points(points)
        if self._frame is not None and self.is_used(turn=turn, scale=scale):
            points = self._frame.to_upright(points)
        placed: Points = (points + shift + 0.5 - self.corner) * self.scale
        return placed


def draw_sample(
    source: LabelSource, mismatches: dict[str, SizeMismatch], progress: Progress
) -> list[SampleFace]:
    """Up to SAMPLE_FACES faces at even distances through the file, of different photos where there
    are as many. Faces whose photos cannot be read are left out."""
    samples: list[SampleFace] = []
    tried = set[str]()
    for row in _candidates(source):
        if len(samples) == SAMPLE_FACES:
            break
        if row.photo in tried:
            continue
        tried.add(row.photo)
        progress(len(samples), SAMPLE_FACES)
        sample = _sample(source, row, mismatches.get(row.photo))
        if sample is not None:
            samples.append(sample)
    return samples


def _candidates(source: LabelSource) -> list[LabelledFace]:
    """Faces with a photo: six from the whole file first, then some more in case those cannot be
    used."""
    rows = [row for row in source.read.rows if row.photo in source.files]
    rows = [row for row in rows if np.isfinite(row.points).all(axis=1).any()]
    chosen = [rows[k * len(rows) // SAMPLE_FACES] for k in range(SAMPLE_FACES)] if rows else []
    step = max(1, len(rows) // (8 * SAMPLE_FACES))
    return chosen + rows[::step]


def _sample(
    source: LabelSource, row: LabelledFace, mismatch: SizeMismatch | None
) -> SampleFace | None:
    try:
        photo = read_image(source.files[row.photo])
    except ImageError:
        return None
    height, width = photo.shape[:2]
    if source.read.file is not None:
        row = in_pixels(row, source.read.file, (width, height))
    if mismatch is None:
        x, y, w, h = tight_box(row.points)
        margin = MARGIN_SHARE * max(w, h)
        left, top = max(0, int(x - margin)), max(0, int(y - margin))
        right, bottom = min(width, int(x + w + margin) + 1), min(height, int(y + h + margin) + 1)
    if mismatch is not None or right - left < 2 or bottom - top < 2:
        left, top, right, bottom = 0, 0, width, height  # the face may lie anywhere
    part = photo[top:bottom, left:right]
    scale = min(1.0, SAMPLE_PIXELS / max(part.shape[:2]))
    if scale < 1:
        size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
        part = np.asarray(Image.fromarray(part).resize(size, Image.Resampling.BOX))
    return SampleFace(
        row, source.read.names, np.ascontiguousarray(part), (float(left), float(top)), scale,
        mismatch,
    )  # fmt: skip
