"""The queue of faces to review: the faces that match a filter, in its order."""

from __future__ import annotations

from itertools import islice

from labeltool.domain import Changes, Filter
from labeltool.review.current_face import CurrentFace
from labeltool.review.queue_index import QueueIndex
from labeltool.store import Store

PENDING_CHECK_FACES = 20
"""How many candidates for the next pending face are checked in one query."""


class ReviewQueue:
    """The faces that match `filter`, and moving through them.

    The list stays as it is while single faces are decided, so that it does not jump. It is queried
    again when the filter or many faces change. `revision` grows with each change of the list.
    """

    def __init__(self, store: Store, current: CurrentFace, wanted: Filter) -> None:
        self._store, self._current = store, current
        self.filter = wanted
        self.revision = 0
        self._index = QueueIndex(*store.queue.ids_and_waiting(wanted))

    @property
    def faces(self) -> list[int]:
        """Ids of the faces in order. Callers must not change the list."""
        return self._index.faces

    @property
    def index(self) -> int:
        """Index of the open face, -1 if no face is open or it is not in the queue."""
        face = self._current.face
        return -1 if face is None else self.index_of(face.id)

    def index_of(self, face_id: int) -> int:
        """Index of a face, -1 if it is not in the queue."""
        return self._index.index_of(face_id)

    def set_filter(self, wanted: Filter) -> None:
        """Show the faces of another filter. The open face stays open if it is among them."""
        self.filter = wanted
        self.reload()

    def show_batch(self, operation: int) -> None:
        """Show only the faces of a batch, given the id of its operation."""
        self.set_filter(Filter(batch=operation))

    def reload(self) -> None:
        """Query the faces again. If the open face is not among them, open the one at its index."""
        old = self.index
        self._index = QueueIndex(*self._store.queue.ids_and_waiting(self.filter))
        self.revision += 1
        if self.index >= 0:
            return
        if self.faces:
            self._current.open(self.faces[min(max(old, 0), len(self.faces) - 1)])
        else:
            self._current.close()

    def open_first_if_none(self) -> None:
        """Open the first face if no face is open."""
        if self._current.face is None and self.faces:
            self._current.open(self.faces[0])

    def next(self) -> None:
        """Open the next face, if there is one."""
        if self.faces and self.index < len(self.faces) - 1:
            self._current.open(self.faces[self.index + 1])

    def previous(self) -> None:
        """Open the previous face, if there is one."""
        if self.index > 0:
            self._current.open(self.faces[self.index - 1])

    def next_unreviewed(self) -> bool:
        """Open the next face with something to decide, wrapping around at the end. Returns False if
        there is none."""
        candidates = self._index.pending(self.index)
        while near := list(islice(candidates, PENDING_CHECK_FACES)):
            pending = self._store.queue.waiting(near)
            self._index.update(near, pending)
            if pending:
                self._current.open(next(face_id for face_id in near if face_id in pending))
                return True
        self.open_first_if_none()
        return False

    def refresh(self, changes: Changes) -> None:
        """Follow a write: query everything again after a large one, else only what it touched."""
        if changes.all:
            self.reload()
        elif changes.faces:
            self._follow_few(changes.faces)

    def _follow_few(self, faces: frozenset[int]) -> None:
        present = self._store.queue.present(faces)
        if any(face_id not in present and self.index_of(face_id) >= 0 for face_id in faces):
            self.reload()  # a face of the queue was removed from the project
            return
        self._index.update(faces, {face_id for face_id, waits in present.items() if waits})
        self._insert_new(faces)

    def append(self, face_id: int) -> None:
        """Append a face, whether it matches the filter or not."""
        self._index.insert([face_id], sorted_by_id=False)
        self.revision += 1

    def _insert_new(self, faces: frozenset[int]) -> None:
        """New faces go to their place in the list of all faces by file, and to the end of any
        other list."""
        fresh = [face_id for face_id in faces if self.index_of(face_id) < 0]
        if not fresh:
            return
        fresh = self._store.queue.matching(self.filter, fresh)
        if fresh:
            self._index.insert(fresh, sorted_by_id=self.filter == Filter())
            self.revision += 1
