"""What a round trains on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import ABSENT, OCCLUDED, VISIBLE
from labeltool.rounds.run_folder import RunFolder
from labeltool.workers.run_photos import RunPhotos
from labeltool.workers.run_samples import OCCLUDED_WEIGHT, read_samples, with_detected_boxes
from pipnet.data.boxes import tight_box
from pipnet.data.crop import CropConvention

MakeRun = Callable[..., RunFolder]


def test_pseudo_labels_are_marked_and_have_the_task(make_run: MakeRun) -> None:
    folder = make_run(manual=(0, 2), pseudo=(1, 3))
    samples = read_samples(folder, RunPhotos(folder), "cls3")
    assert {face: (s.is_pseudo, s.task) for face, s in samples.items()} == {
        0: (False, "std"), 2: (False, "std"), 1: (True, "cls3"), 3: (True, "cls3"),
    }  # fmt: skip


def test_an_occluded_landmark_counts_less_and_an_absent_one_does_not(
    make_run: MakeRun, truth: NDArray[np.float64]
) -> None:
    truth[1, 5] = np.nan
    visibility = np.full((4, 68), VISIBLE, np.int8)
    visibility[1, 5], visibility[1, 7] = ABSENT, OCCLUDED
    folder = make_run(visibility=visibility)
    samples = read_samples(folder, RunPhotos(folder), "std")
    assert samples[1].weights[7] == OCCLUDED_WEIGHT < 1
    assert np.isnan(samples[1].points[5]).all()
    assert samples[1].weights.sum() == 67 + OCCLUDED_WEIGHT
    assert samples[0].weights.sum() == 68


def test_where_all_is_visible_there_are_no_weights(make_run: MakeRun) -> None:
    for visibility in (None, np.full((4, 68), VISIBLE, np.int8)):
        folder = make_run(visibility=visibility, name=str(visibility is None))
        samples = read_samples(folder, RunPhotos(folder), "std")
        assert {sample.weights for sample in samples.values()} == {None}


def test_a_label_of_absent_landmarks_only_trains_nothing(
    make_run: MakeRun, truth: NDArray[np.float64]
) -> None:
    truth[1] = np.nan
    folder = make_run()
    assert sorted(read_samples(folder, RunPhotos(folder), "std")) == [0, 2, 3]


def test_faces_are_also_cropped_by_the_box_that_prediction_has(
    make_run: MakeRun, truth: NDArray[np.float64]
) -> None:
    x, y, w, h = tight_box(truth[0])
    boxes = [(x - 2, y, w, h), (x + 9 * w, y, w, h), tight_box(truth[2]), tight_box(truth[3])]
    folder = make_run(boxes=np.array(boxes))
    samples = read_samples(folder, RunPhotos(folder), "std")
    found = with_detected_boxes(folder, CropConvention(), samples)
    assert found[0].boxes == (tight_box(truth[0]), (x - 2, y, w, h))
    assert found[1].boxes == (tight_box(truth[1]),)  # that box is of another face
