"""Augmentation in batches with torch is that of single samples with OpenCV."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from pipnet.data.crop import CropConvention
from pipnet.data.normalisation import MEAN, STD
from pipnet.data.sample import Sample
from pipnet.models.checkpoint import Checkpoint
from pipnet.training import step as training_step
from pipnet.training import trainer as training
from pipnet.training.augment import NONE, Augmentation, Change, Patch, apply
from pipnet.training.augment_gpu import augment
from pipnet.training.config import TrainConfig
from pipnet.training.loader import Loader
from pipnet.training.trainer import train
from tests.pipnet.drawn import FIVE

SIDE = 128
CONVENTION = CropConvention(side=SIDE)
BOX = (130.0, 120.0, 122.0, 140.0)
PARTS = {
    "nothing": NONE,
    "rotate": replace(NONE, rotate=30.0),
    "zoom and jitter": replace(NONE, zoom=0.2, box_jitter=0.06),
    "mirror": replace(NONE, mirror=1.0),
    "colour": replace(NONE, colour=1.0),
    "grey": replace(NONE, grey=1.0),
    "blur": replace(NONE, blur=1.0),
    "coarse": replace(NONE, coarse=1.0),
    "occlude": replace(NONE, occlude=1.0),
    "usual": Augmentation(),
    "everything": Augmentation(mirror=1, colour=1, grey=1, blur=1, occlude=1, coarse=1),
}
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def photo() -> NDArray[np.uint8]:
    """Structure of every size down to a few pixels, in colour."""
    rng, image = np.random.default_rng(0), np.zeros((420, 400, 3))
    for cell in (4, 10, 25, 70):
        coarse = rng.normal(0, cell**0.5, (420 // cell + 2, 400 // cell + 2, 3))
        image += np.kron(coarse, np.ones((cell, cell, 1)))[:420, :400]
    image = 128 + image * (50 / image.std())
    return image.clip(0, 255).astype(np.uint8)


def drawn(amount: Augmentation, count: int = 4) -> list[Change]:
    return [
        amount.draw(BOX, True, CONVENTION, np.random.default_rng(seed)) for seed in range(count)
    ]


def pixels(batch: torch.Tensor) -> NDArray[np.float64]:
    """Normalised (B, 3, S, S) -> 0..255, (B, S, S, 3)."""
    return np.asarray((batch.permute(0, 2, 3, 1).double().numpy() * STD + MEAN) * 255)


@pytest.mark.parametrize("name", PARTS)
def test_the_same_change_gives_the_same_picture(name: str, photo: NDArray[np.uint8]) -> None:
    amount = PARTS[name]
    patch, changes = amount.cut(photo, BOX, CONVENTION), drawn(amount)
    batch = augment([patch] * len(changes), changes, SIDE, CPU)
    assert batch.dtype == torch.float32
    plain = apply(drawn(NONE)[0], patch, SIDE)
    for found, change in zip(pixels(batch), changes, strict=True):
        wanted = apply(change, patch, SIDE)
        inner = slice(4, -4)
        off = np.abs(found - wanted)[inner, inner].mean()
        assert off < 2, f"{off:.2f} of 255"
        assert np.abs(found - wanted).mean() < 2.5, "nor at the border"
        changed = np.abs(wanted.astype(float) - plain)[inner, inner].mean()
        assert name == "nothing" or changed > 2 * off


def test_each_sample_of_a_batch_has_its_own_change_and_patch(photo: NDArray[np.uint8]) -> None:
    """Faces so small that their patches have fewer pixels, among large ones."""
    amount, boxes = Augmentation(), (BOX, (100.0, 90.0, 40.0, 50.0), (5.0, 8.0, 80.0, 70.0))
    patches = list[Patch]()
    changes = list[Change]()
    for seed, box in enumerate(boxes * 2):
        rng = np.random.default_rng(seed)
        patches.append(amount.cut(photo, box, CONVENTION))
        changes.append(amount.draw(box, True, CONVENTION, rng))
    assert len({len(picture) for picture, _ in patches}) == 3
    together = pixels(augment(patches, changes, SIDE, CPU))
    for found, patch, change in zip(together, patches, changes, strict=True):
        assert np.abs(found - apply(change, patch, SIDE)).mean() < 2
        alone = pixels(augment([patch], [change], SIDE, CPU))[0]
        assert np.abs(found - alone).mean() < 0.02, "the others of the batch do not matter"


def loader(faces: list[Sample], on_device: bool, **named: object) -> Loader:
    return Loader(
        faces, FIVE.flip_table, CropConvention(side=64),
        augmentation=Augmentation(), batch=2, on_device=on_device, **named,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_loader_leaves_the_pixels_to_the_device(faces: list[Sample]) -> None:
    pairs = zip(loader(faces, True).epoch(3), loader(faces, False).epoch(3), strict=True)
    for device, host in pairs:
        assert device.images is None
        assert host.images is not None
        assert host.patches == host.changes == ()
        np.testing.assert_array_equal(device.points_unit, host.points_unit)
        assert device.tasks == host.tasks
        images = augment(device.patches, device.changes, 64, CPU)
        assert np.abs(pixels(images) - host.images).mean() < 2


def test_training_runs_on_them(
    make_checkpoint: Callable[..., Checkpoint],
    faces: list[Sample],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def on_device(*given: object, **named: object) -> Loader:
        return Loader(*given, **{**named, "on_device": True})  # type: ignore[arg-type]

    made = list[int]()
    monkeypatch.setattr(training, "Loader", on_device)
    monkeypatch.setattr(
        training_step, "augment", lambda *given: (made.append(len(given[0])), augment(*given))[1]
    )
    totals = list[float]()
    run = partial(train, on_progress=lambda step: totals.append(step.losses["total"]))
    run(make_checkpoint(), faces, TrainConfig(epochs=8, batch=6, lr=5e-4, warmup_steps=2))
    assert made == [6] * 8
    assert np.mean(totals[-3:]) < 0.8 * np.mean(totals[:3])
