"""What a write changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changes:
    """What a write changed: these faces, or `all` of them; `photos`; `rounds`; saved `filters`.

    Nothing at all says that only the desk turned to another face. `boxes`: faces with another box,
    which want a new proposal. `note`: a sentence for the message line, or empty. `back`: by undo
    or redo, or by no operation at all: to offer Undo for it would mean something else.
    """

    faces: frozenset[int] = frozenset()
    all: bool = False
    photos: bool = False
    rounds: bool = False
    filters: bool = False
    boxes: frozenset[int] = frozenset()
    note: str = ""
    back: bool = False

    @property
    def any_face(self) -> bool:
        """Whether some face changed."""
        return self.all or bool(self.faces)

    def joined(self, other: Changes) -> Changes:
        """What both changed, without notes and boxes: those are for who wrote."""
        everything = self.all or other.all
        return Changes(
            faces=frozenset() if everything else self.faces | other.faces,
            all=everything,
            photos=self.photos or other.photos,
            rounds=self.rounds or other.rounds,
            filters=self.filters or other.filters,
        )
