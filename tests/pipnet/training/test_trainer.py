"""Training small networks on drawn faces."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pipnet.data.sample import Sample
from pipnet.models.checkpoint import Checkpoint, load
from pipnet.models.heads import CoordinateNet, PIPNet
from pipnet.training import output_folder
from pipnet.training.augment import NONE
from pipnet.training.augment_paper import PaperAugmentation
from pipnet.training.config import TrainConfig
from pipnet.training.state import learning_rate_schedule, moving_average
from pipnet.training.trainer import DivergedError, OnProgress, Step, train
from tests.pipnet.drawn import made_up_adjustment

Make = Callable[..., Checkpoint]
SHORT = TrainConfig(epochs=1, batch=3, warmup_steps=2)


class Stopped(Exception):
    """What a person who has seen enough raises."""


def stop_after(steps: int) -> OnProgress:
    def on_progress(step: Step) -> None:
        if step.done == steps:
            raise Stopped

    return on_progress


def tensors(network: nn.Module) -> dict[str, Tensor]:
    return {key: value.clone() for key, value in network.state_dict().items()}


def differing(one: dict[str, Tensor], two: dict[str, Tensor]) -> list[str]:
    assert one.keys() == two.keys()
    return [key for key, value in one.items() if not torch.equal(value, two[key])]


def test_the_loss_falls_and_the_start_stays(make_checkpoint: Make, faces: list[Sample]) -> None:
    start, totals = make_checkpoint(), list[float]()
    before = tensors(start.network)
    config = TrainConfig(epochs=7, batch=3, lr=2e-3, warmup_steps=2)
    result = train(
        start,
        faces,
        config,
        augmentation=NONE,
        on_progress=lambda s: totals.append(s.losses["total"]),
    )
    assert len(totals) == 14
    assert np.mean(totals[-4:]) < 0.5 * np.mean(totals[:4])
    assert differing(tensors(start.network), before) == []
    assert result.summary["note"] == "made up"
    assert result.summary["epochs_done"] == 7
    assert result.summary["losses"]["total"] == pytest.approx(np.mean(totals[-2:]))
    assert (result.scheme, result.convention) == (start.scheme, start.convention)


@pytest.mark.parametrize("stop", [3, 5])
def test_interrupted_and_resumed_is_the_same_to_the_last_bit(
    stop: int, tmp_path: Path, make_checkpoint: Make, faces: list[Sample]
) -> None:
    """Stopped in the second and in the third epoch of two steps."""
    config = replace(SHORT, epochs=3)
    whole = train(make_checkpoint(), faces, config, out=tmp_path / "whole")
    out = tmp_path / "parts"
    with pytest.raises(Stopped):
        train(make_checkpoint(), faces, config, out=out, on_progress=stop_after(stop))
    resumed = list[int]()
    parts = train(
        make_checkpoint(), faces, config, out=out, on_progress=lambda s: resumed.append(s.done)
    )
    assert resumed == list(range(stop, 7))
    assert differing(tensors(whole.network), tensors(parts.network)) == []
    one, two = (
        torch.load(tmp_path / n / "state.pt", weights_only=True) for n in ("whole", "parts")
    )
    assert differing(one["network"], two["network"]) == []
    assert differing(one["average"], two["average"]) == []
    torch.testing.assert_close(one["optimiser"], two["optimiser"], rtol=0, atol=0)
    assert one["scheduler"] == two["scheduler"]


def test_stopped_between_two_epochs_it_goes_on_too(
    tmp_path: Path, make_checkpoint: Make, faces: list[Sample]
) -> None:
    config = replace(SHORT, epochs=2)

    def stop(epoch: int, checkpoint: Checkpoint) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        train(make_checkpoint(), faces, config, out=tmp_path, on_epoch=stop)
    seen = list[int]()
    parts = train(
        make_checkpoint(), faces, config, out=tmp_path, on_epoch=lambda e, c: seen.append(e)
    )
    assert seen == [1]
    assert (
        differing(tensors(parts.network), tensors(train(make_checkpoint(), faces, config).network))
        == []
    )


def test_a_log_row_without_a_saved_state_is_written_again(
    tmp_path: Path, make_checkpoint: Make, faces: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two, in the first epoch and in the second."""
    config, replace_file = replace(SHORT, epochs=3), os.replace

    def dies(source: Path, target: Path) -> None:
        if Path(target).name == "state.pt":
            raise Stopped
        replace_file(source, target)

    for epochs in (1, 2):
        monkeypatch.setattr("pipnet.training.output_folder.os.replace", dies)
        with pytest.raises(Stopped):
            train(make_checkpoint(), faces, config, out=tmp_path)
        monkeypatch.setattr("pipnet.training.output_folder.os.replace", replace_file)
        assert len((tmp_path / "log.jsonl").read_text("utf-8").splitlines()) == epochs
        with pytest.raises(Stopped):
            train(
                make_checkpoint(),
                faces,
                config,
                out=tmp_path,
                on_progress=stop_after(2 * epochs + 1),
            )
    train(make_checkpoint(), faces, config, out=tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3]


