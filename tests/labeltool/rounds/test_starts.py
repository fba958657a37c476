"""The networks that rounds start from."""

from __future__ import annotations

import shutil

import pytest

from labeltool.domain import UserError
from labeltool.domain.round_options import RoundOptions
from labeltool.rounds.run_inputs import STARTER
from labeltool.rounds.starts import Start, backbones_at_hand, start_network
from pipnet import resources


def test_the_starter_of_the_project_says_what_it_allows(reviewed):
    store, _rounds = reviewed()
    start = start_network(store, RoundOptions())
    assert (str(start.name), start.backbone, start.is_free) == ("starter", "mobilenet_v2", False)
    shutil.copy(resources.path("weights", resources.RENDERS), store.folder / STARTER)
    assert start_network(store, RoundOptions()).is_free


def test_the_network_in_use_is_that_of_the_last_round(reviewed):
    store, rounds = reviewed()
    rounds.launcher.start_training(rounds.launcher.plan())
    rounds.wait(lambda event: None)
    start = start_network(store, RoundOptions())
    assert str(start.name) == "round 1"
    assert start.weights.is_file()
    assert start_network(store, RoundOptions("starter")).trained is None


def test_a_start_that_is_gone_is_reported(tmp_path):
    with pytest.raises(UserError, match="cannot be read: no such file"):
        _ = Start(None, tmp_path / "gone.safetensors", None).is_free


def test_weights_are_looked_for_in_the_project_and_where_torch_keeps_them(tmp_path, monkeypatch):
    cache = tmp_path / "torch" / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    project = tmp_path / "project"
    project.mkdir()
    assert backbones_at_hand(project) == []
    (cache / "resnet18-f37072fd.pth").touch()
    (project / "mobilenet_v2-b0353104.pth").touch()
    assert backbones_at_hand(project) == ["mobilenet_v2", "resnet18"]
