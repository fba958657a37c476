"""Neighbours on the mean face."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipnet.models.neighbours import neighbours, read_meanface

FIVE = np.array([[0.2, 0.2], [0.8, 0.25], [0.5, 0.55], [0.3, 0.85], [0.75, 0.8]])


def test_the_nearest_come_first() -> None:
    table = neighbours(FIVE, 3)
    assert table.count == 3
    assert table.table.tolist() == [[2, 1, 3], [2, 4, 0], [4, 3, 1], [2, 4, 0], [2, 3, 1]]


def test_who_predicts_a_landmark_cyclically_padded() -> None:
    table = neighbours(FIVE, 3)
    # 0 is neighbour 2 of 1 and of 3; the longest list, that of 2, has four predictors
    assert table.landmark[0].tolist() == [1, 3, 1, 3]
    assert table.slot[0].tolist() == [2, 2, 2, 2]
    assert table.landmark[2].tolist() == [0, 1, 3, 4]
    assert table.slot[2].tolist() == [0, 0, 0, 0]


@given(st.integers(2, 40), st.integers(0, 2**32 - 1), st.data())
def test_every_prediction_of_a_landmark_is_of_that_landmark(
    total: int, seed: int, data: st.DataObject
) -> None:
    mean_face = np.random.default_rng(seed).random((total, 2))
    count = data.draw(st.integers(0, total - 1))
    try:
        table = neighbours(mean_face, count)
    except ValueError:
        return
    predicted = table.table[table.landmark, table.slot] if count else table.landmark
    np.testing.assert_array_equal(predicted, np.arange(total)[:, None] + 0 * predicted)
    pairs = [{*zip(a, b, strict=True)} for a, b in zip(table.landmark, table.slot, strict=True)]
    assert sum(map(len, pairs)) == total * count, "each prediction is used"


def test_no_neighbours_at_all() -> None:
    table = neighbours(FIVE, 0)
    assert table.count == 0
    assert table.landmark.shape == table.slot.shape == (5, 0)


@pytest.mark.parametrize("count", [-1, 5, 68])
def test_more_neighbours_than_others_is_an_error(count: int) -> None:
    with pytest.raises(ValueError, match=f"5 landmarks allow 0 to 4 neighbours, not {count}"):
        neighbours(FIVE, count)


def test_a_landmark_that_is_nobodys_neighbour_is_an_error() -> None:
    with pytest.raises(ValueError, match="with 2 neighbours landmark 0 is predicted by 0 others"):
        neighbours(FIVE, 2)


def test_a_landmark_predicted_far_too_rarely_is_an_error() -> None:
    """The padding repeats a list eleven times; a hub of a long row needs more."""
    angles = np.linspace(0, 2 * np.pi, 25)[:-1]
    ring = np.stack([np.cos(angles), np.sin(angles)], -1)
    mean_face = np.vstack([ring, [[0, 0]], [[0.01, 0]]])  # all but two see a pair in the middle
    with pytest.raises(ValueError, match="choose another number of neighbours"):
        neighbours(mean_face * [1, 1], 1)


def test_the_authors_file(tmp_path: Path) -> None:
    path = tmp_path / "meanface.txt"
    path.write_text("0.1 0.2 0.3 0.4000000000001")
    assert read_meanface(path).tolist() == [[0.1, 0.2], [0.3, 0.4000000000001]]


@pytest.mark.parametrize("text", ["", "0.1 0.2 0.3", "0.1 x", "0.1 nan", "0.1 inf", "0,1 0,2"])
def test_no_mean_face(tmp_path: Path, text: str) -> None:
    path = tmp_path / "meanface.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"meanface\.txt is not a mean face"):
        read_meanface(path)


def test_a_photo_is_no_mean_face(tmp_path: Path) -> None:
    path = tmp_path / "meanface.txt"
    path.write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ValueError, match=r"meanface\.txt is not a mean face"):
        read_meanface(path)
