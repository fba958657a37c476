"""Train a network: batches, optimiser, averaging, log, resume."""

from __future__ import annotations

import copy
import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from pipnet.data.normalisation import normalise
from pipnet.data.sample import Sample
from pipnet.models.checkpoint import Checkpoint, load, save
from pipnet.models.heads import Network
from pipnet.models.losses import TargetBatch, output_loss, task_indices
from pipnet.models.neighbours import Neighbours
from pipnet.output import replacing
from pipnet.training.augment import Augmentation, Augmenter
from pipnet.training.augment_gpu import augment
from pipnet.training.loader import Batch, Loader, OnUnreadable, warn_unreadable

KEEP_EVERY = 300.0
"""Seconds of work that an interruption may cost."""


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How to train.

    `lr`: peak learning rate of AdamW, reached after `warmup` steps, then a cosine to zero; or, with
    `milestones`, divided by ten at these shares of the training. `weight_decay`: 0 makes it Adam.
    `clip`: largest norm of the gradient. `average`: decay of the moving average of the weights that
    is kept as the result, 0 for none. `freeze`: how many first stages of a MobileNet's `features`
    stay as they are; on a CPU they are nearly half the cost and the least specific to faces.
    `freeze_norm`: batch norm keeps its statistics, as fine-tuning on few faces needs. `batch`: of
    each process.
    """

    epochs: int = 60
    batch: int = 16
    lr: float = 5e-4
    weight_decay: float = 1e-2
    warmup: int = 100
    milestones: tuple[float, ...] = ()
    clip: float = 10.0
    average: float = 0.998
    freeze: int = 0
    freeze_norm: bool = False
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Step:
    """Progress of a training: `done` of `total` steps, the loss terms of the last one by name."""

    done: int
    total: int
    epoch: int
    losses: dict[str, float]


OnProgress = Callable[[Step], None]
OnEpoch = Callable[[int, Checkpoint], None]


class DivergedError(RuntimeError):
    """The loss is not a number any more; the weights are of no use."""


class Ended(Exception):  # noqa: N818 - not an error
    """The first of several processes ended the training."""


def train(
    start: Checkpoint,
    samples: Sequence[Sample],
    config: TrainConfig,
    *,
    out: Path | None = None,
    on_progress: OnProgress = lambda step: None,
    on_epoch: OnEpoch = lambda epoch, checkpoint: None,
    on_unreadable: OnUnreadable = warn_unreadable,
    augmentation: Augmenter | None = None,
) -> Checkpoint:
    """Train on from `start` and return the averaged network.

    With `out`, the state is kept there every few minutes and after every epoch (`state.pt`,
    `model.safetensors`, `log.jsonl`) and a second call with the same arguments goes on from it; on
    a CPU the result is the same as without interruption. Whatever `on_progress` raises ends the
    training between two steps, whatever `on_epoch` raises between two epochs.

    A face whose photo cannot be read is left out, and `on_unreadable` called once (in another
    thread; what it raises ends the training).

    In a process group of torch.distributed every process trains on its share of the samples; only
    the first one calls back and writes.

    Raises:
        DivergedError: the loss became NaN or infinite.
        Ended: another process ended the training.
        ValueError: no samples, or no photo of all of them can be used; a curriculum task that the
            network cannot train; or `out` holds a training of other settings or samples.
    """
    torch.manual_seed(config.seed)
    device, part = torch.device(config.device), _part()
    table, coarse = _task_check(start, samples, part)
    run = _Run(start, config, device)
    loader = Loader(
        samples, start.scheme.flip_table, start.convention,
        augmentation=augmentation or Augmentation(), batch=config.batch, seed=config.seed,
        part=part, on_device=device.type == "cuda", on_unreadable=on_unreadable,
    )  # fmt: skip
    settings = {
        **_plain(config), **_identity(start, samples), "processes": part[1],
        "augmentation": repr(augmentation or Augmentation()),
    }  # fmt: skip
    files = None if out is None else _Files(out, settings, part[0] == 0)
    run.total = config.epochs * len(loader)
    if files is not None:
        files.resume(run)
    result = files.model() if files is not None and run.epoch else start
    network: nn.Module = run.network if part[1] == 1 else DistributedDataParallel(run.network)
    while run.epoch < config.epochs:
        run.network.train()
        for module in run.frozen:
            module.eval()
        for batch in loader.epoch(run.epoch, skip=run.step):
            done = run.epoch * len(loader) + run.step
            for group in run.optimiser.param_groups:
                group["lr"] = _rate(config, done, run.total)
            named = _step(network, batch, start, table, coarse, run.optimiser, config, device)
            if not math.isfinite(named["total"]):
                raise DivergedError(f"the loss is {named['total']} at step {done} of {run.total}")
            run.count(named, len(loader), config.average)
            if files is not None:
                files.keep_sometimes(run)
            if part[0] == 0:
                on_progress(Step(done + 1, run.total, run.epoch, named))
        losses, epoch = run.end_epoch()
        result = Checkpoint(
            copy.deepcopy(run.average).cpu(), start.scheme, start.meanface, start.convention,
            {**start.summary, "train": _plain(config), "epochs_done": run.epoch, "losses": losses},
        )  # fmt: skip
        if files is not None:
            files.end_epoch(run, losses, result)
        _call_first(part, on_epoch, epoch, result)
    return result


def _part() -> tuple[int, int]:
    """Which process this is, of how many."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return 0, 1


