"""Training samples: photos, boxes and landmarks, cached as patches, augmented in a thread."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipnet.data.crop import CropConvention
from pipnet.data.images import ImageError, read_image
from pipnet.data.sample import Sample
from pipnet.training.augment import NONE, Augmentation, Augmenter, Change, Patch, apply

MAX_CACHE_BYTES = 3_000_000_000
"""Memory of cached patches; further ones are cut again every epoch."""


OnUnreadable = Callable[[Sample, ImageError], None]
"""Called once for each sample that is skipped because its photo cannot be used."""


def warn_unreadable(_sample: Sample, error: ImageError) -> None:
    """The default `OnUnreadable`: warn with the name of the photo."""
    warnings.warn(f"skipped: {error.path} {error.reason}", stacklevel=2)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """`points_unit` (B, N, 2); `tasks` B names; either `images` (B, S, S, 3) RGB bytes, or the
    patches and changes that a device makes them of. `weights` (B, N): see `Sample`."""

    points_unit: NDArray[np.float64]
    tasks: tuple[str, ...]
    images: NDArray[np.uint8] | None = None
    patches: tuple[Patch, ...] = ()
    changes: tuple[Change, ...] = ()
    weights: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.points_unit)

    def rows(self, rows: slice) -> Batch:
        """Some of its samples."""
        return Batch(
            self.points_unit[rows], self.tasks[rows],
            None if self.images is None else self.images[rows],
            self.patches[rows], self.changes[rows],
            None if self.weights is None else self.weights[rows],
        )  # fmt: skip


class Loader:
    """Batches of augmented samples, prepared while the network computes.

    The random numbers of a sample depend only on the seed, the epoch and its position in the epoch,
    so a resumed training sees the same batches as an uninterrupted one. A sample whose photo cannot
    be read, or has another size than its label, is replaced by the next usable one.

    Args:
        flip: the scheme's mirror table, None for a scheme that cannot be mirrored.
        batch: samples in a batch of each process.
        manual_share: see `TrainConfig`; ignored unless there are labels of both kinds.
        part: which process this is, of how many; each gets other samples.
        on_device: leave the pixels of an `Augmentation` to `pipnet.training.augment_gpu`.
        on_unreadable: may be called in another thread; what it raises ends the epoch.

    Raises:
        ValueError: landmarks have weights, which only an `Augmentation` carries along.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        flip: NDArray[np.int64] | None,
        convention: CropConvention,
        *,
        augmentation: Augmenter = NONE,
        batch: int = 16,
        seed: int = 0,
        manual_share: float | None = None,
        workers: int = 1,
        part: tuple[int, int] = (0, 1),
        on_device: bool = False,
        on_unreadable: OnUnreadable = warn_unreadable,
    ) -> None:
        self._samples, self._flip, self._convention = list(samples), flip, convention
        self._augmentation, self._batch, self._seed = augmentation, batch, seed
        self._workers, self._part = workers, part
        self._manual_share = manual_share
        self._on_device, self._on_unreadable = on_device, on_unreadable
        self._weighted = any(sample.weights is not None for sample in self._samples)
        if self._weighted and not isinstance(augmentation, Augmentation):
            raise ValueError("this augmentation does not know how much each landmark counts")
        self._unreadable: set[int] = set()
        self._lock = threading.Lock()
        self._patches: dict[int, Patch] = {}
        self._bytes = 0

    def __len__(self) -> int:
        """Batches in an epoch; an incomplete last one counts only if it is the only one."""
        return max(1, len(self._samples) // (self._batch * self._part[1]))

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """The shuffled batches of one epoch, without the first `skip`.

        Raises:
            ValueError: no photo of all samples can be used.
        """
        order = self._order(np.random.default_rng([self._seed, number]))
        rank, world = self._part
        with ThreadPoolExecutor(self._workers) as pool:
            pending: list[Future[Batch]] = []
            try:
                for index in range(skip, len(self)):
                    whole = order[index * self._batch * world : (index + 1) * self._batch * world]
                    rows = np.resize(whole[rank::world], min(self._batch, len(order)))
                    pending.append(pool.submit(self._make_batch, rows, number, index))
                    if len(pending) > self._workers + 1:
                        yield pending.pop(0).result()
                while pending:
                    yield pending.pop(0).result()
            finally:
                for future in pending:
                    future.cancel()

    def _order(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Which sample is at each place of an epoch."""
        count = len(self._samples)
        pseudo = np.array([sample.is_pseudo for sample in self._samples])
        if self._manual_share is None or pseudo.all() or not pseudo.any():
            return rng.permutation(count)
        is_manual = rng.permutation(count) < round(self._manual_share * count)
        order = np.empty(count, np.int64)
        for rows, places in ((~pseudo).nonzero()[0], is_manual), (pseudo.nonzero()[0], ~is_manual):
            wanted = int(places.sum())
            cycles = [rng.permutation(rows) for _ in range(-(-wanted // len(rows)))]
            order[places] = np.concatenate([*cycles, rows[:0]])[:wanted]
        return order

    def _make_batch(self, rows: NDArray[np.int64], epoch: int, index: int) -> Batch:
        usable = [self._usable(int(row)) for row in rows]
        items, patches = [item for item, _ in usable], [patch for _, patch in usable]
        tasks = tuple(item.task for item in items)
        rank, world = self._part
        rngs, boxes = [], []
        for place, item in enumerate(items):
            rngs.append(np.random.default_rng([self._seed, epoch, index, place * world + rank]))
            boxes.append(item.boxes[rngs[-1].integers(len(item.boxes))])
        if isinstance(self._augmentation, Augmentation):
            can_mirror = self._flip is not None
            changes = tuple(
                self._augmentation.draw(box, can_mirror, self._convention, rng)
                for box, rng in zip(boxes, rngs, strict=True)
            )
            points = [
                change.place(item.points, self._flip, self._convention)
                for change, item in zip(changes, items, strict=True)
            ]
            batch = Batch(np.stack(points), tasks, weights=self._weights(items, changes))
            if self._on_device:
                return replace(batch, patches=tuple(patches), changes=changes)
            side = self._convention.side
            pairs = zip(changes, patches, strict=True)
            return replace(batch, images=np.stack([apply(*pair, side) for pair in pairs]))
        found = [
            self._augmentation.sample(patch, item.points, box, self._flip, self._convention, rng)
            for patch, item, box, rng in zip(patches, items, boxes, rngs, strict=True)
        ]
        images = np.stack([image for image, _ in found])
        return Batch(np.stack([points for _, points in found]), tasks, images)

    def _weights(
        self, items: Sequence[Sample], changes: Sequence[Change]
    ) -> NDArray[np.float64] | None:
        if not self._weighted:
            return None
        return np.stack(
            [
                np.ones(len(item.points))
                if item.weights is None
                else change.reorder(item.weights, self._flip)
                for item, change in zip(items, changes, strict=True)
            ]
        )

    def _usable(self, index: int) -> tuple[Sample, Patch]:
        """The sample of this place, or of the next one whose photo can be used, and its patch."""
        for place in [*range(index, len(self._samples)), *range(index)]:
            if place not in self._unreadable:
                try:
                    return self._samples[place], self._patch(place, self._samples[place])
                except ImageError as error:
                    self._leave_out(place, error)
        first = self._samples[index].image
        raise ValueError(f"no photo of {len(self._samples)} faces can be used, {first} among them")

    def _leave_out(self, place: int, error: ImageError) -> None:
        with self._lock:
            known = place in self._unreadable
            self._unreadable.add(place)
        if not known:
            self._on_unreadable(self._samples[place], error)

    def _patch(self, index: int, item: Sample) -> Patch:
        if index in self._patches:
            return self._patches[index]
        image = read_image(item.image, size=item.size)
        patch = self._augmentation.cut(image, item.boxes[0], self._convention)
        if self._bytes < MAX_CACHE_BYTES:
            self._patches[index] = patch
            self._bytes += patch[0].nbytes
        return patch
