"""Landmarks for faces of photos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipnet.data.boxes import BOX_KINDS, Box
from pipnet.inference.face_detection import DetectedFace
from pipnet.inference.results import FaceLandmarks
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint, CheckpointError, save
from pipnet.models.decoding import Landmarks
from pipnet.models.heads import PIPNet
from tests.pipnet.drawn import FACE, FIVE, draw, made_up_adjustment

Make = Callable[..., Checkpoint]
BOX = (40.0, 30.0, 40.0, 50.0)


@pytest.fixture
def photo() -> NDArray[np.uint8]:
    return draw(FACE * 60 + 30, (110, 120))


class Scripted(TorchDetector):
    """Sees the five points of a face at fixed places of the photo, however it is cropped."""

    points = FACE * 60 + 30
    areas: list[Box]

    def _pass(self, images: Sequence[NDArray[np.uint8]], areas: Sequence[Box], mirror: bool) -> Any:
        self.areas.extend(areas)
        return super()._pass(images, areas, mirror)

    def predict_crops(self, crops: NDArray[np.uint8]) -> Landmarks:
        rows = []
        for x, y, w, h in self.areas[-len(crops) :]:
            rows.append((self.points - [x, y]) / [w, h])
        points = np.array(rows)
        return Landmarks(points, points, points[:, :, None], np.full(points.shape[:2], 0.5))


@pytest.fixture(params=[True, False], ids=["square", "stretched"])
def scripted(request: pytest.FixtureRequest, make_checkpoint: Make) -> Scripted:
    detector = Scripted(make_checkpoint(square=request.param))
    detector.areas = []
    return detector


def test_what_a_face_gets(make_checkpoint: Make, photo: NDArray[np.uint8]) -> None:
    detector = TorchDetector(make_checkpoint())
    faces = detector.predict(photo, [BOX, (10.0, 10.0, 90.0, 90.0)], "landmarks")
    assert [face.box for face in faces] == [BOX, (10, 10, 90, 90)]
    for face in faces:
        assert face.points.shape == face.own.shape == (5, 2)
        assert face.votes.shape == (5, 4, 2)
        assert face.spread.shape == face.scores.shape == (5,)
        assert face.points.dtype == np.float64
        assert np.isfinite(face.points).all()
        assert (face.spread >= 0).all()
        assert 0 <= face.score <= 1
        np.testing.assert_allclose((face.own + face.votes.sum(1)) / 5, face.points)


def test_without_neighbours_points_are_own_points(
    make_checkpoint: Make, photo: NDArray[np.uint8]
) -> None:
    (face,) = TorchDetector(make_checkpoint(neighbours=0)).predict(photo, [BOX], "landmarks")
    assert face.votes.shape == (5, 0, 2)
    np.testing.assert_array_equal(face.points, face.own)


def test_a_face_does_not_depend_on_the_others_of_its_batch(
    make_checkpoint: Make, photo: NDArray[np.uint8]
) -> None:
    detector = TorchDetector(make_checkpoint())
    boxes = [BOX, (10.0, 10.0, 90.0, 90.0), (20.0, 5.0, 50.0, 60.0)]
    together = detector.predict_batch([photo] * 3, boxes, ["landmarks"] * 3)
    for box, face in zip(boxes, together, strict=True):
        (alone,) = detector.predict(photo, [box], "landmarks")
        np.testing.assert_allclose(alone.points, face.points, atol=1e-3)


class TestAdjustment:
    """A network that holds an adjustment gives adjusted landmarks."""

    @pytest.mark.parametrize("mirror", [False, True])
    def test_landmarks_are_adjusted_and_their_votes_move_along(
        self, make_checkpoint: Make, photo: NDArray[np.uint8], mirror: bool
    ) -> None:
        """With mirror images, the mean is adjusted, for a habit is not the same on both sides."""
        plain, adjustment = make_checkpoint(), made_up_adjustment()
        adjusted = replace(plain, adjustment=adjustment)
        boxes, kinds = [BOX, (10.0, 10.0, 90.0, 90.0)], ["landmarks", "detected"]

        def predict(checkpoint: Checkpoint) -> list[FaceLandmarks]:
            detector = TorchDetector(checkpoint)
            return detector.predict_batch([photo] * 2, boxes, kinds, mirror=mirror)

        for before, after in zip(predict(plain), predict(adjusted), strict=True):
            np.testing.assert_allclose(after.points, adjustment.apply(before.points[None])[0])
            moves = after.points - before.points
            assert np.linalg.norm(moves, axis=1).min() > 0.1
            np.testing.assert_allclose(after.own - before.own, moves)
            np.testing.assert_allclose(after.votes - before.votes, moves[:, None].repeat(4, 1))
            np.testing.assert_array_equal(after.spread, before.spread)
            assert after.score == before.score

    def test_signals_stay_where_all_landmarks_move_alike(
        self, make_checkpoint: Make, photo: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Those of votes and of the first crop too, which move along."""
        monkeypatch.setattr("pipnet.inference.crop_detector.overlap", lambda one, other: 1.0)
        plain = make_checkpoint()
        alike = replace(
            made_up_adjustment(), weights=np.zeros((10, 10)), offset=np.full((5, 2), 0.1)
        )
        (before,) = TorchDetector(plain).predict(photo, [BOX], "whole")
        (after,) = TorchDetector(replace(plain, adjustment=alike)).predict(photo, [BOX], "whole")
        assert before.signals is not None
        assert after.signals is not None
        assert np.isfinite(before.signals).all()  # it was cropped twice
        assert not np.array_equal(after.points, before.points)
        np.testing.assert_allclose(after.signals, before.signals, atol=1e-9)

    def test_the_size_of_the_photo_does_not_matter(self, scripted: Scripted) -> None:
        scripted.adjustment = made_up_adjustment()
        image = np.zeros((300, 300, 3), np.uint8)
        (small,) = scripted.predict(image, [(30.0, 30.0, 60.0, 80.0)], "detected")
        scripted.points = 2 * scripted.points
        (large,) = scripted.predict(image, [(60.0, 60.0, 120.0, 160.0)], "detected")
        np.testing.assert_allclose(large.points, 2 * small.points)


