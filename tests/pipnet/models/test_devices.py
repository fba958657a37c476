"""A device that calculates wrongly is not used."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pipnet.models import devices
from pipnet.models.devices import DeviceError, self_test, usable_device


def right(_name: str) -> list[Tensor]:
    return [torch.ones(3), torch.arange(4.0)]


def test_a_device_that_agrees_with_the_cpu_passes() -> None:
    self_test("mps", right)


@pytest.mark.parametrize("wrong", [1.5, float("nan"), float("inf")])
def test_a_device_with_other_numbers_than_the_cpu_is_refused(wrong: float) -> None:
    def outcome(name: str) -> list[Tensor]:
        parts = right(name)
        if name == "mps":
            parts[1][2] = wrong
        return parts

    with pytest.raises(DeviceError, match="calculates wrongly here; use cpu"):
        self_test("mps", outcome)


def test_a_device_without_an_operation_is_refused() -> None:
    def outcome(name: str) -> list[Tensor]:
        if name == "mps":
            raise NotImplementedError("no such operator")
        return right(name)

    with pytest.raises(DeviceError, match="failed its test: no such operator; use cpu"):
        self_test("mps", outcome)


def test_the_tiny_step_gives_the_same_numbers_again() -> None:
    random = torch.get_rng_state()
    self_test("cpu")
    assert torch.equal(torch.get_rng_state(), random)
    outcome = devices._tiny_step("cpu")
    assert all(torch.isfinite(part).all() for part in outcome)
    assert sum(float(part.abs().sum()) > 0 for part in outcome) > 50


def test_mps_is_tested_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def outcome(name: str) -> list[Tensor]:
        return [torch.tensor([1.0 if name == "cpu" else 2.0])]

    zeros = torch.zeros
    monkeypatch.setattr(torch, "zeros", lambda *size, device="cpu": zeros(*size))
    monkeypatch.setattr(devices, "_tiny_step", outcome)
    self_test.cache_clear()
    with pytest.raises(DeviceError, match="'mps' calculates wrongly"):
        usable_device("mps")
