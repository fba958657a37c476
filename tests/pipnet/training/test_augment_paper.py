"""The authors' augmentation: what it draws how often, and that pixels and points stay together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from pipnet.data.crop import AUTHORS_CROP, CropConvention, warp
from pipnet.training.augment_paper import PaperAugmentation
from tests.pipnet.drawn import FIVE, draw

SIDE = 256
CONVENTION = CropConvention(enlarge=1.0, square=False)
BOX = (-0.5, -0.5, 256.0, 256.0)
POINTS = np.array([[80.0, 90.0], [170.0, 95.0], [128.0, 135.0], [95.0, 180.0], [165.0, 176.0]])
PARTS = ("translate", "occlude", "mirror", "rotate", "blur", "grey")
ODDS = (0.5, 0.5, 0.5, 0.5, 0.3, 0.2)
Drawn = tuple[NDArray[np.uint8], NDArray[np.float64]]


@dataclass
class Dice:
    """A generator whose yes-or-no answers are given: the parts in `on` happen, no other."""

    on: tuple[str, ...]
    seed: int = 0
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)
        self._parts = iter(PARTS)

    def random(self, size: int | None = None) -> object:
        if size is not None:
            return self._rng.random(size)
        self.asked.append(next(self._parts))
        return 0.0 if self.asked[-1] in self.on else 1.0

    def uniform(self, low: float, high: float) -> float:
        return float(self._rng.uniform(low, high))


@pytest.fixture(scope="module")
def photo() -> NDArray[np.uint8]:
    return draw(POINTS, (SIDE, SIDE), radius=4)


@pytest.fixture(scope="module")
def noise() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(1, 256, (SIDE, SIDE, 3), np.uint8)


def sample(photo: NDArray[np.uint8], *on: str, seed: int = 0, mirror: bool = True) -> Drawn:
    paper, flip = PaperAugmentation(), FIVE.flip_table if mirror else None
    patch = paper.cut(photo, BOX, CONVENTION)
    dice = Dice(on, seed)
    if not mirror:
        dice._parts = iter([part for part in PARTS if part != "mirror"])
    return paper.sample(patch, POINTS, BOX, flip, CONVENTION, dice)  # type: ignore[arg-type]


def unit(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return (points + 0.5) / SIDE


def assert_on_the_spots(image: NDArray[np.uint8], points_unit: NDArray[np.float64]) -> None:
    """Each point that lies well inside is in the middle of a bright spot, to a pixel."""
    points, seen = points_unit * SIDE - 0.5, 0
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    for x, y in points:
        if min(x, y) > 20 and max(x, y) < SIDE - 20:
            near = (columns - x) ** 2 + (rows - y) ** 2 < 16**2
            light = np.where(near, image.max(-1).astype(float) - 22, 0).clip(0)
            centre = [(light * axis).sum() / light.sum() for axis in (columns, rows)]
            np.testing.assert_allclose(centre, [x, y], rtol=0, atol=1.0)
            seen += 1
    assert seen >= 3


def test_nothing_drawn_is_nothing_done(photo: NDArray[np.uint8]) -> None:
    image, points_unit = sample(photo)
    np.testing.assert_array_equal(image, photo)
    np.testing.assert_allclose(points_unit, unit(POINTS), rtol=0, atol=1e-12)


@pytest.mark.parametrize("on", [("translate",), ("mirror",), ("rotate",), ("blur",), PARTS])
def test_pixels_and_points_move_together(on: tuple[str, ...], photo: NDArray[np.uint8]) -> None:
    on = tuple(part for part in on if part != "occlude")
    changed = 0
    for seed in range(8):
        image, points_unit = sample(photo, *on, seed=seed)
        changed += int((image != photo).any())
        assert image.shape == photo.shape
        assert image.flags.c_contiguous
        assert_on_the_spots(image, points_unit)
    assert changed >= 7, "it does something, but for a blur of hardly a pixel"


def test_translation_is_in_whole_pixels_with_black_behind(noise: NDArray[np.uint8]) -> None:
    shifts = set()
    for seed in range(300):
        image, points_unit = sample(noise, "translate", seed=seed)
        shift = (points_unit - unit(POINTS)) * SIDE
        dx, dy = (int(v) for v in shift[0].round())
        np.testing.assert_allclose(shift, np.broadcast_to([dx, dy], shift.shape), atol=1e-9)
        wanted = np.zeros_like(noise)
        wanted[max(0, dy) : SIDE + min(0, dy), max(0, dx) : SIDE + min(0, dx)] = noise[
            max(0, -dy) : SIDE + min(0, -dy), max(0, -dx) : SIDE + min(0, -dx)
        ]
        np.testing.assert_array_equal(image, wanted)
        shifts.update((dx, dy))
    assert shifts == set(range(-29, 30)), "0 for 1 in 30, each other for 1 in 60"


def test_translated_points_are_clamped_to_the_crop(noise: NDArray[np.uint8]) -> None:
    paper, points = PaperAugmentation(), POINTS.copy()
    points[0], points[1], points[2] = [2, 3], [253, 250], np.nan
    clamped = 0
    for seed in range(40):
        found = paper.sample(
            (noise, np.eye(2, 3)), points, BOX, None, CONVENTION, Dice(("translate",), seed),  # type: ignore[arg-type]
        )[1]  # fmt: skip
        assert np.isnan(found[2]).all()
        assert np.nanmin(found) >= 0
        assert np.nanmax(found) <= 1
        moved = found[3] - unit(points)[3]
        np.testing.assert_allclose(found[[0, 1, 4]], (unit(points) + moved)[[0, 1, 4]].clip(0, 1))
        clamped += int(((found == 0) | (found == 1)).any())
    assert clamped > 20


def test_without_translation_points_outside_stay_outside(noise: NDArray[np.uint8]) -> None:
    points = POINTS.copy()
    points[0] = [-20, 280]
    found = PaperAugmentation().sample(
        (noise, np.eye(2, 3)), points, BOX, FIVE.flip_table, CONVENTION,
        Dice(("rotate", "occlude")),  # type: ignore[arg-type]
    )[1]  # fmt: skip
    assert found.max() > 1


def test_occlusion_is_one_rectangle_of_one_colour(noise: NDArray[np.uint8]) -> None:
    sizes = []
    for seed in range(200):
        image, points_unit = sample(noise, "occlude", seed=seed)
        np.testing.assert_allclose(points_unit, unit(POINTS), rtol=0, atol=1e-12)
        rows, columns = np.nonzero((image != noise).any(-1))
        if len(rows) == 0:
            continue
        part = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert len(np.unique(part.reshape(-1, 3), axis=0)) == 1
        sizes.append(part.shape[:2])
        assert rows.max() < SIDE - 10
        assert columns.max() < SIDE - 10
    largest = np.array(sizes).max(0)
    assert (largest <= int(0.4 * SIDE)).all()
    assert (largest > 0.35 * SIDE).all()


def test_the_mirror_exchanges_left_and_right(photo: NDArray[np.uint8]) -> None:
    image, points_unit = sample(photo, "mirror")
    np.testing.assert_array_equal(image, photo[:, ::-1])
    wanted = unit(POINTS)[list(FIVE.flip)] * [-1, 1] + [1, 0]
    np.testing.assert_allclose(points_unit, wanted, rtol=0, atol=1e-12)


def test_a_scheme_without_a_mirror_is_not_asked(photo: NDArray[np.uint8]) -> None:
    """And the parts after it are drawn as they would be."""
    image, points_unit = sample(photo, "mirror", "grey", mirror=False)
    np.testing.assert_allclose(points_unit, unit(POINTS), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(image, np.repeat(image[..., :1], 3, 2))


def test_rotation_is_about_the_middle_within_30_degrees(photo: NDArray[np.uint8]) -> None:
    angles = []
    middle = np.array([0.5, 0.5])
    for seed in range(100):
        found = sample(photo, "rotate", seed=seed)[1] - middle
        before = unit(POINTS) - middle
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.linalg.norm(before, axis=1))
        turn = np.arctan2(found[:, 1], found[:, 0]) - np.arctan2(before[:, 1], before[:, 0])
        turn = np.degrees((turn + np.pi) % (2 * np.pi) - np.pi)
        np.testing.assert_allclose(turn, turn[0], atol=1e-6)
        angles.append(turn[0])
    assert max(map(abs, angles)) <= 30
    assert min(angles) < -25
    assert max(angles) > 25


@pytest.mark.parametrize("part", ["blur", "grey"])
def test_looks_leave_the_points(part: str, noise: NDArray[np.uint8]) -> None:
    image, points_unit = sample(noise, part, seed=3)
    np.testing.assert_allclose(points_unit, unit(POINTS), rtol=0, atol=1e-12)
    if part == "grey":
        np.testing.assert_array_equal(image, np.repeat(image[..., :1], 3, 2))
        wanted = noise @ np.array([0.299, 0.587, 0.114])
        assert np.abs(image[..., 0] - wanted).max() <= 1
    else:
        assert image.std() < 0.8 * noise.std()


def test_the_patch_is_one_crop_of_the_landmark_box_stretched() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (500, 400, 3), np.uint8)
    box = (100.0, 120.0, 150.0, 220.0)
    pixels, matrix = PaperAugmentation().cut(photo, box, AUTHORS_CROP)
    area = (92.5, 109.0, 165.0, 242.0)  # 1.1 times as wide and as high
    np.testing.assert_allclose(matrix, AUTHORS_CROP.matrix(area), rtol=0, atol=1e-9)
    assert pixels.shape == (256, 256, 3)
    np.testing.assert_array_equal(pixels, warp(photo, matrix, 256))
    elsewhere = np.random.default_rng(9)
    points = np.array([[92.5, 109.0], [257.5, 351.0]])
    first = [
        PaperAugmentation().sample((pixels, matrix), points, other, None, AUTHORS_CROP, rng)
        for other, rng in ((box, np.random.default_rng(9)), ((0, 0, 9, 9), elsewhere))
    ]
    np.testing.assert_array_equal(first[0][0], first[1][0])
    np.testing.assert_array_equal(first[0][1], first[1][1])


def test_corners_of_the_box_are_corners_of_the_crop() -> None:
    """As the authors count: from the box's origin, with no shift of half a pixel."""
    area = (92.5, 109.0, 165.0, 242.0)
    patch = (np.zeros((256, 256, 3), np.uint8), AUTHORS_CROP.matrix(area))
    points = np.array([[92.5, 109.0], [257.5, 351.0]])
    found = PaperAugmentation().sample(
        patch, points, area, None, AUTHORS_CROP, Dice(("occlude",))  # type: ignore[arg-type]
    )[1]  # fmt: skip
    np.testing.assert_allclose(found, [[0, 0], [1, 1]], rtol=0, atol=1e-9)


