"""What the open face costs its reviewer: active time, and moves of points."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from labeltool.domain import UserError, WriteResult
from labeltool.store import Store

MAX_IDLE_SECONDS = 20.0
"""Of a longer gap between two inputs, no more counts: whoever looks longer without moving the
mouse is taken to be away."""


class CostMeter:
    """Measures one face at a time. Time counts from when the face was opened, by the inputs that
    the window reports; without any, nothing is measured."""

    def __init__(
        self, store: Store, reviewer: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._reviewer, self._clock = store, reviewer, clock
        self._is_on = not store.read_only and store.trust.costs.is_measured(reviewer)
        self._face: int | None = None
        self._last: float | None = None
        self._seconds, self._drags, self._pixels = 0.0, 0, 0.0

    @property
    def is_on(self) -> bool:
        """Whether decisions are measured."""
        return self._is_on

    def set_measured(self, on: bool) -> WriteResult:
        """Measure the reviewer's decisions from now on; or no longer, which deletes what was
        measured of them."""
        result = self._store.trust.costs.set_measured(self._reviewer, on)
        self._is_on = on
        self.pause()
        self._start(None)
        return result

    def note_input(self, face_id: int | None) -> None:
        """A key, click or move of the mouse, while this face is open."""
        if not self._is_on:
            return
        moment = self._clock()
        if face_id != self._face:
            self._start(face_id)
        elif self._last is not None:
            self._seconds += min(max(moment - self._last, 0.0), MAX_IDLE_SECONDS)
        self._last = moment

    def pause(self) -> None:
        """The window is left: time counts again from the next input."""
        self._last = None

    def note_move(self, face_id: int, pixels: float) -> None:
        """Points of the face were moved; `pixels`: how far the one that went farthest."""
        if face_id == self._face and self._last is not None:
            self._drags += 1
            self._pixels += pixels

    def note_decision(self, face_id: int) -> None:
        """Save what the decision on the face cost, and begin with the next one.

        While another program holds the project, the cost of a face is lost rather than waited for.
        """
        self.note_input(face_id)
        if self._is_on and self._seconds > 0:
            with suppress(UserError):
                self._store.trust.costs.add(
                    self._reviewer, face_id, self._seconds, self._drags, self._pixels
                )
        self._start(face_id)

    def _start(self, face_id: int | None) -> None:
        self._face = face_id
        self._seconds, self._drags, self._pixels = 0.0, 0, 0.0
