"""Cutting faces out of photos, and landmarks on small pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeltool.domain import Card, Verdict
from labeltool.gui.gallery.landmark_rasterizer import PictureLandmarks, draw_landmarks, point_radius
from labeltool.gui.images.thumbnails import MAX_THUMBNAIL_PIXELS, crop_square, square

CARD = Card(
    id=1, photo=Path("a.jpg"), name="a.jpg", box=(99.5, 99.5, 80.0, 60.0),
    box_kind="detected", verdict=Verdict.UNREVIEWED, flag=False, offered=True, error=0.05,
    draft=False, points=None, errors=None, tolerance=0.08, moved=None,
)  # fmt: skip


def test_the_square_lies_around_the_box():
    assert square(CARD) == (90.0, 80.0, 100.0)
    assert square(replace(CARD, box=(-0.5, -0.5, 400, 300), box_kind="whole")) == (0, -50, 400)


@pytest.mark.parametrize("reduced", [1, 2, 4])
def test_a_point_of_the_photo_is_where_the_square_says(reduced):
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[120:128, 140:148] = 255  # its middle is at (144, 124), from the outer corner
    whole = Image.fromarray(pixels).reduce(reduced)
    cut = np.asarray(crop_square(whole, square(CARD), (1 / reduced, 1 / reduced)), float)[..., 0]
    side = len(cut)
    assert side == 100 // reduced
    rows, columns = np.indices(cut.shape) + 0.5
    x, y, width = square(CARD)
    found = np.array([(columns * cut).sum(), (rows * cut).sum()]) / cut.sum()
    np.testing.assert_allclose(found, (np.array([144, 124]) - (x, y)) * side / width, atol=0.2)


def test_a_crop_beyond_the_photo_is_grey_and_large_crops_are_reduced():
    whole = Image.new("RGB", (400, 300), (255, 255, 255))
    cut = np.asarray(crop_square(whole, (-100.0, -100.0, 200.0), (1.0, 1.0)))
    assert cut.shape == (200, 200, 3)
    assert (cut[:99, :99] == cut[0, 0]).all()
    assert cut[0, 0].max() < 128
    assert (cut[101:, 101:] == 255).all()
    assert (
        crop_square(whole.resize((4000, 3000)), (0.0, 0.0, 3000.0), (1.0, 1.0)).width
        == MAX_THUMBNAIL_PIXELS
    )
    assert len(np.unique(np.asarray(crop_square(whole, (900.0, 900.0, 50.0), (1.0, 1.0))))) == 1


def drawn(points: list[tuple[float, float]], side: int = 60, **marks: object) -> np.ndarray:
    picture = np.full((side, side, 4), 128, np.uint8)
    made = PictureLandmarks(
        np.array(points, float).reshape(-1, 2), marks.get("levels"), marks.get("moved")
    )
    (result,) = draw_landmarks([picture], [made])
    assert (picture == 128).all()
    return result[..., :3].astype(float)


def test_points_are_drawn_where_they_are_and_absent_ones_not():
    empty = drawn([(np.nan, np.nan), (-30, 5), (5, 900), (np.inf, 1)])
    assert (empty == 128).all()
    one = drawn([(20.0, 31.0)], levels=np.array([1.0], np.float32))
    change = np.abs(one - 128).sum(-1)
    rows, columns = np.nonzero(change)
    assert abs(columns.mean() + 0.5 - 20) < 0.3
    assert abs(rows.mean() + 0.5 - 31) < 0.3
    assert len(rows) < 4 * np.pi * (point_radius(60, 1) + 1.5) ** 2


def test_a_point_at_the_edge_stays_in_its_own_picture():
    pictures = [np.full((40, 40, 4), 128, np.uint8) for _ in range(3)]
    none = PictureLandmarks(np.empty((0, 2)), None, None)
    corners = PictureLandmarks(np.array([[0.0, 0.0], [39.9, 39.9]]), None, None)
    first, second, third = draw_landmarks(pictures, [none, corners, none])
    assert (first == 128).all()
    assert (third == 128).all()
    assert (second[0, 0, :3] != 128).any()
    assert (second[39, 39, :3] != 128).any()


def test_colours_show_the_expected_error_and_diamonds_moved_points():
    low, high = (drawn([(30, 30)], levels=np.array([s], np.float32))[30, 30] for s in (0.0, 1.0))
    assert high[2] > 200 > low[2]  # red in yellow, not in blue
    hand = drawn([(30, 30)], levels=np.array([0.5], np.float32), moved=np.array([True]))
    assert (hand[30, 30] > 250).all()
    disc = drawn([(30.0, 30.0)], levels=np.array([0.5], np.float32))
    reach = round(point_radius(60, 1))
    diagonal = 30 + reach - 1
    assert abs(hand[diagonal, diagonal] - disc[diagonal, diagonal]).sum() > 30


def test_crowded_points_are_small_but_visible():
    assert point_radius(64, 98) >= 0.9
    assert point_radius(320, 5) == 4.0
    assert point_radius(320, 98) > point_radius(160, 98) > point_radius(64, 98)