def test_each_part_happens_as_often_as_the_authors_have_it() -> None:
    """Which parts happened is read from the sample alone."""
    small, total = CropConvention(side=64, enlarge=1.0, square=False), 1500
    rng = np.random.default_rng(0)
    picture = rng.integers(1, 256, (64, 64, 3), np.uint8)
    patch, box = (picture, np.eye(2, 3)), (-0.5, -0.5, 64.0, 64.0)
    points = np.array([[25.0, 30.0], [38.0, 31.0], [31.0, 34.0], [28.0, 37.0], [35.0, 38.0]])
    counted, coloured, sharp = Counter[str](), 0, 0
    known = {0, *codes(picture)}
    for _ in range(total):
        image, found = PaperAugmentation().sample(patch, points, box, FIVE.flip_table, small, rng)
        counted.update(moved((points + 0.5) / 64, found))
        if (image == image[..., :1]).all():
            counted["grey"] += 1
            continue
        coloured += 1
        # everything but blur takes whole pixels of the picture, one colour or black
        new = len(codes(image) - known)
        if new > 1:
            counted["blur"] += 1
        else:
            sharp += 1
            counted["occlude"] += new
    visible = (1 - 1 / (0.4 * 64)) ** 2  # a rectangle may be less than a pixel wide or high
    still = (2 / 15) ** 2  # translation by 7 of 64 pixels or less, and 0 twice as often as others
    wanted = {
        "mirror": (0.5, total), "rotate": (0.5, total), "translate": (0.5 * (1 - still), total),
        "grey": (0.2, total), "blur": (0.3, coloured), "occlude": (0.5 * visible, sharp),
    }  # fmt: skip
    for part, (odds, count) in wanted.items():
        deviation = (odds * (1 - odds) / count) ** 0.5
        assert counted[part] / count == pytest.approx(odds, abs=4 * deviation), part


def codes(image: NDArray[np.uint8]) -> set[int]:
    """One number for each colour of a picture."""
    red, green, blue = np.moveaxis(image.astype(np.int64), -1, 0)
    return set((red * 65536 + green * 256 + blue).ravel().tolist())


def moved(before: NDArray[np.float64], found: NDArray[np.float64]) -> list[str]:
    """What happened to the landmarks: a mirror, a turn about the middle, and before it a shift."""
    for mirrored in (False, True):
        source = before[list(FIVE.flip)] * [-1, 1] + [1, 0] if mirrored else before
        one, two = ((part - 0.5) @ [1, 1j] for part in (source, found))
        ratio = (two - two.mean()) / (one - one.mean())
        if np.abs(ratio - ratio[0]).max() < 1e-9:
            shift = np.abs(two / ratio[0] - one).max()
            happened = {"mirror": mirrored, "rotate": abs(ratio[0] - 1) > 1e-9,
                        "translate": shift > 1e-9}  # fmt: skip
            return [part for part, did in happened.items() if did]
    raise AssertionError("the landmarks changed their shape")
