"""A few faces with the landmarks that the network in training proposes now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import repeat

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from labeltool.domain import Card, Progress, UserError
from labeltool.gui import theme
from labeltool.gui.gallery.card_painter import CardPainter
from labeltool.gui.i18n.translate import tr
from labeltool.gui.images.thumbnails import ThumbnailLoader
from labeltool.gui.session import Session
from labeltool.rounds.run_folder import Event
from labeltool.rounds.run_tables import RunTables, SampleTable
from labeltool.store import Store

THUMBNAIL_PIXELS = 96
"""Width of a thumbnail in logical pixels."""

_STEP = THUMBNAIL_PIXELS + theme.SPACING


def _read(tables: RunTables, store: Store, _progress: Progress) -> list[Card]:
    """The cards of the sample faces, with the landmarks of the last epoch."""
    samples = tables.samples()
    if samples is None:
        return []
    faces = samples.faces.tolist()
    cards = store.faces.cards(faces)
    return [
        replace(cards[face], points=points, errors=errors, moved=None)
        for face, points, errors in zip(faces, samples.points, _errors(samples), strict=True)
        if face in cards  # it may have been removed
    ]


def _errors(samples: SampleTable) -> Iterable[NDArray[np.float32] | None]:
    return repeat(None, len(samples.faces)) if samples.errors is None else samples.errors


class SampleStrip(QWidget):
    """The sample faces of the running round. While it is hidden, it reads and draws nothing."""

    def __init__(
        self, session: Session, thumbnails: ThumbnailLoader, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._thumbnails = session, thumbnails
        self._painter = CardPainter(thumbnails)
        self.cards: list[Card] = []
        """The faces that are shown."""
        self._is_stale, self._is_reading = True, False
        self.setFixedHeight(THUMBNAIL_PIXELS)
        self.setMinimumWidth(2 * _STEP)
        self.setAccessibleName(tr("Faces as the network sees them now"))
        self.setToolTip(
            tr(
                "Faces whose labels the round does not train on, with the landmarks that the "
                "network proposes after the last epoch"
            )
        )
        session.round.worker_event.connect(self._on_event)
        thumbnails.loaded.connect(self._on_loaded)

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        if event.kind in ("started", "epoch"):
            self._is_stale = True
            if event.kind == "started":
                self.cards = []
                self.update()
            self._read_if_wanted()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Catch up."""
        super().showEvent(event)
        self._read_if_wanted()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Make no more thumbnails for it."""
        super().hideEvent(event)
        self._thumbnails.cancel_requests(self)

    def _read_if_wanted(self) -> None:
        """Read the samples in the background; once more if another epoch ends meanwhile."""
        running = self._session.round.rounds.follower.current
        if running is None or not self._is_stale or self._is_reading or not self.isVisible():
            return
        self._is_stale, self._is_reading = False, True
        self._session.tasks.run_hidden(
            "queries", tr("Reading sample faces"),
            partial(_read, running.folder.tables, self._session.store),
            succeeded=self._show, failed=self._not_read, ended=self._done,
        )  # fmt: skip

    @Slot(object)
    def _show(self, cards: object) -> None:
        assert isinstance(cards, list)
        self.cards = cards
        self.update()

    @Slot(Exception)
    def _not_read(self, error: Exception) -> None:
        """They are only shown: a damaged file, or one of a folder that is gone, does not matter."""
        if not isinstance(error, UserError):
            raise error

    @Slot()
    def _done(self) -> None:
        self._is_reading = False
        self._read_if_wanted()

    @Slot(object)
    def _on_loaded(self, faces: set[int]) -> None:
        if self.isVisible() and (not faces or any(card.id in faces for card in self.cards)):
            self.update()

    def recolour(self) -> None:
        """Follow the palette."""
        self._painter.recolour()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw the faces in rows, or say when they come."""
        painter = QPainter(self)
        if not self.cards:
            painter.setPen(self.palette().placeholderText().color())
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), wrapped, tr("Shown after the first epoch."))
            return
        self._painter.resize(THUMBNAIL_PIXELS, self.devicePixelRatioF())
        shown = self.cards[: (self.width() + theme.SPACING) // _STEP]
        self._painter.prepare(shown)
        for place, card in enumerate(shown):
            rect = QRect(place * _STEP, 0, THUMBNAIL_PIXELS, THUMBNAIL_PIXELS)
            self._painter.paint_picture(painter, rect, card, self.palette())
        painter.end()
        self._thumbnails.request(self, shown, self._painter.pixels)
