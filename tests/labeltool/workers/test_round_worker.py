"""The worker of a round on the shipped pictures, in this process."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from labeltool.domain import UserError
from labeltool.domain.round_options import RoundOptions
from labeltool.rounds.planning import Recipe
from labeltool.rounds.quality.error_models import start_calibration
from labeltool.rounds.run_folder import EXIT_DISK_FULL, Event, RunFolder
from labeltool.workers import round_audit, round_training, round_worker
from labeltool.workers.device.run_detectors import RunDetectors
from labeltool.workers.round_start import STARTER_SHARE
from labeltool.workers.run_photos import RunPhotos
from labeltool.workers.run_samples import read_samples
from pipnet import resources
from pipnet.calibration import adjustment
from pipnet.calibration.calibration_file import find
from pipnet.data.images import read_image
from pipnet.data.scheme import load_scheme
from pipnet.evaluation.metrics import point_errors
from pipnet.inference.onnx_detector import OnnxDetector
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import load
from pipnet.models.heads import PIPNet
from pipnet.training.trainer import DivergedError

MakeRun = Callable[..., RunFolder]

NAMES = [f"portrait-{number:04d}.jpg" for number in (1, 2, 3, 4)]


def run(folder: RunFolder) -> tuple[dict, dict[int, str]]:
    """Its results and the photos it could not use."""
    photos = RunPhotos(folder)
    return round_worker._run(folder, photos), photos.problems


def predicted(folder: RunFolder, results: dict) -> list[int]:
    return [row.face_id for name in results["chunks"] for row in folder.tables.predictions(name)]


def damage(photo: Path, how: str) -> str:
    """Make a photo unusable; what is said of it."""
    if how == "truncated":
        photo.write_bytes(photo.read_bytes()[:5000])
        return "is truncated"
    if how == "gone":
        photo.unlink()
        return "there is no such file"
    if how == "text":
        photo.write_text("no photo")
        return "is not an image"
    with Image.open(photo) as image:
        size = image.size
        image.resize((size[0] + 8, size[1])).save(photo)
    return f"is {size[0] + 8} x {size[1]} pixels now and was {size[0]} x {size[1]} before"


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "how", ["truncated", "replaced", *(pytest.param(how, marks=SLOW) for how in ("gone", "text"))]
)
def test_a_bad_photo_is_left_out_of_training_and_predicting(
    folder: RunFolder, photos: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    reason = damage(photos / NAMES[1], how)
    pixels_of: list[tuple[int, int]] = []
    real = round_training.train
    monkeypatch.setattr(RunDetectors, "write_onnx", lambda *_: None)  # takes longer than the rest

    def spy(*args: object, on_unreadable: object, **named: object) -> object:
        def told(sample: object, error: object) -> None:
            pixels_of.append(error.path)
            on_unreadable(sample, error)

        return real(*args, on_unreadable=told, **named)

    monkeypatch.setattr(round_training, "train", spy)
    results, problems = run(folder)
    assert results["terms"] == "research-only"  # as the starter that ships
    assert results["lineage"] == load(folder.model).summary["lineage"]
    assert list(problems) == [1]
    assert str(problems[1]).startswith(f"{NAMES[1]} ")
    assert reason in str(problems[1])
    assert sorted(predicted(folder, results)) == [0, 2, 3]
    # only what has a good header is found out by the training itself
    assert pixels_of == ([photos / NAMES[1]] if how == "truncated" else [])
    assert folder.model.exists()


@pytest.mark.parametrize("how", ["gone", "replaced", pytest.param("truncated", marks=SLOW)])
def test_without_any_manual_label_it_does_not_train_on_pseudo_labels_alone(
    folder: RunFolder, photos: Path, how: str
) -> None:
    for name in NAMES[:3]:
        damage(photos / name, how)
    with pytest.raises(UserError, match="None of the labelled photos can be used") as caught:
        run(folder)
    assert str(photos / "portrait-") in str(caught.value)
    assert caught.value.remedy
    assert not folder.model.exists()


def test_a_prediction_of_nothing_is_a_failure_that_names_a_photo(
    folder: RunFolder, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunDetectors, "write_onnx", lambda *_: None)
    (folder.path / "labels.npz").unlink()
    for name in NAMES:
        damage(photos / name, "gone")
    with pytest.raises(UserError, match="None of the photos with faces can be used") as caught:
        run(folder)
    assert str(photos / NAMES[0]) in str(caught.value)


def test_all_photos_that_could_not_be_used_are_kept_though_it_fails(
    folder: RunFolder, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES[:3]:
        damage(photos / name, "gone")
    assert round_worker.work(folder) == 1
    event = folder.new_events()[-1]
    assert (event.kind, event.expected) == ("failed", True)
    assert sorted(folder.problems()) == [0, 1, 2]


class TestExpected:
    """Whether an error is told without the log."""

    def test_too_little_memory_on_a_cpu(self) -> None:
        with pytest.raises(RuntimeError) as caught:
            torch.zeros(1 << 50)
        assert "not enough memory" in str(round_worker._expected(caught.value))
        assert "not enough memory" in str(round_worker._expected(MemoryError()))

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    def test_a_full_disk(self, number: int) -> None:
        assert "disk is full" in str(round_worker._expected(OSError(number, "full")))

    def test_a_training_that_diverges(self) -> None:
        assert "Look for wrong labels" in str(
            round_worker._expected(DivergedError("the loss is nan"))
        )

    def test_nothing_else(self) -> None:
        assert round_worker._expected(RuntimeError("shapes differ")) is None
        assert round_worker._expected(OSError(errno.EIO, "Input/output error")) is None


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_network_takes_its_habit_off_itself_once(
    make_run: MakeRun, truth: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The labels lie right of where the starter puts landmarks; one step learns nothing of that.

    What it finds in the second round is what the network alone is off, not what is left of it.
    """
    monkeypatch.setattr(adjustment, "MIN_FACES", 3)
    truth += [12.0, 0.0]
    first = make_run(audit=(3,), pseudo=(), name="1", weights=None)
    results, _ = run(first)
    told = results["adjustment"]
    assert told["kept"]
    assert told["after"] < 0.7 * told["before"]
    assert (told["faces"], told["manual"]) == (3, 3)
    network = load(first.model)
    assert network.adjustment is not None
    assert network.adjustment.faces == 3
    assert network.summary["starter_share"] == STARTER_SHARE

    images, table = [read_image(file) for file in first.tables.photos()], first.tables.faces()
    boxes = [tuple(box) for box in table.boxes]
    found = {
        name: [f.points for f in detector.predict_batch(images, boxes, table.kinds)]
        for name, detector in (
            ("torch", TorchDetector(network)),
            ("onnx", OnnxDetector(first.onnx, calibrated=False)),
            ("alone", TorchDetector(replace(network, adjustment=None))),
        )
    }
    rows = first.tables.predictions(results["chunks"][0])
    for row, theirs, onnx in zip(rows, found["torch"], found["onnx"], strict=True):
        np.testing.assert_allclose(row.points, theirs, atol=0.05)
        np.testing.assert_allclose(row.points, onnx, atol=0.5)

    def error(points: np.ndarray) -> float:
        return float(100 * np.nanmean(point_errors(points[None], truth[3:], network.scheme)))

    assert results["audit"]["nme"] == pytest.approx(error(found["torch"][3]), abs=0.01)
    assert error(found["torch"][3]) < 0.7 * error(found["alone"][3])

    monkeypatch.setattr(RunDetectors, "write_onnx", lambda *_: None)  # longer than the rest
    second = make_run(
        audit=(3,), pseudo=(), name="2", weights="../1/model.safetensors",
        in_use={"round": 1, "weights": "../1/model.safetensors"},
    )  # fmt: skip
    again, _ = run(second)
    assert again["adjustment"]["before"] == pytest.approx(told["before"], rel=0.15)
    errors = second.tables.audit_errors()
    assert errors is not None
    np.testing.assert_allclose(errors.points_before[0], found["torch"][3], atol=0.05)
    assert again["audit"]["nme"] == pytest.approx(results["audit"]["nme"], rel=0.25)


