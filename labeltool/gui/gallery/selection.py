"""Which faces of a list are selected, and which one is current. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def _no_index(_face_id: int) -> int:
    return -1


class Selection:
    """A set of face ids, a current one, and the anchor that ranges start from.

    Methods for gestures return the current face afterwards.
    """

    def __init__(self) -> None:
        self.ids: Sequence[int] = ()
        self.index_of: Callable[[int], int] = _no_index
        self.selected: set[int] = set()
        self.current: int | None = None
        self._anchor: int | None = None
        self._before_band: set[int] = set()

    @property
    def current_index(self) -> int:
        """Index of the current face, or -1."""
        return -1 if self.current is None else self.index_of(self.current)

    def in_order(self) -> list[int]:
        """The selected faces in the order of the list."""
        return sorted(self.selected, key=self.index_of)

    def set_faces(self, ids: Sequence[int], index_of: Callable[[int], int]) -> None:
        """Another list, or a longer one; selected faces that are not in it are deselected."""
        is_same, self.ids, self.index_of = ids is self.ids, ids, index_of
        if self.selected and not is_same:  # the same list only ever grows
            self.selected = {face_id for face_id in self.selected if index_of(face_id) >= 0}

    def set_current(self, face_id: int | None) -> bool:
        """Another view opened this face; returns whether that changed what is selected."""
        if face_id == self.current and self.selected:
            return False
        self.current = self._anchor = face_id
        before = self.selected
        if face_id is None:
            self.selected = set()
        elif face_id not in self.selected:
            self.selected = {face_id}
        return self.selected != before

    def select(self, face_id: int) -> int:
        """Select this one alone."""
        self.selected, self._anchor, self.current = {face_id}, face_id, face_id
        return face_id

    def move_to(self, face_id: int) -> int:
        """Make this one current and keep the selection."""
        self.current = self._anchor = face_id
        return face_id

    def collapse(self) -> int | None:
        """Select the current face alone."""
        self.selected = set() if self.current is None else {self.current}
        return self.current

    def toggle(self, face_id: int) -> int:
        """Select this one too, or no longer."""
        self.current = self._anchor = face_id
        self.selected = self.selected ^ {face_id}
        return face_id

    def extend(self, index: int, add: bool = False) -> int:
        """Select everything between the anchor and this index; `add`: besides the others."""
        anchor = -1 if self._anchor is None else self.index_of(self._anchor)
        first, last = sorted((index if anchor < 0 else anchor, index))
        between = set(self.ids[first : last + 1])
        self.selected = self.selected | between if add else between
        self.current = self.ids[index]
        return self.current

    def select_all(self) -> None:
        """Select the whole list."""
        self.selected = set(self.ids)

    def begin_rubber_band(self, add: bool) -> None:
        """A drag begins; `add`: besides what is selected now."""
        self._before_band = set(self.selected) if add else set()

    def set_rubber_band(self, indices: Sequence[int]) -> int | None:
        """The drag covers these indices."""
        self.selected = self._before_band | {self.ids[index] for index in indices}
        if indices and self.current not in self.selected:
            self.current = self._anchor = self.ids[indices[0]]
        return self.current