def test_resuming_what_is_finished_gives_its_result(
    tmp_path: Path, make_checkpoint: Make, faces: list[Sample]
) -> None:
    first = train(make_checkpoint(), faces, SHORT, out=tmp_path)
    again = train(make_checkpoint(), faces, SHORT, out=tmp_path, on_progress=stop_after(1))
    assert differing(tensors(first.network), tensors(again.network)) == []
    assert first.summary.items() <= again.summary.items()


def test_what_is_kept_after_each_epoch(
    tmp_path: Path, make_checkpoint: Make, faces: list[Sample]
) -> None:
    out, kept = tmp_path / "new" / "run", list[Tensor]()

    def on_epoch(epoch: int, checkpoint: Checkpoint) -> None:
        ours, theirs = (tensors(c.network) for c in (checkpoint, load(out / "model.safetensors")))
        assert differing(ours, theirs) == []
        kept.append(ours["heads.cls_layer.weight"])

    result = train(make_checkpoint(), faces, replace(SHORT, epochs=2), out=out, on_epoch=on_epoch)
    assert len(kept) == 2
    assert not torch.equal(kept[0], kept[1])
    assert torch.equal(kept[1], result.network.state_dict()["heads.cls_layer.weight"])
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text("utf-8").splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2]
    assert {"score", "x", "y", "nb_x", "nb_y", "total", "time"} <= rows[0].keys()
    assert sorted(file.name for file in out.iterdir()) == [
        "log.jsonl", "model.safetensors", "state.pt",
    ]  # fmt: skip


def test_the_result_of_a_training_can_be_trained_on(
    make_checkpoint: Make, faces: list[Sample]
) -> None:
    first = train(make_checkpoint(), faces, SHORT)
    before = tensors(first.network)
    second = train(replace(first, adjustment=made_up_adjustment()), faces, SHORT)
    assert second.adjustment is None  # it was of the network before
    assert len(differing(before, tensors(second.network))) > 50
    assert differing(before, tensors(first.network)) == []


