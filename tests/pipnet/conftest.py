"""Drawn faces and a small network, so that tests need no photos."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pipnet.data.boxes import tight_box
from pipnet.data.crop import CropConvention
from pipnet.data.pts import format_pts
from pipnet.data.sample import Sample
from pipnet.models.checkpoint import Checkpoint
from pipnet.models.heads import PIPNet
from tests.pipnet.drawn import FACE, FIVE, draw


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Waiting threads make small networks slower, most of all on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def faces(tmp_path: Path) -> list[Sample]:
    """Six photos of a drawn face of five points, with .pts files, in `tmp_path/photos`."""
    folder = tmp_path / "photos"
    folder.mkdir()
    rng, samples = np.random.default_rng(5), []
    for number in range(6):
        points = FACE * rng.uniform(50, 70) + rng.uniform(15, 30, 2) + rng.normal(0, 1, (5, 2))
        path = folder / f"face{number}.png"
        Image.fromarray(draw(points, (110, 120))).save(path)
        path.with_suffix(".pts").write_text(format_pts(points), encoding="ascii")
        samples.append(Sample(path, points, (tight_box(points),)))
    return samples


@pytest.fixture
def make_checkpoint(small_backbone: None) -> Callable[..., Checkpoint]:
    def make(
        *, side: int = 64, square: bool = True, neighbours: int = 3, seed: int = 0
    ) -> Checkpoint:
        torch.manual_seed(seed)
        network = PIPNet("mobilenet_v2", 5, neighbours)
        convention = CropConvention(side=side, square=square)
        return Checkpoint(network, FIVE, FACE, convention, {"note": "made up"})

    return make
