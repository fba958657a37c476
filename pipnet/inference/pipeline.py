"""Landmarks of many photos: decoding, finding faces and the network overlap. No torch."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box
from pipnet.data.images import ImageError, read_image
from pipnet.inference.base import Detector
from pipnet.inference.results import FaceLandmarks, PhotoLandmarks

PHOTOS_AHEAD = 6
"""Photos that are decoded, and searched for faces, while the network computes."""

FindBoxes = Callable[[NDArray[np.uint8]], Sequence[tuple[Box, str]]]
"""Upright RGB (H, W, 3) -> the boxes of faces in image pixels, each with its kind, one of
`pipnet.data.boxes.BOX_KINDS`."""


@dataclass(frozen=True, slots=True, eq=False)
class PhotoRequest:
    """A photo whose faces are wanted.

    `find_boxes` says where they are; it is called in another thread, for one photo at a time.
    `size`: the (width, height) in pixels that the photo must have, None for any.
    """

    photo: Path
    find_boxes: FindBoxes
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _PreparedPhoto:
    """A decoded photo with the boxes of its faces, or the reason why it cannot be used."""

    photo: Path
    image: NDArray[np.uint8] | None = None
    boxes: Sequence[tuple[Box, str]] = ()
    error: ImageError | None = None


def predict_photos(
    detector: Detector,
    photos: Iterable[Path | PhotoRequest],
    *,
    batch_size: int | None = None,
    decoders: int = 2,
    mirror: bool = False,
    on_batch: Callable[[int], object] = lambda faces: None,
) -> Iterator[PhotoLandmarks]:
    """Yield the landmarks of every photo, in the order of the photos.

    A photo that cannot be read, or has another size than requested, yields a result with `error`
    and without faces. At most `PHOTOS_AHEAD` + `batch_size` decoded photos are in memory.

    Args:
        photos: a path alone stands for the faces that the detector's face detector finds.
        batch_size: how many faces, or photos, the network waits for; the detector's if None.
        decoders: threads that decode photos. One more finds the boxes, because face detectors are
            not made for several threads; the network runs in the caller's.
        mirror: see `Detector.predict_batch`.
        on_batch: called with the number of faces after each run of the network; an exception ends
            the prediction.

    Raises:
        FaceDetectorMissingError: a face detector is needed and there is none.
    """
    requests = iter(photos)
    batch_size = batch_size or detector.batch_size
    with ThreadPoolExecutor(decoders) as decoding, ThreadPoolExecutor(1) as finding:

        def prepare(request: PhotoRequest, image: Future[NDArray[np.uint8]]) -> _PreparedPhoto:
            try:
                pixels = image.result()
            except ImageError as error:
                return _PreparedPhoto(request.photo, error=error)
            boxes = request.find_boxes(pixels)
            return _PreparedPhoto(request.photo, pixels if boxes else None, boxes)

        def submit(photo: Path | PhotoRequest) -> Future[_PreparedPhoto]:
            request = photo if isinstance(photo, PhotoRequest) else _find_faces(detector, photo)
            image = decoding.submit(read_image, request.photo, size=request.size)
            return finding.submit(prepare, request, image)

        pending = deque(submit(photo) for photo in islice(requests, PHOTOS_AHEAD))
        batch: list[_PreparedPhoto] = []
        try:
            while pending:
                batch.append(pending.popleft().result())
                pending.extend(submit(photo) for photo in islice(requests, 1))
                faces = sum(len(photo.boxes) for photo in batch)
                if faces >= batch_size or len(batch) >= batch_size:
                    yield from _predict(detector, batch, batch_size, mirror, on_batch)
                    batch = []
            yield from _predict(detector, batch, batch_size, mirror, on_batch)
        finally:
            for future in pending:
                future.cancel()


def _find_faces(detector: Detector, photo: Path) -> PhotoRequest:
    def find_boxes(image: NDArray[np.uint8]) -> list[tuple[Box, str]]:
        return [(box, "detected") for box in detector.find_faces(image)]

    return PhotoRequest(photo, find_boxes)


def _predict(
    detector: Detector,
    batch: Sequence[_PreparedPhoto],
    batch_size: int,
    mirror: bool,
    on_batch: Callable[[int], object],
) -> list[PhotoLandmarks]:
    """Run the network on all faces of a batch, on at most 2 * `batch_size` at once."""
    faces = [
        (photo.image, box, kind)
        for photo in batch
        if photo.image is not None
        for box, kind in photo.boxes
    ]
    landmarks: list[FaceLandmarks] = []
    for start in range(0, len(faces), 2 * batch_size):
        images, boxes, kinds = zip(*faces[start : start + 2 * batch_size], strict=True)
        landmarks += detector.predict_batch(images, boxes, kinds, mirror=mirror)
        on_batch(len(boxes))
    remaining = iter(landmarks)
    return [
        PhotoLandmarks(
            detector.scheme,
            photo.photo,
            tuple(islice(remaining, len(photo.boxes))),
            photo.error,
        )
        for photo in batch
    ]
