"""From maps to landmarks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from pipnet.models.decoding import Landmarks, decode, face_score
from pipnet.models.losses import encode
from pipnet.models.neighbours import Neighbours, neighbours

MEAN_FACE = np.array([[0.2, 0.2], [0.8, 0.25], [0.5, 0.55], [0.3, 0.85], [0.75, 0.8]])
Maps = tuple[NDArray[np.float32], ...]


def drawn(points: NDArray[np.float64], grid: int, table: Neighbours) -> Maps:
    """Maps of a network that knows the landmarks (B, N, 2), and nonsense where nobody looks."""
    batch, count, _ = points.shape
    target = encode(torch.from_numpy(points), grid)
    cell, corner = target.cell.numpy(), target.corner.numpy()
    points_map = target.points_map.numpy()
    rng = np.random.default_rng(0)
    score = rng.uniform(-1, 0.5, (batch, count, grid * grid))
    np.put_along_axis(score, cell[..., None], 0.9, -1)
    offset = points_map - corner  # (B, N, 2)
    nb_offset = points_map[:, table.table] - corner[:, :, None]  # (B, N, C, 2)
    maps = [score]
    for values in (
        offset[..., None, 0],
        offset[..., None, 1],
        nb_offset[..., 0],
        nb_offset[..., 1],
    ):
        part = rng.normal(0, 5, (*values.shape, grid * grid))
        place = np.broadcast_to(cell[:, :, None, None], (*values.shape, 1))
        np.put_along_axis(part, place, values[..., None], -1)
        maps.append(part)
    return tuple(part.reshape(batch, -1, grid, grid).astype(np.float32) for part in maps)


inside = st.floats(0, 1, exclude_max=True)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 3), st.just(5), st.just(2)), elements=inside),
    st.sampled_from([2, 4, 8, 16]),
    st.sampled_from([0, 3, 4]),
)
def test_encode_then_decode_returns_the_points(
    points: NDArray[np.float64], grid: int, count: int
) -> None:
    table = neighbours(MEAN_FACE, count)
    found = decode(*drawn(points, grid, table), table)
    np.testing.assert_allclose(found.own, points, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.points, points, rtol=0, atol=1e-6)
    assert found.votes.shape == (len(points), 5, table.landmark.shape[1], 2)
    np.testing.assert_allclose(found.votes, points[:, :, None] + 0 * found.votes, atol=1e-6)
    np.testing.assert_allclose(found.spread(), 0, atol=1e-5)
    np.testing.assert_allclose(found.scores, 0.9, rtol=1e-6)


@given(arrays(np.float64, (1, 5, 2), elements=st.floats(-0.5, 1.5)))
def test_points_outside_the_crop_come_back_too(points: NDArray[np.float64]) -> None:
    table = neighbours(MEAN_FACE, 3)
    found = decode(*drawn(points, 8, table), table)
    np.testing.assert_allclose(found.points, points, rtol=0, atol=1e-6)


def test_the_first_of_equal_cells_wins_row_by_row() -> None:
    table = neighbours(MEAN_FACE, 0)
    score = np.zeros((1, 5, 4, 4), np.float32)
    score[0, :, 2, 1] = score[0, :, 1, 3] = score[0, :, 3, 3] = 0.5
    zero, none = np.zeros_like(score), np.zeros((1, 0, 4, 4), np.float32)
    found = decode(score, zero, zero, none, none, table)
    np.testing.assert_array_equal(found.own, np.broadcast_to([3 / 4, 1 / 4], (1, 5, 2)))


def test_scores_are_raw() -> None:
    table = neighbours(MEAN_FACE, 0)
    score = np.full((1, 5, 2, 2), -3.0, np.float32)
    score[0, 0, 1, 1], score[0, 1, 0, 0] = 1.75, -0.5
    zero, none = np.zeros_like(score), np.zeros((1, 0, 2, 2), np.float32)
    found = decode(score, zero, zero, none, none, table)
    assert found.scores.tolist() == [[1.75, -0.5, -3, -3, -3]]
    assert face_score(found.scores).tolist() == [0.2]  # 1, 0, 0, 0, 0


def test_a_landmark_with_few_predictors_uses_each_several_times() -> None:
    table = neighbours(MEAN_FACE, 3)
    # landmark 0 is predicted by 1 and 3 alone, landmark 2 by all four others
    assert sorted(set(table.landmark[0].tolist())) == [1, 3]
    maps = drawn(np.full((1, 5, 2), 0.5), 8, table)
    slot_of_1 = table.table[1].tolist().index(0)
    nb_x = maps[3].reshape(1, 5, 3, 8, 8)
    nb_x[0, 1, slot_of_1] += 0.8  # a tenth of the crop to the right
    found = decode(maps[0], maps[1], maps[2], nb_x.reshape(1, 15, 8, 8), maps[4], table)
    times = (table.landmark[0] == 1).sum()
    assert times == 2
    np.testing.assert_allclose(found.points[0, 0], [0.5 + 0.1 * times / 5, 0.5], atol=1e-6)
    np.testing.assert_allclose(found.points[0, 1:], 0.5, atol=1e-6)
    moved = found.points[0, 0, 0] - 0.5
    wanted = np.sqrt((times * (0.1 - moved) ** 2 + (4 - times) * moved**2) / 4)
    np.testing.assert_allclose(found.spread()[0], [wanted, 0, 0, 0, 0], atol=1e-6)


def test_without_votes_there_is_no_spread() -> None:
    point = np.zeros((2, 5, 2))
    assert not Landmarks(point, point, np.zeros((2, 5, 0, 2)), np.zeros((2, 5))).spread().any()


@pytest.mark.parametrize("scores", [[[2.0, 2.0]], [[1.0, 1.0]]])
def test_a_face_score_never_exceeds_1(scores: list[list[float]]) -> None:
    assert face_score(np.array(scores)).tolist() == [1]
