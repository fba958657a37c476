"""The face on the desk, shared by the parts of the desk."""

from __future__ import annotations

from labeltool.domain import N_, Face, UserError, Verdict
from labeltool.review.schemes.missing_landmarks import MissingLandmarks
from labeltool.store import Store


class CurrentFace:
    """The open face, as it was last read from the store.

    `has_newer_proposal`: a newer proposal arrived after the face was opened. It is shown when the
    face is opened again, so that a decision always judges what is on the screen.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._missing = store, MissingLandmarks(store)
        self.face: Face | None = None
        self.has_newer_proposal = False
        self._awaits_proposal: int | None = None

    def require(self) -> Face:
        """The open face.

        Raises:
            UserError: no face is open.
        """
        if self.face is None:
            raise UserError(N_("No face is open."), N_("Choose one in the list."))
        return self.face

    def open(self, face_id: int) -> None:
        """Open a face."""
        self.has_newer_proposal = False
        self._awaits_proposal = None
        self.face = self._read(face_id)

    def _read(self, face_id: int) -> Face | None:
        return self._missing.completed(self._store.faces.get(face_id))

    def close(self) -> None:
        """Open no face."""
        self.face = None

    def reload(self) -> None:
        """Read the face again after this reviewer changed it."""
        self.face = self._read(self.require().id)

    def await_proposal(self, face_id: int | None) -> None:
        """Show the next proposal of this face at once, because its box has just changed."""
        self._awaits_proposal = face_id

    def refresh(self) -> None:
        """Read the face again after somebody else changed it, unless only the proposal is newer."""
        if self.face is None:
            return
        fresh = self._read(self.face.id)
        is_newer = self._is_newer_proposal(fresh)
        self.has_newer_proposal = is_newer and self.face.id != self._awaits_proposal
        if not self.has_newer_proposal:
            self.face = fresh
        if is_newer:
            self._awaits_proposal = None

    def _is_newer_proposal(self, fresh: Face | None) -> bool:
        """Whether the proposal is all that changed."""
        shown = self.face
        return (
            shown is not None
            and fresh is not None
            and shown.prediction is not None
            and fresh.prediction is not None
            and fresh.prediction.id != shown.prediction.id
            and fresh.verdict is shown.verdict is Verdict.UNREVIEWED
        )
