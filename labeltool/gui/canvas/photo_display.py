"""Photos on the canvas: decoded in the background, the next ones of the queue ahead of time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QImage

from labeltool.gui.background.thread_priority import rest_for_photo
from labeltool.gui.canvas.canvas import Canvas
from labeltool.gui.i18n.translate import tr
from labeltool.gui.images.photo_cache import PhotoCache
from labeltool.gui.session import Session

PREFETCH_OFFSETS = (1, -1, 2)
"""Which faces of the queue, from the one on the desk, are decoded ahead, most urgent first."""

MAX_PHOTOS = 2 * (1 + len(PREFETCH_OFFSETS))
"""Photos in memory: those that are decoded ahead, and as many behind."""


class PhotoDisplay(QObject):
    """Shows the photo of a face as soon as it is decoded. `cache.loaded` says when to call `show`
    again."""

    def __init__(self, session: Session, canvas: Canvas, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._displayed: Path | None = None
        self.cache = PhotoCache(self, MAX_PHOTOS)
        # to decode the neighbours at once would slow the painting of this one
        self._prefetch_timer = QTimer(self, singleShot=True, interval=0)
        self._prefetch_timer.timeout.connect(self._prefetch)

    @property
    def displayed(self) -> Path | None:
        """The photo on the canvas; None while it is loading, or cannot be read."""
        return self._displayed

    @property
    def is_prefetch_scheduled(self) -> bool:
        """Whether the next photos are about to be decoded."""
        return self._prefetch_timer.isActive()

    def image(self, photo: Path) -> QImage | None:
        """A photo if it is decoded."""
        return self.cache.get(photo)[0]

    def show(self, photo: Path) -> None:
        """Put a photo on the canvas; a message until it is decoded, or if it cannot be."""
        if photo == self._displayed:
            return
        rest_for_photo()
        image, problem = self.cache.get(photo)
        if image is not None:
            self._displayed = photo
            self._canvas.set_photo(image, copies=self.cache.halved_copies(photo))
        elif problem:
            moved = tr("If the photos moved: Photos moved… in the Project menu.")
            self.show_text(f"{problem}\n{moved}")
        else:
            self.show_text(tr("Loading…"))
            self.cache.request([], photo)

    def show_text(self, text: str) -> None:
        """Show a text in place of a photo."""
        self._displayed = None
        self._canvas.set_photo(None, text)

    def invalidate(self) -> None:
        """Let the next `show` put its photo on the canvas again, even if it is there."""
        self._displayed = None

    def reload(self) -> None:
        """Read every photo again when it is needed."""
        self.cache.clear()
        self.invalidate()

    def decode_ahead(self) -> None:
        """Decode the photo of the desk's face, which may be displayed next."""
        face = self._session.desk.face
        if face is not None and not self.cache.get(face.photo)[1]:
            self.cache.request([], face.photo)

    def schedule_prefetch(self) -> None:
        """Decode the neighbours in the queue, once the canvas is painted."""
        self._prefetch_timer.start()

    def cancel_prefetch(self) -> None:
        """Leave the photos that are being decoded first in line."""
        self._prefetch_timer.stop()

    @Slot()
    def _prefetch(self) -> None:
        desk, cache = self._session.desk, self.cache
        faces, index = desk.queue.faces, desk.queue.index
        current = None if desk.face is None else desk.face.photo
        if current is not None and cache.get(current) == (None, ""):
            return  # it comes first, and its size says how many fit in the cache with it
        near = [faces[index + by] for by in PREFETCH_OFFSETS if 0 <= index + by < len(faces)]
        if current is not None and cache.get(current)[1]:  # it cannot be read: do not retry
            current = None
        cache.request(self._session.store.faces.photo_files(near), current)

    def close(self) -> None:
        """End the thread that decodes."""
        self.cancel_prefetch()
        self.cache.close()
