"""Thumbnails of faces: made on background threads, cached on disk and in memory.

The landmarks are not in them: they change, and are drawn over the thumbnail.
"""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal, Slot
from PySide6.QtGui import QImage

from labeltool.domain import Box, Card, photo_problem
from labeltool.gui.background.thread_priority import (
    decode_slots,
    lower_thread_priority,
    wait_for_foreground,
    wait_for_photo,
)
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.images.byte_cache import ByteCache
from labeltool.gui.images.photo_cache import to_qimage
from labeltool.gui.images.thumbnail_file import ThumbnailFile
from pipnet.data.images import ImageError, open_reduced, read_header

MAX_THUMBNAIL_PIXELS = 320
"""Width and height of a thumbnail on disk, the largest that the gallery shows."""

MAX_CACHE_BYTES = 128_000_000
"""Thumbnails in memory: three hundred of the largest ones."""

CROP_SCALE = 1.25
"""Side of the crop, in longer sides of the face's box."""

MAX_BATCH_FACES = 64
"""Faces of one photo cropped at once: a photo of a crowd is decoded once, not for each face."""

LARGE_PHOTO_PIXELS = 10_000_000
"""Larger photos are decoded one at a time, because they need much memory."""

_PADDING_COLOUR = (92, 92, 92)  # where a crop leaves the photo
_FORMAT_VERSION = b"1"  # to be changed with how faces are cropped: old thumbnails are ignored

Square = tuple[float, float, float]


def square(card: Card) -> Square:
    """The part of the photo that a face's picture shows: x, y, side.

    In pixels of the upright photo, counted from the outer corner of the first pixel, so half a
    pixel more than `points`. It may reach beyond the photo.
    """
    x, y, w, h = card.box
    side = max(w, h, 1.0) * (1.0 if card.box_kind == "whole" else CROP_SCALE)
    return x + 0.5 + (w - side) / 2, y + 0.5 + (h - side) / 2, side


@dataclass(slots=True)
class Thumbnail:
    """An image, `side` pixels wide and high; or None and the `problem`, a sentence.

    `is_stale`: the photo may have changed since; the image may be shown while that is checked.
    """

    image: QImage | None
    side: int
    box: Box
    problem: str = ""
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class _Request:
    card: Card
    side: int
    generation: int  # how often thumbnails had been revalidated when it was made

    @property
    def key(self) -> tuple[int, int]:
        return self.card.id, self.side


