"""Groups faces by the side that they turn to, for a guarantee of each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import N_, UserError
from labeltool.store import Store
from labeltool.store.trust.acceptances import Candidates
from pipnet.data.scheme import Scheme

TURNED_SHARE = 0.05
"""From here on a face is turned; the tip of the nose then lies at about a third of the way from one
outer corner of the eyes to the other."""

POSES = (N_("facing left"), N_("facing the camera"), N_("facing right"))
"""As seen in the photo."""

READ_BATCH_FACES = 1_000
"""Faces whose proposals are read at once."""


def turns(points: NDArray[np.float64], scheme: Scheme) -> NDArray[np.float64]:
    """How far faces are turned to the side, (F,); 0: to the camera, below 0: to the photo's left.

    It is how far the landmarks of the middle of the face lie from the middle of the pairs, along
    the line from left to right, as a share of the widest pair; 0 where too few of them are known.

    Args:
        points: (F, N, 2) pixels, NaN where a landmark is not known.

    Raises:
        UserError: the scheme names no pairs of left and right, or no landmark between them.
    """
    flip = np.array(scheme.flip or range(scheme.count))
    places = np.arange(scheme.count)
    middle, one = np.flatnonzero(flip == places), np.flatnonzero(flip > places)
    if not len(middle) or not len(one):
        raise UserError(
            N_("The scheme does not tell left landmarks from right ones and from those between."),
            N_("Choose no groups, or folders; or add the pairs in the scheme editor."),
        )
    across = points[:, flip[one]] - points[:, one]  # (F, P, 2)
    right = np.nansum(across, 1)
    right *= np.where(right[:, :1] < 0, -1, 1) / np.maximum(
        np.linalg.norm(right, axis=1, keepdims=True), 1e-9
    )
    widths = np.abs(np.nan_to_num(across * right[:, None]).sum(-1)).max(1)
    between = _known_mean((points[:, flip[one]] + points[:, one]) / 2)
    away = ((_known_mean(points[:, middle]) - between) * right).sum(1)
    turned: NDArray[np.float64] = np.nan_to_num(away / np.maximum(widths, 1e-9))
    return turned


def _known_mean(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean (F, 2) of the known ones of K places, (F, K, 2); NaN where none is known."""
    known = np.isfinite(places).all(-1).sum(1)[:, None]
    mean: NDArray[np.float64] = np.nansum(places, 1) / np.where(known == 0, np.nan, known)
    return mean


def by_pose(store: Store, held: Candidates) -> Candidates:
    """The candidates, in one group, grouped by where they face; the order in each group stays.

    Raises:
        UserError: see `turns`.
    """
    group = np.ones(len(held.faces), np.int64)
    place = {face: k for k, face in enumerate(held.faces.tolist())}
    for start in range(0, len(held.faces), READ_BATCH_FACES):
        rows = store.faces.predicted(held.faces[start : start + READ_BATCH_FACES].tolist())
        if not rows:  # another window removed these faces meanwhile
            continue
        turned = turns(np.stack([row.prediction.points for row in rows]), store.scheme)
        group[[place[row.id] for row in rows]] = 1 + np.sign(turned) * (
            np.abs(turned) >= TURNED_SHARE
        )
    order = np.argsort(group, kind="stable")
    found, numbers = np.unique(group[order], return_inverse=True)
    return replace(
        held, faces=held.faces[order], predictions=held.predictions[order],
        group=numbers.astype(np.int64), groups=tuple(POSES[each] for each in found),
    )  # fmt: skip
