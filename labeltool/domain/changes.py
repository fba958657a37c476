"""What a write changed, and what to tell the person who asked for it."""

from __future__ import annotations

from dataclasses import dataclass

from labeltool.domain.messages import Message


@dataclass(frozen=True, slots=True)
class Changes:
    """What a write changed: these faces, or `all` of them; `photos`; `rounds`; saved `filters`.

    Empty Changes mean navigation only. `boxes`: faces with another box, which need a new proposal.
    `scheme`: other landmarks, for which the project has to be opened again.
    """

    faces: frozenset[int] = frozenset()
    all: bool = False
    photos: bool = False
    rounds: bool = False
    filters: bool = False
    boxes: frozenset[int] = frozenset()
    scheme: bool = False

    @property
    def any_face(self) -> bool:
        """Whether some face changed."""
        return self.all or bool(self.faces)

    def joined(self, other: Changes) -> Changes:
        """What both changed, without boxes: those are for who wrote."""
        everything = self.all or other.all
        return Changes(
            faces=frozenset() if everything else self.faces | other.faces,
            all=everything,
            photos=self.photos or other.photos,
            rounds=self.rounds or other.rounds,
            filters=self.filters or other.filters,
            scheme=self.scheme or other.scheme,
        )


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a write changed, and a message about it, if there is something to say.

    `undoable`: undo would take exactly this write, so Undo can be offered beside the message. An
    undo itself is not, nor is what belongs to no operation of the log.
    """

    changes: Changes = Changes()
    message: Message | None = None
    undoable: bool = False

    @classmethod
    def of(cls, result: Changes | WriteResult) -> WriteResult:
        """The result itself, or changes that nothing is said about."""
        return cls(result) if isinstance(result, Changes) else result