class TestMirror:
    """Predictions that are the mean over a crop and its mirror image."""

    def test_they_are_the_mean_of_both(self, make_checkpoint: Make) -> None:
        """As the photo and its mirror image are predicted one by one."""
        detector = TorchDetector(make_checkpoint())
        photo = draw(FACE * 60 + 30, (110, 120))
        turned = np.ascontiguousarray(photo[:, ::-1])
        x, y, w, h = 20.0, 10.0, 80.0, 90.0
        away = (119 - x - w, y, w, h)  # pixel centres: x' = 119 - x
        (plain,) = detector.predict(photo, [(x, y, w, h)], "crop")
        (other,) = detector.predict(turned, [away], "crop")
        flip = detector.scheme.flip_table
        wanted = (plain.points + (other.points * [-1, 1] + [119, 0])[flip]) / 2
        (found,) = detector.predict_batch([photo], [(x, y, w, h)], ["crop"], mirror=True)
        np.testing.assert_allclose(found.points, wanted, atol=0.05)
        assert np.abs(found.points - plain.points).max() > 0.5
        np.testing.assert_array_equal(found.scores, plain.scores)

    def test_a_face_that_is_cropped_twice_is_mirrored_twice(self, scripted: Scripted) -> None:
        calls = list[int]()
        predict = scripted.predict_crops

        def counting(crops: NDArray[np.uint8]) -> Landmarks:
            calls.append(len(crops))
            return predict(crops)

        scripted.predict_crops = counting
        photo = np.zeros((150, 140, 3), np.uint8)
        scripted.predict_batch([photo], [(30.0, 30.0, 60.0, 80.0)], ["detected"], mirror=True)
        assert calls == [1, 1, 1, 1]

    def test_a_scheme_without_a_mirror_table_is_predicted_once(
        self, make_checkpoint: Make, photo: NDArray[np.uint8]
    ) -> None:
        detector = TorchDetector(replace(make_checkpoint(), scheme=replace(FIVE, flip=())))
        (plain,) = detector.predict(photo, [BOX], "landmarks")
        (found,) = detector.predict_batch([photo], [BOX], ["landmarks"], mirror=True)
        np.testing.assert_array_equal(found.points, plain.points)


@pytest.mark.parametrize("kind", BOX_KINDS)
def test_crop_and_inverse_are_exact(scripted: Scripted, kind: str) -> None:
    box = (31.3, 12.7, 58.9, 80.1)
    (face,) = scripted.predict(np.zeros((150, 140, 3), np.uint8), [box], kind)
    np.testing.assert_allclose(face.points, scripted.points, rtol=0, atol=1e-6)
    assert face.box == box


@pytest.mark.parametrize("kind", ["detected", "hand", "whole"])
def test_a_rough_box_is_cropped_again_around_the_landmarks(scripted: Scripted, kind: str) -> None:
    convention = scripted.checkpoint.convention
    scripted.predict(np.zeros((150, 140, 3), np.uint8), [(30.0, 30.0, 60.0, 80.0)], kind)
    tight = (*scripted.points.min(0), *np.ptp(scripted.points, axis=0))
    assert len(scripted.areas) == 2
    assert scripted.areas[1] == pytest.approx(convention.crop_box(tight))


def test_a_landmark_box_is_cropped_once(scripted: Scripted) -> None:
    scripted.predict(np.zeros((150, 140, 3), np.uint8), [(30.0, 30.0, 60.0, 80.0)], "landmarks")
    assert len(scripted.areas) == 1


def test_a_box_that_is_the_crop_is_cropped_once_and_unchanged(scripted: Scripted) -> None:
    scripted.predict(np.zeros((150, 140, 3), np.uint8), [(30.0, 30.0, 60.0, 80.0)], "crop")
    assert scripted.areas == [(30, 30, 60, 80)]


def test_landmarks_far_from_their_box_are_not_followed(scripted: Scripted) -> None:
    scripted.predict(np.zeros((900, 900, 3), np.uint8), [(600.0, 600.0, 60.0, 80.0)], "detected")
    assert len(scripted.areas) == 1


