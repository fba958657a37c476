"""What a round's worker is given: photos, faces and labels as they are when the round starts."""

from __future__ import annotations

from typing import Any

import numpy as np

from labeltool.domain import UserError, Verdict, mark
from labeltool.shapes import MEAN_FACE
from labeltool.store import Store
from labeltool.training.folder import FaceTable, LabelTable, RunPhoto


def freeze_faces(store: Store, rows: list[Any]) -> tuple[list[RunPhoto], FaceTable]:
    """Every photo that could be read once, and those of these rows of `Faces.boxes` that lie on one
    and are not excluded."""
    index = store.faces.photo_index()
    place = {photo[0]: i for i, photo in enumerate(index)}
    rows = [row for row in rows if row[1] in place and row[4] != Verdict.EXCLUDED]
    photos = [RunPhoto(root, path, w, h) for _id, root, _, path, w, h in index]
    return photos, FaceTable(
        np.array([row[0] for row in rows], np.int64),
        np.array([place[row[1]] for row in rows], np.int64),
        np.array([row[2] for row in rows], np.float64).reshape(-1, 4),
        np.array([row[3] for row in rows], np.str_),
    )


def freeze_labels(store: Store, pseudo: int, table: FaceTable) -> LabelTable:
    """The manual labels of the faces in the table, and up to `pseudo` pseudo-labels, the most
    confident first: a photo that could never be read trains nothing.

    Raises:
        UserError: no manual label is left.
    """
    usable = set(table.ids.tolist())
    labels = store.reviews.labels()
    manual = [(face, points) for face, _, points, _ in labels if face in usable]
    if not manual:
        raise UserError(
            mark("None of the labelled photos can be read."),
            mark("See what is wrong with them first."),
        )
    ours = store.faces.pseudo(MEAN_FACE, pseudo)
    rows = manual + [row for row in ours if row[0] in usable]
    return LabelTable(
        np.array([face for face, _ in rows], np.int64),
        np.stack([points for _, points in rows]),
        np.arange(len(rows)) < len(manual),
    )
