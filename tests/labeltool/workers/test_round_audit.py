"""What a round measures on the audit faces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from labeltool.rounds.run_folder import RunFolder
from labeltool.workers.device.run_detectors import RunDetectors
from labeltool.workers.round_audit import Audit
from labeltool.workers.run_photos import RunPhotos
from pipnet import resources
from pipnet.calibration.adjustment import Adjustment
from pipnet.data.boxes import tight_box
from pipnet.data.sample import Sample
from pipnet.evaluation.compare import paired_change
from pipnet.evaluation.evaluate import Evaluation, evaluate
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint, load

MakeRun = Callable[..., RunFolder]
Points = NDArray[np.float64]


@pytest.fixture(scope="module")
def starter() -> Checkpoint:
    return load(resources.starter())


@pytest.fixture(scope="module")
def renders() -> Checkpoint:
    """Another network of the same scheme."""
    return load(resources.path("weights", resources.RENDERS))


def audit_of(folder: RunFolder, starter: Checkpoint) -> Audit:
    return Audit(folder, RunPhotos(folder), starter.scheme, RunDetectors(folder, "cpu"))


def evaluated(
    checkpoint: Checkpoint, folder: RunFolder, truth: Points, faces: list[int]
) -> Evaluation:
    """What `pipnet evaluate` says of these faces."""
    files = folder.tables.photos()
    samples = [Sample(files[face], truth[face], (tight_box(truth[face]),)) for face in faces]
    return evaluate(TorchDetector(checkpoint), samples)


def test_the_figures_are_those_of_pipnet_evaluate(
    make_run: MakeRun, starter: Checkpoint, renders: Checkpoint, truth: Points
) -> None:
    folder = make_run(manual=(0,), pseudo=(), audit=(3, 1, 2))
    audit = audit_of(folder, starter)
    results = audit.results(audit.measure(starter), renders, 4)
    after, before = (evaluated(one, folder, truth, [1, 2, 3]) for one in (starter, renders))
    wanted = after.summary()
    assert results["audit"] == {
        name: wanted[name] for name in ("faces", "nme", "nme_curve", "fr10", "auc10")
    }
    change = paired_change(before.nme_per_face(), after.nme_per_face())
    assert results["against"] == {
        "round": 4,
        "nme_change": pytest.approx(100 * change.change, abs=6e-4),
        "low": pytest.approx(100 * change.low, abs=6e-4),
        "high": pytest.approx(100 * change.high, abs=6e-4),
    }
    with np.load(folder.path / "audit-errors.npz") as errors:
        assert errors["faces"].tolist() == [1, 2, 3]
        np.testing.assert_array_equal(errors["errors_after"], after.errors)
        np.testing.assert_array_equal(errors["errors_before"], before.errors)
        assert errors["points_before"].shape == errors["points_after"].shape == (3, 68, 2)


@pytest.mark.parametrize("built_in", [False, True])
def test_a_round_is_compared_with_the_proposals_as_they_were_adjusted(
    make_run: MakeRun, starter: Checkpoint, renders: Checkpoint, truth: Points, built_in: bool
) -> None:
    folder = make_run(manual=(0,), pseudo=(), audit=(3, 1, 2))
    raw = audit_of(folder, starter).measure(renders)
    assert raw is not None
    if built_in:  # what was learned on the proposals of such a network comes on top
        own = Adjustment(np.zeros((68, 2)), np.full((68, 2), -0.2), np.zeros((136, 136)))
        renders = replace(renders, adjustment=own)
        alone, raw = raw, audit_of(folder, starter).measure(renders)
        assert raw is not None
        assert (raw.points < alone.points).all()
    away = raw.points - raw.points.mean(1, keepdims=True)
    sizes = np.sqrt(np.square(away).sum((1, 2)) / 68)
    adjustment = Adjustment(np.zeros((68, 2)), np.full((68, 2), 0.1), np.zeros((136, 136)))
    arrays = (adjustment.mean, adjustment.offset, adjustment.weights)
    np.savez(
        folder.path / "audit.npz", faces=np.array([1, 2, 3]), points=truth[1:],
        mean=arrays[0], offset=arrays[1], weights=arrays[2],
    )  # fmt: skip
    audit = audit_of(folder, starter)
    audit.results(audit.measure(starter), renders, 0)
    with np.load(folder.path / "audit-errors.npz") as errors:
        moved = errors["points_before"] - raw.points
        assert moved == pytest.approx(np.broadcast_to(0.1 * sizes[:, None, None], moved.shape))


def test_without_an_audit_set_nothing_is_measured(make_run: MakeRun, starter: Checkpoint) -> None:
    audit = audit_of(make_run(), starter)
    assert audit.measure(starter) is None
    assert audit.results(None, starter, 0) == {"audit": None, "against": None}


def test_without_a_network_in_use_there_is_nothing_to_compare_with(
    make_run: MakeRun, starter: Checkpoint
) -> None:
    folder = make_run(manual=(0,), pseudo=(), audit=(1, 2))
    audit = audit_of(folder, starter)
    results = audit.results(audit.measure(starter), None, 0)
    assert results["audit"]["faces"] == 2
    assert results["against"] is None
    with np.load(folder.path / "audit-errors.npz") as errors:
        assert np.isnan(errors["errors_before"]).all()
        assert np.isfinite(errors["errors_after"]).all()


def test_one_face_is_measured_but_says_nothing_of_a_change(
    make_run: MakeRun, starter: Checkpoint
) -> None:
    audit = audit_of(make_run(manual=(0,), pseudo=(), audit=(1,)), starter)
    results = audit.results(audit.measure(starter), starter, 0)
    assert results["audit"]["faces"] == 1
    assert results["against"] is None


def test_faces_that_cannot_be_measured_are_left_out(
    make_run: MakeRun, starter: Checkpoint, photos: Path, truth: Points
) -> None:
    """One has no label at the outer eye corner, the photo of another is gone."""
    truth[1, 36] = np.nan
    folder = make_run(manual=(0,), pseudo=(), audit=(1, 2, 3))
    folder.tables.photos()[2].unlink()
    measured = audit_of(folder, starter).measure(starter)
    assert measured.faces.tolist() == [3]


def test_the_sample_faces_are_of_the_audit_set_and_then_not_labelled(
    make_run: MakeRun, starter: Checkpoint
) -> None:
    folder = make_run(manual=(0,), pseudo=(1,), audit=(3,))
    for _ in range(2):
        audit = audit_of(folder, starter)
        assert audit.faces == 3
        measured = audit.measure(starter, samples=True)
        samples = folder.tables.samples()
        faces = samples.faces.tolist()
        assert faces[0] == 3
        assert sorted(faces[1:]) == [1, 2]
        np.testing.assert_array_equal(samples.points[0], measured.points[0])
        assert samples.errors is None  # no error model was given
        assert measured.faces.tolist() == [3]