def test_no_boxes_are_no_faces(make_checkpoint: Make, photo: NDArray[np.uint8]) -> None:
    detector = TorchDetector(make_checkpoint())
    assert detector.predict(photo, []) == []
    assert detector.predict_batch([], [], []) == []


def test_without_boxes_the_finder_is_asked(make_checkpoint: Make, photo: NDArray[np.uint8]) -> None:
    detector = TorchDetector(
        make_checkpoint(), face_detector=lambda image: [DetectedFace(BOX, 0.9)]
    )
    (face,) = detector.predict(photo)
    assert face.box == BOX
    (wanted,) = detector.predict(photo, [BOX], "detected")
    np.testing.assert_array_equal(face.points, wanted.points)
    assert TorchDetector(make_checkpoint(), face_detector=lambda image: []).predict(photo) == []


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((50, 50), np.uint8),
        np.zeros((50, 50, 4), np.uint8),
        np.zeros((3, 50, 50), np.uint8),
        np.zeros((50, 50, 3), np.float32),
        np.zeros((50, 50, 3), np.uint16),
    ],
)
@pytest.mark.parametrize("boxes", [None, [BOX]])
def test_other_arrays_are_refused(
    make_checkpoint: Make, image: NDArray[np.uint8], boxes: list[Box] | None
) -> None:
    detector = TorchDetector(make_checkpoint(), face_detector=lambda image: [])
    with pytest.raises(ValueError, match=r"an image must be \(height, width, 3\) of uint8, not"):
        detector.predict(image, boxes)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 400), (3000, 20)])
def test_any_size_of_photo_will_do(make_checkpoint: Make, height: int, width: int) -> None:
    image, box = np.zeros((height, width, 3), np.uint8), (-0.5, -0.5, float(width), float(height))
    (face,) = TorchDetector(make_checkpoint()).predict(image, [box], "whole")
    assert np.isfinite(face.points).all()


def test_every_box_needs_its_photo_and_kind(
    make_checkpoint: Make, photo: NDArray[np.uint8]
) -> None:
    with pytest.raises(ValueError, match="zip"):
        TorchDetector(make_checkpoint()).predict_batch([photo], [BOX, BOX], ["landmarks"])


def test_a_detector_from_a_file(
    tmp_path: Path, make_checkpoint: Make, photo: NDArray[np.uint8]
) -> None:
    path, given = tmp_path / "model.safetensors", make_checkpoint()
    save(given, path)
    (face,), (wanted,) = (
        d.predict(photo, [BOX]) for d in (TorchDetector.load(path), TorchDetector(given))
    )
    np.testing.assert_array_equal(face.points, wanted.points)
    with pytest.raises(CheckpointError, match="there is no model file"):
        TorchDetector.load(tmp_path / "none.safetensors")


class TestOutOfMemory:
    """Simulated at the allocator: more than so many faces at once ask it for far too much."""

    def limit(self, monkeypatch: pytest.MonkeyPatch, faces: int) -> list[int]:
        """Let the allocator fail for more faces than this; returns the sizes that it served."""
        served, real = list[int](), PIPNet.forward

        def forward(network: PIPNet, images: Tensor, **options: Any) -> Any:
            if len(images) > faces:
                torch.zeros(1 << 50)
            served.append(len(images))
            return real(network, images, **options)

        monkeypatch.setattr(PIPNet, "forward", forward)
        return served

    def test_fewer_faces_at_once_are_predicted_from_then_on(
        self, make_checkpoint: Make, photo: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        detector = TorchDetector(make_checkpoint())
        boxes = [(x, 30.0, 40.0, 50.0) for x in np.linspace(20, 60, 7)]
        wanted = detector.predict(photo, boxes, "landmarks")
        served, told = self.limit(monkeypatch, 2), list[int]()
        detector.on_smaller_batch = told.append
        for _ in range(2):
            found = detector.predict(photo, boxes, "landmarks")
            for one, two in zip(found, wanted, strict=True):
                np.testing.assert_allclose(one.points, two.points, atol=0.01)
                assert one.box == two.box
        assert told == [3, 1]
        assert served == [1] * 14

    def test_where_one_face_is_too_much_it_fails(
        self, make_checkpoint: Make, photo: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.limit(monkeypatch, 0)
        detector = TorchDetector(make_checkpoint())
        with (
            pytest.warns(UserWarning, match="1 faces are predicted at once"),
            pytest.raises(RuntimeError, match="can't allocate memory"),
        ):
            detector.predict(photo, [BOX, BOX], "landmarks")

    def test_other_errors_are_not_taken_for_it(
        self, make_checkpoint: Make, photo: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def forward(network: PIPNet, images: Tensor, **options: Any) -> Any:
            raise RuntimeError("shapes differ")

        monkeypatch.setattr(PIPNet, "forward", forward)
        with pytest.raises(RuntimeError, match="shapes differ"):
            TorchDetector(make_checkpoint()).predict(photo, [BOX, BOX], "landmarks")
