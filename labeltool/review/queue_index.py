"""A list of face ids with fast look-up of a face's index and of the next pending face. No Qt, no
SQL."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from operator import lt

import numpy as np
from numpy.typing import NDArray


class QueueIndex:
    """The faces of a queue, as they were when the queue was queried.

    `faces`: ids in the queue's order. A face is pending while there is something to decide on it.
    The pending flags are a cache: where tens of thousands of reviewed faces lie between two pending
    ones, a query takes longer than a decision. So `pending` yields candidates, and the caller asks
    the store whether a candidate is still pending.
    """

    def __init__(self, faces: list[int], pending: NDArray[np.bool_]) -> None:
        """`pending` (len(faces),): whether the face at that index is pending."""
        self.faces = faces
        self._pending = pending
        self._index_of: dict[int, int] | None = None

    def index_of(self, face: int) -> int:
        """Index of a face, -1 if it is not in the queue."""
        if self._index_of is None:
            self._index_of = {face_id: index for index, face_id in enumerate(self.faces)}
        return self._index_of.get(face, -1)

    def pending(self, after: int) -> Iterator[int]:
        """Ids of faces that seem to be pending, from the one after an index to the end, then from
        the start up to the index."""
        for begin, end in ((after + 1, len(self.faces)), (0, max(after, 0))):
            while begin < end:
                index = begin + int(self._pending[begin:end].argmax())
                if not self._pending[index]:
                    break
                yield self.faces[index]
                begin = index + 1

    def update(self, faces: Iterable[int], pending: Collection[int]) -> None:
        """Set the flags of `faces`: those in `pending` are pending, the others are not."""
        for face in faces:
            if (index := self.index_of(face)) >= 0:
                self._pending[index] = face in pending

    def insert(self, faces: list[int], *, sorted_by_id: bool) -> None:
        """Insert faces that are not in the queue yet, as pending ones.

        `sorted_by_id`: at their place by id, if the whole queue is in that order. Otherwise they go
        to the end.
        """
        sorted_by_id = sorted_by_id and all(map(lt, self.faces, self.faces[1:]))
        end = len(self.faces)
        at = [bisect_left(self.faces, face) if sorted_by_id else end for face in faces]
        self._pending = np.insert(self._pending, at, True)
        self.faces = self.faces + faces
        if sorted_by_id:
            self.faces.sort()
        self._index_of = None