class ThumbnailLoader(QObject):
    """Thumbnails of faces for every view of a window.

    Public methods are for the window's thread; the memory cache is only touched there.

    Signals:
        loaded: ids of faces whose thumbnails are available from `get` now; empty: redraw all, and
            request what is missing.
    """

    loaded = Signal(object)
    _made = Signal(object)

    def __init__(self, file: ThumbnailFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._ready: ByteCache[tuple[int, int], Thumbnail] = ByteCache(
            MAX_CACHE_BYTES, _size, self._on_evicted
        )
        self._sides: dict[int, int] = {}  # of each face, the thumbnail that came last
        self._requests: OrderedDict[QObject, list[_Request]] = OrderedDict()
        self._in_progress: set[tuple[int, int]] = set()
        self._generation = 0
        self._change = threading.Condition()
        self._large = threading.Lock()
        self._is_open = True
        self._made.connect(self._on_made)
        count = min(4, max(2, (os.cpu_count() or 2) - 1))
        self._workers = [
            threading.Thread(target=self._work, name=f"thumbs-{number}", daemon=True)
            for number in range(count)
        ]
        for worker in self._workers:
            worker.start()

    def get(self, card: Card, side: int) -> Thumbnail | None:
        """The thumbnail of that many pixels, one of another size, or None while there is none."""
        key = card.id, side
        if key not in self._ready:
            key = card.id, self._sides.get(card.id, 0)
        thumb = self._ready.get(key)
        if thumb is None or thumb.box != card.box:
            return None
        return thumb

    def request(self, view: QObject, cards: Sequence[Card], side: int) -> None:
        """Make these thumbnails, the most urgent first; replaces the earlier requests of a view.

        The view that requested last comes before the others.
        """
        missing = [card for card in reversed(cards) if not self._is_fresh(card, side)]
        requests = [_Request(card, side, self._generation) for card in missing]
        with self._change:
            self._requests[view] = requests
            self._requests.move_to_end(view)
            if requests:
                self._change.notify_all()

    def _is_fresh(self, card: Card, side: int) -> bool:
        thumb = self._ready.get((card.id, side))
        return thumb is not None and thumb.box == card.box and not thumb.is_stale

    @property
    def is_idle(self) -> bool:
        """Whether no thumbnail is requested or being made."""
        with self._change:
            return not self._in_progress and not any(self._requests.values())

    def cancel_requests(self, view: QObject) -> None:
        """Make no more thumbnails for a view."""
        with self._change:
            self._requests.pop(view, None)

    def revalidate(self) -> None:
        """Photos may have changed: check the file of each thumbnail that is requested next."""
        self._generation += 1
        for thumb in self._ready.peek():
            thumb.is_stale = True
        self.loaded.emit(set())

    def close(self) -> None:
        """End the threads and close the file."""
        with self._change:
            self._is_open = False
            self._requests.clear()
            self._change.notify_all()
        for worker in self._workers:
            worker.join()
        # photos that nobody has taken yet
        QCoreApplication.removePostedEvents(self, QEvent.Type.MetaCall.value)
        self._file.close()

    @Slot(object)
    def _on_made(self, made: list[tuple[_Request, Thumbnail]]) -> None:
        for request, thumb in made:
            thumb.is_stale = request.generation != self._generation
            self._ready[request.key] = thumb
            self._sides[request.card.id] = request.side
        with self._change:
            self._in_progress.difference_update(request.key for request, _ in made)
            # requested again before it was there
            done = {(request.key, request.generation) for request, _ in made}
            for requests in self._requests.values():
                requests[:] = [
                    request for request in requests if (request.key, request.generation) not in done
                ]
        self.loaded.emit({request.card.id for request, _ in made})

    def _on_evicted(self, key: tuple[int, int]) -> None:
        face_id, side = key
        if self._sides.get(face_id) == side:
            del self._sides[face_id]

    # On the background threads

    def _work(self) -> None:
        lower_thread_priority()
        while requests := self._next_batch():
            wait_for_photo()
            wait_for_foreground()
            try:
                made = self._load(requests)
            except Exception as error:  # noqa: BLE001 - one bad photo must not end the thread
                made = [(request, _broken(request, f"{error!r}")) for request in requests]
            if self._is_open:
                self._made.emit(made)

    def _next_batch(self) -> list[_Request]:
        """The most urgent face, and others of its photo; empty once the loader is closed."""
        with self._change:
            while self._is_open:
                for requests in reversed(self._requests.values()):
                    while requests:
                        first = requests.pop()
                        if first.key not in self._in_progress:
                            taken = [first, *self._same_photo(first, requests)]
                            self._in_progress.update(request.key for request in taken)
                            return taken
                self._change.wait()
        return []

    def _same_photo(self, first: _Request, requests: list[_Request]) -> list[_Request]:
        same = [
            request
            for request in requests
            if request.card.photo == first.card.photo and request.key not in self._in_progress
        ][:MAX_BATCH_FACES]
        for request in same:
            requests.remove(request)
        return same

    def _load(self, requests: list[_Request]) -> list[tuple[_Request, Thumbnail]]:
        photo = requests[0].card.photo
        try:
            status = photo.stat()
        except OSError:
            gone = tr("{photo} is not there", photo=photo.name)
            return [(request, _broken(request, gone)) for request in requests]
        identity = f"{photo}\0{status.st_size}\0{status.st_mtime_ns}".encode(errors="replace")
        found = {request: self._file.get(_key(identity, request.card)) for request in requests}
        missing = [request for request, data in found.items() if data is None]
        if missing:
            try:
                wait_for_foreground()
                found |= self._crop(photo, identity, missing)
            except ImageError as error:
                broken = [
                    (request, _broken(request, translate(photo_problem(error))))
                    for request in missing
                ]
                done = [(request, _thumb(request, data)) for request, data in found.items() if data]
                return broken + done
        return [(request, _thumb(request, data)) for request, data in found.items() if data]

    def _crop(
        self, photo: Path, identity: bytes, requests: list[_Request]
    ) -> dict[_Request, bytes]:
        """Decode the photo as small as possible and crop the faces, JPEG encoded."""
        info = read_header(photo)
        longest = max(info.width, info.height)
        smallest = min(square(request.card)[2] for request in requests)
        wanted = min(longest, max(1, round(longest * MAX_THUMBNAIL_PIXELS / smallest)))
        # a JPEG is decoded at less than twice the size that is wanted
        share = min(1.0, 2 * wanted / longest) if info.format in ("JPEG", "MPO") else 1.0
        made: dict[_Request, bytes] = {}
        large = info.width * info.height * share**2 > LARGE_PHOTO_PIXELS
        with self._large if large else nullcontext(), decode_slots if large else nullcontext():
            whole, scale = open_reduced(photo, wanted)
            for request in requests:
                wait_for_foreground()
                buffer = io.BytesIO()
                crop_square(whole, square(request.card), scale).save(buffer, "JPEG", quality=88)
                made[request] = buffer.getvalue()
        for request, data in made.items():
            self._file.put(_key(identity, request.card), data)
        return made


def crop_square(whole: Image.Image, part: Square, scale: tuple[float, float]) -> Image.Image:
    """A square of a reduced photo, at most MAX_THUMBNAIL_PIXELS wide; grey beyond the photo."""
    left, top = part[0] * scale[0], part[1] * scale[1]
    width, height = part[2] * scale[0], part[2] * scale[1]
    side = max(1, min(MAX_THUMBNAIL_PIXELS, round(max(width, height))))
    # what of the square lies in the photo, in pixels of the photo and of the picture
    x0, y0 = max(left, 0.0), max(top, 0.0)
    x1, y1 = min(left + width, float(whole.width)), min(top + height, float(whole.height))
    made = Image.new("RGB", (side, side), _PADDING_COLOUR)
    if x1 - x0 < 1 or y1 - y0 < 1:
        return made
    across, down = side / width, side / height
    place = round((x0 - left) * across), round((y0 - top) * down)
    size = max(1, round((x1 - x0) * across)), max(1, round((y1 - y0) * down))
    made.paste(whole.resize(size, Image.Resampling.BICUBIC, (x0, y0, x1, y1)), place)
    return made


def _key(identity: bytes, card: Card) -> bytes:
    """The key on disk: it changes with the box and with the photo's file."""
    part = np.round(square(card), 2).tobytes()
    return hashlib.blake2b(_FORMAT_VERSION + part + identity, digest_size=16).digest()


def _thumb(request: _Request, data: bytes) -> Thumbnail:
    stored = Image.open(io.BytesIO(data), formats=("JPEG",))
    stored.draft("RGB", (request.side, request.side))
    image = stored.convert("RGB")
    if image.width != request.side:
        image = image.resize((request.side, request.side), Image.Resampling.BICUBIC)
    return Thumbnail(to_qimage(np.asarray(image)), request.side, request.card.box)


def _broken(request: _Request, problem: str) -> Thumbnail:
    return Thumbnail(None, request.side, request.card.box, problem)


def _size(thumb: Thumbnail) -> int:
    return 500 if thumb.image is None else thumb.image.sizeInBytes()
