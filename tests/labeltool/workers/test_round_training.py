"""The training of a round, with few steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from labeltool.domain import Cancelled
from labeltool.rounds.planning import Recipe
from labeltool.rounds.run_folder import RunFolder
from labeltool.workers import round_training
from labeltool.workers.device.run_detectors import RunDetectors
from labeltool.workers.round_audit import Audit
from labeltool.workers.round_training import MIN_FREE_NORM_SAMPLES, RoundTraining
from labeltool.workers.run_photos import RunPhotos
from labeltool.workers.run_progress import RunProgress, run_speeds
from labeltool.workers.run_samples import read_samples
from labeltool.workers.training_watch import TrainingWatch
from pipnet.data.images import read_image
from pipnet.data.sample import Sample
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint, load
from pipnet.models.heads import PIPNet
from pipnet.training.config import TrainConfig
from pipnet.training.trainer import Step

MakeRun = Callable[..., RunFolder]
TWO_STAGES = Recipe(images=40, first_images=12, predict_again=True, batch=4, lr=1e-4)
FOUR_STEPS = Recipe(images=8, batch=2, lr=1e-4)


@pytest.fixture(scope="module")
def light(light_starter: Path) -> Checkpoint:
    return load(light_starter)


@pytest.fixture
def starter(light: Checkpoint, small_backbone: None) -> Checkpoint:
    """An untrained small network: of a large one, saving takes longer than training."""
    torch.manual_seed(0)
    network = PIPNet("mobilenet_v2", light.scheme.count, light.network.neighbours)
    return replace(light, network=network)


def training(folder: RunFolder, starter: Checkpoint, device: str = "cpu") -> RoundTraining:
    spec, photos = folder.spec(), RunPhotos(folder)
    audit = Audit(folder, photos, starter.scheme, RunDetectors(folder, "cpu"))
    progress = RunProgress(folder, run_speeds(spec))
    return RoundTraining(
        folder, spec, photos, audit, RunDetectors(folder, device), device, progress
    )


def run(folder: RunFolder, starter: Checkpoint, device: str = "cpu") -> Checkpoint:
    samples = read_samples(folder, RunPhotos(folder), "std")
    return training(folder, starter, device).run(starter, samples)


def tensors(checkpoint: Checkpoint) -> dict[str, Tensor]:
    return {key: value.clone() for key, value in checkpoint.network.state_dict().items()}


def differing(one: Checkpoint, two: Checkpoint) -> list[str]:
    first, second = tensors(one), tensors(two)
    return [key for key, value in first.items() if not torch.equal(value, second[key])]


@dataclass
class Call:
    """What `train` was called with."""

    start: Checkpoint
    samples: list[Sample]
    config: TrainConfig
    out: Path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """No training, but a note of each that there would be."""
    made = list[Call]()

    def train(
        start: Checkpoint, samples: list[Sample], config: TrainConfig, *, out: Path, **_: Any
    ) -> Checkpoint:
        made.append(Call(start, samples, config, out))
        return replace(start, summary={"training": len(made)})

    monkeypatch.setattr(round_training, "train", train)
    return made


class TestStages:
    def test_labels_alone_first_then_both_with_pseudo_labels_of_that_network(
        self, make_run: MakeRun, starter: Checkpoint, calls: list[Call]
    ) -> None:
        folder = make_run(manual=(0, 1), pseudo=(2, 3), recipe=TWO_STAGES)
        run(folder, starter)
        first, second = calls
        assert [s.is_pseudo for s in first.samples] == [False, False]
        assert [s.is_pseudo for s in second.samples] == [False, False, True, True]
        assert (first.config.epochs, second.config.epochs) == (6, 7)  # 12 and 28 images
        assert second.start.summary == {"training": 1}
        assert second.config.manual_share == 0.5
        table = folder.tables.faces()
        (wanted,) = TorchDetector(starter).predict_batch(
            [read_image(second.samples[3].image)],
            [tuple(table.boxes[3])],
            ["landmarks"],
            mirror=True,
        )
        np.testing.assert_allclose(second.samples[3].points, wanted.points, atol=0.05)

    def test_they_are_not_predicted_again_by_a_worker_that_resumes(
        self, make_run: MakeRun, starter: Checkpoint, calls: list[Call],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        folder = make_run(manual=(0, 1), pseudo=(2, 3), recipe=TWO_STAGES)
        run(folder, starter)
        monkeypatch.setattr(round_training, "predict_table", None)
        run(folder, starter)
        for one, two in zip(calls[1].samples, calls[3].samples, strict=True):
            np.testing.assert_array_equal(one.points, two.points)

    def test_stored_pseudo_labels_are_used_where_the_recipe_says_so(
        self, make_run: MakeRun, starter: Checkpoint, calls: list[Call], truth: np.ndarray
    ) -> None:
        recipe = replace(TWO_STAGES, predict_again=False)
        run(make_run(manual=(0, 1), pseudo=(2, 3), recipe=recipe), starter)
        np.testing.assert_array_equal(calls[1].samples[2].points, truth[2])

    def test_without_pseudo_labels_all_images_are_of_labels(
        self, make_run: MakeRun, starter: Checkpoint, calls: list[Call]
    ) -> None:
        run(make_run(manual=(0, 1), pseudo=(), recipe=TWO_STAGES), starter)
        (only,) = calls
        assert only.config.epochs == 20

    def test_how_it_trains(self, make_run: MakeRun, starter: Checkpoint, calls: list[Call]) -> None:
        recipe = replace(TWO_STAGES, first_images=0, lr=2e-4, ema_decay=0.9, manual_share=0.7)
        folder = make_run(recipe=recipe)
        run(folder, starter)
        run(folder, starter, "cuda")
        on_cpu, on_gpu = (call.config for call in calls)
        assert (on_cpu.lr, on_cpu.ema_decay, on_cpu.manual_share) == (2e-4, 0.9, 0.7)
        assert (on_cpu.frozen_stages, on_gpu.frozen_stages) == (4, 0)
        assert (on_cpu.batch, on_gpu.batch) == (4, 8)
        assert on_gpu.lr == pytest.approx(2e-4 * 2**0.5)
        assert on_gpu.ema_decay == pytest.approx(0.9**2)
        assert on_cpu.freeze_batch_norm  # four faces are too few
        of_many = training(folder, starter)._config(starter, MIN_FREE_NORM_SAMPLES, 100)
        assert not of_many.freeze_batch_norm


def _read(image: Path) -> Any:
    from pipnet.data.images import read_image

    return read_image(image)


class Killed(BaseException):
    """The process is killed."""


class TestInterrupted:
    @pytest.fixture(autouse=True)
    def save_every_step(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(round_training, "SAVE_SECONDS", 0.0)

    def kill_after(self, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
        """Let the process end at a step."""
        real, seen = RunProgress.report, list[int]()

        def report(progress: RunProgress, done: int, *rest: Any, **values: float) -> None:
            seen.append(done)
            if len(seen) == steps:
                raise Killed
            real(progress, done, *rest, **values)

        monkeypatch.setattr(RunProgress, "report", report)

    def test_another_worker_resumes_it_to_the_same_network(
        self, make_run: MakeRun, starter: Checkpoint
    ) -> None:
        runs = [make_run(manual=(0, 1), pseudo=(), recipe=FOUR_STEPS, name=name) for name in "ab"]
        whole = run(runs[0], starter)
        with pytest.MonkeyPatch.context() as patch:
            self.kill_after(patch, 3)
            with pytest.raises(Killed):
                run(runs[1], starter)
        found = run(runs[1], starter)
        assert differing(whole, found) == []
        done = [e.done for e in runs[1].new_events() if e.kind == "progress"]
        # the third step was not reported; the second one only if it ended long after the first
        assert done in ([2, 4, 8], [2, 8])

    def test_what_was_trained_on_other_samples_is_not_resumed(
        self, make_run: MakeRun, starter: Checkpoint, photos: Path
    ) -> None:
        folder = make_run(manual=(0, 1), pseudo=(), recipe=FOUR_STEPS)
        with pytest.MonkeyPatch.context() as patch:
            self.kill_after(patch, 3)
            with pytest.raises(Killed):
                run(folder, starter)
        (photos / "portrait-0002.jpg").unlink()
        before = len(folder.new_events())
        assert before > 0
        run(folder, starter)
        assert folder.new_events()[0].done == 1  # from the beginning, one face at once

    def test_a_training_that_was_stopped_early_keeps_its_network(
        self, make_run: MakeRun, starter: Checkpoint
    ) -> None:
        folder = make_run(manual=(0, 1), pseudo=(2, 3), recipe=TWO_STAGES)
        with pytest.MonkeyPatch.context() as patch:
            self.kill_after(patch, 3)
            with pytest.raises(Killed):
                run(folder, starter)
        folder.stop_early()
        kept = run(folder, starter)
        saved = load(folder.path / "training" / "labels" / "model.safetensors")
        assert differing(kept, saved) == []
        assert len(differing(kept, starter)) > 10

    def test_it_stops_within_an_epoch_and_another_worker_keeps_that_network(
        self, make_run: MakeRun, starter: Checkpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recipe = Recipe(images=4000, batch=1, lr=1e-3)
        folder = make_run(manual=(0, 1, 2, 3), pseudo=(), recipe=recipe)
        real, averages = RunProgress.report, list[Checkpoint]()

        def report(progress: RunProgress, done: int, *rest: Any, **values: float) -> None:
            if done == 2:
                folder.stop_early()
            real(progress, done, *rest, **values)

        def on_progress(watch: TrainingWatch, step: Step) -> None:
            averages.append(step.averaged())
            watched(watch, step)

        watched = TrainingWatch.on_progress
        monkeypatch.setattr(RunProgress, "report", report)
        monkeypatch.setattr(TrainingWatch, "on_progress", on_progress)
        found = run(folder, starter)
        assert len(averages) == 2
        assert differing(found, averages[1]) == []
        assert len(differing(found, averages[0])) > 10
        monkeypatch.setattr(round_training, "train", None)
        assert differing(run(folder, starter), found) == []  # the first one died later

    def test_it_stops_while_pseudo_labels_are_predicted(
        self, make_run: MakeRun, starter: Checkpoint, calls: list[Call],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        folder = make_run(manual=(0, 1), pseudo=(2, 3), recipe=TWO_STAGES)
        real = RunProgress.report

        def report(progress: RunProgress, *rest: Any, **values: float) -> None:
            folder.stop_early()
            real(progress, *rest, **values)

        monkeypatch.setattr(RunProgress, "report", report)
        run(folder, starter)
        assert len(calls) == 1  # the one on labels

    def test_a_cancel_ends_it(self, make_run: MakeRun, starter: Checkpoint) -> None:
        folder = make_run(manual=(0, 1), pseudo=(), recipe=FOUR_STEPS)
        folder.cancel()
        with pytest.raises(Cancelled):
            run(folder, starter)


class TestEvents:
    def test_epochs_state_what_was_measured(self, make_run: MakeRun, starter: Checkpoint) -> None:
        folder = make_run(manual=(0, 1), pseudo=(), audit=(2, 3), recipe=FOUR_STEPS)
        run(folder, starter)
        epochs = [event for event in folder.new_events() if event.kind == "epoch"]
        assert [event.done for event in epochs] == [2, 4, 6, 8]
        known = {"learning_rate", "memory_bytes", "images_per_second"}
        for event in epochs:
            assert known <= event.values.keys()
            assert event.losses["total"] > 0
            assert 0 < event.values["learning_rate"] <= 1e-4
            assert event.values["memory_bytes"] > 1e7
        # the first and the last, for a measurement is not made more often than every ten seconds
        measured = [e for e in epochs if "nme" in e.values and "nme_curve" in e.values]
        assert [measured[0].done, measured[-1].done] == [2, 8]
        with np.load(folder.path / "samples.npz") as samples:
            assert set(samples["faces"].tolist()) == {2, 3}

    def test_memory_that_runs_out_is_said_once_and_the_training_goes_on(
        self, make_run: MakeRun, starter: Checkpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = PIPNet.forward

        def forward(network: PIPNet, images: Tensor, **options: Any) -> Any:
            if network.training and len(images) > 1:
                torch.zeros(1 << 50)  # the allocator refuses
            return real(network, images, **options)

        monkeypatch.setattr(PIPNet, "forward", forward)
        folder = make_run(
            manual=(0, 1), pseudo=(2,), recipe=replace(TWO_STAGES, images=12, first_images=4)
        )
        run(folder, starter)
        events = folder.new_events()
        notices = [str(event.reason) for event in events if event.kind == "notice"]
        assert notices == [
            "Memory ran out. The training goes on with 1 face at once, which is slower."
        ]
        last = [event for event in events if event.stage == "train"][-1]
        assert last.done == last.total


@pytest.mark.slow
@pytest.mark.parametrize("audit", [(), (2, 3)])
def test_a_full_self_training_that_is_stopped_keeps_the_better_network(
    make_run: MakeRun, starter: Checkpoint, monkeypatch: pytest.MonkeyPatch, audit: tuple[int, ...]
) -> None:
    """Each of its trainings starts anew: a step of the second one is less than all of the first."""
    recipe = Recipe(images=40, batch=4, lr=1e-4)
    pseudo = () if audit else (2, 3)
    folder = make_run(
        manual=(0,), pseudo=pseudo or (1,), audit=audit, recipe=recipe, options={"full": True}
    )
    watched = TrainingWatch.on_progress
    trained = dict[str, Checkpoint]()

    def on_progress(watch: TrainingWatch, step: Step) -> None:
        is_second = (folder.path / "training" / "full" / "stage-0" / "finished.json").exists()
        trained["second" if is_second else "first"] = step.averaged()
        if is_second:
            folder.stop_early()
        watched(watch, step)

    monkeypatch.setattr(TrainingWatch, "on_progress", on_progress)
    found = run(folder, starter)
    wanted = trained["first"]
    if audit:
        measured = Audit(folder, RunPhotos(folder), starter.scheme, RunDetectors(folder, "cpu"))
        wanted = min(trained.values(), key=lambda one: measured.measure(one).summary()["nme"])
    assert differing(found, wanted) == []


@pytest.mark.slow
def test_a_full_self_training_runs_the_curriculum(
    make_run: MakeRun, starter: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = Recipe(images=4, batch=4, lr=1e-4)
    folder = make_run(manual=(0, 1), pseudo=(2, 3), recipe=recipe, options={"full": True})
    monkeypatch.setattr(round_training, "CONVERGED_MOVEMENT", 0.0)
    found = run(folder, starter)
    assert len(differing(found, starter)) > 10
    out = folder.path / "training" / "full"
    assert sorted(p.name for p in out.glob("stage-*")) == [f"stage-{n}" for n in range(6)]
    assert "cls3" in (out / "ledger.csv").read_text("utf-8")
    events = folder.new_events()
    trained = [event for event in events if event.stage == "train" and event.kind == "progress"]
    assert trained[-1].done == trained[-1].total == 2 + 5 * 4
    assert [e.done for e in trained] == sorted(e.done for e in trained)
    prepared = [event for event in events if event.stage == "prepare"]
    assert sum(event.done == event.total == 2 for event in prepared) == 5
    again = run(folder, starter)  # finished trainings are not repeated
    assert differing(found, again) == []
