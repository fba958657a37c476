"""The network that a training starts from, where the landmarks of the project changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from labeltool.workers.round_start import knows_landmarks, starting_network
from labeltool.workers.run_photos import RunPhotos
from labeltool.workers.run_samples import read_samples
from pipnet import resources
from pipnet.data.scheme import load_scheme
from pipnet.models.checkpoint import load

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
