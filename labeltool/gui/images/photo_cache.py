"""Photos for the canvas: decoded off the window's thread, the next ones already waiting."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from labeltool.gui.background.thread_priority import (
    decode_slots,
    lower_thread_priority,
    wait_for_foreground,
)
from labeltool.gui.i18n.translate import read
from labeltool.gui.images.image_pyramid import halved
from pipnet.data.images import ImageError, read_image
from pipnet.training.allocator import advise_huge_pages

CACHE_BYTES = 300_000_000
"""Decoded photos kept in memory: two of 24 megapixels with their halved copies, hundreds of small
ones. With a third one the program would take more than a gigabyte while others are decoded."""


class PhotoCache(QObject):
    """A cache of decoded photos.

    Signals:
        loaded: the Path of a photo that was asked for and can be had with `get` now.
    """

    loaded = Signal(object)
    _decoded = Signal(object, object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # each photo with its halved copies, so that the first paint need not shrink it
        self._images: OrderedDict[Path, list[QImage]] = OrderedDict()
        self._problems: dict[Path, str] = {}
        self._pending: set[Path] = set()
        self._lock = threading.Lock()
        self._wanted: list[Path] = []  # and not begun yet
        self._shown: Path | None = None
        self._pool = ThreadPoolExecutor(1, "photos", lower_thread_priority)
        self._decoded.connect(self._keep)

    def get(self, photo: Path) -> tuple[QImage | None, str]:
        """The photo if it is there, else None and why: a problem, or '' while it is loading."""
        if photo in self._images:
            self._images.move_to_end(photo)
            return self._images[photo][0], ""
        return None, self._problems.get(photo, "")

    def copies(self, photo: Path) -> list[QImage]:
        """A photo that is there, halved once, twice and so on."""
        return self._images[photo][1:]

    def want(self, photos: Sequence[Path], beside: Path | None = None) -> None:
        """Load these, the first one first; they are the last ones to be dropped again.

        `beside`: the photo that is shown, which comes before them and is never dropped. What was
        wanted before and is not begun yet is not loaded: who skips through large photos does not
        wait for each of them. No more are loaded than fit beside the one shown, if they are as
        large as the largest.
        """
        self._shown = beside
        largest = max(map(_bytes, self._images.values()), default=0)
        if largest:
            least = 1 if beside is None else 0
            photos = photos[: max(least, CACHE_BYTES // largest - 1)]
        for photo in reversed(photos):
            if photo in self._images:
                self._images.move_to_end(photo)
        if beside is not None:
            photos = [beside, *photos]
        with self._lock:
            self._pending.difference_update(self._wanted)
            known = self._pending | self._images.keys()
            wanted = [photo for photo in dict.fromkeys(photos) if photo not in known]
            self._pending.update(wanted)
            self._wanted = list(wanted)
        for photo in wanted:
            self._problems.pop(photo, None)
            self._pool.submit(self._decode_next)

    def _decode_next(self) -> None:
        with self._lock:
            photo = self._wanted.pop(0) if self._wanted else None
        if photo is not None:
            self._decode(photo)

    def _decode(self, photo: Path) -> None:
        with decode_slots:
            try:
                pixels = read_image(photo, wait_for_foreground)
            except ImageError as error:
                self._decoded.emit(photo, None, read(str(error)))
                return
            image = to_qimage(pixels)
            del pixels
            self._decoded.emit(photo, [image, *halved(image)], "")

    @Slot(object, object, str)
    def _keep(self, photo: Path, images: list[QImage] | None, problem: str) -> None:
        self._pending.discard(photo)
        if images is None:
            self._problems[photo] = problem
        else:
            self._images[photo] = images
            while len(self._images) > 1 and sum(map(_bytes, self._images.values())) > CACHE_BYTES:
                del self._images[next(old for old in self._images if old != self._shown)]
        self.loaded.emit(photo)

    def forget(self) -> None:
        """Read every photo again when it is asked for."""
        self._images.clear()
        self._problems.clear()

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown(wait=True, cancel_futures=True)


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