def test_pseudo_labels_that_a_round_predicts_itself_teach_no_adjustment(make_run: MakeRun) -> None:
    folder = make_run()
    samples = read_samples(folder, RunPhotos(folder), "std")
    for recipe, options, wanted in (
        ({}, {}, [0, 1, 2, 3]),
        ({"predict_again": True}, {}, [0, 1, 2]),
        ({}, {"full": True}, [0, 1, 2]),
    ):
        spec = {"recipe": recipe, "options": options}
        assert list(round_worker._that_know_labels(samples, spec)) == wanted


def test_a_round_may_start_from_imagenet(
    folder: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunDetectors, "write_onnx", lambda *_: None)
    weights = tmp_path / "resnet18-0123.pth"
    torch.save(PIPNet("resnet18", 5, 3).trunk.state_dict(), weights)
    options = RoundOptions("imagenet", "resnet18").to_dict()
    spec = folder.spec() | {"imagenet": str(weights), "options": options}
    (folder.path / "spec.json").write_text(json.dumps(spec))
    results, _problems = run(folder)
    assert results["backbone"] == "resnet18"
    assert (results["terms"], len(results["lineage"])) == ("research-only", 1)
    assert results["lineage"][0].startswith("resnet18-0123.pth ")
    assert results["memory_bytes"] > 50_000_000
    assert load(folder.model).network.name == "resnet18"


