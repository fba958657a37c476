"""Train a network: the loop over epochs and steps."""

from __future__ import annotations

import hashlib
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from pipnet.data.sample import Sample
from pipnet.models.checkpoint import Checkpoint
from pipnet.training.augment import Augmentation, Augmenter
from pipnet.training.config import TrainConfig
from pipnet.training.loader import Loader, OnUnreadable, warn_unreadable
from pipnet.training.output_folder import OutputFolder
from pipnet.training.state import TrainingState
from pipnet.training.step import Stepper


@dataclass(frozen=True, slots=True)
class Step:
    """Progress of a training: `done` of `total` steps, the loss terms of the last one by name, and
    the learning rate that it had.

    `averaged`: makes a checkpoint of the averaged network as it is after this step, for whoever
    ends the training here; `summary` of it holds no losses. Only during `on_progress`.
    """

    done: int
    total: int
    epoch: int
    losses: dict[str, float]
    learning_rate: float
    averaged: Callable[[], Checkpoint]


OnProgress = Callable[[Step], None]
OnEpoch = Callable[[int, Checkpoint], None]
OnSmallerBatch = Callable[[int], object]
"""Called with the number of faces that are computed at once from now on, as memory ran out."""


def warn_smaller_batch(faces: int) -> None:
    """The default `OnSmallerBatch`: warn."""
    warnings.warn(f"memory ran out: {faces} faces are computed at once from now on", stacklevel=2)


class DivergedError(RuntimeError):
    """The loss became NaN or infinite; the weights are useless."""


class EndedByPeer(Exception):  # noqa: N818 - not an error
    """Of several processes, the first one ended the training."""


@dataclass(frozen=True, slots=True)
class _Process:
    """This process of `count` that train together."""

    rank: int = 0
    count: int = 1

    @staticmethod
    def current() -> _Process:
        if distributed.is_available() and distributed.is_initialized():
            return _Process(distributed.get_rank(), distributed.get_world_size())
        return _Process()

    @property
    def is_first(self) -> bool:
        return self.rank == 0


def train(
    start: Checkpoint,
    samples: Sequence[Sample],
    config: TrainConfig,
    *,
    out: Path | None = None,
    save_seconds: float | None = None,
    on_progress: OnProgress = lambda step: None,
    on_epoch: OnEpoch = lambda epoch, checkpoint: None,
    on_unreadable: OnUnreadable = warn_unreadable,
    on_smaller_batch: OnSmallerBatch = warn_smaller_batch,
    augmentation: Augmenter | None = None,
) -> Checkpoint:
    """Train `start` further and return the averaged network; `start` itself does not change.

    In a process group of torch.distributed every process trains on its share of the samples; only
    the first one calls back and writes.

    Args:
        samples: faces with landmarks in pixels of the upright photo. One whose photo cannot be read
            is skipped.
        out: a folder for `state.pt`, `model.safetensors` and `log.jsonl`, saved after every epoch,
            the state also every few minutes. A second call with the same arguments resumes; on a
            CPU its result is bit-identical to an uninterrupted training.
        save_seconds: save both so often instead, and after the last epoch.
        on_progress: called after every step; an exception ends the training.
        on_epoch: called after every epoch with its number from 0; an exception ends the training.
        on_unreadable: called once for each skipped face, in another thread; an exception ends the
            training.
        on_smaller_batch: called when memory ran out in a step. The step is repeated, and from then
            on each batch is computed in twice as many parts, whose gradients are added. One process
            only; of several, memory that runs out ends the training.
        augmentation: how samples are varied; `Augmentation()` if None.

    Raises:
        DivergedError: the loss became NaN or infinite.
        EndedByPeer: another process ended the training.
        ValueError: there are no samples, or none has a readable photo; the network cannot train a
            curriculum task; or `out` holds a training with other settings or samples.
    """
    torch.manual_seed(config.seed)
    process = _Process.current()
    augmentation = augmentation or Augmentation()
    has_coarse_tasks = _check_tasks(start, samples, process)
    device, table = torch.device(config.device), start.table
    loader = Loader(
        samples, start.scheme.flip_table, start.convention,
        augmentation=augmentation, batch=config.batch, seed=config.seed,
        manual_share=config.manual_share,
        part=(process.rank, process.count), on_device=device.type == "cuda",
        on_unreadable=on_unreadable,
    )  # fmt: skip
    training = TrainingState(start.network, config, len(loader))
    folder = None
    result = start
    if out is not None:
        settings = {
            **config.to_dict(), **_identity(start, samples), "processes": process.count,
            "augmentation": repr(augmentation),
        }  # fmt: skip
        folder = OutputFolder(out, settings, process.is_first, save_seconds)
        folder.resume(training)
        result = folder.load_model() if training.epoch >= config.epochs else start
    network: nn.Module = training.network
    if process.count > 1:
        network = DistributedDataParallel(network)
    stepper = Stepper(
        network, training.optimiser, start.convention.side, table, device,
        has_coarse_tasks=has_coarse_tasks, max_gradient_norm=config.max_gradient_norm,
        on_smaller_batch=on_smaller_batch if process.count == 1 else None,
    )  # fmt: skip
    while training.epoch < config.epochs:
        training.set_training_mode()
        for batch in loader.epoch(training.epoch, skip=training.step):
            learning_rate = training.learning_rate
            losses = stepper.step(batch)
            if not math.isfinite(losses["total"]):
                raise DivergedError(
                    f"the loss is {losses['total']} at step {training.steps_done} "
                    f"of {training.total_steps}"
                )
            training.record_step(losses)
            if folder is not None:
                folder.save_state_if_due(training)
            if process.is_first:
                done, total = training.steps_done, training.total_steps
                averaged = partial(_averaged, start, training, config)
                on_progress(Step(done, total, training.epoch, losses, learning_rate, averaged))
        epoch = training.epoch
        means = training.end_epoch()
        result = _averaged(start, training, config)
        result = replace(result, summary={**result.summary, "losses": means})
        if folder is not None:
            folder.save_epoch(training, means, result, is_last=training.epoch == config.epochs)
        _call_in_first(process, on_epoch, epoch, result)
    return result


