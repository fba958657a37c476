"""The network that a training starts from, and the starter that it is averaged with."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from labeltool.workers.round_start import (
    STARTER_SHARE,
    averaged_with_starter,
    continued,
    knows_landmarks,
    starting_network,
)
from labeltool.workers.run_photos import RunPhotos
from labeltool.workers.run_samples import read_samples
from pipnet import resources
from pipnet.data.scheme import load_scheme
from pipnet.models.checkpoint import Checkpoint, load, save

SCHEME = load_scheme("300w")
RENAMED = replace(SCHEME, name="mine", names=("first", *SCHEME.names[1:]))
SWAPPED = replace(SCHEME, names=(SCHEME.names[1], SCHEME.names[0], *SCHEME.names[2:]))
SAME = list(range(68))


@pytest.mark.parametrize(
    ("scheme", "sources", "knows"),
    [
        (SCHEME, None, True),
        (SCHEME, SAME, True),
        (RENAMED, None, False),
        (RENAMED, SAME, True),
        (SWAPPED, [1, 0, *SAME[2:]], False),
        (SCHEME, [1, 0, *SAME[2:]], False),  # in another order, under the names of before
        (SCHEME, [None, *SAME[1:]], False),
    ],
)
def test_heads_are_kept_if_the_landmarks_are_the_same(folder, scheme, sources, knows):
    assert knows_landmarks(SCHEME, scheme, sources) == knows
    found = load(resources.starter())
    samples = read_samples(folder, RunPhotos(folder), "std")
    made = starting_network(found, scheme, samples.values(), {"sources": sources})
    assert made.scheme == scheme
    assert (made.network is found.network) == knows
    trunk, before = (net.trunk.state_dict() for net in (made.network, found.network))
    assert all(torch.equal(trunk[name], before[name]) for name in trunk)


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def trained() -> Checkpoint:
    """A network whose weights are far from the starter's, but which says that they came from it."""
    starter = continued(load(resources.starter()), resources.starter())
    other = load(resources.path("weights", resources.RENDERS))
    return replace(starter, network=other.network)


def test_a_network_is_averaged_with_the_starter_that_it_came_from(trained):
    found = averaged_with_starter(trained)
    assert found.summary["starter_share"] == STARTER_SHARE
    starter, before, after = (
        net.network.state_dict() for net in (load(resources.starter()), trained, found)
    )
    assert before.keys() == after.keys()
    for name, values in after.items():
        if values.is_floating_point():
            wanted = torch.lerp(before[name], starter[name], STARTER_SHARE)
            torch.testing.assert_close(values, wanted)


def test_a_network_is_not_averaged_with_a_starter_that_it_has_nothing_of(
    trained, tmp_path, monkeypatch
):
    from_renders = continued(
        load(resources.starter()), resources.path("weights", resources.RENDERS)
    )
    new_heads = replace(trained, summary={})
    for network in (from_renders, new_heads):
        assert averaged_with_starter(network) is network
    monkeypatch.setattr(resources, "starter", lambda: tmp_path / "gone.safetensors")
    assert averaged_with_starter(trained) is trained


def test_every_round_names_the_file_that_the_first_one_started_from(tmp_path):
    first = continued(load(resources.starter()), resources.starter())
    assert first.summary["base"] == digest(resources.starter())
    save(first, tmp_path / "round.safetensors")
    again = continued(load(tmp_path / "round.safetensors"), tmp_path / "round.safetensors")
    assert again.summary["base"] == digest(resources.starter())


def test_a_network_with_new_heads_came_from_no_file(folder):
    found = continued(load(resources.starter()), resources.starter())
    samples = read_samples(folder, RunPhotos(folder), "std")
    asked = {"sources": [1, 0, *SAME[2:]]}
    assert "base" not in starting_network(found, SCHEME, samples.values(), asked).summary
