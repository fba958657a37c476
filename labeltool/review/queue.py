"""The faces of a queue by their places, and which of them wait for a person. No Qt, no SQL."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from operator import lt

import numpy as np
from numpy.typing import NDArray


class Places:
    """A queue as it was asked for.

    `faces`: ids in the queue's order. What waits is kept as it was last heard of, because to ask
    for it takes longer than a decision where tens of thousands of reviewed faces lie between two
    that wait: `waiting` gives candidates, and who wants one asks the store whether it still waits.
    """

    def __init__(self, faces: list[int], waits: NDArray[np.bool_]) -> None:
        """`waits` (len(faces),): whether the face at that place waits."""
        self.faces = faces
        self._waits = waits
        self._of: dict[int, int] | None = None

    def of(self, face: int) -> int:
        """Place of a face, -1 if it is not in the queue."""
        if self._of is None:
            self._of = {face_id: place for place, face_id in enumerate(self.faces)}
        return self._of.get(face, -1)

    def waiting(self, here: int) -> Iterator[int]:
        """Faces that seem to wait, from behind a place to the end and around to it."""
        for begin, end in ((here + 1, len(self.faces)), (0, max(here, 0))):
            while begin < end:
                place = begin + int(self._waits[begin:end].argmax())
                if not self._waits[place]:
                    break
                yield self.faces[place]
                begin = place + 1

    def hear(self, faces: Iterable[int], waiting: Collection[int]) -> None:
        """Of these faces, just the ones in `waiting` wait."""
        for face in faces:
            if (place := self.of(face)) >= 0:
                self._waits[place] = face in waiting

    def admit(self, faces: list[int], *, sorted_by_id: bool) -> None:
        """New faces, taken for waiting, get their places by id where all have, or join the end."""
        sorted_by_id = sorted_by_id and all(map(lt, self.faces, self.faces[1:]))
        end = len(self.faces)
        at = [bisect_left(self.faces, face) if sorted_by_id else end for face in faces]
        self._waits = np.insert(self._waits, at, True)
        self.faces = self.faces + faces
        if sorted_by_id:
            self.faces.sort()
        self._of = None