def test_landmarks_that_are_called_otherwise_now_keep_network_and_calibration(
    make_run: MakeRun,
) -> None:
    scheme = load_scheme("300w")
    renamed = replace(scheme, name="mine", names=("first", *scheme.names[1:]))
    same = list(range(68))
    folder = make_run(
        scheme=renamed.to_json(), sources=same,
        in_use={"round": 0, "weights": None, "sources": same},
        calibration=start_calibration(resources.starter()),
    )  # fmt: skip
    results, _problems = run(folder)
    assert results["calibration"]["is_own"] is False
    made, start = load(folder.model), load(resources.starter())
    assert made.scheme == renamed
    states = made.network.state_dict(), start.network.state_dict()
    assert {name: part.shape for name, part in states[0].items()} == {
        name: part.shape for name, part in states[1].items()
    }
    moved = max(float((part - states[1][name]).abs().max()) for name, part in states[0].items()
                if part.is_floating_point() and "running" not in name)  # fmt: skip
    assert moved < 0.05  # one step from the starter, not from new heads


def test_memory_that_runs_out_in_predictions_is_said_once_and_all_faces_are_predicted(
    make_run: Callable[..., RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it measures, and then with another network while it predicts every face."""
    monkeypatch.setattr(RunDetectors, "write_onnx", lambda *_: None)
    real = PIPNet.forward

    def forward(network: PIPNet, images: torch.Tensor, **options: Any) -> Any:
        if not network.training and len(images) > 1:
            torch.zeros(1 << 50)  # the allocator refuses
        return real(network, images, **options)

    monkeypatch.setattr(PIPNet, "forward", forward)
    folder = make_run(manual=(0, 1), pseudo=(), audit=(2, 3))
    results, problems = run(folder)
    events = folder.new_events()
    notices = [event for event in events if event.kind == "notice"]
    assert [str(event.reason) for event in notices] == [
        "Memory ran out. Faces are predicted one at a time from now on, which is slower.",
    ]
    assert results["audit"]["faces"] == 2
    assert sorted(predicted(folder, results)) == [0, 1, 2, 3]
    last = next(event for event in reversed(events) if event.kind == "progress")
    assert (last.stage, last.done, last.total, last.seconds) == ("predict", 4, 4, 0)
    assert not problems


def test_proposals_carry_expected_errors_from_the_calibration_of_the_start(
    make_run: MakeRun,
) -> None:
    """Without faces to measure by, the circles are those of another network."""
    folder = make_run(weights=None, calibration=start_calibration(resources.starter()))
    results, _problems = run(folder)
    start = find(resources.starter())
    assert results["calibration"] == {"faces": start.faces, "is_own": False}
    model = find(folder.model)  # which it says that it belongs to
    assert model.models != start.models
    assert find(folder.onnx).factor == model.factor == start.factor
    rows = [row for name in results["chunks"] for row in folder.tables.predictions(name)]
    assert len(rows) == 4
    for row in rows:
        assert row.errors.shape == (68,)
        assert row.errors.dtype == np.float32
        assert 0.001 < row.errors.min() < row.errors.max() < 0.5
        assert 0.001 < row.error < 0.5


def test_a_start_without_a_calibration_gives_proposals_without_expected_errors(
    folder: RunFolder,
) -> None:
    results, _problems = run(folder)
    assert "calibration" not in results
    assert not folder.calibration.exists()
    names = results["chunks"]
    assert {row.errors for name in names for row in folder.tables.predictions(name)} == {None}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_so_full_that_nothing_can_be_reported_is_said_by_the_exit_code(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.path / "events.jsonl").symlink_to("/dev/full")
    assert round_worker.work(folder) == EXIT_DISK_FULL


@pytest.mark.parametrize(
    "phase", [("train", "labels"), ("prepare", ""), ("train", "both"), "measure", ("predict", "")]
)
def test_a_cancel_is_met_in_every_phase_and_leaves_no_result(
    make_run: Callable[..., RunFolder], monkeypatch: pytest.MonkeyPatch, phase: object
) -> None:
    monkeypatch.setattr(RunDetectors, "write_onnx", lambda *_: None)
    recipe = Recipe(images=12, first_images=4, predict_again=True, batch=2, lr=1e-4)
    folder = make_run(manual=(0, 1), pseudo=(2,), audit=(3,), recipe=recipe)
    report, measure = RunFolder.report, round_audit.Audit._predict

    def reported(run: RunFolder, event: Event) -> None:
        if event.kind == "progress" and (event.stage, event.detail) == phase:
            folder.cancel()
        report(run, event)

    def measured(*arguments: Any) -> Any:
        if phase == "measure":
            folder.cancel()
        return measure(*arguments)

    monkeypatch.setattr(RunFolder, "report", reported)
    monkeypatch.setattr(round_audit.Audit, "_predict", measured)
    assert round_worker.work(folder) == 0
    events = folder.new_events()
    assert events[-1].kind == "cancelled"
    assert folder.results() is None
    if isinstance(phase, tuple):  # at the very event
        assert (events[-2].stage, events[-2].detail) == phase
