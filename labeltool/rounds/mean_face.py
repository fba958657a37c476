"""The mean face: the proposal where no model knows the scheme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labeltool.domain import Box, NewPrediction, Points
from pipnet.data.crop import CropConvention
from pipnet.data.scheme import Scheme

MEAN_FACE = "mean face"
"""Model name of mean face proposals, which are never pseudo-labels."""


def mean_face(labels: Sequence[Points], scheme: Scheme) -> Points:
    """The mean of whole faces, each stretched to the square 0..1; without any the shape that the
    scheme holds, else an ellipse. (N, 2)"""
    rows = []
    for points in labels:
        if np.isfinite(points).all():
            low, high = points.min(0), points.max(0)
            rows.append((points - low) / np.maximum(high - low, 1e-6))
    if rows:
        mean: Points = np.mean(rows, axis=0)
        return mean
    shape = scheme.unit_shape()
    if shape is not None:
        return shape
    angle = np.linspace(0, 2 * np.pi, scheme.count, endpoint=False)
    return np.stack([0.5 + 0.4 * np.sin(angle), 0.5 - 0.4 * np.cos(angle)], -1)


def mean_proposal(face_id: int, box: Box, kind: str, mean: Points) -> NewPrediction:
    """The mean face, (N, 2) in the square 0..1, fitted into a face's box of one of `BOX_KINDS`, as
    a proposal with score 0."""
    x, y, w, h = CropConvention().landmark_box(box, kind)
    scores = np.zeros(len(mean), np.float32)
    return NewPrediction(face_id, mean * [w, h] + [x, y], scores, 0.0, 0.0)
