"""Devices that networks run on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from pipnet.models.heads import PIPNet

MAX_DIFFERENCE = 0.01
"""How far the outcome of a tiny training step may be from that of the CPU, as a share of its size:
rounding stays far below, wrong kernels far above."""

Outcome = Callable[[str], list[Tensor]]


class DeviceError(ValueError):
    """A device that cannot be used, or calculates wrongly; the message says what to do."""


def usable_device(name: str) -> torch.device:
    """The device of this name: that of torch, or `auto` for CUDA where it works, else the CPU.

    Raises:
        DeviceError: there is no such device, or it is `mps` and fails `self_test`.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        raise DeviceError(f"device {name!r} cannot be used here") from error
    if name.startswith("mps"):
        self_test(name)
    return torch.device(name)


@cache
def self_test(name: str, outcome: Outcome | None = None) -> None:
    """Compare a tiny training step on a device with the CPU: some releases of torch give wrong
    numbers on MPS, or lack an operation.

    Raises:
        DeviceError: the device fails, or its numbers differ.
    """
    run = outcome or _tiny_step
    try:
        there = run(name)
    except (RuntimeError, NotImplementedError, TypeError) as error:
        raise DeviceError(f"device {name!r} failed its test: {error}; use cpu") from error
    for ours, theirs in zip(run("cpu"), there, strict=True):
        limit = MAX_DIFFERENCE * float(ours.norm()) + 1e-6
        if not float((ours - theirs).norm()) <= limit:  # also NaN
            raise DeviceError(f"device {name!r} calculates wrongly here; use cpu")


def _tiny_step(name: str) -> list[Tensor]:
    """Outputs and gradients of a small network with fixed weights and input, on the CPU."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = PIPNet("mobilenet_v2", 4, 2)
        images = torch.randn(2, 3, 64, 64)  # (B, 3, S, S)
    network.to(name).eval()
    output = network(images.to(name).contiguous(memory_format=torch.channels_last))
    parts = [part for part in output if isinstance(part, Tensor)]
    torch.stack([part.square().mean() for part in parts]).sum().backward()  # type: ignore[no-untyped-call]
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    return [part.detach().cpu() for part in (*parts, *gradients)]


def free_cached_memory(device: str) -> None:
    """Return the memory of a GPU that torch keeps for reuse, so that others can have it."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device.startswith("mps"):
        torch.mps.empty_cache()


def peak_memory_bytes(device: str) -> int | None:
    """The most memory that this process has held, on a CUDA device that of the device; None where
    the system does not tell."""
    if device.startswith("cuda"):
        return int(torch.cuda.max_memory_reserved(device))
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) * (1 if sys.platform == "darwin" else 1024)
