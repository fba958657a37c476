"""Training samples: photos, boxes and landmarks, cached as patches, augmented in a thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.augment import NONE, Augmentation, sample
from pipnet.crop import Box, CropConvention, tight_box, warp
from pipnet.images import read_image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
"""ImageNet's colour statistics, RGB 0..1: what the backbones were trained on."""

PATCH_ENLARGE = 1.6
"""Patch size over crop size: room for rotation, jitter and zoom."""

CACHE_BYTES = 3_000_000_000
"""Patches beyond this much memory are cut again every epoch."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One face to train on.

    `points` (N, 2) image pixels, NaN where unlabelled. `boxes`: landmark boxes to crop by, one is
    drawn at random each time. `task`: a name of `pipnet.loss.TASKS`.
    """

    image: Path
    points: NDArray[np.float64]
    boxes: tuple[Box, ...]
    task: str = "std"


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """`images` (B, 3, S, S) float32 normalised; `points_unit` (B, N, 2); `tasks` B names."""

    images: NDArray[np.float32]
    points_unit: NDArray[np.float64]
    tasks: tuple[str, ...]


Patch = tuple[NDArray[np.uint8], NDArray[np.float64]]


def cut_patch(image: NDArray[np.uint8], box: Box, convention: CropConvention) -> Patch:
    """The pixels around a face with room for augmentation, and the affine image -> patch pixels.

    Never finer than the photo, and never finer than the network input needs.
    """
    wide = CropConvention(
        enlarge=convention.enlarge * PATCH_ENLARGE, square=True,
        side=round(convention.side * PATCH_ENLARGE),
    )  # fmt: skip
    area = wide.crop_box(box)
    if area[2] < wide.side:
        wide = CropConvention(side=max(32, round(area[2])), enlarge=wide.enlarge)
    matrix = wide.matrix(area)
    return warp(image, matrix, wide.side), matrix


def mean_face(samples: Sequence[Sample], convention: CropConvention) -> NDArray[np.float64]:
    """Mean of the landmarks in crop units, (N, 2), over the tight boxes of complete faces."""
    rows = []
    for item in samples:
        if np.isfinite(item.points).all():
            x, y, w, h = convention.crop_box(tight_box(item.points))
            rows.append((item.points - [x, y]) / [w, h])
    if not rows:
        raise ValueError("no face has all its landmarks, so there is no mean face to compute")
    mean: NDArray[np.float64] = np.mean(rows, axis=0)
    return mean


class Loader:
    """Batches of augmented samples, prepared while the network computes.

    Every sample's randomness depends on the seed, the epoch and its place in the epoch only, so a
    resumed training sees what an uninterrupted one would have seen.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        flip: NDArray[np.int64] | None,
        convention: CropConvention,
        *,
        amount: Augmentation = NONE,
        batch: int = 16,
        seed: int = 0,
        workers: int = 1,
    ) -> None:
        self._samples, self._flip, self._convention = list(samples), flip, convention
        self._amount, self._batch, self._seed, self._workers = amount, batch, seed, workers
        self._patches: dict[int, Patch] = {}
        self._bytes = 0

    def __len__(self) -> int:
        """Batches in an epoch; an incomplete last one counts only if it is the only one."""
        return max(1, len(self._samples) // self._batch)

    def epoch(self, number: int) -> Iterator[Batch]:
        """The shuffled batches of one epoch."""
        order = np.random.default_rng([self._seed, number]).permutation(len(self._samples))
        with ThreadPoolExecutor(self._workers) as pool:
            waiting: list[Future[Batch]] = []
            try:
                for index in range(len(self)):
                    rows = order[index * self._batch : (index + 1) * self._batch]
                    waiting.append(pool.submit(self._make, rows, number, index))
                    if len(waiting) > self._workers + 1:
                        yield waiting.pop(0).result()
                while waiting:
                    yield waiting.pop(0).result()
            finally:
                for future in waiting:
                    future.cancel()

    def _make(self, rows: NDArray[np.int64], epoch: int, index: int) -> Batch:
        images, points, tasks = [], [], []
        for place, row in enumerate(rows):
            rng = np.random.default_rng([self._seed, epoch, index, place])
            item = self._samples[row]
            patch, matrix = self._patch(int(row), item)
            box = item.boxes[rng.integers(len(item.boxes))]
            image, unit = sample(
                patch, matrix, item.points, box, self._flip, self._convention, self._amount, rng
            )
            images.append(image)
            points.append(unit)
            tasks.append(item.task)
        return Batch(normalise(np.stack(images)), np.stack(points), tuple(tasks))

    def _patch(self, index: int, item: Sample) -> Patch:
        if index in self._patches:
            return self._patches[index]
        patch = cut_patch(read_image(item.image), item.boxes[0], self._convention)
        if self._bytes < CACHE_BYTES:
            self._patches[index] = patch
            self._bytes += patch[0].nbytes
        return patch


def normalise(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(B, S, S, 3) RGB bytes -> (B, 3, S, S) float32, ImageNet's normalisation."""
    scaled = (images.astype(np.float32) / np.float32(255) - MEAN) / STD
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))
