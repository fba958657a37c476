"""Faces that a person draws a box around, and their proposals, in the background."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QImage

from labeltool.domain import Box, Changes, Progress
from labeltool.gui.background.round_controller import RoundController
from labeltool.gui.background.tasks import TaskRunner
from labeltool.gui.background.write_queue import WriteQueue, face_id
from labeltool.gui.i18n.translate import tr
from labeltool.review.desk import Desk
from labeltool.rounds.proposals.instant_prediction import Instant
from labeltool.store import Store


class BoxDrawing(QObject):
    """Adds faces by their boxes, and proposes landmarks for new boxes without a worker.

    `decoded_photo` returns a photo if it is decoded already, such as the one on the screen; who
    shows photos sets it.
    """

    def __init__(
        self, store: Store, desk: Desk, writes: WriteQueue, tasks: TaskRunner,
        rounds: RoundController, to_rgb: Callable[[QImage], NDArray[np.uint8]], parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._desk, self._writes = desk, writes
        self._tasks, self._rounds = tasks, rounds
        self._to_rgb, self._instant = to_rgb, Instant(store)
        self.decoded_photo: Callable[[Path], QImage | None] = _not_decoded

    def add_face(self, photo: int, box: Box) -> None:
        """Add a face that the detector missed."""
        draw, face = partial(self._desk.draw_box, photo, box), face_id(self._desk)
        # the new face is shown unless the person went on to another one meanwhile
        self._writes.submit(lambda: draw(show=face_id(self._desk) == face))

    def propose(self, face: int) -> None:
        """Propose landmarks for a face with a new box."""
        shown = self._desk.face
        is_shown = shown is not None and shown.id == face
        photo = self.decoded_photo(shown.photo) if shown is not None and is_shown else None
        work = partial(self._propose, face, photo)
        self._tasks.run_hidden("instant", tr("Proposing"), work, succeeded=self._proposed)

    def _propose(self, face: int, photo: QImage | None, _progress: Progress) -> Changes | None:
        return self._instant.propose(face, None if photo is None else self._to_rgb(photo))

    @Slot(object)
    def _proposed(self, result: object) -> None:
        """Leave to a worker what could not be proposed here."""
        if result is None:
            self._rounds.want_prediction()
            self._rounds.predict_if_wanted()
        self._tasks.publish(result)


def _not_decoded(_photo: Path) -> None:
    return None
