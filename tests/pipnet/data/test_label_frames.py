"""Labels of a picture of another size: named, and turned or scaled exactly where that is asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipnet.data.images import read_image
from pipnet.data.label_frames import LabelFrame, StatedSize, choose_frames, has_implausible_points

POINT = (5, 2)
"""x, y of the one white pixel of the stored picture."""


def photo(path: Path, orientation: int, size: tuple[int, int] = (30, 20)) -> Path:
    pixels = np.zeros((size[1], size[0]), np.uint8)
    pixels[POINT[1], POINT[0]] = 255
    exif = Image.Exif()
    exif[274] = orientation
    Image.fromarray(pixels).save(path, exif=exif)
    return path


@pytest.mark.parametrize("orientation", range(1, 9))
def test_points_turn_with_the_pixels_of_a_rotated_photo(tmp_path, orientation):
    file = photo(tmp_path / "a.png", orientation)
    shown = read_image(file)[..., 0]
    frame = LabelFrame((30, 20), shown.shape[::-1], True, orientation)
    x, y = frame.to_upright(np.array([POINT], np.float64))[0]
    assert shown[int(y), int(x)] == 255
    half = LabelFrame((15, 10), shown.shape[::-1], True, orientation)
    middle = (np.array([POINT]) + 0.5) / 2 - 0.5
    np.testing.assert_allclose(half.to_upright(middle), [[x, y]])


def test_scaling_keeps_the_corners_of_the_picture():
    frame = LabelFrame((15, 10), (30, 20))
    corners = np.array([[-0.5, -0.5], [14.5, 9.5], [0, 0]])
    np.testing.assert_allclose(frame.to_upright(corners), [[-0.5, -0.5], [29.5, 19.5], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("orientation", "stated", "turned", "scaled"),
    [
        (6, (30, 20), True, False),
        (8, (30, 20), True, False),
        (1, (15, 10), False, True),
        (1, (60, 40), False, True),
        (1, (7, 5), False, True),  # as far as whole pixels allow
        (6, (10, 15), False, True),
        (6, (15, 10), True, True),
    ],
)
def test_only_what_is_asked_for_is_done(tmp_path, orientation, stated, turned, scaled):
    given = {"a": StatedSize(photo(tmp_path / "a.png", orientation), stated)}
    for turn in (False, True):
        for scale in (False, True):
            frames, wrong = choose_frames(given, turn=turn, scale=scale)
            taken = (turn or not turned) and (scale or not scaled)
            assert list(frames) == ["a"] * taken
            assert list(wrong) == ["a"] * (not taken)
    frame = choose_frames(given)[1]["a"].frame
    assert frame is not None
    assert (frame.turned, frame.scaled) == (turned, scaled)


@pytest.mark.parametrize(("orientation", "stated"), [(1, (20, 30)), (3, (20, 30)), (6, (33, 20))])
def test_a_size_that_nothing_explains_is_never_taken(tmp_path, orientation, stated):
    given = {"a": StatedSize(photo(tmp_path / "a.png", orientation), stated)}
    frames, wrong = choose_frames(given, turn=True, scale=True)
    assert frames == {}
    assert "neither a turn nor a scale" in wrong["a"].sentence("x.json")


def test_both_sizes_are_named(tmp_path):
    _frames, wrong = choose_frames({"a": StatedSize(photo(tmp_path / "a.png", 6), (30, 20))})
    said = wrong["a"].sentence("raw.json")
    assert said.startswith("a.png is 20 x 30 here, but raw.json labelled it at 30 x 20")


def test_an_ambiguous_size_is_decided_by_the_other_photos_of_the_file(tmp_path):
    upside_down = StatedSize(photo(tmp_path / "a.png", 3), (30, 20))
    sideways = StatedSize(photo(tmp_path / "b.png", 6), (30, 20))
    plain = StatedSize(photo(tmp_path / "c.png", 1), (30, 20))
    assert choose_frames({"a": upside_down, "c": plain}) == ({}, {})
    _frames, wrong = choose_frames({"a": upside_down, "b": sideways, "c": plain})
    assert set(wrong) == {"a", "b"}
    frames, wrong = choose_frames({"a": upside_down, "b": sideways, "c": plain}, turn=True)
    assert (set(frames), wrong) == ({"a", "b"}, {})


def test_without_a_stated_size_nothing_is_turned(tmp_path):
    given = {"a": StatedSize(photo(tmp_path / "a.png", 6), None)}
    assert choose_frames(given) == ({}, {})
    frames, wrong = choose_frames(given, turn=True)
    assert (frames, list(wrong)) == ({}, ["a"])


@pytest.mark.parametrize(
    ("point", "wrong"),
    [
        ((-30, -20), False),
        ((60, 40), False),
        ((np.nan, np.nan), False),
        ((-30.1, 0), True),
        ((0, 40.1), True),
        ((np.inf, 0), True),
        ((-np.inf, np.nan), True),
        ((1e300, 1e300), True),
        ((5, np.nan), True),
    ],
)
def test_landmarks_farther_outside_than_the_photo_is_large(point, wrong):
    assert has_implausible_points(np.array([[5.0, 5.0], point]), (30, 20)) is wrong
