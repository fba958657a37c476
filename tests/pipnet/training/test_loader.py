"""Training samples and their batches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pipnet.data.boxes import tight_box
from pipnet.data.crop import CropConvention, transform
from pipnet.data.images import ImageError, read_header
from pipnet.data.normalisation import MEAN, STD, normalise
from pipnet.data.sample import Sample, mean_face
from pipnet.training import loader as loader_module
from pipnet.training.augment import NONE, PATCH_ENLARGE, Augmentation
from pipnet.training.augment_paper import PaperAugmentation
from pipnet.training.loader import Batch, Loader, OnUnreadable, warn_unreadable
from tests.pipnet.drawn import FIVE, draw

CONVENTION = CropConvention(side=64)
MIRRORED_AT_TIMES = replace(NONE, mirror=0.5)


def loader(
    faces: list[Sample],
    seed: int = 0,
    batch: int = 2,
    amount: Augmentation | None = None,
    workers: int = 1,
    manual_share: float | None = None,
    on_unreadable: OnUnreadable = warn_unreadable,
) -> Loader:
    return Loader(
        faces, FIVE.flip_table, CONVENTION,
        augmentation=amount or Augmentation(), batch=batch, seed=seed, workers=workers,
        manual_share=manual_share, on_unreadable=on_unreadable,
    )  # fmt: skip


def same(one: list[Batch], two: list[Batch]) -> bool:
    return all(
        np.array_equal(a.images, b.images) and np.array_equal(a.points_unit, b.points_unit)
        for a, b in zip(one, two, strict=True)
    )


def test_the_same_seed_gives_the_same_batches(faces: list[Sample]) -> None:
    assert same([*loader(faces).epoch(3)], [*loader(faces).epoch(3)])
    assert same([*loader(faces).epoch(3)], [*loader(faces, workers=3).epoch(3)])


def test_an_epoch_does_not_depend_on_those_before(faces: list[Sample]) -> None:
    used = loader(faces)
    for number in range(3):
        list(used.epoch(number))
    assert same([*used.epoch(3)], [*loader(faces).epoch(3)])


def test_other_epochs_and_seeds_differ(faces: list[Sample]) -> None:
    assert not same([*loader(faces).epoch(0)], [*loader(faces).epoch(1)])
    assert not same([*loader(faces).epoch(0)], [*loader(faces, seed=1).epoch(0)])


def test_an_epoch_shows_every_face_once(faces: list[Sample]) -> None:
    tasks = ("std", "cls1", "cls2", "cls3", "std", "cls1")
    marked = [replace(face, task=task) for face, task in zip(faces, tasks, strict=True)]
    orders = set()
    for number in range(3):
        batches = list(loader(marked, amount=NONE).epoch(number))
        assert sorted(task for batch in batches for task in batch.tasks) == sorted(tasks)
        shown = np.concatenate([batch.points_unit for batch in batches])
        assert len(np.unique(shown[:, 0, 0].round(6))) == 6
        orders.add(tuple(shown[:, 0, 0]))
    assert len(orders) == 3, "each epoch in another order"


class TestManualShare:
    @pytest.fixture
    def mixed(self, faces: list[Sample]) -> list[Sample]:
        """Three manual labels and seventeen pseudo-labels, which a test knows by their task."""
        pseudo = [replace(faces[n % 3 + 3], task="cls1", is_pseudo=True) for n in range(17)]
        return [*faces[:3], *pseudo]

    def shown(self, used: Loader, number: int = 0, skip: int = 0) -> list[tuple[str, float]]:
        """Task and place of every sample of an epoch."""
        return [
            (task, float(points[0, 0].round(6)))
            for batch in used.epoch(number, skip)
            for task, points in zip(batch.tasks, batch.points_unit, strict=True)
        ]

    @pytest.mark.parametrize(("share", "manual"), [(0.5, 10), (0.7, 14), (0.0, 0), (1.0, 20)])
    def test_every_epoch_has_exactly_this_share(
        self, mixed: list[Sample], share: float, manual: int
    ) -> None:
        used = loader(mixed, amount=NONE, manual_share=share)
        for number in range(3):
            tasks = [task for task, _ in self.shown(used, number)]
            assert (tasks.count("std"), len(tasks)) == (manual, 20)

    def test_every_manual_label_is_shown_equally_often(self, mixed: list[Sample]) -> None:
        used = loader(mixed, amount=NONE, manual_share=0.5)
        for number in range(3):
            places = [place for task, place in self.shown(used, number) if task == "std"]
            assert sorted(places.count(place) for place in set(places)) == [3, 3, 4]

    def test_it_is_the_same_again_and_when_resumed(self, mixed: list[Sample]) -> None:
        used = loader(mixed, amount=NONE, manual_share=0.5)
        wanted = self.shown(used, 2)
        assert self.shown(loader(mixed, amount=NONE, manual_share=0.5), 2) == wanted
        assert self.shown(used, 2, skip=7) == wanted[14:]
        assert self.shown(used, 1) != wanted

    def test_it_means_nothing_where_all_labels_are_of_one_kind(self, faces: list[Sample]) -> None:
        for kind in (False, True):
            alike = [replace(face, is_pseudo=kind) for face in faces]
            assert same([*loader(alike, manual_share=0.3).epoch(0)], [*loader(alike).epoch(0)])


class TestWeights:
    def test_they_go_with_their_landmarks_into_the_mirror(self, faces: list[Sample]) -> None:
        weights = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
        used = loader([replace(faces[0], weights=weights)], batch=1, amount=MIRRORED_AT_TIMES)
        seen = set()
        for number in range(12):
            batch = next(used.epoch(number))
            assert batch.weights is not None
            mirrored = bool(batch.points_unit[0, 3, 1] < batch.points_unit[0, 4, 1])
            order = list(FIVE.flip) if mirrored else list(range(5))
            assert batch.weights[0].tolist() == weights[order].tolist()
            seen.add(mirrored)
        assert seen == {True, False}

    def test_others_count_fully_and_none_is_no_array(self, faces: list[Sample]) -> None:
        weighted = replace(faces[0], weights=np.full(5, 0.5), task="cls1")
        batch = next(loader([weighted, *faces[1:4]], batch=4).epoch(0))
        assert batch.weights is not None
        for task, row in zip(batch.tasks, batch.weights, strict=True):
            assert (row == (0.5 if task == "cls1" else 1.0)).all()
        assert next(loader(faces).epoch(0)).weights is None

    def test_the_authors_augmentation_does_not_carry_them(self, faces: list[Sample]) -> None:
        with pytest.raises(ValueError, match="how much each landmark counts"):
            Loader(
                [replace(faces[0], weights=np.ones(5))], FIVE.flip_table, CONVENTION,
                augmentation=PaperAugmentation(),
            )  # fmt: skip


@pytest.mark.parametrize(
    ("batch", "batches", "size"), [(2, 3, 2), (4, 1, 4), (6, 1, 6), (99, 1, 6)]
)
def test_only_whole_batches_count_unless_there_is_none(
    faces: list[Sample], batch: int, batches: int, size: int
) -> None:
    given = loader(faces, batch=batch)
    assert len(given) == batches
    assert [len(part.images) for part in given.epoch(0)] == [size] * batches


def test_what_a_batch_holds(faces: list[Sample]) -> None:
    batch = next(loader(faces, amount=NONE).epoch(0))
    assert (batch.images.dtype, batch.images.shape) == (np.uint8, (2, 64, 64, 3))
    assert batch.points_unit.shape == (2, 5, 2)
    assert (batch.points_unit > 0).all()
    assert (batch.points_unit < 1).all()


def test_each_box_of_a_face_has_its_turn(faces: list[Sample]) -> None:
    x, y, w, h = faces[0].boxes[0]
    boxes = ((x, y, w, h), (x - 20, y, w, h))
    given = loader([replace(faces[0], boxes=boxes)], batch=1, amount=NONE)
    seen = {float(next(given.epoch(n)).points_unit[0, 2, 0].round(3)) for n in range(12)}
    assert len(seen) == 2


def test_no_more_patches_are_kept_than_there_is_memory_for(
    faces: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Path] = []
    read = loader_module.read_image
    monkeypatch.setattr(
        loader_module,
        "read_image",
        lambda path, size: (reads.append(path), read(path, size=size))[1],
    )
    one = NONE.cut(read(faces[0].image), faces[0].boxes[0], CONVENTION)[0].nbytes
    for kept, limit in ((6, loader_module.MAX_CACHE_BYTES), (0, 0), (3, int(2.5 * one))):
        monkeypatch.setattr(loader_module, "MAX_CACHE_BYTES", limit)
        given = loader([faces[0]] * 6)
        for number in range(3):
            list(given.epoch(number))
        assert len(reads) == kept + 3 * (6 - kept)
        reads.clear()
    wanted = [*loader(faces).epoch(2)]
    monkeypatch.setattr(loader_module, "MAX_CACHE_BYTES", 0)
    assert same([*loader(faces).epoch(2)], wanted), "kept or not, the pixels are the same"


class TestUnreadable:
    @pytest.fixture
    def bad(self, faces: list[Sample]) -> list[Sample]:
        """Six faces of which one photo is truncated, one missing, one replaced by a larger one."""
        headers = [read_header(face.image) for face in faces]
        sized = [
            replace(face, size=(header.width, header.height))
            for face, header in zip(faces, headers, strict=True)
        ]
        sized[4].image.write_bytes(sized[4].image.read_bytes()[:200])
        sized[1].image.unlink()
        Image.new("RGB", (300, 200)).save(sized[2].image)
        return sized

    @pytest.mark.parametrize("workers", [1, 3])
    def test_the_other_faces_take_its_place_and_it_is_told_once(
        self, bad: list[Sample], workers: int
    ) -> None:
        told: list[tuple[Path, str]] = []
        used = loader(
            bad,
            amount=NONE,
            workers=workers,
            on_unreadable=lambda sample, error: told.append((sample.image, error.reason)),
        )
        marked = [*used.epoch(0), *used.epoch(1)]
        reasons = dict(told)
        assert len(told) == 3
        assert "truncated" in reasons[bad[4].image]
        assert "no such file" in reasons[bad[1].image]
        width, height = bad[2].size
        wanted = f"is 300 x 200 pixels now and was {width} x {height} before"
        assert reasons[bad[2].image] == wanted
        shown = np.concatenate([batch.points_unit for batch in marked])
        assert len(shown) == 12
        assert len(np.unique(shown[:, 0, 0].round(6))) == 3, "those of the whole photos only"

    def test_it_is_the_same_with_more_threads(self, bad: list[Sample]) -> None:
        def quiet(sample: Sample, error: ImageError) -> None:
            pass

        one, two = (loader(bad, workers=count, on_unreadable=quiet) for count in (1, 3))
        assert same([*one.epoch(3)], [*two.epoch(3)])

    def test_without_a_callback_it_is_a_warning_with_the_path(self, bad: list[Sample]) -> None:
        with pytest.warns(UserWarning, match="skipped") as told:
            list(loader(bad).epoch(0))
        assert len(told) == 3
        wanted = f"skipped: {bad[4].image} is truncated"
        assert any(str(warning.message) == wanted for warning in told)

    def test_with_no_usable_photo_it_is_an_error(self, faces: list[Sample]) -> None:
        for face in faces:
            face.image.unlink(missing_ok=True)
        given = loader(faces, on_unreadable=lambda sample, error: None)
        with pytest.raises(ValueError, match="no photo of 6 faces can be used"):
            list(given.epoch(0))

    def test_what_the_callback_raises_ends_the_epoch(self, bad: list[Sample]) -> None:
        def stop(sample: Sample, error: ImageError) -> None:
            raise KeyError(sample.image.name)

        with pytest.raises(KeyError):
            list(loader(bad, on_unreadable=stop).epoch(0))


@pytest.mark.parametrize("size", [60, 180, 900])
def test_a_patch_shows_the_face_where_its_matrix_says(tmp_path: Path, size: int) -> None:
    points = np.array([[0.3, 0.3], [0.7, 0.4], [0.5, 0.6]]) * size + 0.1 * size
    photo = draw(points, (int(1.2 * size), int(1.2 * size)), radius=size / 40)
    patch, matrix = NONE.cut(photo, tight_box(points), CONVENTION)
    assert len(patch) <= round(64 * PATCH_ENLARGE)
    for x, y in transform(matrix, points).round().astype(int):
        assert patch[y, x].max() > 150


def test_the_patch_of_a_small_face_is_no_finer_than_the_photo() -> None:
    photo = np.zeros((200, 200, 3), np.uint8)
    patch, matrix = NONE.cut(photo, (90.0, 90.0, 20.0, 20.0), CONVENTION)
    assert len(patch) == round(20 * CONVENTION.enlarge * PATCH_ENLARGE)
    assert matrix[0, 0] == pytest.approx(1)


def test_the_mean_face_is_in_units_of_the_crop(faces: list[Sample]) -> None:
    square = replace(faces[0], points=np.array([[0.0, 0], [10, 0], [5, 5], [0, 10], [10, 10]]))
    wanted = (square.points / 10 - 0.5) / 1.25 + 0.5
    np.testing.assert_allclose(mean_face([square], CONVENTION), wanted)
    twice = replace(square, points=square.points * 2 + 7)
    np.testing.assert_allclose(mean_face([square, twice], CONVENTION), wanted)


def test_the_mean_face_is_of_complete_faces(faces: list[Sample]) -> None:
    points = faces[0].points.copy()
    points[1] = np.nan
    part = replace(faces[0], points=points)
    np.testing.assert_array_equal(
        mean_face([part, *faces[1:]], CONVENTION), mean_face(faces[1:], CONVENTION)
    )
    with pytest.raises(ValueError, match="no face has all its landmarks"):
        mean_face([part], CONVENTION)


def test_pixels_are_normalised_as_imagenet_is() -> None:
    image = np.zeros((1, 2, 2, 3), np.uint8)
    image[0, 0, 1] = (255, 0, 51)
    found = normalise(image)
    assert found.dtype == torch.float32
    assert found.is_contiguous(memory_format=torch.channels_last)
    np.testing.assert_allclose(found[0, :, 0, 1], (np.array([1, 0, 0.2]) - MEAN) / STD, rtol=1e-6)
    np.testing.assert_allclose(found[0, :, 1, 0], -MEAN / STD, rtol=1e-6)


def test_an_odd_photo_will_do(tmp_path: Path) -> None:
    """Grey, and the face half outside."""
    path = tmp_path / "grey.png"
    Image.fromarray(np.full((40, 50), 99, np.uint8)).save(path)
    points = np.array([[-10.0, 5.0], [20.0, 5.0], [5.0, 20.0], [0.0, 60.0], [30.0, 60.0]])
    face = Sample(path, points, (tight_box(points),))
    assert np.isfinite(next(loader([face], batch=1).epoch(0)).images).all()
