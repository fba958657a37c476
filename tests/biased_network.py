"""A network that is wrong in the same way on every face, and a reviewer who knows better."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labeltool.domain import NewPrediction, RoundKind, Verdict
from labeltool.store import Store
from pipnet.data.scheme import Scheme
from tests.projects import shown

ANN = "ann"
SIX = Scheme("six", tuple("abcdef"), nme_pair=(0, 1))
SHAPE = np.array([[0.0, 0], [50, 0], [25, 30], [5, 50], [45, 50], [25, 60]])
HABIT = np.array([[3.0, 0], [3, 0], [0, -4], [2, 2], [0, 0], [0, 5]])
"""By how much the true landmarks are off the predicted ones."""


def predicted(face: int) -> np.ndarray:
    rng = np.random.default_rng(face)
    return SHAPE + rng.normal(scale=2, size=SHAPE.shape) + rng.uniform(10, 30, 2)


def truth(face: int) -> np.ndarray:
    return predicted(face) + HABIT + np.random.default_rng(face + 999).normal(size=SHAPE.shape)


def offer(store: Store, faces: range, model: str = "starter") -> int:
    """A round of the model's own predictions; returns its id."""
    round_id = store.rounds.add(RoundKind.PREDICT, "", "rounds/x", {})
    store.rounds.set_model(round_id, model, model)
    store.rounds.offer(
        round_id,
        [
            NewPrediction(
                face, predicted(face), np.full(6, 0.5, np.float32), 0.5, 0.1,
                np.full(6, 0.1, np.float32), 0.1,
            )
            for face in faces
        ],
    )  # fmt: skip
    store.rounds.finish(round_id, {}, visible=False)
    return round_id


def label(store: Store, faces: range, right: Callable[[int], np.ndarray] = truth) -> None:
    for face in faces:
        store.decisions.decide(
            ANN, [face], Verdict.CORRECTED, prediction_id=shown(store, face), points=right(face)
        )