def _call_first(part: tuple[int, int], on_epoch: OnEpoch, epoch: int, result: Checkpoint) -> None:
    """Call back in the first process; what it raises there ends the training in all of them."""
    raised: Exception | None = None
    if part[0] == 0:
        try:
            on_epoch(epoch, result)
        except Exception as error:
            if part[1] == 1:
                raise
            raised = error
    if part[1] > 1:
        word = [raised is not None]
        distributed.broadcast_object_list(word)
        if raised is not None:
            raise raised
        if word[0]:
            raise Ended


def _task_check(
    start: Checkpoint, samples: Sequence[Sample], part: tuple[int, int]
) -> tuple[Neighbours, bool]:
    """The neighbour tables, and whether some sample trains a coarse score map."""
    if len(samples) < part[1]:
        raise ValueError(f"there are {len(samples)} faces to train on, for {part[1]} processes")
    coarse = any(item.task in ("cls2", "cls3") for item in samples)
    if start.network.head != "pip" and any(item.task != "std" for item in samples):
        raise ValueError(f"a curriculum needs head 'pip', not {start.network.head!r}")
    grid = start.convention.side // start.network.stride
    if coarse and grid < 4:
        raise ValueError(f"tasks cls2 and cls3 need a score map of 4x4 cells, not {grid}x{grid}")
    return start.table, coarse


