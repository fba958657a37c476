"""Many photos at once: order, what cannot be read, errors, and stages that overlap."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipnet.data.boxes import Box
from pipnet.data.crop import CropConvention
from pipnet.data.images import read_image
from pipnet.inference import pipeline
from pipnet.inference.base import Detector
from pipnet.inference.pipeline import AHEAD, BATCH, predict_photos
from pipnet.models.decoding import Landmarks
from tests.pipnet.drawn import FACE, FIVE

Pixels = NDArray[np.uint8]
PATIENCE = 60.0
"""Seconds until a stage that waits for another is called stuck."""


class Told(Detector):
    """Says where the crop's middle is, and remembers how many faces it got at once."""

    def __init__(self) -> None:
        super().__init__(FIVE, CropConvention(side=32))
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


def faces(counts: Sequence[int]) -> pipeline.Boxes:
    """So many boxes for each photo, which tell the photo and their place."""

    def found(photo: Path, image: Pixels) -> list[Box]:
        assert photo.stem == f"{number(image):02d}"
        return [(float(number(image)), float(k), 20.0, 20.0) for k in range(counts[number(image)])]

    return found


@pytest.mark.parametrize(
    "counts",
    [
        [1] * 23,
        [0] * 23,
        [0, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, *[0] * 8],
        [BATCH * 3 + 1, *[0] * 10, 5, *[4] * 11],
    ],
)
def test_every_photo_in_order_with_its_own_faces(photos: list[Path], counts: list[int]) -> None:
    detector = Told()
    results = list(predict_photos(detector, photos, faces(counts), "landmarks"))
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


def test_single_faces_share_a_pass_of_the_network(photos: list[Path]) -> None:
    detector = Told()
    list(predict_photos(detector, photos, faces([1] * 23), "landmarks"))
    assert detector.sizes == [AHEAD] * 3 + [5]
    detector.sizes.clear()
    list(predict_photos(detector, photos, faces([3] * 23), "landmarks"))
    assert detector.sizes == [9] * 7 + [6]


def test_what_cannot_be_read_is_told_in_its_place(photos: list[Path]) -> None:
    photos[0].write_bytes(b"")
    photos[7].write_bytes(photos[7].read_bytes()[:60])
    photos[22].unlink()
    results = list(predict_photos(Told(), photos, faces([1] * 23)))
    assert [result.photo for result in results] == photos
    broken = [place for place, result in enumerate(results) if result.problem]
    assert broken == [0, 7, 22]
    for place in broken:
        assert photos[place].name in (results[place].problem or "")
        assert results[place].faces == ()
    assert all(len(result.faces) == 1 for result in results if not result.problem)


def test_no_photos_are_no_results() -> None:
    assert list(predict_photos(Told(), [], faces([]))) == []


class Broken(Exception):
    """What a part that fails raises."""


@pytest.mark.parametrize("part", ["detector", "boxes", "photos"])
def test_what_fails_ends_it_and_leaves_no_thread(part: str, photos: list[Path]) -> None:
    class Failing(Told):
        def predict_crops(self, crops: Pixels) -> Landmarks:
            if part == "detector" and len(self.sizes) == 1:
                raise Broken
            return super().predict_crops(crops)

    def boxes(photo: Path, image: Pixels) -> list[Box]:
        if part == "boxes" and number(image) == 9:
            raise Broken
        return [(0.0, 0.0, 20.0, 20.0)]

    def source() -> Iterator[Path]:
        for place, photo in enumerate(photos):
            if part == "photos" and place == 14:
                raise Broken
            yield photo

    seen = list[Path]()
    results = predict_photos(Failing(), source(), boxes, "landmarks")
    with pytest.raises(Broken):
        seen.extend(result.photo for result in results)
    assert seen == photos[: len(seen)]
    assert len(seen) >= AHEAD


def test_whoever_has_seen_enough_may_stop(photos: list[Path]) -> None:
    results = predict_photos(Told(), photos, faces([1] * 23))
    assert next(results).photo == photos[0]
    results.close()  # type: ignore[attr-defined]


def test_only_so_many_photos_are_in_memory(photos: list[Path]) -> None:
    asked = list[int]()

    def source() -> Iterator[Path]:
        for place, photo in enumerate(photos):
            asked.append(place)
            yield photo

    for done, _ in enumerate(predict_photos(Told(), source(), faces([1] * 23)), 1):
        assert len(asked) <= done + 2 * AHEAD


def test_no_stage_waits_for_another(photos: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stage goes on only once the others are at later photos, or have begun with earlier
    ones: one after the other they would be stuck."""
    reading, finding = ([threading.Event() for _ in photos] for _ in range(2))
    predicting, stuck = threading.Event(), list[str]()

    def wait(event: threading.Event, what: str) -> None:
        if stuck or not event.wait(PATIENCE):
            stuck.append(what)

    def read(photo: Path) -> Pixels:
        place = int(photo.stem)
        reading[place].set()
        if place == 1:
            wait(reading[2], "two photos are read at once")
        if place == 9:
            wait(predicting, "photos are read while the network computes")
        return read_image(photo)

    def boxes(photo: Path, image: Pixels) -> list[Box]:
        place = number(image)
        finding[place].set()
        if place == 2:
            wait(reading[4], "photos are read while faces are found")
        if place == 7:
            wait(predicting, "faces are found while the network computes")
        return [(0.0, 0.0, 20.0, 20.0)]

    class Waiting(Told):
        def predict_crops(self, crops: Pixels) -> Landmarks:
            predicting.set()
            if not self.sizes:
                wait(finding[8], "the network computes while faces are found")
                wait(reading[10], "the network computes while photos are read")
            return super().predict_crops(crops)

    monkeypatch.setattr(pipeline, "read_image", read)
    results = list(predict_photos(Waiting(), photos, boxes, "landmarks"))
    assert stuck == []
    assert len(results) == len(photos)
