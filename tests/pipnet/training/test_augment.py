"""Random changes move pixels and landmarks together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pipnet.data.crop import CropConvention
from pipnet.training.augment import NONE, Augmentation
from tests.pipnet.drawn import COLOURS, FIVE, draw

PHOTO_POINTS = np.array(
    [[150.3, 140.7], [251.2, 150.4], [200.6, 202.1], [170.9, 250.0], [240.0, 260.5]]
)
BOX = (140.0, 130.0, 122.0, 140.0)
CONVENTION = CropConvention(side=128, enlarge=1.3)
EVERYTHING_OFF = replace(NONE, mirror=0.5)
GEOMETRY = {
    "box_jitter": replace(NONE, box_jitter=0.06, mirror=0.5),
    "rotate": replace(NONE, rotate=40.0, mirror=0.5),
    "zoom": replace(NONE, zoom=0.2, mirror=0.5),
    "all": replace(NONE, box_jitter=0.05, rotate=30.0, zoom=0.1, mirror=0.5),
}
LOOKS = {
    name: replace(NONE, **{name: 1.0}) for name in ("colour", "grey", "blur", "occlude", "coarse")
}
Sample = tuple[NDArray[np.uint8], NDArray[np.float64]]


@pytest.fixture(scope="module")
def photo() -> NDArray[np.uint8]:
    return draw(PHOTO_POINTS, (400, 420), radius=4)


def augmented(
    photo: NDArray[np.uint8], amount: Augmentation, seed: int, mirror: bool = False
) -> Sample:
    patch = amount.cut(photo, BOX, CONVENTION)
    flip = FIVE.flip_table if mirror else None
    rng = np.random.default_rng(seed)
    return amount.sample(patch, PHOTO_POINTS, BOX, flip, CONVENTION, rng)


def spot(image: NDArray[np.uint8], points_unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the bright spot near a point really is, in crop units."""
    x, y = points_unit * 128 - 0.5
    rows, columns = np.mgrid[0:128, 0:128]
    near = (columns - x) ** 2 + (rows - y) ** 2 < 14**2
    light = np.where(near, image.max(-1).astype(float) - 60, 0).clip(0)
    assert light.sum() > 500, "no spot there"
    centre = np.array([(light * axis).sum() for axis in (columns, rows)]) / light.sum()
    return (centre + 0.5) / 128


def assert_on_the_spots(image: NDArray[np.uint8], points_unit: NDArray[np.float64]) -> None:
    """All points that lie well inside are in the middle of a spot, to 0.4 of 128 pixels."""
    inside = [p for p in points_unit if (p > 0.12).all() and (p < 0.88).all()]
    assert len(inside) >= 2
    for point in inside:
        np.testing.assert_allclose(spot(image, point), point, rtol=0, atol=0.4 / 128)


@pytest.mark.parametrize("name", GEOMETRY)
def test_geometry_moves_pixels_and_points_together(name: str, photo: NDArray[np.uint8]) -> None:
    still = augmented(photo, NONE, 0)[1]
    moved = []
    for seed in range(8):
        image, points_unit = augmented(photo, GEOMETRY[name], seed)
        assert_on_the_spots(image, points_unit)
        moved.append(np.abs(points_unit - still).max())
    assert max(moved) > 0.02, "it does something"


@pytest.mark.parametrize("name", LOOKS)
def test_looks_change_pixels_and_leave_points(name: str, photo: NDArray[np.uint8]) -> None:
    plain, still = augmented(photo, NONE, 0)
    for seed in range(6):
        image, points_unit = augmented(photo, LOOKS[name], seed)
        np.testing.assert_array_equal(points_unit, still)
        assert (image != plain).any(), "it does something"
        if name != "occlude":
            assert_on_the_spots(image, points_unit)


def test_occlusion_covers_one_rectangle(photo: NDArray[np.uint8]) -> None:
    plain, _ = augmented(photo, NONE, 0)
    for seed in range(6):
        rows, columns = np.nonzero((augmented(photo, LOOKS["occlude"], seed)[0] != plain).any(-1))
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert len(rows) > 0.8 * height * width
        assert max(height, width) <= 0.45 * 128


