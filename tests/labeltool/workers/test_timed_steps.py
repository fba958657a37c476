"""A few timed steps say how fast this computer trains."""

from __future__ import annotations

from functools import partial

import pytest

from labeltool.rounds.planning import Recipe
from labeltool.workers import timed_steps
from pipnet.models.devices import DeviceError


def test_it_measures_training_prediction_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timed_steps, "Recipe", partial(Recipe, batch=2))
    monkeypatch.setattr(timed_steps, "STEPS", 3)
    found = timed_steps.measure("cpu", "mobilenet_v2")
    assert (found["device"], found["backbone"]) == ("cpu", "mobilenet_v2")
    assert 0 < found["train_images_per_second"] < 100_000
    assert 0 < found["predict_faces_per_second"] < 100_000
    assert 50_000_000 < found["memory_bytes"] < 100_000_000_000


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(DeviceError, match="abacus"):
        timed_steps.measure("abacus", "mobilenet_v2")
