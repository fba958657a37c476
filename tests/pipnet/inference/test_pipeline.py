"""Many photos at once: order, unreadable photos, errors, and stages that overlap."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipnet.data.boxes import Box
from pipnet.data.crop import CropConvention
from pipnet.data.images import read_image
from pipnet.inference import pipeline
from pipnet.inference.crop_detector import CropDetector
from pipnet.inference.face_detection import DetectedFace, FaceDetector
from pipnet.inference.pipeline import PHOTOS_AHEAD, PhotoRequest, predict_photos
from pipnet.models.decoding import Landmarks
from tests.pipnet.drawn import FACE, FIVE

Pixels = NDArray[np.uint8]
BATCH_SIZE = 8
PATIENCE = 60.0
"""Seconds until a stage that waits for another is called stuck."""


class RecordingDetector(CropDetector):
    """Predicts the middle of the crop, and records how many faces it gets at once."""

    batch_size = 8

    def __init__(self, face_detector: FaceDetector | None = None) -> None:
        super().__init__(FIVE, CropConvention(side=32), face_detector)
        self.sizes: list[int] = []

    def predict_crops(self, crops: Pixels) -> Landmarks:
        self.sizes.append(len(crops))
        points = np.repeat(FACE[None], len(crops), 0)
        return Landmarks(points, points, points[:, :, :0, None] + [0, 0], np.ones((len(crops), 5)))


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before, "no thread is left"


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Photos as wide as their number plus 40."""
    paths = [tmp_path / f"{number:02d}.png" for number in range(23)]
    for number, path in enumerate(paths):
        Image.new("RGB", (40 + number, 30)).save(path)
    return paths


def number(image: Pixels) -> int:
    return image.shape[1] - 40


def with_faces(photos: Sequence[Path], counts: Sequence[int]) -> list[PhotoRequest]:
    """Requests for so many faces of each photo; their boxes state the photo and their place."""

    def request(photo: Path) -> PhotoRequest:
        def find_boxes(image: Pixels) -> list[tuple[Box, str]]:
            place = number(image)
            assert photo.stem == f"{place:02d}"
            return [
                ((float(place), float(k), 20.0, 20.0), "landmarks") for k in range(counts[place])
            ]

        return PhotoRequest(photo, find_boxes)

    return [request(photo) for photo in photos]


@pytest.mark.parametrize(
    "counts",
    [
        [1] * 23,
        [0] * 23,
        [0, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, *[0] * 8],
        [BATCH_SIZE * 3 + 1, *[0] * 10, 5, *[4] * 11],
    ],
)
def test_results_are_in_order_each_with_its_own_faces(
    photos: list[Path], counts: list[int]
) -> None:
    detector = RecordingDetector()
    results = list(predict_photos(detector, with_faces(photos, counts)))
    assert [result.photo for result in results] == photos
    for place, result in enumerate(results):
        assert result.problem is None
        assert [face.box[:2] for face in result.faces] == [(place, k) for k in range(counts[place])]
        for face in result.faces:
            assert face.points.mean(0) == pytest.approx(
                np.array(face.box[:2]) + 10 + (FACE.mean(0) - 0.5) * 25
            )
    assert sum(detector.sizes) == sum(counts)
    assert 0 not in detector.sizes


def test_faces_of_several_photos_share_a_batch(photos: list[Path]) -> None:
    detector = RecordingDetector()
    list(predict_photos(detector, with_faces(photos, [1] * 23)))
    assert detector.sizes == [BATCH_SIZE] * 2 + [7]
    detector.sizes.clear()
    list(predict_photos(detector, with_faces(photos, [3] * 23)))
    assert detector.sizes == [9] * 7 + [6]


def test_an_unreadable_photo_gives_a_problem_in_its_place(photos: list[Path]) -> None:
    photos[0].write_bytes(b"")
    photos[7].write_bytes(photos[7].read_bytes()[:60])
    photos[22].unlink()
    results = list(predict_photos(RecordingDetector(), with_faces(photos, [1] * 23)))
    assert [result.photo for result in results] == photos
    broken = [place for place, result in enumerate(results) if result.problem]
    assert broken == [0, 7, 22]
    for place in broken:
        assert photos[place].name in (results[place].problem or "")
        assert results[place].faces == ()
    assert all(len(result.faces) == 1 for result in results if not result.problem)


def test_no_photos_give_no_results() -> None:
    assert list(predict_photos(RecordingDetector(), [])) == []


class Broken(Exception):
    """What a part that fails raises."""


