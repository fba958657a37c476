"""Landmarks of many photos: reading, finding faces and predicting overlap. No torch."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box
from pipnet.data.images import ImageError, read_image
from pipnet.inference.base import Detector
from pipnet.inference.results import PhotoLandmarks

AHEAD = 6
"""Photos that are read and searched while the network computes."""

BATCH = 8
"""Faces that the network gets at once, from as many photos as it takes."""

Boxes = Callable[[Path, NDArray[np.uint8]], list[Box]]
"""Where the faces of a photo are: its file, its pixels (H, W, 3) -> boxes."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """A photo whose faces were found: its pixels, or why there are none."""

    photo: Path
    image: NDArray[np.uint8] | None
    boxes: list[Box]
    problem: str | None = None


def predict_photos(
    detector: Detector, photos: Iterable[Path], boxes: Boxes, kind: str = "detected"
) -> Iterator[PhotoLandmarks]:
    """The landmarks of every photo, in their order.

    Two threads decode photos, one finds faces in the decoded ones (the face detector is not made
    for several), and the caller's thread runs the network on batches of faces.

    Args:
        boxes: called in the finding thread.
        kind: of these boxes, see `pipnet.data.boxes.BOX_KINDS`.
    """
    source = iter(photos)
    with ThreadPoolExecutor(2) as readers, ThreadPoolExecutor(1) as finders:

        def find(photo: Path, reading: Future[NDArray[np.uint8]]) -> _Waiting:
            try:
                image = reading.result()
            except ImageError as error:
                return _Waiting(photo, None, [], f"{error.path} {error.reason}")
            return _Waiting(photo, image, boxes(photo, image))

        def start(photo: Path) -> Future[_Waiting]:
            return finders.submit(find, photo, readers.submit(read_image, photo))

        ahead = deque(start(photo) for photo in islice(source, AHEAD))
        batch: list[_Waiting] = []
        try:
            while ahead:
                batch.append(ahead.popleft().result())
                ahead.extend(start(photo) for photo in islice(source, 1))
                if sum(len(item.boxes) for item in batch) >= BATCH or len(batch) >= AHEAD:
                    yield from _predict(detector, batch, kind)
                    batch = []
            yield from _predict(detector, batch, kind)
        finally:
            for future in ahead:
                future.cancel()


def _predict(detector: Detector, batch: list[_Waiting], kind: str) -> list[PhotoLandmarks]:
    images, areas = [], []
    for item in batch:
        if item.image is not None:
            images += [item.image] * len(item.boxes)
            areas += item.boxes
    found = iter(detector.predict_batch(images, areas, [kind] * len(areas)))
    return [
        PhotoLandmarks(
            detector.scheme,
            item.photo,
            tuple(islice(found, len(item.boxes))),
            item.problem,
        )
        for item in batch
    ]
