"""Self-training on drawn faces."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch

from pipnet.data.sample import Sample
from pipnet.models.checkpoint import Checkpoint, load
from pipnet.training import self_training as module
from pipnet.training.config import TrainConfig
from pipnet.training.self_training import SelfTrainConfig, Stage, UnlabelledFace, self_train
from pipnet.training.trainer import Step

Make = Callable[..., Checkpoint]
SHORT = TrainConfig(epochs=1, batch=3, warmup_steps=2)


class Stopped(Exception):
    """What a person who has seen enough raises."""


def big(make: Make) -> Callable[[], Checkpoint]:
    """Large enough for the map of four times the stride."""
    return partial(make, side=128)


def ledger(out: Path) -> list[dict[str, str]]:
    with (out / "ledger.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_task_trains_on_labels_and_pseudo_labels_and_the_ledger_tells(
    make_checkpoint: Make, faces: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[list[str]] = []
    real = module.train

    def spy(start: Checkpoint, samples: list[Sample], *rest: object, **named: object) -> Checkpoint:
        used.append([sample.task for sample in samples])
        return real(start, samples, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "train", spy)
    unlabelled = [UnlabelledFace(s.image, s.boxes[0], "landmarks") for s in faces[3:]]
    config = SelfTrainConfig(SHORT, tasks=("cls3", "std"))
    result = self_train(big(make_checkpoint), faces[:3], unlabelled, config, tmp_path / "out")
    assert used == [["std"] * 3, ["std"] * 3 + ["cls3"] * 3, ["std"] * 6]
    rows = ledger(tmp_path / "out")
    assert [(row["stage"], row["task"]) for row in rows] == [("1", "cls3")] * 3 + [("2", "std")] * 3
    assert rows[0]["photo"] == str(faces[3].image)
    assert rows[0]["moved"] == "nan"
    assert float(rows[3]["moved"]) > 0
    kept = load(tmp_path / "out" / "model.safetensors").network.state_dict()
    assert all(torch.equal(v, kept[k]) for k, v in result.network.state_dict().items())


def test_an_interrupted_self_training_goes_on_and_ends_the_same(
    make_checkpoint: Make, faces: list[Sample], tmp_path: Path
) -> None:
    unlabelled = [UnlabelledFace(s.image, s.boxes[0], "landmarks") for s in faces[3:]]
    config = SelfTrainConfig(SHORT, tasks=("cls3", "cls2"))

    def stop(stage: Stage, step: Step) -> None:
        if (stage.index, step.done) == (2, 1):
            raise Stopped

    whole = self_train(big(make_checkpoint), faces[:3], unlabelled, config, tmp_path / "whole")
    with pytest.raises(Stopped):
        self_train(
            big(make_checkpoint),
            faces[:3],
            unlabelled,
            config,
            tmp_path / "cut",
            on_progress=stop,
        )
    # as a process leaves it that dies while it writes
    lines = (tmp_path / "cut" / "ledger.csv").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "cut" / "ledger.csv").write_text("".join(lines[:-1])[:-7], "utf-8")
    seen: list[int] = []
    cut = self_train(
        big(make_checkpoint), faces[:3], unlabelled, config, tmp_path / "cut",
        on_progress=lambda stage, _: seen.append(stage.index),
    )  # fmt: skip
    assert set(seen) == {2}
    states = whole.network.state_dict(), cut.network.state_dict()
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
    assert ledger(tmp_path / "cut") == ledger(tmp_path / "whole")


def test_a_folder_of_other_faces_is_refused(
    make_checkpoint: Make, faces: list[Sample], tmp_path: Path
) -> None:
    unlabelled = [UnlabelledFace(s.image, s.boxes[0], "landmarks") for s in faces[3:]]
    config = SelfTrainConfig(SHORT, tasks=("cls3",))
    fresh, out = big(make_checkpoint), tmp_path / "out"
    self_train(fresh, faces[:3], unlabelled, config, out)
    with pytest.raises(ValueError, match="stage-0 holds a training on other faces"):
        self_train(fresh, faces[:2], unlabelled, config, out)
    with pytest.raises(ValueError, match="has 3 pseudo-labels, there are 2 unlabelled"):
        self_train(fresh, faces[:3], unlabelled[:2], config, out)


def test_it_ends_when_the_pseudo_labels_stand_still(
    make_checkpoint: Make, faces: list[Sample], tmp_path: Path
) -> None:
    unlabelled = [UnlabelledFace(s.image, s.boxes[0], "landmarks") for s in faces[3:]]
    config = SelfTrainConfig(SHORT, tasks=("std", "std", "std"), converged=1e6)
    self_train(big(make_checkpoint), faces[:3], unlabelled, config, tmp_path / "out")
    assert (tmp_path / "out" / "stage-1" / "finished.json").exists()
    assert not (tmp_path / "out" / "stage-2" / "finished.json").exists()


def test_labels_train_the_coarse_maps_on_demand(
    make_checkpoint: Make, faces: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[list[str]] = []
    monkeypatch.setattr(
        module,
        "train",
        lambda start, samples, *_, out, **__: (
            used.append([sample.task for sample in samples]) or out.mkdir(exist_ok=True) or start
        ),
    )
    unlabelled = [UnlabelledFace(faces[3].image, faces[3].boxes[0], "landmarks")]
    config = SelfTrainConfig(SHORT, tasks=("cls2",), labels_coarse=True)
    (tmp_path / "out").mkdir()
    self_train(big(make_checkpoint), faces[:1], unlabelled, config, tmp_path / "out")
    assert used[1] == ["std", "cls2", "cls2"]


def test_photos_that_cannot_be_read_are_left_out(
    make_checkpoint: Make, faces: list[Sample], tmp_path: Path
) -> None:
    unlabelled = [UnlabelledFace(s.image, s.boxes[0], "landmarks") for s in faces[3:]]
    faces[0].image.unlink()
    faces[4].image.write_bytes(faces[4].image.read_bytes()[:200])
    told: list[str] = []
    config = SelfTrainConfig(SHORT, tasks=("std", "std"), converged=1e-9)
    self_train(
        big(make_checkpoint), faces[:3], unlabelled, config, tmp_path / "out",
        on_unreadable=lambda sample, error: told.append(sample.image.name),
    )  # fmt: skip
    assert set(told) == {faces[0].image.name, faces[4].image.name}
    photos = [row["photo"] for row in ledger(tmp_path / "out")]
    assert photos == [str(faces[3].image), str(faces[5].image)] * 2
    for face in faces[3:]:
        face.image.unlink(missing_ok=True)
    with pytest.raises(ValueError, match="no photo of 3 faces without labels can be read"):
        self_train(
            big(make_checkpoint), faces[1:3], unlabelled, config, tmp_path / "out2",
            on_unreadable=lambda sample, error: None,
        )  # fmt: skip
