"""Everything that is painted over the photo for one face, and which layers of it are visible."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsScene

from labeltool.gui.canvas.displayed_face import Array, DisplayedFace
from labeltool.gui.canvas.handles import SelectionFrame
from labeltool.gui.canvas.items.box_items import BoxesItem, SelectionItem
from labeltool.gui.canvas.items.circles_item import CirclesItem
from labeltool.gui.canvas.items.face_item import ComparisonItem, FaceItem
from labeltool.gui.canvas.items.finding_item import FindingItem
from labeltool.gui.canvas.items.overlays import Panels
from labeltool.gui.canvas.point_selection import PointSelection


class FaceLayers:
    """The graphics items of one face, in a scene whose units are image pixels."""

    def __init__(self, scene: QGraphicsScene, panels: Panels, selection: PointSelection) -> None:
        self._panels = panels
        self._selection = selection
        self._face = DisplayedFace()
        self._has_photo = False
        self._points_visible = self._boxes_visible = True
        self._dragged, self._is_dragging = -1, False
        self.boxes = BoxesItem()
        self._comparison = ComparisonItem()
        self._ghosts = ComparisonItem()
        self.circles = CirclesItem()
        self.findings = FindingItem()
        self._points = FaceItem()
        self._frame = SelectionItem()
        self._items = (
            self.boxes, self._comparison, self._ghosts, self.circles, self.findings, self._points,
            self._frame,
        )  # fmt: skip
        for item in self._items:
            scene.addItem(item)

    @property
    def face(self) -> DisplayedFace:
        """The face as it is drawn; its points follow a drag."""
        return self._face

    @property
    def points_visible(self) -> bool:
        return self._points_visible

    @property
    def boxes_visible(self) -> bool:
        return self._boxes_visible

    @property
    def comparison(self) -> Array | None:
        """The landmarks drawn for comparison, (N, 2), or None."""
        return self._comparison.points

    @property
    def ghosts(self) -> Array | None:
        """Where the points were before the drag, (N, 2), or None."""
        return self._ghosts.points

    @property
    def selection_frame(self) -> SelectionFrame:
        """The frame around the selected points."""
        return self._frame.frame

    @property
    def point_radius(self) -> float:
        """Radius in screen pixels that points are drawn with at the current zoom."""
        return self._points.radius()

    def set_face(self, face: DisplayedFace) -> None:
        """Draw a face, or a new state of it. See `highlight` for what stands out."""
        self._face = face
        for item in (
            self.boxes,
            self._comparison,
            self._ghosts,
            self.circles,
            self.findings,
            self._points,
        ):
            item.set_face(face)

    def set_has_photo(self, has_photo: bool) -> None:
        """Nothing is drawn without a photo."""
        if has_photo != self._has_photo:
            self._has_photo = has_photo
            self.update_legend()

    def set_zoom(self, zoom: float) -> None:
        """Screen pixels per image pixel; marks keep their size on the screen."""
        for item in self._items:
            item.set_zoom(zoom)

    def set_visible(
        self,
        points: bool = True,
        edges: bool = True,
        boxes: bool = True,
        numbers: bool = False,
        circles: bool = False,
    ) -> None:
        """Which layers are drawn; what is hidden cannot be clicked. circles: of all points, and not
        only of those that stand out."""
        self._points_visible, self._boxes_visible = points, boxes
        self._points.set_layers(points, edges, numbers)
        self.boxes.set_boxes_visible(boxes)
        self.circles.set_shows_all(circles)
        self.highlight()
        self.update_legend()

    def set_by_group(self, on: bool) -> None:
        """Colour points by the region of the face instead of by expected error."""
        self._points.set_by_group(on)
        self._panels.legend.set_by_group(on)
        self.update_legend()

    def set_comparison(self, points: npt.ArrayLike | None) -> None:
        """Draw other landmarks of this face faintly, (N, 2) image pixels, until another face is
        displayed; None for none."""
        if points is None and self.comparison is None:
            return
        self._comparison.set_points(None if points is None else np.array(points, np.float64))
        self.update_legend()

    def set_ghosts(self, points: Array | None) -> None:
        """Draw faintly where the points were before a drag, (N, 2) image pixels; None: nowhere."""
        if points is not self._ghosts.points:
            self._ghosts.set_points(points)

    def set_rubber_band(self, rect: QRectF | None) -> None:
        """Draw a rubber band, in image pixels."""
        self._frame.set_rubber_band(rect)

    def points_changed(self) -> None:
        """To be called when points of the face have moved."""
        self._points.measure()
        self._comparison.measure()
        self._ghosts.measure()
        self.circles.measure()

    def points_moved_by_hand(self) -> None:
        """To be called when a move of points is finished, which changes how they look."""
        self._points.set_face(self._face)
        self.circles.set_face(self._face)
        self._comparison.measure()
        self.highlight()
        self.update_legend()

    def highlight(
        self, hovered: int = -1, *, dragged: int = -1, is_dragging: bool | None = None
    ) -> None:
        """Draw the selection, the point under the mouse, and the one under a drag; -1 for none.

        is_dragging: points move, so there is no frame; by default if `dragged` is one of them.
        """
        selected = self._selection.indices
        self._dragged = dragged
        self._is_dragging = dragged >= 0 if is_dragging is None else is_dragging
        self._points.mark(
            hovered=hovered, selected=self._selection.last, dragged=dragged, chosen=selected
        )
        moving = selected | {dragged} if self._is_dragging else frozenset[int]()
        self.circles.mark(hovered, selected, moving)
        has_frame = self._points_visible and not self._is_dragging and len(selected) > 1
        self._frame.set_extent(self._face.around(selected) if has_frame else QRectF())
        if hovered < 0:
            self._panels.label.hide()

    def highlight_again(self) -> None:
        """Keep what is dragged in a new state of the same face."""
        self.highlight(dragged=self._dragged, is_dragging=self._is_dragging)

    def set_hovered_box(self, face_id: int | None, *, handles: bool = False) -> None:
        """Which other face's box is under the mouse, and whether the own one has its handles."""
        self.boxes.set_hovered(face_id)
        self.boxes.set_handles_visible(handles)

    def hover(self, index: int) -> None:
        """Highlight the point under the mouse, -1 for none."""
        if index != self._points.hovered or self._is_dragging:
            self.highlight(index)

    def update_legend(self) -> None:
        """Follow what is drawn."""
        has_photo = self._has_photo
        for item in self._items:
            item.setVisible(has_photo)
        self.circles.setVisible(has_photo and self._points_visible)
        self._panels.show_legend(
            self._face, has_photo and self._points_visible,
            has_photo and self.comparison is not None,
        )  # fmt: skip
        if not has_photo:
            self._panels.label.hide()
            self._panels.loupe.hide()
