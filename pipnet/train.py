"""Train a PIPNet: batches, optimiser, averaging, log, resume."""

from __future__ import annotations

import copy
import json
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pipnet.augment import Augmentation
from pipnet.checkpoint import Checkpoint, load, save
from pipnet.data import Batch, Loader, Sample
from pipnet.loss import Losses, TargetBatch, losses, task_indices
from pipnet.meanface import Neighbours
from pipnet.network import PIPNet


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How to train.

    `lr`: peak learning rate of AdamW, reached after `warmup` steps, then a cosine to zero.
    `average`: decay of the moving average of the weights that is kept as the result.
    `freeze`: how many first stages of a MobileNet's `features` stay as they are; on a CPU they are
    nearly half the cost and the least specific to faces. `freeze_norm`: batch norm keeps its
    statistics, as fine-tuning on few faces needs.
    """

    epochs: int = 60
    batch: int = 16
    lr: float = 5e-4
    weight_decay: float = 1e-2
    warmup: int = 100
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


def train(
    start: Checkpoint,
    samples: Sequence[Sample],
    config: TrainConfig,
    *,
    out: Path | None = None,
    on_progress: OnProgress = lambda step: None,
    on_epoch: OnEpoch = lambda epoch, checkpoint: None,
    amount: Augmentation | None = None,
) -> Checkpoint:
    """Train on from `start` and return the averaged network.

    With `out`, the state is kept there after every epoch (`state.pt`, `log.jsonl`) and a second
    call with the same arguments goes on from it; on a CPU the result is the same as without
    interruption. Whatever `on_progress` raises ends the training between two steps.

    Raises:
        DivergedError: the loss became NaN or infinite.
        ValueError: a coarse task on a score map of less than 4x4 cells.
    """
    torch.manual_seed(config.seed)
    device = torch.device(config.device)
    network = copy.deepcopy(start.network).to(device)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(network).eval().requires_grad_(False)
    frozen = _freeze(network, config.freeze)
    if config.freeze_norm:
        frozen += [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    decayed = [p for p in network.parameters() if p.requires_grad and p.ndim > 1]
    plain = [p for p in network.parameters() if p.requires_grad and p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [
            {"params": decayed, "weight_decay": config.weight_decay},
            {"params": plain, "weight_decay": 0},
        ],
        lr=config.lr, fused=True,
    )  # fmt: skip
    loader = Loader(
        samples, start.scheme.flip_table, start.convention,
        amount=amount or Augmentation(), batch=config.batch, seed=config.seed,
    )  # fmt: skip
    table, coarse = start.table, any(item.task in ("cls2", "cls3") for item in samples)
    grid = start.convention.side // start.network.stride
    if coarse and grid < 4:
        raise ValueError(f"tasks cls2 and cls3 need a score map of 4x4 cells, not {grid}x{grid}")
    total = config.epochs * len(loader)
    first = _resume(out, network, average, optimiser, device)
    result = load(out / "model.safetensors") if out is not None and first else start
    done = first * len(loader)
    for epoch in range(first, config.epochs):
        network.train()
        for module in frozen:
            module.eval()
        sums: dict[str, float] = {}
        for batch in loader.epoch(epoch):
            for group in optimiser.param_groups:
                group["lr"] = _rate(config, done, total)
            parts = _step(network, batch, table, coarse, optimiser, device)
            named = {name: float(value) for name, value in parts._asdict().items()}
            named["total"] = float(parts.total())
            if not math.isfinite(named["total"]):
                raise DivergedError(f"the loss is {named['total']} at step {done} of {total}")
            done += 1
            _average(average, network, min(config.average, done / (done + 10)))
            for name, value in named.items():
                sums[name] = sums.get(name, 0.0) + value / len(loader)
            on_progress(Step(done, total, epoch, named))
        result = Checkpoint(
            copy.deepcopy(average).cpu(), start.scheme, start.meanface, start.convention,
            {**start.summary, "train": asdict(config), "epochs_done": epoch + 1, "losses": sums},
        )  # fmt: skip
        if out is not None:
            _keep(out, epoch, network, average, optimiser, sums, result)
        on_epoch(epoch, result)
    return result


def _step(
    network: PIPNet,
    batch: Batch,
    table: Neighbours,
    coarse: bool,
    optimiser: torch.optim.Optimizer,
    device: torch.device,
) -> Losses:
    images = torch.from_numpy(batch.images).to(device, memory_format=torch.channels_last)
    targets = TargetBatch(
        torch.from_numpy(batch.points_unit).to(device, torch.float32),
        task_indices(batch.tasks).to(device),
    )
    with torch.autocast(device.type, torch.bfloat16, enabled=_half(device)):
        maps = network(images, coarse=coarse)
    maps = type(maps)(*(_full(part) for part in maps))
    parts = losses(maps, targets, table)
    optimiser.zero_grad(set_to_none=True)
    parts.total().backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 10.0)
    optimiser.step()
    return Losses(*(part.detach() for part in parts))


def _full(part: Tensor | tuple[Tensor, ...]) -> Any:
    return tuple(t.float() for t in part) if isinstance(part, tuple) else part.float()


def _half(device: torch.device) -> bool:
    """Whether bfloat16 is fast here: any CUDA device, and CPUs with matrix instructions for it."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu.get_capabilities().get("amx_bf16", False))


def _freeze(network: PIPNet, stages: int) -> list[nn.Module]:
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


def _resume(
    out: Path | None,
    network: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
    device: torch.device,
) -> int:
    """Load the kept state, return the epoch to go on with."""
    if out is None or not (out / "state.pt").exists():
        return 0
    state = torch.load(out / "state.pt", map_location=device, weights_only=True)
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["epoch"])


def _keep(
    out: Path,
    epoch: int,
    network: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
    sums: dict[str, float],
    result: Checkpoint,
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    state = {
        "epoch": epoch + 1,
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimiser": optimiser.state_dict(),
    }
    torch.save(state, out / "state.pt.partial")
    save(result, out / "model.safetensors")
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        row = {"epoch": epoch + 1, "time": time.time(), **{k: round(v, 6) for k, v in sums.items()}}
        log.write(json.dumps(row) + "\n")
    os.replace(out / "state.pt.partial", out / "state.pt")
