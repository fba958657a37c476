"""The adjustment of a round's network: what it gets wrong in the same way on many of the faces that
it was trained on. The adjustment becomes a part of the network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from labeltool.rounds.planning import MAX_ADJUSTMENT_FACES
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import RunTables
from labeltool.workers.device.run_detectors import RunDetectors
from labeltool.workers.round_prediction import predict_table
from labeltool.workers.run_photos import RunPhotos
from pipnet.calibration.adjustment import fit_adjustment
from pipnet.data.sample import Sample
from pipnet.data.scheme import Scheme
from pipnet.evaluation.metrics import norm_distance
from pipnet.models.checkpoint import Checkpoint


def with_adjustment(
    checkpoint: Checkpoint,
    samples: dict[int, Sample],
    folder: RunFolder,
    photos: RunPhotos,
    detectors: RunDetectors,
) -> tuple[Checkpoint, dict[str, Any] | None]:
    """The network with an adjustment, if one lowers the error on manual labels; and the
    `adjustment` of results.json, None if there are too few of them.

    Each of these is measured with an adjustment that was fitted without its group. The network was
    trained on them, so that the gain elsewhere is larger: what is systematic and not yet learned
    is all that remains here.

    Args:
        checkpoint: a network without one.
        samples: what it was trained on, by face id.

    Raises:
        Cancelled: the user asked to cancel.
    """
    chosen = _chosen(samples, checkpoint.scheme)
    table = folder.tables.faces().of(chosen)
    found = predict_table(
        detectors.for_faces(checkpoint, len(chosen)),
        table,
        photos,
        on_batch=lambda _: folder.check_cancel(),
    )
    points = {int(table.ids[place]): face.points for place, face in found}
    faces = [face for face in chosen if face in points]
    if not faces:
        return checkpoint, None
    truth = np.stack([samples[face].points for face in faces])
    is_pseudo = np.array([samples[face].is_pseudo for face in faces])
    group_of = _groups(folder.tables)
    fit = fit_adjustment(
        np.stack([points[face] for face in faces]), truth,
        [group_of[face] for face in faces], is_pseudo,
    )  # fmt: skip
    if fit is None:
        return checkpoint, None
    norms = norm_distance(truth[~is_pseudo], checkpoint.scheme)
    before, after = (
        100 * float((errors.mean(1) / norms).mean()) for errors in (fit.before, fit.after)
    )
    is_kept = after < before
    results = {
        "faces": len(faces), "manual": len(norms), "before": round(before, 3),
        "after": round(after, 3), "kept": is_kept,
    }  # fmt: skip
    return replace(checkpoint, adjustment=fit.adjustment) if is_kept else checkpoint, results


def _groups(tables: RunTables) -> dict[int, int]:
    """The number of each face's group, by face id."""
    faces, labels = tables.faces(), tables.labels()
    if labels is None or labels.groups is None:
        return dict(zip(faces.ids.tolist(), faces.photos.tolist(), strict=True))
    return dict(zip(labels.faces.tolist(), labels.groups.tolist(), strict=True))


def _chosen(samples: dict[int, Sample], scheme: Scheme) -> list[int]:
    """The faces to fit to, with all of their landmarks: at most MAX_ADJUSTMENT_FACES, manual labels
    first."""
    whole = [
        face
        for face, sample in samples.items()
        if np.isfinite(sample.points).all() and norm_distance(sample.points[None], scheme)[0] > 0
    ]
    order = np.random.default_rng(0).permutation(whole).tolist()
    return sorted(order, key=lambda face: samples[face].is_pseudo)[:MAX_ADJUSTMENT_FACES]
