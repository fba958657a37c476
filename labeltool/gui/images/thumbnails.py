"""Small pictures of faces: made off the window's thread, kept on disk and the last in memory.

The landmarks are not in them: they change, and are drawn over the picture.
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
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from labeltool.domain import Box, Card
from labeltool.gui.background.thread_priority import (
    decode_slots,
    lower_thread_priority,
    wait_for_foreground,
)
from labeltool.gui.i18n.translate import read
from labeltool.gui.images.photo_cache import to_qimage
from labeltool.gui.images.thumbnail_file import ThumbnailFile
from pipnet.data.images import ImageError, open_reduced, read_header
from pipnet.text import one_line

MAX_THUMBNAIL_PIXELS = 320
"""Pixels of a picture on disk, the largest that the gallery shows."""

MAX_CACHE_BYTES = 128_000_000
"""Bytes of pictures kept ready to draw: a thousand of the largest ones."""

ROOM = 1.25
"""The picture's side to the longer side of the face's box."""

TOGETHER = 64
"""Faces of one photo cut out at once: a photo of a crowd is decoded once, not for each face."""

_LARGE = 10_000_000  # pixels; more are decoded one at a time, for they need much memory
_BEYOND = (92, 92, 92)  # where a face leaves the photo
_FORM = b"1"  # to be changed with how pictures are cut, so that none of the old ones is used

Square = tuple[float, float, float]


def square(card: Card) -> Square:
    """The part of the photo that a face's picture shows: x, y, side.

    In pixels of the upright photo, counted from the outer corner of the first pixel, so half a
    pixel more than `points`. It may reach beyond the photo.
    """
    x, y, w, h = card.box
    side = max(w, h, 1.0) * (1.0 if card.box_kind == "whole" else ROOM)
    return x + 0.5 + (w - side) / 2, y + 0.5 + (h - side) / 2, side


@dataclass(slots=True)
class Thumbnail:
    """A picture in memory, `side` pixels wide and high; or None and the `problem`, a sentence.

    `stale`: the photo may have changed since; the picture may be shown while that is looked up.
    """

    image: QImage | None
    side: int
    box: Box
    problem: str = ""
    stale: bool = False


@dataclass(frozen=True, slots=True)
class _Wish:
    card: Card
    side: int
    rechecks: int  # how many there had been when it was made

    @property
    def key(self) -> tuple[int, int]:
        return self.card.id, self.side


class ThumbnailLoader(QObject):
    """Pictures of faces for every view of a window.

    Signals:
        loaded: ids of faces whose pictures can be had with `get` now; none of them: draw all
            again, and ask for what is missing.
    """

    loaded = Signal(object)
    _made = Signal(object)

    def __init__(self, file: ThumbnailFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._ready: OrderedDict[tuple[int, int], Thumbnail] = OrderedDict()
        self._sides: dict[int, int] = {}
        self._bytes = 0
        self._wishes: OrderedDict[QObject, list[_Wish]] = OrderedDict()
        self._begun: set[tuple[int, int]] = set()
        self._rechecks = 0
        self._change = threading.Condition()
        self._large = threading.Lock()
        self._open = True
        self._made.connect(self._keep)
        count = min(4, max(2, (os.cpu_count() or 2) - 1))
        self._workers = [
            threading.Thread(target=self._work, name=f"thumbs-{number}", daemon=True)
            for number in range(count)
        ]
        for worker in self._workers:
            worker.start()

    def get(self, card: Card, side: int) -> Thumbnail | None:
        """The picture of that many pixels, one of another size, or None while there is none."""
        key = card.id, side
        if key not in self._ready:
            key = card.id, self._sides.get(card.id, 0)
        thumb = self._ready.get(key)
        if thumb is None or thumb.box != card.box:
            return None
        self._ready.move_to_end(key)
        return thumb

    def want(self, view: QObject, cards: Sequence[Card], side: int) -> None:
        """Make these pictures, the first one first, in place of all that this view wanted before.

        What the view that asked last wants comes before what others want.
        """
        missing = [card for card in reversed(cards) if not self._is_fresh(card, side)]
        wishes = [_Wish(card, side, self._rechecks) for card in missing]
        with self._change:
            self._wishes[view] = wishes
            self._wishes.move_to_end(view)
            if wishes:
                self._change.notify_all()

    def _is_fresh(self, card: Card, side: int) -> bool:
        thumb = self._ready.get((card.id, side))
        return thumb is not None and thumb.box == card.box and not thumb.stale

    def leave(self, view: QObject) -> None:
        """The view wants nothing any more."""
        with self._change:
            self._wishes.pop(view, None)

    def recheck(self) -> None:
        """Photos may have changed: look again at each that is wanted from now on."""
        self._rechecks += 1
        for thumb in self._ready.values():
            thumb.stale = True
        self.loaded.emit(set())

    def close(self) -> None:
        """End the threads and let go of the file."""
        with self._change:
            self._open = False
            self._wishes.clear()
            self._change.notify_all()
        for worker in self._workers:
            worker.join()
        self._file.close()

    @Slot(object)
    def _keep(self, made: list[tuple[_Wish, Thumbnail]]) -> None:
        for wish, thumb in made:
            thumb.stale = wish.rechecks != self._rechecks
            old = self._ready.pop(wish.key, None)
            if old is not None:
                self._bytes -= _size(old)
            self._ready[wish.key] = thumb
            self._sides[wish.card.id] = wish.side
            self._bytes += _size(thumb)
        while self._bytes > MAX_CACHE_BYTES and len(self._ready) > 1:
            (face_id, side), old = self._ready.popitem(last=False)
            self._bytes -= _size(old)
            if self._sides.get(face_id) == side:
                del self._sides[face_id]
        with self._change:
            self._begun.difference_update(wish.key for wish, _ in made)
            # wished for again before it was there
            done = {(wish.key, wish.rechecks) for wish, _ in made}
            for wishes in self._wishes.values():
                wishes[:] = [wish for wish in wishes if (wish.key, wish.rechecks) not in done]
        self.loaded.emit({wish.card.id for wish, _ in made})

    # In the threads

    def _work(self) -> None:
        lower_thread_priority()
        while wishes := self._take():
            wait_for_foreground()
            try:
                made = self._make(wishes)
            except Exception as error:  # noqa: BLE001 - one bad photo must not end the thread
                made = [(wish, _broken(wish, f"{error!r}")) for wish in wishes]
            if self._open:
                self._made.emit(made)

    def _take(self) -> list[_Wish]:
        """The most urgent face, and others of its photo; nothing when all is over."""
        with self._change:
            while self._open:
                for wishes in reversed(self._wishes.values()):
                    while wishes:
                        first = wishes.pop()
                        if first.key not in self._begun:
                            taken = [first, *self._same_photo(first, wishes)]
                            self._begun.update(wish.key for wish in taken)
                            return taken
                self._change.wait()
        return []

    def _same_photo(self, first: _Wish, wishes: list[_Wish]) -> list[_Wish]:
        same = [
            wish
            for wish in wishes
            if wish.card.photo == first.card.photo and wish.key not in self._begun
        ][:TOGETHER]
        for wish in same:
            wishes.remove(wish)
        return same

    def _make(self, wishes: list[_Wish]) -> list[tuple[_Wish, Thumbnail]]:
        photo = wishes[0].card.photo
        try:
            status = photo.stat()
        except OSError:
            gone = read(f"{one_line(photo.name)} is not there")
            return [(wish, _broken(wish, gone)) for wish in wishes]
        identity = f"{photo}\0{status.st_size}\0{status.st_mtime_ns}".encode(errors="replace")
        found = {wish: self._file.get(_key(identity, wish.card)) for wish in wishes}
        missing = [wish for wish, data in found.items() if data is None]
        if missing:
            try:
                wait_for_foreground()
                found |= self._cut(photo, identity, missing)
            except ImageError as error:
                broken = [(wish, _broken(wish, read(str(error)))) for wish in missing]
                done = [(wish, _thumb(wish, data)) for wish, data in found.items() if data]
                return broken + done
        return [(wish, _thumb(wish, data)) for wish, data in found.items() if data]

    def _cut(self, photo: Path, identity: bytes, wishes: list[_Wish]) -> dict[_Wish, bytes]:
        """Decode the photo as small as will do and cut the faces out of it, JPEG encoded."""
        info = read_header(photo)
        longest = max(info.width, info.height)
        smallest = min(square(wish.card)[2] for wish in wishes)
        wanted = min(longest, max(1, round(longest * MAX_THUMBNAIL_PIXELS / smallest)))
        # a JPEG is decoded at less than twice the size that is wanted
        share = min(1.0, 2 * wanted / longest) if info.format in ("JPEG", "MPO") else 1.0
        made: dict[_Wish, bytes] = {}
        large = info.width * info.height * share**2 > _LARGE
        with self._large if large else nullcontext(), decode_slots if large else nullcontext():
            whole, scale = open_reduced(photo, wanted)
            for wish in wishes:
                wait_for_foreground()
                buffer = io.BytesIO()
                crop_square(whole, square(wish.card), scale).save(buffer, "JPEG", quality=88)
                made[wish] = buffer.getvalue()
        for wish, data in made.items():
            self._file.put(_key(identity, wish.card), data)
        return made


def crop_square(whole: Image.Image, part: Square, scale: tuple[float, float]) -> Image.Image:
    """A square of a reduced photo, at most MAX_THUMBNAIL_PIXELS wide; grey beyond the photo."""
    left, top = part[0] * scale[0], part[1] * scale[1]
    width, height = part[2] * scale[0], part[2] * scale[1]
    side = max(1, min(MAX_THUMBNAIL_PIXELS, round(max(width, height))))
    # what of the square lies in the photo, in pixels of the photo and of the picture
    x0, y0 = max(left, 0.0), max(top, 0.0)
    x1, y1 = min(left + width, float(whole.width)), min(top + height, float(whole.height))
    made = Image.new("RGB", (side, side), _BEYOND)
    if x1 - x0 < 1 or y1 - y0 < 1:
        return made
    across, down = side / width, side / height
    place = round((x0 - left) * across), round((y0 - top) * down)
    size = max(1, round((x1 - x0) * across)), max(1, round((y1 - y0) * down))
    made.paste(whole.resize(size, Image.Resampling.BICUBIC, (x0, y0, x1, y1)), place)
    return made


def _key(identity: bytes, card: Card) -> bytes:
    """A moved box or a replaced photo makes another one."""
    part = np.round(square(card), 2).tobytes()
    return hashlib.blake2b(_FORM + part + identity, digest_size=16).digest()


def _thumb(wish: _Wish, data: bytes) -> Thumbnail:
    stored = Image.open(io.BytesIO(data), formats=("JPEG",))
    stored.draft("RGB", (wish.side, wish.side))
    image = stored.convert("RGB")
    if image.width != wish.side:
        image = image.resize((wish.side, wish.side), Image.Resampling.BICUBIC)
    return Thumbnail(to_qimage(np.asarray(image)), wish.side, wish.card.box)


def _broken(wish: _Wish, problem: str) -> Thumbnail:
    return Thumbnail(None, wish.side, wish.card.box, problem)


def _size(thumb: Thumbnail) -> int:
    return 500 if thumb.image is None else thumb.image.sizeInBytes()
