"""The loss of a batch: what counts, and what counts nowhere."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from torch import Tensor

from pipnet.models.heads import Maps
from pipnet.models.losses import TASKS, Losses, TargetBatch, encode, losses, task_indices
from pipnet.models.neighbours import neighbours

MEAN_FACE = np.array([[0.2, 0.2], [0.8, 0.25], [0.5, 0.55], [0.3, 0.85], [0.75, 0.8]])
TABLE = neighbours(MEAN_FACE, 3)
NAN = float("nan")


def outputs(batch: int, grid: int = 8, seed: int = 0) -> Maps:
    rng = torch.Generator().manual_seed(seed)

    def part(channels: int, side: int) -> Tensor:
        return torch.randn(batch, channels, side, side, generator=rng).requires_grad_()

    fine = (part(5, grid), part(5, grid), part(5, grid), part(15, grid), part(15, grid))
    return Maps(*fine, coarse=(part(5, grid // 2), part(5, grid // 4)))


def labels(batch: int) -> Tensor:
    rng = np.random.default_rng(1)
    return torch.from_numpy(MEAN_FACE + rng.uniform(-0.1, 0.1, (batch, 5, 2)))


def measured(maps: Maps, points: Tensor, *tasks: str, weights: Tensor | None = None) -> Losses:
    batch = TargetBatch(points, task_indices(tasks or ["std"] * len(points)), weights)
    return losses(maps, batch, TABLE)


def values(found: Losses) -> list[float]:
    return [float(term.detach()) for term in found]


inside = st.floats(0, 1, exclude_max=True)


@given(arrays(np.float64, (2, 5, 2), elements=inside), st.sampled_from([1, 2, 8, 16]))
def test_offset_from_the_cell_gives_the_point_back(points: NDArray[np.float64], grid: int) -> None:
    target = encode(torch.from_numpy(points), grid)
    offset = target.points_map - target.corner
    assert bool(((offset >= 0) & (offset < 1)).all())
    column_row = torch.stack([target.cell % grid, target.cell // grid], -1)
    back = (column_row + offset) / grid
    np.testing.assert_allclose(back, points, rtol=0, atol=1e-6)


def test_a_point_outside_belongs_to_the_nearest_cell() -> None:
    target = encode(torch.tensor([[[1.0, -0.25], [1.5, 0.5]]], dtype=torch.float64), 8)
    assert target.corner.tolist() == [[[7, 0], [7, 4]]]
    assert (target.points_map - target.corner).tolist() == [[[1, -2], [5, 0]]]


def test_a_perfect_network_has_no_loss() -> None:
    points, maps = labels(2), outputs(2)
    target = encode(points, 8)
    score = torch.zeros(2, 5, 64).scatter_(2, target.cell[..., None], 1.0).view(2, 5, 8, 8)
    offset = (target.points_map - target.corner).float()
    nb_offset = (target.points_map[:, TABLE.table] - target.corner[:, :, None]).float()
    flat = [part.reshape(2, -1, 1, 1).expand(-1, -1, 8, 8) for part in
            (offset[..., 0], offset[..., 1], nb_offset[..., 0], nb_offset[..., 1])]  # fmt: skip
    assert values(measured(Maps(score, *flat), points)) == pytest.approx([0] * 5, abs=1e-6)
    assert min(values(measured(maps, points))) > 0.1


def test_the_score_term_is_the_mean_square_over_all_cells() -> None:
    maps = outputs(2)._replace(score=torch.full((2, 5, 8, 8), 0.5))
    assert values(measured(maps, labels(2)))[0] == pytest.approx(0.25)


def test_the_total_weighs_the_score_ten_times() -> None:
    found = Losses(*(torch.tensor(float(term)) for term in (1, 20, 300, 4000, 50000)))
    assert float(found.total()) == 10 + 20 + 300 + 4000 + 50000
    assert float(found.total(score_weight=1)) == 54321


class TestUnlabelled:
    @pytest.mark.parametrize("gone", [[NAN, NAN], [NAN, 0.5], [0.5, NAN], [float("inf"), 0.5]])
    def test_counts_nowhere(self, gone: list[float]) -> None:
        points = labels(2)
        points[0, 2] = torch.tensor(gone)
        before = values(measured(outputs(2), points))
        maps = outputs(2)
        with torch.no_grad():
            maps.score[0, 2], maps.x[0, 2], maps.y[0, 2] = 99, 99, 99
            maps.nb_x[0, 6:9], maps.nb_y[0, 6:9] = 99, 99  # what landmark 2 says of others
            for landmark, slot in zip(*np.nonzero(TABLE.table == 2), strict=True):
                maps.nb_x[0, landmark * 3 + slot] = 99  # what others say of landmark 2
                maps.nb_y[0, landmark * 3 + slot] = 99
        assert values(measured(maps, points)) == before
        assert np.isfinite(before).all()

    def test_but_the_others_of_the_face_do(self) -> None:
        points = labels(1)
        points[0, 2] = NAN
        maps = outputs(1)
        measured(maps, points).total().backward()
        assert maps.x.grad is not None
        assert maps.x.grad.isfinite().all()
        assert maps.x.grad.abs().sum((2, 3))[0].gt(0).tolist() == [True, True, False, True, True]

    def test_the_mean_is_over_what_is_labelled(self) -> None:
        points = labels(1).repeat(2, 1, 1)
        maps = Maps(*(part.repeat(2, 1, 1, 1) for part in outputs(1)[:5]))
        both = values(measured(maps, points))
        points[1] = NAN
        assert values(measured(maps, points)) == pytest.approx(both, rel=1e-5)

    def test_nothing_labelled_is_no_loss(self) -> None:
        maps = outputs(2)
        found = measured(maps, torch.full((2, 5, 2), NAN, dtype=torch.float64))
        assert values(found) == [0, 0, 0, 0, 0]
        found.total().backward()
        for part in maps[:5]:
            assert isinstance(part, Tensor)
            assert part.grad is not None
            assert not part.grad.any()


class TestWeights:
    def test_a_weight_of_0_is_as_if_unlabelled_and_1_changes_nothing(self) -> None:
        points, weights = labels(2), torch.ones(2, 5)
        assert values(measured(outputs(2), points, weights=weights)) == values(
            measured(outputs(2), points)
        )
        weights[0, 2] = 0
        found = values(measured(outputs(2), points, weights=weights))
        points[0, 2] = NAN
        assert found == pytest.approx(values(measured(outputs(2), points)), rel=1e-5)

    def test_a_half_counts_half_in_every_mean(self) -> None:
        """Of two faces, the second counts half: a third of the whole weight, and a fifth of that of
        offsets to neighbours."""
        maps, points = outputs(2), labels(2)
        apart = []
        for face in range(2):
            part = points.clone()
            part[1 - face] = NAN
            apart.append(values(measured(maps, part)))
        weights = torch.tensor([[1.0], [0.5]]).expand(2, 5)
        found = values(measured(maps, points, weights=weights))
        for term, share in enumerate((1 / 3, 1 / 3, 1 / 3, 1 / 5, 1 / 5)):
            wanted = (1 - share) * apart[0][term] + share * apart[1][term]
            assert found[term] == pytest.approx(wanted, rel=1e-5)

    def test_a_batch_of_small_weights_is_no_smaller_loss(self) -> None:
        points = labels(1)
        wanted = values(measured(outputs(1), points))
        found = values(measured(outputs(1), points, weights=torch.full((1, 5), 0.01)))
        assert found == pytest.approx(wanted, rel=1e-4)


class TestCurriculum:
    def gradients(self, task: str) -> list[bool]:
        """Whether the fine, half and quarter score map and the offsets are trained."""
        maps = outputs(2)
        measured(maps, labels(2), task, task).total().backward()
        parts = (maps.score, *maps.coarse, maps.x, maps.nb_y)
        return [part.grad is not None and bool(part.grad.any()) for part in parts]

    def test_each_task_trains_its_own_map(self) -> None:
        assert {task: self.gradients(task) for task in TASKS} == {
            "std": [True, False, False, True, True],
            "cls1": [True, False, False, False, False],
            "cls2": [False, True, False, False, False],
            "cls3": [False, False, True, False, False],
        }

    @pytest.mark.parametrize("task", ["cls1", "cls2", "cls3"])
    def test_terms_with_nothing_to_train_are_0(self, task: str) -> None:
        found = values(measured(outputs(2), labels(2), task, task))
        assert found[0] > 0.5
        assert found[1:] == [0, 0, 0, 0]

    def test_offsets_are_those_of_the_std_samples_alone(self) -> None:
        points = labels(3)
        mixed = values(measured(outputs(3), points, "cls2", "std", "cls3"))
        maps = outputs(3)
        alone = Maps(*(part[1:2] for part in maps[:5]), coarse=())
        assert mixed[1:] == pytest.approx(values(measured(alone, points[1:2], "std"))[1:])

    def test_a_sample_weighs_as_many_cells_as_its_map_has(self) -> None:
        maps = outputs(2)
        with torch.no_grad():
            maps.score.fill_(0)  # std: one wrong cell of 64 for each landmark
            maps.coarse[1].fill_(1)  # cls3: three wrong cells of four
        found = measured(maps, labels(2), "std", "cls3")
        assert values(found)[0] == pytest.approx((1 + 3) / (64 + 4))

    def test_without_neighbours_their_terms_are_0(self) -> None:
        none = neighbours(MEAN_FACE, 0)
        maps, empty = outputs(2), torch.zeros(2, 0, 8, 8)
        batch = TargetBatch(labels(2), task_indices(["std", "std"]))
        found = losses(Maps(maps.score, maps.x, maps.y, empty, empty), batch, none)
        assert values(found)[3:] == [0, 0]
        assert min(values(found)[:3]) > 0
