"""Which faces of a list are chosen, and on which one the person stands. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def _nowhere(_face_id: int) -> int:
    return -1


class Selection:
    """A set of faces, a current one, and the anchor that a range is stretched from.

    Methods for gestures return the face the person stands on afterwards.
    """

    def __init__(self) -> None:
        self.ids: Sequence[int] = ()
        self.place: Callable[[int], int] = _nowhere
        self.chosen: set[int] = set()
        self.current: int | None = None
        self._anchor: int | None = None
        self._before: set[int] = set()

    @property
    def current_place(self) -> int:
        """Place of the current face, -1 without."""
        return -1 if self.current is None else self.place(self.current)

    def in_order(self) -> list[int]:
        """The chosen faces as they stand in the list."""
        return sorted(self.chosen, key=self.place)

    def follow(self, ids: Sequence[int], place: Callable[[int], int]) -> None:
        """Another list; chosen faces that are not in it are chosen no more."""
        same, self.ids, self.place = ids is self.ids, ids, place
        if self.chosen and not same:  # a list only ever grows
            self.chosen = {face_id for face_id in self.chosen if place(face_id) >= 0}

    def go_to(self, face_id: int | None) -> bool:
        """Somebody else put this face on the desk; returns whether that changed what is chosen."""
        if face_id == self.current and self.chosen:
            return False
        self.current = self._anchor = face_id
        before = self.chosen
        if face_id is None:
            self.chosen = set()
        elif face_id not in self.chosen:
            self.chosen = {face_id}
        return self.chosen != before

    def only(self, face_id: int) -> int:
        """Choose this one."""
        self.chosen, self._anchor, self.current = {face_id}, face_id, face_id
        return face_id

    def stand_on(self, face_id: int) -> int:
        """Go there and leave the selection as it is."""
        self.current = self._anchor = face_id
        return face_id

    def collapse(self) -> int | None:
        """Only the current face stays chosen."""
        self.chosen = set() if self.current is None else {self.current}
        return self.current

    def toggle(self, face_id: int) -> int:
        """Add the face, or take it out."""
        self.current = self._anchor = face_id
        self.chosen = self.chosen ^ {face_id}
        return face_id

    def extend(self, place: int, add: bool = False) -> int:
        """Choose all from the anchor to this place, besides the others if `add`."""
        anchor = -1 if self._anchor is None else self.place(self._anchor)
        first, last = sorted((place if anchor < 0 else anchor, place))
        reach = set(self.ids[first : last + 1])
        self.chosen = self.chosen | reach if add else reach
        self.current = self.ids[place]
        return self.current

    def everything(self) -> None:
        """Choose the whole list."""
        self.chosen = set(self.ids)

    def begin_band(self, add: bool) -> None:
        """A drag begins, which adds to what is chosen now or starts afresh."""
        self._before = set(self.chosen) if add else set()

    def band(self, places: Sequence[int]) -> int | None:
        """The drag covers these places."""
        self.chosen = self._before | {self.ids[place] for place in places}
        if places and self.current not in self.chosen:
            self.current = self._anchor = self.ids[places[0]]
        return self.current