def test_grey_has_three_equal_channels(photo: NDArray[np.uint8]) -> None:
    image, _ = augmented(photo, LOOKS["grey"], 0)
    np.testing.assert_array_equal(image, np.repeat(image[..., :1], 3, 2))


def test_with_nothing_on_the_sample_is_the_plain_crop(photo: NDArray[np.uint8]) -> None:
    image, points_unit = augmented(photo, NONE, 0, mirror=True)
    area = CONVENTION.crop_box(BOX)
    wanted = (PHOTO_POINTS - area[:2]) / area[2:]
    np.testing.assert_allclose(points_unit, wanted, rtol=0, atol=1e-9)
    assert_on_the_spots(image, points_unit)


def test_a_mirrored_face_keeps_left_left(photo: NDArray[np.uint8]) -> None:
    """The left eye of a mirrored face is the right one of the photo, spot and colour."""
    still = augmented(photo, NONE, 0)[1]
    seen = set()
    for seed in range(12):
        image, points_unit = augmented(photo, EVERYTHING_OFF, seed, mirror=True)
        mirrored = not np.allclose(points_unit, still)
        seen.add(mirrored)
        assert_on_the_spots(image, points_unit)
        for landmark, point in enumerate(points_unit):
            x, y = (point * 128 - 0.5).round().astype(int)
            wanted = COLOURS[FIVE.flip[landmark] if mirrored else landmark]
            np.testing.assert_allclose(image[y, x], wanted, atol=40)
        if mirrored:
            np.testing.assert_allclose(points_unit[list(FIVE.flip)], still * [-1, 1] + [1, 0])
    assert seen == {False, True}


def test_a_scheme_without_a_mirror_is_never_mirrored(photo: NDArray[np.uint8]) -> None:
    still = augmented(photo, NONE, 0)[1]
    for seed in range(12):
        np.testing.assert_allclose(augmented(photo, EVERYTHING_OFF, seed)[1], still)


def test_mirrored_twice_is_the_same_picture_and_points(photo: NDArray[np.uint8]) -> None:
    convention, box = CropConvention(side=128, enlarge=1.0), (-0.5, -0.5, 128, 128)
    identity = np.array([[1.0, 0, 0], [0, 1, 0]])
    image, points_unit = augmented(photo, NONE, 0)
    first, start = image, points_unit
    seed = next(s for s in range(99) if _mirrors(s))
    for turn in (1, 2):
        points = points_unit * 128 - 0.5
        rng = np.random.default_rng(seed)
        image, points_unit = EVERYTHING_OFF.sample(
            (image, identity), points, box, FIVE.flip_table, convention, rng
        )
        if turn == 1:
            np.testing.assert_array_equal(image, first[:, ::-1])
    np.testing.assert_array_equal(image, first)
    np.testing.assert_allclose(points_unit, start, rtol=0, atol=1e-12)


def _mirrors(seed: int) -> bool:
    blank, points = np.zeros((128, 128, 3), np.uint8), np.zeros((5, 2))
    found = EVERYTHING_OFF.sample(
        (blank, np.eye(2, 3)), points, (-0.5, -0.5, 128, 128), FIVE.flip_table,
        CropConvention(side=128, enlarge=1.0), np.random.default_rng(seed),
    )[1]  # fmt: skip
    return bool(found[0, 0] > 0.5)


def test_unlabelled_points_stay_unlabelled_and_change_places_in_the_mirror() -> None:
    blank, points = np.zeros((128, 128, 3), np.uint8), np.full((5, 2), 9.0)
    points[0] = np.nan
    lost = set()
    for seed in range(12):
        found = Augmentation().sample(
            (blank, np.eye(2, 3)), points, BOX, FIVE.flip_table, CONVENTION,
            np.random.default_rng(seed),
        )[1]  # fmt: skip
        (gone,) = np.nonzero(np.isnan(found).all(-1))
        lost.add(tuple(gone.tolist()))
    assert lost == {(0,), (1,)}


def test_the_same_seed_gives_the_same_sample(photo: NDArray[np.uint8]) -> None:
    one, two, other = (augmented(photo, Augmentation(), seed, mirror=True) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one[0], two[0])
    np.testing.assert_array_equal(one[1], two[1])
    assert (one[0] != other[0]).any()
