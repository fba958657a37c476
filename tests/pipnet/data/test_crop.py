"""From a box to the network's input and back."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipnet.data.boxes import BOX_KINDS, Box, overlap, tight_box
from pipnet.data.crop import (
    AUTHORS_CROP,
    CropConvention,
    compose_inverse,
    cut,
    invert,
    transform,
    warp,
)

positions = st.floats(-500, 5000)
sizes = st.floats(1, 3000)
boxes = st.tuples(positions, positions, sizes, sizes)


@given(
    boxes, st.booleans(), st.floats(0.8, 2.0), st.sampled_from([64, 256]),
    st.lists(st.tuples(positions, positions), min_size=1, max_size=9),
)  # fmt: skip
def test_there_and_back(
    box: Box, square: bool, enlarge: float, side: int, points: list[tuple[float, float]]
) -> None:
    convention = CropConvention(side=side, enlarge=enlarge, square=square)
    area = convention.crop_box(box)
    matrix, wanted = convention.matrix(area), np.array(points)
    points_crop = transform(matrix, wanted)
    np.testing.assert_allclose(transform(invert(matrix), points_crop), wanted, rtol=0, atol=1e-6)
    points_unit = (points_crop + 0.5) / side
    back = points_unit * area[2:] + area[:2]
    np.testing.assert_allclose(back, wanted, rtol=0, atol=1e-6)


@given(boxes)
def test_the_crop_is_the_box_made_larger_around_its_middle(box: Box) -> None:
    x, y, w, h = box
    for square in (True, False):
        area = CropConvention(enlarge=1.5, square=square).crop_box(box)
        middle = (area[0] + area[2] / 2, area[1] + area[3] / 2)
        assert middle == pytest.approx((x + w / 2, y + h / 2), abs=1e-6)
        wanted = (max(w, h), max(w, h)) if square else (w, h)
        assert area[2:] == pytest.approx(np.array(wanted) * 1.5)


def test_the_corners_of_the_crop_are_the_edges_of_the_input() -> None:
    matrix = CropConvention(side=100).matrix((10.0, 20.0, 50.0, 200.0))
    corners = np.array([[10.0, 20.0], [60.0, 220.0]])
    np.testing.assert_allclose(transform(matrix, corners), [[-0.5, -0.5], [99.5, 99.5]])


def test_the_whole_photo_of_the_input_size_is_taken_as_it_is() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    matrix = CropConvention(side=64).matrix((-0.5, -0.5, 64, 64))
    np.testing.assert_allclose(matrix, [[1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(warp(photo, matrix, 64), photo)


@pytest.mark.parametrize("square", [True, False])
@pytest.mark.parametrize("size", [40, 200, 520, 900, 1400, 2900])
@pytest.mark.parametrize("shift", [0.0, 0.37])
def test_a_marker_lands_where_the_matrix_says(size: float, square: bool, shift: float) -> None:
    """Faces are enlarged 3 times here, and reduced up to 11 times."""
    height, width = 1403, 1501
    convention = CropConvention(side=256, enlarge=1.0, square=square)
    box = (700.3 - size / 2 + shift, 650.8 - size / 2 - shift, size, size * 0.8)
    matrix = convention.matrix(convention.crop_box(box))
    scale = max(size / 256, 1.0)  # image pixels an input pixel
    for place in ([0.4, 0.5], [0.62, 0.7]):
        marker = np.array([box[0] + place[0] * box[2], box[1] + place[1] * box[3]])
        rows, columns = np.mgrid[0:height, 0:width]
        square_distance = (columns - marker[0]) ** 2 + (rows - marker[1]) ** 2
        spot = np.exp(-square_distance / (2 * (2.5 * scale) ** 2))
        photo = np.repeat((255 * spot).round().astype(np.uint8)[..., None], 3, 2)
        crop = warp(photo, matrix, 256)[..., 0].astype(float)
        rows, columns = np.mgrid[0:256, 0:256]
        centre = [(crop * axis).sum() / crop.sum() for axis in (columns, rows)]
        np.testing.assert_allclose(centre, transform(matrix, marker), rtol=0, atol=0.06)


def test_a_strongly_reduced_face_is_averaged_not_skipped() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1024, 1024, 3), np.uint8)
    crop = warp(noise, CropConvention(side=64).matrix((-0.5, -0.5, 1024, 1024)), 64)
    assert crop.std() < 10, "single pixels have 74, the mean of 16 x 16 has 5"


def test_outside_the_photo_is_black() -> None:
    photo = np.full((50, 50, 3), 200, np.uint8)
    convention = CropConvention(side=32)
    beside = warp(photo, convention.matrix((100, 100, 40, 40)), 32)
    assert beside.shape == (32, 32, 3)
    assert not beside.any()
    half = warp(photo, convention.matrix((-25.5, -0.5, 50, 50)), 32)
    assert not half[:, :15].any()
    assert (half[1:-1, 17:] == 200).all()


def test_points_far_outside_the_photo_need_no_memory() -> None:
    photo = np.full((50, 50, 3), 200, np.uint8)
    area = (-1e6, -1e6, 2e6, 2e6)
    assert warp(photo, CropConvention(side=32).matrix(area), 32).shape == (32, 32, 3)


def test_the_tight_box_leaves_out_what_is_not_labelled() -> None:
    points = np.array([[10.0, 5.0], [np.nan, np.nan], [30.0, 45.0]])
    assert tight_box(points) == (10, 5, 20, 40)


def test_a_single_point_has_a_box_of_one_pixel() -> None:
    assert tight_box(np.array([[10.0, 5.0]])) == (10, 5, 1, 1)


def test_a_detected_box_becomes_a_landmark_box() -> None:
    convention = CropConvention(detected=(0.1, 0.2, 0.9, 1.0))
    for kind in ("detected", "hand"):
        assert convention.landmark_box((100, 50, 10, 20), kind) == pytest.approx((101, 54, 8, 16))
    for kind in ("landmarks", "whole", "crop"):
        assert convention.landmark_box((100, 50, 10, 20), kind) == (100, 50, 10, 20)


def test_a_box_that_is_the_crop_is_not_enlarged() -> None:
    convention = CropConvention(enlarge=1.5, square=False)
    assert convention.area((10, 20, 30, 40), "crop") == (10, 20, 30, 40)
    assert convention.area((10, 20, 30, 40), "whole") == convention.crop_box((10, 20, 30, 40))
    with pytest.raises(ValueError, match="a box must have"):
        convention.area((10, 20, 0, 40), "crop")


def test_the_authors_crops_are_resized_and_others_are_warped() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (90, 80, 3), np.uint8)
    ours = CropConvention(side=64)
    for area in ((5.0, 7.0, 50.0, 70.0), (0.0, 0.0, 80.0, 90.0)):
        x, y, w, h = map(int, area)
        wanted = cv2.resize(photo[y : y + h, x : x + w], (64, 64))
        np.testing.assert_array_equal(cut(photo, area, replace(AUTHORS_CROP, side=64)), wanted)
        np.testing.assert_array_equal(cut(photo, area, ours), warp(photo, ours.matrix(area), 64))
    for area in ((5.5, 7.0, 50.0, 70.0), (-1.0, 7.0, 50.0, 70.0), (60.0, 7.0, 50.0, 70.0)):
        theirs = replace(AUTHORS_CROP, side=64)
        np.testing.assert_array_equal(
            cut(photo, area, theirs), warp(photo, theirs.matrix(area), 64)
        )


def test_an_unknown_kind_of_box_is_refused() -> None:
    with pytest.raises(ValueError, match="'detektor'") as caught:
        CropConvention().landmark_box((0, 0, 9, 9), "detektor")
    assert all(kind in str(caught.value) for kind in BOX_KINDS)


@pytest.mark.parametrize(
    "box", [(1, 1, 0, 0), (1, 1, -5, -5), (np.nan, 1, 5, 5), (1, np.inf, 5, 5)]
)
def test_a_box_without_an_area_is_refused(box: Box) -> None:
    with pytest.raises(ValueError, match="a box must have"):
        CropConvention().crop_box(box)


def test_the_convention_survives_its_mapping() -> None:
    convention = CropConvention(128, 1.1, False, (0.0, 0.1, 1.0, 0.9), -0.5)
    assert CropConvention.from_mapping(convention.to_mapping()) == convention


@given(boxes, boxes)
def test_overlap_is_a_symmetric_share(a: Box, b: Box) -> None:
    assert overlap(a, b) == pytest.approx(overlap(b, a))
    assert 0 <= overlap(a, b) <= 1 + 1e-9
    assert overlap(a, a) == pytest.approx(1)


def test_overlap_of_halves() -> None:
    assert overlap((0, 0, 10, 10), (5, 0, 10, 10)) == pytest.approx(50 / 150)
    assert overlap((0, 0, 10, 10), (10, 0, 10, 10)) == 0


def test_a_matrix_undone_by_its_inverse() -> None:
    matrix = np.array([[2.0, 0.5, 3.0], [-0.25, 1.5, -7.0]])
    np.testing.assert_allclose(compose_inverse(matrix, matrix), [[1, 0, 0], [0, 1, 0]], atol=1e-12)