def test_saved_less_often_it_is_resumed_from_the_last_save(
    tmp_path: Path, make_checkpoint: Make, faces: list[Sample]
) -> None:
    config = replace(SHORT, epochs=3)
    whole = train(make_checkpoint(), faces, config)
    with pytest.raises(Stopped):
        train(
            make_checkpoint(), faces, config, out=tmp_path, save_seconds=9e9,
            on_progress=stop_after(5),
        )  # fmt: skip
    assert not (tmp_path / "state.pt").exists()
    with pytest.raises(Stopped):
        train(
            make_checkpoint(), faces, config, out=tmp_path, save_seconds=0.0,
            on_progress=stop_after(3),
        )  # fmt: skip
    assert (tmp_path / "model.safetensors").exists()
    seen = list[int]()
    parts = train(
        make_checkpoint(), faces, config, out=tmp_path, save_seconds=9e9,
        on_progress=lambda s: seen.append(s.done),
    )  # fmt: skip
    assert seen == [4, 5, 6]
    assert differing(tensors(whole.network), tensors(parts.network)) == []
    rows = [json.loads(row) for row in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    again = train(make_checkpoint(), faces, config, out=tmp_path)
    assert differing(tensors(whole.network), tensors(again.network)) == []


class TestOutOfMemory:
    """Simulated at the allocator: more than so many faces at once ask it for far too much."""

    @pytest.fixture
    def start(self, make_checkpoint: Make) -> Checkpoint:
        return make_checkpoint()

    def limit(self, monkeypatch: pytest.MonkeyPatch, faces: int) -> list[int]:
        """Let the allocator fail for more faces than this; returns the sizes that it served."""
        served, real = list[int](), PIPNet.forward

        def forward(network: PIPNet, images: Tensor, **options: Any) -> Any:
            if network.training and len(images) > faces:
                torch.zeros(1 << 50)
            served.append(len(images))
            return real(network, images, **options)

        monkeypatch.setattr(PIPNet, "forward", forward)
        return served

    def test_the_batch_is_computed_in_parts_from_then_on(
        self, start: Checkpoint, faces: list[Sample], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config = TrainConfig(epochs=2, batch=6, warmup_steps=2, freeze_batch_norm=True)
        wanted = train(start, faces, config, augmentation=NONE)
        served, told, steps = self.limit(monkeypatch, 2), list[int](), list[Step]()
        found = train(
            start, faces, config, augmentation=NONE, on_smaller_batch=told.append,
            on_progress=steps.append,
        )  # fmt: skip
        assert told == [3, 2]
        assert served == [2, 2, 1, 1] * 2  # six faces in four parts
        assert [step.done for step in steps] == [1, 2]
        for key, before in tensors(start.network).items():
            moved = (tensors(wanted.network)[key] - before).float()
            off = (tensors(found.network)[key] - tensors(wanted.network)[key]).float().norm()
            assert off <= 0.05 * moved.norm() + 1e-6, key

    def test_where_one_face_is_too_much_it_fails(
        self, start: Checkpoint, faces: list[Sample], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.limit(monkeypatch, 0)
        told = list[int]()
        with pytest.raises(RuntimeError, match="can't allocate memory"):
            train(start, faces, SHORT, on_smaller_batch=told.append)
        assert told == [2, 1]

    def test_other_errors_are_not_taken_for_it(
        self, start: Checkpoint, faces: list[Sample], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def forward(network: PIPNet, images: Tensor, **options: Any) -> Any:
            raise RuntimeError("shapes differ")

        monkeypatch.setattr(PIPNet, "forward", forward)
        with pytest.raises(RuntimeError, match="shapes differ"):
            train(start, faces, SHORT, on_smaller_batch=lambda faces: pytest.fail("told"))

    def test_nobody_asked_it_is_a_warning(
        self, start: Checkpoint, faces: list[Sample], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.limit(monkeypatch, 2)
        with pytest.warns(UserWarning, match="2 faces are computed at once"):
            train(start, faces, SHORT)


def test_progress_counts_every_step(make_checkpoint: Make, faces: list[Sample]) -> None:
    steps = list[Step]()
    train(make_checkpoint(), faces, replace(SHORT, epochs=2), on_progress=steps.append)
    assert [(s.done, s.total, s.epoch) for s in steps] == [
        (1, 4, 0), (2, 4, 0), (3, 4, 1), (4, 4, 1),
    ]  # fmt: skip
    for step in steps:
        terms = {**step.losses}
        total = terms.pop("total")
        assert total == pytest.approx(10 * terms.pop("score") + sum(terms.values()), rel=1e-5)


def test_a_step_gives_the_averaged_network_of_its_moment(
    make_checkpoint: Make, faces: list[Sample]
) -> None:
    config = replace(SHORT, epochs=2)
    made = list[Checkpoint]()
    result = train(
        make_checkpoint(), faces, config, on_progress=lambda s: made.append(s.averaged())
    )
    assert len(made) == 4
    assert differing(tensors(made[-1].network), tensors(result.network)) == []
    assert len(differing(tensors(made[0].network), tensors(made[1].network))) > 10
    assert [one.summary["epochs_done"] for one in made] == [0, 0, 1, 1]


def test_the_result_is_the_moving_average(
    tmp_path: Path, make_checkpoint: Make, faces: list[Sample]
) -> None:
    config = replace(SHORT, ema_decay=0.0)
    last = train(make_checkpoint(), faces, config, out=tmp_path / "last")
    mean = train(make_checkpoint(), faces, SHORT, out=tmp_path / "mean")
    key = "heads.x_layer.bias"
    raw = [
        torch.load(tmp_path / n / "state.pt", weights_only=True)["network"][key]
        for n in ("last", "mean")
    ]
    assert torch.equal(raw[0], raw[1]), "averaging does not touch the training itself"
    assert torch.equal(last.network.state_dict()[key], raw[0])
    assert not torch.equal(mean.network.state_dict()[key], raw[0])


def test_another_seed_is_another_training(make_checkpoint: Make, faces: list[Sample]) -> None:
    one, two = (train(make_checkpoint(), faces, replace(SHORT, seed=s)) for s in (0, 1))
    assert differing(tensors(one.network), tensors(two.network))


class TestFrozen:
    def test_first_stages_stay_as_they_are(
        self, make_checkpoint: Make, faces: list[Sample]
    ) -> None:
        start = make_checkpoint()
        result = train(start, faces, replace(SHORT, frozen_stages=4))
        frozen = tuple(f"trunk.features.{stage}." for stage in range(4))
        changed = differing(tensors(start.network), tensors(result.network))
        assert not [key for key in changed if key.startswith(frozen)]
        assert "trunk.features.4.conv.0.0.weight" in changed
        assert "trunk.features.4.conv.0.1.running_mean" in changed

    def test_norm_statistics_stay_and_weights_do_not(
        self, make_checkpoint: Make, faces: list[Sample]
    ) -> None:
        start = make_checkpoint()
        result = train(start, faces, replace(SHORT, freeze_batch_norm=True))
        changed = differing(tensors(start.network), tensors(result.network))
        assert not [key for key in changed if "running" in key or "tracked" in key]
        assert "trunk.features.0.1.weight" in changed
        assert "trunk.features.0.0.weight" in changed

    def test_a_resnet_has_no_such_stages(self, make_checkpoint: Make, faces: list[Sample]) -> None:
        start = replace(make_checkpoint(), network=PIPNet("resnet18", 5, 3))
        with pytest.raises(ValueError, match="resnet18 has no numbered stages"):
            train(start, faces, replace(SHORT, frozen_stages=1))


class TestLabels:
    def test_unlabelled_points_train_nothing(
        self, make_checkpoint: Make, faces: list[Sample]
    ) -> None:
        partly = [replace(face, points=face.points.copy()) for face in faces]
        for face in partly:
            face.points[2] = np.nan
        start = make_checkpoint()
        result = train(start, partly, replace(SHORT, weight_decay=0.0), augmentation=NONE)
        before, after = (
            start.network.heads["x_layer"].weight,
            result.network.heads["x_layer"].weight,
        )
        assert isinstance(before, Tensor)
        assert isinstance(after, Tensor)
        same = [torch.equal(a, b) for a, b in zip(before, after, strict=True)]
        assert same == [False, False, True, False, False]

    def test_no_labels_at_all_change_no_head(
        self, make_checkpoint: Make, faces: list[Sample]
    ) -> None:
        nothing = [replace(face, points=np.full((5, 2), np.nan)) for face in faces]
        start, losses = make_checkpoint(), list[float]()
        result = train(
            start, nothing, replace(SHORT, weight_decay=0.0),
            on_progress=lambda s: losses.append(s.losses["total"]),
        )  # fmt: skip
        assert losses == [0, 0]
        assert differing(tensors(start.network.heads), tensors(result.network.heads)) == []

    def test_without_neighbours(self, make_checkpoint: Make, faces: list[Sample]) -> None:
        steps = list[Step]()
        train(make_checkpoint(neighbours=0), faces, SHORT, on_progress=steps.append)
        assert steps[-1].losses["nb_x"] == 0
        assert steps[-1].losses["x"] > 0

    def test_a_network_that_is_lost_ends_the_training(
        self, tmp_path: Path, make_checkpoint: Make, faces: list[Sample]
    ) -> None:
        start = make_checkpoint()
        nn.init.constant_(start.network.heads["cls_layer"].bias, float("nan"))  # type: ignore[arg-type]
        with pytest.raises(DivergedError, match="the loss is nan at step 0 of 2"):
            train(start, faces, SHORT, out=tmp_path / "run")
        assert not (tmp_path / "run").exists()


class TestCurriculum:
    def test_all_tasks_in_one_training(self, make_checkpoint: Make, faces: list[Sample]) -> None:
        tasks = ("std", "cls1", "cls2", "cls3", "std", "cls2")
        mixed = [replace(face, task=task) for face, task in zip(faces, tasks, strict=True)]
        steps = list[Step]()
        train(make_checkpoint(side=128), mixed, replace(SHORT, batch=6), on_progress=steps.append)
        assert all(0 < value < 100 for value in steps[0].losses.values())

    @pytest.mark.parametrize("task", ["cls2", "cls3"])
    def test_coarse_tasks_train_the_score_and_no_offsets(
        self, task: str, make_checkpoint: Make, faces: list[Sample]
    ) -> None:
        coarse = [replace(face, task=task) for face in faces[:3]]
        start, steps = make_checkpoint(side=128), list[Step]()
        config = replace(SHORT, weight_decay=0.0)
        result = train(start, coarse, config, on_progress=steps.append)
        losses = steps[0].losses
        assert losses["score"] > 0
        assert [losses[name] for name in ("x", "y", "nb_x", "nb_y")] == [0, 0, 0, 0]
        changed = differing(tensors(start.network.heads), tensors(result.network.heads))
        assert changed == ["cls_layer.weight", "cls_layer.bias"]


def test_training_resumes_from_a_checkpoint_in_the_middle_of_an_epoch(
    tmp_path: Path, make_checkpoint: Make, faces: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(SHORT, epochs=2, batch=1)
    whole = train(make_checkpoint(), faces, config, out=tmp_path / "whole")
    monkeypatch.setattr("pipnet.training.output_folder.SAVE_STATE_SECONDS", 0.0)
    out = tmp_path / "parts"
    for stop in (2, 9):
        with pytest.raises(Stopped):
            train(make_checkpoint(), faces, config, out=out, on_progress=stop_after(stop))
        state = torch.load(out / "state.pt", weights_only=True)
        assert (state["epoch"], state["step"]) == divmod(stop, 6)
        assert (out / "model.safetensors").exists() == (stop > 6)
    resumed = list[int]()
    parts = train(
        make_checkpoint(), faces, config, out=out, on_progress=lambda s: resumed.append(s.done)
    )
    assert resumed == [10, 11, 12]
    assert differing(tensors(whole.network), tensors(parts.network)) == []
    assert parts.summary["losses"] == whole.summary["losses"]


def test_a_folder_resumes_only_the_training_that_it_holds(
    tmp_path: Path, make_checkpoint: Make, faces: list[Sample]
) -> None:
    start, out = make_checkpoint(), tmp_path / "run"
    train(start, faces, SHORT, out=out)
    before = (out / "state.pt").read_bytes()

    def refused(named: str, **given: Any) -> None:
        usual = {"start": start, "samples": faces, "config": SHORT}
        with pytest.raises(ValueError, match=f"run holds a training with {named}: resume with"):
            train(**{**usual, **given}, out=out)
        assert (out / "state.pt").read_bytes() == before

    for named, settings in {
        "epochs 1, not 2": {"epochs": 2},
        "batch 3, not 2": {"batch": 2},
        "lr 0.0005, not 0.1": {"lr": 0.1},
        r"milestones \[\], not \[0.5\]": {"milestones": (0.5,)},
        "ema_decay 0.998, not 0.0": {"ema_decay": 0.0},
        "seed 0, not 1": {"seed": 1},
        "frozen_stages 0, not 2": {"frozen_stages": 2},
        "freeze_batch_norm False, not True": {"freeze_batch_norm": True},
    }.items():
        refused(named, config=replace(SHORT, **settings))
    refused("neighbours 3, not 0", start=make_checkpoint(neighbours=0))
    refused(
        "backbone mobilenet_v2, not resnet18",
        start=replace(start, network=PIPNet("resnet18", 5, 3)),
    )
    refused("head pip, not coord", start=replace(start, network=CoordinateNet("mobilenet_v2", 5)))
    refused("augmentation Aug.*, not PaperAug.*", augmentation=PaperAugmentation())
    refused("samples 6, not 5", samples=faces[1:])
    moved = replace(faces[0], points=faces[0].points + 1)
    harder = replace(faces[0], task="cls1")
    for others in ([moved, *faces[1:]], [harder, *faces[1:]], faces[::-1]):
        refused("labels .*, not .*", samples=others)
    # another device may go on
    train(start, faces, replace(SHORT, device="cpu:0"), out=out, on_progress=stop_after(1))


def test_the_authors_recipe_can_be_resumed_by_another_process(
    tmp_path: Path, make_checkpoint: Make, faces: list[Sample]
) -> None:
    """Two objects that draw alike have to be recognised as one."""
    for _ in range(2):
        train(make_checkpoint(), faces, SHORT, out=tmp_path, augmentation=PaperAugmentation())
    assert " at 0x" not in repr(PaperAugmentation())


def learning_rates(config: TrainConfig, steps: int) -> list[float]:
    """The rate of each step."""
    optimiser = torch.optim.AdamW([nn.Parameter(torch.zeros(1))], lr=config.lr)
    schedule, rates = learning_rate_schedule(optimiser, config, steps), list[float]()
    for _ in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return rates


class TestLearningRate:
    def test_milestones_divide_it_by_ten(self) -> None:
        config = TrainConfig(lr=1e-4, milestones=(1 / 2, 5 / 6), warmup_steps=100)
        rates = learning_rates(config, 60)
        assert rates == pytest.approx([1e-4] * 30 + [1e-5] * 20 + [1e-6] * 10)

    def test_without_milestones_it_warms_up_and_falls_to_zero(self) -> None:
        rates = learning_rates(TrainConfig(lr=1e-3, warmup_steps=10), 200)
        cosine = 0.5e-3 * (1 + np.cos(np.pi * np.arange(190) / 190))
        assert rates[:10] == pytest.approx(np.arange(1, 11) * 1e-4)
        assert rates[10:] == pytest.approx(cosine, abs=1e-12)

    def test_without_warmup_it_begins_at_the_peak(self) -> None:
        rates = learning_rates(TrainConfig(lr=1e-3, warmup_steps=0), 20)
        assert rates == pytest.approx(0.5e-3 * (1 + np.cos(np.pi * np.arange(20) / 20)), abs=1e-12)

    def test_a_short_training_warms_up_for_a_tenth_of_its_steps(self) -> None:
        rates = learning_rates(TrainConfig(lr=1.0, warmup_steps=100), 20)
        assert rates[:4] == pytest.approx([1 / 3, 2 / 3, 1, 1])
        assert rates[4] < 1

    def test_a_training_of_one_step_uses_the_peak(self) -> None:
        assert learning_rates(TrainConfig(lr=1.0), 1) == [1.0]

    def test_the_optimiser_uses_it(
        self, tmp_path: Path, make_checkpoint: Make, faces: list[Sample]
    ) -> None:
        config = replace(SHORT, epochs=2, batch=1, lr=1e-4, milestones=(0.5,))
        train(make_checkpoint(), faces, config, out=tmp_path)
        groups = torch.load(tmp_path / "state.pt", weights_only=True)["optimiser"]["param_groups"]
        assert [group["lr"] for group in groups] == pytest.approx([1e-5, 1e-5])


class TestMovingAverage:
    def test_early_steps_have_a_larger_weight(self) -> None:
        network = nn.BatchNorm1d(1)
        average = moving_average(network, 0.5)
        expected = 1.0  # a new layer's weight
        for step in range(1, 30):
            nn.init.constant_(network.weight, float(step))
            average.update_parameters(network)
            decay = min(0.5, step / (step + 10))
            expected = decay * expected + (1 - decay) * step
            assert float(average.module.weight) == pytest.approx(expected)

    def test_buffers_are_averaged_and_counters_copied(self) -> None:
        network = nn.BatchNorm1d(1)
        average = moving_average(network, 0.9)
        network.running_mean.fill_(11.0)
        network.num_batches_tracked.fill_(7)
        average.update_parameters(network)
        assert float(average.module.running_mean) == pytest.approx(10.0)
        assert int(average.module.num_batches_tracked) == 7


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error_that_says_so(
    tmp_path: Path, make_checkpoint: Make, faces: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_folder, "replacing", lambda _: nullcontext(Path("/dev/full")))
    monkeypatch.setattr(output_folder, "save", lambda *_: None)
    with pytest.raises(OSError, match="No space left"):
        train(make_checkpoint(), faces, SHORT, out=tmp_path)
