"""What a round's network gets wrong in the same way becomes a part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import FaceTable, LabelTable, RunPhoto
from labeltool.workers import round_adjustment
from labeltool.workers.round_adjustment import with_adjustment
from labeltool.workers.run_photos import RunPhotos
from pipnet.data.crop import CropConvention
from pipnet.data.sample import Sample
from pipnet.models.checkpoint import Checkpoint
from pipnet.models.heads import PIPNet
from tests.biased_network import HABIT, SHAPE, SIX, predicted, truth

MANUAL, PSEUDO = 30, 40

Right = Callable[[int], NDArray[np.float64]]


@pytest.fixture(scope="module")
def network() -> Checkpoint:
    return Checkpoint(PIPNet("mobilenet_v2", 6, 0), SIX, SHAPE / 60, CropConvention(side=64))


@pytest.fixture
def fitted(
    network: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Checkpoint, dict[str, Any] | None]]:
    """Fits to MANUAL faces and then PSEUDO ones, which the network predicts as `predicted` does.

    `right`: their labels. `groups`: of the labels. `each`: faces of a photo. `unreadable`: faces
    without a prediction.
    """
    made: list[RunFolder] = []

    def fit(
        manual: int = MANUAL,
        pseudo: int = PSEUDO,
        right: Right = truth,
        groups: NDArray[np.int64] | None = None,
        each: int = 1,
        unreadable: tuple[int, ...] = (),
    ) -> tuple[Checkpoint, dict[str, Any] | None]:
        faces = np.arange(manual + pseudo)
        labels = np.stack([right(face) for face in faces])
        folder = RunFolder(tmp_path / "rounds" / str(len(made)))
        made.append(folder)
        folder.create(
            {"scheme": SIX.to_json(), "roots": {1: str(tmp_path)}}, [RunPhoto(1, "x.jpg")],
            FaceTable(
                faces, faces // each, np.zeros((len(faces), 4)),
                np.full(len(faces), "detected"),
            ),
            LabelTable(faces, labels, faces < manual, None, groups),
        )  # fmt: skip

        def predict(
            _detector: object, table: FaceTable, *_: object, **__: object
        ) -> Iterator[tuple[int, SimpleNamespace]]:
            for place, face in enumerate(table.ids.tolist()):
                if face not in unreadable:
                    yield place, SimpleNamespace(points=predicted(face))

        monkeypatch.setattr(round_adjustment, "predict_table", predict)
        samples = {
            int(face): Sample(tmp_path / "x.jpg", labels[face], (), "std", None, face >= manual)
            for face in faces
        }
        detectors: Any = SimpleNamespace(for_faces=lambda checkpoint, faces: checkpoint)
        return with_adjustment(network, samples, folder, RunPhotos(folder), detectors)

    return fit


def noise(face: int) -> NDArray[np.float64]:
    return predicted(face) + np.random.default_rng(face + 5).normal(scale=4, size=SHAPE.shape)


def absent(face: int) -> NDArray[np.float64]:
    found = truth(face)
    if face % 2:
        found[3] = np.nan
    return found


def error(network: Checkpoint, faces: range) -> float:
    """Mean distance from the true landmarks of faces that nothing was fitted to, pixels."""
    assert network.adjustment is not None
    found = network.adjustment.apply(np.stack([predicted(face) for face in faces]))
    return float(np.linalg.norm(found - np.stack([truth(f) for f in faces]), axis=-1).mean())


def test_a_habit_of_the_network_is_taken_off_other_faces(fitted: Callable) -> None:
    found, results = fitted()
    assert error(found, range(500, 540)) < 0.5 * np.linalg.norm(HABIT, axis=1).mean()
    assert results["kept"]
    assert (results["manual"], results["faces"]) == (MANUAL, MANUAL + PSEUDO)
    assert found.adjustment.faces == MANUAL + PSEUDO
    norms = [np.linalg.norm(truth(face)[0] - truth(face)[1]) for face in range(MANUAL)]
    raw = [np.linalg.norm(predicted(f) - truth(f), axis=1).mean() for f in range(MANUAL)]
    assert results["before"] == pytest.approx(100 * np.mean(np.divide(raw, norms)), abs=1e-3)
    assert results["after"] < 0.5 * results["before"]


def test_where_nothing_is_the_same_on_many_faces_there_is_none(
    fitted: Callable, network: Checkpoint
) -> None:
    found, results = fitted(right=noise, pseudo=0)
    assert found is network
    assert results["after"] >= results["before"]
    assert not results["kept"]


def test_pseudo_labels_help_but_do_not_judge(fitted: Callable, network: Checkpoint) -> None:
    """Those of another habit than the manual labels would make these worse."""

    def other_habit(face: int) -> NDArray[np.float64]:
        return truth(face) if face < MANUAL else predicted(face) - 3 * HABIT

    found, results = fitted(right=other_habit, pseudo=200)
    assert found is network
    assert not results["kept"]


def test_too_few_manual_labels_say_too_little(fitted: Callable, network: Checkpoint) -> None:
    assert fitted(manual=14) == (network, None)
    assert fitted(right=absent, manual=28) == (network, None)


def test_faces_of_one_group_do_not_vouch_for_each_other(fitted: Callable) -> None:
    """Each face is there twice, and wrong by chance."""

    def twice(face: int) -> NDArray[np.float64]:
        return predicted(face) + np.random.default_rng(face // 2).normal(scale=4, size=SHAPE.shape)

    apart = fitted(right=twice, pseudo=0)[1]
    pairs = np.arange(MANUAL) // 2
    together = fitted(right=twice, pseudo=0, groups=pairs)[1]
    assert together["after"] > apart["after"]
    assert fitted(right=twice, pseudo=0, each=2)[1] == together
    assert fitted(right=twice, pseudo=0, groups=np.arange(MANUAL), each=2)[1] == apart


def test_faces_that_cannot_be_read_or_have_no_norm_are_left_out(fitted: Callable) -> None:
    def without_norm(face: int) -> NDArray[np.float64]:
        found = truth(face)
        if face == 1:
            found[1] = found[0]
        return found

    _, results = fitted(right=without_norm, unreadable=(0, MANUAL))
    assert (results["manual"], results["faces"]) == (MANUAL - 2, MANUAL + PSEUDO - 3)


def test_of_many_faces_some_are_taken_manual_ones_first(
    fitted: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(round_adjustment, "MAX_ADJUSTMENT_FACES", 35)
    _, results = fitted()
    assert (results["manual"], results["faces"]) == (30, 35)
