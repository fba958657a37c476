"""How the landmarks that nobody placed follow a drag, by what residuals have in common. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from pipnet.calibration.residuals import ResidualModel

Array = npt.NDArray[np.float64]


class DragModel:
    """The residual model of the project, and what is known of the displayed face.

    `is_on`: whether drags use it. `curves`: the indices of each contour of the scheme.
    Landmarks that a person placed stay where they are.
    """

    def __init__(self) -> None:
        self.is_on = False
        self.curves: Sequence[Sequence[int]] = ()
        self._model: ResidualModel | None = None
        self._placed: frozenset[int] = frozenset()
        self._errors: Array | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is a model for these landmarks."""
        return self._model is not None

    def set_model(self, model: ResidualModel | None) -> None:
        """The model of the project's scheme; None without one."""
        self._model = model

    def set_face(self, placed: Iterable[int], errors: Array | None) -> None:
        """The landmarks that a person placed, and the expected errors (N,) in any one unit."""
        self._placed, self._errors = frozenset(placed), errors

    def response(self, points: Array, moved: set[int]) -> Array | None:
        """How each landmark moves when those `moved` go by the same vector, as matrices (N, 2, 2).

        None if drags do not use the model: it is off or of other landmarks, or a moved one has
        no position.

        Args:
            points: (N, 2) before the drag, image pixels, NaN where absent.
        """
        model = self._model
        if not self.is_on or model is None or model.count != len(points) or not moved:
            return None
        moving = sorted(moved)
        if not np.isfinite(points[moving]).all():
            return None
        errors = (
            self._errors if self._errors is not None and len(self._errors) == model.count else None
        )
        answer = model.response(points, sorted(self._placed), moving, errors)
        total: Array = answer.reshape(model.count, 2, len(moving), 2).sum(axis=2)
        return total
