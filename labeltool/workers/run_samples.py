"""The frozen labels of a run as training samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import N_, OCCLUDED, UserError
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import LabelTable
from labeltool.workers.run_photos import RunPhotos
from pipnet.data.boxes import Box, overlap, tight_box
from pipnet.data.crop import CropConvention
from pipnet.data.images import ImageError, read_header, size_change_error
from pipnet.data.sample import Sample

OCCLUDED_WEIGHT = 0.5
"""How much an occluded landmark counts in the loss: people guess where it is."""


def read_samples(folder: RunFolder, photos: RunPhotos, task: str) -> dict[int, Sample]:
    """The frozen labels as training samples by face id, without those whose photo cannot be opened
    or has another size. `task`: of the pseudo-labels.

    Raises:
        UserError: no manual label is left.
    """
    faces, labels = folder.tables.faces(), folder.tables.labels()
    if labels is None:
        raise UserError(N_("The run folder has no labels."))
    place = {int(face): index for index, face in enumerate(faces.ids)}
    weights, samples = _weights(labels), {}
    for row, face in enumerate(labels.faces.tolist()):
        photo = int(faces.photos[place[face]])
        points, is_pseudo = labels.points[row], not labels.manual[row]
        if _is_usable(photos, photo) and np.isfinite(points).any():
            samples[face] = Sample(
                photos.files[photo], points, (tight_box(points),), task if is_pseudo else "std",
                photos.sizes[photo], is_pseudo, None if weights is None else weights[row],
            )  # fmt: skip
    photos.check_labelled()
    return samples


def _is_usable(photos: RunPhotos, photo: int) -> bool:
    """Whether the header of a photo can be read and states the size that it must have."""
    if photo in photos.problems:
        return False
    file, size = photos.files[photo], photos.sizes[photo]
    try:
        header = read_header(file)
        now = header.width, header.height
        if size is not None and now != size:
            raise size_change_error(file, size, now)
    except ImageError as error:
        photos.skip(error)
        return False
    return True


def _weights(labels: LabelTable) -> NDArray[np.float64] | None:
    """How much the landmarks of the labels count, (L, N); None if all count fully."""
    if labels.visibility is None or not (labels.visibility == OCCLUDED).any():
        return None
    return np.where(labels.visibility == OCCLUDED, OCCLUDED_WEIGHT, 1.0)


def with_detected_boxes(
    folder: RunFolder, convention: CropConvention, samples: dict[int, Sample]
) -> dict[int, Sample]:
    """The samples with one more box: that by which prediction will crop, if it overlaps the box of
    the landmarks."""
    faces, photos = folder.tables.faces(), folder.tables.photos()
    by_photo: dict[Path, list[Box]] = {}
    for photo, box, kind in zip(faces.photos, faces.boxes, faces.kinds, strict=True):
        x, y, w, h = (float(v) for v in box)
        landmark_box = convention.landmark_box((x, y, w, h), str(kind))
        by_photo.setdefault(photos[photo], []).append(landmark_box)
    found = {}
    for face, sample in samples.items():
        near = [b for b in by_photo.get(sample.image, ()) if overlap(b, sample.boxes[0]) >= 0.5]
        found[face] = replace(sample, boxes=(*sample.boxes, *near[:1]))
    return found
