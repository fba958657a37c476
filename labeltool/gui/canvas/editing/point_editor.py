"""Moving the points of the displayed face, by whatever input. Nothing is saved here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF

from labeltool.gui.canvas.displayed_face import Array
from labeltool.gui.canvas.editing.drag_model import DragModel
from labeltool.gui.canvas.face_layers import FaceLayers
from labeltool.gui.canvas.items.overlays import Panels
from labeltool.gui.canvas.photo_view import PhotoView
from labeltool.gui.canvas.point_selection import PointSelection
from labeltool.review.geometry import rotate_and_scale


class PointEditor:
    """Shows points at new positions; `on_moved` gets the indices once a move is finished.

    Positions are (k, 2), image pixels. `placed`: which points of the last move a person put into
    their place, while the others only followed; None for all that moved. `drag_model`: how the
    points that nobody placed follow a drag.
    """

    def __init__(
        self,
        view: PhotoView,
        layers: FaceLayers,
        panels: Panels,
        selection: PointSelection,
        on_moved: Callable[[list[int]], None],
    ) -> None:
        self._view = view
        self._layers = layers
        self._panels = panels
        self._selection = selection
        self._on_moved = on_moved
        self.placed: list[int] | None = None
        self.drag_model = DragModel()

    @property
    def points(self) -> Array:
        """A copy of the points as they are drawn now, (N, 2)."""
        return self._layers.face.points.copy()

    def drag(self, indices: Sequence[int], points: Array, dragged: int = -1) -> None:
        """Show points at new positions while they are being moved. `dragged`: the one that the
        mouse is on, which the loupe shows; -1 for none."""
        self._layers.face.points[indices] = points
        self._layers.points_changed()
        self._layers.highlight(dragged=dragged, is_dragging=True)
        if dragged >= 0:
            self.show_loupe(dragged)

    def show_ghosts(self, points: Array | None) -> None:
        """Draw faintly where the points were before they followed a drag, (N, 2); None: not."""
        self._layers.set_ghosts(points)

    def finish(self, indices: Sequence[int], placed: Sequence[int] | None = None) -> None:
        """End a drag; `indices`: the points that are in new positions, none after a cancel.
        `placed`: see the class."""
        self._panels.loupe.hide()
        self.show_ghosts(None)
        self._layers.highlight()
        if indices:
            self._report(list(indices), placed)

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected points by image pixels."""
        selected = self._selection.placed()
        self._layers.face.points[selected] += (dx, dy)
        self.show_loupe(self._selection.last)
        self._report(selected)

    def transform(self, angle: float, scale: float) -> None:
        """Rotate the selected points by `angle` (radians, clockwise) and scale them, around the
        centre of their bounding box; nothing for fewer than two."""
        selected = self._selection.placed()
        if len(selected) > 1:
            points = self._layers.face.points[selected]
            centre = (points.min(0) + points.max(0)) / 2
            self._layers.face.points[selected] = rotate_and_scale(points, centre, angle, scale)
            self._report(selected)

    def show_loupe(self, index: int) -> None:
        """Enlarge the photo around a point."""
        view = self._view
        if view.photo is not None:
            at = QPointF(*self._layers.face.position(index))
            self._panels.show_loupe(view.photo, at, view.image_to_viewport(at), view.zoom)

    def _report(self, indices: list[int], placed: Sequence[int] | None = None) -> None:
        self.placed = None if placed is None else list(placed)
        self._layers.face.moved |= frozenset(indices if placed is None else placed)
        self._layers.points_moved_by_hand()
        self._on_moved(indices)