def _averaged(start: Checkpoint, training: TrainingState, config: TrainConfig) -> Checkpoint:
    """The averaged network as it is now."""
    summary = {**start.summary, "train": config.to_dict(), "epochs_done": training.epoch}
    summary.pop("losses", None)  # those of the training before
    return Checkpoint(
        training.averaged_network(), start.scheme, start.meanface, start.convention, summary
    )


def _call_in_first(process: _Process, on_epoch: OnEpoch, epoch: int, result: Checkpoint) -> None:
    """Call back in the first process; an exception there ends the training in all of them."""
    raised: Exception | None = None
    if process.is_first:
        try:
            on_epoch(epoch, result)
        except Exception as error:
            if process.count == 1:
                raise
            raised = error
    if process.count > 1:
        has_ended = [raised is not None]
        distributed.broadcast_object_list(has_ended)
        if raised is not None:
            raise raised
        if has_ended[0]:
            raise EndedByPeer


def _check_tasks(start: Checkpoint, samples: Sequence[Sample], process: _Process) -> bool:
    """Whether a sample trains a coarse score map. Raises ValueError: see `train`."""
    if len(samples) < process.count:
        raise ValueError(
            f"there are {len(samples)} faces to train on, for {process.count} processes"
        )
    if start.network.head != "pip" and any(item.task != "std" for item in samples):
        raise ValueError(f"a curriculum needs head 'pip', not {start.network.head!r}")
    has_coarse_tasks = any(item.task in ("cls2", "cls3") for item in samples)
    grid = start.convention.side // start.network.stride
    if has_coarse_tasks and grid < 4:
        raise ValueError(f"tasks cls2 and cls3 need a score map of 4x4 cells, not {grid}x{grid}")
    return has_coarse_tasks


def _identity(start: Checkpoint, samples: Sequence[Sample]) -> dict[str, Any]:
    """What is trained on which labels, as values that a state file compares."""
    network, digest = start.network, hashlib.sha256()
    for item in samples:
        digest.update(f"{item.image.name} {item.task} {item.boxes}".encode())
        digest.update(item.points.tobytes())
        digest.update(b"" if item.weights is None else item.weights.tobytes())
    return {
        "head": network.head, "backbone": network.name, "landmarks": network.landmarks,
        "neighbours": network.neighbours, "stride": network.stride,
        "samples": len(samples), "labels": digest.hexdigest()[:12],
    }  # fmt: skip
