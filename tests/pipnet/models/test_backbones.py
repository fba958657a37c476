"""The depthwise convolution of stride 2 that trains fast in bfloat16."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from pipnet.models.backbones import _Depthwise, _Halving, backbone


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("size", [(8, 8), (7, 9), (8, 5), (1, 2)])
def test_the_gradients_are_those_of_the_plain_convolution(
    kernel: int, size: tuple[int, int]
) -> None:
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(2, 6, *size, generator=rng, dtype=torch.float64)
    weight = torch.randn(6, 1, kernel, kernel, generator=rng, dtype=torch.float64)
    padding, found = kernel // 2, list[tuple[Tensor, ...]]()
    for fast in (True, False):
        leaves = x.clone().requires_grad_(), weight.clone().requires_grad_()
        if fast:
            out = _Halving.apply(*leaves, padding)
        else:
            out = F.conv2d(*leaves, None, 2, padding, 1, 6)
        towards = torch.randn(out.shape, generator=torch.Generator().manual_seed(1))
        (out * towards).sum().backward()
        assert leaves[0].grad is not None
        assert leaves[1].grad is not None
        found.append((out.detach(), leaves[0].grad, leaves[1].grad))
    for ours, wanted in zip(*found, strict=True):
        assert wanted.abs().max() > 0.1
        torch.testing.assert_close(ours, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("needed", [0, 1])
def test_a_gradient_that_nobody_needs_is_not_computed(needed: int) -> None:
    leaves = [torch.randn(1, 2, 6, 6), torch.randn(2, 1, 3, 3)]
    leaves[needed].requires_grad_()
    _Halving.apply(*leaves, 1).sum().backward()
    assert [leaf.grad is not None for leaf in leaves] == [needed == 0, needed == 1]


def gradients(network: torch.nn.Module) -> dict[str, Tensor]:
    """Of one training step in bfloat16."""
    network.zero_grad(set_to_none=True)
    images = torch.randn(4, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    with torch.autocast("cpu", torch.bfloat16):
        features = network(images.contiguous(memory_format=torch.channels_last))
    assert features.dtype == torch.bfloat16
    towards = torch.randn(features.shape, generator=torch.Generator().manual_seed(3))
    (features.float() * towards).mean().backward()
    return {name: p.grad for name, p in network.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("name", ["mobilenet_v2", "mobilenet_v3"])
def test_a_step_in_bfloat16_is_that_of_plain_convolutions(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    network = backbone(name).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    calls = list[int]()
    apply = _Halving.apply
    monkeypatch.setattr(_Halving, "apply", lambda *given: (calls.append(1), apply(*given))[1])
    fast = gradients(network)
    assert len(calls) == 4, "the strided depthwise convolutions"
    monkeypatch.setattr(_Depthwise, "forward", torch.nn.Conv2d.forward)
    plain = gradients(network)
    assert len(calls) == 4
    assert fast.keys() == plain.keys()
    largest = max(float(wanted.norm()) for wanted in plain.values())
    for key, wanted in plain.items():
        off = float((fast[key] - wanted).norm())
        assert off < 0.03 * float(wanted.norm()) + 1e-3 * largest, f"{key} is off by {off:.3f}"


def test_the_plain_convolution_runs_without_bfloat16_or_outside_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer, x = _Depthwise(4, 4, 3, 2, 1, groups=4, bias=False), torch.randn(1, 4, 8, 8)
    monkeypatch.setattr(_Halving, "apply", None)
    assert layer(x).dtype == torch.float32
    with torch.autocast("cpu", torch.bfloat16):
        assert layer.eval()(x).dtype == torch.bfloat16
        with pytest.raises(TypeError):
            layer.train()(x)
