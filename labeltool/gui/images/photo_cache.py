"""Photos for the canvas: decoded on a background thread, the next ones ahead of time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal, Slot
from PySide6.QtGui import QImage

from labeltool.domain import photo_problem
from labeltool.gui.background.thread_priority import (
    decode_slots,
    lower_thread_priority,
    wait_for_foreground,
)
from labeltool.gui.i18n.translate import translate
from labeltool.gui.images.byte_cache import ByteCache
from labeltool.gui.images.image_pyramid import halved
from pipnet.data.images import ImageError, read_image
from pipnet.training.allocator import advise_huge_pages

MAX_CACHE_BYTES = 300_000_000
"""Decoded photos in memory: two of 24 megapixels with their halved copies, hundreds of small ones.
With a third one the program would take more than a gigabyte while others are decoded."""


class PhotoCache(QObject):
    """A cache of decoded photos, least recently used ones are dropped first.

    Methods are for the window's thread; the cache is only touched there. `max_photos`: so many are
    kept at most, however small they are; MAX_CACHE_BYTES of them if None.

    Signals:
        loaded: the Path of a photo that was requested and is available from `get` now.
    """

    loaded = Signal(object)
    _decoded = Signal(object, object, str)

    def __init__(self, parent: QObject | None = None, max_photos: int | None = None) -> None:
        super().__init__(parent)
        self._max_photos = max_photos
        # each photo with its halved copies, so that the first paint need not shrink it
        self._images: ByteCache[Path, list[QImage]] = ByteCache(MAX_CACHE_BYTES, _bytes)
        self._problems: dict[Path, str] = {}
        self._pending: set[Path] = set()
        self._lock = threading.Lock()
        self._queued: list[Path] = []  # of the pending ones, those not started
        self._pool = ThreadPoolExecutor(1, "photos", lower_thread_priority)
        self._decoded.connect(self._on_decoded)

    def get(self, photo: Path) -> tuple[QImage | None, str]:
        """The photo if it is decoded, else None and why: a problem, or '' while it is loading."""
        if photo in self._images:
            return self._images[photo][0], ""
        return None, self._problems.get(photo, "")

    @property
    def is_loading(self) -> bool:
        """Whether a requested photo is not decoded yet."""
        return bool(self._pending)

    def halved_copies(self, photo: Path) -> list[QImage]:
        """A decoded photo halved once, twice and so on."""
        return self._images[photo][1:]

    def request(self, photos: Sequence[Path], displayed: Path | None = None) -> None:
        """Decode these, the most urgent first; they are the last ones to be dropped again.

        `displayed`: the photo on the canvas, which comes first and is never dropped. Earlier
        requests that were not started are dropped: skipping no longer decodes the photos you pass.
        No more are decoded than fit beside the displayed one, if they are as large as the largest.
        """
        self._images.pinned = displayed
        largest = self._images.largest_bytes()
        if largest:
            least = 1 if displayed is None else 0
            photos = photos[: max(least, int(self._images.maxsize) // largest - 1)]
        for photo in reversed(photos):
            self._images.get(photo)  # used most recently
        if displayed is not None:
            photos = [displayed, *photos]
        with self._lock:
            self._pending.difference_update(self._queued)
            known = self._pending | set(self._images)
            queued = [photo for photo in dict.fromkeys(photos) if photo not in known]
            self._pending.update(queued)
            self._queued = list(queued)
        for photo in queued:
            self._problems.pop(photo, None)
            self._pool.submit(self._decode_next)

    def _decode_next(self) -> None:
        with self._lock:
            photo = self._queued.pop(0) if self._queued else None
        if photo is not None:
            self._decode(photo)

    def _decode(self, photo: Path) -> None:
        with decode_slots:
            try:
                pixels = read_image(photo, wait_for_foreground)
            except ImageError as error:
                self._decoded.emit(photo, None, translate(photo_problem(error)))
                return
            image = to_qimage(pixels)
            del pixels
            self._decoded.emit(photo, [image, *halved(image)], "")

    @Slot(object, object, str)
    def _on_decoded(self, photo: Path, images: list[QImage] | None, problem: str) -> None:
        self._pending.discard(photo)
        if images is None:
            self._problems[photo] = problem
        else:
            self._images.add(photo, images)
            while self._max_photos is not None and len(self._images) > self._max_photos:
                self._images.popitem()
        self.loaded.emit(photo)

    def clear(self) -> None:
        """Read every photo again when it is requested."""
        self._images.clear()
        self._problems.clear()

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        # photos that nobody has taken yet
        QCoreApplication.removePostedEvents(self, QEvent.Type.MetaCall.value)


def to_qimage(pixels: NDArray[np.uint8]) -> QImage:
    """RGB pixels (H, W, 3) in the format that Qt paints fastest.

    Not by QImage's own conversion: that keeps Python's lock, up to 50 ms for a large photo beside
    other work, and the window would stand still.
    """
    height, width = pixels.shape[:2]
    image = QImage(width, height, QImage.Format.Format_RGB32)
    target = np.frombuffer(image.bits(), np.uint8).reshape(height, width, 4)
    advise_huge_pages(target)
    cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA, dst=target)
    return image


def to_rgb(image: QImage) -> NDArray[np.uint8]:
    """The pixels of a decoded photo, (H, W, 3) RGB."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    bgrx = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return np.asarray(cv2.cvtColor(bgrx, cv2.COLOR_BGRA2RGB), np.uint8)


def _bytes(images: Sequence[QImage]) -> int:
    return sum(image.sizeInBytes() for image in images)
