"""Other landmarks of the displayed face, drawn faintly to compare with: a proposal of the detector,
or an earlier state from the history."""

from __future__ import annotations

from labeltool.domain import Face, Points
from labeltool.gui.canvas.face_layers import FaceLayers
from labeltool.review.desk import Desk


class ComparisonOverlay:
    """Decides which landmarks are drawn for comparison, and redraws them only when that changes."""

    def __init__(self, desk: Desk, layers: FaceLayers) -> None:
        self._desk = desk
        self._layers = layers
        self._displayed: tuple[int, int | None, str] | None = None
        self._shows_history = False

    def set_face(self, face: Face, mode: str, *, is_new: bool = False) -> None:
        """Compare a face with what a mode of `COMPARISONS` says, '' for nothing.

        A state of the history stays until `is_new`, another face.
        """
        self._shows_history = self._shows_history and not is_new
        prediction = None if face.prediction is None else face.prediction.id
        wanted = (face.id, prediction, mode)
        if wanted != self._displayed and not self._shows_history:
            if mode or (self._displayed and self._displayed[2]):
                self._layers.set_comparison(self._points(face, mode))
            self._displayed = wanted

    def set_history(self, points: Points | None, mode: str) -> None:
        """Compare with an earlier state of the face instead; None: no longer."""
        if points is not None or self._shows_history:
            self._layers.set_comparison(points)
            self._shows_history, self._displayed = points is not None, None
            if self._desk.face is not None:
                self.set_face(self._desk.face, mode)

    def clear(self) -> None:
        """There is no face any more."""
        self._displayed = None

    def _points(self, face: Face, mode: str) -> Points | None:
        if mode == "compare_previous":
            return self._desk.edits.earlier_proposal()
        if mode == "compare_proposal" and face.prediction is not None:
            return face.prediction.points
        return None