@pytest.mark.parametrize("part", ["detector", "boxes", "photos"])
def test_an_exception_ends_the_prediction_and_leaves_no_thread(
    part: str, photos: list[Path]
) -> None:
    class Failing(RecordingDetector):
        def predict_crops(self, crops: Pixels) -> Landmarks:
            if part == "detector" and len(self.sizes) == 1:
                raise Broken
            return super().predict_crops(crops)

    def find_boxes(image: Pixels) -> list[tuple[Box, str]]:
        if part == "boxes" and number(image) == 9:
            raise Broken
        return [((0.0, 0.0, 20.0, 20.0), "landmarks")]

    def source() -> Iterator[PhotoRequest]:
        for place, photo in enumerate(photos):
            if part == "photos" and place == 14:
                raise Broken
            yield PhotoRequest(photo, find_boxes)

    seen = list[Path]()
    results = predict_photos(Failing(), source())
    with pytest.raises(Broken):
        seen.extend(result.photo for result in results)
    assert seen == photos[: len(seen)]
    assert len(seen) >= BATCH_SIZE


def test_the_caller_may_stop_early(photos: list[Path]) -> None:
    results = predict_photos(RecordingDetector(), with_faces(photos, [1] * 23))
    assert next(results).photo == photos[0]
    results.close()  # type: ignore[attr-defined]


def test_the_number_of_decoded_photos_in_memory_is_bounded(photos: list[Path]) -> None:
    asked = list[int]()

    def source() -> Iterator[PhotoRequest]:
        for place, request in enumerate(with_faces(photos, [1] * 23)):
            asked.append(place)
            yield request

    for done, _ in enumerate(predict_photos(RecordingDetector(), source()), 1):
        assert len(asked) <= done + PHOTOS_AHEAD + BATCH_SIZE


def test_stages_overlap(photos: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stage goes on only once the others are at later photos, or have begun with earlier
    ones: one after the other they would be stuck."""
    reading, finding = ([threading.Event() for _ in photos] for _ in range(2))
    predicting, stuck = threading.Event(), list[str]()

    def wait(event: threading.Event, what: str) -> None:
        if stuck or not event.wait(PATIENCE):
            stuck.append(what)

    def read(photo: Path, *, size: tuple[int, int] | None = None) -> Pixels:
        place = int(photo.stem)
        reading[place].set()
        if place == 1:
            wait(reading[2], "two photos are read at once")
        if place == 11:
            wait(predicting, "photos are read while the network computes")
        return read_image(photo)

    def find_boxes(image: Pixels) -> list[tuple[Box, str]]:
        place = number(image)
        finding[place].set()
        if place == 2:
            wait(reading[4], "photos are read while faces are found")
        if place == 9:
            wait(predicting, "faces are found while the network computes")
        return [((0.0, 0.0, 20.0, 20.0), "landmarks")]

    class Waiting(RecordingDetector):
        def predict_crops(self, crops: Pixels) -> Landmarks:
            predicting.set()
            if not self.sizes:
                wait(finding[10], "the network computes while faces are found")
                wait(reading[12], "the network computes while photos are read")
            return super().predict_crops(crops)

    monkeypatch.setattr(pipeline, "read_image", read)
    results = list(predict_photos(Waiting(), [PhotoRequest(photo, find_boxes) for photo in photos]))
    assert stuck == []
    assert len(results) == len(photos)


def test_a_photo_of_another_size_gives_a_problem(photos: list[Path]) -> None:
    requests = [replace(request, size=(40, 30)) for request in with_faces(photos[:2], [1] * 23)]
    first, second = predict_photos(RecordingDetector(), requests)
    assert first.problem is None
    assert second.problem == f"{photos[1]} is 41 x 30 pixels now and was 40 x 30 before"
    assert second.faces == ()


def test_a_path_alone_stands_for_the_faces_that_are_detected(photos: list[Path]) -> None:
    detector = RecordingDetector(lambda image: [DetectedFace((1.0, 2.0, 20.0, 20.0), 0.9)])
    results = list(predict_photos(detector, photos))
    assert [[face.box for face in result] for result in results] == [[(1, 2, 20, 20)]] * 23


def test_a_photo_with_many_faces_is_predicted_in_parts(photos: list[Path]) -> None:
    detector, batches = RecordingDetector(), list[int]()
    requests = with_faces(photos[:1], [20])
    (result,) = predict_photos(detector, requests, batch_size=4, on_batch=batches.append)
    assert len(result) == 20
    assert detector.sizes == batches == [8, 8, 4]