class _Run:
    """What changes while a training goes on, and is kept."""

    def __init__(self, start: Checkpoint, config: TrainConfig, device: torch.device) -> None:
        network = copy.deepcopy(start.network).to(device)
        self.network: Network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average: Network = copy.deepcopy(network).eval().requires_grad_(False)
        self.frozen = _freeze(network, config.freeze)
        if config.freeze_norm:
            self.frozen += [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
        trained = [p for p in network.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(
            [
                {
                    "params": [p for p in trained if p.ndim > 1],
                    "weight_decay": config.weight_decay,
                },
                {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0},
            ],
            lr=config.lr, fused=True,
        )  # fmt: skip
        self.total = self.epoch = self.step = 0
        self.sums: dict[str, float] = {}

    def count(self, named: dict[str, float], steps: int, decay: float) -> None:
        """A step was made: average the weights, sum up the loss terms."""
        self.step += 1
        done = self.epoch * steps + self.step
        _average(self.average, self.network, min(decay, done / (done + 10)))
        for name, value in named.items():
            self.sums[name] = self.sums.get(name, 0.0) + value / steps

    def end_epoch(self) -> tuple[dict[str, float], int]:
        """The mean loss terms and the number of the epoch that ended."""
        losses, self.sums = self.sums, {}
        self.epoch, self.step = self.epoch + 1, 0
        return losses, self.epoch - 1

    def state(self) -> dict[str, Any]:
        """Everything that `load` needs."""
        return {
            "epoch": self.epoch, "step": self.step, "sums": self.sums,
            "network": self.network.state_dict(), "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Go back to a kept state."""
        self.epoch, self.step, self.sums = state["epoch"], state["step"], state["sums"]
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])


class _Files:
    """A training's folder."""

    def __init__(self, folder: Path, settings: dict[str, Any], writes: bool) -> None:
        self._folder, self._settings, self._writes = folder, settings, writes
        self._kept = time.monotonic()

    def model(self) -> Checkpoint:
        """What the last whole epoch gave."""
        return load(self._folder / "model.safetensors")

    def resume(self, run: _Run) -> None:
        """Take up the kept state, if there is one."""
        file = self._folder / "state.pt"
        if file.exists():
            state = torch.load(file, map_location="cpu", weights_only=True)
            kept = state.pop("settings")
            for name, value in self._settings.items():
                if kept.get(name, value) != value and name != "device":
                    raise ValueError(
                        f"{self._folder} holds a training with {name} {kept[name]}, not {value}: "
                        "go on with the same settings, or choose another folder"
                    )
            run.load(state)
        # a row that was written just before an interruption will be written again
        log = self._folder / "log.jsonl"
        if self._writes and log.exists():
            rows = log.read_text("utf-8").splitlines(keepends=True)
            partial = log.with_name("log.jsonl.partial")
            partial.write_text("".join(rows[: run.epoch]), encoding="utf-8")
            os.replace(partial, log)

    def keep_sometimes(self, run: _Run) -> None:
        """Keep the state if the last time is a while ago."""
        if self._writes and time.monotonic() - self._kept > KEEP_EVERY:
            self._keep(run)

    def end_epoch(self, run: _Run, losses: dict[str, float], result: Checkpoint) -> None:
        """Keep the state, the model and a row of the log."""
        if not self._writes:
            return
        save(result, self._folder / "model.safetensors")
        with (self._folder / "log.jsonl").open("a", encoding="utf-8") as log:
            rounded = {name: round(value, 6) for name, value in losses.items()}
            log.write(json.dumps({"epoch": run.epoch, "time": time.time(), **rounded}) + "\n")
        self._keep(run)

    def _keep(self, run: _Run) -> None:
        with (
            replacing(self._folder / "state.pt") as partial,
            partial.open("wb") as file,  # torch's own error for a full disk does not say so
        ):
            torch.save({"settings": self._settings, **run.state()}, file)
        self._kept = time.monotonic()


def _step(
    network: nn.Module,
    batch: Batch,
    start: Checkpoint,
    table: Neighbours,
    coarse: bool,
    optimiser: torch.optim.Optimizer,
    config: TrainConfig,
    device: torch.device,
) -> dict[str, float]:
    """One step; returns the loss terms and their weighted sum, `total`."""
    if batch.images is None:
        images = augment(batch.patches, batch.changes, start.convention.side, device)
    else:
        images = normalise(batch.images, device)
    images = images.contiguous(memory_format=torch.channels_last)
    targets = TargetBatch(
        torch.from_numpy(batch.points_unit).to(device, torch.float32),
        task_indices(batch.tasks).to(device),
    )
    with torch.autocast(device.type, torch.bfloat16, enabled=_half(device)):
        output = network(images, coarse=coarse)
    output = type(output)(*(_full(part) for part in output))
    parts = output_loss(output, targets, table)
    total = parts.total()
    optimiser.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    if math.isfinite(config.clip):
        nn.utils.clip_grad_norm_(network.parameters(), config.clip)
    optimiser.step()
    values = torch.stack([*(part.detach() for part in parts), total.detach()]).tolist()
    return dict(zip([*parts._fields, "total"], values, strict=True))


def _full(part: Tensor | tuple[Tensor, ...]) -> Any:
    return tuple(t.float() for t in part) if isinstance(part, tuple) else part.float()


def _half(device: torch.device) -> bool:
    """Whether bfloat16 is fast here: any CUDA device, and CPUs with matrix instructions for it."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu.get_capabilities().get("amx_bf16", False))


def _freeze(network: Network, stages: int) -> list[nn.Module]:
    if stages == 0:
        return []
    features = getattr(network.trunk, "features", None)
    if not isinstance(features, nn.Sequential):
        raise ValueError(f"{network.name} has no numbered stages to freeze")
    frozen = list(features.children())[:stages]
    for module in frozen:
        module.requires_grad_(False)
    return frozen


def _rate(config: TrainConfig, done: int, total: int) -> float:
    if config.milestones:
        return config.lr * 0.1 ** sum(done >= share * total for share in config.milestones)
    warm = min(config.warmup, total // 10 + 1)
    if done < warm:
        return config.lr * (done + 1) / warm
    return config.lr * 0.5 * (1 + math.cos(math.pi * (done - warm) / max(1, total - warm)))


@torch.no_grad()
def _average(average: nn.Module, network: nn.Module, decay: float) -> None:
    ours, theirs = average.state_dict(), network.state_dict()
    floating = [key for key, value in theirs.items() if value.is_floating_point()]
    torch._foreach_lerp_(
        [ours[key] for key in floating], [theirs[key] for key in floating], 1 - decay
    )
    for key, value in theirs.items():
        if not value.is_floating_point():
            ours[key].copy_(value)


def _plain(config: TrainConfig) -> dict[str, Any]:
    """The settings as values that a state file compares."""
    values = {field.name: getattr(config, field.name) for field in fields(config)}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}


def _identity(start: Checkpoint, samples: Sequence[Sample]) -> dict[str, Any]:
    """What is trained on what, as values that a state file compares."""
    network, digest = start.network, hashlib.sha256()
    for item in samples:
        digest.update(f"{item.image.name} {item.task} {item.boxes}".encode())
        digest.update(item.points.tobytes())
    return {
        "head": network.head, "backbone": network.name, "landmarks": network.landmarks,
        "neighbours": network.neighbours, "stride": network.stride,
        "samples": len(samples), "labels": digest.hexdigest()[:12],
    }  # fmt: skip
